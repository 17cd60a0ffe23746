//! Taking tools out in a vendor's form.

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

/// Reads all tools through the vendor's dialect; what the native list holds beyond them has no form there.
pub(crate) async fn export(api: &mut Api, vendor: Vendor) -> Result<Exported, CliError> {
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
        .filter_map(|row| Some((row["name"].as_str()?.to_owned(), row["kind"].as_str()?.to_owned())))
        .filter(|(name, _)| !is_out(name))
        .collect();
    for tool in &mut tools {
        if let Some(members) = tool.as_object_mut() {
            members.retain(|name, _| !vendor.read_only().contains(&name.as_str()));
        }
    }
    Ok(Exported { tools, left_out })
}
