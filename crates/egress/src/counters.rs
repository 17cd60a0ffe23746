//! What the client did, for tests and `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Running totals since the client was made.
        #[derive(Debug, Default)]
        pub struct Counters { $(pub(crate) $name: AtomicU64,)* }

        /// The totals at one moment.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct CountersSnapshot { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            /// Reads all totals.
            pub fn snapshot(&self) -> CountersSnapshot {
                CountersSnapshot { $($name: self.$name.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// TCP connections opened (after TLS, where there is TLS).
    connections_opened,
    /// Requests carried by a kept-alive or warmed connection.
    connections_reused,
    /// Connections opened ahead of a request.
    connections_warmed,
    /// Attempts to open a connection that failed.
    connect_failures,
    /// Targets that the policy refused.
    refused,
    /// Names given to the resolver.
    dns_lookups,
    /// Lookups that brought no addresses.
    dns_failures,
    /// TLS handshakes with a certificate.
    tls_full_handshakes,
    /// TLS handshakes that resumed a session.
    tls_resumed_handshakes,
    /// Requests written to a connection.
    requests_sent,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
