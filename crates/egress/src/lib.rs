//! The only outbound door: policy, resolver, pinned connections, limits, signing.
//!
//! A URL becomes a [`CheckedUrl`] by a [`Policy`]; a [`Client`] sends a [`Request`] to it. The client resolves the
//! name once, classifies every answer, dials only those addresses and compares the peer after connecting, so a
//! check made earlier is advice and the check made at the socket decides (security: "Families and the rule that
//! closes each"). The crate knows nothing of tools, sessions or vendors.
//!
//! HTTP/1.1 only: ALPN offers nothing else, so neither coalescing nor ORIGIN frames nor Alt-Svc can move a request to
//! another authority (scenario S17).

mod client;
mod connect;
mod counters;
mod error;
mod exchange;
mod policy;
mod proxy;
mod request;
mod resolve;
mod response;
pub mod signing;
#[cfg(feature = "testing")]
pub mod testing;
mod url;

pub use client::{Client, ClientBuilder, Reachable, Warmth};
pub use connect::{Dial, Dialed, TlsSetupError};
pub use counters::{Counters, CountersSnapshot};
pub use error::{MaybeSent, NotSent, SendError};
pub use exchange::StreamingResponse;
pub use policy::{
    AddressClass, AllowEntry, AllowEntryError, DEFAULT_PORTS, InsecureTls, Nat64, PlainHttp, Policy,
    PolicySettings, Refusal, RefusalClass, classify,
};
pub use proxy::{Door, Proxy, ProxyCounts, ProxyLimits, Reached};
pub use request::{
    ACTION_IDLE, Freshness, MAX_BODY_BYTES, RedirectRule, Request, TlsRule, is_reserved_header,
};
pub use resolve::{DnsError, HickoryResolver, MAX_ANSWERS, ResolveFuture, Resolver};
pub use response::{RedirectStop, Response, Timings};
pub use url::{CheckedUrl, Host, MAX_URL_BYTES};
