//! How the engine is set up: one file (TOML), read once.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use hookswitch_telephony::E164;
use hookswitch_telephony::policy::DestinationPolicy;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};

/// A secret of the settings file: never shown.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Settings of the call engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SipSettings {
    /// Where SIP is spoken, UDP and TCP.
    pub listen: SocketAddr,
    /// The address that others see, where it is another (NAT). Port 0: the listening port.
    #[serde(default)]
    pub public_address: Option<IpAddr>,
    /// Where the server's commands come in. Loopback unless you know better.
    pub control: SocketAddr,
    /// Where events go: the server's URL.
    #[serde(default)]
    pub events_url: Option<String>,
    /// Signs commands and events (`whsec_…`).
    pub secret: Password,
    /// First and last port of audio; absent: whatever is free.
    #[serde(default)]
    pub rtp_ports: Option<(u16, u16)>,
    /// The line to the telephone network.
    #[serde(default)]
    pub trunk: Option<Trunk>,
    /// Who may call in.
    #[serde(default)]
    pub inbound: Inbound,
    /// The voice runtime.
    #[serde(default)]
    pub agent: Agent,
    /// Where calls may go; checked here again, whatever the server thinks.
    #[serde(default)]
    pub destinations: DestinationPolicy,
    /// What the caller hears while waiting.
    #[serde(default)]
    pub hold: Hold,
    /// What is too much.
    #[serde(default)]
    pub limits: Limits,
}

/// The line to the telephone network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    /// `host[:port]`.
    pub host: String,
    /// `udp` (default) or `tcp`.
    #[serde(default)]
    pub transport: TrunkTransport,
    /// Name that the trunk knows us by.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password.
    #[serde(default)]
    pub password: Option<Password>,
    /// Register there, so that calls come in.
    #[serde(default)]
    pub register: bool,
}

/// How a trunk is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    /// Datagrams.
    #[default]
    Udp,
    /// A connection.
    Tcp,
}

/// Who may call in. The default lets nobody in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// Addresses and networks that need no password (`192.0.2.0/24`).
    #[serde(default)]
    pub allow: Vec<String>,
    /// Names and passwords (digest) for everybody else.
    #[serde(default)]
    pub users: BTreeMap<String, Password>,
    /// The realm of the challenge.
    #[serde(default = "realm")]
    pub realm: String,
}

/// The voice runtime that speaks with the caller.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Where it takes calls: a SIP address. Absent: callers hear the tone.
    #[serde(default)]
    pub uri: Option<String>,
    /// The number shown as the agent's.
    #[serde(default)]
    pub number: Option<E164>,
    /// Hertz of what callers hear where there is no runtime; absent: silence.
    #[serde(default)]
    pub tone: Option<u16>,
}

/// What the caller hears while waiting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Hertz of the tone.
    #[serde(default = "hold_tone")]
    pub tone: u16,
    /// Folder of the files that may be played.
    #[serde(default)]
    pub folder: Option<PathBuf>,
}

impl Default for Hold {
    fn default() -> Self {
        Self { tone: hold_tone(), folder: None }
    }
}

/// What is too much.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Calls at once.
    pub calls: usize,
    /// Seconds without a packet after which a call is dropped.
    pub media_timeout_s: u64,
    /// Longest call in seconds.
    pub longest_call_s: u64,
    /// Seconds that nothing is heard of a transfer that was accepted.
    pub refer_silence_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls: 200, media_timeout_s: 30, longest_call_s: 4 * 3_600, refer_silence_s: 60 }
    }
}

fn realm() -> String {
    "hookswitch".to_owned()
}

fn hold_tone() -> u16 {
    425
}

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML of this form.
    #[error("the call engine's settings can't be read: {0}")]
    Form(#[from] toml::de::Error),
    /// A value that can't be.
    #[error("`{field}`: {what}")]
    Value {
        /// Which setting.
        field: &'static str,
        /// What is wrong.
        what: String,
    },
}

impl SipSettings {
    /// Reads settings.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text)?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let wrong = |field, what: &str| SettingsError::Value { field, what: what.to_owned() };
        if self.listen.ip().is_unspecified() && self.public_address.is_none() {
            return Err(wrong("listen", "one address, or `public_address` beside it: others must find us"));
        }
        if let Some((first, last)) = self.rtp_ports
            && (first < 1_024 || last <= first)
        {
            return Err(wrong("rtp_ports", "two ports from 1024 on, the lower first"));
        }
        for entry in &self.inbound.allow {
            crate::admission::Network::parse(entry)
                .ok_or_else(|| wrong("inbound.allow", "an address or a network, as in 192.0.2.0/24"))?;
        }
        if let Some(uri) = &self.agent.uri
            && hookswitch_telephony::Target::parse(uri).is_err()
        {
            return Err(wrong("agent.uri", "a SIP address"));
        }
        Ok(())
    }
}
