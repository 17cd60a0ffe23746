//! From a body to the draft of a new tool.

use hookswitch_model::Millis;
use hookswitch_model::draft::{
    FunctionDraft, Kind, NameRule, NameSuffix, Namespace, RetryWait, ToolDraft, VariableSyntax,
};

use super::configuration::{self, Opened, Rules};
use super::extras::{Extras, Origin};
use super::fields::Fields;
use super::function::{empty_schema, set_schema};
use super::refusal::Refusal;
use super::timeouts::{self, Given};

/// Names of the call's context and the values of the session that they mean (burki: 3.1).
const CONTEXT: [(&str, &str); 11] = [
    ("call_id", "session_number"),
    ("session_id", "session_id"),
    ("tool_call_id", "tool_call_id"),
    ("idempotency_key", "act_id"),
    ("phone_number", "other_party"),
    ("to_number", "own_number"),
    ("direction", "direction_or_channel"),
    ("assistant_id", "agent_number"),
    ("assistant_name", "agent_name"),
    ("tool_name", "function"),
    ("timestamp", "timestamp"),
];

/// How `${…}` is resolved (burki: 3.2).
pub fn name_rule() -> NameRule {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    NameRule {
        syntax: VariableSyntax::Dollar,
        url_syntax: None,
        case_blind: false,
        prefixes: vec![
            ("parameters".to_owned(), Namespace::Input),
            ("context".to_owned(), Namespace::Session),
            ("env".to_owned(), Namespace::Secret),
        ],
        bare: vec![Namespace::Input, Namespace::Session, Namespace::Secret],
        system_names: CONTEXT.into_iter().map(owned).collect(),
    }
}

/// Whether a name is one of the call's context.
pub fn is_context_name(name: &str) -> bool {
    CONTEXT.iter().any(|(own, _)| *own == name)
}

/// A tool that is to be made.
#[derive(Debug)]
pub struct NewTool {
    /// Its draft.
    pub draft: ToolDraft,
    /// Whether it is offered from the start.
    pub is_active: bool,
}

impl NewTool {
    /// Lowers the fields of a body.
    pub fn of(fields: Fields, family: Origin, origin: Origin) -> Result<Self, Refusal> {
        let kind = fields.kind.unwrap_or(Kind::Webhook);
        let name = fields.name.unwrap_or_default();
        let mut draft = ToolDraft::new(name, kind);
        let mut extras = Extras { origin: Some(origin), ..Extras::default() };
        let display_name = fields.display_name.unwrap_or_else(|| title(&draft.name));
        draft.description = fields.description.unwrap_or_else(|| display_name.clone());
        draft.display_name = Some(display_name);
        let retries = fields.retries.unwrap_or_else(|| default_retries(family));
        draft.max_tries = u32::try_from(retries + 1).ok();
        draft.retry_wait = Some(RetryWait { first_ms: Millis(200), most_ms: Millis(2000) });
        draft.public = fields.is_public.unwrap_or(false);
        draft.function = Some(FunctionDraft { suffix: NameSuffix::ToolNumber, ..FunctionDraft::default() });
        match fields.function {
            Some((function, _)) => function.write(&mut draft, &mut extras),
            None => set_schema(&mut draft, fields.parameters.map_or_else(empty_schema, |(schema, _)| schema)),
        }
        let opened = Opened::new();
        let rules = Rules { family, origin, is_new: true, opened: &opened };
        let written = fields.configuration.unwrap_or_default();
        // The configuration sets the budget once the outer value is known.
        extras.top_timeout = fields.timeout;
        configuration::apply(&mut draft, &mut extras, &written, rules)?;
        let top = fields.timeout.map_or(Given::Same, Given::Value);
        timeouts::set(&mut draft, &mut extras, top, Given::Same);
        extras.write(&mut draft);
        Ok(Self { draft, is_active: fields.is_active.unwrap_or(true) })
    }
}

/// Retries when nobody says how many.
pub const fn default_retries(family: Origin) -> i64 {
    match family {
        Origin::V1 => 1,
        Origin::Server => 3,
    }
}

/// `order_status` as `Order Status`.
fn title(name: &str) -> String {
    let mut title = String::with_capacity(name.len());
    let mut is_start = true;
    for c in name.chars() {
        if matches!(c, '_' | '-') || c.is_whitespace() {
            title.push(' ');
            is_start = true;
        } else if is_start {
            title.extend(c.to_uppercase());
            is_start = false;
        } else {
            title.extend(c.to_lowercase());
        }
    }
    let title = title.trim();
    if title.is_empty() { name.to_owned() } else { title.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn names_become_titles() {
        assert_eq!(title("order_status"), "Order Status");
        assert_eq!(title("get-HTTP_data"), "Get Http Data");
        assert_eq!(title("__"), "__");
    }
}
