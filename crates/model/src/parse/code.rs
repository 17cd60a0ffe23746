//! Settings of Python and Lambda tools. Syntax and packages are checked by the ports of the registry.

use crate::draft::{LambdaDraft, PythonDraft};
use crate::finding::Findings;

/// Longest source, in bytes.
const MOST_CODE: usize = 256 * 1024;

pub(super) fn check_python(draft: &PythonDraft, findings: &mut Findings) {
    if draft.code.trim().is_empty() {
        findings.error("$.python.code", "missing_field", "the function's source");
    }
    if draft.code.len() > MOST_CODE {
        findings.error("$.python.code", "too_long", format!("at most {MOST_CODE} bytes"));
    }
    if draft.max_memory_mb.is_some_and(|megabytes| !(16..=1024).contains(&megabytes)) {
        findings.error("$.python.max_memory_mb", "out_of_range", "16 to 1024");
    }
    if draft.requirements.len() > 64 || draft.allowed_modules.len() > 256 {
        findings.error("$.python", "too_many", "at most 64 requirements and 256 allowed modules");
    }
}

pub(super) fn check_lambda(draft: &LambdaDraft, findings: &mut Findings) {
    let is_name = !draft.function.is_empty()
        && draft.function.len() <= 170
        && draft.function.chars().all(|c| c.is_ascii_alphanumeric() || "-_:$.".contains(c));
    if !is_name {
        let message = "a function name, name:alias, partial or full ARN of at most 170 characters";
        findings.error("$.lambda.function", "invalid_name", message);
    }
    if let Some(region) = &draft.region
        && !is_region(region)
    {
        findings.error("$.lambda.region", "invalid_region", "a region such as us-east-1");
    }
    if draft.access_key.is_some() != draft.secret_key.is_some() {
        findings.error("$.lambda.access_key", "conflict", "access_key and secret_key come together");
    }
    if draft.environment_variables.len() > 64 {
        findings.error("$.lambda.environment_variables", "too_many", "at most 64 variables");
    }
}

/// `us-east-1`: lower-case words, then one digit.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = words.as_slice() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    first.len() == 2
        && is_word(first)
        && !middle.is_empty()
        && middle.iter().all(is_word)
        && last.len() == 1
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn regions() {
        assert!(is_region("us-east-1") && is_region("us-gov-west-1"));
        assert!(!is_region("us-1") && !is_region("US-east-1") && !is_region("us-east-12") && !is_region(""));
    }
}
