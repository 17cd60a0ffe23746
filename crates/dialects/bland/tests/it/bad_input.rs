//! Whatever is sent, nobody gets a 500; and nobody gets at what belongs to others (bland: 1, 1.1).

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::json;

use crate::house::House;

const PATHS: [&str; 6] = [
    "/v1/tools",
    "/v1/tools/{id}",
    "/v1/tools/{id}/test",
    "/v1/calls",
    "/v1/secrets",
    "/v1/tools/TL-00000000-0000-0000-0000-000000000000",
];

fn bodies() -> Vec<Vec<u8>> {
    let deep = format!("{{\"body\":{}1{}}}", "[".repeat(3000), "]".repeat(3000));
    let mut bodies: Vec<Vec<u8>> = ["{", "[]", "3", "\"x\"", "nul", "{\"name\":1,\"name\":2}", "{\"name\":\"a\\u0000b\"}",
        "{\"timeout\":1e999}", "{\"tool\":[[]]}", "{\"tools\":[[[]]]}", "{\"url\":\"https://\\u0000/\"}",
        "{\"name\":{},\"description\":[],\"url\":{},\"headers\":1,\"body\":null,\"input_schema\":3,\"response\":\"x\"}",
        "{\"phone_number\":{},\"task\":[]}", "{\"input\":1,\"request_data\":[]}", "{\"name\":\"\\ud800\"}"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    bodies.push(deep.into_bytes());
    bodies.push(vec![0xff, 0xfe, 0x00]);
    bodies.push(vec![b'x'; 1024 * 1024 + 1]);
    bodies
}

#[tokio::test]
async fn nothing_that_is_sent_is_our_fault() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    for path in PATHS {
        let path = path.replace("{id}", &id);
        for body in bodies() {
            let is_large = body.len() > 1024 * 1024;
            let shown: String = String::from_utf8_lossy(&body).chars().take(60).collect();
            let answer = house.send("hs_live_bland_tests_0000000000000001", "POST", &path, Some(body)).await;
            if answer.status == 200 {
                continue;
            }
            let status = if is_large { 413 } else { answer.status };
            answer.refused(status);
            assert!(answer.status < 500, "{path} {shown}: {}", answer.body);
        }
    }
    let fallback = ["/v1/nothing", "/v2/tools", "/v1/tools/clone", "/v1/tools/run", "/", "/v1/tools/a/b/c"];
    for path in fallback {
        assert_eq!(house.get(path).await.refused(404).len(), 1, "{path}");
    }
    for (method, path) in
        [("PUT", "/v1/tools"), ("PATCH", "/v1/tools"), ("DELETE", "/v1/me"), ("GET", "/v1/calls")]
    {
        let answer = house.send("hs_live_bland_tests_0000000000000001", method, path, None).await;
        assert_eq!(answer.refused(404), ["NOT_FOUND"], "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_is_read_whatever_its_type_and_none_is_an_empty_one() {
    let house = House::open().await;
    let body = json!({"name": "Lookup", "description": "d", "url": "https://api.example.com/"}).to_string();
    let key = [("authorization", "hs_live_bland_tests_0000000000000001"), ("content-type", "text/plain")];
    house.send_with(&key, "POST", "/v1/tools", Some(body.into_bytes())).await.ok();
    assert_eq!(house.send(key[0].1, "POST", "/v1/tools", None).await.refused(400), ["MISSING_PARAMETER"; 3]);
}

#[tokio::test]
async fn keys_are_taken_raw_and_with_a_scheme() {
    let house = House::open().await;
    let key = "hs_live_bland_tests_0000000000000001";
    for value in [key.to_owned(), format!("Bearer {key}"), format!("bearer  {key}"), format!(" {key} ")] {
        let headers = [("authorization", value.as_str()), ("encrypted_key", "x"), ("x-unknown", "y")];
        house.send_with(&headers, "GET", "/v1/me", None).await.ok();
    }
    for headers in [
        vec![],
        vec![("authorization", "")],
        vec![("authorization", "hs_live_wrong_000000000000000000000")],
        vec![("authorization", "Basic abc")],
        vec![("authorization", key), ("authorization", key)],
        vec![("x-api-key", key)],
    ] {
        let answer = house.send_with(&headers, "GET", "/v1/me", None).await;
        assert_eq!(answer.refused(401), ["AUTH_FAILURE"], "{headers:?}");
        assert_eq!(answer.message(), "Unauthorized");
    }
}

#[tokio::test]
async fn keys_without_a_scope_are_refused() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    let (tool, test) = (format!("/v1/tools/{id}"), format!("/v1/tools/{id}/test"));
    let call = json!({"phone_number": "+15550001111", "task": "t"});
    let inline = json!({"phone_number": "+15550001111", "task": "t", "tools": [{"name": "x", "description": "d",
        "url": "https://api.example.com/"}]});
    for (needs, method, path, body) in [
        (Permission::ToolsRead, "GET", "/v1/tools", None),
        (Permission::ToolsRead, "GET", tool.as_str(), None),
        (Permission::ToolsWrite, "POST", "/v1/tools", Some(json!({}))),
        (Permission::ToolsWrite, "POST", tool.as_str(), Some(json!({}))),
        (Permission::ToolsWrite, "DELETE", tool.as_str(), None),
        (Permission::Sessions, "POST", test.as_str(), Some(json!({}))),
        (Permission::Sessions, "POST", "/v1/calls", Some(call)),
        (Permission::Sessions, "GET", "/v1/calls/00000000-0000-0000-0000-000000000000", None),
        (Permission::ToolsWrite, "POST", "/v1/calls", Some(inline)),
    ] {
        let others: Vec<Permission> = Permission::ALL.into_iter().filter(|other| *other != needs).collect();
        let key = house.key_with(&others, Mode::Live).await;
        let body = body.map(|body| body.to_string().into_bytes());
        assert_eq!(house.send(&key, method, path, body).await.refused(403), ["FORBIDDEN"], "{method} {path}");
    }
}

#[tokio::test]
async fn what_belongs_to_others_is_not_there() {
    let house = House::open().await;
    let id = house.tool(json!({})).await;
    let call = house.call(json!({"tools": [id]})).await;
    let other = house.other_org().await;
    let absent = "00000000-0000-0000-0000-000000000000";
    for (method, path, body) in [
        ("GET", "/v1/tools/{}", None),
        ("POST", "/v1/tools/{}", Some("{}")),
        ("DELETE", "/v1/tools/{}", None),
        ("POST", "/v1/tools/{}/test", Some("{}")),
    ] {
        let theirs = house.send(&other, method, &path.replace("{}", &id), body.map(Into::into)).await;
        let nobodys = house.send(&other, method, &path.replace("{}", absent), body.map(Into::into)).await;
        assert_eq!(
            (theirs.refused(404), &theirs.body),
            (nobodys.refused(404), &nobodys.body),
            "{method} {path}"
        );
    }
    let theirs = house.send(&other, "GET", &format!("/v1/calls/{}", call.uuid()), None).await;
    assert_eq!(theirs.refused(404), ["CALL_NOT_FOUND"]);
    let body = json!({"phone_number": "+15550001111", "task": "t", "tools": [id]}).to_string();
    let call = house.send(&other, "POST", "/v1/calls", Some(body.into_bytes())).await;
    assert_eq!(call.message(), format!("Invalid tools: tools[0]: tool {id} not found"));
    assert_eq!(house.send(&other, "GET", "/v1/tools", None).await.ok()["tools"], json!([]));
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer() {
    let house = House::open().await;
    let headers = [("authorization", "hs_live_bland_tests_0000000000000001"), ("idempotency-key", "k1")];
    let body = |name: &str| {
        Some(
            json!({"name": name, "description": "d", "url": "https://api.example.com/"})
                .to_string()
                .into_bytes(),
        )
    };
    let first = house.send_with(&headers, "POST", "/v1/tools", body("A")).await.ok();
    assert_eq!(house.send_with(&headers, "POST", "/v1/tools", body("A")).await.ok(), first);
    let other = house.send_with(&headers, "POST", "/v1/tools", body("B")).await;
    assert_eq!(other.refused(409), ["IDEMPOTENCY_CONFLICT"]);
}
