//! Bad input of every sort: a problem with path and reason, never a 5xx, nothing half-written.

use http::Method;
use serde_json::{Value, json};

use crate::support::{World, webhook};

const JSON: (&str, &str) = ("content-type", "application/json");

/// Everything that the owner can list, to see that nothing changed.
async fn everything(world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["/v1/tools", "/v1/agents", "/v1/secrets", "/v1/projects", "/v1/keys", "/v1/sessions"] {
        all.push(world.admin.get(path).await.expect(200));
    }
    all
}

fn nested(levels: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

#[tokio::test]
async fn bodies_that_are_no_proper_json() {
    let world = World::new().await;
    let before = everything(&world).await;
    let deep = format!(r#"{{"name":"x","kind":"context","context":{{"text":"t"}},"extras":{}}}"#, nested(80));
    let cases: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("empty", Vec::new(), "syntax", "$"),
        ("cut off", br#"{"name":"x""#.to_vec(), "syntax", "$"),
        ("two values", br#"{"name":"x"} {}"#.to_vec(), "syntax", "$"),
        ("a comment", br#"{"name":"x" /* hm */}"#.to_vec(), "syntax", "$"),
        ("single quotes", b"{'name':'x'}".to_vec(), "syntax", "$"),
        ("invalid UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec(), "invalid_utf8", "$"),
        ("half a surrogate", br#"{"name":"\ud800"}"#.to_vec(), "syntax", "$"),
        ("a raw control character", b"{\"name\":\"a\x01b\"}".to_vec(), "syntax", "$"),
        ("duplicate keys", br#"{"name":"x","name":"y"}"#.to_vec(), "duplicate_key", "$.name"),
        (
            "duplicate keys below",
            br#"{"extras":{"a":{"b":1,"\u0062":2}}}"#.to_vec(),
            "duplicate_key",
            "$.extras.a.b",
        ),
        ("too deep", deep.into_bytes(), "too_deep", "$.extras"),
        ("a huge number", br#"{"timeout_ms":1e400}"#.to_vec(), "number_out_of_range", "$"),
        ("NaN", br#"{"timeout_ms":NaN}"#.to_vec(), "syntax", "$"),
    ];
    for path in ["/v1/tools", "/v1/agents", "/v1/sessions", "/v1/keys", "/v1/projects", "/v1/tools/check"] {
        for (what, body, code, at) in &cases {
            let reply = world.admin.send_bytes(Method::POST, path, &[JSON], body.clone()).await;
            let problem = reply.problem(400, "invalid_json");
            let error = &problem["errors"][0];
            assert_eq!(error["code"], *code, "{what} at {path}: {problem}");
            assert!(error["path"].as_str().unwrap().starts_with(at), "{what} at {path}: {problem}");
        }
    }
    assert_eq!(everything(&world).await, before);
}

#[tokio::test]
async fn bodies_that_are_too_large_or_of_another_type() {
    let world = World::new().await;
    let before = everything(&world).await;
    let text = "x".repeat(1024 * 1024);
    let large = serde_json::to_vec(&json!({"name": text})).unwrap();
    let reply = world.admin.send_bytes(Method::POST, "/v1/agents", &[JSON], large.clone()).await;
    reply.problem(413, "request_too_large");
    let keyed = [JSON, ("idempotency-key", "large")];
    let reply = world.admin.send_bytes(Method::POST, "/v1/agents", &keyed, large).await;
    reply.problem(413, "request_too_large");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json", ""] {
        let headers = [("content-type", kind)];
        let body = br#"{"name":"x"}"#.to_vec();
        let reply = world.admin.send_bytes(Method::POST, "/v1/agents", &headers, body).await;
        reply.problem(415, "unsupported_media_type");
    }
    let reply = world.admin.send_bytes(Method::POST, "/v1/agents", &[], br#"{"name":"x"}"#.to_vec()).await;
    reply.problem(415, "unsupported_media_type");
    assert_eq!(everything(&world).await, before);
}

#[tokio::test]
async fn values_that_do_not_fit() {
    let world = World::new().await;
    let before = everything(&world).await;
    let session = format!("/v1/sessions/{}/calls", world.session);
    let tool = format!("/v1/tools/{}", world.tool);
    let (trial, rollback) = (format!("{tool}/test"), format!("{tool}/rollback"));
    let settle = format!("/v1/executions/{}/settle", world.unknown_execution);
    let agent = format!("/v1/agents/{}", world.agent);
    let cases: Vec<(&str, &str, Value, &str, &str)> = vec![
        ("POST", "/v1/tools", json!([]), "$", "invalid_type"),
        ("POST", "/v1/tools", json!({"name": "x"}), "$.kind", "missing_field"),
        ("POST", "/v1/tools", json!({"name": 7, "kind": "client"}), "$.name", "invalid_type"),
        ("POST", "/v1/tools", json!({"name": "x", "kind": "rocket"}), "$.kind", "unknown_value"),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "tiemout": 1}),
            "$.tiemout",
            "unknown_field",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "timeout_ms": -1}),
            "$.timeout_ms",
            "invalid_value",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "timeout_ms": 1.5}),
            "$.timeout_ms",
            "invalid_type",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "max_tries": 99_999_999_999_u64}),
            "$.max_tries",
            "invalid_value",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "project": 5}),
            "$.project",
            "invalid_type",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "client", "project": "nope"}),
            "$.project",
            "unknown_project",
        ),
        (
            "POST",
            "/v1/tools",
            json!({"name": "x", "kind": "webhook", "webhook": {"url": 1}}),
            "$.webhook.url",
            "invalid_type",
        ),
        ("PATCH", &tool, json!([1]), "$", "invalid_type"),
        ("PATCH", &tool, json!({"enabled": "yes"}), "$.enabled", "invalid_type"),
        ("PATCH", &tool, json!({"webhook": {"nope": 1}}), "$.webhook.nope", "unknown_field"),
        ("POST", &rollback, json!({"version": "1"}), "$.version", "invalid_type"),
        ("POST", &trial, json!({"arguments": []}), "$.arguments", "invalid_type"),
        ("POST", &trial, json!({"dry_run": "no"}), "$.dry_run", "invalid_type"),
        ("POST", "/v1/agents", json!({"name": "a\u{0}b"}), "$.name", "invalid_value"),
        ("POST", "/v1/agents", json!({"name": "a\nb"}), "$.name", "invalid_value"),
        ("POST", "/v1/agents", json!({"name": ""}), "$.name", "invalid_value"),
        ("POST", "/v1/agents", json!({"name": "A", "variables": 1}), "$.variables", "invalid_type"),
        ("PATCH", &agent, json!({"name": null}), "$.name", "missing_field"),
        ("PATCH", &agent, json!("x"), "$", "invalid_type"),
        ("POST", "/v1/projects", json!({"name": "a b"}), "$.name", "invalid_value"),
        (
            "POST",
            "/v1/keys",
            json!({"name": "k", "permissions": ["all"]}),
            "$.permissions[0]",
            "unknown_value",
        ),
        ("POST", "/v1/keys", json!({"name": "k", "expires_at": "tomorrow"}), "$.expires_at", "invalid_value"),
        ("POST", "/v1/keys", json!({"name": "k", "project_id": world.tool}), "$.project_id", "invalid_value"),
        ("POST", "/v1/sessions", json!({"agent_id": world.tool}), "$.agent_id", "invalid_value"),
        ("POST", "/v1/sessions", json!({"agent_id": 1}), "$.agent_id", "invalid_type"),
        ("POST", "/v1/sessions", json!({"channel": "fax"}), "$.channel", "unknown_value"),
        ("POST", "/v1/sessions", json!({"tools": [7]}), "$.tools[0]", "invalid_value"),
        ("POST", "/v1/sessions", json!({"tools": ["nobody"]}), "$.tools[0]", "unknown_tool"),
        ("POST", "/v1/sessions", json!({"timezone": "Mars/Base"}), "$.timezone", "unknown_value"),
        ("POST", &session, json!({}), "$.name", "missing_field"),
        ("POST", &session, json!({"name": ""}), "$.name", "out_of_range"),
        ("POST", &session, json!({"name": "book", "arguments": 5}), "$.arguments", "invalid_type"),
        ("POST", &session, json!({"name": "book", "arguments": [1]}), "$.arguments", "invalid_type"),
        (
            "POST",
            &session,
            json!({"name": "book", "confirmation": world.tool}),
            "$.confirmation",
            "invalid_value",
        ),
        (
            "POST",
            &session,
            json!({"name": "book", "tool_call_id": "x".repeat(300)}),
            "$.tool_call_id",
            "out_of_range",
        ),
        ("POST", &session, json!({"name": "book", "extra": 1}), "$.extra", "unknown_field"),
        ("POST", &settle, json!({"outcome": "refused"}), "$.outcome", "unknown_value"),
        ("POST", &settle, json!({"outcome": "maybe"}), "$.outcome", "unknown_value"),
        ("PUT", "/v1/secrets/s", json!({"value": 5}), "$.value", "invalid_type"),
        ("PUT", "/v1/secrets/a%20b", json!({"value": "12345678"}), "$path.name", "invalid_name"),
        ("PUT", "/v1/tools/by-name/other", webhook("x", "https://a.example/"), "$.name", "conflict"),
    ];
    for (method, path, body, at, code) in cases {
        let reply = world.admin.send(method.parse().unwrap(), path, Some(body.clone())).await;
        let problem = reply.problem(400, "invalid_request");
        let error = &problem["errors"][0];
        assert_eq!((&error["path"], &error["code"]), (&json!(at), &json!(code)), "{path} {body}: {problem}");
    }
    assert_eq!(everything(&world).await, before);
    assert_eq!(world.upstream.requests().len(), 1);
}

