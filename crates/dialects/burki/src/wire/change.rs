//! Changes of a stored tool: only what is given, laid over the draft field by field.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::tool::StoredTool;
use serde_json::{Map, Value};

use super::configuration::{self, Opened, Rules};
use super::extras::{Extras, Origin};
use super::fields::{Fields, Purpose, Source};
use super::function::{self, set_schema};
use super::parameters;
use super::refusal::Refusal;
use super::timeouts::{self, Given};
use super::tool::typed_configuration;

/// A stored tool with what was changed.
#[derive(Debug)]
pub struct Changed {
    /// Its draft now.
    pub draft: ToolDraft,
    /// Whether it is offered, when that was given.
    pub is_active: Option<bool>,
}

impl Changed {
    /// Lays a body over a stored tool.
    pub fn of(tool: &StoredTool, body: &Value, family: Origin, opened: &Opened) -> Result<Self, Refusal> {
        let mut draft = tool.draft.clone();
        let mut extras = Extras::of(&draft);
        let shown_timeout = timeouts::top(&draft, &extras);
        let mut fields = Fields::read(body, family, Purpose::Update(draft.kind, shown_timeout))?;
        if fields.kind.is_some_and(|kind| kind != draft.kind) {
            return Err(Refusal::bad("tool_type cannot be changed"));
        }
        change_names(&mut draft, &mut fields, family);
        change_function(&mut draft, &mut extras, fields.function.take(), fields.parameters.take());
        if let Some(written) = fields.configuration.take() {
            let written = whole_configuration(&draft, &extras, written, fields.source, opened);
            let origin = extras.origin.unwrap_or_default();
            let rules = Rules { family, origin, is_new: false, opened };
            if let Some(written) = written {
                configuration::apply(&mut draft, &mut extras, &written, rules)?;
            }
        }
        let top = fields.timeout.map_or(Given::Same, Given::Value);
        timeouts::set(&mut draft, &mut extras, top, Given::Same);
        if let Some(retries) = fields.retries
            && retries != retries_of(&draft)
        {
            draft.max_tries = u32::try_from(retries + 1).ok();
        }
        if let Some(is_public) = fields.is_public {
            draft.public = is_public;
        }
        extras.write(&mut draft);
        Ok(Self { draft, is_active: fields.is_active.filter(|is_active| *is_active != tool.enabled) })
    }
}

fn change_names(draft: &mut ToolDraft, fields: &mut Fields, family: Origin) {
    if let Some(name) = fields.name.take().filter(|_| family == Origin::V1) {
        draft.name = name;
    }
    if let Some(display_name) = fields.display_name.take()
        && (draft.display_name.is_some() || display_name != draft.name)
    {
        draft.display_name = Some(display_name);
    }
    if let Some(description) = fields.description.take() {
        let before = std::mem::replace(&mut draft.description, description);
        if fields.function.is_none()
            && let Some(function) = &mut draft.function
            && function.description.as_ref() == Some(&before)
        {
            function.description = Some(draft.description.clone());
        }
    }
}

fn change_function(
    draft: &mut ToolDraft,
    extras: &mut Extras,
    given: Option<(function::Function, Value)>,
    arguments: Option<(Value, Value)>,
) {
    let shown_list = Value::Array(parameters::list_of(&function::schema_of(draft)));
    if let Some((function, value)) = given
        && value != function::show(draft, extras)
    {
        function.write(draft, extras);
    }
    if let Some((schema, value)) = arguments
        && value != shown_list
        && value != function::schema_of(draft)
    {
        set_schema(draft, schema);
    }
}

/// The configuration that a body means; nothing when it is what the tool shows already.
fn whole_configuration(
    draft: &ToolDraft,
    extras: &Extras,
    written: Map<String, Value>,
    source: Source,
    opened: &Opened,
) -> Option<Map<String, Value>> {
    match source {
        Source::Whole => Some(written),
        Source::Typed => {
            let shown = typed_configuration(draft, extras, opened);
            let is_same = shown.is_some_and(|shown| {
                written.iter().all(|(key, value)| shown.get(key).unwrap_or(&Value::Null) == value)
                    && shown.as_object().is_some_and(|all| {
                        all.iter().all(|(key, value)| value.is_null() || written.contains_key(key))
                    })
            });
            (!is_same).then_some(written)
        }
        // Single keys change what they name.
        Source::Hoisted => {
            let mut whole = configuration::show(draft, extras, opened);
            for (key, value) in written {
                let same = configuration::canonical(draft.kind, &key);
                whole
                    .retain(|other, _| same.is_none() || configuration::canonical(draft.kind, other) != same);
                whole.insert(key, value);
            }
            Some(whole)
        }
    }
}

/// Retries as they are shown: tries after the first.
pub fn retries_of(draft: &ToolDraft) -> i64 {
    i64::from(draft.max_tries.unwrap_or(3)) - 1
}
