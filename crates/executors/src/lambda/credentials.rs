//! Credentials of a call: the tool's own, the organisation's, or the server's.

use std::time::SystemTime;

use hookswitch_model::draft::NameRule;
use hookswitch_model::lambda::{
    ACCESS_KEY_SECRET, LambdaPlan, OwnCredentials, SECRET_KEY_SECRET, SESSION_TOKEN_SECRET,
};
use secrecy::{ExposeSecret, SecretString};

use super::fill::Refused;
use super::secret_text;
use crate::opened::Opened;
use crate::variables::Variables;
use crate::watched::{VariableRules, Watched};

/// What a call without credentials is refused with.
pub const NO_CREDENTIALS: &str = "AWS credentials not found. Please configure access_key and secret_key.";

/// AWS credentials. `Debug` shows the access key id only.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: SecretString,
    /// Session token of temporary credentials.
    pub session_token: Option<SecretString>,
    /// When temporary credentials end.
    pub expires_at: Option<SystemTime>,
}

impl Credentials {
    /// Credentials that do not end.
    pub fn new(access_key: String, secret_key: SecretString, session_token: Option<SecretString>) -> Self {
        Self { access_key, secret_key, session_token, expires_at: None }
    }

    /// Those of an organisation's secrets, when both keys are there.
    pub fn of_organisation(
        access_key: Option<&SecretString>,
        secret_key: Option<SecretString>,
        session_token: Option<SecretString>,
    ) -> Option<Self> {
        let access_key = access_key?.expose_secret().trim().to_owned();
        Some(Self::new(access_key, secret_key?, session_token))
    }
}

/// Where a call's credentials come from.
#[derive(Debug, Clone)]
pub enum CredentialSource {
    /// The tool or its organisation.
    Tenant(Credentials),
    /// The server's own identity.
    Server,
}

/// Chooses the credentials of a call. Those of the server are for functions of AWS and of the operator's endpoint:
/// never for an address that the tool names.
pub fn choose(
    plan: &LambdaPlan,
    variables: &Variables<'_>,
    opened: &Opened,
    has_identity: bool,
) -> Result<CredentialSource, Refused> {
    if let Some(own) = &plan.credentials {
        return own_credentials(own, plan, variables, opened).map(CredentialSource::Tenant);
    }
    let secret = |name: &str| opened.secrets.get(&name.to_ascii_lowercase());
    let of_organisation = Credentials::of_organisation(
        secret(ACCESS_KEY_SECRET),
        secret(SECRET_KEY_SECRET).cloned(),
        secret(SESSION_TOKEN_SECRET).cloned(),
    );
    match of_organisation {
        Some(credentials) => Ok(CredentialSource::Tenant(credentials)),
        None if has_identity && plan.endpoint.is_none() => Ok(CredentialSource::Server),
        None => Err(Refused::NoCredentials),
    }
}

fn own_credentials(
    own: &OwnCredentials,
    plan: &LambdaPlan,
    variables: &Variables<'_>,
    opened: &Opened,
) -> Result<Credentials, Refused> {
    let native = NameRule::default();
    let variables = Variables { names: &native, ..*variables };
    let rules = VariableRules { names: &native, declared: &plan.declared, unset: plan.unset };
    let watched = Watched::new(rules, &variables);
    let mut unset = Vec::new();
    let mut text = |of| secret_text::fill(of, &watched, &rules.fill_rules(), &native, opened, &mut unset);
    let access_key = text(&own.access_key)?;
    let secret_key = text(&own.secret_key)?;
    let session_token = own.session_token.as_ref().map(&mut text).transpose()?;
    if let Some(name) = watched.into_missing() {
        return Err(Refused::Unresolved(name));
    }
    if access_key.is_empty() || secret_key.is_empty() {
        return Err(Refused::NoCredentials);
    }
    let session_token = session_token.filter(|token| !token.is_empty()).map(SecretString::from);
    Ok(Credentials::new(access_key, SecretString::from(secret_key), session_token))
}
