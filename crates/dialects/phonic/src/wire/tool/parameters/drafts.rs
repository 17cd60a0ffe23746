//! Parameters into the model's.

use hookswitch_model::draft::{NameRule, ToolDraft};
use hookswitch_model::parameter::{ParameterDraft, ParameterSource, Place};
use hookswitch_template::UrlTemplate;
use serde_json::{Map, Value, json};

use super::{Location, Parameters};
use crate::wire::tool::form::Request;

/// The model's parameters. Those that are stored under the same name and place keep what only the model knows.
pub fn drafts(parameters: &Parameters, request: Option<&Request>, stored: &ToolDraft) -> Vec<ParameterDraft> {
    let names = stored.webhook.as_ref().and_then(|webhook| webhook.variables.clone()).unwrap_or_default();
    let in_path = request.map(|request| path_arguments(&request.url, &names)).unwrap_or_default();
    let mut made = plain(parameters);
    for (draft, (_, location, _)) in made.iter_mut().zip(parameters.placed()) {
        draft.place = match location.filter(|_| request.is_some()) {
            Some(Location::Body) => Some(Place::Body),
            Some(Location::Query) => Some(Place::Query),
            Some(Location::Header) => Some(Place::Header),
            // A placeholder in the query is filled where it stands; nothing is placed by itself.
            Some(Location::Path) => in_path.contains(&draft.name).then_some(Place::Path),
            None => None,
        };
        let before = stored.parameters.iter().flatten().find(|other| other.name == draft.name);
        let Some(before) = before.filter(|before| before.source == ParameterSource::Model) else { continue };
        let is_default = before.place.is_none() && draft.place == default_place(request);
        if request.is_none() || before.place == draft.place || is_default {
            draft.place = before.place;
            draft.send_as.clone_from(&before.send_as);
        }
    }
    made
}

fn default_place(request: Option<&Request>) -> Option<Place> {
    request.map(|request| if request.is_bodyless() { Place::Query } else { Place::Body })
}

/// Name, schema, description and whether they are required.
fn plain(parameters: &Parameters) -> Vec<ParameterDraft> {
    let draft = |name: &str, schema: Value, description: Option<String>, required| ParameterDraft {
        name: name.to_owned(),
        schema: Some(schema),
        description,
        required,
        source: ParameterSource::Model,
        place: None,
        send_as: None,
    };
    match parameters {
        Parameters::List(list) => list
            .iter()
            .map(|one| draft(&one.name, one.kind.schema(), Some(one.description.clone()), one.required))
            .collect(),
        Parameters::Object(object) => object
            .properties()
            .map(|(name, schema)| {
                let mut schema = schema.clone();
                // What the model reads stands where other dialects look for it.
                let description = schema
                    .as_object_mut()
                    .and_then(|keywords| keywords.shift_remove("description"))
                    .and_then(|text| text.as_str().map(str::to_owned));
                draft(name, schema, description, object.requires(name))
            })
            .collect(),
    }
}

/// The arguments that the path of a URL names.
fn path_arguments(url: &str, names: &NameRule) -> Vec<String> {
    let Ok(url) = UrlTemplate::parse(url, names.url_syntax()) else { return Vec::new() };
    url.path_variables()
        .flat_map(|path| [Some(path.text()), names.argument_of(path)])
        .flatten()
        .map(str::to_owned)
        .collect()
}

/// The schema of all arguments, for definitions that have one.
pub fn schema(parameters: &Parameters) -> Value {
    let list = match parameters {
        Parameters::Object(object) => return Value::Object(object.root.clone()),
        Parameters::List(list) => list,
    };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for one in list {
        let mut schema = one.kind.schema();
        schema["description"] = json!(one.description);
        properties.insert(one.name.clone(), schema);
        if one.required {
            required.push(json!(one.name));
        }
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
