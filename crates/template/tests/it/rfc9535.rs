//! RFC 9535 as a table, written from its text. Each row: document, path, values found in order.

use hookswitch_template::{Extraction, ExtractionOutcome};
use serde_json::Value;

const STORE: &str = r#"{"store": {"book": [
    {"category": "reference", "author": "Rees", "title": "Sayings", "price": 8.95},
    {"category": "fiction", "author": "Waugh", "title": "Sword", "price": 12.99},
    {"category": "fiction", "author": "Melville", "title": "Moby", "isbn": "0-553", "price": 8.99},
    {"category": "fiction", "author": "Tolkien", "title": "Lord", "isbn": "0-395", "price": 22.99}],
    "bicycle": {"color": "red", "price": 399}}}"#;
const LETTERS: &str = r#"["a","b","c","d","e","f","g"]"#;
const MIXED: &str = r#"{"a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
    "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}}, "e": "f"}"#;
const KEYS: &str =
    r#"{"o": {"j j": {"k.k": 3}}, "'": {"@": 2}, "\"": 4, "\\": 5, "ü": 6, "☺": 7, "": 8, "a\nb": 9}"#;
const NULLS: &str = r#"{"a": null, "b": [null], "c": [{}], "null": 1}"#;
const COMPARE: &str = r#"{"obj": {"x": "y"}, "arr": [2, 3], "n": 1, "s": "a"}"#;

