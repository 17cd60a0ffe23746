//! A walk over a schema along its references, before it is compiled.
//!
//! References make a small text a large schema, or an endless one. The walk expands them as a validator would, refuses
//! what leaves the schema, never ends, or grows too large, and finds how deep arguments may nest where a schema
//! refers to itself several times.

mod anchors;
mod keywords;

use serde_json::Value;

use self::anchors::Targets;
use self::keywords::{Placed, subschemas};
use crate::SchemaFinding;
use crate::json_path::{push_index, push_member, shorten};

/// Most subschemas after expansion.
const MAX_EXPANDED: usize = 20_000;
/// Most schemas above one another after expansion.
const MAX_STACK: usize = 200;
/// Most patterns: each may take memory of its own.
const MAX_PATTERNS: usize = 100;
/// Deepest arguments for a schema that does not branch into itself.
const MAX_INSTANCE_DEPTH: usize = 64;
/// Most visits that self-reference may multiply.
const MAX_GROWTH: f64 = 10_000.0;

pub(super) struct Walked {
    /// Levels of nesting in the arguments that can be checked in bounded time.
    pub(super) max_instance_depth: usize,
}

pub(super) fn walk(schema: &Value) -> Result<Walked, Vec<SchemaFinding>> {
    let targets = Targets::collect(schema).map_err(|finding| vec![finding])?;
    let mut walk = Walk {
        targets,
        stack: Vec::new(),
        expanded: 0,
        patterns: 0,
        returns: 0,
        shortest_return: usize::MAX,
    };
    walk.schema(schema, 0, &mut "$".to_owned()).map_err(|finding| vec![finding])?;
    Ok(Walked { max_instance_depth: walk.instance_depth() })
}

struct Walk<'s> {
    targets: Targets<'s>,
    /// Schemas being expanded, with the number of instance levels above them.
    stack: Vec<(&'s Value, usize)>,
    expanded: usize,
    patterns: usize,
    /// References back to a schema that is being expanded, and the fewest instance levels that one of them goes down.
    returns: usize,
    shortest_return: usize,
}

impl<'s> Walk<'s> {
    fn schema(&mut self, schema: &'s Value, level: usize, path: &mut String) -> Result<(), SchemaFinding> {
        let Value::Object(members) = schema else { return Ok(()) };
        self.expanded += 1;
        if self.expanded > MAX_EXPANDED || self.stack.len() >= MAX_STACK {
            return Err(SchemaFinding::new(
                path.as_str(),
                "the schema is too large once its $refs are followed",
            ));
        }
        self.patterns += keywords::patterns(members);
        if self.patterns > MAX_PATTERNS {
            let message = format!("a schema has at most {MAX_PATTERNS} patterns");
            return Err(SchemaFinding::new(path.as_str(), message));
        }
        self.stack.push((schema, level));
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(Value::String(reference)) = members.get(keyword) {
                let length = path.len();
                push_member(path, keyword);
                self.reference(reference, level, path)?;
                path.truncate(length);
            }
        }
        for (placed, steps, subschema) in subschemas(members) {
            let length = path.len();
            for step in &steps {
                match step {
                    keywords::Step::Member(name) => push_member(path, name),
                    keywords::Step::Item(index) => push_index(path, *index),
                }
            }
            let below = level + usize::from(placed == Placed::Below);
            self.schema(subschema, below, path)?;
            path.truncate(length);
        }
        self.stack.pop();
        Ok(())
    }

    fn reference(&mut self, reference: &str, level: usize, path: &mut String) -> Result<(), SchemaFinding> {
        if !reference.starts_with('#') {
            return Err(SchemaFinding::new(path.as_str(), "a $ref stays inside the schema (#/$defs/…)"));
        }
        let Some(target) = self.targets.find(reference) else {
            let message = format!("\"{}\" points at nothing in the schema", shorten(reference));
            return Err(SchemaFinding::new(path.as_str(), message));
        };
        let open = self.stack.iter().rev().find(|(schema, _)| std::ptr::eq(*schema, target));
        match open {
            None => self.schema(target, level, path),
            Some((_, above)) if *above == level => {
                Err(SchemaFinding::new(path.as_str(), "the schema refers to itself without end"))
            }
            Some((_, above)) => {
                self.returns += 1;
                self.shortest_return = self.shortest_return.min(level - above);
                Ok(())
            }
        }
    }

    fn instance_depth(&self) -> usize {
        if self.returns < 2 {
            return MAX_INSTANCE_DEPTH;
        }
        let rounds = MAX_GROWTH.ln() / (self.returns as f64).ln();
        let levels = rounds * self.shortest_return as f64;
        (levels as usize).clamp(4, MAX_INSTANCE_DEPTH)
    }
}
