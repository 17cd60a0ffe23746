//! SDP for one audio stream (RFC 8866, RFC 3264): what is offered, what of it is taken.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use crate::g711::Law;

/// Longest body that is looked at.
pub const MAX_SDP: usize = 16 * 1024;
/// The payload type of telephone-events that we offer.
pub const EVENTS: u8 = 101;

/// Who sends, as seen by whoever wrote the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both.
    #[default]
    SendRecv,
    /// The writer only sends: hold.
    SendOnly,
    /// The writer only receives.
    RecvOnly,
    /// Nobody.
    Inactive,
}

impl Direction {
    /// As an attribute.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// What an answerer says to it.
    #[must_use]
    pub const fn answer(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }
}

/// The far end's side of an audio stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Where it listens.
    pub address: SocketAddr,
    /// Laws that it takes, best first.
    pub laws: Vec<Law>,
    /// The payload type of its telephone-events at 8 kHz.
    pub events: Option<u8>,
    /// Who sends, as the far end wrote it.
    pub direction: Direction,
}

/// A body that holds no audio stream that we can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Not SDP, or no address and port for audio.
    #[error("no audio stream in the session description")]
    Form,
    /// Neither PCMU nor PCMA over plain RTP.
    #[error("no common audio coding")]
    NoCoding,
}

/// Reads a body: its first audio stream.
pub fn parse(body: &[u8]) -> Result<Remote, SdpError> {
    if body.len() > MAX_SDP {
        return Err(SdpError::Form);
    }
    let text = std::str::from_utf8(body).map_err(|_| SdpError::Form)?;
    let mut session_address = None;
    let mut address = None;
    let mut direction = Direction::default();
    let mut audio: Option<(u16, Vec<u8>)> = None;
    let mut named: Vec<(u8, String)> = Vec::new();
    for line in text.lines() {
        let Some((kind, value)) = line.trim_end().split_once('=') else { continue };
        match kind {
            "m" if audio.is_some() => break,
            "m" => audio = media(value)?,
            "c" => {
                let found = connection(value);
                if audio.is_some() { address = address.or(found) } else { session_address = found }
            }
            "a" => match attribute(value) {
                Attribute::Direction(found) => direction = found,
                Attribute::Coding(number, name) if audio.is_some() && named.len() < 64 => {
                    named.push((number, name));
                }
                _ => {}
            },
            _ => {}
        }
    }
    let (port, formats) = audio.ok_or(SdpError::Form)?;
    let host = address.or(session_address).ok_or(SdpError::Form)?;
    let name_of = |number: u8| named.iter().find(|(n, _)| *n == number).map(|(_, name)| name.as_str());
    let law_of = |number: u8| match (number, name_of(number)) {
        (0, None | Some("pcmu/8000")) => Some(Law::Mu),
        (8, None | Some("pcma/8000")) => Some(Law::A),
        _ => None,
    };
    let laws: Vec<Law> = formats.iter().filter_map(|number| law_of(*number)).collect();
    if laws.is_empty() {
        return Err(SdpError::NoCoding);
    }
    let events = formats.iter().copied().find(|number| name_of(*number) == Some("telephone-event/8000"));
    // The old way to hold: an address of nothing but zeros.
    let direction = if host.is_unspecified() { Direction::SendOnly } else { direction };
    Ok(Remote { address: SocketAddr::new(host, port), laws, events, direction })
}

/// `audio 49170 RTP/AVP 0 8 101`; another kind of stream is `None`.
fn media(value: &str) -> Result<Option<(u16, Vec<u8>)>, SdpError> {
    let mut words = value.split_ascii_whitespace();
    if words.next() != Some("audio") {
        return Ok(None);
    }
    let port = words.next().and_then(|port| port.split('/').next()?.parse().ok()).ok_or(SdpError::Form)?;
    if words.next() != Some("RTP/AVP") {
        return Err(SdpError::NoCoding);
    }
    let formats = words.take(64).filter_map(|word| word.parse().ok().filter(|n| *n < 128)).collect();
    if port == 0 { Ok(None) } else { Ok(Some((port, formats))) }
}

fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_ascii_whitespace();
    if words.next()? != "IN" || !matches!(words.next()?, "IP4" | "IP6") {
        return None;
    }
    words.next()?.split('/').next()?.parse().ok()
}

