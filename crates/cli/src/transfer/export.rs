//! Taking tools out in a vendor's form.

use hookswitch_model::secret::{REDACTED, is_secret_name};
use http::Method;
use serde_json::Value;

use super::vendor::Vendor;
use crate::api::{Api, Paging, Query};
use crate::error::CliError;

/// Tools in a vendor's form, and those that have none.
#[derive(Debug)]
pub(crate) struct Exported {
    /// The records, without what only the server knows.
    pub(crate) tools: Vec<Value>,
    /// Name and kind of tools that the vendor can't express.
    pub(crate) left_out: Vec<(String, String)>,
}

/// Whether header values go out that the key may read in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// They become `[REDACTED]`.
    KeptBack,
    /// They go out.
    Included,
}

/// Reads all tools through the vendor's dialect; what the native list holds beyond them has no form there.
pub(crate) async fn export(api: &mut Api, vendor: Vendor, secrets: Secrets) -> Result<Exported, CliError> {
    let mut tools: Vec<Value> = Vec::new();
    let mut page = 1;
    while let Some(path) = vendor.list(page) {
        let answer = api.any(Method::GET, &format!("{}{path}", vendor.mount()), None).await?;
        if !answer.status.is_success() {
            return Err(api.refusal(&answer));
        }
        let found = vendor.tools_in(&answer.value).unwrap_or_default();
        let is_last = found.is_empty();
        tools.extend(found.into_iter().filter(|tool| !vendor.is_prebuilt(tool)));
        if is_last {
            break;
        }
        page += 1;
    }
    let all = api.list("/v1/tools", &Query::default(), Paging::ALL).await?;
    let is_out = |name: &str| tools.iter().any(|tool| tool["name"] == name);
    let left_out = (all.rows().iter())
        .filter_map(|row| {
            Some((row["name"].as_str()?.to_owned(), row["definition"]["kind"].as_str()?.to_owned()))
        })
        .filter(|(name, _)| !is_out(name))
        .collect();
    for tool in &mut tools {
        if let Some(members) = tool.as_object_mut() {
            members.retain(|name, _| !vendor.read_only().contains(&name.as_str()));
        }
        if secrets == Secrets::KeptBack {
            keep_back(tool);
        }
    }
    Ok(Exported { tools, left_out })
}

/// Replaces header values whose names tell that they are secret, but for those that are made of variables alone.
fn keep_back(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member.as_object_mut() {
                    Some(headers) if name.ends_with("headers") => {
                        for (header, text) in headers.iter_mut() {
                            if is_secret_name(header) && !is_variable(text) {
                                *text = Value::from(REDACTED);
                            }
                        }
                    }
                    _ => keep_back(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(keep_back),
        _ => {}
    }
}

/// `Bearer {{SECRET.key}}`, `${KEY}`: an optional scheme and one variable.
fn is_variable(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let text = text.split_once(' ').map_or(text, |(_, rest)| rest).trim();
    [("{{", "}}"), ("${", "}")].iter().any(|(open, close)| {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| !inner.contains(['{', '}']))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn header_values_are_kept_back_by_name() {
        let mut tool = json!({"configuration": {"headers": {"Authorization": "Bearer sk-1", "X-Plain": "p"}},
            "endpoint_headers": {"X-Api-Key": "Token {{SECRET.k}}", "X-Key": "a{{b}}"}, "url": "u"});
        keep_back(&mut tool);
        assert_eq!(tool["configuration"]["headers"], json!({"Authorization": "[REDACTED]", "X-Plain": "p"}));
        assert_eq!(
            tool["endpoint_headers"],
            json!({"X-Api-Key": "Token {{SECRET.k}}", "X-Key": "[REDACTED]"})
        );
    }
}
