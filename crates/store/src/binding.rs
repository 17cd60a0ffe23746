//! Bindings: tools attached to agents. Agent and tool are looked up within the scope by every function, so an id
//! of another tenant is not found on either side.

use std::collections::HashSet;

use hookswitch_model::binding::Binding;
use hookswitch_model::{AgentId, Scope, Stamp, ToolId};

use crate::db::{Query, Result, Row, Tx, json_text, sql};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Cursor, Order, Page, PageOf};
use crate::seal::{self, NewSeal};
use crate::{agent, tool};

/// Most bindings of one agent.
const MOST: usize = 1000;

fn read(row: &Row) -> Result<Binding> {
    Ok(Binding {
        agent: row.get("agent")?,
        tool: row.get("tool")?,
        enabled: row.get("enabled")?,
        config: row.json("config")?,
        changes: row.json_opt("changes")?.unwrap_or_default(),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn bindings(scope: Scope) -> Query {
    sql("select b.agent, b.tool, b.enabled, b.config, b.changes, b.created_at, b.updated_at from bindings b \
         join agents a on a.id = b.agent where ")
    .within_project("a", scope)
}

/// Tools are shared by all projects of an organisation: the scope's project confines the agent only.
const fn without_project(scope: Scope) -> Scope {
    Scope::new(scope.org, scope.mode)
}

async fn put(tx: &mut Tx, binding: &Binding, position: i64) -> Result<()> {
    let changes = if binding.changes.is_empty() { None } else { Some(json_text(&binding.changes)?) };
    let query = sql("insert into bindings (agent, tool, position, enabled, config, changes, created_at, \
         updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (agent, tool) do update set \
         position = excluded.position, enabled = excluded.enabled, config = excluded.config, \
         changes = excluded.changes, updated_at = excluded.updated_at")
    .bind(binding.agent)
    .bind(binding.tool)
    .bind(position)
    .bind(binding.enabled)
    .bind(json_text(&binding.config)?)
    .bind(changes)
    .bind(Stamp::now());
    tx.run(query).await.map(drop)
}

/// The tools bound to an agent with their places.
async fn places(tx: &mut Tx, agent: AgentId) -> Result<Vec<(ToolId, i64)>> {
    let query = sql("select tool, position from bindings where agent = $1").bind(agent);
    tx.rows(query).await?.iter().map(|row| Ok((row.get("tool")?, row.get("position")?))).collect()
}

impl Store {
    /// The bindings of an agent in their order.
    pub async fn list_bindings(&self, scope: Scope, agent: AgentId) -> Result<Vec<Binding>> {
        let query = bindings(scope).and("b.agent =", agent).push(" order by b.position, b.tool");
        let found: Vec<Binding> = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        if found.is_empty() {
            self.get_agent(scope, agent).await?;
        }
        Ok(found)
    }

    /// One binding.
    pub async fn get_binding(&self, scope: Scope, agent: AgentId, tool: ToolId) -> Result<Binding> {
        let row = self.db().row(bindings(scope).and("b.agent =", agent).and("b.tool =", tool)).await?;
        read(&row.ok_or(StoreError::NotFound)?)
    }

    /// Sets all bindings of an agent, in this order: all or nothing. Those of tools that stay keep when they were
    /// made; those of others go with their seals. Each seal comes with the tool whose binding refers to it. The
    /// `agent` and stamps within the bindings are not looked at.
    pub async fn replace_bindings(
        &self,
        scope: Scope,
        agent: AgentId,
        wanted: Vec<Binding>,
        seals: Vec<(ToolId, NewSeal)>,
    ) -> Result<Vec<Binding>> {
        if wanted.len() > MOST {
            return Err(StoreError::Full { what: "bindings of an agent", most: MOST });
        }
        let mut tx = self.db().begin().await?;
        agent::lock(&mut tx, scope, agent).await?;
        let mut kept = HashSet::with_capacity(wanted.len());
        for (position, binding) in (0_i64..).zip(&wanted) {
            if !kept.insert(binding.tool) {
                return Err(StoreError::Conflict { what: "binding" });
            }
            tool::check(&mut tx, without_project(scope), binding.tool).await?;
            put(&mut tx, &Binding { agent, ..binding.clone() }, position).await?;
        }
        for (tool, _) in places(&mut tx, agent).await? {
            if !kept.contains(&tool) {
                remove(&mut tx, agent, tool).await?;
            }
        }
        for (tool, seal) in seals {
            if !kept.contains(&tool) {
                return Err(StoreError::NotFound);
            }
            seal::put_all(&mut tx, scope, tool, Some(agent), vec![seal]).await?;
        }
        tx.commit().await?;
        self.list_bindings(scope, agent).await
    }

    /// Sets one binding; a new one comes after the others.
    pub async fn put_binding(&self, scope: Scope, binding: &Binding, seals: Vec<NewSeal>) -> Result<Binding> {
        let (agent, tool) = (binding.agent, binding.tool);
        let mut tx = self.db().begin().await?;
        agent::lock(&mut tx, scope, agent).await?;
        tool::check(&mut tx, without_project(scope), tool).await?;
        let places = places(&mut tx, agent).await?;
        let own = places.iter().find(|(bound, _)| *bound == tool).map(|(_, position)| *position);
        if own.is_none() && places.len() >= MOST {
            return Err(StoreError::Full { what: "bindings of an agent", most: MOST });
        }
        let last = places.iter().map(|(_, position)| *position).max().unwrap_or(-1);
        put(&mut tx, binding, own.unwrap_or(last + 1)).await?;
        seal::put_all(&mut tx, scope, tool, Some(agent), seals).await?;
        tx.commit().await?;
        self.get_binding(scope, agent, tool).await
    }

    /// Removes one binding with its seals.
    pub async fn delete_binding(&self, scope: Scope, agent: AgentId, tool: ToolId) -> Result<()> {
        let mut tx = self.db().begin().await?;
        agent::lock(&mut tx, scope, agent).await?;
        if !remove(&mut tx, agent, tool).await? {
            return Err(StoreError::NotFound);
        }
        tx.commit().await
    }

    /// The bindings of a tool with any agent of the scope.
    pub async fn bindings_of_tool(&self, scope: Scope, tool: ToolId, page: &Page) -> Result<PageOf<Binding>> {
        let query =
            bindings(scope).and("b.tool =", tool).paged(page, Order::OldestFirst, "b.created_at", "b.agent");
        let found: Vec<Binding> = self.db().rows(query).await?.iter().map(read).collect::<Result<_>>()?;
        if found.is_empty() {
            self.get_tool(without_project(scope), tool).await?;
        }
        Ok(PageOf::cut(found, page, |binding| Cursor {
            key: binding.created_at.micros(),
            id: binding.agent.uuid(),
        }))
    }
}

async fn remove(tx: &mut Tx, agent: AgentId, tool: ToolId) -> Result<bool> {
    seal::delete_of_binding(tx, agent, tool).await?;
    let query = sql("delete from bindings where agent = $1 and tool = $2").bind(agent).bind(tool);
    Ok(tx.run(query).await? > 0)
}
