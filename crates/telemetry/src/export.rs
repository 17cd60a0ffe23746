//! The exporter's HTTP client: ours, through the one outbound door.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookswitch_egress::{Client, HickoryResolver, Request, SendError};
use http::Response;
use opentelemetry_http::{HttpClient, HttpError};
use rustls_pki_types::CertificateDer;
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::collector::Collector;
use crate::error::TelemetryError;
use crate::warning::Warning;

/// Longest time for one export, the exporter's own retries included.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);
/// A collector's answer is a few bytes.
const MOST_ANSWER: usize = 64 * 1024;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

/// Sends batches. The SDK waits for them on a thread of its own, the work is done on the runtime.
pub(crate) struct EgressHttp {
    client: Client,
    runtime: Handle,
    warning: Arc<Warning>,
}

impl EgressHttp {
    pub(crate) fn new(
        collector: &Collector,
        extra_roots: Vec<CertificateDer<'static>>,
    ) -> Result<Self, TelemetryError> {
        let runtime = Handle::try_current().map_err(|_| TelemetryError::NoRuntime)?;
        let resolver = Arc::new(HickoryResolver::from_system()?);
        let client = Client::builder(collector.policy(), resolver)
            .extra_roots(extra_roots)
            .max_idle(1, 1)
            .max_open(2)
            .build()?;
        Ok(Self { client, runtime, warning: Arc::new(Warning::new(collector.name())) })
    }
}

impl fmt::Debug for EgressHttp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("EgressHttp").finish_non_exhaustive()
    }
}

impl HttpClient for EgressHttp {
    fn send_bytes<'this, 'answer>(&'this self, request: http::Request<Bytes>) -> Answer<'answer>
    where
        'this: 'answer,
        Self: 'answer,
    {
        let (client, warning) = (self.client.clone(), Arc::clone(&self.warning));
        let sending = self.runtime.spawn(async move {
            let sent = send(&client, request).await;
            match &sent {
                Ok(response) if response.status().is_success() => {}
                Ok(response) => warning.give(&format!("HTTP {}", response.status().as_u16())),
                Err(error) => warning.give(&error.to_string()),
            }
            sent
        });
        Box::pin(async move { Ok(sending.await??) })
    }
}

/// What the exporter asked for can't be sent.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error("{0}")]
    Refused(hookswitch_egress::Refusal),
    #[error(transparent)]
    Send(#[from] SendError),
}

async fn send(client: &Client, request: http::Request<Bytes>) -> Result<Response<Bytes>, ExportError> {
    let (parts, body) = request.into_parts();
    let url = client.policy().check_url(&parts.uri.to_string()).map_err(ExportError::Refused)?;
    let request =
        Request { headers: parts.headers, body, max_body: MOST_ANSWER, ..Request::new(parts.method, url) };
    let answer = client.send(request, Instant::now() + LONGEST).await?;
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
