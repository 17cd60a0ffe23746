//! Where the spans go.

use hookswitch_egress::{AllowEntry, InsecureTls, Nat64, PlainHttp, Policy, PolicySettings};
use url::Url;

use crate::error::TelemetryError;

/// Path of the trace signal under a collector's base URL (OTLP specification: OTLP/HTTP Request).
const TRACES: &str = "/v1/traces";

/// An operator's collector.
#[derive(Debug)]
pub(crate) struct Collector {
    url: Url,
    door: AllowEntry,
}

impl Collector {
    /// Reads a base URL. Credentials belong into `OTEL_EXPORTER_OTLP_HEADERS`: a URL ends up in logs.
    pub(crate) fn parse(endpoint: &str) -> Result<Self, TelemetryError> {
        let fail = |why: &str| TelemetryError::Endpoint(why.to_owned());
        let mut url = Url::parse(endpoint).map_err(|error| fail(&format!("is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(fail("does not begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fail("carries credentials; they belong into OTEL_EXPORTER_OTLP_HEADERS"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(fail("has a query or a fragment"));
        }
        let base = url.path().trim_end_matches('/');
        if !base.ends_with(TRACES) {
            let path = format!("{base}{TRACES}");
            url.set_path(&path);
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(fail("names no host"));
        };
        let door: AllowEntry =
            format!("{host}:{port}").parse().map_err(|error| fail(&format!("can't be reached: {error}")))?;
        let collector = Self { url, door };
        if let Err(refusal) = collector.policy().check_url(collector.url()) {
            return Err(fail(&format!("can't be reached: {refusal}")));
        }
        Ok(collector)
    }

    /// The whole URL that spans are posted to.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Host and port, for logs.
    pub(crate) fn name(&self) -> String {
        self.door.to_string()
    }

    /// One door and no other.
    pub(crate) fn policy(&self) -> Policy {
        Policy::new(PolicySettings {
            allow_egress: vec![self.door.clone()],
            ports: Vec::new(),
            plain_http: PlainHttp::Refused,
            nat64: Nat64::Refused,
            insecure_tls: InsecureTls::Refused,
            own_listeners: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Collector;

    #[test]
    fn the_signal_path_is_added_once() {
        for (given, whole, name) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces", "127.0.0.1:4318"),
            ("http://localhost:4318/", "http://localhost:4318/v1/traces", "localhost:4318"),
            (
                "https://otel.example.com/v1/traces",
                "https://otel.example.com/v1/traces",
                "otel.example.com:443",
            ),
            ("https://example.com/otlp/", "https://example.com/otlp/v1/traces", "example.com:443"),
            ("http://[::1]:4318", "http://[::1]:4318/v1/traces", "[::1]:4318"),
        ] {
            let collector = Collector::parse(given).unwrap();
            assert_eq!(collector.url(), whole);
            assert_eq!(collector.name(), name);
        }
    }

    #[test]
    fn what_is_no_collector_is_refused_with_a_reason() {
        for (given, why) in [
            ("", "no URL"),
            ("collector:4318", "http://"),
            ("grpc://collector:4317", "http://"),
            ("http://user:secret@collector:4318", "credentials"),
            ("http://collector:4318/?token=secret", "query"),
            ("http://0.0.0.0:4318", "reached"),
        ] {
            let error = Collector::parse(given).unwrap_err().to_string();
            assert!(error.contains(why), "{given}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_policy_opens_this_host_and_port_alone() {
        let policy = Collector::parse("http://127.0.0.1:4318").unwrap().policy();
        assert!(policy.check_url("http://127.0.0.1:4318/v1/traces").is_ok());
        for other in [
            "http://127.0.0.1:4317/",
            "http://127.0.0.2:4318/",
            "http://example.com/",
            "https://example.com/",
        ] {
            assert!(policy.check_url(other).is_err(), "{other}");
        }
    }
}
