//! Named secrets on the wire: set and listed, never read back.

use hookswitch_model::name::SecretName;
use hookswitch_model::secret::Secret;
use hookswitch_model::{SecretId, Stamp};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::ids;

/// A secret as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Secret)]
pub struct SecretView {
    /// Its id.
    #[schema(value_type = ids::SecretId)]
    pub id: SecretId,
    /// Its name, unique without regard to case.
    #[schema(value_type = ids::SecretName)]
    pub name: SecretName,
    /// Tells whether two values are the same, nothing more.
    #[schema(example = "9f86d081")]
    pub fingerprint: String,
    /// When it was first set.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When its value was last set.
    #[schema(value_type = ids::Moment)]
    pub updated_at: Stamp,
    /// When a call last used it.
    #[schema(value_type = Option<ids::Moment>)]
    pub last_used_at: Option<Stamp>,
    /// What its owner should know; only in the answer to setting it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<String>>,
}

impl From<Secret> for SecretView {
    fn from(secret: Secret) -> Self {
        Self {
            id: secret.id,
            name: secret.name,
            fingerprint: secret.fingerprint,
            created_at: secret.created_at,
            updated_at: secret.updated_at,
            last_used_at: secret.last_used_at,
            warnings: None,
        }
    }
}

/// A value to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretBody {
    /// 1 to 8192 bytes, no NUL.
    #[serde(deserialize_with = "hidden")]
    #[schema(value_type = String, min_length = 1, max_length = 8192, write_only)]
    pub value: SecretString,
}

fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}
