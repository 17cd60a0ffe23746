//! The request of a call: the plan with its values. Filled once; every attempt sends the same bytes.

use bytes::Bytes;
use hookswitch_egress::{CheckedUrl, Freshness, Policy, RedirectRule, TlsRule};
use hookswitch_model::draft::{QueryLists, RedirectPolicy, SignatureScheme};
use hookswitch_model::parameter::Place;
use hookswitch_model::plan::{BodyPlan, HeaderValuePlan, RequestPlan};
use hookswitch_template::{FillError, FillRules, HeaderTemplate, Lookup, push_query_pair, text_form};
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::user_info;
use crate::opened::Opened;
use crate::variables::Variables;
use crate::watched::{Secrets, VariableRules, Watched};

/// Most redirects to the same origin.
const SAME_ORIGIN_HOPS: u8 = 3;
/// Most redirects anywhere.
const ANY_HOPS: u8 = 5;

/// A request ready to be signed and sent.
#[derive(Debug, Clone)]
pub struct FilledRequest {
    /// Method.
    pub method: Method,
    /// URL, checked by the policy in force.
    pub url: CheckedUrl,
    /// Headers, secret ones marked sensitive.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Which redirects are followed.
    pub redirects: RedirectRule,
    /// How the receiver proves who it is.
    pub tls: TlsRule,
    /// How it is signed.
    pub signature: SignatureScheme,
    /// The header of a timestamped signature, besides.
    pub timestamped_signature: Option<HeaderName>,
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
    /// The URL with its values is refused.
    #[error("{0}")]
    Address(hookswitch_egress::Refusal),
    /// A header's value can't be sent.
    #[error("the header {0} holds a value that can't be sent")]
    Header(HeaderName),
    /// The definition has no URL yet.
    #[error("tool has no webhook_url")]
    NoUrl,
    /// A sealed value is gone or was never set.
    #[error("tool is not configured")]
    NotConfigured,
    /// A variable has no value, and the definition wants nothing sent then.
    #[error("unresolved placeholder {0}")]
    Unresolved(String),
}

/// Fills a plan. `rest` values are the arguments with fixed ones added.
pub fn fill(
    plan: &RequestPlan,
    variables: &Variables<'_>,
    opened: &Opened,
    policy: &Policy,
    freshness: Freshness,
) -> Result<FilledRequest, Refused> {
    let Some(url) = &plan.url else { return Err(Refused::NoUrl) };
    if plan.signature != SignatureScheme::None && opened.signing.is_empty() {
        // A receiver that checks signatures must not get used to requests without one.
        return Err(Refused::NotConfigured);
    }
    let watched = Watched::new(variable_rules(plan), variables);
    let rules = rules_of(plan);
    let mut unset = Vec::new();
    let mut url = match url.fill_open(&Secrets(&watched), &watched, &rules) {
        Ok(filled) => take(filled, &mut unset),
        // Rather what is missing than what it made of the URL.
        Err(error) if watched.is_missing() => {
            return Err(watched.into_missing().map_or_else(|| error.into(), Refused::Unresolved));
        }
        Err(error) => return Err(error.into()),
    };
    let mut headers = fill_headers(plan, &watched, opened, &mut unset)?;
    for (name, template) in &plan.query {
        let value = take(template.fill(&watched, &rules)?, &mut unset);
        push_query(plan, &mut url, name, &value);
    }
    let placed = place_arguments(plan, variables.input, &mut url, &mut headers)?;
    let is_trial = variables.system.get("test") == Some(&Value::Bool(true));
    let body = fill_body(plan, &watched, placed, &mut headers, is_trial, &mut unset)?;
    if let Some(name) = watched.into_missing() {
        return Err(Refused::Unresolved(name));
    }
    let url = if plan.may_have_user_info { user_info::take(url, &mut headers)? } else { url };
    let url = policy.check_url(&url).map_err(Refused::Address)?;
    Ok(FilledRequest {
        method: plan.method.clone(),
        url,
        headers,
        body,
        redirects: match plan.redirects {
            RedirectPolicy::None => RedirectRule::None,
            RedirectPolicy::SameOrigin => RedirectRule::SameOrigin307And308 { max_hops: SAME_ORIGIN_HOPS },
            RedirectPolicy::Follow => RedirectRule::Follow { max_hops: ANY_HOPS },
        },
        tls: if plan.verify_tls { TlsRule::Verified } else { TlsRule::Insecure },
        signature: plan.signature,
        timestamped_signature: plan.timestamped_signature.clone(),
        freshness,
        unset,
    })
}

const fn variable_rules(plan: &RequestPlan) -> VariableRules<'_> {
    VariableRules { names: &plan.names, declared: &plan.declared, unset: plan.unset }
}

fn rules_of(plan: &RequestPlan) -> FillRules {
    variable_rules(plan).fill_rules()
}

