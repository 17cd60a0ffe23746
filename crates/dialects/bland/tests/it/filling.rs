//! How requests are filled: every row of the tables (bland: 3.3, 3.4).

use serde_json::{Value, json};

use crate::house::House;

fn input() -> Value {
    json!({"date": "2026-01-02", "n": 3, "addr": {"zip": "01"}, "p": "a/b c", "x": "{{call_id}}", "list": [1, "b"],
        "truth": true, "empty": "", "crlf": "a\r\nb", "dot": "..", "Mixed Case": "m", "name": "José", "items": [{"id": "i0"}]})
}

/// Tests a tool with the input; gives the answer and the request that arrived, if one did.
async fn sent(house: &House, more: Value) -> (Value, Option<hookswitch_testkit::RecordedRequest>) {
    let before = house.receiver.requests().len();
    let id = house.tool(more).await;
    let answer = house
        .post(&format!("/v1/tools/{id}/test"), json!({"input": input(), "request_data": {"who": "Ada"}}))
        .await
        .ok();
    house.delete(&format!("/v1/tools/{id}")).await.ok();
    (answer, house.receiver.requests().get(before).cloned())
}

#[tokio::test]
async fn bodies_are_filled_as_the_tables_say() {
    let house = House::open().await;
    let text = "text/plain; charset=utf-8";
    let rows = [
        // The three rows of the page.
        (
            json!({"d": "{{input.date}}", "n": "{{ INPUT.n }}", "a": "{{input.addr}}", "m": "{{nope}}"}),
            r#"{"d":"2026-01-02","n":3,"a":{"zip":"01"},"m":null}"#,
            "application/json",
            vec!["nope"],
        ),
        (
            json!({"t": "n={{input.n}} {{nope}}!", "x": "{{input.x}}"}),
            r#"{"t":"n=3 !","x":"{{call_id}}"}"#,
            "application/json",
            vec!["nope"],
        ),
        // Whole values keep their type, text takes compact JSON.
        (json!("{{input.addr}}"), r#"{"zip":"01"}"#, "application/json", vec![]),
        (
            json!(["{{input.list}}", "{{input.list}}!", "{{input.truth}}", "{{input.addr}}-"]),
            r#"[[1,"b"],"[1,\"b\"]!",true,"{\"zip\":\"01\"}-"]"#,
            "application/json",
            vec![],
        ),
        (
            json!({"{{input.n}}": 1, "a": {"b": ["{{input.items[0].id}}", "{{input.items.0.id}}"]}}),
            r#"{"{{input.n}}":1,"a":{"b":["i0","i0"]}}"#,
            "application/json",
            vec![],
        ),
        (
            json!({"m": "{{input.mixed case}}", "w": "{{WHO}}", "u": "{{input.date", "e": "{{}}"}),
            r#"{"m":"m","w":"Ada","u":"{{input.date","e":"{{}}"}"#,
            "application/json",
            vec![],
        ),
        (json!(7), "7", "application/json", vec![]),
        // Text that is JSON is parsed first; a placeholder outside quotes is a whole value.
        (
            json!(r#"{"n": {{input.n}}, "s": "{{input.date}}", "m": {{nope}}}"#),
            r#"{"n":3,"s":"2026-01-02","m":null}"#,
            "application/json",
            vec!["nope"],
        ),
        (json!("on {{input.date}} {{nope}}."), "on 2026-01-02 .", text, vec!["nope"]),
        (json!("{{nope}}"), "null", "application/json", vec!["nope"]),
    ];
    for (body, expected, kind, unset) in rows {
        let (answer, request) = sent(&house, json!({"body": body})).await;
        let request = request.unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(
            (request.text().as_str(), request.header("content-type")),
            (expected, Some(kind)),
            "{body}"
        );
        assert_eq!(answer["unset_variables"], json!(unset), "{body}");
    }
    let whole = sent(&house, json!({"body": "{{input}}"})).await.1.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&whole.body).unwrap(), input());
    let form = json!({"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": "d={{input.p}}&x={{nope}}"});
    assert_eq!(sent(&house, form).await.1.unwrap().text(), "d=a%2Fb%20c&x=");
    let own = json!({"headers": {"Content-Type": "application/vnd.x+json"}, "body": {"a": 1}});
    assert_eq!(sent(&house, own).await.1.unwrap().header("content-type"), Some("application/vnd.x+json"));
}

#[tokio::test]
async fn methods_without_a_body_send_none() {
    let house = House::open().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET"] {
        let request = sent(&house, json!({"method": method})).await.1.unwrap();
        assert_eq!((request.method.as_str(), request.body.len()), (method, 0));
        assert_eq!(request.header("content-type"), None, "{method}");
        let target = request.target;
        assert_eq!(target, "/book", "what the model gives goes nowhere by itself");
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        let request = sent(&house, json!({"method": method, "body": {"n": "{{input.n}}"}})).await.1.unwrap();
        assert_eq!(request.text(), r#"{"n":3}"#, "{method}");
    }
}

