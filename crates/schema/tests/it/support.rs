//! What the tests share.

use hookswitch_schema::{ArgumentSchema, LooseShape, SchemaFinding, SchemaLimits};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) fn compile(schema: &Value) -> Result<ArgumentSchema, Vec<SchemaFinding>> {
    ArgumentSchema::compile(schema, SchemaLimits::default())
}

pub(crate) fn loose(shape: &Value) -> LooseShape {
    LooseShape::parse(shape, SchemaLimits::default()).unwrap()
}

/// The error line for these arguments.
pub(crate) fn line(schema: &Value, arguments: &Value) -> String {
    compile(schema).unwrap().check(arguments).unwrap_err().to_string()
}

pub(crate) fn nested_arrays(levels: usize) -> Value {
    (0..levels).fold(json!(1), |inner, _| json!([inner]))
}

/// Any JSON value of moderate size.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| json!(float)),
        (-1000_i32..1000).prop_map(|whole| json!(f64::from(whole))),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["1", "1.0", "true", "{\"a\":1}", "[1]", "null", "-0"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 100, 8, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from), any_object_of(inner),]
    })
}

pub(crate) fn any_object() -> impl Strategy<Value = Value> {
    any_object_of(any_json())
}

fn any_object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop_oneof!["[a-e]", any::<String>()];
    prop::collection::vec((name, inner), 0..8)
        .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}
