//! The address of a socket: its query, its subprotocols, the page that it comes from (contract: 4.1).

use crate::wire::trouble::{INVALID_AGENT_ID, INVALID_REQUEST, Trouble};

/// The marker that carries no secret.
pub const MARKER: &str = "pyai.v1";
/// What a credential among the subprotocols begins with.
pub const KEY: &str = "pyai-key.";

/// Which of the paths was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `/v1/omni`
    Omni,
    /// `/v1/realtime`
    Realtime,
    /// `/v2/omni/chat`
    Chat,
}

/// What the query says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Samples of the app's audio, a second.
    pub rate: u32,
    /// What the session is called, or its agent.
    pub label: Option<String>,
    /// A key or token.
    pub credential: Option<String>,
}

/// The query of a path. Unknown names are ignored.
pub fn query(text: &str, door: Door) -> Result<Query, Trouble> {
    let mut query = Query { rate: 24_000, ..Query::default() };
    let mut alias = None;
    let refuse = |name: &str, rule: &str| Err(gateway(name, rule));
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match (name.as_ref(), door) {
            ("format", _) if value != "pcm16" => return refuse("format", "must be pcm16"),
            ("rate", _) => match value.as_ref() {
                "8000" => query.rate = 8000,
                "16000" => query.rate = 16_000,
                "24000" => query.rate = 24_000,
                _ => return refuse("rate", "must be one of 8000, 16000, 24000"),
            },
            ("session_label", _) => query.label = Some(value.into_owned()),
            ("agent_id", _) | ("agent", Door::Chat) => alias = Some(value.into_owned()),
            ("api_key", _) => query.credential = Some(value.into_owned()),
            ("access_token", Door::Realtime) => {
                query.credential.get_or_insert_with(|| value.into_owned());
            }
            ("model", Door::Realtime) if value != "pyai-omni-realtime" => {
                return refuse("model", "must be pyai-omni-realtime");
            }
            _ => {}
        }
    }
    query.label = query.label.or(alias).filter(|label| !label.is_empty());
    if let Some(label) = &query.label
        && (label.chars().nth(256).is_some() || label.chars().any(char::is_control))
    {
        let rule = "session_label: must have at most 256 characters and no control characters";
        return Err(Trouble::new(INVALID_AGENT_ID, rule));
    }
    Ok(query)
}

/// Refusals before the upgrade have the door's shape.
fn gateway(name: &str, rule: &str) -> Trouble {
    Trouble::about(INVALID_REQUEST, name, format!("{name}: {rule}")).of_gateway()
}

/// Which of the offered subprotocols is chosen: the marker; else the credential itself, since a browser fails when none
/// of its offers is.
pub fn chosen<'o>(offered: &[&'o str]) -> Option<&'o str> {
    let marker = offered.iter().find(|offered| **offered == MARKER);
    marker.or_else(|| offered.iter().find(|offered| offered.starts_with(KEY))).copied()
}

/// Whether a page is one of those that a token names: scheme, host without case, port.
pub fn is_named(origin: &str, named: &[String]) -> bool {
    let normal = |text: &str| url::Url::parse(text).ok().map(|url| url.origin());
    let Some(origin) = normal(origin).filter(url::Origin::is_tuple) else { return false };
    named.iter().any(|named| normal(named).is_some_and(|named| named == origin))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn queries_are_read_in_any_order() {
        let read = |text: &str| query(text, Door::Omni);
        let found = read("rate=16000&agent_id=b&session_label=a&format=pcm16&x=y").unwrap();
        assert_eq!((found.rate, found.label.as_deref()), (16_000, Some("a")));
        assert_eq!(read("agent_id=b").unwrap().label.as_deref(), Some("b"));
        assert_eq!(read("agent=b").unwrap().label, None);
        assert_eq!(query("agent=b", Door::Chat).unwrap().label.as_deref(), Some("b"));
        assert_eq!(query("access_token=t", Door::Realtime).unwrap().credential.as_deref(), Some("t"));
        assert_eq!(read("access_token=t").unwrap().credential, None);
        for refused in ["format=opus", "rate=1"] {
            assert_eq!(read(refused).unwrap_err().code.word, "invalid_request");
        }
        assert!(query("model=other", Door::Realtime).is_err());
        let long = format!("session_label={}", "a".repeat(257));
        assert_eq!(read(&long).unwrap_err().code, INVALID_AGENT_ID);
        assert_eq!(read("session_label=a%00").unwrap_err().code, INVALID_AGENT_ID);
    }

    #[test]
    fn the_marker_is_chosen_before_the_credential() {
        assert_eq!(chosen(&["pyai-key.x", "pyai.v1"]), Some("pyai.v1"));
        assert_eq!(chosen(&["other", "pyai-key.x"]), Some("pyai-key.x"));
        assert_eq!(chosen(&["other"]), None);
    }

    #[test]
    fn pages_are_compared_as_origins() {
        let named = vec!["https://App.example".to_owned(), "http://localhost:3000".to_owned()];
        assert!(is_named("https://app.example", &named) && is_named("https://app.example:443", &named));
        assert!(is_named("http://localhost:3000", &named));
        assert!(!is_named("http://app.example", &named) && !is_named("http://localhost", &named));
        assert!(!is_named("null", &named) && !is_named("", &named));
    }
}
