//! Definitions as they are shown: references and literal secrets become `[REDACTED]`.

use std::collections::HashMap;

use hookswitch_model::binding::sealed_reference;
use hookswitch_model::config_schema::ConfigSchema;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::{REDACTED, Sealable};
use hookswitch_model::{Scope, SealId};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::Registry;
use crate::error::RegistryError;
use crate::seal::seals_of;

impl Registry {
    /// The sealed values of a draft in clear, for dialects that show some of them to keys with `tools:secrets`, and
    /// those whose name tells no secret to everybody.
    pub async fn open_draft_seals(
        &self,
        scope: Scope,
        draft: &ToolDraft,
    ) -> Result<HashMap<SealId, SecretString>, RegistryError> {
        let mut opened = HashMap::new();
        for id in seals_of(draft) {
            if let Some(secret) = self.open_seal(scope, id).await? {
                opened.insert(id, secret);
            }
        }
        Ok(opened)
    }
}

/// The draft with every sealed value replaced by `[REDACTED]`.
#[must_use]
pub fn redact_draft(draft: &ToolDraft) -> ToolDraft {
    let mut shown = draft.clone();
    let redact = |value: &mut Sealable| {
        if !matches!(value, Sealable::Text(_)) {
            *value = Sealable::Text(REDACTED.to_owned());
        }
    };
    if let Some(webhook) = &mut shown.webhook {
        webhook.headers.values_mut().for_each(redact);
        let hide = |value: &mut Sealable| *value = Sealable::Text(REDACTED.to_owned());
        webhook.own_secrets.values_mut().for_each(hide);
    }
    if let Some(lambda) = &mut shown.lambda {
        lambda.environment_variables.values_mut().for_each(redact);
        let credentials = [&mut lambda.access_key, &mut lambda.secret_key, &mut lambda.session_token];
        credentials.into_iter().flatten().for_each(redact);
    }
    shown
}

/// A binding's config with every secret field replaced by `[REDACTED]`.
pub(crate) fn redact_config(
    schema: Option<&ConfigSchema>,
    config: &Map<String, Value>,
) -> Map<String, Value> {
    let is_secret = |key: &str| {
        schema
            .into_iter()
            .flat_map(|schema| &schema.fields)
            .any(|field| field.is_secret() && field.key == key)
    };
    let shown = config.iter().map(|(key, value)| {
        let hidden = sealed_reference(value).is_some() || is_secret(key) && !value.is_null();
        (key.clone(), if hidden { Value::from(REDACTED) } else { value.clone() })
    });
    shown.collect()
}
