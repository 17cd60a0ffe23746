//! Bodies: JSON objects, whatever their content type.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use hookswitch_api::AnyJson;
use serde_json::{Map, Value};

use super::Refused;
use crate::Phonic;
use crate::wire::param_errors::ParamErrors;
use crate::wire::problem::Problem;

/// The members of a body; none when there is no body.
#[derive(Debug)]
pub(super) struct Body(pub(super) Option<Map<String, Value>>);

impl Body {
    /// The members of a body that must be there.
    pub(super) fn required(self) -> Result<Map<String, Value>, Refused> {
        self.0.ok_or_else(no_object)
    }
}

fn no_object() -> Refused {
    let problem = Problem::invalid(ParamErrors::default());
    Problem { message: "The body must be a JSON object".to_owned(), ..problem }.into()
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match AnyJson::<Phonic>::from_request(request, state).await?.0 {
            None => Ok(Self(None)),
            Some(Value::Object(members)) => Ok(Self(Some(members))),
            Some(_) => Err(no_object().into_response()),
        }
    }
}
