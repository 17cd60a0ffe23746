//! Templates against hostile and awkward values (burki: 3.2, 3.3; section 6, lines 3 to 7).

use serde_json::{Value, json};

use crate::house::{House, texts};

async fn tried(house: &House, configuration: Value, schema: Value, parameters: Value) -> Value {
    let body = json!({"tool_type": "endpoint", "configuration": configuration, "test_parameters": parameters,
        "function_definition": {"name": "t", "parameters": schema}});
    house.post("/api/tools/test", body).await.expect(200)
}

#[tokio::test]
async fn values_stay_in_their_place_of_the_url() {
    let house = House::new().await;
    for evil in ["../../admin?x=1#", "a/b", "//evil.com", "@evil.com", "%2e%2e", "a b&c=d", "\u{e4}"] {
        let configuration =
            json!({"url": house.url("/users/${parameters.id}/orders?q=${id}"), "method": "GET"});
        let done = tried(&house, configuration, texts(&["id"]), json!({ "id": evil })).await;
        assert_eq!(done["success"], true, "{evil}: {done}");
        let target = house.receiver.requests().last().unwrap().target.clone();
        let segments: Vec<&str> = target.split('?').next().unwrap().split('/').collect();
        assert_eq!((segments.len(), segments[1], segments[3]), (4, "users", "orders"), "{target}");
        assert_eq!(target.matches('?').count(), 1, "{target}");
    }
    let sent = house.receiver.requests().len();
    for evil in ["..", ".", ""] {
        let configuration = json!({"url": house.url("/users/${id}/orders"), "method": "GET"});
        let refused = tried(&house, configuration, texts(&["id"]), json!({ "id": evil })).await;
        assert_eq!(refused["success"], false, "{evil}");
    }
    assert_eq!(house.receiver.requests().len(), sent);
}

#[tokio::test]
async fn values_stay_data_in_bodies_and_headers() {
    let house = House::new().await;
    house.secret("HIDDEN", "hidden value").await;
    let sly = "a\", \"admin\": \"true\n\\1 $1 ${env.HIDDEN} {{x}} \u{1f642}";
    for template in [
        json!({"note": "${note}", "text": "<${note}>"}),
        json!("{\"note\": ${note}, \"text\": \"<${note}>\"}"),
    ] {
        let configuration = json!({"url": house.url("/x"), "method": "POST", "request_template": template});
        let done = tried(&house, configuration, texts(&["note"]), json!({ "note": sly })).await;
        assert_eq!(done["success"], true, "{done}");
        let request = house.receiver.requests().pop().unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({"note": sly, "text": format!("<{sly}>")}));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
    let sent = house.receiver.requests().len();
    let configuration = json!({"url": house.url("/x"), "method": "GET", "headers": {"X-Note": "${note}"}});
    let refused = tried(&house, configuration, texts(&["note"]), json!({"note": "a\r\nHost: evil"})).await;
    assert_eq!(refused["success"], false);
    assert_eq!(house.receiver.requests().len(), sent);
}

#[tokio::test]
async fn types_drops_and_text_forms() {
    let house = House::new().await;
    let schema =
        json!({"type": "object", "properties": {"n": {}, "flag": {}, "list": {}, "o": {}, "gone": {}}});
    let template = json!({"n": "${n}", "text": "${n} ${flag} ${list} ${o} [${gone}]", "gone": "${gone}",
        "items": ["${list}", "${gone}"], "deep": {"o": "${parameters.o.k}", "first": "${parameters.list.0}"},
        "literal": "$${n}"});
    let configuration = json!({"url": house.url("/x"), "method": "POST", "request_template": template});
    let parameters = json!({"n": 2.5, "flag": true, "list": [1, "a"], "o": {"k": null}});
    let done = tried(&house, configuration, schema, parameters).await;
    assert_eq!(done["success"], true, "{done}");
    let body: Value = serde_json::from_slice(&house.receiver.requests()[0].body).unwrap();
    assert_eq!(
        body,
        json!({"n": 2.5, "text": "2.5 true [1,\"a\"] {\"k\":null} []", "items": [[1, "a"], null],
            "deep": {"o": null, "first": 1}, "literal": "${n}"})
    );
}

