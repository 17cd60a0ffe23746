//! The request plan of a webhook.

use std::collections::BTreeSet;

use hookswitch_template::{HeaderTemplate, JsonTemplate, Path, Text, UrlTemplate};
use http::{HeaderName, Method};
use serde_json::Value;

use crate::draft::{NameRule, Namespace, UnplacedArguments, UrlVariables, VariableSyntax, WebhookDraft};
use crate::finding::Findings;
use crate::parameter::{ParameterDraft, ParameterSource, Place};
use crate::plan::{
    AnswerPlan, BodyPlan, HeaderPlan, HeaderValuePlan, PlacedParameter, RequestPlan, Rest, Target,
};
use crate::secret::{Sealable, is_secret_name};

/// Longest URL, in bytes.
const MOST_URL: usize = 2048;
/// Most headers and most query parameters.
const MOST_NAMES: usize = 64;
/// Headers that a definition can't set: the connection is ours, and so is the signature.
const REFUSED_HEADERS: [&str; 12] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "proxy-connection",
];

pub(super) fn parse(
    draft: &WebhookDraft,
    parameters: Option<&[ParameterDraft]>,
    declared: BTreeSet<String>,
    names: &NameRule,
    findings: &mut Findings,
) -> Option<RequestPlan> {
    let method = parse_method(draft, findings);
    let url = parse_url(draft, names, &declared, findings);
    let headers = parse_headers(draft, names, findings);
    let query = parse_query(draft, names, findings);
    warn_of_literals(draft, findings);
    let body = parse_body(draft, names, method.as_ref(), findings);
    let timestamped_signature = parse_signature_header(draft, findings);
    let answer = parse_answer(draft, findings);
    if names.syntax == VariableSyntax::Single {
        findings.error("$.webhook.variables.syntax", "conflict", "{name} is for URLs only");
    }
    let mut plan = RequestPlan {
        method: method?,
        url: url?,
        headers,
        query,
        body: body?,
        placed: Vec::new(),
        rest: None,
        names: names.clone(),
        redirects: draft.redirects,
        verify_tls: draft.verify_tls,
        signature: draft.signature,
        timestamped_signature,
        query_lists: draft.query_lists,
        unset: draft.unset,
        declared,
        answer,
    };
    let by_default = if is_bodyless(&plan.method) { Place::Query } else { Place::Body };
    match parameters {
        Some(parameters) => {
            plan.placed = place(parameters, &plan, by_default, findings);
            check_path_places(&plan, parameters, findings);
        }
        None => plan.rest = rest_of(draft, &plan, by_default),
    }
    Some(plan)
}

/// Where arguments go that nothing places.
fn rest_of(draft: &WebhookDraft, plan: &RequestPlan, place: Place) -> Option<Rest> {
    let except: BTreeSet<String> = plan.named_arguments().into_iter().map(str::to_owned).collect();
    let has_body_template = draft.body.is_some();
    let wanted = match draft.unplaced {
        UnplacedArguments::Auto => !has_body_template && except.is_empty(),
        UnplacedArguments::Unused => !has_body_template,
        UnplacedArguments::Nowhere => false,
    };
    wanted.then_some(Rest { place, except })
}

fn parse_signature_header(draft: &WebhookDraft, findings: &mut Findings) -> Option<HeaderName> {
    let text = draft.timestamped_signature.as_deref()?;
    let at = "$.webhook.timestamped_signature";
    match HeaderName::from_bytes(text.as_bytes()) {
        Ok(name) if REFUSED_HEADERS.contains(&name.as_str()) => {
            findings.error(at, "refused_header", "this header is set by the server");
            None
        }
        Ok(name) => Some(name),
        Err(_) => {
            findings.error(at, "invalid_name", "not a header name (RFC 9110)");
            None
        }
    }
}

fn parse_answer(draft: &WebhookDraft, findings: &mut Findings) -> AnswerPlan {
    let rule = &draft.answer;
    if rule.mapping.len() > MOST_NAMES {
        findings.error("$.webhook.answer.mapping", "too_many", format!("at most {MOST_NAMES} members"));
    }
    let mut mapping = Vec::new();
    for (name, path) in rule.mapping.iter().take(MOST_NAMES) {
        match Path::parse(path) {
            Ok(path) => mapping.push((name.clone(), path)),
            Err(error) => {
                let at = format!("$.webhook.answer.mapping[{name:?}]");
                findings.error(at, "invalid_path", error.to_string());
            }
        }
    }
    AnswerPlan { success: rule.success, empty: rule.empty, text: rule.text, error: rule.error, mapping }
}

