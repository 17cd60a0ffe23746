//! JSON Schema 2020-12, compiled when a tool is saved.

mod compile;
mod defaults;
mod message;
mod survey;
mod walk;

use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value;

use crate::error::MAX_ERRORS;
use crate::{ArgumentErrors, SchemaFinding, SchemaLimits};

/// The library collects all errors before it gives the first, so large arguments get only one.
const MAX_NODES_FOR_ALL_ERRORS: usize = 2_000;

/// A compiled schema. Cheap to clone and shared between threads.
#[derive(Debug, Clone)]
pub struct ArgumentSchema {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    schema: Value,
    validator: Validator,
    max_instance_depth: usize,
}

impl ArgumentSchema {
    /// Compiles a schema. The root is of type object, or says no type. Nothing is fetched: a `$ref` stays inside the
    /// schema. Formats are asserted, patterns run in linear time (no look-around).
    pub fn compile(schema: &Value, limits: SchemaLimits) -> Result<Self, Vec<SchemaFinding>> {
        let compile::Compiled { validator, max_instance_depth } = compile::compile(schema, limits)?;
        Ok(Self { inner: Arc::new(Inner { schema: schema.clone(), validator, max_instance_depth }) })
    }

    /// The schema as it was given.
    pub fn as_value(&self) -> &Value {
        &self.inner.schema
    }

    /// Checks the arguments. Errors are collected only after a failure, at most 20 of them.
    pub fn check(&self, arguments: &Value) -> Result<(), ArgumentErrors> {
        let Inner { validator, max_instance_depth, .. } = &*self.inner;
        if survey::deeper_than(arguments, *max_instance_depth) {
            return Err(ArgumentErrors::one("$", "the arguments are nested too deep"));
        }
        if !arguments.is_object() {
            return Err(ArgumentErrors::one("$", "the arguments must be an object"));
        }
        if validator.is_valid(arguments) {
            return Ok(());
        }
        if survey::larger_than(arguments, MAX_NODES_FOR_ALL_ERRORS) {
            let first = validator.validate(arguments).err().map(|error| message::render(&error, arguments));
            return Err(ArgumentErrors::new(first.unwrap_or_default()));
        }
        let errors = validator.iter_errors(arguments).flat_map(|error| message::render(&error, arguments));
        let mut errors: Vec<_> = errors.take(MAX_ERRORS).collect();
        errors.dedup();
        Err(ArgumentErrors::new(errors))
    }

    /// Puts in the `default`s of missing members, at the top and in nested objects that are present, as `properties`
    /// declare them.
    pub fn apply_defaults(&self, arguments: &mut Value) {
        defaults::apply(&self.inner.schema, arguments);
    }
}
