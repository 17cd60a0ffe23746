//! One request for every operation of the document, in an order in which each can succeed.

use http::Method;
use serde_json::{Value, json};

use super::World;
use super::world::webhook;

/// Whose things an operation touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touches {
    /// Something by its id or name: absent for others.
    ById,
    /// The caller's own organisation only.
    Own,
    /// The server: for the operator.
    Server,
}

/// A request and what must come of it.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// `operationId` of the document.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// What the key needs.
    pub(crate) needs: Option<&'static str>,
    pub(crate) touches: Touches,
    /// The status for the owner.
    pub(crate) status: u16,
}

/// Id, method, path, body, permission, what it touches, status.
type Row = (&'static str, &'static str, String, Option<Value>, Option<&'static str>, Touches, u16);

/// Every operation on the things of a world.
#[rustfmt::skip]
pub(crate) fn operations(world: &World) -> Vec<Operation> {
    use Touches::{ById, Own, Server};
    let World { project, key, tool, spare_tool, agent, session, spare_session, unknown_execution, .. } = world;
    let hook = format!("/v1/event-webhooks/{}", world.event_webhook);
    let delivery = format!("{hook}/deliveries/{}", world.event);
    let url = world.upstream.url("/book");
    let (read, write, run, admin) = (Some("tools:read"), Some("tools:write"), Some("sessions"), Some("admin"));
    let secrets = Some("tools:secrets");
    let call = json!({"name": "book", "arguments": {"date": "2026-12-01"}});
    let list: Vec<Row> = vec![
        ("me", "GET", "/v1/me".into(), None, None, Own, 200),
        ("getOrg", "GET", "/v1/org".into(), None, None, Own, 200),
        ("renameOrg", "PATCH", "/v1/org".into(), Some(json!({"name": "Acme"})), admin, Own, 200),
        ("listOrgs", "GET", "/v1/orgs".into(), None, admin, Server, 200),
        ("createOrg", "POST", "/v1/orgs".into(), Some(json!({"name": "New"})), admin, Server, 201),
        ("listProjects", "GET", "/v1/projects".into(), None, read, Own, 200),
        ("createProject", "POST", "/v1/projects".into(), Some(json!({"name": "p2"})), admin, Own, 201),
        ("getProject", "GET", format!("/v1/projects/{project}"), None, read, ById, 200),
        ("rotateProjectSigningSecret", "POST", format!("/v1/projects/{project}/rotate-signing-secret"), None, write, ById, 200),
        ("listKeys", "GET", "/v1/keys".into(), None, admin, Own, 200),
        ("createKey", "POST", "/v1/keys".into(), Some(json!({"name": "k"})), admin, Own, 201),
        ("getKey", "GET", format!("/v1/keys/{key}"), None, admin, ById, 200),
        ("revokeKey", "POST", format!("/v1/keys/{key}/revoke"), None, admin, ById, 200),
        ("listTools", "GET", "/v1/tools".into(), None, read, Own, 200),
        ("createTool", "POST", "/v1/tools".into(), Some(webhook("other", &url)), write, Own, 201),
        ("checkTool", "POST", "/v1/tools/check".into(), Some(webhook("x", &url)), read, Own, 200),
        ("getToolByName", "GET", "/v1/tools/by-name/book".into(), None, read, ById, 200),
        ("putTool", "PUT", "/v1/tools/by-name/put".into(), Some(webhook("put", &url)), write, Own, 201),
        ("getTool", "GET", format!("/v1/tools/{tool}"), None, read, ById, 200),
        ("replaceTool", "PUT", format!("/v1/tools/{tool}"), Some(webhook("book", &url)), write, ById, 200),
        ("patchTool", "PATCH", format!("/v1/tools/{tool}"), Some(json!({"timeout_ms": 900})), write, ById, 200),
        ("toolStats", "GET", format!("/v1/tools/{tool}/stats"), None, read, ById, 200),
        ("listToolVersions", "GET", format!("/v1/tools/{tool}/versions"), None, read, ById, 200),
        ("getToolVersion", "GET", format!("/v1/tools/{tool}/versions/1"), None, read, ById, 200),
        ("rollbackTool", "POST", format!("/v1/tools/{tool}/rollback"), Some(json!({"version": 1})), write, ById, 200),
        ("disableTool", "POST", format!("/v1/tools/{tool}/disable"), None, write, ById, 200),
        ("enableTool", "POST", format!("/v1/tools/{tool}/enable"), None, write, ById, 200),
        ("rotateSigningSecret", "POST", format!("/v1/tools/{tool}/rotate-signing-secret"), None, write, ById, 200),
        ("testTool", "POST", format!("/v1/tools/{tool}/test"), Some(json!({"arguments": {"date": "d"}})), run, ById, 200),
        ("listAgents", "GET", "/v1/agents".into(), None, read, Own, 200),
        ("createAgent", "POST", "/v1/agents".into(), Some(json!({"name": "Night"})), write, Own, 201),
        ("getAgent", "GET", format!("/v1/agents/{agent}"), None, read, ById, 200),
        ("replaceAgent", "PUT", format!("/v1/agents/{agent}"), Some(json!({"name": "Day"})), write, ById, 200),
        ("patchAgent", "PATCH", format!("/v1/agents/{agent}"), Some(json!({"greeting": "Hi"})), write, ById, 200),
        ("listBindings", "GET", format!("/v1/agents/{agent}/tools"), None, read, ById, 200),
        ("putBinding", "PUT", format!("/v1/agents/{agent}/tools/{tool}"), Some(json!({})), write, ById, 200),
        ("replaceBindings", "PUT", format!("/v1/agents/{agent}/tools"), Some(json!([])), write, ById, 200),
        ("listSecrets", "GET", "/v1/secrets".into(), None, read, Own, 200),
        ("putSecret", "PUT", "/v1/secrets/new".into(), Some(json!({"value": "12345678"})), secrets, Own, 201),
        ("deleteSecret", "DELETE", "/v1/secrets/crm".into(), None, secrets, ById, 204),
        ("listSessions", "GET", "/v1/sessions".into(), None, run, Own, 200),
        ("startSession", "POST", "/v1/sessions".into(), Some(json!({})), run, Own, 201),
        ("getSession", "GET", format!("/v1/sessions/{session}"), None, run, ById, 200),
        ("createSessionToken", "POST", format!("/v1/sessions/{session}/tokens"), Some(json!({"role": "runtime"})), run, ById, 201),
        ("sessionTools", "GET", format!("/v1/sessions/{session}/tools"), None, run, ById, 200),
        ("callTool", "POST", format!("/v1/sessions/{session}/calls"), Some(call), run, ById, 200),
        ("report", "POST", format!("/v1/sessions/{session}/reports"), Some(json!({"report": "user_turn"})), run, ById, 202),
        ("takeTurn", "POST", format!("/v1/sessions/{session}/turns"), Some(json!({"text": "hi", "script": [{"say": "Hello."}]})), run, ById, 200),
        ("interruptTurn", "POST", format!("/v1/sessions/{session}/interrupt"), None, run, ById, 202),
        ("sessionEvents", "GET", format!("/v1/sessions/{session}/events?format=json"), None, run, ById, 200),
        ("summariseSession", "GET", format!("/v1/sessions/{session}/summary"), None, run, ById, 200),
        ("listEventWebhooks", "GET", "/v1/event-webhooks".into(), None, read, Own, 200),
        ("createEventWebhook", "POST", "/v1/event-webhooks".into(), Some(json!({"url": url})), write, Own, 201),
        ("getEventWebhook", "GET", hook.clone(), None, read, ById, 200),
        ("updateEventWebhook", "PATCH", hook.clone(), Some(json!({"description": "d"})), write, ById, 200),
        ("rotateEventWebhookSecret", "POST", format!("{hook}/rotate-signing-secret"), None, write, ById, 200),
        ("listDeliveries", "GET", format!("{hook}/deliveries"), None, read, ById, 200),
        ("getDelivery", "GET", delivery.clone(), None, read, ById, 200),
        ("redeliver", "POST", format!("{delivery}/redeliver"), None, write, ById, 200),
        ("deleteEventWebhook", "DELETE", hook, None, write, ById, 204),
        ("listExecutions", "GET", "/v1/executions".into(), None, run, Own, 200),
        ("getExecution", "GET", format!("/v1/executions/{unknown_execution}"), None, run, ById, 200),
        ("settleExecution", "POST", format!("/v1/executions/{unknown_execution}/settle"), Some(json!({"outcome": "done"})), run, ById, 200),
        ("endSession", "POST", format!("/v1/sessions/{session}/end"), None, run, ById, 200),
        ("eraseSession", "DELETE", format!("/v1/sessions/{spare_session}"), None, run, ById, 204),
        ("deleteBinding", "DELETE", format!("/v1/agents/{agent}/tools/{spare_tool}"), None, write, ById, 204),
        ("deleteAgent", "DELETE", format!("/v1/agents/{agent}"), None, write, ById, 204),
        ("deleteTool", "DELETE", format!("/v1/tools/{spare_tool}"), None, write, ById, 204),
        // Without credentials there is nothing to ask AWS with.
        ("listLambdaFunctions", "POST", "/v1/lambda/functions/list".into(), Some(json!({"region": "eu-central-1"})), write, Own, 400),
        ("masterKey", "GET", "/v1/master-key".into(), None, admin, Server, 200),
        ("rotateMasterKey", "POST", "/v1/master-key/rotate".into(), None, admin, Server, 202),
    ];
    list.into_iter()
        .map(|(id, method, path, body, needs, touches, status)| {
            let method = method.parse().unwrap();
            Operation { id, method, path, body, needs, touches, status }
        })
        .collect()
}
