//! Opening what a call needs: last, and for this call only.

use hookswitch_executors::Opened;
use hookswitch_model::Scope;
use hookswitch_model::binding::sealed_reference;
use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::SignatureScheme;
use hookswitch_registry::{Prepared, Registry};
use serde_json::{Map, Value};

/// Why a call can't have its secrets. The model is told only that the tool is not configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// A secret that the definition names does not exist.
    #[error("the secret {0} does not exist")]
    Missing(String),
    /// Reading or opening failed.
    #[error(transparent)]
    Registry(#[from] hookswitch_registry::RegistryError),
}

/// Opens the secrets that a definition and a binding's config refer to.
pub(crate) async fn open_all(
    registry: &Registry,
    scope: Scope,
    prepared: &Prepared,
    config: &Map<String, Value>,
) -> Result<Opened, OpenError> {
    let definition: &Definition = &prepared.definition;
    let mut opened = Opened::default();
    for name in &definition.secrets {
        let secret = registry.open_secret(scope, name).await?;
        let secret = secret.ok_or_else(|| OpenError::Missing(name.as_str().to_owned()))?;
        opened.secrets.insert(name.as_str().to_ascii_lowercase(), secret);
    }
    if let ToolKind::Webhook(plan) = &definition.kind {
        for seal in plan.seals() {
            let secret = registry.open_seal(scope, seal).await?;
            opened.seals.insert(seal, secret.ok_or_else(|| OpenError::Missing(seal.to_string()))?);
        }
        opened.signing = match plan.signature {
            SignatureScheme::Standard => registry.open_signing_secrets(scope, prepared.id).await?,
            SignatureScheme::Project => {
                registry.open_project_signing_secrets(scope, prepared.project).await?
            }
            SignatureScheme::None => Vec::new(),
        };
    }
    for (key, value) in config {
        if let Some(seal) = sealed_reference(value) {
            let secret = registry.open_seal(scope, seal).await?;
            opened.config.insert(key.clone(), secret.ok_or_else(|| OpenError::Missing(key.clone()))?);
        }
    }
    Ok(opened)
}
