//! What runs the server sees, and what every answer has.

use std::collections::BTreeSet;

use http::Method;
use serde_json::json;

use crate::support::{Setup, TestServer, World, text};

#[tokio::test]
async fn alive_and_ready() {
    let server = TestServer::start().await;
    let nobody = server.nobody();
    assert_eq!(nobody.get("/health").await.expect(200), json!({"status": "ok"}));
    assert_eq!(nobody.get("/ready").await.expect(200), json!({"status": "ready"}));
    server.engine.registry().store().close().await;
    assert_eq!(nobody.get("/ready").await.expect(503), json!({"status": "store_unavailable"}));
    assert_eq!(nobody.get("/health").await.status, 200);
    let failed = server.admin().get("/v1/tools").await;
    assert_eq!(failed.header("retry-after"), "2");
    failed.problem(503, "unavailable");
}

#[tokio::test]
async fn request_ids_are_ours_and_unique() {
    let server = TestServer::start().await;
    let mut seen = BTreeSet::new();
    for path in ["/health", "/v1/me", "/v1/nothing", "/metrics"] {
        let headers = [("x-request-id", "req_00000000000000000000000000")];
        let reply = server.admin().send_with(Method::GET, path, &headers, None).await;
        let id = reply.header("x-request-id").to_owned();
        assert!(id.parse::<hookswitch_model::RequestId>().is_ok(), "{id}");
        assert_ne!(id, headers[0].1);
        assert!(seen.insert(id));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn links_of_problems_lead_to_pages() {
    let setup = Setup {
        parts: Some(|parts| hookswitch_server::ServerParts {
            public_url: Some("https://tools.example.com/".to_owned()),
            ..parts
        }),
        ..Setup::default()
    };
    let server = setup.start().await;
    let nobody = server.nobody();
    let problem = nobody.get("/v1/me").await.problem(401, "unauthorized");
    assert_eq!(problem["type"], "https://tools.example.com/problems/unauthorized");
    let page = nobody.get("/problems/unauthorized").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(page.text().contains("Authorization: Bearer"));
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let world = World::new().await;
    let call = json!({"name": "book", "arguments": {"date": "d"}});
    let path = format!("/v1/sessions/{}/calls", world.session);
    for _ in 0..2 {
        world.admin.post(&path, call.clone()).await.expect(200);
    }
    world.admin.get("/v1/not/there").await;
    let reply = world.server.nobody().get("/metrics").await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    let metrics = reply.text();
    let value = |start: &str| {
        let line = metrics
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("no {start}:\n{metrics}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert!((value("hookswitch_executions_total{outcome=\"done\"}") - 1.0).abs() < f64::EPSILON);
    assert!((value("hookswitch_executions_total{outcome=\"unknown\"}") - 1.0).abs() < f64::EPSILON);
    assert!((value("hookswitch_calls_replayed_total") - 1.0).abs() < f64::EPSILON);
    assert!((value("hookswitch_attempts_total") - 2.0).abs() < f64::EPSILON);
    assert!((value("hookswitch_sessions_in_memory") - 2.0).abs() < f64::EPSILON);
    assert!(value("hookswitch_ledger_commits_total") >= 2.0);
    let route = "hookswitch_http_requests_total{dialect=\"native\",route=\"/v1/sessions/{id}/calls\",method=\"POST\",status=\"200\"}";
    assert!((value(route) - 3.0).abs() < f64::EPSILON);
    assert!(
        value(
            "hookswitch_http_requests_total{dialect=\"native\",route=\"none\",method=\"GET\",status=\"404\"}"
        ) > 0.0
    );
    assert!(metrics.ends_with("# EOF\n"));
    // Ids never become labels.
    assert!(!metrics.contains(&world.session) && !metrics.contains(&world.tool));
}

#[tokio::test]
async fn the_master_key_rotates_while_serving() {
    let world = World::new().await;
    let before = world.admin.get("/v1/master-key").await.expect(200);
    let rotated = world.admin.post("/v1/master-key/rotate", json!({})).await.expect(202);
    assert_ne!(text(&before, "current"), text(&rotated, "current"));
    assert_eq!(rotated["keys"].as_array().unwrap().len(), 2);
    loop {
        let status = world.admin.get("/v1/master-key").await.expect(200);
        if status["rewrap"]["running"] == json!(false) {
            assert_eq!(status["rewrap"]["failed"], 0);
            assert!(status["rewrap"]["moved"].as_u64().unwrap() >= 3, "{status}");
            break;
        }
        tokio::task::yield_now().await;
    }
    // What was sealed under the old key still signs.
    let call = json!({"name": "book", "arguments": {"date": "d"}});
    let path = format!("/v1/sessions/{}/calls", world.session);
    assert_eq!(world.admin.post(&path, call).await.expect(200)["outcome"], "done");
}
