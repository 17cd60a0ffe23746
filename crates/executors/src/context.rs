//! Context tools: a text that enters the conversation.

use hookswitch_template::{FillError, FillRules, Lookup, Text};
use serde_json::Value;

/// The text, filled, as the result of the call.
pub fn execute(text: &Text, variables: &dyn Lookup) -> Result<(Value, Vec<String>), FillError> {
    let filled = text.fill(variables, &FillRules::default())?;
    Ok((Value::String(filled.value), filled.unset))
}
