//! The places in a session: one for a runtime, one for an app. The newest link of a kind has it.

use std::sync::{Arc, OnceLock};

use hookswitch_model::KeyId;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::LinkEnd;

/// Which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeatKind {
    Runtime,
    App,
}

impl SeatKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::App => "app",
        }
    }
}

/// What a link and its seat share.
#[derive(Debug, Default)]
pub(crate) struct Bond {
    end: Mutex<Option<LinkEnd>>,
    /// Cancelled when the link is to end.
    pub(crate) over: CancellationToken,
    /// The key that opened it, where one did.
    pub(crate) key: OnceLock<KeyId>,
}

impl Bond {
    /// Ends the link; the first reason stands.
    pub(crate) fn end(&self, reason: LinkEnd) {
        self.end.lock().get_or_insert(reason);
        self.over.cancel();
    }

    pub(crate) fn reason(&self) -> Option<LinkEnd> {
        *self.end.lock()
    }
}

/// A place.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    /// The link that has it.
    pub(crate) bond: Option<Arc<Bond>>,
    /// Raised by every link that takes it: a grace that ends later than the next link began means nothing.
    pub(crate) turn: u64,
    /// Nobody came back in time, or who was there left for good.
    pub(crate) is_gone: bool,
    /// The highest number that was heard.
    pub(crate) received: Option<u64>,
}

/// Both places.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    runtime: Seat,
    app: Seat,
}

impl Seats {
    pub(crate) const fn of(&mut self, kind: SeatKind) -> &mut Seat {
        match kind {
            SeatKind::Runtime => &mut self.runtime,
            SeatKind::App => &mut self.app,
        }
    }

    /// The links that are there.
    pub(crate) fn bonds(&self) -> impl Iterator<Item = (SeatKind, &Arc<Bond>)> {
        let runtime = self.runtime.bond.iter().map(|bond| (SeatKind::Runtime, bond));
        runtime.chain(self.app.bond.iter().map(|bond| (SeatKind::App, bond)))
    }
}
