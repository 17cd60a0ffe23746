//! Thin handlers, one file a resource: they read the request, call registry or engine, and write the answer.

mod account;
mod agents;
mod bindings;
mod calls;
mod event_webhooks;
mod events;
mod executions;
mod keys;
mod lambda;
mod links;
mod master_key;
mod orgs;
mod packages;
mod pages;
mod projects;
mod secrets;
mod sessions;
mod socket;
mod tool_switches;
mod tool_versions;
mod tools;
mod trials;
mod turns;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hookswitch_api::{ErrorShape, Failure, NoteRouteLayer, answer_once};
use hookswitch_model::{ProjectId, Scope};
use hookswitch_registry::{PageOf, Registry, RegistryError};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::wire::list::List;
use crate::{Native, NativeState};

pub(crate) type Failed = hookswitch_api::Failed<Native>;
pub(crate) type Answer = Result<Response, Failed>;
pub(crate) type Allowed<R> = hookswitch_api::Allowed<R, Native>;

/// All documented operations, with their document.
pub(crate) fn documented() -> OpenApiRouter<NativeState> {
    OpenApiRouter::new()
        .routes(routes!(account::me))
        .routes(routes!(orgs::current, orgs::rename))
        .routes(routes!(orgs::list, orgs::create))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::show))
        .routes(routes!(projects::rotate_signing_secret))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::show))
        .routes(routes!(keys::revoke))
        .routes(routes!(tools::list, tools::create))
        .routes(routes!(tools::check))
        .routes(routes!(tools::by_name, tools::upsert))
        .routes(routes!(tools::show, tools::replace, tools::patch, tools::delete))
        .routes(routes!(tools::stats))
        .routes(routes!(tool_versions::list))
        .routes(routes!(tool_versions::show))
        .routes(routes!(tool_versions::roll_back))
        .routes(routes!(tool_switches::enable))
        .routes(routes!(tool_switches::disable))
        .routes(routes!(tool_switches::rotate_signing_secret))
        .routes(routes!(trials::run))
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::show, agents::replace, agents::patch, agents::delete))
        .routes(routes!(bindings::list, bindings::replace))
        .routes(routes!(bindings::put, bindings::delete))
        .routes(routes!(secrets::list))
        .routes(routes!(lambda::list_functions))
        .routes(routes!(secrets::put, secrets::delete))
        .routes(routes!(sessions::list, sessions::start))
        .routes(routes!(sessions::show, sessions::erase))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::functions))
        .routes(routes!(sessions::summary))
        .routes(routes!(event_webhooks::list, event_webhooks::create))
        .routes(routes!(event_webhooks::show, event_webhooks::change, event_webhooks::delete))
        .routes(routes!(event_webhooks::rotate))
        .routes(routes!(event_webhooks::deliveries))
        .routes(routes!(event_webhooks::delivery))
        .routes(routes!(event_webhooks::redeliver))
        .routes(routes!(calls::call))
        .routes(routes!(calls::report))
        .routes(routes!(turns::take))
        .routes(routes!(turns::interrupt))
        .routes(routes!(events::follow))
        .routes(routes!(links::create))
        .routes(routes!(socket::open))
        .routes(routes!(executions::list))
        .routes(routes!(executions::show))
        .routes(routes!(executions::settle))
        .routes(routes!(master_key::status))
        .routes(routes!(master_key::rotate))
}

pub(crate) fn router(state: NativeState) -> Router {
    let (router, _) = documented().split_for_parts();
    router
        .route("/v1/openapi.json", get(pages::openapi))
        .route("/v1/asyncapi.json", get(socket::document))
        .route("/problems/{code}", get(pages::problem))
        .method_not_allowed_fallback(|| async { Native::render(&Failure::MethodNotAllowed) })
        .route_layer(middleware::from_fn_with_state(state.clone(), answer_once::<NativeState, Native>))
        .route_layer(NoteRouteLayer)
        .fallback(|| async { Native::render(&Failure::NotFound("path")) })
        .with_state(state)
}

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Native::render(&Failure::Internal)
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn ok<T: Serialize>(body: &T) -> Answer {
    Ok(json(StatusCode::OK, body))
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn created<T: Serialize>(body: &T) -> Answer {
    Ok(json(StatusCode::CREATED, body))
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A page of rows as its answer.
pub(crate) fn page<T, W: From<T> + Serialize>(rows: PageOf<T>) -> Answer {
    let next_cursor = rows.next.map(|cursor| cursor.to_string());
    ok(&List { data: rows.items.into_iter().map(W::from).collect::<Vec<_>>(), next_cursor })
}

/// The version in `If-Match`, which is `"<version>"`; `*` and none: any.
pub(crate) fn expected_version(headers: &HeaderMap) -> Result<Option<u32>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| {
        Failure::invalid("$header.if-match", "invalid_value", "a version in quotes, such as \"3\"")
    })
}

/// The project that a definition names by id or name; the key's own when it names none.
pub(crate) async fn project_of(
    registry: &Registry,
    scope: Scope,
    own: ProjectId,
    named: Option<&str>,
) -> Result<ProjectId, Failure> {
    let Some(text) = named else { return Ok(own) };
    let found = match text.parse::<ProjectId>() {
        Ok(id) => registry.get_project(scope, id).await,
        Err(_) => match hookswitch_model::name::ProjectName::parse(text) {
            Ok(name) => registry.project_by_name(scope, &name).await,
            Err(_) => return Err(unknown_project()),
        },
    };
    match found {
        Ok(project) => Ok(project.id),
        Err(RegistryError::NotFound(_)) => Err(unknown_project()),
        Err(error) => Err(error.into()),
    }
}

fn unknown_project() -> Failure {
    Failure::invalid("$.project", "unknown_project", "there is no such project")
}

/// What a body refers to is part of the request: its absence is an error of the request.
pub(crate) fn known<T>(
    found: Result<T, RegistryError>,
    path: &str,
    code: &'static str,
) -> Result<(), Failure> {
    match found {
        Ok(_) => Ok(()),
        Err(RegistryError::NotFound(what)) => {
            Err(Failure::invalid(path, code, format!("there is no such {what}")))
        }
        Err(error) => Err(error.into()),
    }
}
