//! The native API as commands use it: JSON in and out, problems as errors, names as well as ids.

mod lookup;
mod pages;
mod path;
mod problem;

use std::time::Duration;

use http::{Method, Response};
use hyper::body::Incoming;
use serde_json::Value;

pub(crate) use pages::Paging;
pub(crate) use path::{Query, segment};
pub use problem::{Problem, ProblemPart};

use crate::error::CliError;
use crate::http::{Answer, Call, Client, Server};

/// A tool call may take as long as the server's ceiling (semantics: Attempts and time).
const LONGEST_CALL: Duration = Duration::from_hours(1);

/// A client of the native API.
#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    usual: Duration,
    long: Duration,
}

impl Api {
    /// Speaks to a server; `timeout` is the user's, for all requests.
    pub(crate) fn new(server: Server, usual: Duration, timeout: Option<Duration>) -> Self {
        Self { client: Client::new(server), usual, long: timeout.unwrap_or(LONGEST_CALL) }
    }

    /// Another connection to the same server, for requests while an answer is read.
    pub(crate) fn another(&self) -> Self {
        Self { client: Client::new(self.server().clone()), usual: self.usual, long: self.long }
    }

    /// The server.
    pub(crate) fn server(&self) -> &Server {
        self.client.server()
    }

    /// Reads.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, CliError> {
        self.send(Method::GET, path, None, self.usual).await
    }

    /// Creates or acts. The key lets the server recognise the request should the answer get lost.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Answer, CliError> {
        self.send(Method::POST, path, Some(body), self.usual).await
    }

    /// Creates or acts, for as long as a tool call may take.
    pub(crate) async fn post_long(&mut self, path: &str, body: &Value) -> Result<Answer, CliError> {
        self.send(Method::POST, path, Some(body), self.long).await
    }

    /// Replaces.
    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> Result<Answer, CliError> {
        self.send(Method::PUT, path, Some(body), self.usual).await
    }

    /// Changes a part.
    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Result<Answer, CliError> {
        self.send(Method::PATCH, path, Some(body), self.usual).await
    }

    /// Deletes.
    pub(crate) async fn delete(&mut self, path: &str) -> Result<Answer, CliError> {
        self.send(Method::DELETE, path, None, self.usual).await
    }

    /// Opens a stream of server-sent events after an event number.
    pub(crate) async fn open_events(
        &mut self,
        path: &str,
        after: u64,
    ) -> Result<Response<Incoming>, CliError> {
        let mut headers = vec![("accept", "text/event-stream".to_owned())];
        if after > 0 {
            headers.push(("last-event-id", after.to_string()));
        }
        let call = Call { method: Method::GET, path, body: None, headers, within: self.usual };
        self.client.open(call).await
    }

    /// Opens the stream of a request that is answered as it goes.
    pub(crate) async fn open_stream(
        &mut self,
        path: &str,
        body: &Value,
    ) -> Result<Response<Incoming>, CliError> {
        let headers = vec![("accept", "text/event-stream".to_owned())];
        let call = Call { method: Method::POST, path, body: Some(body), headers, within: self.usual };
        self.client.open(call).await
    }

    /// Asks a dialect, whose refusals are answers as well.
    pub(crate) async fn any(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, CliError> {
        let headers = vec![("accept", "application/json".to_owned())];
        self.client.send(Call { method, path, body, headers, within: self.usual }).await
    }

    /// The time for an ordinary request.
    pub(crate) const fn usual(&self) -> Duration {
        self.usual
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        within: Duration,
    ) -> Result<Answer, CliError> {
        let mut headers = vec![("accept", "application/json".to_owned())];
        if method == Method::POST {
            headers.push(("idempotency-key", uuid::Uuid::now_v7().to_string()));
        }
        let answer = self.client.send(Call { method, path, body, headers, within }).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(self.refusal(&answer))
    }

    /// What an answer that is no success means.
    pub(crate) fn refusal(&self, answer: &Answer) -> CliError {
        match Problem::read(answer.status.as_u16(), &answer.value) {
            Some(problem) => CliError::Problem(Box::new(problem)),
            None => CliError::Foreign { url: self.server().to_string(), status: answer.status.as_u16() },
        }
    }
}
