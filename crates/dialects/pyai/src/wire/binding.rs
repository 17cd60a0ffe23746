//! Tools of an agent (contract: 2.8).

use hookswitch_model::ToolId;
use hookswitch_model::binding::Binding;
use hookswitch_model::draft::{CallOperation, Kind, ToolDraft};
use hookswitch_model::tool::StoredTool;
use hookswitch_registry::Registry;
use serde_json::{Map, Value, json};

use super::prebuilt::Prebuilt;
use super::tool::is_expressible;
use super::trouble::{CAPABILITY_UNAVAILABLE, INVALID_REQUEST, INVALID_TOOL_CONFIG, Trouble};

/// Most tools of one agent.
const MOST: usize = 128;

/// An item of the list, read.
#[derive(Debug, Clone, PartialEq)]
pub struct BindingItem {
    /// The tool's id as it was sent.
    pub tool_id: String,
    /// Whether it is offered.
    pub enabled: bool,
    /// Its settings.
    pub config: Map<String, Value>,
}

/// Reads the list that replaces all bindings; other members of its items are ignored.
pub fn items(body: Option<Value>) -> Result<Vec<BindingItem>, Trouble> {
    let Some(Value::Array(list)) = body else {
        return Err(Trouble::new(INVALID_REQUEST, "The body must be a list of {tool_id, enabled, config}"));
    };
    if list.len() > MOST {
        return Err(Trouble::new(INVALID_REQUEST, format!("An agent has at most {MOST} tools")));
    }
    let mut items: Vec<BindingItem> = Vec::with_capacity(list.len());
    for value in list {
        let item = item(value)?;
        if items.iter().any(|other| other.tool_id == item.tool_id) {
            return Err(Trouble::field("tool_id", "must not be there twice"));
        }
        items.push(item);
    }
    Ok(items)
}

fn item(value: Value) -> Result<BindingItem, Trouble> {
    let Value::Object(mut members) = value else {
        return Err(Trouble::new(INVALID_REQUEST, "The items of the list must be objects"));
    };
    let Some(Value::String(tool_id)) = members.shift_remove("tool_id") else {
        return Err(Trouble::field("tool_id", "must be a string"));
    };
    let enabled = match members.shift_remove("enabled") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(enabled)) => enabled,
        Some(_) => return Err(Trouble::field("enabled", "must be a boolean")),
    };
    let config = match members.shift_remove("config") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(config)) => config,
        Some(_) => return Err(Trouble::about(INVALID_TOOL_CONFIG, "config", "config must be an object")),
    };
    // One spelling of an id, so that the same tool twice is seen.
    let tool_id = tool_id.parse::<ToolId>().map_or(tool_id, ToolId::long);
    Ok(BindingItem { tool_id, enabled, config })
}

/// Whether anything here could carry out a tool: without a call engine, an app at a socket knows five operations.
pub fn check_capability(tool_id: &str, draft: &ToolDraft) -> Result<(), Trouble> {
    let operation = draft.call_control.as_ref().filter(|_| draft.kind == Kind::CallControl);
    let is_known = operation.is_none_or(|control| {
        matches!(
            control.operation,
            CallOperation::TransferToHuman
                | CallOperation::SendDtmf
                | CallOperation::PlayHold
                | CallOperation::Collect
                | CallOperation::EndCall
        )
    });
    if is_known {
        return Ok(());
    }
    let detail = format!("Tool {tool_id} needs a call engine that can do it, and none is configured");
    Err(Trouble::about(CAPABILITY_UNAVAILABLE, "tool_id", detail))
}

/// A binding as it is shown; name and description only where this dialect can show its tool.
pub fn view(binding: &Binding, tool: Option<&StoredTool>, prebuilt: Option<Prebuilt>) -> Value {
    let schema = tool.and_then(|tool| tool.draft.config_schema.as_ref());
    let id = prebuilt.map_or_else(|| binding.tool.long(), Prebuilt::id);
    let mut shown = json!({
        "tool_id": id,
        "enabled": binding.enabled,
        "config": Registry::redact_config(schema, &binding.config),
    });
    let words = match (prebuilt, tool) {
        (Some(prebuilt), _) => Some(prebuilt.name_and_description()),
        (None, Some(tool)) if is_expressible(&tool.draft) => {
            Some((tool.name.as_str(), tool.draft.description.as_str()))
        }
        _ => None,
    };
    if let (Some((name, description)), Some(members)) = (words, shown.as_object_mut()) {
        members.insert("name".to_owned(), Value::from(name));
        members.insert("description".to_owned(), Value::from(description));
    }
    shown
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_is_read_with_its_defaults() {
        let read = items(Some(json!([{"tool_id": "tool_1", "name": "ignored", "description": 7}]))).unwrap();
        let wanted = BindingItem { tool_id: "tool_1".to_owned(), enabled: true, config: Map::new() };
        assert_eq!(read, [wanted]);
        assert_eq!(items(Some(json!([]))).unwrap(), []);
        for body in [
            None,
            Some(json!({})),
            Some(json!([1])),
            Some(json!([{}])),
            Some(json!([{"tool_id": 1}])),
            Some(json!([{"tool_id": "a", "enabled": "yes"}])),
            Some(json!([{"tool_id": "a"}, {"tool_id": "a"}])),
            Some(Value::Array(vec![json!({"tool_id": "a"}); 129])),
        ] {
            assert_eq!(items(body.clone()).unwrap_err().code, INVALID_REQUEST, "{body:?}");
        }
        let config = items(Some(json!([{"tool_id": "a", "config": []}]))).unwrap_err();
        assert_eq!(config.code, INVALID_TOOL_CONFIG);
    }

    #[test]
    fn what_nobody_could_carry_out_is_not_bound() {
        let draft = |control: Value| -> ToolDraft {
            let tool = json!({"name": "t", "kind": "call_control", "call_control": control});
            serde_json::from_value(tool).unwrap()
        };
        assert!(check_capability("t", &draft(json!({"operation": "end_call"}))).is_ok());
        let hand_over = draft(json!({"operation": "transfer_to_agent", "agents": ["b"]}));
        assert_eq!(check_capability("t", &hand_over).unwrap_err().code, CAPABILITY_UNAVAILABLE);
    }
}
