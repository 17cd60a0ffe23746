//! The values that a call's templates may name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use hookswitch_executors::{Opened, Variables};
use hookswitch_model::Stamp;
use hookswitch_model::definition::{Definition, SystemUse, ToolKind};
use hookswitch_model::draft::NameRule;
use hookswitch_model::parameter::ParameterSource;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::session::{LiveSession, State, Work};
use crate::system_values;

/// The rule of tools whose definitions have no request: context tools and spoken lines.
static NATIVE_NAMES: LazyLock<NameRule> = LazyLock::new(NameRule::default);

/// Everything a template may name, for one call.
pub(crate) struct CallValues<'w> {
    names: &'w NameRule,
    input: Value,
    system: Value,
    vars: Arc<Value>,
    config: Value,
    secrets: HashMap<String, SecretString>,
}

impl<'w> CallValues<'w> {
    /// The values without secrets.
    pub(crate) fn of(session: &LiveSession, work: &'w Work, now: Stamp) -> Self {
        let vars = Arc::clone(&session.state.lock().variables);
        Self::with_variables(session, work, vars, now)
    }

    fn with_variables(session: &LiveSession, work: &'w Work, vars: Arc<Value>, now: Stamp) -> Self {
        let tool = work.tool.as_ref();
        let definition = tool.map(|tool| &tool.prepared.definition);
        let needed = definition.map_or(SystemUse::Nothing, |definition| match definition.speech_line {
            // A line may name what the request does not.
            Some(_) => SystemUse::Clock,
            None => definition.system_use,
        });
        let names = match tool.map(|tool| &tool.prepared.definition.kind) {
            Some(ToolKind::Webhook(plan)) => &plan.names,
            _ => &*NATIVE_NAMES,
        };
        Self {
            names,
            input: work.arguments.clone(),
            system: system_values::of_call(&session.system, &work.tool_call_id, now, needed),
            vars,
            config: Value::Object(tool.map(|tool| tool.config.clone()).unwrap_or_default()),
            secrets: HashMap::new(),
        }
    }

    /// Adds what was opened for the request: secrets, config in clear, fixed parameters.
    pub(crate) fn add_opened(&mut self, work: &Work, opened: &Opened) {
        let Some(tool) = work.tool.as_ref() else { return };
        self.config = Value::Object(opened.fill_config(&tool.config));
        let input = std::mem::take(&mut self.input);
        self.input = with_fixed(&tool.prepared.definition, input, &self.system, &self.config, opened);
        self.secrets.clone_from(&opened.secrets);
    }

    /// The values as templates look them up.
    pub(crate) fn lookup(&self) -> Variables<'_> {
        Variables {
            names: self.names,
            input: &self.input,
            system: &self.system,
            vars: &self.vars,
            config: &self.config,
            secrets: &self.secrets,
        }
    }
}

/// The arguments with the values that are not the model's to set: whatever it sent under their names is replaced.
pub(crate) fn with_fixed(
    definition: &Definition,
    mut arguments: Value,
    system: &Value,
    config: &Value,
    opened: &Opened,
) -> Value {
    let Some(members) = arguments.as_object_mut() else { return arguments };
    for fixed in &definition.fixed {
        let value = match &fixed.source {
            ParameterSource::Model => continue,
            ParameterSource::Static(value) => value.clone(),
            ParameterSource::System(name) => system.get(name).cloned().unwrap_or(Value::Null),
            ParameterSource::Config(key) => config.get(key).cloned().unwrap_or(Value::Null),
            ParameterSource::Secret(name) => {
                let secret = opened.secrets.get(&name.to_ascii_lowercase());
                secret.map_or(Value::Null, |secret| Value::from(secret.expose_secret()))
            }
        };
        members.insert(fixed.name.clone(), value);
    }
    arguments
}

/// The values of a spoken line: no secrets, no config.
pub(crate) fn spoken_variables<'w>(session: &LiveSession, state: &State, work: &'w Work) -> CallValues<'w> {
    let mut values = CallValues::with_variables(session, work, Arc::clone(&state.variables), Stamp::now());
    values.config = Value::Object(Map::new());
    values
}
