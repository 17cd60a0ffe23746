//! Lambda functions.

use axum::extract::State;
use hookswitch_api::{Json, ToolsWrite};

use super::{Allowed, Answer, ok};
use crate::wire::lambda::{FunctionView, Functions, FunctionsBody, failure_of};
use crate::{Native, NativeState};

/// List Lambda functions
///
/// The functions of a region that the credentials can see: those of the request, else the organisation's secrets.
/// All pages of AWS are read, at most a thousand functions, 30 s in total. Needs the permission `tools:write`.
#[utoipa::path(post, path = "/v1/lambda/functions/list", tag = "lambda", operation_id = "listLambdaFunctions",
    request_body = FunctionsBody, responses((status = 200, description = "Functions", body = Functions)))]
pub(super) async fn list_functions(
    State(state): State<NativeState>,
    caller: Allowed<ToolsWrite>,
    Json(body, _): Json<FunctionsBody, Native>,
) -> Answer {
    let query = body.query()?;
    let region = query.region.to_string();
    let found = state.engine().lambda_functions(caller.scope(), query).await;
    let functions = found.map_err(|error| {
        tracing::info!(%error, "Lambda functions could not be listed");
        failure_of(error)
    })?;
    ok(&Functions { region, data: functions.into_iter().map(FunctionView::from).collect() })
}
