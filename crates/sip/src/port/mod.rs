//! One leg's audio: a socket, what is sent through it and what is heard.

mod sending;
mod sockets;
mod task;

use std::net::SocketAddr;

use hookswitch_media::g711::Law;
use hookswitch_media::source::Source;
use hookswitch_media::verdict::Guess;
use hookswitch_telephony::Digits;
use tokio::sync::{mpsc, oneshot};

pub(crate) use sockets::Sockets;

/// Orders waiting for a port.
const ORDERS: usize = 64;
/// Frames of another leg waiting to be sent: 200 ms; later ones are dropped.
const FRAMES: usize = 10;

/// The far end, as its session description says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Far {
    pub(crate) address: SocketAddr,
    pub(crate) law: Law,
    /// Payload type of its telephone-events.
    pub(crate) events: Option<u8>,
    /// Whether it wants to hear anything.
    pub(crate) listens: bool,
    /// Whether it is going to say anything.
    pub(crate) speaks: bool,
}

/// What a leg is sent.
#[derive(Debug)]
pub(crate) enum Play {
    /// Ours.
    Source(Source),
    /// What other legs forward to it.
    Relay,
}

/// Audio on its way from one leg to another.
#[derive(Debug)]
pub(crate) struct Frame {
    law: Law,
    payload: Vec<u8>,
}

/// An order to a port.
#[derive(Debug)]
pub(crate) enum Order {
    Far(Far),
    Play(Play),
    /// To whom what is heard goes.
    Forward(Vec<mpsc::Sender<Frame>>),
    /// Send digits; answers how many have left when the last one has.
    Digits {
        digits: Digits,
        press_ms: u32,
        gap_ms: u32,
        left: oneshot::Sender<Result<usize, NoEvents>>,
    },
    /// Listen for who answered; frames before this order don't count.
    Judge(oneshot::Sender<(Guess, u32)>),
    /// Say how many packets came and went, and stop.
    Close(oneshot::Sender<Counts>),
}

/// The far end takes no telephone-events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoEvents;

/// Packets of a leg.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) rx: u64,
    pub(crate) tx: u64,
}

/// What a port has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A key.
    Digit(char),
    /// Nothing has come for too long.
    Timeout,
}

/// A leg's audio. Dropping all handles closes the socket.
#[derive(Debug, Clone)]
pub(crate) struct Port {
    local: SocketAddr,
    orders: mpsc::Sender<Order>,
    frames: mpsc::Sender<Frame>,
}

impl Port {
    /// Takes a socket; `heard` gets what it has to tell.
    pub(crate) async fn open(
        sockets: &Sockets,
        media_timeout: std::time::Duration,
        heard: mpsc::Sender<Heard>,
    ) -> std::io::Result<Self> {
        let socket = sockets.take().await?;
        let local = socket.local_addr()?;
        let (orders, order_queue) = mpsc::channel(ORDERS);
        let (frames, frame_queue) = mpsc::channel(FRAMES);
        let task = task::Task::new(socket, order_queue, frame_queue, heard, media_timeout);
        tokio::spawn(task.run());
        Ok(Self { local, orders, frames })
    }

    /// Where it listens; the address may be unspecified.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Where other legs' audio for this one goes.
    pub(crate) fn frames(&self) -> mpsc::Sender<Frame> {
        self.frames.clone()
    }

    /// Gives an order; a port that is closing takes none.
    pub(crate) fn order(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            tracing::debug!("an order to a closed audio port was dropped");
        }
    }

    /// Sends digits; returns when the last one has left.
    pub(crate) async fn send_digits(
        &self,
        digits: Digits,
        press_ms: u32,
        gap_ms: u32,
    ) -> Result<usize, NoEvents> {
        let (left, done) = oneshot::channel();
        self.order(Order::Digits { digits, press_ms, gap_ms, left });
        done.await.unwrap_or(Ok(0))
    }

    /// Who answered: a guess and the milliseconds that it took.
    pub(crate) async fn judge(&self) -> Option<(Guess, u32)> {
        let (tell, told) = oneshot::channel();
        self.order(Order::Judge(tell));
        told.await.ok()
    }

    /// Stops it.
    pub(crate) async fn close(&self) -> Counts {
        let (tell, told) = oneshot::channel();
        self.order(Order::Close(tell));
        told.await.unwrap_or_default()
    }
}
