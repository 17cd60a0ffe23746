//! Passing on: a tunnel of bytes, or one request written anew and its answer.

use std::sync::Arc;

use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Request, Response, Uri, Version};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::sync::OwnedSemaphorePermit;

use super::call::Call;
use super::metered::Metered;
use super::request::ProxyBody;
use crate::client::RawConnection;
use crate::url::CheckedUrl;

/// What belongs to one connection and is not passed on (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("proxy-connection"),
];
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// Says yes to CONNECT, then passes bytes to and fro until either side or the call ends.
pub(super) fn tunnel(
    call: Arc<Call>,
    raw: RawConnection,
    place: OwnedSemaphorePermit,
    request: Request<Incoming>,
) -> Response<ProxyBody> {
    let mut outside = Metered::new(Arc::clone(&call), raw, place);
    tokio::spawn(async move {
        let passing = async {
            let Ok(inside) = hyper::upgrade::on(request).await else { return };
            let mut inside = TokioIo::new(inside);
            let passed = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
            tracing::debug!(ok = passed.is_ok(), "a tool's tunnel closed");
        };
        tokio::select! {
            () = passing => {}
            () = call.ended() => {}
        }
    });
    Response::new(Empty::new().map_err(|never| match never {}).boxed())
}

/// Sends a request written anew on a connection of its own, whose length is told once and by us: what an inner and an
/// outer reader could understand differently does not pass.
pub(super) async fn request(
    call: &Arc<Call>,
    url: &CheckedUrl,
    raw: RawConnection,
    place: OwnedSemaphorePermit,
    request: Request<Incoming>,
) -> Result<Response<ProxyBody>, &'static str> {
    let outside = Metered::new(Arc::clone(call), raw, place);
    let shaken =
        http1::Builder::new().max_headers(100).max_buf_size(128 * 1024).handshake(TokioIo::new(outside));
    let (mut sender, connection) = shaken.await.map_err(|_| "the connection was lost")?;
    let of_call = Arc::clone(call);
    tokio::spawn(async move {
        tokio::select! {
            _ = connection => {}
            () = of_call.ended() => {}
        }
    });
    let (head, body) = request.into_parts();
    let mut onward = Request::new(body);
    *onward.method_mut() = head.method;
    *onward.uri_mut() = origin_form(url).ok_or("the address can't be asked for")?;
    *onward.version_mut() = Version::HTTP_11;
    *onward.headers_mut() = passed_on(head.headers);
    onward.headers_mut().remove(CONTENT_LENGTH);
    onward.headers_mut().insert(HOST, host_of(url).ok_or("the address can't be asked for")?);
    onward.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    let answer =
        sender.send_request(onward).await.map_err(|_| "the connection was lost before the answer")?;
    let (mut head, body) = answer.into_parts();
    head.headers = passed_on(head.headers);
    head.version = Version::HTTP_11;
    Ok(Response::from_parts(head, body.boxed()))
}

/// The headers without those of one connection, and without those that `Connection` names.
fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = (headers.get_all(CONNECTION).iter())
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP).chain([&KEEP_ALIVE]) {
        headers.remove(name);
    }
    headers
}

fn origin_form(url: &CheckedUrl) -> Option<Uri> {
    let url = url.as_url();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path()).parse().ok()
}

fn host_of(url: &CheckedUrl) -> Option<HeaderValue> {
    let url = url.as_url();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}{port}", url.host_str()?)).ok()
}
