//! Which keywords of JSON Schema 2020-12 hold schemas, and whether these see the same value or a part of it.

use serde_json::{Map, Value};

/// What a subschema looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// The same value.
    Same,
    /// A member, an item, or a name.
    Below,
}

pub(super) enum Step<'s> {
    Member(&'s str),
    Item(usize),
}

const ONE: [(&str, Placed); 11] = [
    ("not", Placed::Same),
    ("if", Placed::Same),
    ("then", Placed::Same),
    ("else", Placed::Same),
    ("items", Placed::Below),
    ("contains", Placed::Below),
    ("additionalProperties", Placed::Below),
    ("propertyNames", Placed::Below),
    ("unevaluatedItems", Placed::Below),
    ("unevaluatedProperties", Placed::Below),
    ("contentSchema", Placed::Below),
];

const LISTS: [(&str, Placed); 4] = [
    ("allOf", Placed::Same),
    ("anyOf", Placed::Same),
    ("oneOf", Placed::Same),
    ("prefixItems", Placed::Below),
];

const MAPS: [(&str, Placed); 3] =
    [("dependentSchemas", Placed::Same), ("properties", Placed::Below), ("patternProperties", Placed::Below)];

/// The direct subschemas of an object schema, definitions left out.
pub(super) fn subschemas(members: &Map<String, Value>) -> Vec<(Placed, Vec<Step<'_>>, &Value)> {
    let mut found = Vec::new();
    for (keyword, placed) in ONE {
        if let Some(schema) = members.get(keyword) {
            found.push((placed, vec![Step::Member(keyword)], schema));
        }
    }
    for (keyword, placed) in LISTS {
        let schemas = members.get(keyword).and_then(Value::as_array).into_iter().flatten();
        found.extend(
            schemas
                .enumerate()
                .map(|(index, schema)| (placed, vec![Step::Member(keyword), Step::Item(index)], schema)),
        );
    }
    for (keyword, placed) in MAPS {
        let schemas = members.get(keyword).and_then(Value::as_object).into_iter().flatten();
        found.extend(schemas.map(|(name, schema)| {
            (placed, vec![Step::Member(keyword), Step::Member(name.as_str())], schema)
        }));
    }
    found
}

/// The number of patterns that an object schema has itself.
pub(super) fn patterns(members: &Map<String, Value>) -> usize {
    let names = members.get("patternProperties").and_then(Value::as_object).map_or(0, Map::len);
    names + usize::from(members.contains_key("pattern"))
}
