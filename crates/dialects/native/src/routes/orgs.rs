//! Organisations.

use axum::extract::State;
use hookswitch_api::{Admin, AnyKey, Failure, Json, PageQuery, Query, SurfaceState};
use hookswitch_model::Mode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Allowed, Answer, created, ok, page};
use crate::wire::account::{CreatedOrg, NewOrg, OrgChange, OrgView};
use crate::wire::list::List;
use crate::{Native, NativeState};

/// The own organisation
#[utoipa::path(get, path = "/v1/org", tag = "organisations", operation_id = "getOrg",
    responses((status = 200, description = "The organisation of the key", body = OrgView)))]
pub(super) async fn current(State(state): State<NativeState>, caller: Allowed<AnyKey>) -> Answer {
    ok(&OrgView::from(state.registry().get_org(caller.scope()).await?))
}

/// Rename the own organisation
///
/// Needs the permission `admin`.
#[utoipa::path(patch, path = "/v1/org", tag = "organisations", operation_id = "renameOrg", request_body = OrgChange,
    responses((status = 200, description = "The renamed organisation", body = OrgView)))]
pub(super) async fn rename(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Json(body, _): Json<OrgChange, Native>,
) -> Answer {
    ok(&OrgView::from(state.registry().rename_org(caller.scope(), body.name).await?))
}

/// Which organisations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OrgQuery {
    /// Most entries of the page. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List all organisations
///
/// For the operator: an admin of the first organisation.
#[utoipa::path(get, path = "/v1/orgs", tag = "organisations", operation_id = "listOrgs", params(OrgQuery),
    responses((status = 200, description = "Organisations, oldest first", body = List<OrgView>)))]
pub(super) async fn list(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Query(query, _): Query<OrgQuery, Native>,
) -> Answer {
    only_operator(&state, &caller).await?;
    let wanted = PageQuery { limit: query.limit, cursor: query.cursor }.page()?;
    page::<_, OrgView>(state.registry().list_orgs(wanted).await?)
}

/// Create an organisation
///
/// For the operator: an admin of the first organisation. The first key of the new one is shown this once.
#[utoipa::path(post, path = "/v1/orgs", tag = "organisations", operation_id = "createOrg", request_body = NewOrg,
    responses((status = 201, description = "The organisation with its first key", body = CreatedOrg)))]
pub(super) async fn create(
    State(state): State<NativeState>,
    caller: Allowed<Admin>,
    Json(body, _): Json<NewOrg, Native>,
) -> Answer {
    only_operator(&state, &caller).await?;
    let (org, key) = state.registry().create_org(body.name, body.mode.unwrap_or(Mode::Live)).await?;
    created(&CreatedOrg { org: org.into(), key: key.into() })
}

/// Only admins of the first organisation run the server.
pub(super) async fn only_operator(state: &NativeState, caller: &Allowed<Admin>) -> Result<(), Failure> {
    if state.registry().is_operator(caller.scope()).await? {
        Ok(())
    } else {
        Err(Failure::NotAllowed("only an admin of the server's first organisation may do this"))
    }
}
