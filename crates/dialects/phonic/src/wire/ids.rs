//! Ids on the wire: a prefix and the UUID of ours, which is the same in every dialect.

use hookswitch_model::{AgentId, ExecutionId, ProjectId, SessionId, ToolId};
use uuid::Uuid;

/// Length of a UUID with hyphens.
const UUID_LENGTH: usize = 36;

/// The UUID of a text of the form `<prefix><uuid>`.
fn uuid_of(text: &str, prefix: &str) -> Option<Uuid> {
    let rest = text.strip_prefix(prefix).filter(|rest| rest.len() == UUID_LENGTH)?;
    Uuid::try_parse(rest).ok()
}

/// `tool_<uuid>`
pub fn tool(id: ToolId) -> String {
    format!("tool_{}", id.uuid())
}

/// The tool that a text of that form names.
pub fn parse_tool(text: &str) -> Option<ToolId> {
    uuid_of(text, "tool_").map(ToolId::from_uuid)
}

/// `proj_<uuid>`
pub fn project(id: ProjectId) -> String {
    format!("proj_{}", id.uuid())
}

/// The project that a text of that form names.
pub fn parse_project(text: &str) -> Option<ProjectId> {
    uuid_of(text, "proj_").map(ProjectId::from_uuid)
}

/// `agent_<uuid>`
pub fn agent(id: AgentId) -> String {
    format!("agent_{}", id.uuid())
}

/// The agent that a text of that form names.
pub fn parse_agent(text: &str) -> Option<AgentId> {
    uuid_of(text, "agent_").map(AgentId::from_uuid)
}

/// `conv_<uuid>`
pub fn conversation(id: SessionId) -> String {
    format!("conv_{}", id.uuid())
}

/// The session that a text of that form names.
pub fn parse_conversation(text: &str) -> Option<SessionId> {
    uuid_of(text, "conv_").map(SessionId::from_uuid)
}

/// `tool_call_<uuid>`: the id of an execution; the model's own ids are only unique within its turn.
pub fn tool_call(id: ExecutionId) -> String {
    format!("tool_call_{}", id.uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_and_names_are_none() {
        let id = ToolId::generate();
        assert_eq!(parse_tool(&tool(id)), Some(id));
        assert_eq!(parse_tool(&id.to_string()), None, "our own form is a name here");
        for name in ["tool_", "tool_x", "book_appointment", "agent_12cf6e88-c254-4d3e-a149-ddf1bdd2254c", ""]
        {
            assert_eq!(parse_tool(name), None, "{name}");
        }
        assert_eq!(parse_tool(&tool(id).replace('-', "")), None);
        let (project_id, agent_id, session) =
            (ProjectId::generate(), AgentId::generate(), SessionId::generate());
        assert_eq!(parse_project(&project(project_id)), Some(project_id));
        assert_eq!(parse_agent(&agent(agent_id)), Some(agent_id));
        assert_eq!(parse_conversation(&conversation(session)), Some(session));
        assert!(tool_call(ExecutionId::generate()).starts_with("tool_call_"));
    }
}
