//! Where tools come from: a file of the vendor's JSON, the standard input, or the vendor's API.

use std::path::PathBuf;

use http::Method;
use serde_json::Value;

use super::vendor::Vendor;
use crate::error::CliError;
use crate::files::read_sources;
use crate::http::{Call, Client, Server};
use crate::terminal::Terminal;

/// Most tools of one import.
const MOST_TOOLS: usize = 10_000;

/// A file, or the vendor's API.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A file or folder; `-` is the standard input.
    File(PathBuf),
    /// The vendor's API, with a key.
    Api(Server),
}

/// Reads all tools.
pub(crate) async fn read(
    vendor: Vendor,
    origin: Origin,
    within: std::time::Duration,
    terminal: &mut Terminal,
) -> Result<Vec<Value>, CliError> {
    match origin {
        Origin::File(path) => from_files(vendor, path, terminal),
        Origin::Api(server) => from_api(vendor, server, within).await,
    }
}

fn from_files(vendor: Vendor, path: PathBuf, terminal: &mut Terminal) -> Result<Vec<Value>, CliError> {
    let mut tools = Vec::new();
    for source in read_sources(&[path], terminal)? {
        for document in source.documents {
            let found = vendor.tools_in(&document.value).ok_or_else(|| CliError::File {
                file: source.file.clone(),
                line: None,
                message: format!("holds neither a {} tool nor a list of them", vendor.name()),
            })?;
            tools.extend(found);
        }
    }
    Ok(tools)
}

async fn from_api(
    vendor: Vendor,
    server: Server,
    within: std::time::Duration,
) -> Result<Vec<Value>, CliError> {
    let url = server.to_string();
    let mut client = Client::new(server);
    let mut tools: Vec<Value> = Vec::new();
    let mut page = 1;
    while let Some(path) = vendor.list(page) {
        let headers = vec![("accept", "application/json".to_owned())];
        let call = Call { method: Method::GET, path: &path, body: None, headers, within };
        let answer = client.send(call).await?;
        if matches!(answer.status.as_u16(), 401 | 403) {
            let hint =
                "put the vendor's key into HOOKSWITCH_VENDOR_KEY, or name a file with --vendor-key-file";
            return Err(CliError::usage(format!("{url} refuses the key"), hint));
        }
        let found = answer.status.is_success().then(|| vendor.tools_in(&answer.value)).flatten();
        let Some(found) = found else {
            return Err(CliError::Foreign { url, status: answer.status.as_u16() });
        };
        let is_last = found.is_empty();
        tools.extend(found);
        if is_last || tools.len() >= MOST_TOOLS {
            break;
        }
        page += 1;
    }
    Ok(tools)
}
