//! The secrets that one call opened. They live as long as the call and are blotted out of everything it leaves.

use std::collections::HashMap;

use hookswitch_model::SealId;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::redact::Redactor;

/// Opened secrets. `Debug` shows none of them.
#[derive(Debug, Default)]
pub struct Opened {
    /// Secrets of the organisation, by name in lower case.
    pub secrets: HashMap<String, SecretString>,
    /// Values sealed beside the definition.
    pub seals: HashMap<SealId, SecretString>,
    /// Signing secrets, the current one first.
    pub signing: Vec<SecretString>,
    /// Secret fields of the binding's config.
    pub config: HashMap<String, SecretString>,
}

impl Opened {
    /// Finds these values in whatever leaves the call.
    pub fn redactor(&self) -> Redactor {
        self.redactor_with(std::iter::empty())
    }

    /// The same, and other values that must not be recorded.
    pub fn redactor_with<'a>(&'a self, more: impl Iterator<Item = &'a str>) -> Redactor {
        let all = (self.secrets.values())
            .chain(self.seals.values())
            .chain(&self.signing)
            .chain(self.config.values());
        Redactor::new(all.map(ExposeSecret::expose_secret).chain(more))
    }

    /// The binding's config with its secret fields in clear, for the request only.
    pub fn fill_config(&self, config: &Map<String, Value>) -> Map<String, Value> {
        let mut filled = config.clone();
        for (key, secret) in &self.config {
            filled.insert(key.clone(), Value::from(secret.expose_secret()));
        }
        filled
    }
}
