//! Lists: pages and filters.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Client, World, text};

/// All entries of a list, read in pages of a size.
async fn walk(client: &Client, path: &str, size: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = format!("{path}limit={size}");
    loop {
        let page = client.get(&next).await.expect(200);
        let entries = page["data"].as_array().unwrap();
        assert!(entries.len() <= size);
        all.extend(entries.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}limit={size}&cursor={cursor}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn pages_show_everything_once() {
    let world = World::new().await;
    for number in 0..7 {
        let tool = json!({"name": format!("t{number}"), "kind": "context", "context": {"text": "x"}});
        world.admin.post("/v1/tools", tool).await.expect(201);
        world.admin.post("/v1/agents", json!({"name": format!("a{number}")})).await.expect(201);
        let secret = json!({"value": "12345678"});
        world.admin.put(&format!("/v1/secrets/s{number}"), secret).await.expect(201);
        world.admin.post("/v1/projects", json!({"name": format!("p{number}")})).await.expect(201);
        world.admin.post("/v1/keys", json!({"name": format!("k{number}")})).await.expect(201);
        world.admin.post("/v1/orgs", json!({"name": format!("o{number}")})).await.expect(201);
        world.admin.post("/v1/sessions", json!({})).await.expect(201);
        world
            .admin
            .patch(&format!("/v1/tools/{}", world.tool), json!({"max_tries": number + 1}))
            .await
            .expect(200);
    }
    let versions = format!("/v1/tools/{}/versions?", world.tool);
    for (path, key) in [
        ("/v1/tools?", "id"),
        ("/v1/agents?", "id"),
        ("/v1/secrets?", "id"),
        ("/v1/projects?", "id"),
        ("/v1/keys?", "id"),
        ("/v1/orgs?", "id"),
        ("/v1/sessions?", "id"),
        (versions.as_str(), "version"),
    ] {
        let whole = walk(&world.admin, path, 200).await;
        assert!(whole.len() >= 7, "{path}");
        let unique: BTreeSet<String> = whole.iter().map(|one| one[key].to_string()).collect();
        assert_eq!(unique.len(), whole.len(), "{path}");
        for size in [1, 3] {
            assert_eq!(walk(&world.admin, path, size).await, whole, "{path} by {size}");
        }
    }
}

#[tokio::test]
async fn tools_are_filtered() {
    let world = World::new().await;
    let text_tool = json!({"name": "Opening Hours", "kind": "context", "context": {"text": "x"}, "tags": ["faq"],
        "description": "When we are open"});
    let made = world.admin.post("/v1/tools", text_tool).await.expect(201);
    world.admin.post(&format!("/v1/tools/{}/disable", world.tool), json!({})).await.expect(200);
    for (query, names) in [
        ("search=WHEN%20WE", vec!["Opening Hours"]),
        ("search=hours", vec!["Opening Hours"]),
        ("search=%25", vec![]),
        ("kind=webhook", vec!["book", "fail"]),
        ("kind=python", vec![]),
        ("tag=faq", vec!["Opening Hours"]),
        ("tag=fa", vec![]),
        ("enabled=false", vec!["book"]),
        ("enabled=true&kind=webhook", vec!["fail"]),
        ("dialect=bland", vec![]),
        ("dialect=native&search=a", vec!["Opening Hours", "fail"]),
    ] {
        let list = world.admin.get(&format!("/v1/tools?{query}")).await.expect(200);
        let mut found: Vec<&str> =
            list["data"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, names, "{query}");
    }
    let by_name = world.admin.get("/v1/tools/by-name/Opening%20Hours").await.expect(200);
    assert_eq!(by_name["id"], made["id"]);
}

#[tokio::test]
async fn sessions_and_executions_are_filtered() {
    let world = World::new().await;
    let admin = &world.admin;
    let call = json!({"name": "book", "arguments": {"date": "d"}, "tool_call_id": "call_7"});
    let done = admin.post(&format!("/v1/sessions/{}/calls", world.spare_session), call).await.expect(200);
    let tested = admin
        .post(&format!("/v1/tools/{}/test", world.tool), json!({"arguments": {"date": "d"}}))
        .await
        .expect(200);
    let ended = format!("/v1/sessions/{}/end", world.session);
    assert_eq!(admin.post(&ended, json!({})).await.expect(200)["status"], "ended");
    let ids = |list: Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|one| text(one, "id")).collect()
    };
    let (spare, session) = (&world.spare_session, &world.session);
    assert_eq!(ids(admin.get("/v1/sessions?active=true").await.expect(200)), std::slice::from_ref(spare));
    assert_eq!(ids(admin.get("/v1/sessions?active=false").await.expect(200)), std::slice::from_ref(session));
    let of_agent = format!("/v1/sessions?agent_id={}", world.agent);
    assert_eq!(ids(admin.get(&of_agent).await.expect(200)).len(), 2);
    let (done, tested) = (text(&done, "execution_id"), text(&tested, "execution_id"));
    let unknown = world.unknown_execution.clone();
    for (query, expected) in [
        (format!("session_id={spare}"), vec![done.clone()]),
        (format!("session_id={session}"), vec![unknown.clone()]),
        (format!("tool_id={}&test=false", world.tool), vec![done.clone()]),
        ("test=true".to_owned(), vec![tested.clone()]),
        ("outcome=unknown".to_owned(), vec![unknown.clone()]),
        ("tool_call_id=call_7".to_owned(), vec![done.clone()]),
        ("until=2020-01-01T00:00:00Z".to_owned(), vec![]),
        ("since=2020-01-01T00:00:00Z".to_owned(), vec![tested.clone(), done.clone(), unknown.clone()]),
        (format!("agent_id={}", world.agent), vec![done.clone(), unknown.clone()]),
    ] {
        let list = admin.get(&format!("/v1/executions?{query}")).await.expect(200);
        assert!(list["data"].as_array().unwrap().iter().all(|one| one.get("attempts").is_none()), "{query}");
        assert_eq!(ids(list), expected, "{query}");
    }
    let detailed = admin.get("/v1/executions?include=details&tool_call_id=call_7").await.expect(200);
    let record = &detailed["data"][0];
    assert_eq!(record["arguments"], json!({"date": "d"}));
    assert_eq!(record["response_status"], 200);
    assert_eq!(record["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(record["request"]["method"], "POST");
}
