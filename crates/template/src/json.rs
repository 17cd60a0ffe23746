//! JSON templates: built as values, never as text, so no value can add a member (security: S24b).

mod bare;

use std::io;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::fill::{FillError, FillRules, Filled, Filling, UnsetMember};
use crate::lookup::Lookup;
use crate::path::Path;
use crate::scan::{ParseError, ParseErrorKind, Syntax};
use crate::text::Text;

/// Deepest nesting of a JSON template.
pub const MAX_JSON_DEPTH: usize = 100;

/// A JSON value with placeholders in its strings. Member names are never filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonTemplate {
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// Without placeholders, at any depth.
    Fixed(Value),
    /// Exactly one placeholder: keeps the JSON type of its value.
    Whole(Path),
    Text(Text),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// A JSON template that can't be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {error}")]
pub struct JsonTemplateError {
    /// JSON path of the string, `$` for the whole.
    pub path: String,
    /// What is wrong there.
    #[source]
    pub error: ParseError,
}

/// A text that is no JSON template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JsonTextError {
    /// No JSON, also with its bare placeholders taken as values: use [`Text`].
    #[error("not a JSON text: {0}")]
    NotJson(String),
    /// JSON, with a malformed placeholder.
    #[error(transparent)]
    Template(#[from] JsonTemplateError),
}

impl JsonTemplate {
    /// Parses every string of `value`.
    pub fn parse(value: &Value, syntax: Syntax) -> Result<Self, JsonTemplateError> {
        Ok(Self { root: parse_node(value, syntax, &mut vec!["$".to_owned()])? })
    }

    /// Parses a text that is JSON once its placeholders outside quotes count as whole values: `{"n": {{input.n}}}`
    /// (bland: 3.4, burki: 3.2).
    pub fn parse_text(text: &str, syntax: Syntax) -> Result<Self, JsonTextError> {
        let quoted = bare::quote_bare_placeholders(text, syntax);
        let value: Value =
            serde_json::from_str(&quoted).map_err(|error| JsonTextError::NotJson(error.to_string()))?;
        Ok(Self::parse(&value, syntax)?)
    }

    /// All variables, in document order.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.root.collect(&mut paths);
        paths
    }

    /// No variable in it.
    pub fn is_literal(&self) -> bool {
        matches!(self.root, Node::Fixed(_))
    }

    /// The variable, when the whole template is one string of exactly one placeholder.
    pub fn as_single(&self) -> Option<&Path> {
        if let Node::Whole(path) = &self.root { Some(path) } else { None }
    }

    /// Fills the template. A string that is exactly one placeholder takes the variable's value with its type (unset:
    /// null); inside a longer string values are text (unset: nothing).
    pub fn fill(&self, lookup: &dyn Lookup, rules: &FillRules) -> Result<Filled<Value>, FillError> {
        let mut filling = Filling::new(lookup, rules.max_bytes);
        let value = self.root.fill(&mut filling, rules)?.unwrap_or(Value::Null);
        Ok(filling.finish(value))
    }

    /// The members of an object template, filled one by one in their order; for query parameters. A member that is
    /// one unset or null placeholder is left out. Nothing when the template is no object.
    pub fn fill_members(
        &self,
        lookup: &dyn Lookup,
        rules: &FillRules,
    ) -> Result<Option<Filled<Map<String, Value>>>, FillError> {
        let rules = FillRules { unset_member: UnsetMember::Drop, ..*rules };
        let Filled { value, unset } = self.fill(lookup, &rules)?;
        let Value::Object(mut members) = value else { return Ok(None) };
        members.retain(|_, value| !value.is_null());
        Ok(Some(Filled { value: members, unset }))
    }
}

impl Node {
    fn collect<'n>(&'n self, paths: &mut Vec<&'n Path>) {
        match self {
            Self::Fixed(_) => {}
            Self::Whole(path) => paths.push(path),
            Self::Text(text) => paths.extend(text.paths()),
            Self::Array(items) => items.iter().for_each(|item| item.collect(paths)),
            Self::Object(members) => members.iter().for_each(|(_, member)| member.collect(paths)),
        }
    }

    /// Nothing for a whole placeholder that is not defined.
    fn fill(&self, filling: &mut Filling<'_>, rules: &FillRules) -> Result<Option<Value>, FillError> {
        Ok(Some(match self {
            Self::Fixed(value) => {
                filling.spend(compact_len(value))?;
                value.clone()
            }
            Self::Whole(path) => match filling.value(path) {
                Some(value) => {
                    filling.spend(compact_len(&value))?;
                    value.into_owned()
                }
                None => return Ok(None),
            },
            Self::Text(text) => Value::String(text.fill_into(filling, |text| text.into())?),
            Self::Array(items) => {
                let fill = |item: &Self| Ok(item.fill(filling, rules)?.unwrap_or(Value::Null));
                Value::Array(items.iter().map(fill).collect::<Result<_, FillError>>()?)
            }
            Self::Object(members) => {
                let mut filled = Map::with_capacity(members.len());
                for (name, member) in members {
                    filling.spend(name.len() + 4)?;
                    match member.fill(filling, rules)? {
                        Some(value) => drop(filled.insert(name.clone(), value)),
                        None if rules.unset_member == UnsetMember::Drop => {}
                        None => drop(filled.insert(name.clone(), Value::Null)),
                    }
                }
                Value::Object(filled)
            }
        }))
    }
}

fn parse_node(value: &Value, syntax: Syntax, at: &mut Vec<String>) -> Result<Node, JsonTemplateError> {
    if at.len() > MAX_JSON_DEPTH {
        let error = ParseError { position: 0, kind: ParseErrorKind::TooDeep };
        return Err(JsonTemplateError { path: "$".to_owned(), error });
    }
    let mut nested = |step: String, value: &Value| {
        at.push(step);
        let node = parse_node(value, syntax, at);
        at.pop();
        node
    };
    Ok(match value {
        Value::String(source) => match Text::parse(source, syntax) {
            Ok(text) => string_node(text),
            Err(error) => return Err(JsonTemplateError { path: at.concat(), error }),
        },
        Value::Array(items) => {
            let items = items.iter().enumerate().map(|(index, item)| nested(format!("[{index}]"), item));
            array_node(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(name, member)| Ok((name.clone(), nested(format!(".{name}"), member)?)));
            object_node(members.collect::<Result<_, _>>()?)
        }
        other => Node::Fixed(other.clone()),
    })
}

fn string_node(text: Text) -> Node {
    if let Some(path) = text.as_single() {
        Node::Whole(path.clone())
    } else if text.is_literal() {
        Node::Fixed(Value::String(text.literal()))
    } else {
        Node::Text(text)
    }
}

/// Children without placeholders make a fixed value, their escapes resolved.
fn array_node(items: Vec<Node>) -> Node {
    if items.iter().all(Node::is_fixed) {
        Node::Fixed(items.into_iter().filter_map(Node::into_fixed).collect())
    } else {
        Node::Array(items)
    }
}

fn object_node(members: Vec<(String, Node)>) -> Node {
    if members.iter().all(|(_, member)| member.is_fixed()) {
        let fixed = members.into_iter().filter_map(|(name, member)| Some((name, member.into_fixed()?)));
        Node::Fixed(Value::Object(fixed.collect()))
    } else {
        Node::Object(members)
    }
}

impl Node {
    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    fn into_fixed(self) -> Option<Value> {
        if let Self::Fixed(value) = self { Some(value) } else { None }
    }
}

/// Bytes of the compact text, without building it.
pub(crate) fn compact_len(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
