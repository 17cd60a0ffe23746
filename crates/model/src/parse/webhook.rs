//! The request plan of a webhook.

mod headers;
mod url;

use std::collections::BTreeSet;

use hookswitch_template::{JsonTemplate, Path, Text, UrlTemplate};
use http::{HeaderName, Method};
use serde_json::Value;

use crate::draft::{NameRule, UnplacedArguments, UrlVariables, VariableSyntax, WebhookDraft};
use crate::finding::Findings;
use crate::id::SealId;
use crate::name::SecretName;
use crate::parameter::{ParameterDraft, ParameterSource, Place};
use crate::plan::{AnswerPlan, BodyPlan, PlacedParameter, RequestPlan, Rest};

/// Most headers and most query parameters.
const MOST_NAMES: usize = 64;
pub(super) fn parse(
    draft: &WebhookDraft,
    parameters: Option<&[ParameterDraft]>,
    declared: BTreeSet<String>,
    names: &NameRule,
    findings: &mut Findings,
) -> Option<RequestPlan> {
    let method = parse_method(draft, findings);
    let url = (!draft.lacks_url()).then(|| url::parse(draft, names, &declared, findings));
    let headers = headers::parse(draft, names, findings);
    let query = parse_query(draft, names, findings);
    url::warn_of_literals(draft, findings);
    let own_secrets = parse_own_secrets(draft, findings);
    let body = parse_body(draft, names, method.as_ref(), findings);
    let timestamped_signature = headers::parse_signature(draft, findings);
    let answer = parse_answer(draft, findings);
    if names.syntax == VariableSyntax::Single {
        findings.error("$.webhook.variables.syntax", "conflict", "{name} is for URLs only");
    }
    let mut plan = RequestPlan {
        method: method?,
        url: match url {
            Some(parsed) => Some(parsed?),
            None => None,
        },
        may_have_user_info: draft.url_variables == UrlVariables::SecretsInHost,
        headers,
        own_secrets,
        query,
        body: body?,
        trial_members: draft.trial_members.clone(),
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

/// The tool's own secrets as they are opened: those of a draft that is not saved are no references yet.
fn parse_own_secrets(draft: &WebhookDraft, findings: &mut Findings) -> Vec<(String, SealId)> {
    if draft.own_secrets.len() > MOST_NAMES {
        findings.error("$.webhook.own_secrets", "too_many", format!("at most {MOST_NAMES} values"));
    }
    let mut sealed = Vec::new();
    for (name, value) in draft.own_secrets.iter().take(MOST_NAMES) {
        if let Err(error) = SecretName::parse(name.as_str()) {
            findings.error(format!("$.webhook.own_secrets[{name:?}]"), "invalid_name", error.to_string());
        }
        sealed.extend(value.seal().map(|seal| (name.to_ascii_lowercase(), seal)));
    }
    sealed
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
            Place::Header if headers::REFUSED.contains(&send_as.to_ascii_lowercase().as_str()) => {
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
        if !plan.url.iter().flat_map(UrlTemplate::path_variables).any(names_it) {
            let message = format!("the URL's path has no placeholder for {:?}", placed.name);
            findings.error(format!("{at}.place"), "missing_placeholder", message);
        }
        if !parameters[index].required && parameters[index].source == ParameterSource::Model {
            findings.error(format!("{at}.required"), "conflict", "a parameter in the path is required");
        }
    }
}
