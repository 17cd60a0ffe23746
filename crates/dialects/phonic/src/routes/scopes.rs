//! The project of a request: `?project=`, by name or id, `main` when there is none.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use hookswitch_model::Scope;
use hookswitch_model::name::ProjectName;
use hookswitch_registry::{Page, Project, Registry};
use http::request::Parts;

use super::Refused;
use crate::wire::ids;
use crate::wire::problem::Problem;

/// The project of requests that name none.
const DEFAULT: &str = "main";
/// Entries of one page of a list that is collected whole.
const PAGE: u32 = 500;
/// Most entries of a list that this API gives without pages.
pub(super) const MOST_LISTED: usize = 10_000;

/// The `project` of the query. Other names are nobody's business.
#[derive(Debug)]
pub(super) struct InProject(Option<String>);

impl<S: Sync> FromRequestParts<S> for InProject {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.find(|(name, _)| name == "project").map(|(_, value)| value.into_owned())))
    }
}

impl InProject {
    /// The project.
    pub(super) async fn find(&self, registry: &Registry, scope: Scope) -> Result<Project, Refused> {
        project(registry, scope, self.0.as_deref().unwrap_or(DEFAULT)).await
    }
}

/// The project of a name or an id.
pub(super) async fn project(registry: &Registry, scope: Scope, text: &str) -> Result<Project, Refused> {
    if let Some(id) = ids::parse_project(text) {
        return Ok(registry.get_project(scope, id).await?);
    }
    match ProjectName::parse(text) {
        Ok(name) => Ok(registry.project_by_name(scope, &name).await?),
        Err(_) => Err(Problem::not_found("project").into()),
    }
}

/// The first page of a list that is collected whole.
pub(super) fn first_page() -> Page {
    Page::first(PAGE)
}

/// The page after another.
pub(super) fn page_after(next: hookswitch_registry::Cursor) -> Page {
    Page { limit: PAGE, after: Some(next) }
}
