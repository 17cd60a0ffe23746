//! Bringing tools in, one after the other: created or changed by name, then read back and compared.

use std::fmt::Write as _;

use http::Method;
use serde_json::{Map, Value};

use super::vendor::Vendor;
use crate::api::Api;
use crate::error::CliError;

/// How one tool fared.
#[derive(Debug)]
pub(crate) struct Imported {
    /// Its name.
    pub(crate) name: String,
    /// What was done.
    pub(crate) action: Action,
    /// What is not as it was, one line each.
    pub(crate) lost: Vec<String>,
}

/// What was done with a tool.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Created,
    Changed,
    /// The vendor's own catalogue.
    Skipped,
    /// Refused, with the server's words.
    Refused(String),
}

/// Brings a tool in. Only a broken connection is an error; a refusal is part of the report.
pub(crate) async fn import(api: &mut Api, vendor: Vendor, tool: &Value) -> Result<Imported, CliError> {
    let name = tool["name"].as_str().unwrap_or("(no name)").to_owned();
    if vendor.is_prebuilt(tool) {
        return Ok(Imported { name, action: Action::Skipped, lost: Vec::new() });
    }
    let mut lost = Vec::new();
    let Some(body) = writable(vendor, tool, &mut lost) else {
        let action = Action::Refused("not an object".to_owned());
        return Ok(Imported { name, action, lost });
    };
    let path = format!("{}{}", vendor.mount(), vendor.tools());
    let stored = find(api, vendor, &name).await?;
    let answer = match &stored {
        Some(id) => {
            let update = vendor.update(id);
            api.any(update.method, &format!("{}{}", vendor.mount(), update.path), Some(&body)).await?
        }
        None => api.any(Method::POST, &path, Some(&body)).await?,
    };
    if !answer.status.is_success() {
        return Ok(Imported { name, action: Action::Refused(words(&answer.value)), lost });
    }
    let id = stored.clone().or_else(|| id_of(vendor, &answer.value));
    if let Some(id) = id {
        let read = api.any(Method::GET, &format!("{}{}", vendor.mount(), vendor.read(&id)), None).await?;
        compare(vendor, &body, read.value.get("tool").unwrap_or(&read.value), &mut lost);
    }
    let action = if stored.is_some() { Action::Changed } else { Action::Created };
    Ok(Imported { name, action, lost })
}

/// The id of the tool that has a name, in this dialect.
async fn find(api: &mut Api, vendor: Vendor, name: &str) -> Result<Option<String>, CliError> {
    let mut page = 1;
    while let Some(path) = vendor.list(page) {
        let answer = api.any(Method::GET, &format!("{}{path}", vendor.mount()), None).await?;
        let tools = vendor.tools_in(&answer.value).unwrap_or_default();
        if let Some(tool) = tools.iter().find(|tool| tool["name"] == name && !vendor.is_prebuilt(tool)) {
            return Ok(id_of(vendor, tool));
        }
        if tools.is_empty() {
            break;
        }
        page += 1;
    }
    Ok(None)
}

fn id_of(vendor: Vendor, tool: &Value) -> Option<String> {
    match &tool[vendor.id_key()] {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// What of a record the author wrote, without values that the vendor kept back.
fn writable(vendor: Vendor, tool: &Value, lost: &mut Vec<String>) -> Option<Value> {
    let members = tool.as_object()?;
    let mut body: Map<String, Value> = Map::new();
    for (name, value) in members.iter().filter(|(name, _)| !vendor.read_only().contains(&name.as_str())) {
        if let Some(value) = without_redacted(value, name, lost) {
            body.insert(name.clone(), value);
        }
    }
    Some(Value::Object(body))
}

/// The value without parts that were kept back; nothing when it was kept back as a whole.
fn without_redacted(value: &Value, at: &str, lost: &mut Vec<String>) -> Option<Value> {
    match value {
        Value::String(text) if text == "[REDACTED]" || text.ends_with(" [REDACTED]") => {
            lost.push(format!("{at}: its value was kept back; set it anew"));
            None
        }
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(name, member)| {
                Some((name.clone(), without_redacted(member, &format!("{at}.{name}"), lost)?))
            });
            Some(Value::Object(kept.collect()))
        }
        other => Some(other.clone()),
    }
}