#[tokio::test]
async fn definitions_with_errors_tell_all_of_them() {
    let world = World::new().await;
    let before = everything(&world).await;
    let body = json!({"name": "a\u{7}b", "kind": "webhook", "timeout_ms": 5,
        "webhook": {"url": "http://169.254.169.254/latest", "method": "FETCH", "headers": {"x\r\ny": "1"}}});
    for (method, path) in [("POST", "/v1/tools".to_owned()), ("PUT", format!("/v1/tools/{}", world.tool))] {
        let reply = world.admin.send(method.parse().unwrap(), &path, Some(body.clone())).await;
        let problem = reply.problem(422, "invalid_definition");
        let paths: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        for expected in ["$.name", "$.timeout_ms", "$.webhook.url", "$.webhook.method"] {
            assert!(paths.contains(&expected), "{expected} of {paths:?}");
        }
        assert!(paths.iter().any(|path| path.starts_with("$.webhook.headers")), "{paths:?}");
    }
    let checked = world.admin.post("/v1/tools/check", body).await.expect(200);
    assert_eq!(checked["valid"], false);
    assert_eq!(checked["function"], Value::Null);
    assert_eq!(everything(&world).await, before);
}

#[tokio::test]
async fn ids_of_other_kinds_are_absent_things() {
    let world = World::new().await;
    let ids =
        [world.agent.as_str(), world.session.as_str(), "tool_", "tool_zz", "1", "..", "%00", "%ff", "a b"];
    for id in ids.map(|id| id.replace(' ', "%20")) {
        for path in
            [format!("/v1/tools/{id}"), format!("/v1/tools/{id}/versions/1"), format!("/v1/keys/{id}")]
        {
            world.admin.get(&path).await.problem(404, "not_found");
        }
    }
    for version in ["0", "99", "-1", "x", "99999999999"] {
        let path = format!("/v1/tools/{}/versions/{version}", world.tool);
        world.admin.get(&path).await.problem(404, "not_found");
    }
    let name = "%00%01".to_owned() + &"x".repeat(500);
    world.admin.get(&format!("/v1/tools/by-name/{name}")).await.problem(404, "not_found");
}

