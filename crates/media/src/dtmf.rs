//! Digits as telephone-events (RFC 4733), both ways.

use crate::FRAME;
use crate::rtp::Packet;

/// The keys in the order of their event codes.
const KEYS: &[u8; 16] = b"0123456789*#ABCD";
/// Volume of digits sent, in -dBm0.
const VOLUME: u8 = 10;

/// The key of an event code.
pub fn key_of(code: u8) -> Option<char> {
    KEYS.get(usize::from(code)).map(|key| char::from(*key))
}

/// The event code of a key.
pub fn code_of(key: char) -> Option<u8> {
    KEYS.iter().position(|candidate| char::from(*candidate) == key).and_then(|at| u8::try_from(at).ok())
}

/// Hears digits: each once, however many packets tell of it.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    /// Timestamp and source of the last event: all its packets share them.
    last: Option<(u32, u32)>,
}

impl Receiver {
    /// Takes a telephone-event packet; a key when it is the first of a new event.
    pub fn take(&mut self, packet: &Packet<'_>) -> Option<char> {
        let [code, _, _, _, ..] = *packet.payload else { return None };
        let key = key_of(code)?;
        let event = (packet.timestamp, packet.ssrc);
        if let Some((last, ssrc)) = self.last
            && ssrc == packet.ssrc
        {
            // The same event, or a late packet of an older one.
            let ahead = packet.timestamp.wrapping_sub(last);
            if ahead == 0 || ahead > u32::MAX / 2 {
                return None;
            }
        }
        self.last = Some(event);
        Some(key)
    }
}

/// One packet of a digit: marker and payload; the timestamp is that of the digit's begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    /// Set on the first.
    pub marker: bool,
    /// What the packet carries.
    pub payload: [u8; 4],
    /// The digit has ended with this one; sent three times.
    pub is_end: bool,
}

/// The packets of a digit that lasts `frames` packet times: one a packet time, and the last one three times.
pub fn packets_of(key: char, frames: u16) -> Option<Vec<EventPacket>> {
    let code = code_of(key)?;
    let frames = frames.clamp(1, u16::MAX / FRAME as u16);
    let packet = |frame: u16, is_end: bool| {
        let duration = (frame * FRAME as u16).to_be_bytes();
        let end = if is_end { 0x80 } else { 0 };
        EventPacket {
            marker: frame == 1 && !is_end,
            payload: [code, end | VOLUME, duration[0], duration[1]],
            is_end,
        }
    };
    let mut packets: Vec<_> = (1..=frames).map(|frame| packet(frame, false)).collect();
    packets.extend([packet(frames, true); 3]);
    Some(packets)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::rtp::Stream;

    /// Packets of keys, each begun `gap` samples after the one before.
    fn wire(keys: &str) -> Vec<Vec<u8>> {
        let mut stream = Stream::new(7, 65_530, u32::MAX - 900);
        let mut bytes = Vec::new();
        for key in keys.chars() {
            let begin = stream.timestamp();
            for packet in packets_of(key, 5).unwrap() {
                bytes.push(stream.packet(101, packet.marker, begin, &packet.payload));
            }
            stream.advance(1_600);
        }
        bytes
    }

    fn heard<'a>(packets: impl IntoIterator<Item = &'a Vec<u8>>) -> String {
        let mut receiver = Receiver::default();
        packets.into_iter().filter_map(|bytes| receiver.take(&Packet::parse(bytes).unwrap())).collect()
    }

    #[test]
    fn the_shape_of_a_digit() {
        let packets = packets_of('#', 2).unwrap();
        assert_eq!(packets.len(), 5);
        assert_eq!(packets[0].payload, [11, 10, 0, 160]);
        assert_eq!(packets[4].payload, [11, 0x8A, 1, 64]);
        assert!(packets[0].marker && !packets[1].marker && packets[2].is_end);
        assert_eq!(packets_of('x', 2), None);
    }

    proptest! {
        #[test]
        fn each_key_once_whatever_is_lost_or_doubled(
            keys in "[0-9*#A-D]{1,12}", lost in proptest::collection::vec(0usize..8, 12), doubled: bool
        ) {
            // One packet of every digit is lost, some arrive twice.
            let all = wire(&keys);
            let mut kept = Vec::new();
            for (index, bytes) in all.iter().enumerate() {
                if index % 8 == lost[index / 8] {
                    continue;
                }
                kept.push(bytes);
                if doubled {
                    kept.push(bytes);
                }
            }
            prop_assert_eq!(heard(kept), keys);
        }

        #[test]
        fn neighbours_that_change_places_are_no_new_keys(keys in "[0-9*#A-D]{1,12}", at in 0usize..80) {
            let mut all = wire(&keys);
            let at = at % (all.len() - 1);
            all.swap(at, at + 1);
            prop_assert_eq!(heard(&all).len(), keys.len());
        }
    }
}
