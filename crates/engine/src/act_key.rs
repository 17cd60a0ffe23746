//! What makes two tool calls the same act: tool, canonical act arguments, session variables that its templates read
//! (semantics: Words, act).

use std::borrow::Cow;
use std::collections::HashMap;

use aws_lc_rs::digest::{Context, SHA256};
use hookswitch_executors::Variables;
use hookswitch_model::definition::{Arguments, Definition};
use hookswitch_model::draft::NameRule;
use hookswitch_model::execution::ActKey;
use hookswitch_model::{Effect, ToolId};
use hookswitch_schema::canonical;
use hookswitch_template::Lookup as _;
use serde_json::{Map, Value};

/// An argument that only steers speech: other words make no second booking.
pub(crate) const SPEECH: &str = "speech";

/// The fingerprint of a call. `vars` and `system` are the session's.
pub(crate) fn fingerprint(
    tool: ToolId,
    definition: &Definition,
    arguments: &Value,
    vars: &Value,
    system: &Value,
) -> ActKey {
    let mut context = Context::new(&SHA256);
    context.update(tool.uuid().as_bytes());
    let meant = meant_arguments(definition, arguments);
    context.update(canonical(&meant).as_bytes());
    let names = definition.kind.names().map_or_else(|| Cow::Owned(NameRule::default()), Cow::Borrowed);
    let variables = Variables {
        names: &names,
        input: &Value::Null,
        system,
        vars,
        config: &Value::Null,
        secrets: &HashMap::new(),
    };
    for path in &definition.act_variables {
        context.update(&[0]);
        context.update(path.text().as_bytes());
        context.update(&[1]);
        if let Some(value) = variables.get(path) {
            context.update(canonical(&value).as_bytes());
        }
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    ActKey(key)
}

fn meant_arguments(definition: &Definition, arguments: &Value) -> Value {
    let Some(members) = arguments.as_object() else { return arguments.clone() };
    // A read is the same request only with all its arguments.
    let chosen = definition.act_arguments.as_ref().filter(|_| definition.effect != Effect::Read);
    let is_meant = |name: &str| match chosen {
        Some(names) => names.iter().any(|other| other == name),
        None => name != SPEECH || !steers_speech(definition),
    };
    let meant: Map<String, Value> = members
        .iter()
        .filter(|(name, _)| is_meant(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(meant)
}

/// Whether an argument named `speech` is the line to say, which it is where a loose shape mentions it.
pub(crate) fn steers_speech(definition: &Definition) -> bool {
    matches!(&definition.arguments, Arguments::Loose(shape) if shape.mentions(SPEECH))
}
