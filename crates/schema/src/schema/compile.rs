//! From a JSON value to a validator.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use super::message;
use super::survey::deeper_than;
use super::walk;
use crate::{SchemaFinding, SchemaLimits};

/// Most findings of one schema.
const MAX_FINDINGS: usize = 20;
/// Memory of one compiled pattern, in bytes.
const PATTERN_BYTES: usize = 256 * 1024;

pub(super) struct Compiled {
    pub(super) validator: Validator,
    pub(super) max_instance_depth: usize,
}

pub(super) fn compile(schema: &Value, limits: SchemaLimits) -> Result<Compiled, Vec<SchemaFinding>> {
    let root = check_outline(schema, limits).map_err(|finding| vec![finding])?;
    check_against_metaschema(&root)?;
    let walked = walk::walk(&root)?;
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES))
        .build(&root)
        .map_err(|error| vec![message::finding(&error)])?;
    Ok(Compiled { validator, max_instance_depth: walked.max_instance_depth })
}

/// The schema without `$schema`: whatever draft it names, it is read as 2020-12, and an unknown one is not fetched.
fn check_outline(schema: &Value, limits: SchemaLimits) -> Result<Value, SchemaFinding> {
    let Value::Object(members) = schema else {
        return Err(SchemaFinding::new("$", "a schema is a JSON object"));
    };
    // Depth first: the rest may recurse.
    if deeper_than(schema, limits.max_depth) {
        let message = format!("a schema is nested at most {} levels deep", limits.max_depth);
        return Err(SchemaFinding::new("$", message));
    }
    if schema.to_string().len() > limits.max_bytes {
        return Err(SchemaFinding::new("$", format!("a schema has at most {} bytes", limits.max_bytes)));
    }
    let is_object = match members.get("type") {
        None => true,
        Some(Value::Array(types)) => types.iter().any(|name| name == "object"),
        Some(name) => name == "object",
    };
    if !is_object {
        return Err(SchemaFinding::new("$.type", "the arguments of a tool are of type object"));
    }
    let mut root = members.clone();
    root.shift_remove("$schema");
    Ok(Value::Object(root))
}

fn check_against_metaschema(schema: &Value) -> Result<(), Vec<SchemaFinding>> {
    let metaschema = jsonschema::draft202012::meta::validator();
    if metaschema.is_valid(schema) {
        return Ok(());
    }
    let mut findings: Vec<_> =
        metaschema.iter_errors(schema).take(MAX_FINDINGS).map(|error| message::finding(&error)).collect();
    findings.dedup();
    Err(findings)
}
