//! Reading YAML. Bounded against hostile files: depth, and what aliases unfold to.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::scalar;
use crate::files::{Lines, Place};

/// Deepest nesting.
const MOST_DEPTH: usize = 64;
/// Most values in one file, unfolded aliases counted.
const MOST_VALUES: usize = 200_000;

/// A file that can't be read as YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub(crate) struct YamlError {
    /// First line is 1.
    pub(crate) line: usize,
    /// What is wrong there.
    pub(crate) message: String,
}

/// One document of a file.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Its value.
    pub(crate) value: Value,
    /// Where its parts stand.
    pub(crate) lines: Lines,
}

/// Reads all documents of a text; empty ones are left out.
pub(crate) fn read(text: &str) -> Result<Vec<Document>, YamlError> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        lines: Lines::default(),
        left: MOST_VALUES,
    };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => {
                reader.anchors.clear();
                let first = reader.next()?;
                let value = reader.value(first, &Place::root(), 0)?;
                let lines = std::mem::take(&mut reader.lines);
                if !value.is_null() {
                    documents.push(Document { value, lines });
                }
            }
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            _ => return Err(failure(&span, "unexpected content")),
        }
    }
}

struct Reader<'input> {
    parser: Parser<'input, saphyr_parser::StrInput<'input>>,
    anchors: HashMap<usize, Value>,
    lines: Lines,
    /// Values that may still be made.
    left: usize,
}

fn failure(span: &Span, message: impl Into<String>) -> YamlError {
    YamlError { line: span.start.line(), message: message.into() }
}

impl<'input> Reader<'input> {
    fn next(&mut self) -> Result<(Event<'input>, Span), YamlError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                Err(YamlError { line: error.marker().line(), message: error.info().to_owned() })
            }
            None => Err(YamlError { line: 1, message: "the file ends in the middle".to_owned() }),
        }
    }

    fn value(
        &mut self,
        (event, span): (Event<'input>, Span),
        place: &Place,
        depth: usize,
    ) -> Result<Value, YamlError> {
        if depth > MOST_DEPTH {
            return Err(failure(&span, format!("nested deeper than {MOST_DEPTH}")));
        }
        self.spend(1, &span)?;
        self.lines.note(place, span.start.line());
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => (
                anchor,
                scalar_value(&text, style, tag.as_deref()).map_err(|message| failure(&span, message))?,
            ),
            Event::SequenceStart(anchor, _) => (anchor, self.list(place, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(place, depth)?),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value =
                    value.ok_or_else(|| failure(&span, "an alias inside the value that it stands for"))?;
                self.spend(size(&value), &span)?;
                return Ok(value);
            }
            _ => return Err(failure(&span, "a value is missing")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn list(&mut self, place: &Place, depth: usize) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            let next = self.next()?;
            if next.0 == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let item = self.value(next, &place.item(items.len()), depth + 1)?;
            items.push(item);
        }
    }

    fn map(&mut self, place: &Place, depth: usize) -> Result<Value, YamlError> {
        let mut members = Map::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(failure(&span, "a key must be a plain text")),
            };
            if key == "<<" {
                return Err(failure(&span, "merge keys (<<) are no part of YAML 1.2; repeat the fields"));
            }
            if members.contains_key(&key) {
                return Err(failure(&span, format!("the key {key:?} is there twice")));
            }
            let next = self.next()?;
            let at = place.member(&key);
            let value = self.value(next, &at, depth + 1)?;
            // The line of the key, which is what a person looks for.
            self.lines.note(&at, span.start.line());
            members.insert(key, value);
        }
    }

    fn spend(&mut self, values: usize, span: &Span) -> Result<(), YamlError> {
        self.left =
            self.left.checked_sub(values).ok_or_else(|| failure(span, "the file holds too many values"))?;
        Ok(())
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        None if style == ScalarStyle::Plain => Ok(scalar::resolve(text)),
        None => Ok(Value::from(text)),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Value::from(text)),
        Some(tag) if tag.is_yaml_core_schema() => Ok(scalar::resolve(text)),
        Some(tag) => Err(format!("the tag {tag} means nothing here")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn one(text: &str) -> Value {
        let mut documents = read(text).unwrap();
        assert_eq!(documents.len(), 1);
        documents.remove(0).value
    }

    #[test]
    fn several_documents_with_comments() {
        let documents = read("# first\na: 1\n---\n---\nb: [x, 'no', no]\n").unwrap();
        let values: Vec<_> = documents.into_iter().map(|document| document.value).collect();
        assert_eq!(values, [json!({"a": 1}), json!({"b": ["x", "no", "no"]})]);
    }

    #[test]
    fn lines_are_those_of_the_keys() {
        let text = "name: book\n\nwebhook:\n  url: https://x.example\n  headers:\n    X-A: b\nparameters:\n  - name: date\n";
        let lines = read(text).unwrap().remove(0).lines;
        assert_eq!(lines.find(&Place::root(), "$.webhook.url"), Some(4));
        assert_eq!(lines.find(&Place::root(), "$.webhook.headers[\"X-A\"]"), Some(6));
        assert_eq!(lines.find(&Place::root(), "$.parameters[0].name"), Some(8));
        // What is missing is looked for where it should have been.
        assert_eq!(lines.find(&Place::root(), "$.webhook.method"), Some(3));
    }

    #[test]
    fn anchors_stand_for_their_values() {
        assert_eq!(one("a: &x {b: 1}\nc: *x\n"), json!({"a": {"b": 1}, "c": {"b": 1}}));
    }

    #[test]
    fn block_texts_keep_their_lines() {
        assert_eq!(
            one("a: |\n  one\n  two\nb: >-\n  three\n  four\n"),
            json!({"a": "one\ntwo\n", "b": "three four"})
        );
    }

    #[test]
    fn what_hides_mistakes_is_refused() {
        let cases = [
            ("a: 1\na: 2\n", 2, "twice"),
            ("a: &x 1\n<<: *x\n", 2, "merge keys"),
            ("a: !custom 1\n", 1, "tag"),
            ("? [a]\n: 1\n", 1, "key"),
            ("a: [1\nb: 2\n", 2, ""),
        ];
        for (text, line, part) in cases {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(part), "{text:?}: {error}");
            assert_eq!(error.line, line, "{text:?}: {error}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_does_not_go_off() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for n in 1..12 {
            let before = n - 1;
            let items = vec![format!("*a{before}"); 10].join(",");
            text = format!("{text}a{n}: &a{n} [{items}]\n");
        }
        assert!(read(&text).unwrap_err().message.contains("too many"));
    }

    #[test]
    fn depth_has_a_bound() {
        let text = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(read(&text).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[ \\n\\-:\\[\\]{}&*!|>'\"%@`a-c0-9#,?~<.]{0,80}") {
            let _ = read(&text);
        }
    }
}
