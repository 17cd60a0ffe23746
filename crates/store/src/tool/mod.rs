//! Tools: a row with the current state, a draft for every save.

mod find;
mod insert;
mod of_session;
mod public;
mod update;
mod version;

use hookswitch_model::draft::{Kind, ToolDraft};
use hookswitch_model::name::ToolName;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::{Dialect, KeyId, ProjectId, Scope, Stamp, ToolId};

use crate::db::{Result, Row, Tx, json_text, sql};
use crate::error::StoreError;
use crate::page::Order;
use crate::seal::{NewSeal, NewSigningKey};

/// A tool that is about to be made. Its id is chosen by the caller, since values are sealed for it beforehand.
#[derive(Debug, Clone)]
pub struct NewTool {
    /// Its id.
    pub id: ToolId,
    /// Its project; one of the scope's organisation.
    pub project: ProjectId,
    /// Unique per organisation and mode.
    pub name: ToolName,
    /// The dialect it is made in.
    pub dialect: Dialect,
    /// Whether it is offered.
    pub enabled: bool,
    /// The written form, secrets as references.
    pub draft: ToolDraft,
    /// The values that the references mean.
    pub seals: Vec<NewSeal>,
    /// Its first signing key.
    pub signing: Option<NewSigningKey>,
}

/// What an update changes; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ToolChanges {
    /// Another name.
    pub name: Option<ToolName>,
    /// A new written form: a new version.
    pub draft: Option<ToolDraft>,
    /// Whether it is offered.
    pub enabled: Option<bool>,
    /// Values that the new form refers to. Old ones stay for older versions until the tool is deleted.
    pub seals: Vec<NewSeal>,
}

/// Which tools a list shows.
#[derive(Debug, Clone, Default)]
pub struct ToolFilter {
    /// A piece of name, display name or description, without regard to case; no character is special.
    pub search: Option<String>,
    /// What runs it.
    pub kind: Option<Kind>,
    /// The dialect it was made in.
    pub dialect: Option<Dialect>,
    /// Whether it is offered.
    pub enabled: Option<bool>,
    /// A tag it carries, byte for byte.
    pub tag: Option<String>,
    /// Which come first.
    pub order: Order,
}

/// The columns of a [`StoredTool`], `t` being the tool and `v` the version that is wanted of it.
const COLUMNS: &str = "select t.number, t.id, t.org, t.mode, t.project, t.name, t.dialect, t.enabled, \
    v.version, v.draft, t.created_at, t.updated_at from tools t join tool_versions v on v.tool = t.id ";

fn read(row: &Row) -> Result<StoredTool> {
    Ok(StoredTool {
        id: row.get("id")?,
        number: row.get("number")?,
        org: row.get("org")?,
        mode: row.get("mode")?,
        project: row.get("project")?,
        name: row.get("name")?,
        dialect: row.get("dialect")?,
        enabled: row.get("enabled")?,
        version: row.get("version")?,
        draft: row.json("draft")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// What a search looks into. Folded here, since the databases fold differently.
fn search_text(name: &ToolName, draft: &ToolDraft) -> String {
    let display = draft.display_name.as_deref().unwrap_or_default();
    format!("{}\n{display}\n{}", name.as_str(), draft.description).to_lowercase()
}

/// Keeps others from changing a tool until the end of the transaction, and gives its version.
pub(crate) async fn lock(tx: &mut Tx, scope: Scope, tool: ToolId) -> Result<u32> {
    let for_update = tx.for_update();
    let query = sql("select t.version from tools t where t.session is null and ")
        .within_project("t", scope)
        .and("t.id =", tool)
        .push(for_update);
    tx.row(query).await?.ok_or(StoreError::NotFound)?.get("version")
}

/// Refuses a tool outside the scope.
pub(crate) async fn check(tx: &mut Tx, scope: Scope, tool: ToolId) -> Result<()> {
    let query = sql("select t.id from tools t where t.session is null and ")
        .within_project("t", scope)
        .and("t.id =", tool);
    tx.row(query).await?.map(drop).ok_or(StoreError::NotFound)
}

async fn save_version(
    tx: &mut Tx,
    tool: ToolId,
    version: u32,
    draft: &ToolDraft,
    saved_by: Option<KeyId>,
    saved_at: Stamp,
) -> Result<()> {
    let query = sql("insert into tool_versions (tool, version, draft, saved_by, saved_at) \
         values ($1, $2, $3, $4, $5)")
    .bind(tool)
    .bind(version)
    .bind(json_text(draft)?)
    .bind(saved_by)
    .bind(saved_at);
    tx.run(query).await.map(drop)
}

async fn save_tags(tx: &mut Tx, scope: Scope, tool: ToolId, tags: &[String]) -> Result<()> {
    tx.run(sql("delete from tool_tags where tool = $1").bind(tool)).await?;
    for tag in tags {
        let query = sql("insert into tool_tags (tool, tag, org, mode) values ($1, $2, $3, $4) \
             on conflict (tool, tag) do nothing")
        .bind(tool)
        .bind(tag.as_str())
        .bind(scope.org)
        .bind(scope.mode);
        tx.run(query).await?;
    }
    Ok(())
}
