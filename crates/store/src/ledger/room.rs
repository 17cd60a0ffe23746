//! A place in the writer's queue.

use hookswitch_model::event::SessionEvent;
use hookswitch_model::{ActId, Stamp};
use tokio::sync::mpsc::Permit;

use super::job::{Errand, Lazy};
use super::writer::Writer;

/// A place in the queue; given back when dropped. From [`crate::Writer::room`].
#[derive(Debug)]
pub struct Room<'a> {
    pub(super) place: Permit<'a, Errand>,
    pub(super) writer: &'a Writer,
}

impl Room<'_> {
    /// Stores an event.
    pub fn event(self, event: SessionEvent) {
        self.put(Lazy::Event(event));
    }

    /// Notes when the model was told the answer of an act.
    pub fn told(self, act: ActId, at: Stamp) {
        self.put(Lazy::Told { act, at });
    }

    fn put(self, job: Lazy) {
        self.place.send(Errand::Write(job));
        self.writer.nudge_when_enough();
    }
}