enum Attribute {
    Direction(Direction),
    Coding(u8, String),
    Other,
}

fn attribute(value: &str) -> Attribute {
    match value {
        "sendrecv" => return Attribute::Direction(Direction::SendRecv),
        "sendonly" => return Attribute::Direction(Direction::SendOnly),
        "recvonly" => return Attribute::Direction(Direction::RecvOnly),
        "inactive" => return Attribute::Direction(Direction::Inactive),
        _ => {}
    }
    let Some((number, name)) = value.strip_prefix("rtpmap:").and_then(|map| map.split_once(' ')) else {
        return Attribute::Other;
    };
    match number.parse() {
        Ok(number) => {
            let name = name.trim().to_ascii_lowercase();
            Attribute::Coding(number, name.strip_suffix("/1").unwrap_or(&name).to_owned())
        }
        Err(_) => Attribute::Other,
    }
}

/// Our side of a stream.
#[derive(Debug, Clone)]
pub struct Local<'a> {
    /// Where we listen, as seen from outside.
    pub address: SocketAddr,
    /// Laws, best first.
    pub laws: &'a [Law],
    /// The payload type of telephone-events, where they are spoken.
    pub events: Option<u8>,
    /// Who sends, as we write it.
    pub direction: Direction,
    /// Session id, the same over a call.
    pub id: u32,
    /// One more with every change.
    pub version: u32,
}

impl Local<'_> {
    /// The body.
    pub fn write(&self) -> String {
        let family = if self.address.is_ipv4() { "IP4" } else { "IP6" };
        let (ip, port) = (self.address.ip(), self.address.port());
        let mut numbers: Vec<String> = self.laws.iter().map(|law| law.payload_type().to_string()).collect();
        numbers.extend(self.events.map(|events| events.to_string()));
        let mut text = format!(
            "v=0\r\no=- {} {} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {}\r\n",
            self.id,
            self.version,
            numbers.join(" ")
        );
        // Writing to a String does not fail.
        for law in self.laws {
            let _ = write!(text, "a=rtpmap:{} {}/8000\r\n", law.payload_type(), law.name());
        }
        if let Some(events) = self.events {
            let _ = write!(text, "a=rtpmap:{events} telephone-event/8000\r\na=fmtp:{events} 0-15\r\n");
        }
        let _ = write!(text, "a=ptime:20\r\na={}\r\n", self.direction.name());
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn our_own_offer_reads_back() {
        let local = Local {
            address: "192.0.2.1:4000".parse().unwrap(),
            laws: &[Law::A, Law::Mu],
            events: Some(EVENTS),
            direction: Direction::SendOnly,
            id: 1,
            version: 2,
        };
        let remote = parse(local.write().as_bytes()).unwrap();
        assert_eq!(remote.address, local.address);
        assert_eq!((remote.laws.as_slice(), remote.events), (local.laws, local.events));
        assert_eq!(remote.direction, Direction::SendOnly);
    }

    #[test]
    fn other_numbers_wide_events_and_old_hold() {
        let body = "v=0\nc=IN IP4 0.0.0.0\nm=video 1 RTP/AVP 31\nm=audio 4000 RTP/AVP 96 8 100 99\n\
            a=rtpmap:96 opus/48000/2\na=rtpmap:100 telephone-event/48000\na=rtpmap:99 telephone-event/8000\n";
        let remote = parse(body.as_bytes()).unwrap();
        assert_eq!((remote.laws.as_slice(), remote.events), (&[Law::A][..], Some(99)));
        assert_eq!(remote.direction, Direction::SendOnly);
        assert_eq!(parse(b"v=0\nc=IN IP4 1.2.3.4\nm=audio 4000 RTP/AVP 9\n"), Err(SdpError::NoCoding));
        assert_eq!(parse(b"v=0\nc=IN IP4 1.2.3.4\nm=audio 4000 RTP/SAVP 0\n"), Err(SdpError::NoCoding));
        assert_eq!(parse(b"v=0\nm=audio 4000 RTP/AVP 0\n"), Err(SdpError::Form));
        assert_eq!(parse(b""), Err(SdpError::Form));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn any_lines_are_read_or_refused(lines in proptest::collection::vec("[vcma]=\\PC{0,40}", 0..20)) {
            let _ = parse(lines.join("\r\n").as_bytes());
        }
    }
}
