//! Literal secrets in definitions and bindings are sealed beside them when they are saved; the definition keeps a
//! reference. `[REDACTED]` written back keeps what is stored.

use std::collections::HashMap;
use std::fmt::Display;

use hookswitch_model::binding::{sealed_reference, sealed_value};
use hookswitch_model::config_schema::ConfigSchema;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::secret::{REDACTED, Sealable, is_secret_name};
use hookswitch_model::{Findings, OrgId, Scope, SealId};
use hookswitch_store::NewSeal;
use hookswitch_template::{Syntax, Text};
use hookswitch_vault::{Purpose, SealContext};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::Registry;
use crate::error::RegistryError;

impl Registry {
    pub(crate) fn seal_text(
        &self,
        org: OrgId,
        id: impl Display,
        purpose: Purpose,
        text: &SecretString,
    ) -> Result<Vec<u8>, RegistryError> {
        Ok(self.inner.vault.seal(&SealContext::new(org, id, purpose), text)?.into_bytes())
    }

    pub(crate) fn open_text(
        &self,
        org: OrgId,
        id: impl Display,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<SecretString, RegistryError> {
        Ok(self.inner.vault.open(&SealContext::new(org, id, purpose), sealed)?)
    }

    /// Seals the literal secrets of a draft in place. `stored` is the version that the draft replaces.
    pub(crate) async fn seal_draft(
        &self,
        scope: Scope,
        draft: &mut ToolDraft,
        stored: Option<&ToolDraft>,
    ) -> Result<Vec<NewSeal>, RegistryError> {
        let stored_seals = stored.map(seals_of).unwrap_or_default();
        let mut sealing = Sealing::new(self, scope, stored_seals).await?;
        let headers = stored.and_then(|stored| stored.webhook.as_ref()).map(|webhook| &webhook.headers);
        sealing.own = headers.into_iter().flat_map(|headers| headers.values().cloned()).collect();
        if let Some(webhook) = &mut draft.webhook {
            let syntax = webhook.variables.clone().unwrap_or_default().text_syntax();
            let before = stored.and_then(|stored| stored.webhook.as_ref());
            for (name, value) in &mut webhook.headers {
                let kept = before.and_then(|before| header(&before.headers, name));
                let at = format!("$.webhook.headers[{name:?}]");
                let is_kept =
                    *value == Sealable::Text(REDACTED.to_owned()) && kept.and_then(Sealable::seal).is_some();
                if is_secret_name(name) || is_kept || matches!(value, Sealable::Literal { .. }) {
                    sealing.seal(value, kept, syntax, &at)?;
                } else {
                    sealing.refuse_foreign(value, kept, &at);
                }
            }
        }
        if let Some(webhook) = &mut draft.webhook {
            let before = stored.and_then(|stored| stored.webhook.as_ref());
            for (name, value) in &mut webhook.own_secrets {
                let kept = before.and_then(|before| header(&before.own_secrets, name));
                // Never a template, whatever it looks like.
                if let Sealable::Text(text) = value
                    && text != REDACTED
                {
                    *value = Sealable::Literal { literal: std::mem::take(text) };
                }
                let at = format!("$.webhook.own_secrets[{name:?}]");
                sealing.seal(value, kept, Syntax::Braces, &at)?;
            }
        }
        if let Some(lambda) = &mut draft.lambda {
            let syntax = lambda.variables.clone().unwrap_or_default().text_syntax();
            let before = stored.and_then(|stored| stored.lambda.as_ref());
            let fields = [
                ("access_key", &mut lambda.access_key, before.and_then(|before| before.access_key.as_ref())),
                ("secret_key", &mut lambda.secret_key, before.and_then(|before| before.secret_key.as_ref())),
                ("session_token", &mut lambda.session_token, before.and_then(|b| b.session_token.as_ref())),
            ];
            for (field, value, kept) in fields {
                if let Some(value) = value {
                    sealing.seal(value, kept, Syntax::Braces, &format!("$.lambda.{field}"))?;
                }
            }
            for (name, value) in &mut lambda.environment_variables {
                let kept = before.and_then(|before| before.environment_variables.get(name));
                let at = format!("$.lambda.environment_variables[{name:?}]");
                sealing.seal(value, kept, syntax, &at)?;
            }
        }
        sealing.finish()
    }

    /// Seals the secret fields of a binding's config in place.
    pub(crate) async fn seal_config(
        &self,
        scope: Scope,
        schema: Option<&ConfigSchema>,
        config: &mut Map<String, Value>,
        stored: Option<&Map<String, Value>>,
        path: &str,
    ) -> Result<Vec<NewSeal>, RegistryError> {
        let stored_seals = stored.into_iter().flat_map(Map::values).filter_map(sealed_reference).collect();
        let mut sealing = Sealing::new(self, scope, stored_seals).await?;
        let secret_keys =
            schema.into_iter().flat_map(|schema| &schema.fields).filter(|field| field.is_secret());
        let secret_keys: Vec<&str> = secret_keys.map(|field| field.key.as_str()).collect();
        for (key, value) in config.iter_mut() {
            let at = format!("{path}.{key}");
            let kept =
                stored.and_then(|stored| stored.get(key)).filter(|value| sealed_reference(value).is_some());
            match value {
                Value::String(text) if secret_keys.contains(&key.as_str()) && text == REDACTED => {
                    match kept {
                        Some(kept) => *value = kept.clone(),
                        None => {
                            sealing.findings.error(at, "nothing_stored", "there is no stored value to keep");
                        }
                    }
                }
                Value::String(text) if secret_keys.contains(&key.as_str()) => {
                    let same = kept.and_then(sealed_reference).filter(|seal| sealing.is_same(*seal, text));
                    let seal = match same {
                        Some(seal) => seal,
                        None => sealing.add(text, Purpose::Binding)?,
                    };
                    *value = sealed_value(seal);
                }
                other if sealed_reference(other).is_some() && kept != Some(&*other) => {
                    sealing.findings.error(
                        at,
                        "invalid_value",
                        "a reference to a sealed value can't be written",
                    );
                }
                _ => {}
            }
        }
        sealing.finish()
    }
}

fn header<'a>(headers: &'a hookswitch_model::draft::Headers, name: &str) -> Option<&'a Sealable> {
    headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The sealed values that a draft refers to.
