//! `function_definition`: the function that the model sees, bare or wrapped (burki: 2.1, 3.1).

use hookswitch_model::draft::{FunctionDraft, NameSuffix, ToolDraft};
use hookswitch_model::parameter::{ParameterDraft, ParameterSource};
use serde_json::{Map, Value, json};

use super::extras::Extras;
use super::refusal::Refusal;

const OWN: [&str; 3] = ["name", "description", "parameters"];

/// A definition taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    name: Option<String>,
    description: Option<String>,
    parameters: Option<Value>,
    wrapped: bool,
    order: Vec<String>,
    other: Map<String, Value>,
    around: Map<String, Value>,
}

fn invalid(reason: &str) -> Refusal {
    Refusal::bad(format!("Invalid function_definition: {reason}"))
}

impl Function {
    /// Reads a definition in either form.
    pub fn read(given: &Map<String, Value>) -> Result<Self, Refusal> {
        let inner = match given.get("function") {
            Some(Value::Object(inner)) => Some(inner),
            Some(_) if given.get("type").and_then(Value::as_str) == Some("function") => {
                return Err(invalid("function must be an object"));
            }
            _ => None,
        };
        let members = inner.unwrap_or(given);
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(invalid(&format!("{name} must be a string"))),
        };
        let parameters = match members.get("parameters") {
            None | Some(Value::Null) => None,
            Some(schema @ Value::Object(_)) => Some(schema.clone()),
            Some(_) => return Err(invalid("parameters must be an object")),
        };
        let name = text("name")?.filter(|name| !name.is_empty());
        let others = |map: &Map<String, Value>, known: &[&str]| {
            let others = map.iter().filter(|(name, _)| !known.contains(&name.as_str()));
            others.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()
        };
        Ok(Self {
            name,
            description: text("description")?,
            parameters,
            wrapped: inner.is_some(),
            order: members.keys().filter(|name| !members[*name].is_null()).cloned().collect(),
            other: others(members, &OWN),
            around: inner.map(|_| others(given, &["type", "function"])).unwrap_or_default(),
        })
    }

    /// Puts it into a draft.
    pub fn write(self, draft: &mut ToolDraft, extras: &mut Extras) {
        let own = if extras.origin.is_some() { NameSuffix::ToolNumber } else { NameSuffix::Count };
        let suffix = draft.function.as_ref().map_or(own, |own| own.suffix);
        draft.function = Some(FunctionDraft { name: self.name, description: self.description, suffix });
        set_schema(draft, self.parameters.unwrap_or_else(empty_schema));
        extras.function.wrapped = self.wrapped;
        extras.function.order = self.order;
        extras.function.other = self.other;
        extras.function.around = self.around;
    }
}

/// The schema of a function without parameters.
pub fn empty_schema() -> Value {
    json!({"type": "object", "properties": {}})
}

/// Sets the arguments of a draft in the form that it has: a list of parameters keeps what only it knows of each.
pub fn set_schema(draft: &mut ToolDraft, schema: Value) {
    if draft.loose_input.is_some() {
        draft.loose_input = Some(schema);
    } else if let Some(parameters) = draft.parameters.take() {
        draft.parameters = Some(merged(parameters, &schema));
    } else {
        draft.input_schema = Some(schema);
    }
}

