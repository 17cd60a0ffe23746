//! What a definition refers to: secrets, and the session variables that make two calls different acts.

use hookswitch_template::{JsonTemplate, Path, Text};
use serde_json::Value;

use crate::definition::{SystemUse, ToolKind};
use crate::draft::{NameRule, Namespace, ToolDraft, UnsetRule};
use crate::finding::Findings;
use crate::lambda::SecretText;
use crate::name::SecretName;
use crate::parameter::ParameterSource;
use crate::plan::Target;

/// Values of the session that change by themselves: no part of what a call means to do.
const NOT_MEANT: [&str; 22] = [
    "now",
    "now_utc",
    "timestamp",
    "session_id",
    "session_uuid",
    "session_number",
    "call_id",
    "trial_call_id",
    "tool_call_id",
    "act_id",
    "agent_id",
    "agent_uuid",
    "agent_long_id",
    "agent_number",
    "agent_name",
    "tool",
    "tool_id",
    "tool_uuid",
    "tool_long_id",
    "tool_number",
    "function",
    "test",
];

/// The clock's names among the session's values.
const CLOCK: [&str; 3] = ["now", "now_utc", "timestamp"];

/// What a definition refers to.
pub(super) struct References {
    pub(super) secrets: Vec<SecretName>,
    pub(super) maybe_secrets: Vec<SecretName>,
    pub(super) variables: Vec<Path>,
    pub(super) system_use: SystemUse,
}

pub(super) fn collect(
    draft: &ToolDraft,
    kind: &ToolKind,
    names: &NameRule,
    line: Option<&Text>,
    told: &[Text],
    findings: &mut Findings,
) -> References {
    let mut references = References {
        secrets: Vec::new(),
        maybe_secrets: Vec::new(),
        variables: Vec::new(),
        system_use: SystemUse::Nothing,
    };
    for parameter in draft.parameters.iter().flatten() {
        if let ParameterSource::Secret(name) = &parameter.source
            && let Ok(name) = SecretName::parse(name.as_str())
        {
            push(&mut references.secrets, name);
        }
        if let ParameterSource::System(name) = &parameter.source {
            references.note_system(name);
        }
        if let ParameterSource::Template { value, .. } = &parameter.source {
            note_template(value, draft, &mut references, findings);
        }
    }
    if let ToolKind::Webhook(plan) = kind {
        for path in plan.variables() {
            note_system(path, draft, names, &mut references);
            note(path, draft, names, &mut references, findings);
        }
    }
    if let ToolKind::Python(_) = kind {
        // Code is told all of the session's values: which it reads nobody knows.
        references.system_use = SystemUse::Clock;
    }
    if let ToolKind::Lambda(plan) = kind {
        // What is known of the call goes along, and with it the time of day.
        references.system_use = SystemUse::Clock;
        for path in plan.variables() {
            note(path, draft, names, &mut references, findings);
        }
        let native = NameRule::default();
        for path in plan.credential_texts().flat_map(SecretText::variables) {
            note(path, draft, &native, &mut references, findings);
        }
        plan.stand_ins().for_each(|name| push(&mut references.maybe_secrets, name));
    }
    let spoken: Vec<&Path> = match kind {
        ToolKind::Context(text) => text.paths().collect(),
        _ => Vec::new(),
    };
    for path in &spoken {
        note_system(path, draft, names, &mut references);
    }
    for path in line.into_iter().flat_map(Text::paths).chain(spoken).chain(told.iter().flat_map(Text::paths))
    {
        if names.target(path) == Target::In(Namespace::Secret) {
            let message = format!("a secret ({path}) must not be spoken or told to the model");
            findings.error("$.speech.line", "secret_exposed", message);
        }
    }
    references
}

impl References {
    fn note_system(&mut self, name: &str) {
        let needed = if CLOCK.contains(&name) { SystemUse::Clock } else { SystemUse::Values };
        self.system_use = self.system_use.max(needed);
    }
}

/// A template of a fixed value: native names, and no secrets, which have a source of their own.
fn note_template(value: &Value, draft: &ToolDraft, references: &mut References, findings: &mut Findings) {
    let names = NameRule::default();
    let Ok(template) = JsonTemplate::parse(value, names.text_syntax()) else { return };
    for path in template.paths() {
        note_system(path, draft, &names, references);
        if names.target(path) == Target::In(Namespace::Secret) {
            let message = format!("a secret ({path}) is a source of its own: {{\"secret\": \"NAME\"}}");
            findings.error("$.parameters", "secret_exposed", message);
        }
    }
}

