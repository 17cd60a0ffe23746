//! The values that a call's templates may name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use hookswitch_executors::{Opened, Variables};
use hookswitch_model::definition::{Definition, FixedSource, SystemUse};
use hookswitch_model::draft::NameRule;
use hookswitch_model::session::Channel;
use hookswitch_model::{ActId, Stamp};
use hookswitch_template::{FillRules, JsonTemplate, UnsetMember};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::session::{LiveSession, State, Work};
use crate::system_values::{self, CallFacts};

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
        Self::with_variables(session, work, vars, ActId::from_uuid(work.execution.uuid()), now)
    }

    /// The values of a call that carries out an act.
    pub(crate) fn of_act(session: &LiveSession, work: &'w Work, act: ActId, now: Stamp) -> Self {
        let vars = Arc::clone(&session.state.lock().variables);
        Self::with_variables(session, work, vars, act, now)
    }

    fn with_variables(
        session: &LiveSession,
        work: &'w Work,
        vars: Arc<Value>,
        act: ActId,
        now: Stamp,
    ) -> Self {
        let tool = work.tool.as_ref();
        let definition = tool.map(|tool| &tool.prepared.definition);
        let needed = definition.map_or(SystemUse::Nothing, |definition| match definition.speech_line {
            // A line may name what the request does not.
            Some(_) => SystemUse::Clock,
            None => definition.system_use,
        });
        let names = tool.map_or(&*NATIVE_NAMES, |tool| names_of(&tool.prepared.definition));
        let facts = CallFacts {
            tool_call_id: &work.tool_call_id,
            function: &work.name,
            tool: tool.map(|tool| &*tool.prepared),
            act,
            is_test: false,
        };
        Self {
            names,
            input: work.arguments.clone(),
            system: system_values::of_call(&session.cast().system, &facts, now, needed),
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
        let places = Places { system: &self.system, vars: &self.vars, config: &self.config };
        self.input = with_fixed(&tool.prepared.definition, input, places, opened);
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

/// The rule by which a definition finds values.
pub(crate) fn names_of(definition: &Definition) -> &NameRule {
    definition.kind.names().unwrap_or(&NATIVE_NAMES)
}

/// Where fixed values come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'p> {
    pub(crate) system: &'p Value,
    pub(crate) vars: &'p Value,
    pub(crate) config: &'p Value,
}

/// The arguments with the values that are not the model's to set: whatever it sent under their names is replaced.
pub(crate) fn with_fixed(
    definition: &Definition,
    mut arguments: Value,
    places: Places<'_>,
    opened: &Opened,
) -> Value {
    let Some(members) = arguments.as_object_mut() else { return arguments };
    for fixed in &definition.fixed {
        let value = match &fixed.source {
            FixedSource::Static(value) => value.clone(),
            FixedSource::System(name) => places.system.get(name).cloned().unwrap_or(Value::Null),
            FixedSource::Config(key) => places.config.get(key).cloned().unwrap_or(Value::Null),
            FixedSource::Secret(name) => {
                let secret = opened.secrets.get(&name.as_str().to_ascii_lowercase());
                secret.map_or(Value::Null, |secret| Value::from(secret.expose_secret()))
            }
            FixedSource::Template(template, only_on) => filled(template, *only_on, places),
        };
        members.insert(fixed.name.clone(), value);
    }
    arguments
}

/// A fixed value with variables in it; null on other channels than its own.
fn filled(template: &JsonTemplate, only_on: Option<Channel>, places: Places<'_>) -> Value {
    let is_elsewhere =
        only_on.is_some_and(|channel| places.system.get("channel") != Some(&serde_json::json!(channel)));
    if is_elsewhere {
        return Value::Null;
    }
    let variables = Variables {
        names: &NATIVE_NAMES,
        input: &Value::Null,
        system: places.system,
        vars: places.vars,
        config: places.config,
        secrets: &HashMap::new(),
    };
    let rules = FillRules { unset_member: UnsetMember::Drop, ..FillRules::default() };
    template.fill(&variables, &rules).map_or(Value::Null, |filled| filled.value)
}

/// The values of a spoken line: no secrets, no config.
pub(crate) fn spoken_variables<'w>(session: &LiveSession, state: &State, work: &'w Work) -> CallValues<'w> {
    let (vars, act) = (Arc::clone(&state.variables), ActId::from_uuid(work.execution.uuid()));
    let mut values = CallValues::with_variables(session, work, vars, act, Stamp::now());
    values.config = Value::Object(Map::new());
    values
}

/// The texts that explain an answer, filled with what was just extracted from it.
pub(crate) fn explanations(
    definition: &Definition,
    values: &CallValues<'_>,
    extracted: &Map<String, Value>,
) -> Vec<Value> {
    explain(definition, values.lookup(), extracted)
}

pub(crate) fn explain(
    definition: &Definition,
    variables: Variables<'_>,
    extracted: &Map<String, Value>,
) -> Vec<Value> {
    let mut vars = variables.vars.clone();
    if let Some(members) = vars.as_object_mut() {
        members.extend(extracted.clone());
    }
    let variables = Variables { vars: &vars, ..variables };
    let filled = definition.answer_context.iter().map(|text| text.fill(&variables, &FillRules::default()));
    filled.filter_map(|filled| filled.ok().map(|filled| Value::from(filled.value))).collect()
}
