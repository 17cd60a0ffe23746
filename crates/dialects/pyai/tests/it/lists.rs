//! Lists and their pages.

use serde_json::{Value, json};

use crate::house::{House, text};

const CATALOGUE: [&str; 6] =
    ["datetime", "transfer_to_human", "send_dtmf", "play_hold", "collect", "end_call"];

fn names(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|tool| text(tool, "name")).collect()
}

#[tokio::test]
async fn prebuilt_tools_come_first_then_own_ones_by_age() {
    let house = House::open().await;
    for name in ["zeta", "alpha", "mid"] {
        house.tool(json!({"name": name})).await;
    }
    let list = house.get("/v1/tools").await.expect(200);
    assert_eq!((&list["object"], &list["has_more"]), (&json!("list"), &json!(false)));
    assert!(list.get("next_cursor").is_none());
    let mut expected: Vec<&str> = CATALOGUE.to_vec();
    expected.extend(["zeta", "alpha", "mid"]);
    assert_eq!(names(&list), expected);
    assert_eq!(names(&house.get("/v1/tools?kind=prebuilt").await.expect(200)), CATALOGUE);
    assert_eq!(names(&house.get("/v1/tools?kind=custom&x=y").await.expect(200)), ["zeta", "alpha", "mid"]);
    house.get("/v1/tools?kind=else").await.problem(400, "invalid_request", Some("kind"));
}

#[tokio::test]
async fn pages_of_any_size_give_the_same_list() {
    let house = House::open().await;
    for number in 0..5 {
        house.tool(json!({"name": format!("own {number}")})).await;
        let hidden = json!({"name": format!("text {number}"), "kind": "context", "context": {"text": "x"}});
        house.native_tool(hidden).await;
    }
    house.agent_with(json!([{"tool_id": "tool_prebuilt_datetime"}])).await;
    let whole = names(&house.get("/v1/tools").await.expect(200));
    assert_eq!(whole.len(), 11, "{whole:?}");
    for limit in 1..=12 {
        let (mut seen, mut path) = (Vec::new(), format!("/v1/tools?limit={limit}"));
        for _ in 0..30 {
            let page = house.get(&path).await.expect(200);
            assert!(page["data"].as_array().unwrap().len() <= limit);
            seen.extend(names(&page));
            match page.get("next_cursor") {
                Some(cursor) => path = format!("/v1/tools?limit={limit}&cursor={}", cursor.as_str().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen, whole, "limit {limit}");
    }
}

#[tokio::test]
async fn limits_and_cursors_that_are_none_are_refused() {
    let house = House::open().await;
    for path in ["/v1/tools", "/v1/agents", "/v1/tools/calls"] {
        for limit in ["0", "1001", "-1", "x", ""] {
            let refused = house.get(&format!("{path}?limit={limit}")).await;
            refused.problem(400, "invalid_request", Some("limit"));
        }
        for cursor in ["x", "prebuilt-x", "AAAA", "%00"] {
            let refused = house.get(&format!("{path}?cursor={cursor}")).await;
            refused.problem(400, "invalid_request", Some("cursor"));
        }
    }
    house.get("/v1/tools/calls?limit=501").await.problem(400, "invalid_request", Some("limit"));
    house.get("/v1/tools/calls?limit=500").await.expect(200);
    house.get("/v1/tools?cursor=prebuilt-99999999").await.expect(200);
}
