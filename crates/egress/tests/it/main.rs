//! Egress against real servers, a scripted resolver and a scripted network.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "tests run themselves again in other environments")]

mod addresses;
mod allow_entries;
mod bodies;
mod cases;
mod connections;
mod deadlines;
mod hickory;
mod interop;
mod netns;
mod proxy;
mod redirects;
mod scenarios_allow;
mod scenarios_dns;
mod scenarios_http;
mod scenarios_tls;
mod signing;
mod support;
mod warming;
