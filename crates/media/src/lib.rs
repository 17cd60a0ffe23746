//! Audio of the call engine: RTP, RFC 4733 digits both ways, G.711, tones, files, who answered. No socket, no clock:
//! packets and moments come in as values.

pub mod collect;
pub mod dtmf;
pub mod g711;
pub mod rtp;
pub mod sdp;
pub mod source;
pub mod spectrum;
pub mod verdict;
pub mod wav;

/// Samples a second of everything here.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples of one packet: 20 ms.
pub const FRAME: usize = 160;
/// Milliseconds of one packet.
pub const FRAME_MS: u32 = 20;
