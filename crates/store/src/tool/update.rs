//! Changing tools.

use hookswitch_model::draft::ToolDraft;
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{KeyId, Scope, Stamp, ToolId};

use super::{ToolChanges, lock, save_tags, save_version, search_text};
use crate::db::{Query, Result, Tx, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::seal;

impl Store {
    /// Changes a tool in one step. A new draft is a new version; name and switch alone are none. With an
    /// expected version, a tool that moved on meanwhile is a [`StoreError::VersionMismatch`].
    pub async fn update_tool(
        &self,
        scope: Scope,
        id: ToolId,
        expected_version: Option<u32>,
        changes: ToolChanges,
        saved_by: Option<KeyId>,
    ) -> Result<StoredTool> {
        let mut tx = self.db().begin().await?;
        let found = lock(&mut tx, scope, id).await?;
        if let Some(expected) = expected_version.filter(|expected| *expected != found) {
            return Err(StoreError::VersionMismatch { expected, found });
        }
        let now = Stamp::now();
        let mut query = sql("update tools set updated_at = ").arg(now);
        if changes.name.is_some() || changes.draft.is_some() {
            let text = folded(&mut tx, id, &changes).await?;
            query = query.push(", search_text = ").arg(text);
        }
        if let Some(draft) = &changes.draft {
            let version = found.checked_add(1).ok_or(StoreError::Conflict { what: "tool version" })?;
            save_version(&mut tx, id, version, draft, saved_by, now).await?;
            save_tags(&mut tx, scope, id, &draft.tags).await?;
            query = query.push(", version = ").arg(version).push(", kind = ").arg(draft.kind.as_str());
            query = query.push(", is_public = ").arg(draft.public);
        }
        query = changed(query, &changes).push(" where id = ").arg(id);
        tx.run(query).await.map_err(|error| error.about("tool name"))?;
        seal::put_all(&mut tx, scope, id, None, changes.seals).await?;
        tx.commit().await?;
        self.get_tool(scope, id).await
    }

    /// Switches a tool on or off; no new version.
    pub async fn set_tool_enabled(&self, scope: Scope, id: ToolId, enabled: bool) -> Result<StoredTool> {
        let changes = ToolChanges { enabled: Some(enabled), ..ToolChanges::default() };
        self.update_tool(scope, id, None, changes, None).await
    }
}

fn changed(query: Query, changes: &ToolChanges) -> Query {
    let query = match &changes.name {
        Some(name) => query.push(", name = ").arg(name.as_str()),
        None => query,
    };
    match changes.enabled {
        Some(enabled) => query.push(", enabled = ").arg(enabled),
        None => query,
    }
}

/// The search text after the changes; what they leave is read.
async fn folded(tx: &mut Tx, id: ToolId, changes: &ToolChanges) -> Result<String> {
    if let (Some(name), Some(draft)) = (&changes.name, &changes.draft) {
        return Ok(search_text(name, draft));
    }
    let query = sql("select t.name, v.draft from tools t \
         join tool_versions v on v.tool = t.id and v.version = t.version where t.id = $1")
    .bind(id);
    let row = tx.row(query).await?.ok_or(StoreError::NotFound)?;
    let name: ToolName = match &changes.name {
        Some(name) => name.clone(),
        None => row.get("name")?,
    };
    Ok(match &changes.draft {
        Some(draft) => search_text(&name, draft),
        None => search_text(&name, &row.json::<ToolDraft>("draft")?),
    })
}
