//! The demo's client of the public API.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hookswitch_egress::{Client, HickoryResolver, Policy, PolicySettings, Request};
use http::{HeaderValue, Method, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls the server as any client would.
pub(super) struct Api {
    client: Client,
    base: String,
    key: SecretString,
}

/// An answer of the server.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) took: Duration,
}

impl Api {
    pub(super) fn new(server: SocketAddr, key: SecretString) -> anyhow::Result<Self> {
        let entry = server.to_string().parse().map_err(|error| anyhow::anyhow!("{error}"))?;
        let settings = PolicySettings { allow_egress: vec![entry], ..PolicySettings::default() };
        let client =
            Client::builder(Policy::new(settings), Arc::new(HickoryResolver::from_system()?)).build()?;
        Ok(Self { client, base: format!("http://{server}"), key })
    }

    /// Sends a request and takes any answer.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let url = self
            .client
            .policy()
            .check_url(&format!("{}{path}", self.base))
            .map_err(|refusal| anyhow::anyhow!("{}", refusal.operator_hint()))?;
        let mut request = Request::new(method, url);
        let bearer = format!("Bearer {}", self.key.expose_secret());
        request.headers.insert(header::AUTHORIZATION, HeaderValue::try_from(bearer)?);
        if let Some(body) = body {
            request.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = body.to_string().into();
        }
        let started = Instant::now();
        let response = self.client.send(request, (started + PATIENCE).into()).await?;
        let body = match response.body.as_ref() {
            [] => Value::Null,
            bytes => {
                serde_json::from_slice(bytes).with_context(|| format!("the answer of {path} is no JSON"))?
            }
        };
        Ok(Answer { status: response.status.as_u16(), body, took: started.elapsed() })
    }

    /// Sends a request that must succeed.
    pub(super) async fn must(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let answer = self.send(method, path, body).await?;
        if answer.status >= 300 {
            bail!("{path} answered {}: {}", answer.status, answer.body);
        }
        Ok(answer)
    }
}
