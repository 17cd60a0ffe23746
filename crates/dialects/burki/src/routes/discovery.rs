//! Lambda discovery (burki: 2.4). Credentials of a request are used for it and forgotten.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use hookswitch_api::{ToolsRead, read_body};

use super::fault::Fault;
use super::input::pairs_of;
use super::{Allowed, Answer, ok};
use crate::BurkiState;
use crate::wire::discovery::{Wanted, found, refusal_of};
use crate::wire::refusal::Refusal;

pub(super) async fn by_query(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    request: Request,
) -> Answer {
    let mut wanted = Wanted::default();
    wanted.take_pairs(pairs_of(request.uri().query().unwrap_or_default()));
    discover(&state, &caller, wanted).await
}

pub(super) async fn by_body(
    State(state): State<BurkiState>,
    caller: Allowed<ToolsRead>,
    request: Request,
) -> Answer {
    let mut wanted = Wanted::default();
    wanted.take_pairs(pairs_of(request.uri().query().unwrap_or_default()));
    take_body(&mut wanted, request).await?;
    discover(&state, &caller, wanted).await
}

async fn take_body(wanted: &mut Wanted, request: Request) -> Result<(), Fault> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body).await?;
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        let request = Request::from_parts(parts, Body::from(bytes));
        if let Ok(mut form) = Multipart::from_request(request, &()).await {
            while let Ok(Some(field)) = form.next_field().await {
                let name = field.name().unwrap_or_default().to_owned();
                if let Ok(text) = field.text().await {
                    wanted.take_pairs([(name, text)]);
                }
            }
        }
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        wanted.take_pairs(pairs_of(&String::from_utf8_lossy(&bytes)));
    } else if !bytes.iter().all(u8::is_ascii_whitespace) {
        let body = hookswitch_api::parse(&bytes)?;
        wanted.take_json(&body);
    }
    Ok(())
}

async fn discover(state: &BurkiState, caller: &Allowed<ToolsRead>, wanted: Wanted) -> Answer {
    let scope = caller.scope();
    state
        .discoveries
        .take(scope.org, Instant::now())
        .map_err(|seconds| Fault::Refusal(Refusal::TooMany(seconds)))?;
    let query = wanted.query().map_err(Fault::refused)?;
    let region = query.region.clone();
    match state.engine().lambda_functions(scope, query).await {
        Ok(functions) => ok(&found(&functions, &region)),
        Err(error) => {
            tracing::info!(%error, "Lambda functions could not be listed");
            Err(refusal_of(error).map_or_else(Fault::from, Fault::refused))
        }
    }
}
