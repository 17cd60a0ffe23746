//! Answers that are read piece by piece as they come: event streams.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::{
    attempt::{broken, check_head},
    check_request,
    decode::Coding,
    progress::Progress,
};
use crate::{
    client::Client,
    connect::Connection,
    counters::count,
    error::{MaybeSent, NotSent, SendError},
    request::Request,
};

/// An answer whose head is there. Dropping it before its end closes the connection.
pub struct StreamingResponse {
    /// Status of the answer.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    body: Incoming,
    connection: Option<Connection>,
    client: Client,
    left: usize,
}

impl std::fmt::Debug for StreamingResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Client {
    /// Sends a request and returns when the head of its answer is there, before the deadline. Redirects are not
    /// followed: a 3xx is the answer. Nothing is retried but a request that a kept connection provably did not take.
    /// The same certainty about what was sent as with [`Client::send`].
    pub async fn open(&self, request: Request, head_by: Instant) -> Result<StreamingResponse, SendError> {
        check_request(&request)?;
        let progress = Progress::default();
        match timeout_at(head_by, Box::pin(self.open_any(&request, &progress))).await {
            Ok(opened) => opened,
            Err(_) => Err(progress.timed_out()),
        }
    }

    async fn open_any(&self, request: &Request, progress: &Progress) -> Result<StreamingResponse, SendError> {
        loop {
            progress.between_connections();
            let (connection, _) = self.obtain(&request.url, request.tls, request.freshness).await?;
            progress.on_connection(&connection.gate);
            let reused = connection.reused;
            match self.open_on(connection, request).await {
                Err(SendError::NotSent(NotSent::ConnectionLost)) if reused => {}
                outcome => return outcome,
            }
        }
    }

    async fn open_on(
        &self,
        mut connection: Connection,
        request: &Request,
    ) -> Result<StreamingResponse, SendError> {
        let mut message = self.message(request)?;
        // A coded stream would be held back until its coder has a block full.
        message.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let answered = connection.sender.try_send_request(message).await;
        if connection.gate.seal() {
            return Err(NotSent::ConnectionLost.into());
        }
        count(&self.counters().requests_sent);
        if connection.reused {
            count(&self.counters().connections_reused);
        }
        let answer = answered.map_err(|error| broken(&error.into_error()))?;
        let (head, body) = check_head(answer)?.into_parts();
        if Coding::of(&head.headers)?.is_some() {
            return Err(MaybeSent::BadEncoding("a stream must not be coded".to_owned()).into());
        }
        Ok(StreamingResponse {
            status: head.status,
            headers: head.headers,
            body,
            connection: Some(connection),
            client: self.clone(),
            left: request.max_body,
        })
    }
}

impl StreamingResponse {
    /// The next piece; `None` at the end of the answer. The request's `max_body` bounds all pieces together.
    pub async fn next(&mut self) -> Option<Result<Bytes, MaybeSent>> {
        loop {
            match self.body.frame().await {
                None => {
                    if let Some(connection) = self.connection.take() {
                        self.client.give_back(connection);
                    }
                    return None;
                }
                Some(Err(error)) => return Some(Err(broken(&error))),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if data.len() > self.left {
                        return Some(Err(MaybeSent::BodyTooLarge));
                    }
                    self.left -= data.len();
                    return Some(Ok(data));
                }
            }
        }
    }
}
