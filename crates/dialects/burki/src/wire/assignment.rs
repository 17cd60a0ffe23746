//! Assignments of tools to assistants, seen from either side (burki: 2.4, 2.6).

use hookswitch_model::agent::Agent;
use hookswitch_model::binding::Binding;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value, json};

use super::assistant::shown_name;
use super::extras::Extras;
use super::moment::{in_millis, in_seconds};
use super::read::{Members, Reader};
use super::refusal::Refusal;
use super::stats::Stats;
use super::style::{Item, Problem};
use super::tool::{display_name, tool_type};

/// Assistants that a tool is assigned to, or taken from.
#[derive(Debug, PartialEq, Eq)]
pub struct AssistantIds {
    /// Their numbers, each once.
    pub assistants: Vec<i64>,
    /// Whether the tool is offered there.
    pub enabled: bool,
}

impl AssistantIds {
    /// Reads `assistant_ids`, `assistant_id` or both.
    pub fn read(body: &Value) -> Result<Self, Refusal> {
        let members = members_of(body)?;
        let mut reader = Reader::default();
        let many = reader.integers(&members, "assistant_ids");
        let one = members
            .get("assistant_id")
            .and_then(|value| reader.any_integer(members.place("assistant_id"), value));
        let enabled = reader.boolean(&members, "enabled").unwrap_or(true);
        if members.get("assistant_ids").is_none() && members.get("assistant_id").is_none() {
            reader.required(&members, "assistant_ids");
        }
        reader.finish()?;
        let assistants = each_once(many.into_iter().flatten().chain(one));
        if assistants.is_empty() {
            return Err(Refusal::bad("assistant_ids cannot be empty"));
        }
        Ok(Self { assistants, enabled })
    }
}

/// Tools that an assistant gets, or how one of them is configured.
#[derive(Debug, PartialEq)]
pub struct ToolIds {
    /// Their numbers, each once.
    pub tools: Vec<i64>,
    /// Whether they are offered.
    pub enabled: bool,
    /// What they change there; null and absent take it away.
    pub custom: Option<Map<String, Value>>,
}

impl ToolIds {
    /// Reads the body of an assignment.
    pub fn read(body: &Value) -> Result<Self, Refusal> {
        let members = members_of(body)?;
        let mut reader = Reader::default();
        reader.required(&members, "tool_ids");
        let tools = reader.integers(&members, "tool_ids").unwrap_or_default();
        let (enabled, custom) = settings(&mut reader, &members);
        reader.finish()?;
        Ok(Self { tools: each_once(tools), enabled, custom })
    }

    /// Reads the body of a configuration, which names no tools.
    pub fn read_settings(body: &Value) -> Result<Self, Refusal> {
        let members = members_of(body)?;
        let mut reader = Reader::default();
        let (enabled, custom) = settings(&mut reader, &members);
        reader.finish()?;
        Ok(Self { tools: Vec::new(), enabled, custom })
    }
}

fn settings(reader: &mut Reader, members: &Members<'_>) -> (bool, Option<Map<String, Value>>) {
    let enabled = reader.boolean(members, "enabled").unwrap_or(true);
    let custom = reader.object(members, "custom_configuration").cloned();
    (enabled, custom.filter(|custom| !custom.is_empty()))
}

fn members_of(body: &Value) -> Result<Members<'_>, Refusal> {
    match body.as_object() {
        Some(map) => Ok(Members::new(map, vec!["body".into()])),
        None => Err(Refusal::item(Item::new(vec!["body".into()], Problem::NotObject, body))),
    }
}

fn each_once(numbers: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut once = Vec::new();
    for number in numbers {
        if !once.contains(&number) {
            once.push(number);
        }
    }
    once
}

fn counted(count: usize) -> String {
    format!("{count} assistant{}", if count == 1 { "" } else { "s" })
}

/// The answer of an assignment to assistants.
pub fn assigned(tool: i64, assignments: &[(Agent, Binding)]) -> Value {
    let shown: Vec<Value> = assignments.iter().map(|(agent, binding)| brief(agent, binding)).collect();
    json!({
        "success": true,
        "tool_id": tool,
        "assignments": shown,
        "message": format!("Tool successfully assigned to {}", counted(assignments.len())),
    })
}

/// The answer when assistants have lost a tool.
pub fn unassigned(tool: i64, assistants: &[i64]) -> Value {
    json!({
        "success": true,
        "tool_id": tool,
        "unassigned": assistants,
        "message": format!("Tool successfully unassigned from {}", counted(assistants.len())),
    })
}

/// Where a tool is assigned.
pub fn assignments_of(tool: &StoredTool, assignments: &[(Agent, Binding, Stats)]) -> Value {
    let shown: Vec<Value> = (assignments.iter())
        .map(|(agent, binding, stats)| {
            let mut shown = brief(agent, binding);
            shown["usage_count"] = json!(stats.count());
            shown["last_used_at"] = json!(stats.last(in_seconds));
            shown
        })
        .collect();
    json!({"tool_id": tool.number, "tool_name": tool.name, "total_assignments": shown.len(), "assignments": shown})
}

fn brief(agent: &Agent, binding: &Binding) -> Value {
    json!({
        "assistant_id": agent.number,
        "assistant_name": shown_name(agent),
        "enabled": binding.enabled,
        "assigned_at": in_seconds(binding.created_at),
    })
}

/// A tool of an assistant. `total` are its counters with all assistants, `own` those with this one.
pub fn tool_of_assistant(tool: &StoredTool, binding: &Binding, total: Stats, own: Stats) -> Value {
    json!({
        "tool": {
            "id": tool.number,
            "name": tool.name,
            "display_name": display_name(&tool.draft),
            "description": tool.draft.description,
            "tool_type": tool_type(tool),
            "execution_count": total.count(),
        },
        "assignment": {
            "enabled": binding.enabled,
            "custom_configuration": custom_of(&tool.draft, binding),
            "assigned_at": in_millis(binding.created_at),
            "execution_count": own.count(),
            "last_executed_at": own.last(in_millis),
        },
    })
}

fn custom_of(draft: &ToolDraft, binding: &Binding) -> Option<Map<String, Value>> {
    let changed = binding.changes.apply(draft).filter(|_| !binding.changes.is_empty())?;
    Extras::of(&changed).custom
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::style::Style;

    #[test]
    fn ids_come_in_two_forms() {
        let read = |body: Value| AssistantIds::read(&body);
        assert_eq!(read(json!({"assistant_id": 5})).unwrap().assistants, [5]);
        let both = read(json!({"assistant_ids": [5, 6, 5], "assistant_id": 7, "enabled": false})).unwrap();
        assert_eq!((both.assistants, both.enabled), (vec![5, 6, 7], false));
        assert_eq!(
            read(json!({"assistant_ids": []})).unwrap_err(),
            Refusal::bad("assistant_ids cannot be empty")
        );
        let (status, body) = read(json!({})).unwrap_err().render(Style::V1);
        assert_eq!((status, &body["detail"][0]["type"]), (422, &json!("value_error.missing")));
        assert_eq!(read(json!({"assistant_id": "x"})).unwrap_err().render(Style::V1).0, 422);
    }

    #[test]
    fn words_count() {
        assert_eq!(unassigned(3, &[1])["message"], json!("Tool successfully unassigned from 1 assistant"));
        assert_eq!(assigned(3, &[])["message"], json!("Tool successfully assigned to 0 assistants"));
    }
}