fn fill_headers(
    plan: &RequestPlan,
    variables: &dyn Lookup,
    opened: &Opened,
    unset: &mut Vec<String>,
) -> Result<HeaderMap, Refused> {
    let rules = rules_of(plan);
    let mut headers = HeaderMap::with_capacity(plan.headers.len() + 8);
    for header in &plan.headers {
        let sealed =
            |seal| opened.seals.get(seal).map(ExposeSecret::expose_secret).ok_or(Refused::NotConfigured);
        let value = match &header.value {
            HeaderValuePlan::Template(template) => take(template.fill(variables, &rules)?, unset),
            HeaderValuePlan::Sealed(seal) => Some(sealed(seal)?.to_owned()),
            HeaderValuePlan::Literal(literal) => Some(literal.clone()),
            HeaderValuePlan::SealedTemplate(seal, _) => {
                let parsed = HeaderTemplate::parse(sealed(seal)?, plan.names.text_syntax());
                let template = parsed.map_err(|_| Refused::NotConfigured)?;
                take(template.fill(variables, &rules)?, unset)
            }
        };
        if let Some(value) = value {
            insert(&mut headers, &header.name, &value)?;
        }
    }
    Ok(headers)
}

/// Appends a query parameter; null is left out.
fn push_query(plan: &RequestPlan, url: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) if plan.query_lists == QueryLists::Repeated => {
            for item in items {
                push_query_pair(url, name, item);
            }
        }
        value => push_query_pair(url, name, value),
    }
}

fn take<T>(filled: hookswitch_template::Filled<T>, unset: &mut Vec<String>) -> T {
    for name in filled.unset {
        if !unset.contains(&name) {
            unset.push(name);
        }
    }
    filled.value
}

fn insert(headers: &mut HeaderMap, name: &HeaderName, value: &str) -> Result<(), Refused> {
    // UTF-8 beyond ASCII passes as opaque bytes (RFC 9110, 5.5); control characters do not.
    let mut header = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Refused::Header(name.clone()))?;
    header.set_sensitive(hookswitch_model::secret::is_secret_name(name.as_str()));
    headers.insert(name.clone(), header);
    Ok(())
}

/// Puts arguments into query and headers; returns those that go into the body.
fn place_arguments(
    plan: &RequestPlan,
    input: &Value,
    url: &mut String,
    headers: &mut HeaderMap,
) -> Result<Option<Map<String, Value>>, Refused> {
    let Some(arguments) = input.as_object() else { return Ok(None) };
    let mut body = Map::new();
    if let Some(rest) = &plan.rest {
        let left = arguments.iter().filter(|(name, _)| !rest.except.contains(*name));
        if rest.place == Place::Body {
            return Ok(Some(left.map(|(name, value)| (name.clone(), value.clone())).collect()));
        }
        for (name, value) in left {
            push_query(plan, url, name, value);
        }
    }
    let mut has_body = false;
    for placed in &plan.placed {
        has_body |= placed.place == Place::Body;
        let Some(value) = arguments.get(&placed.name) else { continue };
        match placed.place {
            // A member that is null says so; elsewhere null is nothing.
            Place::Body => drop(body.insert(placed.send_as.clone(), value.clone())),
            _ if value.is_null() => {}
            Place::Query => push_query(plan, url, &placed.send_as, value),
            Place::Header => {
                let Ok(name) = HeaderName::from_bytes(placed.send_as.as_bytes()) else { continue };
                insert(headers, &name, &text_form(value))?;
            }
            // Filled where the URL names it.
            Place::Path => {}
        }
    }
    Ok(has_body.then_some(body))
}

fn fill_body(
    plan: &RequestPlan,
    variables: &dyn Lookup,
    placed: Option<Map<String, Value>>,
    headers: &mut HeaderMap,
    is_trial: bool,
    unset: &mut Vec<String>,
) -> Result<Bytes, Refused> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
    const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
    let rules = rules_of(plan);
    let (bytes, kind) = match &plan.body {
        BodyPlan::Json(template) => {
            let mut value = take(template.fill(variables, &rules)?, unset);
            if let (Value::Object(members), true) = (&mut value, is_trial) {
                members.extend(plan.trial_members.clone());
            }
            match (&value, headers.get(CONTENT_TYPE).is_some_and(is_form)) {
                (Value::Object(members), true) => (Bytes::from(form_text(plan, members)), FORM),
                _ => (Bytes::from(value.to_string()), JSON),
            }
        }
        BodyPlan::Text(text) => {
            let is_form = headers.get(CONTENT_TYPE).is_some_and(is_form);
            let filled =
                if is_form { text.fill_encoded(variables, &rules)? } else { text.fill(variables, &rules)? };
            (Bytes::from(take(filled, unset)), TEXT)
        }
        BodyPlan::None => match placed {
            Some(members) => (Bytes::from(Value::Object(members).to_string()), JSON),
            None => return Ok(Bytes::new()),
        },
    };
    headers.entry(CONTENT_TYPE).or_insert(kind);
    Ok(bytes)
}

/// An object as a form: encoded as a query is.
fn form_text(plan: &RequestPlan, members: &Map<String, Value>) -> String {
    let mut text = String::from("?");
    for (name, value) in members {
        push_query(plan, &mut text, name, value);
    }
    text.split_off(1)
}

fn is_form(kind: &HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.trim_start().starts_with("application/x-www-form-urlencoded"))
}