#[tokio::test]
async fn arguments_without_a_template_are_sent() {
    let house = House::new().await;
    let schema = json!({"type": "object", "properties": {"id": {}, "tags": {}, "o": {}, "none": {}}});
    let parameters = json!({"id": 7, "tags": ["a", "b"], "o": {"k": 1}, "none": null});
    for (method, target, body) in [
        ("GET", "/x/7?fixed=1&tags=a&tags=b&o=%7B%22k%22%3A1%7D", ""),
        ("DELETE", "/x/7?fixed=1&tags=a&tags=b&o=%7B%22k%22%3A1%7D", ""),
        ("POST", "/x/7?fixed=1", r#"{"tags":["a","b"],"o":{"k":1},"none":null}"#),
        ("PATCH", "/x/7?fixed=1", r#"{"tags":["a","b"],"o":{"k":1},"none":null}"#),
    ] {
        let mut configuration = json!({"url": house.url("/x/${id}?fixed=1"), "method": method});
        tried(&house, configuration.clone(), schema.clone(), parameters.clone()).await;
        let request = house.receiver.requests().pop().unwrap();
        assert_eq!((request.target.as_str(), request.text().as_str()), (target, body), "{method}");
        configuration["send_unused_arguments"] = json!(false);
        tried(&house, configuration, schema.clone(), parameters.clone()).await;
        let request = house.receiver.requests().pop().unwrap();
        assert_eq!((request.target.as_str(), request.text().as_str()), ("/x/7?fixed=1", ""), "{method}");
    }
}

#[tokio::test]
async fn bodies_have_their_type() {
    let house = House::new().await;
    let rows = [
        (json!({"a": "${x}"}), json!({}), "application/json", r#"{"a":"1 2"}"#),
        (json!("x is ${x}"), json!({}), "text/plain", "x is 1 2"),
        (
            json!({"a": "${x}", "l": [1, 2]}),
            json!({"Content-Type": "application/x-www-form-urlencoded"}),
            "application/x-www-form-urlencoded",
            "a=1%202&l=1&l=2",
        ),
        (
            json!("a=${x}&b=1"),
            json!({"Content-Type": "application/x-www-form-urlencoded"}),
            "application/x-www-form-urlencoded",
            "a=1%202&b=1",
        ),
        (
            json!({"a": "${x}"}),
            json!({"content-type": "application/json; charset=utf-8"}),
            "application/json; charset=utf-8",
            r#"{"a":"1 2"}"#,
        ),
    ];
    for (template, headers, kind, text) in rows {
        let configuration = json!({"url": house.url("/x"), "method": "PUT", "request_template": template, "headers": headers});
        let done = tried(&house, configuration, texts(&["x"]), json!({"x": "1 2"})).await;
        assert_eq!(done["success"], true, "{done}");
        let request = house.receiver.requests().pop().unwrap();
        assert!(request.header("content-type").unwrap().starts_with(kind), "{kind}");
        assert_eq!(request.text(), text);
    }
    // GET with an object asks by query, a text is ignored.
    let configuration = json!({"url": house.url("/x?a=1"), "method": "GET", "request_template": {"q": "${x}", "l": [1, 2], "o": {"k": 1}}});
    tried(&house, configuration, texts(&["x"]), json!({"x": "1"})).await;
    assert_eq!(house.receiver.requests().pop().unwrap().target, "/x?a=1&q=1&l=1&l=2&o=%7B%22k%22%3A1%7D");
    let configuration = json!({"url": house.url("/x"), "method": "HEAD", "request_template": "ignored ${x}"});
    tried(&house, configuration, texts(&["x"]), json!({"x": "1"})).await;
    assert_eq!(house.receiver.requests().pop().unwrap().target, "/x?x=1");
}

#[tokio::test]
async fn hosts_and_passwords_come_from_the_secret_store_only() {
    let house = House::new().await;
    let address = house.receiver.address();
    house.secret("HOST", "127.0.0.1").await;
    house.secret("PASSWORD", "p@ss/word").await;
    let url = format!("http://user:${{PASSWORD}}@${{env.HOST}}:{}/x", address.port());
    let done = tried(&house, json!({"url": url, "method": "GET"}), texts(&[]), json!({})).await;
    assert_eq!(done["success"], true, "{done}");
    let request = house.receiver.requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some("Basic dXNlcjpwQHNzL3dvcmQ="));
    for url in ["https://${host}/", "https://${call_id}.example.com/"] {
        let refused =
            tried(&house, json!({"url": url, "method": "GET"}), texts(&["host"]), json!({"host": "x"})).await;
        assert!(refused["error"].as_str().unwrap().starts_with("URL not allowed: "), "{refused}");
    }
    let dropped = json!({"url": house.url("/x#${nothing}"), "method": "GET"});
    assert_eq!(tried(&house, dropped, texts(&[]), json!({})).await["success"], true);
}
