//! References put in place of what refers to them, as far as that ends.

use serde_json::{Map, Value};

/// Deepest reference within references.
const MOST_DEPTH: usize = 32;
/// Most values of the result; a small schema can stand for an endless one.
const MOST_NODES: usize = 20_000;

struct Inliner<'s> {
    root: &'s Value,
    open: Vec<&'s str>,
    nodes: usize,
    was_cut: bool,
}

/// The schema without local references, and whether some had to be cut: a schema that refers to itself, or grows too
/// large, admits anything there. Other keywords beside a reference stay; those of the target come first.
pub(super) fn inline(schema: &Value) -> (Value, bool) {
    let mut inliner = Inliner { root: schema, open: Vec::new(), nodes: 0, was_cut: false };
    let mut whole = inliner.schema(schema);
    if let Some(members) = whole.as_object_mut() {
        members.shift_remove("$defs");
        members.shift_remove("definitions");
    }
    (whole, inliner.was_cut)
}

impl<'s> Inliner<'s> {
    fn schema(&mut self, schema: &'s Value) -> Value {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            self.was_cut = true;
            return Value::Object(Map::new());
        }
        match schema {
            Value::Object(members) => match members.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.reference(reference, members),
                None => self.members(members),
            },
            Value::Array(items) => items.iter().map(|item| self.schema(item)).collect(),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &'s Map<String, Value>) -> Value {
        let mut whole = Map::with_capacity(members.len());
        for (name, value) in members {
            // Data, not schemas.
            let is_data = matches!(name.as_str(), "enum" | "const" | "default" | "examples" | "required");
            // A property may be called `$ref`; its value is a schema then.
            let value = match (name.as_str(), value) {
                _ if is_data => value.clone(),
                ("properties" | "patternProperties", Value::Object(properties)) => {
                    let one = |(name, one): (&'s String, &'s Value)| (name.clone(), self.schema(one));
                    Value::Object(properties.iter().map(one).collect())
                }
                _ => self.schema(value),
            };
            whole.insert(name.clone(), value);
        }
        Value::Object(whole)
    }

    fn reference(&mut self, reference: &'s str, members: &'s Map<String, Value>) -> Value {
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(&decode(pointer)));
        let is_open = self.open.contains(&reference) || self.open.len() >= MOST_DEPTH;
        let mut whole = match target {
            Some(target) if !is_open => {
                self.open.push(reference);
                let whole = self.schema(target);
                self.open.pop();
                whole
            }
            _ => {
                self.was_cut = true;
                Value::Object(Map::new())
            }
        };
        if let Some(whole) = whole.as_object_mut() {
            for (name, value) in members.iter().filter(|(name, _)| *name != "$ref") {
                match name.as_str() {
                    // What says how the value is described, not what it is.
                    "description" | "title" | "default" | "examples" => {
                        whole.insert(name.clone(), value.clone());
                    }
                    "$defs" | "definitions" => {}
                    // Both count; a subset that can't say so drops the second.
                    _ if whole.contains_key(name) => self.was_cut = true,
                    _ => {
                        let value = self.schema(value);
                        whole.insert(name.clone(), value);
                    }
                }
            }
        }
        whole
    }
}

/// A pointer in a fragment may be percent-encoded where it holds more than letters.
fn decode(pointer: &str) -> String {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.as_bytes();
    while let [first, tail @ ..] = rest {
        let coded = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match coded.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
