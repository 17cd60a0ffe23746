//! Which dialect a request speaks: by the host name it was sent to, else by the first segment of its path, else the
//! native API. A dialect's routes are written for `/` and know nothing of where they are mounted.

use axum::Router;
use axum::response::Response;
use hookswitch_api::{ErrorShape, Failure};
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Uri, header};

/// A dialect in its place.
#[derive(Debug, Clone)]
pub struct Mount {
    name: &'static str,
    router: Router,
    render: fn(&Failure) -> Response,
}

impl Mount {
    /// The routes of a dialect; `D` is its shape of errors.
    pub fn new<D: ErrorShape>(name: &'static str, router: Router) -> Self {
        Self { name, router, render: D::render }
    }

    /// Its name in metrics and logs.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) const fn render(&self) -> fn(&Failure) -> Response {
        self.render
    }
}

/// All dialects of a listener.
#[derive(Debug, Clone)]
pub struct Mounts {
    root: Mount,
    prefixes: Vec<(&'static str, Mount)>,
    hosts: Vec<(String, Mount)>,
}

impl Mounts {
    /// One dialect for everything. A listener of a dialect's own port has just this.
    pub const fn new(root: Mount) -> Self {
        Self { root, prefixes: Vec::new(), hosts: Vec::new() }
    }

    /// A dialect under a path, `/pyai`.
    #[must_use]
    pub fn at_prefix(mut self, prefix: &'static str, mount: Mount) -> Self {
        self.prefixes.push((prefix, mount));
        self
    }

    /// A dialect at `/` of a host name.
    #[must_use]
    pub fn at_host(mut self, host: &str, mount: Mount) -> Self {
        self.hosts.push((host.to_ascii_lowercase(), mount));
        self
    }

    /// The mount of a request, whose path becomes the dialect's own.
    pub(crate) fn choose<B>(&self, request: &mut Request<B>) -> &Mount {
        if !self.hosts.is_empty()
            && let Some(host) = host_of(request.uri(), request.headers())
            && let Some((_, mount)) = self.hosts.iter().find(|(name, _)| name.eq_ignore_ascii_case(host))
        {
            return mount;
        }
        for (prefix, mount) in &self.prefixes {
            if let Some(inner) = below(request.uri(), prefix) {
                *request.uri_mut() = inner;
                return mount;
            }
        }
        &self.root
    }
}

/// The host that a request was sent to, without its port.
fn host_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let text = match uri.host() {
        Some(host) => host,
        None => headers.get(header::HOST)?.to_str().ok()?,
    };
    let host = match text.rsplit_once(':') {
        // The colons of an IPv6 address are inside its brackets.
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    };
    Some(host.trim_end_matches('.'))
}

/// The URI as seen from below a prefix; `None` when it is not below it.
fn below(uri: &Uri, prefix: &str) -> Option<Uri> {
    let rest = uri.path().strip_prefix(prefix)?;
    if !(rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let text = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use hookswitch_dialect_native::Native;

    fn mounts() -> Mounts {
        let mount = |name| Mount::new::<Native>(name, Router::new());
        Mounts::new(mount("native"))
            .at_prefix("/pyai", mount("pyai"))
            .at_host("Bland.Example.com", mount("bland"))
    }

    fn choose(uri: &str, host: &str) -> (&'static str, String) {
        let mut request = Request::builder().uri(uri).header(header::HOST, host).body(()).unwrap();
        let name = mounts().choose(&mut request).name();
        (name, request.uri().to_string())
    }

    #[test]
    fn requests_find_their_dialect() {
        let cases = [
            ("/v1/tools", "a.example", "native", "/v1/tools"),
            ("/pyai/v1/tools?a=b", "a.example", "pyai", "/v1/tools?a=b"),
            ("/pyai", "a.example", "pyai", "/"),
            ("/pyaix/v1", "a.example", "native", "/pyaix/v1"),
            ("/v1/tools", "bland.example.com:8080", "bland", "/v1/tools"),
            ("/pyai/x", "bland.example.com.", "bland", "/pyai/x"),
            ("/v1", "[::1]:8080", "native", "/v1"),
        ];
        for (uri, host, name, inner) in cases {
            assert_eq!(choose(uri, host), (name, inner.to_owned()), "{uri} at {host}");
        }
    }
}