/// Whether requests of this method carry no body by their nature.
pub(super) fn is_bodyless(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE | Method::OPTIONS)
}

fn parse_method(draft: &WebhookDraft, findings: &mut Findings) -> Option<Method> {
    let word = draft.method.as_deref().unwrap_or("GET").to_ascii_uppercase();
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    let method = known.into_iter().find(|method| method.as_str() == word);
    if method.is_none() {
        let message = "one of GET HEAD POST PUT PATCH DELETE OPTIONS";
        findings.error("$.webhook.method", "invalid_method", message);
    }
    method
}

fn parse_url(
    draft: &WebhookDraft,
    names: &NameRule,
    declared: &BTreeSet<String>,
    findings: &mut Findings,
) -> Option<UrlTemplate> {
    if draft.url.len() > MOST_URL {
        findings.error("$.webhook.url", "too_long", format!("at most {MOST_URL} bytes"));
        return None;
    }
    let parsed = match draft.url_variables {
        UrlVariables::PathAndQuery => UrlTemplate::parse(&draft.url, names.url_syntax()),
        UrlVariables::SecretsInHost => UrlTemplate::parse_open(&draft.url, names.url_syntax()),
    };
    let url =
        parsed.map_err(|error| findings.error("$.webhook.url", "invalid_url", error.to_string())).ok()?;
    let is_secret = |path: &Path| match names.target(path) {
        Target::In(place) => place == Namespace::Secret,
        Target::Bare(places) => {
            places.contains(&Namespace::Secret)
                && !declared.contains(path.root())
                && names.system_name(path.text()).is_none()
        }
    };
    if !url.authority_variables().all(is_secret) {
        let message = "only secrets can stand in a URL's user info, host and port";
        findings.error("$.webhook.url", "invalid_url", message);
    }
    Some(url)
}

fn parse_headers(draft: &WebhookDraft, names: &NameRule, findings: &mut Findings) -> Vec<HeaderPlan> {
    if draft.headers.len() > MOST_NAMES {
        findings.error("$.webhook.headers", "too_many", format!("at most {MOST_NAMES} headers"));
    }
    let mut headers: Vec<HeaderPlan> = Vec::new();
    for (text, value) in draft.headers.iter().take(MOST_NAMES) {
        let at = format!("$.webhook.headers[{text:?}]");
        let Ok(name) = HeaderName::from_bytes(text.as_bytes()) else {
            findings.error(at, "invalid_name", "not a header name (RFC 9110)");
            continue;
        };
        if REFUSED_HEADERS.contains(&name.as_str()) {
            findings.error(at, "refused_header", "this header is set by the server");
            continue;
        }
        if headers.iter().any(|header| header.name == name) {
            findings.error(at, "duplicate_name", "the header is there twice");
            continue;
        }
        let value = match value {
            Sealable::Literal { literal } => HeaderValuePlan::Literal(literal.clone()),
            Sealable::Sealed { sealed, variables } if variables.is_empty() => {
                HeaderValuePlan::Sealed(*sealed)
            }
            Sealable::Sealed { sealed, variables } => {
                let named = variables.iter().filter_map(|text| Path::parse(text).ok()).collect();
                HeaderValuePlan::SealedTemplate(*sealed, named)
            }
            Sealable::Text(text) => match HeaderTemplate::parse(text, names.text_syntax()) {
                Ok(template) => HeaderValuePlan::Template(template),
                Err(error) => {
                    findings.error(at, "invalid_template", error.to_string());
                    continue;
                }
            },
        };
        headers.push(HeaderPlan { name, value });
    }
    headers
}

/// Literals in places whose names speak of secrets are neither sealed nor hidden at rest there.
fn warn_of_literals(draft: &WebhookDraft, findings: &mut Findings) {
    let message = "a literal here is stored in clear; set a secret and write {{secret.NAME}}";
    for (name, value) in &draft.query {
        if is_secret_name(name) && value.as_str().is_some_and(|text| !text.contains('{')) {
            findings.warn(format!("$.webhook.query[{name:?}]"), "secret_in_clear", message);
        }
    }
    let query = draft.url.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&') {
        if let Some((name, value)) = pair.split_once('=')
            && is_secret_name(name)
            && !value.contains('{')
        {
            findings.warn("$.webhook.url", "secret_in_clear", format!("{name}: {message}"));
        }
    }
    if let Some(Value::Object(members)) = &draft.body {
        for (name, value) in members {
            if is_secret_name(name) && value.as_str().is_some_and(|text| !text.contains('{')) {
                findings.warn(format!("$.webhook.body[{name:?}]"), "secret_in_clear", message);
            }
        }
    }
}

