//! An organisation with one of everything.

use hookswitch_testkit::{Reply, TestServer as Upstream};
use serde_json::{Value, json};

use super::{Client, Setup, TestServer};

/// A server, its upstream, and the ids of what is there.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) upstream: Upstream,
    pub(crate) admin: Client,
    pub(crate) project: String,
    pub(crate) key: String,
    pub(crate) tool: String,
    pub(crate) spare_tool: String,
    pub(crate) agent: String,
    pub(crate) session: String,
    pub(crate) spare_session: String,
    pub(crate) unknown_execution: String,
    pub(crate) event_webhook: String,
    /// Of the spare session's start, on its way to the webhook.
    pub(crate) event: String,
}

/// The text of a member.
pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member} in {value}")).to_owned()
}

impl World {
    /// `POST /fail` of the upstream answers 500, everything else 200.
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let upstream = Upstream::start(|request| match request.target.as_str() {
            "/fail" => Reply::status(500, "no"),
            _ => Reply::json(r#"{"ok":true}"#),
        })
        .await;
        let server = Setup { allow_egress: vec![upstream.allow_entry()], ..setup }.start().await;
        let admin = server.admin();
        let project = text(&admin.post("/v1/projects", json!({"name": "support"})).await.expect(201), "id");
        let key = text(&admin.post("/v1/keys", json!({"name": "spare"})).await.expect(201), "id");
        let tool =
            text(&admin.post("/v1/tools", webhook("book", &upstream.url("/book"))).await.expect(201), "id");
        let spare = admin.post("/v1/tools", webhook("fail", &upstream.url("/fail"))).await.expect(201);
        let agent = text(&admin.post("/v1/agents", json!({"name": "Reception"})).await.expect(201), "id");
        let binding = format!("/v1/agents/{agent}/tools/{tool}");
        admin.put(&binding, json!({"enabled": true})).await.expect(200);
        admin.put("/v1/secrets/crm", json!({"value": "a value of the crm"})).await.expect(201);
        let body = json!({"url": upstream.url("/events")});
        let event_webhook = text(&admin.post("/v1/event-webhooks", body).await.expect(201), "id");
        let start = json!({"agent_id": agent, "tools": ["fail"]});
        let session = text(&admin.post("/v1/sessions", start.clone()).await.expect(201), "id");
        let spare_session = text(&admin.post("/v1/sessions", start).await.expect(201), "id");
        let call = json!({"name": "fail", "arguments": {"date": "2026-12-01"}});
        let failed = admin.post(&format!("/v1/sessions/{session}/calls"), call).await.expect(200);
        assert_eq!(failed["outcome"], "unknown", "{failed}");
        let unknown_execution = text(&failed, "execution_id");
        let spare_tool = text(&spare, "id");
        // Reading events waits until they are stored, and with them their deliveries.
        admin.get(&format!("/v1/sessions/{spare_session}/events?format=json")).await.expect(200);
        let event = format!("evt_{}_1", spare_session.trim_start_matches("sess_"));
        Self {
            server,
            upstream,
            admin,
            project,
            key,
            tool,
            spare_tool,
            agent,
            session,
            spare_session,
            unknown_execution,
            event_webhook,
            event,
        }
    }

    /// Another organisation: the client of its first key.
    pub(crate) async fn other_org(&self) -> Client {
        let made = self.admin.post("/v1/orgs", json!({"name": "Other"})).await.expect(201);
        self.server.client(&text(&made["key"], "secret"))
    }

    /// A key of the same organisation with these permissions.
    pub(crate) async fn key_with(&self, permissions: &[&str], mode: &str) -> Client {
        let body = json!({"name": "limited", "permissions": permissions, "mode": mode});
        let made = self.admin.post("/v1/keys", body).await.expect(201);
        self.server.client(&text(&made, "secret"))
    }
}

/// A tool that posts a date to a URL.
pub(crate) fn webhook(name: &str, url: &str) -> Value {
    json!({
        "name": name,
        "description": "Does it.",
        "kind": "webhook",
        "webhook": {"url": url, "method": "POST"},
        "parameters": [{"name": "date", "schema": {"type": "string"}, "required": true}],
    })
}
