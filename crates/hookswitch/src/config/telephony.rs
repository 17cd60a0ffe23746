//! Settings of phone calls: whose call engine.

use std::path::PathBuf;

use hookswitch_telephony::policy::{DestinationPolicy, Rule};
use secrecy::SecretString;

use super::origin::Given;
use super::{ConfigError, parse};

/// Who carries phone calls.
#[derive(Debug, Clone, Default)]
pub(crate) enum CallEngine {
    /// The session's own runtime, or nobody.
    #[default]
    None,
    /// Our SIP engine, set up in this file; started when it does not run.
    Sip(PathBuf),
    /// Somebody else's, behind signed HTTP.
    Webhook {
        /// Its one URL.
        url: String,
        /// Signs both ways.
        secret: SecretString,
    },
}

/// Phone calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct TelephonyConfig {
    pub(crate) engine: CallEngine,
    /// Where calls may go; none: where a tool's own definition says.
    pub(crate) destinations: Option<DestinationPolicy>,
}

pub(super) fn build(given: &Given) -> Result<TelephonyConfig, ConfigError> {
    let filled = |name| parse::text(given, name).map(|text| text.filter(|text| !text.is_empty()));
    let (sip, url) = (filled("sip")?, filled("call_engine_url")?);
    let engine = match (sip, url, filled("call_engine_secret")?) {
        (Some(_), Some(_), _) => {
            let message = "`sip` and `call_engine_url` are two call engines; give one".to_owned();
            return Err(ConfigError::Conflict(message));
        }
        (Some(path), None, _) => CallEngine::Sip(PathBuf::from(path)),
        (None, Some(url), Some(secret)) => CallEngine::Webhook { url, secret: secret.into() },
        (None, Some(_), None) => {
            let message = "`call_engine_url` needs HOOKSWITCH_CALL_ENGINE_SECRET".to_owned();
            return Err(ConfigError::Conflict(message));
        }
        (None, None, _) => CallEngine::None,
    };
    let allow = parse::list::<Rule>(given, "call_destinations")?;
    let is_given = given.get("call_destinations").is_some();
    let destinations = is_given.then(|| DestinationPolicy { allow, ..DestinationPolicy::default() });
    Ok(TelephonyConfig { engine, destinations })
}