const FOUND: &[(&str, &str, &str)] = &[
    // 2.2 root, 2.3.1 names and their escapes
    (r#"{"k": "v"}"#, "$", r#"[{"k": "v"}]"#),
    ("7", "$", "[7]"),
    (KEYS, "$.o['j j']", r#"[{"k.k": 3}]"#),
    (KEYS, "$.o['j j']['k.k']", "[3]"),
    (KEYS, r#"$.o["j j"]["k.k"]"#, "[3]"),
    (KEYS, r#"$["'"]["@"]"#, "[2]"),
    (KEYS, r"$['\'']['@']", "[2]"),
    (KEYS, r#"$['"']"#, "[4]"),
    (KEYS, r#"$["\""]"#, "[4]"),
    (KEYS, r"$['\\']", "[5]"),
    (KEYS, r"$['\u00fc']", "[6]"),
    (KEYS, "$.ü", "[6]"),
    (KEYS, r"$['\u263A']", "[7]"),
    (KEYS, "$.☺", "[7]"),
    (KEYS, "$['']", "[8]"),
    (KEYS, r"$['a\nb']", "[9]"),
    (r#"{"😀": 1}"#, r"$['\uD83D\uDE00']", "[1]"),
    (r#"{"ü": 1, "u\u0308": 2}"#, r"$['u\u0308']", "[2]"),
    (r#"["a"]"#, "$['0']", "[]"),
    ("[]", "$.length", "[]"),
    // 2.3.2 wildcard
    (MIXED, "$.o[*]", r#"[1, 2, 3, 5, {"u": 6}]"#),
    (MIXED, "$.o.*", r#"[1, 2, 3, 5, {"u": 6}]"#),
    (r#"{"a": [5, 3]}"#, "$.a[*]", "[5, 3]"),
    (MIXED, "$.e[*]", "[]"),
    (r#"{"a": [5, 3], "b": 1}"#, "$[*]", "[[5, 3], 1]"),
    // 2.3.3 index
    (LETTERS, "$[1]", r#"["b"]"#),
    (LETTERS, "$[-2]", r#"["f"]"#),
    (LETTERS, "$[7]", "[]"),
    (LETTERS, "$[-8]", "[]"),
    (r#"{"0": 1}"#, "$[0]", "[]"),
    (LETTERS, "$[9007199254740991]", "[]"),
    // 2.3.4 slices
    (LETTERS, "$[1:3]", r#"["b", "c"]"#),
    (LETTERS, "$[5:]", r#"["f", "g"]"#),
    (LETTERS, "$[1:5:2]", r#"["b", "d"]"#),
    (LETTERS, "$[5:1:-2]", r#"["f", "d"]"#),
    (LETTERS, "$[::-1]", r#"["g", "f", "e", "d", "c", "b", "a"]"#),
    (LETTERS, "$[:2]", r#"["a", "b"]"#),
    (LETTERS, "$[-3:]", r#"["e", "f", "g"]"#),
    (LETTERS, "$[:-5]", r#"["a", "b"]"#),
    (LETTERS, "$[-1:-4:-1]", r#"["g", "f", "e"]"#),
    (LETTERS, "$[0:7:0]", "[]"),
    (LETTERS, "$[3:1]", "[]"),
    (LETTERS, "$[1:3:-1]", "[]"),
    (LETTERS, "$[ 0 : 2 : 1 ]", r#"["a", "b"]"#),
    (LETTERS, "$[-100:2]", r#"["a", "b"]"#),
    (LETTERS, "$[5:9007199254740991]", r#"["f", "g"]"#),
    (LETTERS, "$[100::-3]", r#"["g", "d", "a"]"#),
    (r#"{"a": 1}"#, "$[:]", "[]"),
    // 2.5.1 child segments: order and repetition
    (LETTERS, "$[0, 3]", r#"["a", "d"]"#),
    (LETTERS, "$[0:2, 5]", r#"["a", "b", "f"]"#),
    (LETTERS, "$[0, 0]", r#"["a", "a"]"#),
    (LETTERS, "$[5, -7]", r#"["f", "a"]"#),
    (MIXED, "$.o['q', 'p', 'zz']", "[2, 1]"),
    // 2.5.2 descendant segments
    (r#"{"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}"#, "$..j", "[1, 4]"),
    (r#"{"a": [5, 3, [{"j": 4}, {"k": 6}]]}"#, "$..[0]", r#"[5, {"j": 4}]"#),
    (r#"{"a": [[1], {"x": 2}]}"#, "$..*", r#"[[[1], {"x": 2}], [1], {"x": 2}, 1, 2]"#),
    (STORE, "$.store..price", "[8.95, 12.99, 8.99, 22.99, 399]"),
    (STORE, "$..book[2].author", r#"["Melville"]"#),
    (STORE, "$..book[-1].title", r#"["Lord"]"#),
    (STORE, "$..book[:2].title", r#"["Sayings", "Sword"]"#),
    (r#"{"a": [0, 1]}"#, "$.a..[0, 1]", "[0, 1]"),
    // 2.6 null is a value, no absence
    (NULLS, "$.a", "[null]"),
    (NULLS, "$.a[0]", "[]"),
    (NULLS, "$.a.d", "[]"),
    (NULLS, "$.b[0]", "[null]"),
    (NULLS, "$.b[*]", "[null]"),
    (NULLS, "$.b[?@]", "[null]"),
    (NULLS, "$.b[?@ == null]", "[null]"),
    (NULLS, "$.c[?@.d == null]", "[]"),
    (NULLS, "$.null", "[1]"),
    // 2.3.5 filters: existence, comparison, logic
    (STORE, "$..book[?@.isbn].title", r#"["Moby", "Lord"]"#),
    (STORE, "$..book[?!@.isbn].title", r#"["Sayings", "Sword"]"#),
    (STORE, "$..book[?@.price < 10].title", r#"["Sayings", "Moby"]"#),
    (STORE, "$..book[?(@.price > 10 && @.category == 'fiction')].title", r#"["Sword", "Lord"]"#),
    (MIXED, "$.a[?@.b == 'kilo']", r#"[{"b": "kilo"}]"#),
    (MIXED, "$.a[?@ > 3.5]", "[5, 4, 6]"),
    (MIXED, "$.a[?@.b]", r#"[{"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#),
    (MIXED, "$[?@[?@.b]]", r#"[[3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]]"#),
    (MIXED, "$.o[?@ < 3, ?@ < 3]", "[1, 2, 1, 2]"),
    (MIXED, "$.a[?@ < 2 || @.b == 'k']", r#"[1, {"b": "k"}]"#),
    (MIXED, "$.o[?@ > 1 && @ < 4]", "[2, 3]"),
    (MIXED, "$.o[?@.u || @.x]", r#"[{"u": 6}]"#),
    (MIXED, "$.a[?@.b == $.x]", "[3, 5, 1, 2, 4, 6]"),
    (MIXED, "$.a[?@ == @]", r#"[3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]"#),
    ("[1, 2, 3, 4]", "$[?@ == 1 || @ == 2 && @ == 3]", "[1]"),
    ("[1, 2, 3]", "$[?!(@ == 1 || @ == 3)]", "[2]"),
    ("[1, 1.0, 10, \"1\", true]", "$[?@ == 1e0]", "[1, 1.0]"),
    ("[100, -0]", "$[?@ == 1E+2 || @ == -0]", "[100, -0]"),
    ("[true, false, null, \"true\"]", "$[?@ == true]", "[true]"),
    ("[[1, 2], [2, 1], {\"a\": 1}]", "$[?@ == $[0]]", "[[1, 2]]"),
    (
        "[{\"a\": 1, \"b\": 2}, {\"b\": 2, \"a\": 1}]",
        "$[?@ == $[1]]",
        r#"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#,
    ),
    // 2.3.5.3 table of comparisons; every document member stands in for "the filter holds"
    (COMPARE, "$[?$.absent1 == $.absent2]", "*"),
    (COMPARE, "$[?$.absent1 <= $.absent2]", "*"),
    (COMPARE, "$[?$.absent == 'g']", "[]"),
    (COMPARE, "$[?$.absent1 != $.absent2]", "[]"),
    (COMPARE, "$[?$.absent != 'g']", "*"),
    (COMPARE, "$[?1 <= 2]", "*"),
    (COMPARE, "$[?1 > 2]", "[]"),
    (COMPARE, "$[?13 == '13']", "[]"),
    (COMPARE, "$[?'a' <= 'b']", "*"),
    (COMPARE, "$[?'a' > 'b']", "[]"),
    (COMPARE, "$[?'A' < 'a']", "*"),
    (COMPARE, "$[?$.obj == $.arr]", "[]"),
    (COMPARE, "$[?$.obj != $.arr]", "*"),
    (COMPARE, "$[?$.obj == $.obj]", "*"),
    (COMPARE, "$[?$.arr != $.arr]", "[]"),
    (COMPARE, "$[?$.obj == 17]", "[]"),
    (COMPARE, "$[?$.obj <= $.arr]", "[]"),
    (COMPARE, "$[?$.obj < $.arr]", "[]"),
    (COMPARE, "$[?$.obj <= $.obj]", "*"),
    (COMPARE, "$[?$.arr >= $.arr]", "*"),
    (COMPARE, "$[?1 <= $.arr]", "[]"),
    (COMPARE, "$[?true <= true]", "*"),
    (COMPARE, "$[?true > true]", "[]"),
    (COMPARE, "$[?null >= null]", "*"),
    (COMPARE, "$[?true >= false]", "[]"),
    (COMPARE, "$[?true > false]", "[]"),
    (COMPARE, "$[?$.obj > $.absent]", "[]"),
    ("[[1], [2]]", "$[?@ > $[0]]", "[]"),
    ("[[1], [2]]", "$[?@ >= $[0]]", "[[1]]"),
    (
        "[[1], [1.0], {\"a\": 1}, {\"a\": 1.0}]",
        "$[?@ == $[0] || @ == $[2]]",
        "[[1], [1.0], {\"a\": 1}, {\"a\": 1.0}]",
    ),
    ("[\"a\", \"\u{e4}\", \"\u{1f600}\", \"\u{ff0e}\"]", "$[?@ > '\u{ff0e}']", "[\"\u{1f600}\"]"),
    // 2.4 functions
    (
        r#"["ab", "é☺😀", [1], {"a": 1, "b": 2}, 12, null]"#,
        "$[?length(@) == 2]",
        r#"["ab", {"a": 1, "b": 2}]"#,
    ),
    (r#"["é☺😀"]"#, "$[?length(@) == 3]", r#"["é☺😀"]"#),
    ("[12, null, true]", "$[?length(@) == length($.absent)]", "[12, null, true]"),
    ("[[1, 2], [3]]", "$[?count(@.*) == 2]", "[[1, 2]]"),
    ("[[1, [2]], [3]]", "$[?count(@..*) > 2]", "[[1, [2]]]"),
    (
        r#"[{"d": "1974-05-11"}, {"d": "x1974-05-11"}]"#,
        r"$[?match(@.d, '1974-05-..')]",
        r#"[{"d": "1974-05-11"}]"#,
    ),
    (r#"["Bob", "Robert", "bob", 1]"#, "$[?search(@, '[BR]ob')]", r#"["Bob", "Robert"]"#),
    (r#"["a\nb", "a-b"]"#, "$[?match(@, 'a.b')]", r#"["a-b"]"#),
    (r#"["aa", "a"]"#, "$[?match(@, '(')]", "[]"),
    (r#"["ab", "cab"]"#, "$[?match(@, $[0])]", r#"["ab"]"#),
    (
        r#"[{"c": {"color": "red"}}, {"c": {"x": {"color": "red"}}}]"#,
        "$[?value(@..color) == 'red']",
        r#"[{"c": {"color": "red"}}, {"c": {"x": {"color": "red"}}}]"#,
    ),
    (r#"[{"a": [1, 2]}]"#, "$[?value(@.a.*) == 1]", "[]"),
    ("[[1], [2, 3]]", "$[?length(@) < count(@.*)]", "[]"),
    // 2.1.1 blanks between tokens
    (r#"{"a": [{"b": 1}]}"#, "$ .a\n[ ?\t@.b == 1 ] ['b']", "[1]"),
];

/// Not well-formed or not valid (2.1), each to be refused when the tool is saved.
const REFUSED: &[(&str, &str)] = &[
    ("$.", "a name is missing"),
    ("$..", "a segment is missing"),
    ("$[]", "no selector"),
    ("$[1", "no closing bracket"),
    ("$ ", "blank at the end"),
    (" $", "blank at the start"),
    ("$. a", "blank after a dot"),
    ("$.1a", "a shorthand name begins with a digit"),
    ("$[01]", "leading zero"),
    ("$[-0]", "minus zero as an index"),
    ("$[-01]", "leading zero"),
    ("$[1.0]", "no integer"),
    ("$[9007199254740992]", "beyond exact integers"),
    ("$[0:9007199254740992]", "beyond exact integers"),
    ("$[a]", "bare name in brackets"),
    ("$['a]", "no closing quote"),
    (r"$['\q']", "unknown escape"),
    (r#"$['\"']"#, "escaped quote of the other kind"),
    (r"$['\uD800']", "lone surrogate"),
    (r"$['\u12']", "short escape"),
    ("$['a\nb']", "raw control character"),
    ("$[0,]", "a selector is missing"),
    ("$[::1:]", "too many colons"),
    ("$[?]", "no expression"),
    ("$[?@.a = 1]", "single equals sign"),
    ("$[?@.a == ]", "right side is missing"),
    ("$[?@.a &&]", "right side is missing"),
    ("$[?@.a & @.b]", "single ampersand"),
    ("$[?1]", "a literal is no test"),
    ("$[?'a']", "a literal is no test"),
    ("$[?true]", "a literal is no test"),
    ("$[?@.* == 1]", "comparison of a query for many nodes"),
    ("$[?@..a == 1]", "comparison of a query for many nodes"),
    ("$[?@[0, 1] == 1]", "comparison of a query for many nodes"),
    ("$[?@.a == @[0:1]]", "comparison of a query for many nodes"),
    ("$[?@ == TRUE]", "literals are lower case"),
    ("$[?@ == 01]", "leading zero"),
    ("$[?@ == 1.]", "no digits after the point"),
    ("$[?@ == .5]", "no digits before the point"),
    ("$[?@ == [1]]", "no array literals"),
    ("$[?@.a == 1 == 2]", "comparisons don't chain"),
    ("$[?length(@.*) == 1]", "length takes one value"),
    ("$[?length(@.a)]", "length is no test"),
    ("$[?count(1) == 1]", "count takes nodes"),
    ("$[?count(@.*)]", "count is no test"),
    ("$[?value(@.a)]", "value is no test"),
    ("$[?match(@.a, 'x') == true]", "match is no value"),
    ("$[?match(@.a)]", "an argument is missing"),
    ("$[?length(@.a, 1) == 1]", "an argument too many"),
    ("$[?unknown(@)]", "unknown function"),
    ("$[?length (@.a) == 1]", "blank before the arguments"),
    ("$[?Length(@.a) == 1]", "function names are lower case"),
    ("$.a.b c", "text after the path"),
    ("$.a[?(@.b]", "no closing parenthesis"),
    ("$$", "text after the path"),
    ("", "empty"),
];

/// One node is its value, several are an array, none is null.
fn extracted(nodes: &[Value]) -> (Value, ExtractionOutcome) {
    match nodes {
        [] => (Value::Null, ExtractionOutcome::Empty),
        [node] => (node.clone(), ExtractionOutcome::Set),
        nodes => (nodes.into(), ExtractionOutcome::Set),
    }
}

#[test]
fn paths_find_what_the_rfc_says() {
    let mut wrong = Vec::new();
    for (document, path, nodes) in FOUND {
        let document: Value = serde_json::from_str(document).unwrap();
        let nodes: Vec<Value> = match *nodes {
            "*" => document.as_object().unwrap().values().cloned().collect(),
            nodes => serde_json::from_str(nodes).unwrap(),
        };
        match Extraction::parse("x", path).map(|extraction| extraction.evaluate(&document)) {
            Ok(found) if (&found.value, &found.outcome) == (&extracted(&nodes).0, &extracted(&nodes).1) => {}
            other => wrong.push(format!("{path} on {document}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(FOUND.len() >= 100);
}

#[test]
fn invalid_paths_are_refused() {
    for (path, reason) in REFUSED {
        assert!(Extraction::parse("x", path).is_err(), "{path} was accepted: {reason}");
    }
}
