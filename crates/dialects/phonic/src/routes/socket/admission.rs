//! Who may open a conversation: a token in the query, which alone decides where there is one, else a key.

use hookswitch_api::{Failure, SurfaceState, authenticate};
use hookswitch_model::key::Permission;
use hookswitch_model::{AgentId, KeyId, ProjectId, Scope};
use hookswitch_registry::{AuthError, RegistryError};
use http::{HeaderMap, Uri};

use crate::wire::token::is_token;
use crate::{Phonic, PhonicState};

/// What the query says.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// A token.
    token: Option<String>,
    /// The conversation that is to be taken up again.
    pub(super) resumes: Option<String>,
}

impl Asked {
    /// Other names are ignored.
    pub(super) fn of(uri: &Uri) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "session_token" | "conversation_token" => asked.token = Some(value.into_owned()),
                "reconnect_conv_id" => asked.resumes = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
    }
}

/// Who was let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admitted {
    pub(super) scope: Scope,
    /// The key that it goes back to.
    pub(super) key: KeyId,
    /// The only project, where there is but one.
    pub(super) project: Option<ProjectId>,
    /// The only agent, where there is but one.
    pub(super) agent: Option<AgentId>,
}

/// Lets in, or says why not.
pub(super) async fn admit(
    state: &PhonicState,
    asked: &Asked,
    headers: &HeaderMap,
) -> Result<Admitted, Failure> {
    let Some(token) = &asked.token else {
        let caller = authenticate::<Phonic>(state.registry(), headers).await?;
        if !caller.key.may(Permission::Sessions) {
            return Err(Failure::Forbidden(Permission::Sessions));
        }
        return Ok(Admitted { scope: caller.scope(), key: caller.key.id, project: None, agent: None });
    };
    if !is_token(token) {
        return Err(Failure::Unauthorized);
    }
    let found = state.registry().access_token(token).await.map_err(|error| match error {
        AuthError::Invalid => Failure::Unauthorized,
        AuthError::Store(source) => RegistryError::Store(source).into(),
    })?;
    let scope = Scope::new(found.org, found.mode);
    Ok(Admitted { scope, key: found.minted_by, project: Some(found.project), agent: found.agent })
}
