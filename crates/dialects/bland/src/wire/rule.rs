//! What makes a tool one of this dialect: how its variables are found, how it is signed and sent, how its answer is read
//! (bland: 3.3 to 3.5).

use hookswitch_model::draft::{
    AnswerRule, EmptyAnswer, ErrorWords, Kind, NameRule, Namespace, RedirectPolicy, SignatureScheme, Success,
    TextAnswer, ToolDraft, UnplacedArguments, WebhookDraft,
};
use hookswitch_model::time::Millis;

/// Budget of a call when the tool names none, in milliseconds.
pub const DEFAULT_TIMEOUT_MS: u64 = 10_000;
/// Method when the tool names none.
pub const DEFAULT_METHOD: &str = "GET";
/// The variable that keeps the whole answer of the last tool.
pub const ANSWER_VARIABLE: &str = "data";

/// Names and the values of the session that they mean.
const SYSTEM_NAMES: [(&str, &str); 10] = [
    ("call_id", "trial_call_id"),
    ("call_id", "session_uuid"),
    ("phone_number", "phone_number"),
    ("from", "from"),
    ("to", "to"),
    ("short_from", "short_from"),
    ("short_to", "short_to"),
    ("now", "now"),
    ("now_utc", "now_utc"),
    ("timestamp", "timestamp"),
];

/// How variables are found: `input` and secrets by their prefix, then the values of the call, then variables, then what
/// was derived from the number (bland: 3.3).
pub fn names() -> NameRule {
    let prefixes = [("input", Namespace::Input), ("SECRET", Namespace::Secret)];
    NameRule {
        case_blind: true,
        prefixes: prefixes.into_iter().map(|(prefix, place)| (prefix.to_owned(), place)).collect(),
        bare: vec![Namespace::Named, Namespace::Vars, Namespace::System],
        system_names: SYSTEM_NAMES.into_iter().map(|(name, of)| (name.to_owned(), of.to_owned())).collect(),
        ..NameRule::default()
    }
}

/// A tool of this dialect with nothing of its own yet.
pub fn blank_tool() -> ToolDraft {
    let webhook = WebhookDraft {
        method: Some(DEFAULT_METHOD.to_owned()),
        redirects: RedirectPolicy::SameOrigin,
        signature: SignatureScheme::Project,
        variables: Some(names()),
        unplaced: UnplacedArguments::Nowhere,
        answer: AnswerRule {
            success: Success::Ok,
            empty: EmptyAnswer::Null,
            text: TextAnswer::Plain,
            error: ErrorWords::NamedOrText,
            ..AnswerRule::default()
        },
        ..WebhookDraft::new("")
    };
    ToolDraft {
        webhook: Some(webhook),
        timeout_ms: Some(Millis(DEFAULT_TIMEOUT_MS)),
        answer_variable: Some(ANSWER_VARIABLE.to_owned()),
        loose_input: Some(serde_json::json!({})),
        ..ToolDraft::new("", Kind::Webhook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_call_are_found_whatever_their_case() {
        let names = names();
        let values: Vec<_> = names.meanings("CALL_ID").collect();
        assert_eq!(values, ["trial_call_id", "session_uuid"]);
        assert_eq!(names.system_name("Phone_Number"), Some("phone_number"));
        assert_eq!(names.system_name("timezone"), None);
    }
}
