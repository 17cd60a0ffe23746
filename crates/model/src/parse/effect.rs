//! The effect class when nobody declares it (semantics: Words).

use crate::draft::{CallOperation, InvocationType, Kind, ToolDraft};
use crate::effect::Effect;
use crate::finding::Findings;

/// First words of names that say the tool acts.
const ACTING_WORDS: [&str; 16] = [
    "add", "book", "buy", "cancel", "charge", "create", "delete", "order", "pay", "remove", "reserve",
    "schedule", "send", "submit", "transfer", "update",
];

pub(super) fn decide(draft: &ToolDraft, findings: &mut Findings) -> Effect {
    if let Some(effect) = draft.effect {
        return effect;
    }
    let by_default = default_effect(draft);
    if by_default == Effect::Read && draft.kind == Kind::Webhook && sounds_like_action(&draft.name) {
        findings.warn(
            "$.effect",
            "effect_doubtful",
            format!(
                "{:?} sounds like an action, but a GET is a read unless \"effect\": \"action\" is set",
                draft.name
            ),
        );
    }
    by_default
}

impl ToolDraft {
    /// The effect that counts: the declared one, else the default of kind and method.
    pub fn effective_effect(&self) -> Effect {
        self.effect.unwrap_or_else(|| default_effect(self))
    }
}

fn default_effect(draft: &ToolDraft) -> Effect {
    match draft.kind {
        Kind::Context | Kind::Hosted => Effect::Read,
        Kind::Webhook => {
            let method =
                draft.webhook.as_ref().and_then(|webhook| webhook.method.as_deref()).unwrap_or("GET");
            let is_read = method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD");
            if is_read { Effect::Read } else { Effect::Action }
        }
        Kind::CallControl => match draft.call_control.as_ref().map(|control| control.operation) {
            Some(CallOperation::ChooseNotToRespond | CallOperation::Collect) => Effect::Read,
            _ => Effect::Action,
        },
        Kind::Lambda => match draft.lambda.as_ref().map(|lambda| lambda.invocation_type) {
            // Permissions are checked; nothing runs.
            Some(InvocationType::DryRun) => Effect::Read,
            _ => Effect::Action,
        },
        Kind::Python | Kind::Client => Effect::Action,
    }
}

fn sounds_like_action(name: &str) -> bool {
    let first: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
    // CamelCase: BookAppointment starts with the word Book.
    let hump =
        first.char_indices().skip(1).find(|(_, c)| c.is_ascii_uppercase()).map_or(first.len(), |(at, _)| at);
    let word = first[..hump].to_ascii_lowercase();
    ACTING_WORDS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::sounds_like_action;

    #[test]
    fn names_that_act() {
        assert!(sounds_like_action("book_slot") && sounds_like_action("BookAppointment"));
        assert!(
            !sounds_like_action("get_orders") && !sounds_like_action("bookings") && !sounds_like_action("")
        );
    }
}
