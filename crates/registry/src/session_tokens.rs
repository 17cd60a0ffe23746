//! Tokens that open one session at a time from named web pages: made with a key, shown once, good for minutes.

use std::time::Duration;

use hookswitch_model::Stamp;
use secrecy::SecretString;

use crate::Registry;
use crate::access_tokens::NewAccessToken;
use crate::error::RegistryError;
use crate::keys::Caller;

/// Longest life of a token.
const LONGEST_LIFE: Duration = Duration::from_mins(10);
/// Most pages that one token names.
const MOST_ORIGINS: usize = 50;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 256;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct NewSessionToken {
    /// Where the page that opens the session must come from: `scheme://host[:port]`, 1 to 50.
    pub origins: Vec<String>,
    /// How long it opens sessions: 1 s to 10 min.
    pub life: Duration,
    /// What the session is called; over what its opener calls it.
    pub label: Option<String>,
}

/// A token as it is shown once.
#[derive(Debug)]
pub struct ShownSessionToken {
    /// The token: `hs_live_sess_…`.
    pub secret: SecretString,
    /// When it opens nothing more.
    pub expires_at: Stamp,
}

impl Registry {
    /// Makes a token for sessions of the caller's organisation and mode.
    pub async fn create_session_token(
        &self,
        caller: &Caller,
        new: NewSessionToken,
    ) -> Result<ShownSessionToken, RegistryError> {
        check(&new)?;
        let key = &caller.key;
        let prefix = format!("hs_{}_sess_", key.mode.as_str());
        let token = NewAccessToken {
            project: key.project,
            agent: None,
            label: new.label,
            origins: new.origins,
            minted_by: key.id,
            valid_for: new.life,
        };
        let (secret, expires_at) = self.mint_access_token(caller.scope(), &prefix, token).await?;
        Ok(ShownSessionToken { secret, expires_at })
    }
}

fn check(new: &NewSessionToken) -> Result<(), RegistryError> {
    if new.origins.is_empty() || new.origins.len() > MOST_ORIGINS {
        let message = format!("1 to {MOST_ORIGINS} origins");
        return Err(RegistryError::finding("$.allowed_origins", "out_of_range", message));
    }
    if let Some(index) = new.origins.iter().position(|origin| !is_origin(origin)) {
        let at = format!("$.allowed_origins[{index}]");
        let message = "an origin is scheme://host or scheme://host:port, without a path and without *";
        return Err(RegistryError::finding(&at, "invalid_value", message));
    }
    if new.life < Duration::from_secs(1) || new.life > LONGEST_LIFE {
        return Err(RegistryError::finding("$.ttl_seconds", "out_of_range", "1 to 600"));
    }
    let unfit = |label: &String| label.chars().count() > LONGEST_LABEL || label.chars().any(char::is_control);
    if new.label.as_ref().is_some_and(unfit) {
        let message = format!("at most {LONGEST_LABEL} characters, no control characters");
        return Err(RegistryError::finding("$.session_label", "invalid_value", message));
    }
    Ok(())
}

/// `scheme://host[:port]` and nothing more (RFC 6454, 6.2).
pub(crate) fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let mut first = scheme.bytes();
    let is_scheme = first.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && first.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_address = |inner: &str| {
        !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inner) => is_address(inner),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    let is_port = port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    text.len() <= 512 && is_scheme && is_host && is_port
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn origins_have_no_more_than_they_may() {
        for text in [
            "https://app.example.com",
            "http://localhost:5173",
            "https://[2001:db8::1]:8443",
            "chrome-extension://abcdef",
            "capacitor://localhost",
        ] {
            assert!(is_origin(text), "{text}");
        }
        for text in [
            "",
            "*",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "app.example.com",
            "https://",
            "https://a b",
            "https://user@app.example.com",
            "https://app.example.com:0",
            "https://app.example.com:99999",
            "https://app.example.com:",
            "https://app.example.com?x",
            "://app.example.com",
            "https://[::1",
            "null",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
