//! From names to ids: people name tools, agents and projects by either.

use hookswitch_model::{AgentId, ProjectId, ToolId};
use serde_json::Value;

use super::{Api, Paging, Query, segment};
use crate::error::CliError;
use crate::http::Answer;

/// A tool that exists.
#[derive(Debug, Clone)]
pub(crate) struct ToolRef {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The answer that showed it.
    pub(crate) answer: Answer,
}

/// An agent that exists.
#[derive(Debug, Clone)]
pub(crate) struct AgentRef {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The agent as shown.
    pub(crate) value: Value,
}

impl Api {
    /// A tool by id or name.
    pub(crate) async fn tool(&mut self, given: &str) -> Result<ToolRef, CliError> {
        if given.parse::<ToolId>().is_ok()
            && let Some(answer) = absent_as_none(self.get(&format!("/v1/tools/{given}")).await)?
        {
            return Ok(tool_of(answer));
        }
        self.tool_named(given)
            .await?
            .ok_or_else(|| CliError::NotFound { what: "tool", name: given.to_owned() })
    }

    /// A tool by name; `None` when there is none.
    pub(crate) async fn tool_named(&mut self, name: &str) -> Result<Option<ToolRef>, CliError> {
        let path = format!("/v1/tools/by-name/{}", segment(name));
        Ok(absent_as_none(self.get(&path).await)?.map(tool_of))
    }

    /// An agent by id or name.
    pub(crate) async fn agent(&mut self, given: &str) -> Result<AgentRef, CliError> {
        if given.parse::<AgentId>().is_ok()
            && let Some(answer) = absent_as_none(self.get(&format!("/v1/agents/{given}")).await)?
        {
            return Ok(agent_of(answer.value));
        }
        self.agent_named(given)
            .await?
            .ok_or_else(|| CliError::NotFound { what: "agent", name: given.to_owned() })
    }

    /// An agent by name; `None` when there is none. Names are unique per project: of several the one in the key's
    /// own project is meant.
    pub(crate) async fn agent_named(&mut self, name: &str) -> Result<Option<AgentRef>, CliError> {
        let page = self.list("/v1/agents", &Query::default(), Paging::ALL).await?;
        let mut rows: Vec<Value> = page.rows().iter().filter(|row| row["name"] == name).cloned().collect();
        if rows.len() > 1 {
            let own = self.get("/v1/me").await?.value["project_id"].take();
            if rows.iter().any(|row| row["project_id"] == own) {
                rows.retain(|row| row["project_id"] == own);
            }
        }
        one_named("agent", name, &rows).map(|found| found.cloned().map(agent_of))
    }

    /// The id of a project by id or name.
    pub(crate) async fn project_id(&mut self, given: &str) -> Result<String, CliError> {
        if given.parse::<ProjectId>().is_ok() {
            return Ok(given.to_owned());
        }
        let page = self.list("/v1/projects", &Query::default(), Paging::ALL).await?;
        let found = one_named("project", given, page.rows())?;
        found
            .map(|project| text(project, "id"))
            .ok_or_else(|| CliError::NotFound { what: "project", name: given.to_owned() })
    }
}

/// The only row of a name.
fn one_named<'a>(what: &'static str, name: &str, rows: &'a [Value]) -> Result<Option<&'a Value>, CliError> {
    let found: Vec<&Value> = rows.iter().filter(|row| row["name"] == name).collect();
    if found.len() > 1 {
        let ids = found.iter().map(|row| text(row, "id")).collect();
        return Err(CliError::Ambiguous { what, name: name.to_owned(), ids });
    }
    Ok(found.first().copied())
}

fn absent_as_none(answer: Result<Answer, CliError>) -> Result<Option<Answer>, CliError> {
    match answer {
        Err(CliError::Problem(problem)) if problem.is_absence() => Ok(None),
        other => other.map(Some),
    }
}

fn tool_of(answer: Answer) -> ToolRef {
    ToolRef { id: text(&answer.value, "id"), name: text(&answer.value, "name"), answer }
}

fn agent_of(value: Value) -> AgentRef {
    AgentRef { id: text(&value, "id"), name: text(&value, "name"), value }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_of_two_is_no_name() {
        let rows = [
            json!({"id": "agent_1", "name": "a"}),
            json!({"id": "agent_2", "name": "a"}),
            json!({"name": "b"}),
        ];
        let error = one_named("agent", "a", &rows).unwrap_err();
        assert_eq!(error.to_string(), "2 agents are called \"a\": agent_1, agent_2");
        assert!(one_named("agent", "b", &rows).unwrap().is_some());
        assert!(one_named("agent", "c", &rows).unwrap().is_none());
    }
}
