//! Which dialect a request speaks: by the host name it was sent to, else by the first segment of its path, else the
//! native API. A dialect's routes are written for `/` and know nothing of where they are mounted.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use hookswitch_api::{ErrorShape, Failure, Limiter, Seen};
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Uri, header};

/// A dialect in its place.
#[derive(Debug, Clone)]
pub struct Mount {
    name: &'static str,
    router: Router,
    render: fn(&Failure) -> Response,
    limiter: Option<Arc<Limiter>>,
}

impl Mount {
    /// The routes of a dialect; `D` is its shape of errors.
    pub fn new<D: ErrorShape>(name: &'static str, router: Router) -> Self {
        Self { name, router, render: D::render, limiter: None }
    }

    /// How many requests it takes of a caller.
    #[must_use]
    pub fn limited_by(mut self, limiter: Option<Arc<Limiter>>) -> Self {
        self.limiter = limiter;
        self
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

    /// The mount of a request, whose path becomes the dialect's own, and how it is seen from outside there.
    pub(crate) fn choose<B>(&self, request: &mut Request<B>, public_url: &Arc<str>) -> (&Mount, Seen) {
        let seen = |mount: &Mount, prefix| Seen {
            public_url: Arc::clone(public_url),
            prefix,
            dialect: mount.name,
            limiter: mount.limiter.clone(),
        };
        if !self.hosts.is_empty()
            && let Some(host) = host_of(request.uri(), request.headers())
            && let Some((name, mount)) = self.hosts.iter().find(|(name, _)| name.eq_ignore_ascii_case(host))
        {
            let here = Seen { public_url: at_host(public_url, name).into(), ..seen(mount, "") };
            return (mount, here);
        }
        for (prefix, mount) in &self.prefixes {
            if let Some(inner) = below(request.uri(), prefix) {
                *request.uri_mut() = inner;
                return (mount, seen(mount, prefix));
            }
        }
        (&self.root, seen(&self.root, ""))
    }
}

/// A public URL with another host; its port stays. Nothing where nobody said how we are seen.
fn at_host(public_url: &str, host: &str) -> String {
    let Some((scheme, authority)) = public_url.split_once("://") else { return String::new() };
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let port = port.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
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

    fn choose(uri: &str, host: &str) -> (&'static str, String, String) {
        let mut request = Request::builder().uri(uri).header(header::HOST, host).body(()).unwrap();
        let mounts = mounts();
        let (mount, seen) = mounts.choose(&mut request, &"https://tools.example.com:8443".into());
        (mount.name(), request.uri().to_string(), format!("{}{}", seen.public_url, seen.prefix))
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
            let (chosen, path, _) = choose(uri, host);
            assert_eq!((chosen, path), (name, inner.to_owned()), "{uri} at {host}");
        }
    }

    #[test]
    fn a_dialect_is_seen_where_it_is_mounted() {
        let seen = |uri, host| choose(uri, host).2;
        assert_eq!(seen("/v1/tools", "a.example"), "https://tools.example.com:8443");
        assert_eq!(seen("/pyai/v1/tools", "a.example"), "https://tools.example.com:8443/pyai");
        assert_eq!(seen("/v1/tools", "bland.example.com"), "https://bland.example.com:8443");
        assert_eq!(at_host("https://tools.example.com", "b.example"), "https://b.example");
        assert_eq!(at_host("", "b.example"), "");
    }
}
