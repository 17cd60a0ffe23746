//! A place in the writer's queue.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::{ActId, Stamp};
use tokio::sync::mpsc::Permit;

use super::job::{Errand, Lazy};

/// A place in the queue; given back when dropped. From [`crate::Writer::room`].
#[derive(Debug)]
pub struct Room<'a>(pub(super) Permit<'a, Errand>);

impl Room<'_> {
    /// Stores an event.
    pub fn event(self, event: SessionEvent) {
        self.0.send(Errand::Write(Lazy::Event(event)));
    }

    /// Notes when the model was told the answer of an act.
    pub fn told(self, act: ActId, at: Stamp) {
        self.0.send(Errand::Write(Lazy::Told { act, at }));
    }
}
