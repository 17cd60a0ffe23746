//! Bland's loose `input_schema` (bland: 3.2).

mod coerce;
mod nulls;
mod parse;

use std::sync::Arc;

use serde_json::Value;

use crate::decode::decode_value;
use crate::{ArgumentErrors, ArgumentSchema, SchemaFinding, SchemaLimits};

/// A shape of any creativity: what the model is shown, and a checker that coerces. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LooseShape {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    schema: ArgumentSchema,
    example: Option<Value>,
}

/// Deepest JSON text inside a string argument.
const MAX_TEXT_DEPTH: usize = 64;

impl LooseShape {
    /// Parses an `input_schema`: an object, JSON text of one, or nothing (null) for any object. A part that is meant as
    /// JSON Schema (it has `type`, `properties`, `enum` …) is compiled and enforced; a wrong one is a finding.
    pub fn parse(input_schema: &Value, limits: SchemaLimits) -> Result<Self, Vec<SchemaFinding>> {
        let parse::Parsed { model_schema, example } = parse::parse(input_schema, limits)?;
        let schema = ArgumentSchema::compile(&model_schema, limits)?;
        Ok(Self { inner: Arc::new(Inner { schema, example }) })
    }

    /// The JSON Schema that the model sees. Hints are descriptions in it.
    pub fn model_schema(&self) -> &Value {
        self.inner.schema.as_value()
    }

    /// The `example`, for the tool's description; guidance only.
    pub fn example(&self) -> Option<&Value> {
        self.inner.example.as_ref()
    }

    /// Whether `name` is a property or a key of the example; decides about `speech` (bland: 3.6).
    pub fn mentions(&self, name: &str) -> bool {
        let has = |value: Option<&Value>| value.and_then(|value| value.get(name)).is_some();
        has(self.model_schema().get("properties")) || has(self.example())
    }

    /// The arguments as they are used: strings that hold JSON decoded and scalars coerced where the shape asks for it
    /// and nothing is lost, then checked. Keys that the shape does not know are kept unless it is closed. A null is as
    /// good as absent: it fails a required key and passes an optional one.
    pub fn check(&self, arguments: Value) -> Result<Value, ArgumentErrors> {
        let mut arguments = whole_object(arguments);
        coerce::coerce(self.model_schema(), &mut arguments);
        match nulls::without_nulls(self.model_schema(), &arguments) {
            Some(present) => self.inner.schema.check(&present)?,
            None => self.inner.schema.check(&arguments)?,
        }
        Ok(arguments)
    }
}

/// A string that holds a JSON object becomes that object.
fn whole_object(arguments: Value) -> Value {
    let decoded = arguments.as_str().and_then(|text| decode_value(text, MAX_TEXT_DEPTH).ok());
    decoded.filter(Value::is_object).unwrap_or(arguments)
}
