//! Send Call: what is asked for (bland: 2.6).

use std::time::Duration;

use hookswitch_model::phone::PhoneNumber;
use hookswitch_model::{Findings, ToolId};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::ids::tool_id;
use super::name::function_name;
use super::number::phone_number;
use super::problem::{
    INVALID_PARAMETER, INVALID_TOOLS, INVALID_URL, Item, MISSING_PARAMETER, NO_CALL_ENGINE, Problem,
};

/// Where the data of a call lies in the metadata of its session.
pub const PLACE: &str = "bland";
/// The events of tool calls.
const TOOL_EVENTS: &str = "tool";
/// Most tools of a call.
const MOST_TOOLS: usize = 128;
/// What is kept of a call for whoever carries it out.
const KEPT: [&str; 7] =
    ["task", "first_sentence", "language", "max_duration", "webhook", "webhook_events", "request_data"];

/// A call that is wanted.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its tools in their order.
    pub tools: Vec<Wanted>,
    /// Values of its session: numbers, direction, time zone, language.
    pub system: Map<String, Value>,
    /// Variables that it starts with.
    pub variables: Map<String, Value>,
    /// What is kept with the session.
    pub metadata: Map<String, Value>,
    /// How long it lasts at most.
    pub longest: Option<Duration>,
    /// Where its log goes, where somebody wants that.
    pub log_to: Option<String>,
}

/// A tool of a call, with its place in `tools`.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A stored one.
    Stored(usize, ToolId),
    /// One that only this call has.
    Inline(usize, Fields),
}

/// Reads a body.
pub fn of_body(body: Value) -> Result<Call, Problem> {
    let Value::Object(mut members) = body else {
        return Err(Problem::new(INVALID_PARAMETER, "The body must be a JSON object."));
    };
    members.retain(|_, value| !value.is_null());
    if !members.contains_key("task")
        && let Some(prompt) = members.shift_remove("prompt")
    {
        members.insert("task".to_owned(), prompt);
    }
    check_missing(&members)?;
    check_types(&members)?;
    let tools = tools(members.shift_remove("tools"))?;
    let system = system(&members)?;
    let request_data = object(&members, "request_data");
    let mut kept = Map::new();
    for name in KEPT {
        if let Some(value) = members.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    kept.insert("metadata".to_owned(), Value::Object(object(&members, "metadata")));
    let metadata = Map::from_iter([(PLACE.to_owned(), Value::Object(kept))]);
    let longest = members.get("max_duration").and_then(minutes);
    let log_to = log_target(&members);
    Ok(Call { tools, system, variables: request_data, metadata, longest, log_to })
}

/// The longest `max_duration` that is told apart from none.
const MOST_MINUTES: f64 = 525_600.0;

/// A time in minutes; none for what is no such time.
fn minutes(value: &Value) -> Option<Duration> {
    let minutes = value.as_f64().filter(|minutes| *minutes > 0.0)?;
    Duration::try_from_secs_f64(minutes.min(MOST_MINUTES) * 60.0).ok()
}

/// The webhook of a call that asks for events of its tools (bland: 3.7).
fn log_target(members: &Map<String, Value>) -> Option<String> {
    let events = members.get("webhook_events")?.as_array()?;
    let wants_tools = events.iter().any(|event| event == TOOL_EVENTS);
    let target = members.get("webhook")?.as_str()?.trim();
    (wants_tools && !target.is_empty()).then(|| target.to_owned())
}

/// Nothing here carries calls.
pub fn no_call_engine() -> Problem {
    Problem::new(NO_CALL_ENGINE, "Unable to queue call.")
}

/// A bad item of `tools`.
pub fn bad_tool(index: usize, reason: &str) -> Problem {
    let field = format!("tools[{index}]");
    Problem::at(INVALID_TOOLS, field.clone(), format!("Invalid tools: {field}: {reason}"))
}

/// A webhook that is refused.
pub fn bad_webhook(findings: &Findings) -> Problem {
    let reason = findings.iter().next().map_or("not allowed", |finding| finding.message.as_str());
    Problem::at(INVALID_URL, "webhook", format!("webhook: {reason}"))
}

/// What is wrong with an inline tool, in the words of the call.
pub fn inside_call(index: usize, problem: &Problem) -> Problem {
    let item = |item: &Item| {
        let at = format!("tools[{index}]");
        let field = item.field.as_ref().map_or_else(|| at.clone(), |field| format!("{at}.{field}"));
        Item::at(INVALID_TOOLS, field, format!("Invalid tools: {at}: {}", item.message))
    };
    Problem::of(problem.items().map(item).collect()).unwrap_or_else(|| bad_tool(index, "not a tool"))
}

/// Names are unique in a call: they are what the model tells its tools apart by.
pub fn check_names<'n>(names: impl IntoIterator<Item = (usize, &'n str)>) -> Result<(), Problem> {
    let mut seen: Vec<String> = Vec::new();
    for (index, name) in names {
        let function = function_name(name);
        if seen.contains(&function) {
            return Err(bad_tool(index, &format!("the name {name:?} is there twice")));
        }
        seen.push(function);
    }
    Ok(())
}