#[tokio::test]
async fn urls_and_queries_are_encoded() {
    let house = House::open().await;
    let rows = [
        ("/o/{{input.p}}?z={{input.addr.zip}}", json!({}), "/o/a%2Fb%20c?z=01"),
        ("/o/{{nope}}/x", json!({}), "/o//x"),
        ("/o?a=1", json!({"q": "{{nope}}", "d": "{{input.date}}"}), "/o?a=1&d=2026-01-02"),
        ("/o", json!({"q": "{{nope}}", "d": "{{input.date}}"}), "/o?d=2026-01-02"),
        (
            "/o",
            json!({"z": "{{input.n}}", "a": "{{input.list}}", "o": "{{input.addr}}", "t": "x {{input.p}}", "f": [1], "k y": true}),
            "/o?z=3&a=%5B1%2C%22b%22%5D&o=%7B%22zip%22%3A%2201%22%7D&t=x%20a%2Fb%20c&f=%5B1%5D&k%20y=true",
        ),
        ("/o", json!({"e": "{{input.empty}}", "n": null}), "/o?e="),
    ];
    for (path, query, expected) in rows {
        let more = json!({"method": "GET", "url": house.url(path), "query": query});
        assert_eq!(sent(&house, more).await.1.unwrap().target, expected);
    }
    let (answer, request) =
        sent(&house, json!({"method": "GET", "url": house.url("/a/{{input.dot}}/b")})).await;
    assert!(request.is_none() && answer["status"] == "error", "{answer}");
}

#[tokio::test]
async fn headers_are_text_or_left_out() {
    let house = House::open().await;
    let headers = json!({"X-N": "{{input.n}}", "X-A": "{{input.addr}}", "X-None": "{{nope}}", "X-Text": "a {{nope}}b",
        "X-Seven": 7, "X-Name": "{{input.name}}", "X-Null": null, "User-Agent": "mine/1", "Idempotency-Key": "k-{{input.n}}"});
    let (answer, request) = sent(&house, json!({"headers": headers})).await;
    let request = request.unwrap();
    for (name, value) in [
        ("x-n", Some("3")),
        ("x-a", Some(r#"{"zip":"01"}"#)),
        ("x-none", None),
        ("x-text", Some("a b")),
        ("x-seven", Some("7")),
        ("x-name", Some("José")),
        ("x-null", None),
        ("user-agent", Some("mine/1")),
        ("idempotency-key", Some("k-3")),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    assert_eq!(answer["unset_variables"], json!(["nope"]));
    let (answer, request) = sent(&house, json!({"headers": {"X": "{{input.crlf}}"}})).await;
    assert!(request.is_none() && answer["status"] == "error", "{answer}");
    let plain = sent(&house, json!({})).await.1.unwrap();
    assert!(plain.header("user-agent").unwrap().starts_with("hookswitch/"));
    assert!(plain.header("idempotency-key").unwrap().starts_with("act_"));
}

#[tokio::test]
async fn variables_are_found_in_their_order() {
    let house = House::open().await;
    let body = json!({"call": "{{Call_ID}}", "number": "{{phone_number}}", "from": "{{from}}", "short": "{{short_from}}",
        "to": "{{short_to}}", "zone": "{{timezone}}", "country": "{{country}}", "state": "{{state}}", "city": "{{city}}",
        "zip": "{{zip}}", "language": "{{language}}", "agent": "{{agent_name}}", "dotted": "{{a.b}}", "input": "{{input.k}}",
        "now": "{{now}}"});
    let id = house.tool(json!({"body": body})).await;
    let data = json!({"phone_number": "no", "timezone": "mine", "state": null, "city": "Bern", "agent_name": "Bob", "A.B": 1,
        "a": {"b": 2}, "input": {"k": "no"}, "now": "never"});
    let call = house
        .call(json!({"tools": [id], "from": "+4930123456", "language": "eng", "request_data": data}))
        .await;
    house.run(call, "BookAppointment", json!({"k": "yes"})).await;
    let mut sent: Value = serde_json::from_slice(&house.receiver.requests().pop().unwrap().body).unwrap();
    let now = sent["now"].take();
    assert!(now.as_str().unwrap().ends_with('M') && now != "never", "{now}");
    assert_eq!(
        sent,
        json!({"call": call.uuid().to_string(), "number": "+14155550100", "from": "+4930123456",
        "short": "30123456", "to": "4155550100", "zone": "mine", "country": "US", "state": "CA", "city": "Bern", "zip": null,
        "language": "eng", "agent": "Bob", "dotted": 1, "input": "yes", "now": null})
    );
    let shown = house.get(&format!("/v1/calls/{}", call.uuid())).await.ok();
    assert_eq!(shown["tool_calls"][0]["unset_variables"], json!(["zip"]));
}

#[tokio::test]
async fn the_clock_is_that_of_the_call() {
    let house = House::open().await;
    let id =
        house.tool(json!({"body": {"here": "{{timestamp}}", "utc": "{{now_utc}}", "now": "{{now}}"}})).await;
    for (more, offset) in [
        (json!({}), ["-07:00", "-08:00"]),
        (json!({"timezone": "Asia/Kolkata"}), ["+05:30", "+05:30"]),
        (json!({"phone_number": "+4930123456"}), ["+00:00", "+00:00"]),
    ] {
        let mut more = more;
        more["tools"] = json!([id]);
        let call = house.call(more).await;
        house.run(call, "BookAppointment", json!({})).await;
        let sent: Value = serde_json::from_slice(&house.receiver.requests().pop().unwrap().body).unwrap();
        let here = sent["here"].as_str().unwrap();
        assert!(offset.iter().any(|offset| here.ends_with(offset)), "{here}");
    }
}