fn note_system(path: &Path, draft: &ToolDraft, names: &NameRule, references: &mut References) {
    match names.target(path) {
        Target::In(Namespace::System | Namespace::Named) => {
            let name = path.text_from(1).unwrap_or_default();
            references.note_system(names.system_name(name).unwrap_or(name));
        }
        Target::In(Namespace::Session) => {
            let text = path.text_from(1).unwrap_or_default();
            names.system_name(text).into_iter().for_each(|name| references.note_system(name));
        }
        Target::Bare(places) if reads_system(places) && !names_argument(places, draft, path) => {
            let name = path.text();
            references.note_system(names.system_name(name).unwrap_or(name));
        }
        Target::Bare(places)
            if places.contains(&Namespace::Session) && !names_argument(places, draft, path) =>
        {
            names.system_name(path.text()).into_iter().for_each(|name| references.note_system(name));
        }
        _ => {}
    }
}

fn note(
    path: &Path,
    draft: &ToolDraft,
    names: &NameRule,
    references: &mut References,
    findings: &mut Findings,
) {
    let places = match names.target(path) {
        Target::In(Namespace::Secret) => {
            match path.text_from(1).map(SecretName::parse) {
                Some(Ok(name)) if is_own_secret(draft, name.as_str()) => {}
                // One that is not there refuses the request by its own rule, with its own words.
                Some(Ok(name)) if refuses_unset(draft) => push(&mut references.maybe_secrets, name),
                Some(Ok(name)) => push(&mut references.secrets, name),
                _ => findings.error(
                    format!("$.{}", draft.kind.as_str()),
                    "invalid_name",
                    format!("{path} names no secret"),
                ),
            }
            return;
        }
        Target::In(Namespace::Vars | Namespace::System | Namespace::Named | Namespace::Session) => {
            (path.text_from(1).unwrap_or_default(), true)
        }
        Target::Bare(places) => {
            if places.contains(&Namespace::Secret)
                && let Ok(name) = SecretName::parse(path.text())
                && !names_argument(places, draft, path)
                && !is_own_secret(draft, name.as_str())
            {
                push(&mut references.maybe_secrets, name);
            }
            let of_session = |place: &Namespace| matches!(place, Namespace::Vars | Namespace::Session);
            (path.text(), reads_system(places) || places.iter().any(of_session))
        }
        Target::In(_) => return,
    };
    let (text, reads_session) = places;
    let is_clock_or_id = NOT_MEANT.contains(&names.system_name(text).unwrap_or(text));
    if reads_session && !is_clock_or_id && !is_set_by_answer(draft, names, text) {
        // Under a prefix of its own a dialect's name is looked up by what follows it.
        let path = match names.target(path) {
            Target::In(Namespace::Session) => Path::parse(text).unwrap_or_else(|_| path.clone()),
            _ => path.clone(),
        };
        push(&mut references.variables, path);
    }
}

/// Whether the tool's own answers set a variable. One that read it would be another act at every call.
fn is_set_by_answer(draft: &ToolDraft, names: &NameRule, name: &str) -> bool {
    let root = name.split(['.', '[']).next().unwrap_or(name);
    let same = |set: &String| if names.case_blind { set.eq_ignore_ascii_case(root) } else { set == root };
    draft.extract.keys().chain(&draft.answer_variable).any(same)
}

/// Whether the tool has a sealed value of its own of this name.
fn is_own_secret(draft: &ToolDraft, name: &str) -> bool {
    let own = draft.webhook.iter().flat_map(|webhook| webhook.own_secrets.keys());
    own.into_iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn reads_system(places: &[Namespace]) -> bool {
    places.iter().any(|place| matches!(place, Namespace::System | Namespace::Named))
}

/// Whether a name without a prefix is an argument's.
fn names_argument(places: &[Namespace], draft: &ToolDraft, path: &Path) -> bool {
    places.contains(&Namespace::Input) && is_argument(draft, path.root())
}

/// Whether a variable without a value refuses the request.
fn refuses_unset(draft: &ToolDraft) -> bool {
    let webhook = draft.webhook.as_ref().map(|webhook| webhook.unset);
    webhook.or_else(|| draft.lambda.as_ref().map(|lambda| lambda.unset)) == Some(UnsetRule::Refuse)
}

fn is_argument(draft: &ToolDraft, name: &str) -> bool {
    let listed = draft.parameters.iter().flatten().any(|parameter| parameter.name == name);
    let schema = draft.input_schema.as_ref().and_then(|schema| schema.get("properties"));
    listed || schema.is_some_and(|properties| properties.get(name).is_some())
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
