//! Both shapes of errors (contract: 1).

use hookswitch_dialect_pyai::wire::trouble::CODES;
use http::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn unknown_routes_and_methods_are_the_doors_to_say() {
    let house = House::open().await;
    for (method, path) in [
        (Method::GET, "/v1/nope"),
        (Method::POST, "/v1/audio/speech"),
        (Method::POST, "/v1/audio/transcriptions"),
        (Method::GET, "/v1/voice/clones"),
        (Method::GET, "/v1/telephony/numbers"),
        (Method::GET, "/v1/recap/config"),
        (Method::POST, "/v1/sandbox/keys"),
        (Method::GET, "/"),
        (Method::GET, "/v1/tools/"),
    ] {
        let message = house.send(method.clone(), path, None).await.gateway(
            404,
            "invalid_request_error",
            "unknown_route",
        );
        assert_eq!(message, format!("No such route: {method} {path}"));
    }
    // A socket's path without an upgrade.
    let plain = house.send(Method::GET, "/v1/omni", None).await;
    plain.gateway(400, "invalid_request_error", "invalid_request");
    for (method, path) in [
        (Method::PUT, "/v1/tools"),
        (Method::POST, "/v1/tools/calls"),
        (Method::GET, "/v1/tools/x/test"),
        (Method::DELETE, "/v1/me"),
        (Method::POST, "/v1/agents/x/tools"),
    ] {
        let refused = house.send(method, path, None).await;
        refused.gateway(405, "invalid_request_error", "method_not_allowed");
    }
}

#[tokio::test]
async fn every_error_comes_in_its_shape() {
    let house = House::open().await;
    let nobody = house.send_as("hs_live_nobody0000000000000000000000", Method::GET, "/v1/tools", None).await;
    assert_eq!(nobody.headers["www-authenticate"], "Bearer realm=\"hookswitch\"");
    nobody.gateway(401, "authentication_error", "unauthorized");
    let large = json!({"name": "t", "description": "x".repeat(1_100_000)});
    house.post("/v1/tools", large).await.gateway(413, "invalid_request_error", "request_too_large");
    house.engine.refuse_new();
    let draining = house.post("/v1/tools/tool_prebuilt_datetime/test", json!({"arguments": {}})).await;
    assert_eq!(draining.headers["retry-after"], "5");
    draining.gateway(503, "api_error", "service_unavailable");
}

#[tokio::test]
async fn the_type_of_every_problem_is_a_page() {
    let house = House::open().await;
    let absent = house.get("/v1/tools/tool_x").await.problem(404, "tool_not_found", None);
    let path = absent["type"].as_str().unwrap().strip_prefix("https://tools.example.com/pyai").unwrap();
    let page = house.get(path).await.expect(200);
    assert_eq!((&page["type"], &page["status"]), (&absent["type"], &absent["status"]));
    assert_eq!(page["title"], absent["title"]);
    for code in CODES {
        let path = format!("/problems/{}", code.word);
        assert_eq!(house.get(&path).await.expect(200)["what_to_do"], code.advice, "{}", code.word);
        let page = house.send_bytes(&[("accept", "text/html")], Method::GET, &path, Vec::new()).await;
        let kind = page.headers["content-type"].to_str().unwrap();
        assert_eq!((page.status, kind), (200, "text/html; charset=utf-8"), "{}", page.text);
        assert!(page.text.contains(code.title()), "{}", page.text);
    }
    let all = house.get("/problems").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), CODES.len());
    let nothing = house.get("/problems/nothing").await;
    nothing.gateway(404, "invalid_request_error", "unknown_route");
}

#[tokio::test]
async fn keys_for_repeats_must_be_keys() {
    let house = House::open().await;
    let bearer = format!("Bearer {}", house.key);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "a b")];
    let refused = house.send_bytes(&headers, Method::POST, "/v1/agents", br#"{"name":"A"}"#.to_vec()).await;
    refused.problem(400, "invalid_request", Some("idempotency-key"));
}
