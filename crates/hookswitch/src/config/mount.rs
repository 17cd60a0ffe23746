//! Where a dialect lives beside its prefix: `bland=bland.example.com` or `bland=127.0.0.1:9001`.

use std::net::SocketAddr;
use std::str::FromStr;

use hookswitch_server::DIALECT_NAMES;

/// A dialect and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MountSetting {
    pub(crate) dialect: String,
    pub(crate) place: MountPlace,
}

/// A host name, or a port of the dialect's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MountPlace {
    Host(String),
    Listen(SocketAddr),
}

impl FromStr for MountSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "DIALECT=HOST or DIALECT=ADDRESS:PORT, as in bland=tools.example.com";
        let (dialect, place) = text.split_once('=').ok_or(wanted)?;
        let (dialect, place) = (dialect.trim().to_ascii_lowercase(), place.trim());
        if !DIALECT_NAMES.contains(&dialect.as_str()) {
            return Err(format!("there is no dialect {dialect:?}; known: {}", DIALECT_NAMES.join(", ")));
        }
        if let Ok(address) = place.parse() {
            return Ok(Self { dialect, place: MountPlace::Listen(address) });
        }
        let is_name = !place.is_empty()
            && place.len() <= 253
            && place.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        if !is_name {
            return Err(format!("{place:?} is neither a host name nor an address with a port"));
        }
        Ok(Self { dialect, place: MountPlace::Host(place.to_ascii_lowercase()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let parse = |text: &str| text.parse::<MountSetting>();
        let host = MountPlace::Host("tools.example.com".to_owned());
        assert_eq!(parse("Bland = Tools.example.com").unwrap().place, host);
        assert!(matches!(parse("pyai=[::1]:0").unwrap().place, MountPlace::Listen(_)));
        for wrong in ["bland", "vapi=x.example", "bland=", "bland=http://x", "bland=x:8080", "=x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
