//! Tables and lists of facts for people.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::paint::Paint;

/// Rows under heads, without lines between them.
pub(crate) fn table(heads: &[&str], rows: Vec<Vec<String>>, width: Option<u16>, paint: Paint) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(heads);
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.to_string();
    let mut lines = text.lines().map(str::trim_end);
    let head = lines.next().unwrap_or_default();
    // Painted after the layout, which counts columns.
    let mut shown = paint.bold(head);
    for line in lines {
        shown.push('\n');
        shown.push_str(line);
    }
    shown
}

/// Names and values below each other.
pub(crate) fn facts(facts: &[(&str, String)], paint: Paint) -> String {
    let widest = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let lines = facts.iter().map(|(name, value)| {
        let gap = " ".repeat(widest - name.chars().count() + 2);
        format!("{}{gap}{}", paint.dim(name), one_line(value))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A field of the API in a cell: texts without quotes, nothing as `-`, lists with commas.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What the server says must not steer the terminal: control characters are shown as they are named.
pub(crate) fn one_line(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![
            vec!["book".to_owned(), "webhook".to_owned(), cell(&json!(3))],
            vec!["get_customer_info".to_owned(), cell(&Value::Null), cell(&json!(["a", "b"]))],
        ];
        insta::assert_snapshot!(table(&["NAME", "KIND", "TAGS"], rows, None, Paint::PLAIN));
    }

    #[test]
    fn narrow_screens_wrap() {
        let rows = vec![vec!["a".to_owned(), "one two three four five six".to_owned()]];
        insta::assert_snapshot!(table(&["NAME", "WORDS"], rows, Some(20), Paint::PLAIN));
    }

    #[test]
    fn facts_line_up() {
        insta::assert_snapshot!(facts(
            &[("id", "tool_1".to_owned()), ("version", "3".to_owned())],
            Paint::PLAIN
        ));
    }

    #[test]
    fn escape_sequences_are_not_obeyed() {
        assert_eq!(one_line("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
    }
}
