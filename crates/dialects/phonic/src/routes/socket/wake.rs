//! What a conversation waits for.

use std::time::Duration;

use hookswitch_api::{Heard, Socket};
use hookswitch_brain::TimedEvent;
use hookswitch_engine::Numbered;
use hookswitch_model::event::SessionEvent;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::call_side::Act;
use super::talk::Talk;

/// What woke the task.
pub(super) enum Woken {
    Turn(Option<TimedEvent>),
    Act(Act),
    Order(Option<Numbered>),
    Event(SessionEvent),
    Heard(Heard),
    Back(Box<Socket>),
    Silent,
    Gone,
    Speak,
    Nothing,
}

impl Talk {
    /// What comes first in a conversation is told first: words before the call that follows them, results before the
    /// words about them.
    pub(super) async fn wait(&mut self) -> Woken {
        let silent_at = self.silent_at.filter(|_| self.socket.is_some() && self.turns.is_empty());
        let (gone_at, speak_at) = (self.gone_at, self.speak_at.filter(|_| self.turns.is_empty()));
        let (turn, socket) = (self.turns.front_mut(), &mut self.socket);
        tokio::select! {
            biased;
            event = next_of(turn) => Woken::Turn(event),
            Some(act) = self.acts.recv() => Woken::Act(act),
            order = self.link.next() => Woken::Order(order),
            event = self.events.next() => if let Some(Ok(event)) = event {
                Woken::Event(event)
            } else {
                // The link says why.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Woken::Nothing
            },
            heard = next_heard(socket) => Woken::Heard(heard),
            Some(socket) = self.arrivals.recv() => Woken::Back(Box::new(socket)),
            () = at(silent_at) => Woken::Silent,
            () = at(gone_at) => Woken::Gone,
            () = at(speak_at) => Woken::Speak,
        }
    }
}

async fn next_of(turn: Option<&mut mpsc::Receiver<TimedEvent>>) -> Option<TimedEvent> {
    match turn {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

async fn next_heard(socket: &mut Option<Socket>) -> Heard {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
