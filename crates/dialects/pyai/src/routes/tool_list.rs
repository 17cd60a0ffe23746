//! The list of tools: the catalogue first, then what is stored (contract: 2.3).

use axum::extract::State;
use hookswitch_api::{SurfaceState, ToolsRead};
use hookswitch_model::Scope;
use hookswitch_model::name::ToolName;
use hookswitch_registry::{Cursor, Page, Registry, RegistryError, ToolFilter};
use http::Uri;
use serde_json::Value;

use super::query::Query;
use super::{Allowed, Answer, Failed, ok};
use crate::PyaiState;
use crate::wire::list::list as listed;
use crate::wire::prebuilt::Prebuilt;
use crate::wire::tool::{is_expressible, prebuilt_copy, view};
use crate::wire::trouble::Trouble;

/// Most tools of a page, and how many there are when nothing is said.
const MOST: u32 = 1000;
/// What a cursor into the catalogue begins with.
const CATALOGUE: &str = "prebuilt-";

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
enum Start {
    /// After so many of the catalogue.
    Catalogue(usize),
    /// In what is stored.
    Stored(Option<Cursor>),
}

/// Lists tools.
pub(super) async fn list(State(state): State<PyaiState>, caller: Allowed<ToolsRead>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let limit = usize::try_from(query.limit(MOST, MOST)?).unwrap_or(usize::MAX);
    let (with_prebuilt, with_custom) = match query.get("kind") {
        None => (true, true),
        Some("prebuilt") => (true, false),
        Some("custom") => (false, true),
        Some(_) => return Err(Trouble::field("kind", "must be one of prebuilt, custom").into()),
    };
    let (registry, scope) = (state.registry(), caller.scope());
    let mut data: Vec<Value> = Vec::new();
    let mut start = start_of(&query)?;
    if let Start::Catalogue(passed) = start {
        let catalogue = if with_prebuilt { unshadowed(registry, scope).await? } else { Vec::new() };
        let left = catalogue.iter().skip(passed);
        data.extend(left.take(limit).map(|prebuilt| prebuilt.view()));
        if passed + data.len() < catalogue.len() {
            return ok(&listed(&data, Some(format!("{CATALOGUE}{}", passed + limit))));
        }
        start = Start::Stored(None);
    }
    let next = match start {
        Start::Stored(after) if with_custom => stored(registry, scope, after, limit, &mut data).await?,
        _ => None,
    };
    ok(&listed(&data, next))
}

fn start_of(query: &Query) -> Result<Start, Trouble> {
    let Some(text) = query.get("cursor") else { return Ok(Start::Catalogue(0)) };
    match text.strip_prefix(CATALOGUE) {
        Some(number) => {
            let passed = number.parse().map_err(|_| Trouble::field("cursor", "is not a cursor of this list"));
            passed.map(Start::Catalogue)
        }
        None => Ok(Start::Stored(query.cursor()?)),
    }
}

/// The catalogue without what own tools of the same names hide.
async fn unshadowed(registry: &Registry, scope: Scope) -> Result<Vec<Prebuilt>, Failed> {
    let mut left = Vec::with_capacity(Prebuilt::ALL.len());
    for prebuilt in Prebuilt::ALL {
        let Ok(name) = ToolName::parse(prebuilt.name()) else { continue };
        match registry.tool_by_name(scope, &name).await {
            Ok(tool) if is_expressible(&tool.draft) => {}
            Ok(_) | Err(RegistryError::NotFound(_)) => left.push(prebuilt),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(left)
}

/// Fills a page with what is stored and can be shown; gives where the next one begins.
async fn stored(
    registry: &Registry,
    scope: Scope,
    mut after: Option<Cursor>,
    limit: usize,
    data: &mut Vec<Value>,
) -> Result<Option<String>, Failed> {
    loop {
        let left = limit.saturating_sub(data.len());
        // A page that the catalogue filled still has to say whether anything follows.
        let wanted = u32::try_from(left.max(1)).unwrap_or(MOST);
        let page = registry.list_tools(scope, &ToolFilter::default(), Page { limit: wanted, after }).await?;
        let is_shown = |tool: &&hookswitch_model::tool::StoredTool| {
            is_expressible(&tool.draft) && prebuilt_copy(&tool.draft).is_none()
        };
        let mut shown = page.items.iter().filter(is_shown).peekable();
        if left == 0 {
            if shown.peek().is_some() {
                return Ok(Some(format!("{CATALOGUE}{}", Prebuilt::ALL.len())));
            }
        } else {
            data.extend(shown.map(view));
        }
        match page.next {
            None => return Ok(None),
            Some(next) if left > 0 && data.len() >= limit => return Ok(Some(next.to_string())),
            Some(next) => after = Some(next),
        }
    }
}
