//! 422 answers: one list of problems, worded in the older style on `/api/v1/**` and in the newer one elsewhere
//! (burki: 1, 422 items).

use serde_json::{Map, Value, json};

use super::redact::{REDACTED, is_secret_member};

/// Longest text that an answer repeats, in characters.
const MOST_INPUT: usize = 200;

/// How problems are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `loc`, `msg`, `type`.
    V1,
    /// `type`, `loc`, `msg`, `input`, `ctx`.
    V2,
}

/// One step of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A member.
    Name(String),
    /// An item of a list.
    Index(usize),
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is not there.
    Missing,
    /// It is none of these words.
    NotOneOf(&'static [&'static str]),
    /// It is larger than this.
    TooLarge(i64),
    /// It is smaller than this.
    TooSmall(i64),
    /// It is not larger than this.
    NotAbove(i64),
    /// It has fewer characters.
    TooShort(usize),
    /// It has more characters.
    TooLong(usize),
    /// It is no integer.
    NotInteger,
    /// The text is no integer.
    NotIntegerText,
    /// It is no number.
    NotNumber,
    /// It is no object.
    NotObject,
    /// It is no list.
    NotList,
    /// It is no text.
    NotText,
    /// It is neither true nor false.
    NotBool,
    /// The body is no JSON.
    NotJson(String),
    /// Anything else, in words.
    Other(String),
}

/// A problem and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    loc: Vec<Step>,
    problem: Problem,
    input: Value,
}

impl Item {
    /// A problem at a place; `input` is what stands there.
    pub fn new(loc: Vec<Step>, problem: Problem, input: &Value) -> Self {
        Self { input: shown_input(&loc, input), loc, problem }
    }

    /// The same problem below another member of the body.
    #[must_use]
    pub fn moved(mut self, from: &str, to: &str) -> Self {
        if let Some(Step::Name(name)) = self.loc.get_mut(1)
            && name == from
        {
            to.clone_into(name);
        }
        self
    }

    /// The whole answer of some problems.
    pub fn body(items: &[Self], style: Style) -> Value {
        json!({"detail": items.iter().map(|item| item.render(style)).collect::<Vec<_>>()})
    }

    fn render(&self, style: Style) -> Value {
        match style {
            Style::V1 => {
                let (msg, kind) = self.problem.in_v1();
                json!({"loc": self.place(style), "msg": msg, "type": kind})
            }
            Style::V2 => {
                let (msg, kind, ctx) = self.problem.in_v2();
                let mut item = Map::new();
                item.insert("type".to_owned(), json!(kind));
                item.insert("loc".to_owned(), self.place(style));
                item.insert("msg".to_owned(), json!(msg));
                item.insert("input".to_owned(), self.input.clone());
                if let Some(ctx) = ctx {
                    item.insert("ctx".to_owned(), ctx);
                }
                Value::Object(item)
            }
        }
    }

    fn place(&self, style: Style) -> Value {
        let steps = self.loc.iter().map(|step| match step {
            Step::Name(name) => json!(name),
            Step::Index(index) => json!(index),
        });
        let is_text = matches!(self.problem, Problem::NotJson(_));
        steps.chain((is_text && style == Style::V2).then(|| json!(0))).collect()
    }
}

/// Scalars as they came, objects and lists empty, secrets not at all.
fn shown_input(loc: &[Step], input: &Value) -> Value {
    let is_secret = loc.iter().any(|step| matches!(step, Step::Name(name) if is_secret_member(name)));
    match input {
        Value::Object(_) => json!({}),
        Value::Array(_) => json!([]),
        Value::String(_) | Value::Number(_) if is_secret => json!(REDACTED),
        Value::String(text) if text.chars().nth(MOST_INPUT).is_some() => {
            json!(text.chars().take(MOST_INPUT).chain(['…']).collect::<String>())
        }
        other => other.clone(),
    }
}

