//! Lists of tools (burki: 2.4, 2.5).

use serde_json::{Value, json};

use crate::house::{House, texts};

async fn filled() -> House {
    let house = House::new().await;
    for name in ["beta", "alpha", "100%_sure", "gamma"] {
        house.tool(name, json!({"url": house.url("/x")}), texts(&[])).await;
    }
    house.patch("/api/v1/tools/4", json!({"is_active": false, "display_name": "Zeta"})).await.expect(200);
    house
}

fn names(list: &Value, member: &str) -> Vec<String> {
    list[member].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn both_wrappers_of_the_older_api() {
    let house = House::new().await;
    let empty = house.get("/api/v1/tools").await.expect(200);
    assert_eq!(
        empty,
        json!({"success": true, "tools": [], "items": [], "total": 0,
            "pagination": {"page": 1, "per_page": 12, "total": 0, "total_count": 0, "total_pages": 0,
                "has_next": false, "has_prev": false, "next_page": null, "prev_page": null}})
    );
    for number in 0..14 {
        house.tool(&format!("t{number:02}"), json!({"url": "https://example.com"}), texts(&[])).await;
    }
    let all = house.get("/api/v1/tools").await.expect(200);
    assert_eq!((names(&all, "tools").len(), names(&all, "items").len(), &all["total"]), (12, 14, &json!(14)));
    assert_eq!(all["pagination"]["next_page"], 2);
    let second = house.get("/api/v1/tools?page=2").await.expect(200);
    assert_eq!(
        (names(&second, "tools"), names(&second, "items").len()),
        (vec!["t12".to_owned(), "t13".to_owned()], 2)
    );
    assert!(names(&house.get("/api/v1/tools?page=9").await.expect(200), "tools").is_empty());
    assert_eq!(all["items"][0], house.get("/api/v1/tools/1").await.expect(200));
}

#[tokio::test]
async fn filters_and_orders() {
    let house = filled().await;
    let house = &house;
    let list = |query: &'static str| async move {
        names(&house.get(&format!("/api/v1/tools?{query}")).await.expect(200), "items")
    };
    assert_eq!(list("").await, ["100%_sure", "alpha", "beta", "gamma"]);
    assert_eq!(list("sort_order=desc").await, ["gamma", "beta", "alpha", "100%_sure"]);
    assert_eq!(list("sort_by=created_at").await, ["beta", "alpha", "100%_sure", "gamma"]);
    assert_eq!(list("search=%25").await, ["100%_sure"]);
    assert_eq!(list("search=_").await, ["100%_sure"]);
    assert_eq!(list("search=ZETA").await, ["gamma"]);
    assert_eq!(list("search=Looks").await.len(), 4);
    assert_eq!(list("is_active=False").await, ["gamma"]);
    assert_eq!(list("is_active=yes").await.len(), 3);
    assert_eq!(list("tool_type=http").await.len(), 4);
    assert!(list("tool_type=lambda").await.is_empty());
    assert_eq!(list("nonsense=1&sort_by=execution_count").await, ["beta", "alpha", "100%_sure", "gamma"]);
    house.post("/api/organization/tools/1/test", json!({})).await.expect(200);
}

#[tokio::test]
async fn counters_decide_the_order() {
    let house = filled().await;
    let assistant = house.assistant("a").await;
    house.assign(1, assistant).await;
    let session = house.session(assistant).await;
    house.call(session, "beta", json!({})).await;
    house.engine.flush().await.unwrap();
    for field in ["success_rate", "execution_count", "avg_execution_time"] {
        let path = format!("/api/v1/tools?sort_by={field}&sort_order=desc");
        let list = house.get(&path).await.expect(200);
        assert_eq!(list["items"][0]["name"], "beta", "{field}");
    }
}

#[tokio::test]
async fn wrong_queries_are_refused_by_the_family() {
    let house = House::new().await;
    let old = house.get("/api/v1/tools?sort_by=size").await.detail(400);
    assert_eq!(
        old,
        "Invalid sort_by field. Must be one of: name, display_name, created_at, updated_at, execution_count"
    );
    let old = house.get("/api/v1/tools?per_page=101").await.expect(422);
    assert_eq!(old["detail"][0]["loc"], json!(["query", "per_page"]));
    let new = house.get("/api/organization/tools?sort_by=success_rate").await.expect(422);
    assert_eq!(new["detail"][0]["type"], "string_pattern_mismatch");
    let new = house.get("/api/organization/tools?page=0&is_active=maybe").await.expect(422);
    assert_eq!(new["detail"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_newer_list_is_brief() {
    let house = filled().await;
    let list = house.get("/api/organization/tools?per_page=2").await.expect(200);
    assert_eq!(list["success"], true);
    let first = list["tools"][0].as_object().unwrap();
    let members: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "id",
            "name",
            "display_name",
            "description",
            "tool_type",
            "is_active",
            "is_public",
            "execution_count",
            "success_rate",
            "last_executed_at",
            "created_at",
            "updated_at"
        ]
    );
    assert!(first["created_at"].as_str().unwrap().len() == 24);
    assert_eq!(
        list["pagination"],
        json!({"page": 1, "per_page": 2, "total_count": 4, "total_pages": 2, "has_prev": false, "has_next": true,
            "prev_page": null, "next_page": 2})
    );
}
