//! Lambda discovery: where its parameters come from, and what it answers (burki: 2.4).

use hookswitch_engine::aws::{Credentials, FunctionInfo, ListError, NO_CREDENTIALS, Region};
use hookswitch_engine::{FunctionsError, FunctionsQuery};
use hookswitch_registry::RegistryError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::configuration::is_region;
use super::refusal::Refusal;

/// What is asked for. `Debug` shows no credential.
#[derive(Debug, Default)]
pub struct Wanted {
    access_key: Option<SecretString>,
    secret_key: Option<SecretString>,
    session_token: Option<SecretString>,
    region: Option<String>,
}

impl Wanted {
    /// Takes parameters from pairs; later ones win.
    pub fn take_pairs(&mut self, pairs: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in pairs {
            self.take(&name, value);
        }
    }

    /// Takes parameters from a JSON object.
    pub fn take_json(&mut self, body: &Value) {
        for (name, value) in body.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                self.take(name, text.to_owned());
            }
        }
    }

    fn take(&mut self, name: &str, value: String) {
        if value.is_empty() {
            return;
        }
        match name {
            "access_key" => self.access_key = Some(value.into()),
            "secret_key" => self.secret_key = Some(value.into()),
            "session_token" => self.session_token = Some(value.into()),
            "region" => self.region = Some(value),
            _ => {}
        }
    }

    /// What the engine is asked. Credentials count when both keys came.
    pub fn query(self) -> Result<FunctionsQuery, Refusal> {
        let region = self.region()?;
        let credentials = match (self.access_key, self.secret_key) {
            (Some(access), Some(secret)) => {
                Some(Credentials::new(access.expose_secret().to_owned(), secret, self.session_token))
            }
            _ => None,
        };
        Ok(FunctionsQuery { region, credentials, endpoint: None })
    }

    fn region(&self) -> Result<Region, Refusal> {
        let Some(text) = &self.region else { return Ok(Region::default()) };
        let region = text.parse().ok().filter(|_| is_region(text));
        region.ok_or_else(|| Refusal::bad(format!("Invalid AWS region: {text}")))
    }
}

/// The answer with the functions that were found.
pub fn found(functions: &[FunctionInfo], region: &Region) -> Value {
    let items: Vec<Value> = functions.iter().map(item).collect();
    json!({
        "success": true,
        "message": format!("Found {} Lambda functions", items.len()),
        "region": region.as_str(),
        "total": items.len(),
        "functions": items,
    })
}

fn item(function: &FunctionInfo) -> Value {
    json!({
        "function_name": function.function_name,
        "function_arn": function.function_arn,
        "description": function.description,
        "runtime": function.runtime.as_deref().unwrap_or_default(),
        "timeout": function.timeout,
        "memory_size": function.memory_size,
        "code_size": function.code_size,
        "handler": function.handler.as_deref().unwrap_or_default(),
        "version": function.version,
        // AWS leaves the colon out of the zone.
        "last_modified": function.last_modified.replace("+0000", "Z"),
    })
}

/// Why nothing was found; an error where it is a fault of ours.
pub fn refusal_of(error: FunctionsError) -> Result<Refusal, RegistryError> {
    let unreachable = |why: &str| format!("Failed to list Lambda functions: {why}");
    let (status, text) = match error {
        FunctionsError::NoCredentials => (400, NO_CREDENTIALS.to_owned()),
        FunctionsError::List(error @ ListError::Aws { .. }) => (400, error.to_string()),
        FunctionsError::List(error @ (ListError::Timeout | ListError::Connection(_))) => {
            (500, unreachable(&error.to_string()))
        }
        FunctionsError::List(ListError::Address(_) | ListError::Unreadable) | FunctionsError::Identity(_) => {
            (500, unreachable("Connection failed"))
        }
        FunctionsError::Busy => return Ok(Refusal::TooMany(1)),
        FunctionsError::Registry(error) => return Err(error),
    };
    Ok(Refusal::Unsuccessful(status, text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_body_wins_over_the_query() {
        let mut wanted = Wanted::default();
        wanted.take_pairs([
            ("region".to_owned(), "eu-west-1".to_owned()),
            ("access_key".to_owned(), "hush".to_owned()),
        ]);
        wanted.take_json(&json!({"region": "us-west-2", "secret_key": "hush", "access_key": ""}));
        assert!(!format!("{wanted:?}").contains("hush"));
        let query = wanted.query().unwrap();
        assert_eq!(query.region.as_str(), "us-west-2");
        assert_eq!(query.credentials.unwrap().access_key, "hush");
        let mut moon = Wanted::default();
        moon.take_json(&json!({"region": "moon", "access_key": "alone"}));
        assert_eq!(moon.region(), Err(Refusal::bad("Invalid AWS region: moon")));
        let by_default = Wanted::default().query().unwrap();
        assert_eq!((by_default.region.as_str(), by_default.credentials.is_none()), ("us-east-1", true));
    }
}
