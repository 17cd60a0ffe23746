//! Evaluation with a budget: every visited node, term and piece of compared text is a step.

mod compare;
mod filter;
mod slice;

use serde_json::Value;

use super::{Query, Segment, Selector};

/// Most steps of one evaluation; some 20 nanoseconds each.
const MAX_STEPS: u64 = 3_000_000;

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooCostly;

type Outcome<T> = Result<T, TooCostly>;

/// All nodes in the RFC's order; repeated ones stay.
pub(crate) fn evaluate<'v>(query: &Query, root: &'v Value) -> Outcome<Vec<&'v Value>> {
    Run { root, steps_left: MAX_STEPS }.query(query, root)
}

struct Run<'v> {
    root: &'v Value,
    steps_left: u64,
}

impl<'v> Run<'v> {
    fn spend(&mut self, steps: usize) -> Outcome<()> {
        self.steps_left = self.steps_left.checked_sub(steps as u64).ok_or(TooCostly)?;
        Ok(())
    }

    fn query(&mut self, query: &Query, start: &'v Value) -> Outcome<Vec<&'v Value>> {
        let mut nodes = vec![start];
        for segment in &query.segments {
            let mut found = Vec::new();
            for node in nodes {
                match segment {
                    Segment::Child(selectors) => self.select(selectors, node, &mut found)?,
                    Segment::Descendant(selectors) => self.descend(selectors, node, &mut found)?,
                }
            }
            nodes = found;
        }
        Ok(nodes)
    }

    /// The node itself and all below it, each before its children, first child first (2.5.2.2).
    fn descend(
        &mut self,
        selectors: &[Selector],
        node: &'v Value,
        found: &mut Vec<&'v Value>,
    ) -> Outcome<()> {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            self.select(selectors, node, found)?;
            match node {
                Value::Array(items) => open.extend(items.iter().rev()),
                Value::Object(members) => open.extend(members.values().rev()),
                _ => {}
            }
        }
        Ok(())
    }

    fn select(&mut self, selectors: &[Selector], node: &'v Value, found: &mut Vec<&'v Value>) -> Outcome<()> {
        for selector in selectors {
            self.spend(1)?;
            match (selector, node) {
                (Selector::Name(name), Value::Object(members)) => found.extend(members.get(name)),
                (Selector::Index(index), Value::Array(items)) => {
                    found.extend(slice::position(*index, items.len()).and_then(|index| items.get(index)));
                }
                (Selector::Slice { start, end, step }, Value::Array(items)) => {
                    for index in slice::indexes(*start, *end, *step, items.len()) {
                        self.spend(1)?;
                        found.extend(items.get(index));
                    }
                }
                (Selector::Wildcard, Value::Array(items)) => {
                    self.spend(items.len())?;
                    found.extend(items);
                }
                (Selector::Wildcard, Value::Object(members)) => {
                    self.spend(members.len())?;
                    found.extend(members.values());
                }
                (Selector::Filter(filter), Value::Array(items)) => {
                    for item in items {
                        found.extend(self.holds(filter, item)?.then_some(item));
                    }
                }
                (Selector::Filter(filter), Value::Object(members)) => {
                    for member in members.values() {
                        found.extend(self.holds(filter, member)?.then_some(member));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
