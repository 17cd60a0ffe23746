//! Parameters out of a stored definition, in the form in which they were given if they still fit it.

use hookswitch_model::draft::{NameRule, ToolDraft};
use hookswitch_model::parameter::{ParameterDraft, ParameterSource, Place};
use hookswitch_schema::{LooseShape, SchemaLimits};
use hookswitch_template::UrlTemplate;
use serde_json::{Map, Value, json};

use super::{Location, ObjectForm, Parameter, ParameterType, Parameters};
use crate::wire::tool::kind::ToolType;

/// The member of our extras that keeps the root of a schema, without its properties.
pub const OBJECT: &str = "object";

/// The parameters of a definition. `extras` are ours.
pub fn of(draft: &ToolDraft, kind: ToolType, extras: &Map<String, Value>) -> Parameters {
    if !kind.has_parameters() {
        return Parameters::default();
    }
    let root = extras.get(OBJECT).and_then(Value::as_object);
    if let Some(all) = &draft.parameters {
        let seen: Vec<&ParameterDraft> =
            all.iter().filter(|one| one.source == ParameterSource::Model).collect();
        let list = || seen.iter().map(|one| listed(one, draft, kind)).collect::<Option<Vec<_>>>();
        if root.is_none()
            && let Some(list) = list()
        {
            return Parameters::List(list);
        }
        return Parameters::Object(object(&seen, root, draft, kind));
    }
    let schema = match (&draft.input_schema, &draft.loose_input) {
        (Some(schema), _) => schema.clone(),
        (None, Some(shape)) => LooseShape::parse(shape, SchemaLimits::default())
            .map_or_else(|_| json!({}), |shape| shape.model_schema().clone()),
        (None, None) => return Parameters::default(),
    };
    let mut form =
        ObjectForm { root: schema.as_object().cloned().unwrap_or_default(), ..ObjectForm::default() };
    if kind == ToolType::Webhook {
        let names: Vec<String> = form.properties().map(|(name, _)| name.clone()).collect();
        form.locations = names
            .into_iter()
            .map(|name| {
                let location = location(&name, None, draft);
                (name, location)
            })
            .collect();
    }
    Parameters::Object(form)
}

fn listed(one: &ParameterDraft, draft: &ToolDraft, kind: ToolType) -> Option<Parameter> {
    Some(Parameter {
        kind: ParameterType::of(one.schema.as_ref()?)?,
        name: one.name.clone(),
        description: one.description.clone()?,
        required: one.required,
        location: (kind == ToolType::Webhook).then(|| location(&one.name, one.place, draft)),
    })
}

fn object(
    seen: &[&ParameterDraft],
    root: Option<&Map<String, Value>>,
    draft: &ToolDraft,
    kind: ToolType,
) -> ObjectForm {
    let mut properties = Map::new();
    for one in seen {
        let mut schema = one.schema.clone().unwrap_or_else(|| json!({}));
        if let (Some(keywords), Some(description)) = (schema.as_object_mut(), &one.description) {
            keywords.insert("description".to_owned(), json!(description));
        }
        properties.insert(one.name.clone(), schema);
    }
    let mut shown = match root {
        Some(root) => root.clone(),
        None => Map::from_iter([("additionalProperties".to_owned(), json!(false))]),
    };
    let required = required_of(seen, shown.get("required"));
    shown.insert("type".to_owned(), json!("object"));
    shown.insert("properties".to_owned(), Value::Object(properties));
    match required {
        Some(names) => drop(shown.insert("required".to_owned(), json!(names))),
        None => drop(shown.shift_remove("required")),
    }
    let locations = match kind {
        ToolType::Webhook => {
            seen.iter().map(|one| (one.name.clone(), location(&one.name, one.place, draft))).collect()
        }
        _ => super::Locations::new(),
    };
    ObjectForm { root: shown, locations }
}

/// The required ones in the order in which they were written; none where none was written and none is.
fn required_of(seen: &[&ParameterDraft], written: Option<&Value>) -> Option<Vec<String>> {
    let now: Vec<String> = seen.iter().filter(|one| one.required).map(|one| one.name.clone()).collect();
    let Some(written) = written.and_then(Value::as_array) else {
        return (!now.is_empty()).then_some(now);
    };
    let written: Vec<String> = written.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let is_same = written.len() == now.len() && now.iter().all(|name| written.contains(name));
    Some(if is_same { written } else { now })
}

/// Where an argument goes in the request of a definition.
fn location(name: &str, place: Option<Place>, draft: &ToolDraft) -> Location {
    let webhook = draft.webhook.as_ref();
    let method = webhook.and_then(|webhook| webhook.method.as_deref()).unwrap_or("GET").to_ascii_uppercase();
    match place {
        Some(Place::Path) => Location::Path,
        Some(Place::Query) => Location::Query,
        Some(Place::Header) => Location::Header,
        Some(Place::Body) => Location::Body,
        None => {
            let rule = webhook.and_then(|webhook| webhook.variables.clone()).unwrap_or_default();
            let is_in_url = webhook.is_some_and(|webhook| url_names(&webhook.url, &rule, name));
            match method.as_str() {
                _ if is_in_url => Location::Path,
                "GET" | "HEAD" | "DELETE" | "OPTIONS" => Location::Query,
                _ => Location::Body,
            }
        }
    }
}

/// Whether a URL names an argument.
fn url_names(url: &str, rule: &NameRule, name: &str) -> bool {
    let Ok(url) = UrlTemplate::parse(url, rule.url_syntax()) else { return false };
    url.paths().any(|path| path.text() == name || rule.argument_of(path) == Some(name))
}