#[tokio::test]
async fn queries_and_headers_that_do_not_fit() {
    let world = World::new().await;
    let cases = [
        ("/v1/tools?limit=0", "$query.limit"),
        ("/v1/tools?limit=201", "$query.limit"),
        ("/v1/tools?limit=ten", "$query.limit"),
        ("/v1/tools?limit=99999999999999999999", "$query.limit"),
        ("/v1/tools?cursor=nope", "$query.cursor"),
        ("/v1/tools?kind=rocket", "$query.kind"),
        ("/v1/tools?enabled=maybe", "$query.enabled"),
        ("/v1/tools?colour=red", "$query"),
        ("/v1/tools?limit=1&limit=2", "$query"),
        ("/v1/sessions?agent_id=tool_1", "$query.agent_id"),
        ("/v1/executions?since=yesterday", "$query.since"),
        ("/v1/executions?outcome=fine", "$query.outcome"),
        ("/v1/executions?include=all", "$query.include"),
    ];
    for (path, at) in cases {
        let problem = world.admin.get(path).await.problem(400, "invalid_request");
        assert!(problem["errors"][0]["path"].as_str().unwrap().starts_with(at), "{path}: {problem}");
    }
    let events = format!("/v1/sessions/{}/events?format=json", world.session);
    let reply = world.admin.send_with(Method::GET, &events, &[("last-event-id", "first")], None).await;
    assert_eq!(reply.problem(400, "invalid_request")["errors"][0]["path"], "$header.last-event-id");
    for (path, at) in [("after=-1", "$query.after"), ("format=xml", "$query.format")] {
        let path = format!("/v1/sessions/{}/events?{path}", world.session);
        let problem = world.admin.get(&path).await.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["path"], at, "{path}");
    }
    let tool = format!("/v1/tools/{}", world.tool);
    for value in ["1", "\"x\"", "W/\"1\"", "\"1\", \"2\"", ""] {
        let headers = [("if-match", value)];
        let reply = world.admin.send_with(Method::PATCH, &tool, &headers, Some(json!({"tags": ["a"]}))).await;
        assert_eq!(reply.problem(400, "invalid_request")["errors"][0]["path"], "$header.if-match", "{value}");
    }
    let keys = ["", "a b", &"k".repeat(257)];
    for value in keys {
        let headers = [("idempotency-key", value)];
        let reply =
            world.admin.send_with(Method::POST, "/v1/agents", &headers, Some(json!({"name": "I"}))).await;
        assert_eq!(reply.problem(400, "invalid_request")["errors"][0]["path"], "$header.idempotency-key");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods() {
    let world = World::new().await;
    for path in ["/", "/v1", "/v1/nothing", "/v2/tools", "/v1/tools/", "//v1/tools", "/problems/nothing"] {
        world.admin.get(path).await.problem(404, "not_found");
    }
    let reply = world.admin.delete("/v1/tools").await;
    assert!(reply.header("allow").contains("POST"), "{:?}", reply.headers);
    reply.problem(405, "method_not_allowed");
    let odd = world.admin.send("BREW".parse().unwrap(), "/v1/tools", None).await;
    odd.problem(405, "method_not_allowed");
}
