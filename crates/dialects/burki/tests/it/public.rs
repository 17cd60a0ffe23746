//! Public tools: seen and copied by others, nothing else (burki: 2.1).

use http::Method;
use serde_json::{Value, json};

use crate::house::{House, endpoint, texts};

async fn shared() -> (House, String) {
    let house = House::new().await;
    let configuration = json!({"url": "https://u:sk-pw@example.com/x?api_key=sk-0", "method": "POST",
        "headers": {"Authorization": "Bearer ${API_KEY}", "Accept": "application/vnd.own"},
        "request_template": {"secret": "sk-2", "q": "${q}"}});
    let mut body = endpoint("shared", configuration, texts(&["q"]));
    body["is_public"] = json!(true);
    house.post("/api/v1/tools", body).await.expect(200);
    house.tool("private", json!({"url": "https://example.com"}), texts(&[])).await;
    let stranger = house.stranger().await;
    (house, stranger)
}

#[tokio::test]
async fn others_see_them_without_what_is_ours() {
    let (house, stranger) = shared().await;
    for path in ["/api/v1/tools/public", "/api/tools/public"] {
        let list = house.send_as(&stranger, Method::GET, path, None).await.expect(200);
        assert_eq!((&list["total"], &list["items"][0]["name"]), (&json!(1), &json!("shared")));
        assert_eq!(list["items"][0]["organization_id"], 1);
        let shown = house.send_as(&stranger, Method::GET, &format!("{path}/1"), None).await.expect(200);
        assert_eq!(shown, list["items"][0]);
        let text = shown.to_string();
        for secret in ["sk-", "application/vnd.own", "API_KEY"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert_eq!(house.send_as(&stranger, Method::GET, &format!("{path}/2"), None).await.status, 404);
        // Our own are in our own list.
        assert_eq!(house.get(path).await.expect(200)["total"], 0);
    }
    for (method, path) in [
        (Method::GET, "/api/v1/tools/1"),
        (Method::DELETE, "/api/v1/tools/1"),
        (Method::POST, "/api/organization/tools/1/test"),
    ] {
        let body = (method == Method::POST).then(|| json!({}));
        assert_eq!(house.send_as(&stranger, method, path, body).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_copy_has_no_secrets_and_can_not_run_until_they_are_set() {
    let (house, stranger) = shared().await;
    let path = "/api/v1/tools/public/1/duplicate";
    let copied = house.send_as(&stranger, Method::POST, path, None).await.expect(200);
    assert_eq!(copied["tool"]["name"], "shared_copy_1");
    assert_eq!(
        copied["missing_secrets"],
        json!([
            "configuration.headers.Authorization",
            "configuration.headers.Accept",
            "configuration.url",
            "configuration.request_template.secret"
        ])
    );
    let id = copied["tool_id"].as_i64().unwrap();
    let shown = house.send_as(&stranger, Method::GET, &format!("/api/v1/tools/{id}"), None).await.expect(200);
    assert!(!shown.to_string().contains("sk-") && shown["is_public"] == false, "{shown}");
    let test = format!("/api/organization/tools/{id}/test");
    let body = json!({"parameters": {"q": "x"}});
    let refused = house.send_as(&stranger, Method::POST, &test, Some(body)).await.expect(200);
    assert!(refused["error"].as_str().unwrap().starts_with("unresolved placeholder"), "{refused}");
    let gone: Value = house.patch("/api/v1/tools/1", json!({"is_public": false})).await.expect(200);
    assert_eq!(gone["is_public"], false);
    assert_eq!(
        house.send_as(&stranger, Method::POST, path, None).await.detail(404),
        "Tool with ID 1 not found"
    );
}
