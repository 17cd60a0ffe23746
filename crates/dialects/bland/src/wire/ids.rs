//! Ids on the wire: a prefix and the UUID that every dialect shows of the same thing (bland: 1).

use hookswitch_model::{SecretId, SessionId, ToolId};
use uuid::Uuid;

/// `TL-<uuid>`.
pub fn tool_text(id: ToolId) -> String {
    format!("TL-{}", id.uuid())
}

/// The tool of a text, with or without `TL-`.
pub fn tool_id(text: &str) -> Option<ToolId> {
    uuid_of(text, "TL-").map(ToolId::from_uuid)
}

/// `SEC-<uuid>`.
pub fn secret_text(id: SecretId) -> String {
    format!("SEC-{}", id.uuid())
}

/// The secret of a text, with or without `SEC-`.
pub fn secret_id(text: &str) -> Option<SecretId> {
    uuid_of(text, "SEC-").map(SecretId::from_uuid)
}

/// A bare UUID.
pub fn call_text(id: SessionId) -> String {
    id.uuid().to_string()
}

/// The call of a text: a bare UUID.
pub fn call_id(text: &str) -> Option<SessionId> {
    uuid_of(text, "").map(SessionId::from_uuid)
}

/// Canonical or upper-case UUIDs; no braces, no URN, no text without hyphens.
fn uuid_of(text: &str, prefix: &str) -> Option<Uuid> {
    let head = text.get(..prefix.len())?;
    let rest = if head.eq_ignore_ascii_case(prefix) { &text[prefix.len()..] } else { text };
    (rest.len() == 36).then(|| Uuid::try_parse(rest).ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_come_with_and_without_their_prefix() {
        let text = "TL-5da8347d-0ab7-415d-b156-a7fc5c6074dc";
        let id = tool_id(text).unwrap();
        assert_eq!(tool_text(id), text);
        assert_eq!(tool_id("5da8347d-0ab7-415d-b156-a7fc5c6074dc"), Some(id));
        assert_eq!(
            secret_id("SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc").map(SecretId::uuid),
            Some(id.uuid())
        );
        for text in [
            "",
            "TL-",
            "TL-5",
            "KB-5da8347d-0ab7-415d-b156-a7fc5c6074dc",
            "äöü",
            "5da8347d0ab7415db156a7fc5c6074dc",
        ] {
            assert_eq!(tool_id(text), None, "{text}");
        }
    }
}
