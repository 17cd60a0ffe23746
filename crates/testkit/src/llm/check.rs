//! The checks of a request's own members.

use serde_json::Value;

use super::Refused;
use super::messages;
use super::strict;

/// Members of a request for a chat completion.
const MEMBERS: [&str; 34] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
];
/// Most functions of a request.
const MOST_TOOLS: usize = 128;

pub(super) fn check(body: &Value) -> Result<(), Refused> {
    let members = body.as_object().ok_or_else(|| Refused::request("", "the body must be an object"))?;
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(Refused::request(
            unknown.as_str(),
            format!("Unrecognized request argument supplied: {unknown}"),
        ));
    }
    if body["model"].as_str().is_none_or(str::is_empty) {
        return Err(Refused::request("model", "you must provide a model parameter"));
    }
    messages::check(&body["messages"])?;
    let tools = tools(body)?;
    for name in ["tool_choice", "parallel_tool_calls"] {
        if members.contains_key(name) && tools.is_empty() {
            let message = format!("'{name}' is only allowed when 'tools' are specified.");
            return Err(Refused::request(name, message));
        }
    }
    choice(&body["tool_choice"], &tools)?;
    for name in ["stream", "parallel_tool_calls", "store", "logprobs"] {
        if members.get(name).is_some_and(|value| !value.is_boolean()) {
            return Err(Refused::request(name, format!("Invalid type for '{name}': expected a boolean")));
        }
    }
    if members.contains_key("stream_options") && body["stream"] != true {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Refused::request("stream_options", message));
    }
    if members.contains_key("max_tokens") && members.contains_key("max_completion_tokens") {
        let message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
        return Err(Refused::request("max_tokens", message));
    }
    for name in ["max_tokens", "max_completion_tokens"] {
        if members.get(name).is_some_and(|value| value.as_u64().is_none_or(|most| most == 0)) {
            return Err(Refused::request(name, format!("Invalid '{name}': expected an integer >= 1")));
        }
    }
    let degree = members.get("temperature");
    if degree.is_some_and(|degree| degree.as_f64().is_none_or(|degree| !(0.0..=2.0).contains(&degree))) {
        return Err(Refused::request("temperature", "Invalid 'temperature': expected 0 to 2"));
    }
    Ok(())
}

fn tools(body: &Value) -> Result<Vec<&str>, Refused> {
    let Some(tools) = body.get("tools") else { return Ok(Vec::new()) };
    let tools = tools.as_array().filter(|tools| !tools.is_empty() && tools.len() <= MOST_TOOLS);
    let tools = tools.ok_or_else(|| Refused::request("tools", "expected an array of 1 to 128 tools"))?;
    let mut names = Vec::new();
    for (index, tool) in tools.iter().enumerate() {
        let at = |rest: &str| format!("tools[{index}].{rest}");
        if tool["type"] != "function" {
            return Err(Refused::request(at("type"), "Missing or unknown type of a tool"));
        }
        let function = &tool["function"];
        let known = ["name", "description", "parameters", "strict"];
        let members = function.as_object().into_iter().flatten();
        if let Some((name, _)) = members.clone().find(|(name, _)| !known.contains(&name.as_str())) {
            return Err(Refused::request(at(&format!("function.{name}")), "Unknown parameter"));
        }
        let name = function["name"].as_str().filter(|name| is_name(name));
        let name = name.ok_or_else(|| {
            Refused::request(at("function.name"), "expected a string that matches '^[a-zA-Z0-9_-]{1,64}$'")
        })?;
        names.push(name);
        if function.get("parameters").is_some_and(|schema| !schema.is_object()) {
            return Err(Refused::request(at("function.parameters"), "expected an object"));
        }
        if function["strict"] == true {
            strict::check(&function["parameters"]).map_err(|problem| {
                let message = format!("Invalid schema for function '{name}': {problem}");
                Refused::request(at("function.parameters"), message)
            })?;
        }
    }
    Ok(names)
}

pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn choice(choice: &Value, tools: &[&str]) -> Result<(), Refused> {
    match choice {
        Value::Null => Ok(()),
        Value::String(word) if matches!(word.as_str(), "auto" | "none" | "required") => Ok(()),
        Value::Object(_) if choice["function"]["name"].as_str().is_some_and(|name| tools.contains(&name)) => {
            Ok(())
        }
        _ => Err(Refused::request("tool_choice", "Invalid value for 'tool_choice'")),
    }
}