pub(crate) fn seals_of(draft: &ToolDraft) -> Vec<SealId> {
    let headers =
        draft.webhook.iter().flat_map(|webhook| webhook.headers.values().chain(webhook.own_secrets.values()));
    let lambda = draft.lambda.iter().flat_map(|lambda| {
        let credentials = [&lambda.access_key, &lambda.secret_key, &lambda.session_token];
        lambda.environment_variables.values().chain(credentials.into_iter().flatten())
    });
    headers.chain(lambda).filter_map(Sealable::seal).collect()
}

struct Sealing<'a> {
    registry: &'a Registry,
    org: OrgId,
    seals: Vec<NewSeal>,
    findings: Findings,
    /// Header values of the version that is replaced: a reference may move from one header to another.
    own: Vec<Sealable>,
    /// What is stored now: the same literal again keeps its reference, so that saving twice changes nothing.
    stored: HashMap<SealId, SecretString>,
}

impl<'a> Sealing<'a> {
    async fn new(registry: &'a Registry, scope: Scope, ids: Vec<SealId>) -> Result<Self, RegistryError> {
        let mut stored = HashMap::with_capacity(ids.len());
        for id in ids {
            if let Some(secret) = registry.open_seal(scope, id).await? {
                stored.insert(id, secret);
            }
        }
        let (seals, own, findings) = (Vec::new(), Vec::new(), Findings::default());
        Ok(Self { registry, org: scope.org, seals, findings, own, stored })
    }

    fn is_same(&self, seal: SealId, text: &str) -> bool {
        self.stored.get(&seal).is_some_and(|stored| stored.expose_secret() == text)
    }

