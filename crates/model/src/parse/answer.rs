//! What becomes of an answer beside the result: a variable that keeps it, texts that explain it.

use hookswitch_template::Text;

use crate::draft::{NameRule, ToolDraft};
use crate::finding::Findings;

/// Most texts that explain an answer, and the longest of them in characters.
const MOST_TEXTS: usize = 64;
const LONGEST_TEXT: usize = 8192;

pub(super) fn context(draft: &ToolDraft, names: &NameRule, findings: &mut Findings) -> Vec<Text> {
    if draft.answer_variable.as_ref().is_some_and(|name| name.is_empty() || name.len() > 64) {
        findings.error("$.answer_variable", "invalid_name", "1 to 64 bytes");
    }
    if draft.answer_context.len() > MOST_TEXTS {
        findings.error("$.answer_context", "too_many", format!("at most {MOST_TEXTS} texts"));
    }
    let mut texts = Vec::new();
    for (index, text) in draft.answer_context.iter().take(MOST_TEXTS).enumerate() {
        let at = format!("$.answer_context[{index}]");
        if text.chars().count() > LONGEST_TEXT {
            findings.error(at, "too_long", format!("at most {LONGEST_TEXT} characters"));
            continue;
        }
        match Text::parse(text, names.text_syntax()) {
            Ok(text) => texts.push(text),
            Err(error) => findings.error(at, "invalid_template", error.to_string()),
        }
    }
    texts
}
