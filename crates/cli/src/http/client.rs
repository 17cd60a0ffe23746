//! Requests over one kept-alive connection.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::answer::Answer;
use super::dial::{connect, describe};
use super::server::Server;
use crate::error::CliError;

/// Largest answer that is read, in bytes.
const MOST_BODY: usize = 64 << 20;

/// A client of one server.
#[derive(Debug)]
pub(crate) struct Client {
    server: Server,
    kept: Option<SendRequest<Full<Bytes>>>,
}

/// One request as commands mean it.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    /// HTTP method.
    pub(crate) method: Method,
    /// Path and query below the base URL, encoded.
    pub(crate) path: &'a str,
    /// JSON body.
    pub(crate) body: Option<&'a Value>,
    /// Further headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Most time for everything.
    pub(crate) within: Duration,
}

impl Client {
    /// Speaks to this server; connects with the first request.
    pub(crate) fn new(server: Server) -> Self {
        Self { server, kept: None }
    }

    /// The server.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, call: Call<'_>) -> Result<Answer, CliError> {
        let deadline = Instant::now() + call.within;
        let timed_out = CliError::TimedOut { url: self.server.to_string(), after: call.within };
        let exchange = async {
            let response = self.exchange(&call).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MOST_BODY).collect().await;
            let raw = body.map_err(|error| self.unreachable(describe(error.as_ref())))?.to_bytes();
            let foreign = CliError::Foreign { url: self.server.to_string(), status: status.as_u16() };
            Answer::read(status, raw).ok_or(foreign)
        };
        timeout_at(deadline, exchange).await.unwrap_or(Err(timed_out))
    }

    /// Sends a request and hands over the answer when its head is there; the body has no time limit.
    pub(crate) async fn open(&mut self, call: Call<'_>) -> Result<Response<Incoming>, CliError> {
        let timed_out = CliError::TimedOut { url: self.server.to_string(), after: call.within };
        let deadline = Instant::now() + call.within;
        timeout_at(deadline, self.exchange(&call)).await.unwrap_or(Err(timed_out))
    }

    async fn exchange(&mut self, call: &Call<'_>) -> Result<Response<Incoming>, CliError> {
        let mut request = self.request(call)?;
        if let Some(mut sender) = self.kept.take()
            && sender.ready().await.is_ok()
        {
            match sender.try_send_request(request).await {
                Ok(response) => {
                    self.kept = Some(sender);
                    return Ok(response);
                }
                // Given back means that no byte of it was sent: the connection had gone stale.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(self.unreachable(describe(failed.error()))),
                },
            }
        }
        let mut sender = connect(&self.server).await.map_err(|reason| self.unreachable(reason))?;
        let response =
            sender.send_request(request).await.map_err(|error| self.unreachable(describe(&error)))?;
        self.kept = Some(sender);
        Ok(response)
    }

    fn request(&self, call: &Call<'_>) -> Result<Request<Full<Bytes>>, CliError> {
        let mut builder = Request::builder()
            .method(call.method.clone())
            .uri(self.server.target(call.path))
            .header(header::HOST, self.server.authority())
            .header(header::USER_AGENT, concat!("hookswitch-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = self.server.authorization() {
            let hint = "the key must be one word, as it was shown when it was made";
            let mut value = HeaderValue::try_from(authorization)
                .map_err(|_| CliError::usage("the API key holds characters that no key has", hint))?;
            value.set_sensitive(true);
            builder = builder.header(header::AUTHORIZATION, value);
        }
        for (name, value) in &call.headers {
            builder = builder.header(*name, value);
        }
        let body = match call.body {
            Some(body) => {
                builder = builder.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        builder.body(Full::new(body)).map_err(|error| {
            CliError::usage(format!("the request can't be made: {error}"), "check the arguments")
        })
    }

    fn unreachable(&self, reason: String) -> CliError {
        CliError::Unreachable { url: self.server.to_string(), reason }
    }
}