fn merged(parameters: Vec<ParameterDraft>, schema: &Value) -> Vec<ParameterDraft> {
    let required: Vec<&str> = (schema.get("required").and_then(Value::as_array).into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut wanted: Vec<ParameterDraft> = Vec::new();
    for (name, property) in properties.into_iter().flatten() {
        let stored = parameters.iter().find(|own| own.name == *name && own.source == ParameterSource::Model);
        let mut next = stored.cloned().unwrap_or_else(|| ParameterDraft {
            name: name.clone(),
            schema: None,
            description: None,
            required: false,
            source: ParameterSource::Model,
            place: None,
            send_as: None,
        });
        next.description = property.get("description").and_then(Value::as_str).map(str::to_owned);
        let mut own = property.clone();
        if let (Some(members), Some(_)) = (own.as_object_mut(), &next.description) {
            members.shift_remove("description");
        }
        next.schema = Some(own).filter(|own| own.as_object().is_none_or(|members| !members.is_empty()));
        next.required = required.contains(&name.as_str());
        wanted.push(next);
    }
    wanted.extend(parameters.into_iter().filter(|own| own.source != ParameterSource::Model));
    wanted
}

/// The schema of the arguments that the model gives.
pub fn schema_of(draft: &ToolDraft) -> Value {
    match &draft.input_schema {
        Some(schema) => schema.clone(),
        None if draft.parameters.is_none() && draft.loose_input.is_none() => empty_schema(),
        None => match draft.parse().0 {
            Some(definition) => definition.arguments.shown().clone(),
            None => empty_schema(),
        },
    }
}

/// The definition as it is shown.
pub fn show(draft: &ToolDraft, extras: &Extras) -> Value {
    let own = draft.function.as_ref();
    let own_name = own.and_then(|own| own.name.as_ref());
    let own_description = own.and_then(|own| own.description.as_ref());
    let schema = schema_of(draft);
    let value = |name: &str| match name {
        "name" => Some(json!(own_name.unwrap_or(&draft.name))),
        "description" => Some(json!(own_description.unwrap_or(&draft.description))),
        "parameters" => Some(schema.clone()),
        other => extras.function.other.get(other).cloned(),
    };
    let form = &extras.function;
    let mut shown = Map::new();
    for name in &form.order {
        if let Some(value) = value(name) {
            shown.insert(name.clone(), value);
        }
    }
    let needed = [
        ("name", form.order.is_empty() || own_name.is_some()),
        ("description", form.order.is_empty() || own_description.is_some()),
        ("parameters", form.order.is_empty() || schema != empty_schema()),
    ];
    for (name, is_needed) in needed {
        if is_needed && !shown.contains_key(name) {
            shown.extend(value(name).map(|value| (name.to_owned(), value)));
        }
    }
    if !form.wrapped {
        return Value::Object(shown);
    }
    let mut wrapper = Map::new();
    wrapper.insert("type".to_owned(), json!("function"));
    wrapper.insert("function".to_owned(), Value::Object(shown));
    wrapper.extend(form.around.clone());
    Value::Object(wrapper)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use hookswitch_model::draft::Kind;

    fn read(value: &Value) -> Result<(ToolDraft, Extras), Refusal> {
        let mut draft = ToolDraft::new("tool", Kind::Webhook);
        draft.description = "About".to_owned();
        let mut extras = Extras { origin: Some(super::super::extras::Origin::V1), ..Extras::default() };
        Function::read(value.as_object().unwrap())?.write(&mut draft, &mut extras);
        Ok((draft, extras))
    }

    #[test]
    fn every_form_is_shown_as_it_came() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        for form in [
            json!({"name": "f", "description": "d", "parameters": schema}),
            json!({"parameters": schema, "name": "f", "strict": true}),
            json!({"type": "function", "function": {"name": "f", "parameters": schema}}),
            json!({"type": "function", "function": {"name": "f"}, "x": 1}),
            json!({"name": "f"}),
            json!({"description": "d"}),
        ] {
            let (draft, extras) = read(&form).unwrap();
            assert_eq!(show(&draft, &extras), form);
            assert_eq!(draft.function.unwrap().suffix, NameSuffix::ToolNumber);
        }
    }

    #[test]
    fn without_one_it_is_made_of_the_tool() {
        let mut draft = ToolDraft::new("tool", Kind::Webhook);
        draft.description = "About".to_owned();
        assert_eq!(
            show(&draft, &Extras::default()),
            json!({"name": "tool", "description": "About", "parameters": {"type": "object", "properties": {}}})
        );
    }

    #[test]
    fn what_is_no_definition_says_why() {
        for (form, reason) in [
            (json!({"name": 7}), "name must be a string"),
            (json!({"name": "f", "parameters": []}), "parameters must be an object"),
            (json!({"type": "function", "function": 7}), "function must be an object"),
        ] {
            let expected = Refusal::bad(format!("Invalid function_definition: {reason}"));
            assert_eq!(read(&form).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_list_of_parameters_keeps_its_places() {
        let mut draft: ToolDraft = serde_json::from_value(json!({"name": "t", "kind": "webhook",
            "webhook": {"url": "https://h.example/{{id}}"},
            "parameters": [{"name": "id", "schema": {"type": "string"}, "required": true, "place": "path"},
                {"name": "caller", "source": {"system": "from"}, "place": "query"}]}))
        .unwrap();
        let shown = schema_of(&draft);
        assert_eq!(shown["properties"]["id"], json!({"type": "string"}));
        let changed = json!({"type": "object", "properties": {"id": {"type": "integer", "description": "Id"},
            "page": {"type": "integer"}}, "required": ["id"]});
        set_schema(&mut draft, changed.clone());
        let parameters = draft.parameters.clone().unwrap();
        assert_eq!(parameters.len(), 3);
        assert_eq!(parameters[0].place, Some(hookswitch_model::parameter::Place::Path));
        assert_eq!(parameters[2].name, "caller");
        let shown = schema_of(&draft);
        assert_eq!(shown["properties"], changed["properties"]);
        assert_eq!(shown["required"], changed["required"]);
    }
}
