//! A link from the inside: orders in the order of their numbers, none lost, none twice.

use std::sync::Arc;

use hookswitch_model::{KeyId, SessionId};

use super::sender::Joined;
use super::{LinkEnd, LinkError, LinkEvent, LinkOrder, LinkSender, Numbered, Welcome};
use crate::events::{EventStream, Noted};

/// Events that a link may fall behind, once it had caught up.
const MOST_BEHIND: u64 = 4096;

/// One side's part in a session. Dropping it is a lost connection: it may be taken up again with the position.
pub struct Link {
    pub(super) joined: Arc<Joined>,
    pub(super) welcome: Welcome,
    pub(super) stream: EventStream,
    /// Taken from the stream and not given out yet.
    pub(super) pending: Option<Arc<Noted>>,
    pub(super) has_caught_up: bool,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Link").field("session", &self.session()).finish_non_exhaustive()
    }
}

impl Link {
    /// The session.
    pub fn session(&self) -> SessionId {
        self.joined.session.id
    }

    /// How the session stood when it joined.
    pub const fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Why the link ended; none while it goes on.
    pub fn end(&self) -> Option<LinkEnd> {
        self.joined.bond.reason()
    }

    /// Says which key opened it: when that is revoked or expires, the link ends.
    #[must_use]
    pub fn opened_by(self, key: KeyId) -> Self {
        let _ = self.joined.bond.key.set(key);
        self
    }

    /// A handle that reports, for use beside a task that waits in [`Self::next`].
    pub fn sender(&self) -> LinkSender {
        LinkSender::new(Arc::clone(&self.joined))
    }

    /// Reports an event.
    pub async fn send(&self, event: LinkEvent) -> Result<(), LinkError> {
        self.sender().send(event).await
    }

    /// The next order; none when the link has ended. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Numbered> {
        loop {
            let noted = match self.pending.take() {
                Some(noted) => noted,
                None => self.take_noted().await?,
            };
            // Back in its place until it is known what it is: the future may be dropped.
            self.pending = Some(Arc::clone(&noted));
            let order = match &noted.order {
                Some(order) => Some(order.clone()),
                None => self.joined.engine.order_of(&self.joined.session, &noted.event).await,
            };
            self.pending = None;
            let Some(order) = order.filter(|order| order.seat().is_none_or(|seat| seat == self.joined.seat))
            else {
                continue;
            };
            if let LinkOrder::Ended { reason } = order {
                self.joined.bond.end(LinkEnd::Ended(reason));
            }
            return Some(Numbered { seq: noted.event.seq, at: noted.event.at, order });
        }
    }

    async fn take_noted(&mut self) -> Option<Arc<Noted>> {
        let bond = Arc::clone(&self.joined.bond);
        let next = tokio::select! {
            biased;
            () = bond.over.cancelled() => return None,
            next = self.stream.next_noted() => next,
        };
        let noted = match next {
            Some(Ok(noted)) => noted,
            Some(Err(error)) => {
                tracing::error!(session = %self.session(), %error, "the orders of a link could not be read");
                bond.end(LinkEnd::Lost);
                return None;
            }
            None => {
                bond.end(LinkEnd::Lost);
                return None;
            }
        };
        let behind = self.joined.session.state.lock().last_seq.saturating_sub(noted.event.seq);
        self.has_caught_up |= behind == 0;
        if self.has_caught_up && behind > MOST_BEHIND {
            bond.end(LinkEnd::TooFarBehind);
            return None;
        }
        Some(noted)
    }

    /// Leaves for good: nobody waits for it to come back.
    pub async fn leave(self) {
        self.joined.engine.leave(&self.joined).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.joined.engine.lose(&self.joined);
    }
}
