//! What the tests share.

use hookswitch_template::{FillRules, Syntax};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const SYNTAXES: [Syntax; 3] = [Syntax::Braces, Syntax::Dollar, Syntax::SingleBrace];

pub(crate) fn rules() -> FillRules {
    FillRules::default()
}

/// The placeholder of `name` in each syntax.
pub(crate) fn placeholder(syntax: Syntax, name: &str) -> String {
    match syntax {
        Syntax::Braces => format!("{{{{{name}}}}}"),
        Syntax::Dollar => format!("${{{name}}}"),
        Syntax::SingleBrace => format!("{{{name}}}"),
    }
}

/// Values that look like placeholders, paths, hosts, headers and JSON, mixed with arbitrary text.
pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{{",
        "}}",
        "${",
        "}",
        "{",
        "$",
        "{{a}}",
        "${a}",
        "{a}",
        "${env.HOME}",
        "{{SECRET.k}}",
        "$(id)",
        "\\",
        "\\1",
        "../",
        "..",
        ".",
        "%2e",
        "%2E%2e/",
        "/",
        "//evil.example",
        "@evil",
        ":80",
        "?x=1",
        "#f",
        "&",
        "=",
        ";",
        " ",
        "\r\n",
        "\n",
        "\0",
        "\t",
        "\"",
        "\",\"admin\":true,\"y\":\"",
        "é",
        "．",
        "。",
        "😀",
        "\u{202e}",
        "a",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        "[ -~]{0,40}",
    ]
}

/// Any JSON value of moderate size.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| json!(float)),
        hostile_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 200, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::vec((hostile_text(), inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
