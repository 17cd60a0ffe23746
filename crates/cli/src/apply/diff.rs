//! Unified diffs.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::paint::Paint;
use crate::table::one_line;

/// Lines around a change.
const AROUND: usize = 3;

/// What turns `before` into `after`, with heads; empty when they are the same.
pub(crate) fn unified(name: &str, before: Option<&str>, after: Option<&str>, paint: Paint) -> String {
    let diff = TextDiff::from_lines(before.unwrap_or_default(), after.unwrap_or_default());
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        if out.is_empty() {
            let side = |text: Option<&str>, where_| {
                text.map_or_else(|| "nothing".to_owned(), |_| format!("{name} ({where_})"))
            };
            line(&mut out, &paint.bold(format!("--- {}", side(before, "server"))));
            line(&mut out, &paint.bold(format!("+++ {}", side(after, "file"))));
        }
        line(&mut out, &paint.cyan(hunk.header()));
        for change in hunk.iter_changes() {
            let text = change.value().trim_end_matches('\n');
            let shown = match change.tag() {
                ChangeTag::Delete => paint.red(format!("-{}", one_line(text))),
                ChangeTag::Insert => paint.green(format!("+{}", one_line(text))),
                ChangeTag::Equal => format!(" {}", one_line(text)),
            };
            line(&mut out, &shown);
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a text can't fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        let before = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n";
        let after = "a: 1\nb: 2\nc: 3\nd: 4\ne: 6\nf: 6\ng: 7\n";
        insta::assert_snapshot!(unified("book", Some(before), Some(after), Paint::PLAIN));
    }

    #[test]
    fn a_new_thing_is_all_additions_in_colour() {
        insta::assert_snapshot!(
            unified("book", None, Some("a: 1\n"), Paint { on: true }).replace('\x1b', "^")
        );
    }

    #[test]
    fn sameness_is_silent() {
        assert_eq!(unified("book", Some("a\n"), Some("a\n"), Paint::PLAIN), "");
    }
}
