//! RTP packets (RFC 3550).

/// Longest packet that is looked at.
pub const MAX_PACKET: usize = 1_500;

/// A packet as it came, over the bytes that it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Marker bit: a talk spurt or a digit begins.
    pub marker: bool,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp in samples.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// What it carries.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet; anything that is none is `None`.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let [first, second, ..] = *bytes else { return None };
        if first >> 6 != 2 || bytes.len() > MAX_PACKET {
            return None;
        }
        let word =
            |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
        let sequence = u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]);
        let (timestamp, ssrc) = (word(4)?, word(8)?);
        let mut start = 12 + usize::from(first & 0x0F) * 4;
        if first & 0x10 != 0 {
            let words = usize::try_from(word(start)? & 0xFFFF).ok()?;
            start += 4 + words * 4;
        }
        let mut end = bytes.len();
        if first & 0x20 != 0 {
            let padding = usize::from(*bytes.last()?);
            if padding == 0 {
                return None;
            }
            end = end.checked_sub(padding)?;
        }
        let payload = bytes.get(start..end)?;
        Some(Self {
            payload_type: second & 0x7F,
            marker: second & 0x80 != 0,
            sequence,
            timestamp,
            ssrc,
            payload,
        })
    }
}

/// Writes packets of one stream: numbers them.
#[derive(Debug, Clone)]
pub struct Stream {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
}

impl Stream {
    /// A stream; the three start values are to be random (RFC 3550, 5.1).
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self { ssrc, sequence, timestamp }
    }

    /// The timestamp of the next audio packet.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Moves the clock on by so many samples.
    pub fn advance(&mut self, samples: u32) {
        self.timestamp = self.timestamp.wrapping_add(samples);
    }

    /// A packet at `timestamp` with the next number.
    pub fn packet(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + payload.len());
        bytes.push(0x80);
        bytes.push((payload_type & 0x7F) | if marker { 0x80 } else { 0 });
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&timestamp.to_be_bytes());
        bytes.extend_from_slice(&self.ssrc.to_be_bytes());
        bytes.extend_from_slice(payload);
        self.sequence = self.sequence.wrapping_add(1);
        bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(ssrc: u32, sequence: u16, timestamp: u32, marker: bool,
            payload_type in 0u8..128, payload in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut stream = Stream::new(ssrc, sequence, timestamp);
            let bytes = stream.packet(payload_type, marker, timestamp, &payload);
            let packet = Packet::parse(&bytes).unwrap();
            prop_assert_eq!(packet, Packet { payload_type, marker, sequence, timestamp, ssrc, payload: &payload });
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Packet::parse(&bytes);
        }
    }

    #[test]
    fn sources_extension_and_padding_are_left_out() {
        let mut bytes = vec![0xB1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([9, 9, 9, 9]); // one contributing source
        bytes.extend([0xBE, 0xDE, 0, 1, 7, 7, 7, 7]); // one word of extension
        bytes.extend([1, 2, 3, 0, 0, 3]); // payload, then padding of three
        assert_eq!(Packet::parse(&bytes).unwrap().payload, [1, 2, 3]);
    }
}