fn parse_query(
    draft: &WebhookDraft,
    names: &NameRule,
    findings: &mut Findings,
) -> Vec<(String, JsonTemplate)> {
    if draft.query.len() > MOST_NAMES {
        findings.error("$.webhook.query", "too_many", format!("at most {MOST_NAMES} query parameters"));
    }
    let mut query = Vec::new();
    for (name, value) in draft.query.iter().take(MOST_NAMES) {
        match JsonTemplate::parse(value, names.text_syntax()) {
            Ok(template) => query.push((name.clone(), template)),
            Err(error) => {
                findings.error(format!("$.webhook.query[{name:?}]"), "invalid_template", error.to_string());
            }
        }
    }
    query
}

/// Parameters without a `place` go to the default one, unless a template names them.
fn place(
    parameters: &[ParameterDraft],
    plan: &RequestPlan,
    by_default: Place,
    findings: &mut Findings,
) -> Vec<PlacedParameter> {
    let named = plan.named_arguments();
    let has_template = !matches!(plan.body, BodyPlan::None);
    let mut placed: Vec<PlacedParameter> = Vec::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let at = format!("$.parameters[{index}]");
        let is_named = named.contains(parameter.name.as_str());
        let fallback = (!(is_named || has_template && by_default == Place::Body)).then_some(by_default);
        let Some(place) = parameter.place.or(fallback) else { continue };
        let send_as = parameter.send_as.clone().unwrap_or_else(|| parameter.name.clone());
        match place {
            Place::Header if HeaderName::from_bytes(send_as.as_bytes()).is_err() => {
                findings.error(at.clone(), "invalid_name", "its name is not a header name");
            }
            Place::Header if REFUSED_HEADERS.contains(&send_as.to_ascii_lowercase().as_str()) => {
                findings.error(at.clone(), "refused_header", "this header is set by the server");
            }
            Place::Body if is_bodyless(&plan.method) => {
                findings.error(format!("{at}.place"), "conflict", "this method carries no body");
            }
            Place::Body if has_template => {
                let message = "the body is a template; name the parameter in it";
                findings.error(format!("{at}.place"), "conflict", message);
            }
            _ => {}
        }
        if placed.iter().any(|other| other.place == place && other.send_as == send_as) {
            findings.error(at, "duplicate_name", "two parameters go to the same place");
        }
        placed.push(PlacedParameter { name: parameter.name.clone(), place, send_as });
    }
    placed
}

fn parse_body(
    draft: &WebhookDraft,
    names: &NameRule,
    method: Option<&Method>,
    findings: &mut Findings,
) -> Option<BodyPlan> {
    let template = match &draft.body {
        Some(Value::Null) | None => return Some(BodyPlan::None),
        Some(_) if method.is_some_and(|method| matches!(*method, Method::GET | Method::HEAD)) => {
            findings.error("$.webhook.body", "conflict", "GET and HEAD requests have no body");
            return None;
        }
        Some(body) => body,
    };
    let parsed = match template {
        Value::String(text) => match JsonTemplate::parse_text(text, names.text_syntax()) {
            Ok(template) => Ok(BodyPlan::Json(template)),
            Err(_) => {
                Text::parse(text, names.text_syntax()).map(BodyPlan::Text).map_err(|error| error.to_string())
            }
        },
        value => JsonTemplate::parse(value, names.text_syntax())
            .map(BodyPlan::Json)
            .map_err(|error| error.to_string()),
    };
    parsed.map_err(|error| findings.error("$.webhook.body", "invalid_template", error)).ok()
}

fn check_path_places(plan: &RequestPlan, parameters: &[ParameterDraft], findings: &mut Findings) {
    for placed in plan.placed.iter().filter(|placed| placed.place == Place::Path) {
        let index = parameters.iter().position(|parameter| parameter.name == placed.name).unwrap_or(0);
        let at = format!("$.parameters[{index}]");
        let names_it = |path: &hookswitch_template::Path| {
            path.text() == placed.name || path.text_from(1) == Some(placed.name.as_str())
        };
        if !plan.url.path_variables().any(names_it) {
            let message = format!("the URL's path has no placeholder for {:?}", placed.name);
            findings.error(format!("{at}.place"), "missing_placeholder", message);
        }
        if !parameters[index].required && parameters[index].source == ParameterSource::Model {
            findings.error(format!("{at}.required"), "conflict", "a parameter in the path is required");
        }
    }
}
