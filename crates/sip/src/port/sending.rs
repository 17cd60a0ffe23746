//! What a leg sends next: packets of audio, or of a digit.

use std::collections::VecDeque;
use std::time::Duration;

use hookswitch_media::dtmf::{EventPacket, packets_of};
use hookswitch_media::g711::Law;
use hookswitch_media::rtp::Stream;
use hookswitch_media::{FRAME, FRAME_MS};
use hookswitch_telephony::{Digits, Step};
use tokio::sync::oneshot;

use super::NoEvents;

/// Digits wanted by several sides at once; more are refused.
const MOST_WAITING: usize = 32;

/// One thing to do per packet time.
#[derive(Debug)]
enum Tick {
    /// These packets of a digit that began at the digit's own timestamp.
    Event { begin: bool, packets: Vec<EventPacket> },
    /// Nothing of a digit.
    Quiet,
    /// The last packet has left: tell.
    Left(oneshot::Sender<Result<usize, NoEvents>>, usize),
}

/// The outgoing stream of a leg.
#[derive(Debug)]
pub(super) struct Sending {
    stream: Stream,
    ticks: VecDeque<Tick>,
    digit_began: u32,
    fresh_spurt: bool,
}

impl Sending {
    pub(super) fn new() -> Self {
        let random = uuid::Uuid::new_v4().as_u128();
        Self {
            stream: Stream::new(random as u32, (random >> 32) as u16, (random >> 96) as u32),
            ticks: VecDeque::new(),
            digit_began: 0,
            fresh_spurt: true,
        }
    }

    /// Whether a digit is under way: audio gives way to it.
    pub(super) fn is_busy(&self) -> bool {
        !self.ticks.is_empty()
    }

    /// Queues digits.
    pub(super) fn press(
        &mut self,
        digits: &Digits,
        (press_ms, gap_ms): (u32, u32),
        left: oneshot::Sender<Result<usize, NoEvents>>,
    ) {
        let waiting = self.ticks.iter().filter(|tick| matches!(tick, Tick::Left(..))).count();
        if waiting >= MOST_WAITING {
            return;
        }
        let frames = |ms: u32| u16::try_from(ms.div_ceil(FRAME_MS)).unwrap_or(u16::MAX).max(1);
        let quiet = |ticks: &mut VecDeque<Tick>, ms: u32| {
            ticks.extend((0..frames(ms)).map(|_| Tick::Quiet));
        };
        for step in digits.steps() {
            match step {
                Step::Pause(pause) => quiet(&mut self.ticks, millis(pause)),
                Step::Press(key) => {
                    let mut packets = packets_of(key, frames(press_ms)).unwrap_or_default();
                    let end = packets.split_off(packets.len().saturating_sub(3));
                    for (index, packet) in packets.into_iter().enumerate() {
                        self.ticks.push_back(Tick::Event { begin: index == 0, packets: vec![packet] });
                    }
                    self.ticks.push_back(Tick::Event { begin: false, packets: end });
                    quiet(&mut self.ticks, gap_ms);
                }
            }
        }
        self.ticks.push_back(Tick::Left(left, digits.presses()));
        self.fresh_spurt = true;
    }

    /// The packets of this packet time when a digit is under way.
    pub(super) fn next_of_digit(&mut self, events: u8) -> Vec<Vec<u8>> {
        while let Some(tick) = self.ticks.pop_front() {
            match tick {
                Tick::Left(tell, count) => {
                    // Whoever asked may be gone.
                    let _ = tell.send(Ok(count));
                }
                Tick::Quiet => {
                    self.stream.advance(FRAME as u32);
                    return Vec::new();
                }
                Tick::Event { begin, packets } => {
                    if begin {
                        self.digit_began = self.stream.timestamp();
                    }
                    let began = self.digit_began;
                    let bytes = packets
                        .iter()
                        .map(|packet| self.stream.packet(events, packet.marker, began, &packet.payload))
                        .collect();
                    self.stream.advance(FRAME as u32);
                    return bytes;
                }
            }
        }
        Vec::new()
    }

    /// A packet of audio.
    pub(super) fn audio(&mut self, law: Law, payload: &[u8]) -> Vec<u8> {
        let timestamp = self.stream.timestamp();
        let marker = std::mem::take(&mut self.fresh_spurt);
        let bytes = self.stream.packet(law.payload_type(), marker, timestamp, payload);
        self.stream.advance(payload.len() as u32);
        bytes
    }

    /// The next packet begins a stretch of sound.
    pub(super) fn begin_spurt(&mut self) {
        self.fresh_spurt = true;
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
