//! Session and conversation tokens (contract: 2.9).

use std::time::Duration;

use hookswitch_model::{AgentId, Stamp};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::ids;
use super::param_errors::ParamErrors;

/// What session tokens begin with.
pub const SESSION_PREFIX: &str = "ph_session_";
/// What conversation tokens begin with.
pub const CONVERSATION_PREFIX: &str = "ph_conversation_";

/// Whether a credential is a token, not a key.
pub fn is_token(credential: &str) -> bool {
    credential.starts_with(SESSION_PREFIX) || credential.starts_with(CONVERSATION_PREFIX)
}

/// Reads how long a session token is to work.
pub fn read_session(body: &Map<String, Value>) -> Result<Duration, ParamErrors> {
    let mut errors = ParamErrors::default();
    let seconds = Fields::new(body, "", &mut errors).integer("ttl_seconds", 60..=3600);
    if errors.is_empty() { Ok(Duration::from_secs(seconds.unwrap_or(300))) } else { Err(errors) }
}

/// Reads the agent of a conversation token and how long it is to work. An id of another form is no agent's.
pub fn read_conversation(body: &Map<String, Value>) -> Result<(Option<AgentId>, Duration), ParamErrors> {
    let mut errors = ParamErrors::default();
    let mut fields = Fields::new(body, "", &mut errors);
    fields.require("agent_id");
    let agent = fields.text("agent_id", 256).and_then(ids::parse_agent);
    let seconds = fields.integer("ttl_seconds", 30..=60);
    if errors.is_empty() { Ok((agent, Duration::from_secs(seconds.unwrap_or(30)))) } else { Err(errors) }
}

/// The answer that shows a session token.
pub fn session_answer(token: &str, expires_at: Stamp) -> Value {
    json!({"session_token": token, "expires_at": expires_at})
}

/// The answer that shows a conversation token.
pub fn conversation_answer(token: &str, expires_at: Stamp) -> Value {
    json!({"conversation_token": token, "expires_at": expires_at})
}

/// What somebody with a token reads where a key is wanted.
pub fn refusal(method: &str, path: &str) -> &'static str {
    match (method, path.trim_end_matches('/')) {
        ("POST", "/v1/tools") => "Agent authentication cannot create tools",
        (_, "/v1/auth/session_token") => "Only API keys can be used to create session tokens",
        (_, "/v1/auth/conversation_token") => "Only API keys can be used to create conversation tokens",
        _ => "Session and conversation tokens only open conversations",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_have_their_ranges() {
        let session = |body: Value| read_session(body.as_object().unwrap());
        assert_eq!(session(json!({})).unwrap(), Duration::from_mins(5));
        assert_eq!(session(json!({"ttl_seconds": 60})).unwrap(), Duration::from_mins(1));
        for bad in [json!(59), json!(3601), json!("300"), json!(60.5)] {
            assert_eq!(session(json!({"ttl_seconds": bad})).unwrap_err().paths(), ["ttl_seconds"]);
        }
        let agent = AgentId::generate();
        let talk = |body: Value| read_conversation(body.as_object().unwrap());
        let body = json!({"agent_id": ids::agent(agent), "ttl_seconds": 60});
        assert_eq!(talk(body).unwrap(), (Some(agent), Duration::from_mins(1)));
        assert_eq!(talk(json!({"agent_id": "x"})).unwrap(), (None, Duration::from_secs(30)));
        assert_eq!(talk(json!({"ttl_seconds": 61})).unwrap_err().paths(), ["agent_id", "ttl_seconds"]);
    }

    #[test]
    fn tokens_are_told_from_keys() {
        assert!(is_token("ph_session_ab") && is_token("ph_conversation_ab") && !is_token("hs_live_ab"));
        assert!(refusal("POST", "/v1/tools").starts_with("Agent authentication"));
        assert_ne!(refusal("GET", "/v1/tools"), refusal("POST", "/v1/tools"));
    }
}
