//! Agents.

use hookswitch_model::agent::{Agent, AgentDraft};
use hookswitch_model::{AgentId, ProjectId, Scope, Stamp};

use crate::db::{Query, Result, Row, Tx, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};
use crate::project;

/// Which agents a list shows.
#[derive(Debug, Clone, Default)]
pub struct AgentFilter {
    /// Exactly this name.
    pub name: Option<String>,
    /// Which come first.
    pub order: Order,
}

const COLUMNS: &str = "select a.number, a.id, a.org, a.mode, a.project, a.draft, a.created_at, a.updated_at \
    from agents a where ";

pub(crate) fn read(row: &Row) -> Result<Agent> {
    Ok(Agent {
        id: row.get("id")?,
        number: row.get("number")?,
        org: row.get("org")?,
        mode: row.get("mode")?,
        project: row.get("project")?,
        draft: row.json("draft")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(crate) fn agents(scope: Scope) -> Query {
    sql(COLUMNS).within_project("a", scope)
}

/// Keeps others from changing an agent and its bindings until the end of the transaction.
pub(crate) async fn lock(tx: &mut Tx, scope: Scope, agent: AgentId) -> Result<()> {
    let for_update = tx.for_update();
    let query = agents(scope).and("a.id =", agent).push(for_update);
    tx.row(query).await?.map(drop).ok_or(StoreError::NotFound)
}

impl Store {
    /// Makes an agent in a project of the scope's organisation.
    pub async fn insert_agent(
        &self,
        scope: Scope,
        project: ProjectId,
        id: AgentId,
        draft: AgentDraft,
    ) -> Result<Agent> {
        if scope.project.is_some_and(|narrowed| narrowed != project) {
            return Err(StoreError::NotFound);
        }
        let now = Stamp::now();
        let mut tx = self.db().begin().await?;
        project::check(&mut tx, scope.org, project).await?;
        let query = sql("insert into agents (id, org, mode, project, name, draft, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $7) returning number")
        .bind(id)
        .bind(scope.org)
        .bind(scope.mode)
        .bind(project)
        .bind(draft.name.as_str())
        .bind(json_text(&draft)?)
        .bind(now);
        let row = tx.row(query).await.map_err(|error| error.about("agent name"))?;
        let number = row.ok_or(StoreError::NotFound)?.get("number")?;
        tx.commit().await?;
        let (org, mode) = (scope.org, scope.mode);
        Ok(Agent { id, number, org, mode, project, draft, created_at: now, updated_at: now })
    }

    /// Replaces the draft of an agent.
    pub async fn update_agent(&self, scope: Scope, id: AgentId, draft: &AgentDraft) -> Result<Agent> {
        let query =
            sql("update agents set name = $1, draft = $2, updated_at = $3, version = version + 1 where ")
                .bind(draft.name.as_str())
                .bind(json_text(draft)?)
                .bind(Stamp::now())
                .within_project("agents", scope)
                .and("id =", id);
        match self.db().run(query).await.map_err(|error| error.about("agent name"))? {
            0 => Err(StoreError::NotFound),
            _ => self.get_agent(scope, id).await,
        }
    }

    /// How often an agent was saved: 1 when it is new.
    pub async fn agent_version(&self, scope: Scope, id: AgentId) -> Result<u32> {
        let query = sql("select version from agents where ").within_project("agents", scope).and("id =", id);
        self.db().row(query).await?.ok_or(StoreError::NotFound)?.get("version")
    }

    /// One agent.
    pub async fn get_agent(&self, scope: Scope, id: AgentId) -> Result<Agent> {
        let row = self.db().row(agents(scope).and("a.id =", id)).await?;
        read(&row.ok_or(StoreError::NotFound)?)
    }

    /// The agent of a name in a project, if there is one.
    pub async fn agent_by_name(&self, scope: Scope, project: ProjectId, name: &str) -> Result<Option<Agent>> {
        let query = agents(scope).and("a.project =", project).and("a.name =", name);
        self.db().row(query).await?.as_ref().map(read).transpose()
    }

    /// The agent of a number, if there is one.
    pub async fn agent_by_number(&self, scope: Scope, number: i64) -> Result<Option<Agent>> {
        self.db().row(agents(scope).and("a.number =", number)).await?.as_ref().map(read).transpose()
    }

    /// A page of the agents that a filter lets through.
    pub async fn list_agents(
        &self,
        scope: Scope,
        filter: &AgentFilter,
        page: &Page,
    ) -> Result<PageOf<Agent>> {
        let query = agents(scope).and_some("a.name =", filter.name.as_deref()).paged(
            page,
            filter.order,
            "a.number",
            "a.id",
        );
        let agents = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        Ok(PageOf::cut(agents, page, |agent: &Agent| Cursor { key: agent.number, id: agent.id.uuid() }))
    }

    /// Where the brains of all agents are asked, each address once: for checks of the whole server.
    pub async fn brain_urls_any_tenant(&self) -> Result<Vec<String>> {
        let query =
            sql("select a.number, a.id, a.org, a.mode, a.project, a.draft, a.created_at, a.updated_at \
            from agents a where a.draft like '%\"brain\"%' order by a.number limit 1000");
        let rows = self.db().rows(query).await?;
        let agents: Vec<Agent> = rows.iter().map(read).collect::<Result<_>>()?;
        let urls = agents.into_iter().filter_map(|agent| Some(agent.draft.brain?.base_url));
        let mut urls: Vec<String> = urls.collect();
        urls.sort();
        urls.dedup();
        Ok(urls)
    }

    /// Removes an agent with its bindings and their seals.
    pub async fn delete_agent(&self, scope: Scope, id: AgentId) -> Result<()> {
        let query = sql("delete from agents where ").within_project("agents", scope).and("id =", id);
        if self.db().run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }
}
