//! `python_function`: source that runs in the sandbox.

use hookswitch_model::draft::{Network, PythonDraft, ToolDraft};
use serde_json::{Value, json};

use super::{Applying, Change, Shown, missing};
use crate::wire::new_tool::name_rule;
use crate::wire::refusal::Refusal;
use crate::wire::style::Problem;

/// Largest source, in bytes.
const MOST_CODE: usize = 256 * 1024;

pub(super) fn apply(applying: &mut Applying<'_>) -> Result<(), Refusal> {
    let stored = applying.stored.as_ref().and_then(|stored| stored.python.clone());
    let mut python = stored.unwrap_or_else(|| PythonDraft {
        code: String::new(),
        max_memory_mb: None,
        allowed_modules: Vec::new(),
        requirements: Vec::new(),
        network: Network::Public,
        variables: Some(name_rule()),
    });
    match applying.change("python_code") {
        Change::Same if applying.given.get("python_code").is_some() => {}
        Change::Same | Change::Unset => return Err(missing("Python function", "code")),
        Change::Set(Value::String(code)) if code.trim().is_empty() => {
            return Err(missing("Python function", "code"));
        }
        Change::Set(value @ Value::String(code)) if code.len() > MOST_CODE => {
            applying.note("python_code", Problem::TooLong(MOST_CODE), value);
        }
        Change::Set(Value::String(code)) => python.code.clone_from(code),
        Change::Set(other) => applying.note("python_code", Problem::NotText, other),
    }
    match applying.change("max_memory_mb") {
        Change::Same => {}
        Change::Unset => python.max_memory_mb = None,
        Change::Set(value) => {
            let place = applying.given.place("max_memory_mb");
            let found = applying.reader.any_integer(place.clone(), value);
            let found = found.and_then(|found| applying.reader.within(place, value, found, 16, 1024));
            python.max_memory_mb = found.and_then(|found| u32::try_from(found).ok());
        }
    }
    match applying.change("allowed_modules") {
        Change::Same => {}
        Change::Unset => python.allowed_modules.clear(),
        Change::Set(value) => python.allowed_modules = lines(applying, "allowed_modules", value),
    }
    match applying.change("requirements") {
        Change::Same => {}
        Change::Unset => python.requirements.clear(),
        Change::Set(value) => {
            python.requirements = lines(applying, "requirements", value);
            if let Some(line) = python.requirements.iter().find(|line| !is_plain_requirement(line)) {
                return Err(Refusal::bad(format!("Invalid requirement: {line}")));
            }
        }
    }
    applying.draft.python = Some(python);
    Ok(())
}

/// A list of texts, or for modules a text with commas.
fn lines(applying: &mut Applying<'_>, key: &'static str, value: &Value) -> Vec<String> {
    let trimmed = |text: &str| text.trim().to_owned();
    match value {
        Value::String(text) if key == "allowed_modules" => {
            text.split(',').map(trimmed).filter(|name| !name.is_empty()).collect()
        }
        Value::Array(items) => {
            let mut found = Vec::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(text) = item.as_str() {
                    found.push(trimmed(text));
                } else {
                    let mut loc = applying.given.place(key);
                    loc.push(index.into());
                    applying.reader.note(loc, Problem::NotText, item);
                }
            }
            found
        }
        other => {
            applying.note(key, Problem::NotList, other);
            Vec::new()
        }
    }
}

/// A name with extras, versions and a marker; no options, paths or URLs (PEP 508).
fn is_plain_requirement(line: &str) -> bool {
    let (requirement, marker) =
        line.split_once(';').map_or((line, None), |(head, marker)| (head, Some(marker)));
    let requirement = requirement.trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name_end = requirement.find(|c| !is_word(c)).unwrap_or(requirement.len());
    let name = &requirement[..name_end];
    let mut rest = requirement[name_end..].trim();
    if let Some(inner) = rest.strip_prefix('[') {
        let Some((extras, after)) = inner.split_once(']') else { return false };
        if !extras.split(',').all(|extra| !extra.trim().is_empty() && extra.trim().chars().all(is_word)) {
            return false;
        }
        rest = after.trim();
    }
    let rest = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(rest);
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let marker_is_plain =
        marker.is_none_or(|marker| !marker.trim().is_empty() && !marker.contains(['/', '\\']));
    is_edge(name.chars().next()) && is_edge(name.chars().last()) && marker_is_plain && is_versions(rest)
}

fn is_versions(text: &str) -> bool {
    text.trim().is_empty()
        || text.split(',').all(|part| {
            let part = part.trim();
            let version = part.trim_start_matches(['=', '<', '>', '~', '!']);
            let operator = &part[..part.len() - version.len()];
            let version = version.trim();
            matches!(operator, "==" | "===" | "<=" | ">=" | "<" | ">" | "~=" | "!=")
                && !version.is_empty()
                && version
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '*' | '+' | '!' | '-' | '_'))
        })
}

pub(super) fn show(draft: &ToolDraft) -> Vec<Shown> {
    let Some(python) = &draft.python else { return Vec::new() };
    let shown = |key, value: Value, always| Shown { key, value: Some(value), always };
    vec![
        shown("python_code", json!(python.code), true),
        shown("max_memory_mb", json!(python.max_memory_mb.unwrap_or(128)), python.max_memory_mb.is_some()),
        shown("allowed_modules", json!(python.allowed_modules), !python.allowed_modules.is_empty()),
        shown("requirements", json!(python.requirements), !python.requirements.is_empty()),
    ]
}

#[cfg(test)]
mod tests {
    use super::is_plain_requirement;

    #[test]
    fn requirements_are_names_and_versions() {
        for line in [
            "requests",
            "pandas>=2,<3",
            "uvicorn[standard] ~= 0.30",
            "numpy (==1.26.*)",
            "a.b_c-d==1.0+local",
            "tomli>=1; python_version < '3.11'",
        ] {
            assert!(is_plain_requirement(line), "{line}");
        }
        for line in [
            "",
            "-r requirements.txt",
            "--index-url https://x.example",
            "./local",
            "../up",
            "https://x.example/a.whl",
            "pkg @ https://x.example/a.whl",
            "git+https://x.example/a",
            "a b",
            "a==",
            "a[",
            "-e .",
            "a; ",
            "a-",
        ] {
            assert!(!is_plain_requirement(line), "{line}");
        }
    }
}
