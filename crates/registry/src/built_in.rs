//! Tools that the server brings along. Nobody registers them: an organisation gets its own copy, with an id that
//! follows from organisation, mode and key, when one is first bound or tried.

use aws_lc_rs::digest;
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, ProjectId, Scope, ToolId};
use hookswitch_store::{NewTool, StoreError};
use uuid::Builder;

use crate::Registry;
use crate::error::RegistryError;
use crate::keys::Caller;

/// How many names are tried before giving up.
const MOST_NAMES: u32 = 20;

/// The id of the tool that the server brings along under a key, in a scope: UUID version 8 (RFC 9562, 5.8) over
/// organisation, mode and key.
pub fn built_in_id(scope: Scope, key: &str) -> ToolId {
    let mut text = scope.org.uuid().as_bytes().to_vec();
    text.extend(format!(" {} built-in {key}", scope.mode.as_str()).into_bytes());
    let hash = digest::digest(&digest::SHA256, &text);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    ToolId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
}

impl Registry {
    /// The organisation's copy of a tool that the server brings along; made when it is not there, and brought up to
    /// date when somebody, or an older server, saved it otherwise. The name in `draft` is a wish: a tool of that name
    /// is left alone.
    pub async fn built_in_tool(
        &self,
        caller: &Caller,
        dialect: Dialect,
        key: &str,
        draft: ToolDraft,
    ) -> Result<StoredTool, RegistryError> {
        let scope = caller.scope();
        let id = built_in_id(scope, key);
        let wish = draft.name.clone();
        for number in 1..=MOST_NAMES {
            if let Some(stored) = self.inner.store.get_tool(scope, id).await.map(Some).or_else(absent)? {
                return Box::pin(self.renew(caller, stored, draft)).await;
            }
            let name = if number == 1 { wish.clone() } else { format!("{wish} {number}") };
            match self.insert_built_in(scope, caller.key.project, dialect, id, &draft, name).await {
                // Another tool has the name, or another request made this one: looked at anew.
                Err(RegistryError::Store(StoreError::Conflict { .. })) => {}
                made => return made,
            }
        }
        Err(RegistryError::NameTaken { what: "tool", name: wish })
    }

    async fn insert_built_in(
        &self,
        scope: Scope,
        project: ProjectId,
        dialect: Dialect,
        id: ToolId,
        draft: &ToolDraft,
        name: String,
    ) -> Result<StoredTool, RegistryError> {
        let draft = ToolDraft { name, ..draft.clone() };
        let (definition, _) = self.check(&draft)?;
        let name = ToolName::clone(&definition.name);
        let (seals, signing) = (Vec::new(), None);
        let new = NewTool { id, project, name, dialect, enabled: true, draft, seals, signing };
        let store = self.inner.store.clone();
        let inserted = Box::pin(async move { store.insert_tool(scope, new, None).await });
        Ok(self.change_tool(scope, id, inserted).await?)
    }

    async fn renew(
        &self,
        caller: &Caller,
        stored: StoredTool,
        draft: ToolDraft,
    ) -> Result<StoredTool, RegistryError> {
        let draft = ToolDraft { name: stored.draft.name.clone(), ..draft };
        if draft == stored.draft {
            return Ok(stored);
        }
        let update = self.update_tool(caller.scope(), stored.id, None, draft, caller.key.id);
        Ok(Box::pin(update).await?.tool)
    }
}

fn absent(error: StoreError) -> Result<Option<StoredTool>, RegistryError> {
    match error {
        StoreError::NotFound => Ok(None),
        other => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookswitch_model::{Mode, OrgId};

    #[test]
    fn ids_differ_by_organisation_mode_and_key() {
        let org = OrgId::generate();
        let id = |mode, key| built_in_id(Scope::new(org, mode), key);
        assert_eq!(id(Mode::Live, "datetime"), id(Mode::Live, "datetime"));
        assert_ne!(id(Mode::Live, "datetime"), id(Mode::Test, "datetime"));
        assert_ne!(id(Mode::Live, "datetime"), id(Mode::Live, "collect"));
        assert_ne!(
            id(Mode::Live, "datetime"),
            built_in_id(Scope::new(OrgId::generate(), Mode::Live), "datetime")
        );
        assert_eq!(id(Mode::Live, "datetime").uuid().get_version_num(), 8);
    }
}