    fn add(&mut self, text: &str, purpose: Purpose) -> Result<SealId, RegistryError> {
        let id = SealId::generate();
        let sealed = self.registry.seal_text(self.org, id, purpose, &SecretString::from(text.to_owned()))?;
        self.seals.push(NewSeal { id, purpose: purpose_word(purpose), sealed });
        Ok(id)
    }

    fn seal(
        &mut self,
        value: &mut Sealable,
        kept: Option<&Sealable>,
        syntax: Syntax,
        at: &str,
    ) -> Result<(), RegistryError> {
        let (text, variables) = match value {
            Sealable::Sealed { .. } => {
                self.refuse_foreign(value, kept, at);
                return Ok(());
            }
            Sealable::Text(text) | Sealable::Literal { literal: text } if text == REDACTED => {
                match kept {
                    Some(kept) => *value = kept.clone(),
                    None => self.findings.error(at, "nothing_stored", "there is no stored value to keep"),
                }
                return Ok(());
            }
            Sealable::Text(text) if is_placeholder_only(text, syntax) => return Ok(()),
            Sealable::Text(text) => (text.clone(), variables_of(text, syntax)),
            Sealable::Literal { literal } => (literal.clone(), Vec::new()),
        };
        let same = kept.and_then(Sealable::seal).filter(|seal| self.is_same(*seal, &text));
        let sealed = match same {
            Some(seal) => seal,
            None => self.add(&text, Purpose::Definition)?,
        };
        *value = Sealable::Sealed { sealed, variables };
        Ok(())
    }

    /// A reference is ours to make: one that was not there before is refused.
    fn refuse_foreign(&mut self, value: &Sealable, kept: Option<&Sealable>, at: &str) {
        if matches!(value, Sealable::Sealed { .. }) && kept != Some(value) && !self.own.contains(value) {
            self.findings.error(at, "invalid_value", "a reference to a sealed value can't be written");
        }
    }

    fn finish(self) -> Result<Vec<NewSeal>, RegistryError> {
        if self.findings.has_errors() { Err(RegistryError::Invalid(self.findings)) } else { Ok(self.seals) }
    }
}

/// The word that the store keeps beside a sealed value.
pub(crate) fn purpose_word(purpose: Purpose) -> String {
    match purpose {
        Purpose::Binding => "binding".to_owned(),
        _ => "definition".to_owned(),
    }
}

/// The variables of a text, each once.
fn variables_of(text: &str, syntax: Syntax) -> Vec<String> {
    let Ok(parsed) = Text::parse(text, syntax) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for path in parsed.paths() {
        if !names.iter().any(|name| name == path.text()) {
            names.push(path.text().to_owned());
        }
    }
    names
}

/// An optional scheme word and placeholders: `Bearer {{secret.crm_key}}`. Nothing in it needs sealing.
pub fn is_placeholder_only(text: &str, syntax: Syntax) -> bool {
    let rest = text.split_once(' ').map_or(text, |(first, rest)| {
        let is_scheme =
            !first.is_empty() && first.len() <= 16 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_scheme { rest } else { text }
    });
    let Ok(parsed) = Text::parse(rest.trim(), syntax) else { return false };
    !parsed.is_literal() && parsed.literals().all(|between| between.chars().all(|c| matches!(c, ':' | ' ')))
}

#[cfg(test)]
mod tests {
    use hookswitch_template::Syntax::{Braces, Dollar};

    use super::is_placeholder_only;

    #[test]
    fn what_needs_no_sealing() {
        assert!(is_placeholder_only("Bearer {{secret.crm_key}}", Braces));
        assert!(is_placeholder_only("{{secret.a}}", Braces));
        assert!(is_placeholder_only("Basic {{secret.user}}:{{secret.password}}", Braces));
        assert!(!is_placeholder_only("Bearer sk-123", Braces));
        assert!(!is_placeholder_only("sk-{{secret.a}}", Braces));
        assert!(!is_placeholder_only("", Braces));
        assert!(is_placeholder_only("Token ${API_KEY}", Dollar));
        assert!(!is_placeholder_only("Token $${API_KEY}", Dollar));
    }
}