/// What was written and does not come back as it was.
fn compare(vendor: Vendor, written: &Value, read: &Value, lost: &mut Vec<String>) {
    let Some(members) = written.as_object() else { return };
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        match read.get(name) {
            None => lost.push(format!("{name}: not kept")),
            Some(kept) if is_hidden(kept) || same(value, kept) => {}
            Some(kept) => lost.push(format!("{name}: {} became {}", short(value), short(kept))),
        }
    }
    if vendor == Vendor::Pyai && written.get("auth_secret").is_some() {
        // Never shown again; whether there is one is.
        lost.retain(|line| !line.starts_with("auth_secret:"));
    }
}

/// Whether a value is kept and not shown.
fn is_hidden(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text == "[REDACTED]" || text.ends_with(" [REDACTED]"))
}

/// Equal but for values that are kept and not shown.
fn same(written: &Value, kept: &Value) -> bool {
    match (written, kept) {
        (_, kept) if is_hidden(kept) => true,
        (Value::Object(written), Value::Object(kept)) => written
            .iter()
            .all(|(name, value)| value.is_null() || kept.get(name).is_some_and(|kept| same(value, kept))),
        (written, kept) => written == kept,
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        format!("{}…", text.chars().take(59).collect::<String>())
    }
}

/// What a refusal says, in whichever dialect.
fn words(answer: &Value) -> String {
    let detail = [&answer["detail"], &answer["error"]["message"], &answer["message"]];
    let text = detail.into_iter().find_map(|part| match part {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let lines = parts
                .iter()
                .map(|part| format!("{}: {}", place(&part["loc"]), part["msg"].as_str().unwrap_or("")));
            Some(lines.collect::<Vec<_>>().join("; "))
        }
        _ => None,
    });
    let mut text = text.unwrap_or_else(|| "refused".to_owned());
    for (name, why) in answer["param_errors"].as_object().into_iter().flatten() {
        // Writing to a String does not fail.
        let _ = write!(text, "; {name}: {}", why.as_str().unwrap_or_default());
    }
    text
}

fn place(parts: &Value) -> String {
    let texts = parts
        .as_array()
        .into_iter()
        .flatten()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
    texts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_were_kept_back_are_named_and_left_out() {
        let tool = json!({"id": 1, "name": "t", "configuration": {"url": "u", "headers": {"Authorization": "Bearer [REDACTED]"}}});
        let mut lost = Vec::new();
        let body = writable(Vendor::Burki, &tool, &mut lost).unwrap_or_default();
        assert_eq!(body, json!({"name": "t", "configuration": {"url": "u", "headers": {}}}));
        assert_eq!(lost, ["configuration.headers.Authorization: its value was kept back; set it anew"]);
    }

    #[test]
    fn what_does_not_come_back_is_reported() {
        let mut lost = Vec::new();
        let written = json!({"a": 1, "b": {"x": 1, "y": null}, "c": "gone", "d": "secret", "e": null});
        compare(
            Vendor::Bland,
            &written,
            &json!({"a": 2, "b": {"x": 1, "z": 3}, "d": "[REDACTED]"}),
            &mut lost,
        );
        assert_eq!(lost, ["a: 1 became 2", "c: not kept"]);
    }

    #[test]
    fn refusals_of_every_dialect_are_read() {
        assert_eq!(words(&json!({"detail": "no", "error": {"message": "other"}})), "no");
        let v1 = json!({"detail": [{"loc": ["body", "name"], "msg": "field required"}]});
        assert_eq!(words(&v1), "body.name: field required");
        let phonic = json!({"error": {"message": "Invalid parameters"}, "param_errors": {"name": "bad"}});
        assert_eq!(words(&phonic), "Invalid parameters; name: bad");
        assert_eq!(words(&json!({"status": "error", "message": "m"})), "m");
    }
}
