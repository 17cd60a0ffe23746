//! One request to the proxy: whose is it, where does it want to, may it?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::Incoming;

use super::Inner;
use super::call::Call;
use super::door::Standing;
use super::forward;
use crate::client::RawConnection;
use crate::error::NotSent;
use crate::url::CheckedUrl;

/// What the proxy answers with.
pub(super) type ProxyBody = BoxBody<Bytes, hyper::Error>;

/// The user name that stands before the token.
const USER: &str = "call:";

/// Answers one request.
pub(super) async fn answer(
    proxy: Arc<Inner>,
    owner: Arc<str>,
    standing: Arc<Standing>,
    request: Request<Incoming>,
) -> Result<Response<ProxyBody>, std::convert::Infallible> {
    Ok(decide(&proxy, &owner, &standing, request).await.unwrap_or_else(|refused| refused))
}

async fn decide(
    proxy: &Arc<Inner>,
    owner: &str,
    standing: &Standing,
    request: Request<Incoming>,
) -> Result<Response<ProxyBody>, Response<ProxyBody>> {
    let known = token_of(request.headers()).and_then(|token| proxy.calls.lock().get(&token).cloned());
    let known = known.filter(|call| call.owner == owner && standing.belongs_to(call));
    let Some(call) = known else {
        note(&proxy.counters.strangers);
        let mut refused = say(StatusCode::PROXY_AUTHENTICATION_REQUIRED, "this call may not use the network");
        refused.headers_mut().insert(PROXY_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"call\""));
        return Err(refused);
    };
    let target =
        target_of(&request).ok_or_else(|| say(StatusCode::BAD_REQUEST, "not a request to a proxy"))?;
    let policy = proxy.client.policy();
    let url = policy.check_url(&target).map_err(|refusal| {
        note(&proxy.counters.denied);
        tracing::warn!(owner, hint = refusal.operator_hint(), "a tool's connection was refused");
        say(StatusCode::FORBIDDEN, &format!("address not allowed: {}", refusal.tenant_message()))
    })?;
    let Some(place) = call.place() else {
        note(&proxy.counters.over_limit);
        return Err(say(StatusCode::TOO_MANY_REQUESTS, "this call has made too many connections"));
    };
    let raw = connect(proxy, &call, &url).await?;
    if request.method() == Method::CONNECT {
        return Ok(forward::tunnel(call, raw, place, request));
    }
    forward::request(&call, &url, raw, place, request).await.map_err(|why| say(StatusCode::BAD_GATEWAY, why))
}

async fn connect(proxy: &Inner, call: &Call, url: &CheckedUrl) -> Result<RawConnection, Response<ProxyBody>> {
    match proxy.client.connect_raw(url).await {
        Ok(raw) => {
            note(&proxy.counters.connected);
            call.note_reached();
            Ok(raw)
        }
        Err(NotSent::Refused(refusal)) => {
            note(&proxy.counters.denied);
            Err(say(StatusCode::FORBIDDEN, &format!("address not allowed: {}", refusal.tenant_message())))
        }
        Err(NotSent::ConnectTimeout) => Err(say(StatusCode::GATEWAY_TIMEOUT, "connecting timed out")),
        Err(error) => {
            Err(say(StatusCode::BAD_GATEWAY, &crate::error::SendError::NotSent(error).tenant_message()))
        }
    }
}

/// The token that a request shows.
fn token_of(headers: &HeaderMap) -> Option<String> {
    let mut shown = headers.get_all(PROXY_AUTHORIZATION).iter();
    let (Some(one), None) = (shown.next(), shown.next()) else { return None };
    let (scheme, encoded) = one.to_str().ok()?.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let token = text.strip_prefix(USER)?;
    scheme.eq_ignore_ascii_case("basic").then(|| token.to_owned())
}

/// Where a request wants to, as a URL: `CONNECT host:port`, or `GET http://host/path`. Nothing else is a proxy's
/// business, and one whose length is told twice is nobody's.
fn target_of<B>(request: &Request<B>) -> Option<String> {
    let (uri, headers) = (request.uri(), request.headers());
    let authority = uri.authority()?.as_str();
    let lengths = headers.get_all(CONTENT_LENGTH).iter().count();
    let told_twice = lengths > 1 || lengths == 1 && headers.contains_key(TRANSFER_ENCODING);
    if told_twice || request.version() < Version::HTTP_10 || authority.contains('@') {
        return None;
    }
    if request.method() == Method::CONNECT {
        let has_port = uri.port_u16().is_some();
        return (has_port && uri.scheme().is_none()).then(|| format!("https://{authority}/"));
    }
    (uri.scheme_str() == Some("http")).then(|| uri.to_string())
}

fn note(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A short answer of the proxy's own.
pub(super) fn say(status: StatusCode, text: &str) -> Response<ProxyBody> {
    let body = Full::new(Bytes::from(text.to_owned())).map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut builder = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(()).unwrap()
    }

    #[test]
    fn only_what_a_proxy_is_asked_for_has_a_target() {
        let target = |method, uri| target_of(&request(method, uri, &[]));
        assert_eq!(target("CONNECT", "a.example:443").as_deref(), Some("https://a.example:443/"));
        assert_eq!(target("GET", "http://a.example/x?y=1").as_deref(), Some("http://a.example/x?y=1"));
        for (method, uri) in [
            ("GET", "/x"),
            ("GET", "https://a.example/"),
            ("GET", "ftp://a.example/"),
            ("GET", "http://user:word@a.example/"),
            ("CONNECT", "a.example"),
            ("OPTIONS", "*"),
        ] {
            assert_eq!(target(method, uri), None, "{method} {uri}");
        }
    }

    #[test]
    fn a_length_told_twice_is_refused() {
        let twice = request(
            "POST",
            "http://a.example/",
            &[("content-length", "3"), ("transfer-encoding", "chunked")],
        );
        assert_eq!(target_of(&twice), None);
        let lengths =
            request("POST", "http://a.example/", &[("content-length", "3"), ("content-length", "3")]);
        assert_eq!(target_of(&lengths), None);
    }

    #[test]
    fn tokens_are_basic_and_one() {
        let shown = |value: &str| token_of(request("GET", "/", &[("proxy-authorization", value)]).headers());
        let good = format!("Basic {}", STANDARD.encode("call:abc"));
        assert_eq!(shown(&good).as_deref(), Some("abc"));
        assert_eq!(shown(&format!("Bearer {}", STANDARD.encode("call:abc"))), None);
        assert_eq!(shown(&format!("Basic {}", STANDARD.encode("else:abc"))), None);
        assert_eq!(shown("Basic"), None);
        let two = request("GET", "/", &[("proxy-authorization", &good), ("proxy-authorization", &good)]);
        assert_eq!(token_of(two.headers()), None);
    }
}