fn check_missing(members: &Map<String, Value>) -> Result<(), Problem> {
    let is_blank = |name: &str| match members.get(name) {
        None => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    };
    // Pathways come with a task of their own; they are refused as such.
    let needed =
        if members.contains_key("pathway_id") { &["phone_number"][..] } else { &["phone_number", "task"] };
    let missing: Vec<String> = needed
        .iter()
        .filter(|name| is_blank(name))
        .map(|name| format!("Missing required parameter: {name}."))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(MISSING_PARAMETER, format!("Invalid parameters. Error: {}", json!(missing))))
}

fn check_types(members: &Map<String, Value>) -> Result<(), Problem> {
    let mut items = Vec::new();
    let mut refuse = |field: &str, message: String| {
        items.push(Item::at(INVALID_PARAMETER, field, message));
    };
    if members.contains_key("pathway_id") {
        refuse("pathway_id", "Pathways are not supported.".to_owned());
    }
    if members.get("dynamic_data").is_some_and(|data| data.as_array().is_none_or(|data| !data.is_empty())) {
        refuse("dynamic_data", "Invalid dynamic data: not supported".to_owned());
    }
    for field in ["task", "first_sentence", "timezone", "language", "webhook"] {
        if members.get(field).is_some_and(|value| !value.is_string()) {
            refuse(field, format!("{field} must be a string."));
        }
    }
    for field in ["request_data", "metadata"] {
        if members.get(field).is_some_and(|value| !value.is_object()) {
            refuse(field, format!("{field} must be an object."));
        }
    }
    if members.get("max_duration").is_some_and(|value| value.as_f64().is_none_or(|minutes| minutes <= 0.0)) {
        refuse("max_duration", "max_duration must be a number of minutes above 0.".to_owned());
    }
    let is_event_list =
        |value: &Value| value.as_array().is_some_and(|events| events.iter().all(Value::is_string));
    if members.get("webhook_events").is_some_and(|value| !is_event_list(value)) {
        refuse("webhook_events", "webhook_events must be an array of strings.".to_owned());
    }
    for field in ["phone_number", "from"] {
        if members.get(field).is_some_and(|value| phone_number(value).is_none()) {
            refuse(field, format!("{field} must be a phone number in E.164 form."));
        }
    }
    Problem::of(items).map_or(Ok(()), Err)
}

fn tools(value: Option<Value>) -> Result<Vec<Wanted>, Problem> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(Problem::at(INVALID_TOOLS, "tools", "Tools must be an array")),
    };
    if items.len() > MOST_TOOLS {
        let message = format!("Invalid tools: at most {MOST_TOOLS} tools");
        return Err(Problem::at(INVALID_TOOLS, "tools", message));
    }
    let mut wanted: Vec<Wanted> = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Value::String(text) if text.trim().to_ascii_uppercase().starts_with("KB-") => {
                return Err(bad_tool(index, "knowledge bases are not supported"));
            }
            Value::String(text) => {
                let id = tool_id(text.trim()).ok_or_else(|| absent_tool(index, &text))?;
                let is_there =
                    wanted.iter().any(|other| matches!(other, Wanted::Stored(_, other) if *other == id));
                if !is_there {
                    wanted.push(Wanted::Stored(index, id));
                }
            }
            Value::Object(_) => {
                let fields = Fields::of_body(item).map_err(|problem| inside_call(index, &problem))?;
                wanted.push(Wanted::Inline(index, fields));
            }
            _ => {
                let field = format!("tools[{index}]");
                return Err(Problem::at(INVALID_TOOLS, field, "Unable to parse dynamic data/tools."));
            }
        }
    }
    Ok(wanted)
}

/// The same words for a tool that is not there and one that belongs to somebody else.
pub fn absent_tool(index: usize, text: &str) -> Problem {
    let shown: String = text.trim().chars().take(60).collect();
    bad_tool(index, &format!("tool {shown} not found"))
}