impl Problem {
    fn in_v1(&self) -> (String, &'static str) {
        match self {
            Self::Missing => ("field required".to_owned(), "value_error.missing"),
            Self::NotOneOf(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
                let msg = format!("value is not a valid enumeration member; permitted: {}", words.join(", "));
                (msg, "type_error.enum")
            }
            Self::TooLarge(most) => {
                (format!("ensure this value is less than or equal to {most}"), "value_error.number.not_le")
            }
            Self::TooSmall(least) => (
                format!("ensure this value is greater than or equal to {least}"),
                "value_error.number.not_ge",
            ),
            Self::NotAbove(bound) => {
                (format!("ensure this value is greater than {bound}"), "value_error.number.not_gt")
            }
            Self::TooShort(least) => (
                format!("ensure this value has at least {least} characters"),
                "value_error.any_str.min_length",
            ),
            Self::TooLong(most) => {
                (format!("ensure this value has at most {most} characters"), "value_error.any_str.max_length")
            }
            Self::NotInteger | Self::NotIntegerText => {
                ("value is not a valid integer".to_owned(), "type_error.integer")
            }
            Self::NotNumber => ("value is not a valid float".to_owned(), "type_error.float"),
            Self::NotObject => ("value is not a valid dict".to_owned(), "type_error.dict"),
            Self::NotList => ("value is not a valid list".to_owned(), "type_error.list"),
            Self::NotText => ("str type expected".to_owned(), "type_error.str"),
            Self::NotBool => ("value could not be parsed to a boolean".to_owned(), "type_error.bool"),
            Self::NotJson(reason) => (reason.clone(), "value_error.jsondecode"),
            Self::Other(reason) => (reason.clone(), "value_error"),
        }
    }

