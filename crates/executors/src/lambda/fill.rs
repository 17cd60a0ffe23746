//! The invocation of a call: the plan with its values. Filled once; every attempt sends the same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hookswitch_egress::{CheckedUrl, Freshness, Policy};
use hookswitch_model::Stamp;
use hookswitch_model::draft::{EventShape, InvocationType};
use hookswitch_model::lambda::{EventTemplate, LambdaPlan, Region};
use hookswitch_template::{FillError, FillRules, percent_encode};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::endpoint::Endpoints;
use super::secret_text::{self, take};
use crate::call_context::context_of;
use crate::opened::Opened;
use crate::variables::Variables;
use crate::watched::{VariableRules, Watched};

/// Largest event of a call that is waited for (AWS Lambda quotas: 6 MB).
const MOST_EVENT: usize = 6 * 1024 * 1024;
/// Largest event that is queued (AWS Lambda quotas: 1 MB).
const MOST_QUEUED: usize = 1024 * 1024;
/// Largest client context, in characters of base64 (Invoke API: 3583 bytes).
const MOST_CLIENT_CONTEXT: usize = 3583;

const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const LOG_TYPE: HeaderName = HeaderName::from_static("x-amz-log-type");
pub(super) const CLIENT_CONTEXT: HeaderName = HeaderName::from_static("x-amz-client-context");

/// An invocation ready to be signed and sent.
#[derive(Debug, Clone)]
pub struct FilledCall {
    /// URL, checked by the policy in force.
    pub url: CheckedUrl,
    /// Headers, without those of the signature.
    pub headers: HeaderMap,
    /// The event.
    pub event: Bytes,
    /// The client context before it was encoded, for the record.
    pub client_context: Value,
    /// The function as it was written.
    pub function: String,
    /// Region that the signature names.
    pub region: Region,
    /// How it is invoked.
    pub invocation: InvocationType,
    /// Which kept connections may carry it.
    pub freshness: Freshness,
    /// Variables that had no value.
    pub unset: Vec<String>,
}

/// Why nothing is sent.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A template could not be filled.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// A text template became no JSON.
    #[error("the event is not valid JSON")]
    NotJson,
    /// The endpoint is refused.
    #[error("{0}")]
    Address(hookswitch_egress::Refusal),
    /// A sealed value is gone or was never set.
    #[error("tool is not configured")]
    NotConfigured,
    /// Nobody has credentials.
    #[error("{}", super::NO_CREDENTIALS)]
    NoCredentials,
    /// A variable has no value, and the definition wants nothing sent then.
    #[error("unresolved placeholder {0}")]
    Unresolved(String),
    /// The event is larger than Lambda takes.
    #[error("event too large: at most {0} bytes")]
    TooLarge(usize),
    /// Environment and context together are larger than the header takes.
    #[error("client context too large")]
    ClientContextTooLarge,
}

/// Fills a plan.
pub fn fill(
    plan: &LambdaPlan,
    variables: &Variables<'_>,
    opened: &Opened,
    endpoints: &Endpoints,
    policy: &Policy,
    freshness: Freshness,
    now: Stamp,
) -> Result<FilledCall, Refused> {
    let rules = VariableRules { names: &plan.names, declared: &plan.declared, unset: plan.unset };
    let watched = Watched::new(rules, variables);
    let fill_rules = FillRules { max_bytes: MOST_EVENT, ..rules.fill_rules() };
    let mut unset = Vec::new();
    let mut environment = Map::new();
    for (name, text) in &plan.environment {
        let value = secret_text::fill(text, &watched, &fill_rules, &plan.names, opened, &mut unset)?;
        environment.insert(name.clone(), Value::from(value));
    }
    let event = match &plan.template {
        Some(EventTemplate::Json(template)) => take(template.fill(&watched, &fill_rules)?, &mut unset),
        Some(EventTemplate::Text(text)) => {
            let text = take(text.fill(&watched, &fill_rules)?, &mut unset);
            match serde_json::from_str(&text) {
                Ok(event) => event,
                Err(_) if watched.is_missing() => Value::Null,
                Err(_) => return Err(Refused::NotJson),
            }
        }
        None => event_of(plan.shape, variables, now),
    };
    if let Some(name) = watched.into_missing() {
        return Err(Refused::Unresolved(name));
    }
    let event = Bytes::from(event.to_string());
    let most = if plan.invocation == InvocationType::Event { MOST_QUEUED } else { MOST_EVENT };
    if event.len() > most {
        return Err(Refused::TooLarge(most));
    }
    let client_context = client_context(plan.shape, variables, environment);
    let url = policy.check_url(&url_of(plan, endpoints)).map_err(Refused::Address)?;
    Ok(FilledCall {
        url,
        headers: headers_of(plan.invocation, &client_context)?,
        event,
        client_context,
        function: plan.function.as_written().to_owned(),
        region: plan.region.clone(),
        invocation: plan.invocation,
        freshness,
        unset,
    })
}

/// The event where no template says it.
fn event_of(shape: EventShape, variables: &Variables<'_>, now: Stamp) -> Value {
    match shape {
        EventShape::Arguments => variables.input.clone(),
        EventShape::Envelope => {
            // To the hundredth of a second.
            let seconds = (now.micros() / 10_000) as f64 / 100.0;
            json!({
                "parameters": variables.input,
                "context": context_of(variables),
                "timestamp": seconds,
            })
        }
    }
}

/// AWS lets nobody set a function's environment on invoke: it goes along as the context's `env`.
fn client_context(shape: EventShape, variables: &Variables<'_>, environment: Map<String, Value>) -> Value {
    let mut context = Map::new();
    if shape == EventShape::Arguments {
        context.insert("custom".to_owned(), context_of(variables));
    }
    context.insert("env".to_owned(), Value::Object(environment));
    Value::Object(context)
}

fn url_of(plan: &LambdaPlan, endpoints: &Endpoints) -> String {
    let base = match &plan.endpoint {
        Some(own) => own.trim_end_matches('/').to_owned(),
        None => endpoints.lambda(&plan.region),
    };
    let function = percent_encode(plan.function.plain());
    let mut url = format!("{base}/2015-03-31/functions/{function}/invocations");
    if let Some(qualifier) = &plan.qualifier {
        url.push_str("?Qualifier=");
        url.push_str(&percent_encode(qualifier.as_str()));
    }
    url
}

fn headers_of(invocation: InvocationType, client_context: &Value) -> Result<HeaderMap, Refused> {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let word = match invocation {
        InvocationType::RequestResponse => "RequestResponse",
        InvocationType::Event => "Event",
        InvocationType::DryRun => "DryRun",
    };
    headers.insert(INVOCATION_TYPE, HeaderValue::from_static(word));
    if invocation == InvocationType::RequestResponse {
        headers.insert(LOG_TYPE, HeaderValue::from_static("Tail"));
    }
    let encoded = STANDARD.encode(client_context.to_string());
    if encoded.len() > MOST_CLIENT_CONTEXT {
        return Err(Refused::ClientContextTooLarge);
    }
    let mut value = HeaderValue::from_str(&encoded).map_err(|_| Refused::ClientContextTooLarge)?;
    value.set_sensitive(true);
    headers.insert(CLIENT_CONTEXT, value);
    Ok(headers)
}
