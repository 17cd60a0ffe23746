//! Agents as they are shown.

use hookswitch_model::AgentId;
use hookswitch_model::agent::{Agent, AgentDraft};
use serde_json::{Map, Value, json};

use super::{EXTRAS, fields};

/// What only this dialect knows of an agent.
pub(super) fn own_members(draft: &AgentDraft) -> Map<String, Value> {
    draft.extras.get(EXTRAS).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The name that is shown: the one given here, as long as no other dialect gave another since.
pub(super) fn name_of(draft: &AgentDraft) -> &str {
    let own = draft.extras.get(EXTRAS).and_then(|own| own.get("name"));
    let shown =
        own.filter(|name| name["kept_as"] == draft.name.as_str()).and_then(|name| name["shown"].as_str());
    shown.unwrap_or(draft.name.as_str())
}

/// An agent with its bindings.
pub fn view(agent: &Agent, tools: &[Value]) -> Value {
    let draft = &agent.draft;
    let own = own_members(draft);
    let of = |name: &str| own.get(name).cloned().or_else(|| fields::default_of(name)).unwrap_or(Value::Null);
    json!({
        "object": "agent",
        "agent_id": agent.id.long(),
        "name": name_of(draft),
        "persona_system_prompt": draft.prompt,
        "greeting": draft.greeting,
        "greeting_variants": of("greeting_variants"),
        "voice_id": of("voice_id"),
        "brain_model": of("brain_model"),
        "language": of("language"),
        "barge_sensitivity": of("barge_sensitivity"),
        "ack_mode": of("ack_mode"),
        "idle_check_in": of("idle_check_in"),
        "recordings_enabled": of("recordings_enabled"),
        "consent_line": of("consent_line"),
        "metadata": draft.metadata,
        "keyterms": of("keyterms"),
        "goals": of("goals"),
        "vocabulary": of("vocabulary"),
        "persona_perspective": of("persona_perspective"),
        "extraction_schema": of("extraction_schema"),
        "extraction_webhook_url": of("extraction_webhook_url"),
        "tools": tools,
        "created_at": agent.created_at.seconds(),
    })
}

/// The answer of a deletion.
pub fn deleted(id: AgentId) -> Value {
    json!({"object": "agent.deleted", "agent_id": id.long(), "deleted": true})
}