    fn in_v2(&self) -> (String, &'static str, Option<Value>) {
        let plain = |msg: &str, kind| (msg.to_owned(), kind, None);
        match self {
            Self::Missing => plain("Field required", "missing"),
            Self::NotOneOf(words) => {
                let pattern = format!("^({})$", words.join("|"));
                let msg = format!("String should match pattern '{pattern}'");
                (msg, "string_pattern_mismatch", Some(json!({"pattern": pattern})))
            }
            Self::TooLarge(most) => (
                format!("Input should be less than or equal to {most}"),
                "less_than_equal",
                Some(json!({"le": most})),
            ),
            Self::TooSmall(least) => (
                format!("Input should be greater than or equal to {least}"),
                "greater_than_equal",
                Some(json!({"ge": least})),
            ),
            Self::NotAbove(bound) => {
                (format!("Input should be greater than {bound}"), "greater_than", Some(json!({"gt": bound})))
            }
            Self::TooShort(least) => (
                format!("String should have at least {least} character{}", plural(*least)),
                "string_too_short",
                Some(json!({"min_length": least})),
            ),
            Self::TooLong(most) => (
                format!("String should have at most {most} character{}", plural(*most)),
                "string_too_long",
                Some(json!({"max_length": most})),
            ),
            Self::NotInteger => plain("Input should be a valid integer", "int_type"),
            Self::NotIntegerText => plain("Input should be a valid integer", "int_parsing"),
            Self::NotNumber => plain("Input should be a valid number", "float_type"),
            Self::NotObject => plain("Input should be a valid dictionary", "dict_type"),
            Self::NotList => plain("Input should be a valid list", "list_type"),
            Self::NotText => plain("Input should be a valid string", "string_type"),
            Self::NotBool => plain("Input should be a valid boolean", "bool_parsing"),
            Self::NotJson(reason) => {
                ("JSON decode error".to_owned(), "json_invalid", Some(json!({"error": reason})))
            }
            Self::Other(reason) => (format!("Value error, {reason}"), "value_error", None),
        }
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(problem: Problem, style: Style, input: &Value) -> Value {
        let item = Item::new(vec!["body".into(), "field".into()], problem, input);
        Item::body(&[item], style)["detail"][0].clone()
    }

    #[test]
    fn both_styles_word_the_contracts_table() {
        let rows: [(Problem, &str, &str, &str, &str); 15] = [
            (Problem::Missing, "field required", "value_error.missing", "Field required", "missing"),
            (
                Problem::NotOneOf(crate::wire::aliases::TOOL_TYPES),
                "value is not a valid enumeration member; permitted: 'endpoint', 'python_function', 'lambda'",
                "type_error.enum",
                "String should match pattern '^(endpoint|python_function|lambda)$'",
                "string_pattern_mismatch",
            ),
            (
                Problem::TooLarge(300),
                "ensure this value is less than or equal to 300",
                "value_error.number.not_le",
                "Input should be less than or equal to 300",
                "less_than_equal",
            ),
            (
                Problem::TooSmall(1),
                "ensure this value is greater than or equal to 1",
                "value_error.number.not_ge",
                "Input should be greater than or equal to 1",
                "greater_than_equal",
            ),
            (
                Problem::TooShort(1),
                "ensure this value has at least 1 characters",
                "value_error.any_str.min_length",
                "String should have at least 1 character",
                "string_too_short",
            ),
            (
                Problem::TooLong(100),
                "ensure this value has at most 100 characters",
                "value_error.any_str.max_length",
                "String should have at most 100 characters",
                "string_too_long",
            ),
            (
                Problem::NotInteger,
                "value is not a valid integer",
                "type_error.integer",
                "Input should be a valid integer",
                "int_type",
            ),
            (
                Problem::NotIntegerText,
                "value is not a valid integer",
                "type_error.integer",
                "Input should be a valid integer",
                "int_parsing",
            ),
            (
                Problem::NotObject,
                "value is not a valid dict",
                "type_error.dict",
                "Input should be a valid dictionary",
                "dict_type",
            ),
            (
                Problem::NotList,
                "value is not a valid list",
                "type_error.list",
                "Input should be a valid list",
                "list_type",
            ),
            (
                Problem::NotText,
                "str type expected",
                "type_error.str",
                "Input should be a valid string",
                "string_type",
            ),
            (
                Problem::NotBool,
                "value could not be parsed to a boolean",
                "type_error.bool",
                "Input should be a valid boolean",
                "bool_parsing",
            ),
            (
                Problem::NotNumber,
                "value is not a valid float",
                "type_error.float",
                "Input should be a valid number",
                "float_type",
            ),
            (
                Problem::NotAbove(0),
                "ensure this value is greater than 0",
                "value_error.number.not_gt",
                "Input should be greater than 0",
                "greater_than",
            ),
            (Problem::Other("no".to_owned()), "no", "value_error", "Value error, no", "value_error"),
        ];
        for (problem, v1, v1_kind, v2, v2_kind) in rows {
            let old = one(problem.clone(), Style::V1, &json!(7));
            assert_eq!(old, json!({"loc": ["body", "field"], "msg": v1, "type": v1_kind}));
            let new = one(problem, Style::V2, &json!(7));
            assert_eq!((&new["msg"], &new["type"], &new["input"]), (&json!(v2), &json!(v2_kind), &json!(7)));
            assert!(new.get("url").is_none());
        }
    }

    #[test]
    fn the_contracts_examples() {
        let too_large = one(Problem::TooLarge(300), Style::V2, &json!(301));
        assert_eq!(too_large["ctx"], json!({"le": 300}));
        let item = Item::new(vec!["body".into()], Problem::NotJson("why".to_owned()), &json!({}));
        assert_eq!(
            Item::body(std::slice::from_ref(&item), Style::V1),
            json!({"detail": [{"loc": ["body"], "msg": "why", "type": "value_error.jsondecode"}]})
        );
        assert_eq!(
            Item::body(&[item], Style::V2),
            json!({"detail": [{"type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error", "input": {},
                "ctx": {"error": "why"}}]})
        );
    }

    #[test]
    fn secrets_and_long_texts_are_not_repeated() {
        let item = Item::new(vec!["body".into(), "api_key".into()], Problem::NotInteger, &json!("hush"));
        assert!(!Item::body(&[item], Style::V2).to_string().contains("hush"));
        let long = one(Problem::TooLong(1), Style::V2, &json!("x".repeat(5000)));
        assert!(long["input"].as_str().is_some_and(|text| text.chars().count() == MOST_INPUT + 1));
    }
}