fn object(members: &Map<String, Value>, name: &str) -> Map<String, Value> {
    members.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn system(members: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let mut system = Map::new();
    let Some(to) = members.get("phone_number").and_then(phone_number) else {
        return Err(Problem::at(INVALID_PARAMETER, "phone_number", "phone_number is needed."));
    };
    if let Some(from) = members.get("from").and_then(phone_number) {
        system.insert("from".to_owned(), Value::from(from));
    }
    system.insert("direction".to_owned(), Value::from("outbound"));
    let derived = PhoneNumber::parse(&to).and_then(|number| number.region().timezone).map(Value::from);
    let zone = members.get("timezone").cloned().or(derived);
    for (name, value) in [("timezone", zone), ("language", members.get("language").cloned())] {
        if let Some(value) = value {
            system.insert(name.to_owned(), value);
        }
    }
    system.insert("to".to_owned(), Value::from(to));
    Ok(system)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(body: Value) -> String {
        let problem = of_body(body).unwrap_err();
        let codes: Vec<&str> = problem.items().map(|item| item.code.word).collect();
        format!("{} {}", codes.join(","), problem.message())
    }

    #[test]
    fn calls_say_whom_and_what_for() {
        let call = of_body(json!({"phone_number": "5550001111", "prompt": "Book", "from": "+12125550100",
            "request_data": {"name": "Ada"}, "metadata": {"a": 1}, "temperature": null, "voice": "x", "tools": null}))
        .unwrap();
        assert_eq!(call.system["to"], "+15550001111");
        assert_eq!(call.variables["name"], "Ada");
        let kept = &call.metadata[PLACE];
        assert_eq!((&kept["task"], &kept["metadata"]), (&json!("Book"), &json!({"a": 1})));
        assert!(call.tools.is_empty());
        let zone = |body: Value| of_body(body).unwrap().system.get("timezone").cloned();
        let number = "+14155550100";
        assert_eq!(zone(json!({"phone_number": number, "task": "t"})), Some(json!("America/Los_Angeles")));
        let given = json!({"phone_number": number, "task": "t", "timezone": "Europe/Berlin"});
        assert_eq!(zone(given), Some(json!("Europe/Berlin")));
        assert_eq!(zone(json!({"phone_number": "+4930123456", "task": "t"})), None);
    }

    #[test]
    fn a_call_may_have_an_end_and_a_log() {
        let call = |more: Value| {
            let mut body = json!({"phone_number": "+15550001111", "task": "t"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            of_body(body).unwrap()
        };
        assert_eq!(call(json!({"max_duration": 1.5})).longest, Some(Duration::from_secs(90)));
        assert_eq!(call(json!({"max_duration": null})).longest, None);
        assert!(call(json!({"max_duration": 1e300})).longest.is_some());
        let both = json!({"webhook": "https://a.example/log", "webhook_events": ["queue", "tool"]});
        assert_eq!(call(both).log_to.as_deref(), Some("https://a.example/log"));
        for nothing in [
            json!({"webhook": "https://a.example/log"}),
            json!({"webhook_events": ["tool"]}),
            json!({"webhook": "https://a.example/log", "webhook_events": ["queue"]}),
            json!({"webhook": " ", "webhook_events": ["tool"]}),
        ] {
            assert_eq!(call(nothing).log_to, None);
        }
    }

    #[test]
    fn wrong_calls_are_told_why() {
        let base = |more: Value| {
            let mut body = json!({"phone_number": "+15550001111", "task": "t"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let rows = [
            (
                json!({"task": "t"}),
                "MISSING_PARAMETER Invalid parameters. Error: [\"Missing required parameter: phone_number.\"]",
            ),
            (
                json!({"phone_number": "+15550001111"}),
                "MISSING_PARAMETER Invalid parameters. Error: [\"Missing required parameter: task.\"]",
            ),
            (base(json!({"tools": {}})), "INVALID_TOOLS Tools must be an array"),
            (base(json!({"tools": [3]})), "INVALID_TOOLS Unable to parse dynamic data/tools."),
            (
                base(json!({"tools": ["KB-1"]})),
                "INVALID_TOOLS Invalid tools: tools[0]: knowledge bases are not supported",
            ),
            (base(json!({"tools": ["TL-1"]})), "INVALID_TOOLS Invalid tools: tools[0]: tool TL-1 not found"),
            (
                base(json!({"dynamic_data": [{"url": "x"}]})),
                "INVALID_PARAMETER Invalid dynamic data: not supported",
            ),
            (base(json!({"pathway_id": "p"})), "INVALID_PARAMETER Pathways are not supported."),
            (
                base(json!({"phone_number": "x"})),
                "INVALID_PARAMETER phone_number must be a phone number in E.164 form.",
            ),
            (
                base(json!({"max_duration": 0, "metadata": 1})),
                "INVALID_PARAMETER,INVALID_PARAMETER metadata must be an object.; max_duration must be a number of minutes above 0.",
            ),
            (json!([]), "INVALID_PARAMETER The body must be a JSON object."),
        ];
        for (body, expected) in rows {
            assert_eq!(message(body.clone()), expected, "{body}");
        }
        assert!(of_body(base(json!({"dynamic_data": [], "tools": []}))).is_ok());
    }

    #[test]
    fn the_same_id_twice_counts_once() {
        let id = "TL-5da8347d-0ab7-415d-b156-a7fc5c6074dc";
        let body =
            json!({"phone_number": "+15550001111", "task": "t", "tools": [id, &id[3..], {"name": "x"}]});
        let call = of_body(body).unwrap();
        assert!(matches!(call.tools[..], [Wanted::Stored(0, _), Wanted::Inline(2, _)]));
    }

    #[test]
    fn names_are_unique_in_a_call() {
        assert!(check_names([(0, "A b"), (1, "a b")]).is_ok());
        let problem = check_names([(0, "A b"), (2, "A  b")]).unwrap_err();
        assert_eq!(problem.message(), "Invalid tools: tools[2]: the name \"A  b\" is there twice");
    }
}
