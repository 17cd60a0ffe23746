//! The functions that credentials can see.

use std::time::{Duration, Instant, SystemTime};

use hookswitch_egress::{Client, Request, SendError};
use hookswitch_model::lambda::Region;
use hookswitch_template::percent_encode;
use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::answer::aws_code;
use super::credentials::Credentials;
use super::sign::{Service, Signable, sign};

/// Most functions of one list.
const MOST_FUNCTIONS: usize = 1000;
/// Longest time of a whole list.
const LONGEST: Duration = Duration::from_secs(30);
/// Largest page.
const MOST_PAGE: usize = 4 * 1024 * 1024;

/// A function as the ListFunctions API describes it. What it leaves out is empty or 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionInfo {
    /// Name.
    pub function_name: String,
    /// ARN.
    pub function_arn: String,
    /// Description.
    pub description: String,
    /// Runtime; none for container images.
    pub runtime: Option<String>,
    /// Its own timeout in seconds.
    pub timeout: u64,
    /// Memory in MB.
    pub memory_size: u64,
    /// Size of its code in bytes.
    pub code_size: u64,
    /// Handler; none for container images.
    pub handler: Option<String>,
    /// Version.
    pub version: String,
    /// When it was last changed, as AWS writes it.
    pub last_modified: String,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The address is refused.
    #[error("{0}")]
    Address(hookswitch_egress::Refusal),
    /// AWS answered with an error.
    #[error("AWS error ({code}): {message}")]
    Aws {
        /// Its code, or `HTTP` and the status.
        code: String,
        /// Its words.
        message: String,
    },
    /// Nobody answered in time.
    #[error("Connection timeout")]
    Timeout,
    /// Nobody answered.
    #[error("Connection failed")]
    Connection(#[source] SendError),
    /// What came was no list.
    #[error("the answer is no list of functions")]
    Unreadable,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    functions: Vec<FunctionInfo>,
    #[serde(default)]
    next_marker: Option<String>,
}

/// All functions of a region, at most a thousand of them, in the order of AWS. `base` is the endpoint without a slash
/// at its end.
pub async fn list_functions(
    client: &Client,
    base: &str,
    region: &Region,
    credentials: &Credentials,
) -> Result<Vec<FunctionInfo>, ListError> {
    let end = Instant::now() + LONGEST;
    let mut functions: Vec<FunctionInfo> = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let page = page(client, base, region, credentials, marker.as_deref(), end).await?;
        let is_empty = page.functions.is_empty();
        functions.extend(page.functions);
        let next = page.next_marker.filter(|next| !next.is_empty() && marker.as_ref() != Some(next));
        if next.is_none() || is_empty || functions.len() >= MOST_FUNCTIONS {
            functions.truncate(MOST_FUNCTIONS);
            return Ok(functions);
        }
        marker = next;
    }
}

async fn page(
    client: &Client,
    base: &str,
    region: &Region,
    credentials: &Credentials,
    marker: Option<&str>,
    end: Instant,
) -> Result<Page, ListError> {
    // Without a wish AWS gives as many as it ever does.
    let mut url = format!("{}/2015-03-31/functions", base.trim_end_matches('/'));
    if let Some(marker) = marker {
        url.push_str("?Marker=");
        url.push_str(&percent_encode(marker));
    }
    let mut request = Request::new(Method::GET, client.policy().check_url(&url).map_err(ListError::Address)?);
    let url = request.url.to_string();
    let signable = Signable { method: &Method::GET, url: &url, headers: &request.headers, body: &[] };
    let signed = sign(signable, credentials, region, Service::Lambda, SystemTime::now());
    request.headers = signed.map_err(|_| ListError::Unreadable)?;
    request.max_body = MOST_PAGE;
    let response = client.send(request, end.into()).await.map_err(failure)?;
    if response.status.is_success() {
        return serde_json::from_slice(&response.body).map_err(|_| ListError::Unreadable);
    }
    let payload: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let code = aws_code(&response, &payload).unwrap_or_else(|| format!("HTTP {}", response.status.as_u16()));
    let message = ["message", "Message"].iter().find_map(|name| payload.get(*name)?.as_str());
    let message = message.unwrap_or_else(|| response.status.canonical_reason().unwrap_or("no reason given"));
    let message = message.chars().filter(|c| !c.is_control()).take(300).collect();
    Err(ListError::Aws { code, message })
}

fn failure(error: SendError) -> ListError {
    match error.refusal() {
        Some(refusal) => ListError::Address(refusal.clone()),
        None if error.is_timeout() || error.code().ends_with("timeout") => ListError::Timeout,
        None => ListError::Connection(error),
    }
}
