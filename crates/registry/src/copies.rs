//! Copies of definitions within one organisation and mode: what is sealed for one tool is sealed anew for the other.

use std::collections::HashMap;

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::Sealable;
use hookswitch_model::{Scope, SealId};
use secrecy::{ExposeSecret as _, SecretString};

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    /// The draft with its sealed values in clear, to be created as another tool at once, which seals them.
    pub async fn unsealed_copy(&self, scope: Scope, draft: &ToolDraft) -> Result<ToolDraft, RegistryError> {
        let opened = self.open_draft_seals(scope, draft).await?;
        let mut copy = draft.clone();
        if let Some(webhook) = &mut copy.webhook {
            webhook.headers.values_mut().for_each(|value| unseal(value, &opened));
            webhook.own_secrets.values_mut().for_each(|value| unseal(value, &opened));
        }
        if let Some(lambda) = &mut copy.lambda {
            lambda.environment_variables.values_mut().for_each(|value| unseal(value, &opened));
            let credentials = [&mut lambda.access_key, &mut lambda.secret_key, &mut lambda.session_token];
            credentials.into_iter().flatten().for_each(|value| unseal(value, &opened));
        }
        Ok(copy)
    }
}

fn unseal(value: &mut Sealable, opened: &HashMap<SealId, SecretString>) {
    let Sealable::Sealed { sealed, variables } = value else { return };
    let text = opened.get(sealed).map(|secret| secret.expose_secret().to_owned()).unwrap_or_default();
    *value = if variables.is_empty() { Sealable::Literal { literal: text } } else { Sealable::Text(text) };
}
