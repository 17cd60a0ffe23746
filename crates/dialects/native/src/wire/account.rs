//! Organisations, projects and keys on the wire.

use std::collections::BTreeSet;

use hookswitch_model::key::{ApiKey, Permission};
use hookswitch_model::name::{OrgName, ProjectName};
use hookswitch_model::{KeyId, Mode, OrgId, ProjectId, Stamp};
use hookswitch_registry::{Org, Project, ShownKey};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ids, words};

/// Who the key is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The key.
    #[schema(value_type = ids::KeyId)]
    pub key_id: KeyId,
    /// Its organisation.
    #[schema(value_type = ids::OrgId)]
    pub org_id: OrgId,
    /// Its project.
    #[schema(value_type = ids::ProjectId)]
    pub project_id: ProjectId,
    /// Live or test.
    #[schema(value_type = words::Mode)]
    pub mode: Mode,
    /// What it may do.
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: BTreeSet<Permission>,
    /// When it stops to work by itself.
    #[schema(value_type = Option<ids::Moment>)]
    pub expires_at: Option<Stamp>,
}

impl From<&ApiKey> for Me {
    fn from(key: &ApiKey) -> Self {
        Self {
            key_id: key.id,
            org_id: key.org,
            project_id: key.project,
            mode: key.mode,
            permissions: key.permissions.clone(),
            expires_at: key.expires_at,
        }
    }
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Org)]
pub struct OrgView {
    /// Its id.
    #[schema(value_type = ids::OrgId)]
    pub id: OrgId,
    /// What people call it.
    #[schema(value_type = String)]
    pub name: OrgName,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
}

impl From<Org> for OrgView {
    fn from(org: Org) -> Self {
        Self { id: org.id, name: org.name, created_at: org.created_at }
    }
}

/// A new name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrgChange {
    /// 1 to 200 characters, no control characters.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Acme Voice")]
    pub name: OrgName,
}

/// An organisation to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrg {
    /// 1 to 200 characters, no control characters.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Acme Voice")]
    pub name: OrgName,
    /// Mode of its first key. Default: live.
    #[schema(value_type = Option<words::Mode>)]
    pub mode: Option<Mode>,
}

/// A new organisation with its first key.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedOrg {
    /// The organisation.
    pub org: OrgView,
    /// Its first key, which may do everything in it.
    pub key: CreatedKey,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    /// Its id.
    #[schema(value_type = ids::ProjectId)]
    pub id: ProjectId,
    /// Unique in the organisation.
    #[schema(value_type = String)]
    pub name: ProjectName,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self { id: project.id, name: project.name, created_at: project.created_at }
    }
}

/// A project to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,64}$", example = "support")]
    pub name: ProjectName,
}

/// An API key as it is shown: never the key itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Its handle.
    #[schema(value_type = ids::KeyId)]
    pub id: KeyId,
    /// What people call it.
    pub name: String,
    /// Its first characters, to tell keys apart.
    #[schema(example = "hs_live_ab12")]
    pub hint: String,
    /// Live or test.
    #[schema(value_type = words::Mode)]
    pub mode: Mode,
    /// Its project.
    #[schema(value_type = ids::ProjectId)]
    pub project_id: ProjectId,
    /// What it may do.
    #[schema(value_type = Vec<words::Permission>)]
    pub permissions: BTreeSet<Permission>,
    /// When it was made.
    #[schema(value_type = ids::Moment)]
    pub created_at: Stamp,
    /// When it stops to work by itself.
    #[schema(value_type = Option<ids::Moment>)]
    pub expires_at: Option<Stamp>,
    /// When it was revoked.
    #[schema(value_type = Option<ids::Moment>)]
    pub revoked_at: Option<Stamp>,
}

impl From<ApiKey> for Key {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            hint: key.hint,
            mode: key.mode,
            project_id: key.project,
            permissions: key.permissions,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// A new key with the key itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedKey {
    /// The key as it is shown from now on.
    #[serde(flatten)]
    pub key: Key,
    /// The key itself. Shown this once.
    #[schema(example = "hs_live_…")]
    pub secret: String,
}

impl From<ShownKey> for CreatedKey {
    fn from(shown: ShownKey) -> Self {
        // The one answer that may carry it.
        Self { secret: shown.secret.expose_secret().to_owned(), key: shown.key.into() }
    }
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyBody {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "phone runtime")]
    pub name: String,
    /// What it may do. Default, also for an empty list: `tools:read`, `tools:write`, `sessions`.
    #[serde(default)]
    #[schema(value_type = Vec<words::Permission>, required = false)]
    pub permissions: BTreeSet<Permission>,
    /// Default: the caller's. A live key may make test keys.
    #[schema(value_type = Option<words::Mode>)]
    pub mode: Option<Mode>,
    /// Default: the caller's.
    #[schema(value_type = Option<ids::ProjectId>)]
    pub project_id: Option<ProjectId>,
    /// When it stops to work by itself; in the future.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Stamp>,
}
