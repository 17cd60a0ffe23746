//! The scenarios are the examples of `docs/sessions.md`: each is there once, word for word.

use std::collections::BTreeSet;

use super::folder;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sessions.md");

/// The page with its scenarios as the files have them, and their names in order.
fn renewed(page: &str) -> (String, Vec<String>) {
    let mut lines = page.lines();
    let (mut out, mut names) = (String::new(), Vec::new());
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let name = line.strip_prefix("<!-- scenario ").and_then(|rest| rest.strip_suffix(" -->"));
        let Some(name) = name else { continue };
        assert_eq!(lines.next(), Some("```text"), "{name}");
        lines.by_ref().find(|line| *line == "```").unwrap_or_else(|| panic!("{name} has no end"));
        let text = std::fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap_or_default();
        out.push_str("```text\n");
        out.push_str(text.trim_end());
        out.push_str("\n```\n");
        names.push(name.to_owned());
    }
    (out, names)
}

#[test]
#[allow(clippy::disallowed_methods, reason = "asked to renew the page by its own environment")]
fn the_page_shows_every_scenario_once_as_it_is() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (wanted, shown) = renewed(&page);
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let distinct: BTreeSet<String> = shown.iter().cloned().collect();
    assert_eq!(distinct.len(), shown.len(), "a scenario is there twice");
    assert_eq!(distinct, files, "add `<!-- scenario NAME -->` and an empty text block where it belongs");
    if std::env::var_os("UPDATE_PAGE").is_some() {
        std::fs::write(PAGE, &wanted).unwrap();
    }
    assert!(
        wanted == page,
        "docs/sessions.md is not what the scenarios say: run this test with UPDATE_PAGE=1"
    );
}
