//! Making and removing tools.

use hookswitch_model::tool::StoredTool;
use hookswitch_model::{KeyId, Scope, SessionId, Stamp, ToolId};

use super::{NewTool, save_tags, save_version, search_text};
use crate::db::{Result, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::{project, seal};

impl Store {
    /// Makes a tool with its first version, its seals and its signing key. The number is new for ever.
    pub async fn insert_tool(
        &self,
        scope: Scope,
        new: NewTool,
        saved_by: Option<KeyId>,
    ) -> Result<StoredTool> {
        self.insert(scope, new, saved_by, None).await
    }

    /// The same, for one session alone where there is one.
    pub(super) async fn insert(
        &self,
        scope: Scope,
        new: NewTool,
        saved_by: Option<KeyId>,
        session: Option<SessionId>,
    ) -> Result<StoredTool> {
        if scope.project.is_some_and(|project| project != new.project) {
            return Err(StoreError::NotFound);
        }
        let now = Stamp::now();
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, scope.org, new.project).await?;
        let query = sql("insert into tools (id, org, mode, project, name, kind, dialect, enabled, version, \
             search_text, is_public, created_at, updated_at, session) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $11, $12) returning number")
        .bind(new.id)
        .bind(scope.org)
        .bind(scope.mode)
        .bind(new.project)
        .bind(new.name.as_str())
        .bind(new.draft.kind.as_str())
        .bind(new.dialect)
        .bind(new.enabled)
        .bind(search_text(&new.name, &new.draft))
        .bind(new.draft.public)
        .bind(now)
        .bind(session);
        let row = tx.row(query).await.map_err(|error| error.about("tool name"))?;
        let number = row.ok_or(StoreError::NotFound)?.get("number")?;
        save_version(&mut tx, new.id, 1, &new.draft, saved_by, now).await?;
        save_tags(&mut tx, scope, new.id, &new.draft.tags).await?;
        seal::put_all(&mut tx, scope, new.id, None, new.seals).await?;
        if let Some(key) = new.signing {
            seal::insert_first(&mut tx, scope, new.id, key).await?;
        }
        tx.commit().await?;
        Ok(StoredTool {
            id: new.id,
            number,
            org: scope.org,
            mode: scope.mode,
            project: new.project,
            name: new.name,
            dialect: new.dialect,
            enabled: new.enabled,
            version: 1,
            draft: new.draft,
            created_at: now,
            updated_at: now,
        })
    }

    /// Removes a tool with its versions, bindings, seals and signing keys. Its executions and counters stay.
    pub async fn delete_tool(&self, scope: Scope, id: ToolId) -> Result<()> {
        let query = sql("delete from tools where session is null and ")
            .within_project("tools", scope)
            .and("id =", id);
        if self.db().run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
