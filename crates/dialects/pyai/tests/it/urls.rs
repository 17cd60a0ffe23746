//! Addresses at registration (contract: 3.5).

use serde_json::{Value, json};

use crate::house::{House, text};

#[tokio::test]
async fn only_public_https_urls_are_registered() {
    let house = House::open().await;
    for url in [
        "http://app.example.com/x",
        "ftp://app.example.com/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.5/x",
        "https://192.168.1.1/x",
        "https://172.16.0.1/x",
        "https://100.64.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://192.0.2.1/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://[fd00::1]/x",
        "https://[fe80::1]/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0177.0.0.1/x",
        "https://127.1/x",
        "https://metadata.google.internal/x",
        "https://app.example.com:22/x",
        "https://user:pw@app.example.com/x",
        "https://app.example.com/x#frag",
        "https:///x",
        "app.example.com",
        "https://a b.example/x",
    ] {
        let refused = house.post("/v1/tools", json!({"name": "t", "webhook_url": url})).await;
        let body = refused.problem(400, "invalid_webhook_url", Some("webhook_url"));
        let detail = text(&body, "detail");
        assert!(detail.starts_with("webhook_url must be a public https URL: "), "{url}: {detail}");
        assert!(!detail.contains("127.0.0.1") && !detail.contains("169.254"), "no address: {detail}");
    }
    let list = house.get("/v1/tools?kind=custom").await.expect(200);
    assert_eq!(list["data"], Value::Array(Vec::new()), "nothing half-written");
}

#[tokio::test]
async fn an_update_is_checked_too_and_a_name_that_does_not_resolve_passes() {
    let house = House::open().await;
    let made = house.tool(json!({"name": "t", "webhook_url": "https://nobody.example.com/x"})).await;
    let path = format!("/v1/tools/{}", text(&made, "id"));
    let private = json!({"name": "t", "webhook_url": "https://10.1.2.3/"});
    house.post(&path, private.clone()).await.problem(400, "invalid_webhook_url", Some("webhook_url"));
    house.post("/v1/tools", private).await.problem(400, "invalid_webhook_url", Some("webhook_url"));
    let client = json!({"name": "c", "execution": "client", "webhook_url": "https://10.1.2.3/"});
    house.post("/v1/tools", client).await.problem(400, "invalid_webhook_url", Some("webhook_url"));
    assert_eq!(house.get(&path).await.expect(200)["webhook_url"], "https://nobody.example.com/x");
}

#[tokio::test]
async fn hosts_that_the_operator_opened_may_be_plain_http() {
    let receiver = hookswitch_testkit::TestServer::answering("{}").await;
    let house = House::reaching(&receiver).await;
    let made = house.tool(json!({"name": "t", "webhook_url": receiver.url("/x")})).await;
    assert_eq!(made["webhook_url"], receiver.url("/x"));
}
