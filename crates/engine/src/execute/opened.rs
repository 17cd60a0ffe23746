//! Opening what a call needs: last, and for this call only.

use std::collections::HashMap;

use hookswitch_executors::Opened;
use hookswitch_model::binding::sealed_reference;
use hookswitch_model::definition::{Definition, ToolKind};
use hookswitch_model::draft::{LambdaDraft, SignatureScheme, ToolDraft};
use hookswitch_model::secret::{Sealable, is_secret_name};
use hookswitch_model::{Scope, SealId};
use hookswitch_registry::{Prepared, Registry};
use hookswitch_template::{HeaderTemplate, Syntax};
use secrecy::SecretString;
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
    open_without(registry, scope, prepared, config, HashMap::new()).await
}

/// Takes the literal secrets out of a draft that is not saved: its request finds them as it finds sealed ones. It is
/// not signed, since it has no secret that could sign.
pub(crate) fn take_literals(draft: &mut ToolDraft) -> HashMap<SealId, SecretString> {
    let mut literals = HashMap::new();
    if let Some(lambda) = &mut draft.lambda {
        take_from_lambda(lambda, &mut literals);
    }
    let Some(webhook) = &mut draft.webhook else { return literals };
    if webhook.signature == SignatureScheme::Standard {
        webhook.signature = SignatureScheme::None;
    }
    let syntax = webhook.variables.clone().unwrap_or_default().text_syntax();
    for (name, value) in &mut webhook.headers {
        let text = match value {
            Sealable::Literal { literal } => literal.clone(),
            Sealable::Text(text) if is_secret_name(name) && is_literal(text, syntax) => text.clone(),
            _ => continue,
        };
        let id = SealId::generate();
        literals.insert(id, SecretString::from(text));
        *value = Sealable::sealed(id);
    }
    for value in webhook.own_secrets.values_mut() {
        if let Sealable::Literal { literal: text } | Sealable::Text(text) = value {
            let id = SealId::generate();
            literals.insert(id, SecretString::from(std::mem::take(text)));
            *value = Sealable::sealed(id);
        }
    }
    literals
}

/// The same of a Lambda function: its credentials and what of its environment has no variables.
fn take_from_lambda(lambda: &mut LambdaDraft, literals: &mut HashMap<SealId, SecretString>) {
    let own = lambda.variables.clone().unwrap_or_default().text_syntax();
    let credentials = [&mut lambda.access_key, &mut lambda.secret_key, &mut lambda.session_token];
    let credentials = credentials.into_iter().flatten().map(|value| (value, Syntax::Braces));
    let environment = lambda.environment_variables.values_mut().map(|value| (value, own));
    for (value, syntax) in credentials.chain(environment) {
        let text = match &*value {
            Sealable::Literal { literal } => literal.clone(),
            Sealable::Text(text) if is_literal(text, syntax) => text.clone(),
            _ => continue,
        };
        let id = SealId::generate();
        literals.insert(id, SecretString::from(text));
        *value = Sealable::sealed(id);
    }
}

fn is_literal(text: &str, syntax: Syntax) -> bool {
    HeaderTemplate::parse(text, syntax).is_ok_and(|template| template.is_literal() && !text.contains("$$"))
}

/// The same, where some sealed values are at hand.
pub(crate) async fn open_without(
    registry: &Registry,
    scope: Scope,
    prepared: &Prepared,
    config: &Map<String, Value>,
    at_hand: HashMap<SealId, SecretString>,
) -> Result<Opened, OpenError> {
    let definition: &Definition = &prepared.definition;
    let mut opened = Opened { seals: at_hand, ..Opened::default() };
    for name in &definition.secrets {
        let secret = registry.open_secret(scope, name).await?;
        let secret = secret.ok_or_else(|| OpenError::Missing(name.as_str().to_owned()))?;
        opened.secrets.insert(name.as_str().to_ascii_lowercase(), secret);
    }
    for name in &definition.maybe_secrets {
        if let Some(secret) = registry.open_secret(scope, name).await? {
            opened.secrets.insert(name.as_str().to_ascii_lowercase(), secret);
        }
    }
    let seals: Vec<SealId> = match &definition.kind {
        ToolKind::Webhook(plan) => plan.seals().collect(),
        ToolKind::Lambda(plan) => plan.seals().collect(),
        _ => Vec::new(),
    };
    for seal in seals {
        if opened.seals.contains_key(&seal) {
            continue;
        }
        let secret = registry.open_seal(scope, seal).await?;
        opened.seals.insert(seal, secret.ok_or_else(|| OpenError::Missing(seal.to_string()))?);
    }
    if let ToolKind::Webhook(plan) = &definition.kind {
        for (name, seal) in &plan.own_secrets {
            if let Some(secret) = opened.seals.get(seal) {
                opened.secrets.insert(name.clone(), secret.clone());
            }
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
