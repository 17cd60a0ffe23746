//! Settings of Python tools. Syntax and packages are checked by the ports of the registry.

use crate::draft::PythonDraft;
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
