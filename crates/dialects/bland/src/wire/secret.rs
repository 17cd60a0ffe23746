//! Secrets on the wire: never their values (bland: 2.7).

use hookswitch_model::name::SecretName;
use hookswitch_model::secret::Secret;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::ids::secret_text;
use super::problem::{INVALID_PARAMETER, Item, MISSING_PARAMETER, Problem};

/// Longest value, in bytes.
const MOST_BYTES: usize = 8192;

/// A secret as shown.
pub fn secret(secret: &Secret) -> Value {
    json!({"id": secret_text(secret.id), "name": secret.name.as_str(), "static": true, "has_secret": true,
        "created_at": secret.created_at})
}

/// Name and value of a body.
pub fn of_body(body: &Value) -> Result<(SecretName, SecretString), Problem> {
    if !body.is_object() {
        return Err(Problem::new(INVALID_PARAMETER, "The body must be a JSON object."));
    }
    let mut items = Vec::new();
    let mut text = |field: &'static str| match body.get(field) {
        None | Some(Value::Null) => {
            let message = format!("Missing required parameter: {field}.");
            items.push(Item::at(MISSING_PARAMETER, field, message));
            None
        }
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            items.push(Item::at(INVALID_PARAMETER, field, format!("{field} must be a string.")));
            None
        }
    };
    let (name, value) = (text("name"), text("value"));
    let name = name.and_then(|name| {
        SecretName::parse(name)
            .map_err(|_| {
                let message = "name must be 1 to 64 of A-Z a-z 0-9 _ -";
                items.push(Item::at(INVALID_PARAMETER, "name", message));
            })
            .ok()
    });
    let value = value.filter(|value| {
        let fits = (1..=MOST_BYTES).contains(&value.len()) && !value.contains('\0');
        if !fits {
            let message = format!("value must have 1 to {MOST_BYTES} bytes, none of them NUL.");
            items.push(Item::at(INVALID_PARAMETER, "value", message));
        }
        fits
    });
    match (Problem::of(items), name, value) {
        (None, Some(name), Some(value)) => Ok((name, SecretString::from(value))),
        (Some(problem), ..) => Err(problem),
        (None, ..) => Err(Problem::new(INVALID_PARAMETER, "name and value are needed.")),
    }
}
