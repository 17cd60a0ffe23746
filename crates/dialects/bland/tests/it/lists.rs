//! The list of tools (bland: 2.1).

use serde_json::{Value, json};

use crate::house::House;

fn names(list: &Value) -> Vec<&str> {
    list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn tools_are_listed_newest_first_and_found() {
    let house = House::open().await;
    assert_eq!(
        house.get("/v1/tools").await.ok(),
        json!({"status": "success", "tools": [], "data": null, "errors": null})
    );
    for (name, label, description) in
        [("Alpha", "First", "finds orders"), ("Beta", "Second", "books"), ("Gamma", "Third", "100%_sure")]
    {
        house.tool(json!({"name": name, "label": label, "description": description})).await;
    }
    let list = house.get("/v1/tools").await.ok();
    assert_eq!(names(&list), ["Gamma", "Beta", "Alpha"]);
    let id = list["tools"][0]["tool_id"].as_str().unwrap();
    assert_eq!(list["tools"][0], house.record(id).await);
    for (query, expected) in [
        ("?search=BET", vec!["Beta"]),
        ("?search=first", vec!["Alpha"]),
        ("?search=ORDERS", vec!["Alpha"]),
        ("?search=%25_", vec!["Gamma"]),
        ("?search=nothing", vec![]),
        ("?limit=2", vec!["Gamma", "Beta"]),
        ("?search=a&limit=1", vec!["Gamma"]),
        ("?page=7&unknown=x", vec!["Gamma", "Beta", "Alpha"]),
    ] {
        assert_eq!(names(&house.get(&format!("/v1/tools{query}")).await.ok()), expected, "{query}");
    }
    for limit in ["0", "1001", "x"] {
        let answer = house.get(&format!("/v1/tools?limit={limit}")).await;
        assert_eq!(answer.refused(400), ["INVALID_PARAMETER"]);
    }
}
