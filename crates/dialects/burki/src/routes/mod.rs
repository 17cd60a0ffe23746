//! Thin handlers: they read the request, call registry or engine, and write the answer.

mod assigned_tools;
mod assignments;
mod assistant_list;
mod assistants;
mod discovery;
pub(crate) mod fault;
mod input;
pub(crate) mod limit;
mod load;
mod logs;
mod organization_tools;
mod public;
mod save;
mod tests_of_tools;
mod tools;
mod transfer;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, patch, post, put};
use hookswitch_api::{ErrorShape, Failure, NoteRouteLayer, answer_once};
use serde_json::Value;

use crate::{Burki, BurkiState};
use fault::Fault;

pub(crate) type Answer = Result<Response, Fault>;
pub(crate) type Allowed<R> = hookswitch_api::Allowed<R, Burki>;

type Routes = MethodRouter<BurkiState>;

fn all() -> Vec<(&'static str, Routes)> {
    let tool = get(tools::show).put(tools::update).patch(tools::update).delete(tools::delete);
    let own =
        get(organization_tools::show).put(organization_tools::update).delete(organization_tools::delete);
    let assistant =
        get(assistants::show).put(assistants::put).patch(assistants::patch).delete(assistants::delete);
    vec![
        ("/api/v1/tools", get(tools::list).post(tools::create)),
        ("/api/v1/tools/discover-lambda", get(discovery::by_query)),
        ("/api/v1/tools/public", get(public::list)),
        ("/api/v1/tools/public/{tool_id}", get(public::show)),
        ("/api/v1/tools/public/{tool_id}/duplicate", post(public::duplicate)),
        ("/api/v1/tools/{tool_id}", tool),
        ("/api/v1/tools/{tool_id}/assign", post(assignments::assign)),
        ("/api/v1/tools/{tool_id}/unassign", post(assignments::unassign)),
        ("/api/v1/tools/{tool_id}/assignments", get(assignments::list)),
        ("/api/v1/tools/{tool_id}/rotate-secret", post(tools::rotate_secret)),
        ("/api/lambda/list-functions", post(discovery::by_body)),
        ("/api/organization/tools", get(organization_tools::list).post(organization_tools::create)),
        ("/api/organization/tools/import", post(transfer::import)),
        ("/api/organization/tools/{tool_id}", own),
        ("/api/organization/tools/{tool_id}/duplicate", post(transfer::duplicate)),
        ("/api/organization/tools/{tool_id}/test", post(tests_of_tools::stored)),
        ("/api/organization/tools/{tool_id}/export", get(transfer::export)),
        ("/api/organization/tools/{tool_id}/logs", get(logs::of_tool)),
        ("/api/assistants/{assistant_id}/tools", get(assigned_tools::list)),
        ("/api/assistants/{assistant_id}/tools/assign", post(assigned_tools::assign)),
        ("/api/assistants/{assistant_id}/tools/{tool_id}/configure", put(assigned_tools::configure)),
        (
            "/api/assistants/{assistant_id}/tools/{tool_id}/unassign",
            axum::routing::delete(assigned_tools::unassign),
        ),
        ("/api/assistants/{assistant_id}/tool-executions", get(logs::of_assistant)),
        ("/api/calls/{call_id}/tool-executions", get(logs::of_call)),
        ("/api/tools/test", post(tests_of_tools::unsaved)),
        ("/api/tools/public", get(public::list)),
        ("/api/tools/public/{tool_id}", get(public::show)),
        ("/api/tools/public/{tool_id}/duplicate", post(public::duplicate)),
        ("/api/v1/assistants", get(assistant_list::list).post(assistants::create)),
        ("/api/v1/assistants/count", get(assistant_list::count)),
        ("/api/v1/assistants/by-phone/{phone_number}", get(assistants::by_phone)),
        ("/api/v1/assistants/{assistant_id}", assistant),
        ("/api/v1/assistants/{assistant_id}/status", patch(assistants::status)),
    ]
}

pub(crate) fn router(state: BurkiState) -> Router {
    let mut router = Router::new();
    for (path, routes) in all() {
        // No redirects, ever: both spellings answer.
        router = router.route(path, routes.clone()).route(&format!("{path}/"), routes);
    }
    router
        .method_not_allowed_fallback(|| async { Burki::render(&Failure::MethodNotAllowed) })
        .route_layer(middleware::from_fn_with_state(state.clone(), answer_once::<BurkiState, Burki>))
        .route_layer(middleware::from_fn(fault::finish))
        .route_layer(NoteRouteLayer)
        .fallback(|| async { Burki::render(&Failure::NotFound("path")) })
        .with_state(state)
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, kind, body.to_string()).into_response()
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of handlers, which can fail")]
pub(crate) fn ok(body: &Value) -> Answer {
    Ok(json(StatusCode::OK, body))
}
