//! What a run has shown: one file a scenario, from which `make test-sip` makes docs/telephony-scenarios.md.

use std::path::PathBuf;

/// Notes that a scenario passed and what was seen at the far end.
pub fn shown(number: u8, scenario: &str, by: &str, seen: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("telephony-scenarios");
    std::fs::create_dir_all(&folder).unwrap();
    let line = format!("| {number} | {scenario} | {by} | {seen} |\n");
    let name = format!("{number:02}-{}.md", scenario.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    std::fs::write(folder.join(name), line).unwrap();
}
