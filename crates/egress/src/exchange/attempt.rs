//! One hop: a connection, the request on it, the whole answer.

use std::{error::Error as _, io};

use bytes::Bytes;
use http::{HeaderValue, Method, Uri, header, uri::PathAndQuery};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::{body, progress::Progress};
use crate::{
    client::Client,
    connect::{ConnectTimings, Connection},
    counters::count,
    error::{MaybeSent, NotSent, SendError, describe},
    request::Request,
    response::{Response, Timings},
    url::{CheckedUrl, Host},
};

impl Client {
    pub(super) async fn exchange(
        &self,
        request: &Request,
        progress: &Progress,
    ) -> Result<Response, SendError> {
        loop {
            progress.between_connections();
            let obtaining = self.obtain(&request.url, request.tls, request.freshness);
            let (connection, steps) = match request.send_by {
                Some(send_by) => timeout_at(send_by, obtaining).await.map_err(|_| NotSent::Deadline)??,
                None => obtaining.await?,
            };
            progress.on_connection(&connection.gate);
            let reused = connection.reused;
            match self.exchange_on(connection, steps, request).await {
                // The pool held a connection that was closed meanwhile; no byte left, so another may have it.
                Err(SendError::NotSent(NotSent::ConnectionLost)) if reused => {}
                outcome => return outcome,
            }
        }
    }

    async fn exchange_on(
        &self,
        mut connection: Connection,
        steps: ConnectTimings,
        request: &Request,
    ) -> Result<Response, SendError> {
        let message = self.message(request)?;
        let started = Instant::now();
        let answered = connection.sender.try_send_request(message).await;
        if connection.gate.seal() {
            return Err(NotSent::ConnectionLost.into());
        }
        count(&self.counters().requests_sent);
        if connection.reused {
            count(&self.counters().connections_reused);
        }
        let answer = answered.map_err(|error| broken(&error.into_error()))?;
        let first_byte = started.elapsed();
        let (mut head, incoming) = check_head(answer)?.into_parts();
        let body = body::read(incoming, &mut head.headers, request.max_body).await?;
        let timings = Timings {
            dns: steps.dns,
            connect: steps.connect,
            tls: steps.tls,
            first_byte,
            total: started.elapsed(),
            reused: connection.reused,
        };
        let peer = connection.peer;
        self.give_back(connection);
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body,
            timings,
            peer,
            redirects: 0,
            redirect_stop: None,
        })
    }

    pub(super) fn message(&self, request: &Request) -> Result<http::Request<Full<Bytes>>, NotSent> {
        let mut message = http::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = target(&request.url)?;
        *message.headers_mut() = request.headers.clone();
        let headers = message.headers_mut();
        headers.insert(header::HOST, host_header(&request.url)?);
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        // RFC 9110, 8.6: methods that expect content say that there is none; the library leaves it out.
        if request.body.is_empty() && matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        headers.entry(header::USER_AGENT).or_insert_with(|| self.user_agent().clone());
        Ok(message)
    }
}

/// Origin form: path and query as the parser left them.
fn target(url: &CheckedUrl) -> Result<Uri, NotSent> {
    let url = url.as_url();
    let text = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    text.parse::<PathAndQuery>()
        .map(Uri::from)
        .map_err(|_| NotSent::InvalidRequest("the path or the query is not valid".to_owned()))
}

fn host_header(url: &CheckedUrl) -> Result<HeaderValue, NotSent> {
    let host = match url.host() {
        Host::Address(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        host => host.to_string(),
    };
    // The parsed URL has a port only where it is not the scheme's own.
    let text = url.as_url().port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
    HeaderValue::try_from(text).map_err(|_| NotSent::InvalidRequest("the host is not valid".to_owned()))
}

/// Refuses what lets two readers disagree about where the answer ends (RFC 9112, 6.3; scenario S28).
pub(super) fn check_head(answer: http::Response<Incoming>) -> Result<http::Response<Incoming>, MaybeSent> {
    let headers = answer.headers();
    let bad = |what: &str| Err(MaybeSent::BadResponse(what.to_owned()));
    if headers.contains_key(header::TRANSFER_ENCODING) && headers.contains_key(header::CONTENT_LENGTH) {
        return bad("both transfer-encoding and content-length");
    }
    if headers.get_all(header::CONTENT_LENGTH).iter().count() > 1 {
        return bad("more than one content-length");
    }
    if answer.status() == http::StatusCode::SWITCHING_PROTOCOLS {
        return bad("switching protocols was not asked for");
    }
    Ok(answer)
}

/// What an error of the HTTP library means once bytes may have left.
pub(super) fn broken(error: &hyper::Error) -> MaybeSent {
    if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() || is_malformed_body(error) {
        MaybeSent::BadResponse(describe(error))
    } else {
        MaybeSent::ConnectionLost(describe(error))
    }
}

/// The library reports broken chunks as input errors, lost connections as any other kind.
fn is_malformed_body(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause
        .is_some_and(|cause| matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
}
