//! How a runtime or an app takes part in a live session: events in, orders out.
//!
//! A *runtime* (Pipecat, LiveKit, the built-in brain) reports the conversation, asks for tools and obeys orders; an
//! *app* carries out client tools. Both join by [`Engine::connect`](crate::Engine::connect), in process or behind a
//! socket. Every order is an event of the session's history and has its number, so that whoever comes back says what
//! it has seen last and gets the rest.

mod ask;
mod connect;
mod event;
mod grace;
mod joined;
mod offered;
mod order;
mod outputs;
mod revoked;
mod seat;
mod sender;
mod stored;
mod streamed;

use hookswitch_session::EndReason;

use crate::ToolView;

pub(crate) use ask::{Ask, AskEnd, Asked, OpenAsk, Presence};
pub use event::LinkEvent;
pub use joined::Link;
pub use order::{LinkOrder, Numbered};
pub(crate) use outputs::error_text;
pub(crate) use seat::{SeatKind, Seats};
pub use sender::{LinkError, LinkSender};

/// Who joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The brain, with what it reports.
    Runtime(Reports),
    /// The executor of client tools.
    App,
}

impl LinkKind {
    /// The word in events and frames.
    pub const fn as_str(self) -> &'static str {
        self.seat().as_str()
    }

    pub(crate) const fn seat(self) -> SeatKind {
        match self {
            Self::Runtime(_) => SeatKind::Runtime,
            Self::App => SeatKind::App,
        }
    }
}

/// What a runtime reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reports {
    /// Speech of user and agent: speech rules hold.
    pub speech: bool,
    /// User turns; implied by speech.
    pub turns: bool,
}

/// How far the other side has seen the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Which life of the session, from [`Welcome::position`]. After a kill numbers are given anew in the next one.
    pub epoch: i64,
    /// The last number seen.
    pub seq: u64,
}

/// What a link is told as it joins.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// Where the session stands now; orders after the point of resumption follow.
    pub position: Position,
    /// What the position that was given is worth.
    pub resumed: Resumed,
    /// The highest number of [`LinkSender::send_numbered`] that a link of this kind was heard with, as far as known.
    pub received: Option<u64>,
    /// The tools that the model may be offered.
    pub tools: Vec<ToolView>,
    /// Whether tools may be called now.
    pub may_call_tools: bool,
    /// Whether user speech may end the agent's turn now.
    pub may_interrupt: bool,
}

/// What became of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// None was given: orders from now on.
    Fresh,
    /// Everything after it follows.
    Complete,
    /// The server was killed: numbers after this one are given anew; everything after it follows.
    Cut {
        /// The last number that both sides have.
        from: u64,
    },
}

/// Why a link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkEnd {
    /// The session has ended.
    Ended(EndReason),
    /// A newer link of its kind has joined.
    Replaced,
    /// It took its orders too slowly: come back with the position.
    TooFarBehind,
    /// The server is going down: come back with the position.
    Draining,
    /// The session is no longer this server's: come back with the position.
    Lost,
    /// The key that opened it is revoked or has expired.
    Revoked,
}
