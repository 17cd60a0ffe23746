//! Tests only: the real counterparts that tests talk to. Servers that misbehave on purpose, certificates good and
//! bad, a scripted DNS server, a private PostgreSQL.
//!
//! Everything listens on loopback at a free port and ends when its handle is dropped.
#![allow(clippy::unwrap_used, reason = "a test's tools may panic like the test itself")]
#![allow(
    clippy::disallowed_methods,
    reason = "tools of tests read their own environment and wait for processes"
)]

pub mod dns;
pub mod http;
pub mod llm;
pub mod postgres;
pub mod tls;

pub use dns::{DnsReply, DnsServer};
pub use http::{RecordedRequest, Reply, Step, TestServer};
pub use llm::{ChatRequest, LlmAnswer, LlmServer};
pub use postgres::PostgresServer;
pub use tls::{Authority, Flaw};
