//! What happens when a tool is called in a session: attempts, answers, extraction, speech, acts (bland: 3.2 to 3.6).

use std::sync::atomic::{AtomicUsize, Ordering};

use hookswitch_engine::SpeechReport;
use hookswitch_model::event::EventKind;
use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::House;

async fn house() -> House {
    let tries = AtomicUsize::new(0);
    House::answering(move |request| match request.target.as_str() {
        "/422" => Reply::status(422, r#"{"message":"no such slot"}"#),
        "/500" => Reply::status(500, "on fire"),
        "/flaky" if tries.fetch_add(1, Ordering::SeqCst) < 2 => Reply::status(503, ""),
        "/empty" => Reply::status(204, ""),
        "/text" => Reply::ok("plain words"),
        "/huge" => Reply::json(&format!("\"{}\"", "x".repeat(1024 * 1024))),
        "/large" => Reply::json(&format!("{{\"big\":\"{}\"}}", "x".repeat(70_000))),
        "/slow" => Reply::silence(),
        "/here" => Reply::redirect(307, "/ok"),
        "/moved" => Reply::redirect(302, "/ok"),
        _ => Reply::json(r#"{"a":{"zip":"12"},"t":[{"x":1},{"x":2}],"hy-phen":7}"#),
    })
    .await
}

/// Calls a tool of this path once, in a call of its own; gives what the model is told.
async fn told(house: &House, path: &str, more: Value) -> Value {
    let mut fields = json!({"name": format!("T {path}"), "url": house.url(path)});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = house.tool(fields).await;
    let session = house.call(json!({"tools": [id]})).await;
    let function = format!("T_{}", &path[1..]);
    let answer = house.run(session, &function, json!({})).await;
    house.delete(&format!("/v1/tools/{id}")).await.ok();
    (*answer.told).clone()
}

#[tokio::test]
async fn the_model_is_told_what_came_of_it() {
    let house = house().await;
    let get = json!({"method": "GET"});
    let post = json!({});
    let rows = [
        ("/422", &post, json!({"error": "HTTP 422: no such slot", "done": false})),
        ("/500", &post, json!({"error": "HTTP 500: on fire", "done": "unknown"})),
        ("/500", &get, json!({"error": "HTTP 500: on fire", "done": false})),
        ("/moved", &post, json!({"error": "webhook redirected", "done": "unknown"})),
        ("/huge", &post, json!({"error": "response too large", "done": "unknown"})),
        ("/empty", &post, Value::Null),
        ("/text", &post, json!("plain words")),
    ];
    for (path, more, expected) in rows {
        assert_eq!(told(&house, path, more.clone()).await, expected, "{path} {more}");
    }
    for method in ["GET", "POST"] {
        let slow = told(&house, "/slow", json!({"method": method, "timeout": 150})).await;
        assert_eq!(slow, json!({"error": "tool timed out"}), "{method}");
    }
    assert_eq!(told(&house, "/here", json!({})).await["a"], json!({"zip": "12"}), "307 to the same origin");
}

#[tokio::test]
async fn a_read_is_tried_again_and_an_action_is_not() {
    let house = house().await;
    assert!(told(&house, "/flaky", json!({"method": "GET"})).await.get("a").is_some());
    let keys = |house: &House, path: &str| -> Vec<(String, String)> {
        let of = |name: &str, request: &hookswitch_testkit::RecordedRequest| {
            request.header(name).unwrap().to_owned()
        };
        let requests = house.receiver.requests();
        let ours = requests.iter().filter(|request| request.target == path);
        ours.map(|request| (of("idempotency-key", request), of("webhook-id", request))).collect()
    };
    let sent = keys(&house, "/flaky");
    assert!(sent.len() == 3 && sent.iter().all(|pair| *pair == sent[0]), "{sent:?}");
    told(&house, "/500", json!({})).await;
    assert_eq!(keys(&house, "/500").len(), 1);
}

#[tokio::test]
async fn answers_become_variables() {
    let house = house().await;
    let response = json!({"dollar": "$.a.zip", "bare": "a.zip", "whole": "$.a", "all": "$.t[*].x", "some": "$.t[?@.x>1].x",
        "first": "$.t[0].x", "nope": "$.nope", "root": "$", "hyphen": "$.hy-phen"});
    let first = house.tool(json!({"name": "First", "response": response})).await;
    let body = json!({"zip": "{{whole.zip}}", "data": "{{data.hy-phen}}", "all": "{{all}}", "nope": "{{nope}}", "f": "x{{FIRST}}"});
    let second = house
        .tool(json!({"name": "Second", "body": body, "headers": {"X-Zip": "{{dollar}}"},
        "query": {"z": "{{bare}}"}, "url": house.url("/s/{{dollar}}")}))
        .await;
    let session = house.call(json!({"tools": [first, second]})).await;
    let answer = house.run(session, "First", json!({})).await;
    let whole = json!({"a": {"zip": "12"}, "t": [{"x": 1}, {"x": 2}], "hy-phen": 7});
    let expected = json!({"all": [1, 2], "bare": "12", "dollar": "12", "first": 1, "hyphen": 7, "nope": null, "root": whole,
        "some": 2, "whole": {"zip": "12"}});
    assert_eq!(answer.told.as_ref(), &expected);
    house.run(session, "Second", json!({})).await;
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!(sent.text(), r#"{"zip":"12","data":7,"all":[1,2],"nope":null,"f":"x1"}"#);
    assert_eq!((sent.target.as_str(), sent.header("x-zip")), ("/s/12?z=12", Some("12")));
    let shown = house.get(&format!("/v1/calls/{}", session.uuid())).await.ok();
    let outcomes = shown["tool_calls"][0]["mappings"].as_array().unwrap();
    let outcome = |name: &str| &outcomes.iter().find(|mapping| mapping["name"] == name).unwrap()["outcome"];
    assert_eq!((outcome("nope"), outcome("all")), (&json!("empty"), &json!("set")));
}

#[tokio::test]
async fn a_failure_leaves_variables_and_a_large_answer_unsets_data() {
    let house = house().await;
    let good = house.tool(json!({"name": "Good", "method": "GET", "response": {"zip": "$.a.zip"}})).await;
    let bad =
        house.tool(json!({"name": "Bad", "url": house.url("/422"), "response": {"zip": "$.message"}})).await;
    let large = house.tool(json!({"name": "Large", "method": "GET", "url": house.url("/large")})).await;
    let session = house.call(json!({"tools": [good, bad, large]})).await;
    house.run(session, "Good", json!({})).await;
    house.run(session, "Bad", json!({})).await;
    let variables =
        |shown: Value| (shown["variables"]["zip"].clone(), shown["variables"]["data"]["hy-phen"].clone());
    let path = format!("/v1/calls/{}", session.uuid());
    assert_eq!(variables(house.get(&path).await.ok()), (json!("12"), json!(7)));
    house.run(session, "Large", json!({})).await;
    let shown = house.get(&path).await.ok();
    assert_eq!((&shown["variables"]["zip"], &shown["variables"]["data"]), (&json!("12"), &Value::Null));
}

#[tokio::test]
async fn the_same_act_is_sent_once_although_its_answer_sets_what_it_reads() {
    let house = house().await;
    let id = house
        .tool(json!({"body": {"d": "{{input.d}}", "before": "{{Data}}", "zip": "{{ZIP}}"},
        "response": {"zip": "$.a.zip"}}))
        .await;
    let session = house.call(json!({"tools": [id]})).await;
    house.run(session, "BookAppointment", json!({"d": 1})).await;
    let again = house.run(session, "BookAppointment", json!({"d": 1})).await;
    assert!(again.replayed && again.told["already_done"] == true, "{:?}", again.told);
    house.run(session, "BookAppointment", json!({"d": 2})).await;
    assert_eq!(house.receiver.requests().len(), 2);
}

#[tokio::test]
async fn what_another_tool_found_makes_another_act() {
    let count = AtomicUsize::new(0);
    let house = House::answering(move |request| match request.target.as_str() {
        "/find" => Reply::json(&format!("{{\"order\":{}}}", count.fetch_add(1, Ordering::SeqCst))),
        _ => Reply::json("{}"),
    })
    .await;
    let find = house.tool(json!({"name": "Find", "method": "GET", "url": house.url("/find"), "response": {"order": "$.order"}})).await;
    let id = house.tool(json!({"body": {"order": "{{Order}}"}})).await;
    let session = house.call(json!({"tools": [find, id]})).await;
    for _ in 0..2 {
        house.run(session, "Find", json!({})).await;
        house.run(session, "BookAppointment", json!({})).await;
    }
    let bodies: Vec<String> = house
        .receiver
        .requests()
        .iter()
        .filter(|sent| sent.method == "POST")
        .map(hookswitch_testkit::RecordedRequest::text)
        .collect();
    assert_eq!(bodies, [r#"{"order":0}"#, r#"{"order":1}"#], "names without regard to case count, too");
}

/// The lines that a session was given to say.
async fn lines(house: &House, session: hookswitch_model::SessionId) -> Vec<Value> {
    let events = house.engine.list_events(house.scope, session, 0, 200).await.unwrap();
    let lines = events.into_iter().filter(|event| event.kind == EventKind::SpeechLine);
    lines.map(|event| event.data["text"].clone()).collect()
}

#[tokio::test]
async fn speech_is_said_as_the_call_starts() {
    let house = house().await;
    let plain = house.tool(json!({"name": "Plain", "speech": "Booking for {{name}}{{nope}}."})).await;
    let schema = json!({"date": "YYYY-MM-DD", "speech": "what you say meanwhile"});
    let dynamic = house
        .tool(json!({"name": "Dynamic", "speech": "One moment.", "input_schema": schema,
        "body": {"all": "{{input}}"}}))
        .await;
    let example = house.tool(json!({"name": "Example", "input_schema": {"example": {"speech": "x"}}})).await;
    let unaware = house.tool(json!({"name": "Unaware", "input_schema": {"date": "YYYY"}})).await;
    let session = house
        .call(json!({"tools": [plain, dynamic, example, unaware], "request_data": {"name": "Ada"}}))
        .await;
    house.run(session, "Plain", json!({})).await;
    house.run(session, "Dynamic", json!({"date": "1", "speech": "Let me see."})).await;
    house.run(session, "Dynamic", json!({"date": "2", "speech": ""})).await;
    house.run(session, "Example", json!({"speech": "Hm."})).await;
    house.run(session, "Unaware", json!({"speech": "Not said."})).await;
    assert_eq!(lines(&house, session).await, ["Booking for Ada.", "Let me see.", "One moment.", "Hm."]);
    let sent: Value = serde_json::from_slice(&house.receiver.requests()[1].body).unwrap();
    assert_eq!(sent, json!({"all": {"date": "1", "speech": "Let me see."}}), "the input keeps it");
    // Other words make no second booking; where speech is no line they do.
    let requests = house.receiver.requests().len();
    let again = house.run(session, "Dynamic", json!({"date": "1", "speech": "Other words."})).await;
    assert!(again.replayed);
    house.run(session, "Unaware", json!({"speech": "Other words."})).await;
    assert_eq!(house.receiver.requests().len(), requests + 1);
}

#[tokio::test]
async fn what_does_not_fit_sends_and_says_nothing() {
    let house = house().await;
    let id = house
        .tool(json!({"speech": "Said.", "input_schema": {"date": "YYYY-MM-DD", "required": ["date"]}}))
        .await;
    let session = house.call(json!({"tools": [id]})).await;
    let answer = house.run(session, "BookAppointment", json!({"date": null})).await;
    assert_eq!(answer.told.as_ref(), &json!({"error": "missing required parameter \"date\""}));
    assert_eq!(answer.refusal, Some("invalid_arguments"));
    let unknown = house.run(session, "bookappointment", json!({"date": "x"})).await;
    assert_eq!(unknown.refusal, Some("unknown_tool"), "another spelling is never guessed");
    assert!(lines(&house, session).await.is_empty());
    assert_eq!(house.receiver.requests().len(), 0);
    house.engine.report(house.scope, session, SpeechReport::UserTurn).await.unwrap();
    let fine = house.run(session, "BookAppointment", json!({"date": "x"})).await;
    assert_eq!(fine.outcome, Some(hookswitch_model::Outcome::Done), "the session goes on");
}

#[tokio::test]
async fn requests_are_signed_with_the_secret_of_the_project() {
    use hookswitch_egress::signing::{WebhookSecret, sign};
    use secrecy::ExposeSecret as _;
    let house = house().await;
    let vector = WebhookSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let signed = sign("exec_1", 1_700_000_000, br#"{"d":"2026-01-02","n":3}"#, &[&vector]).unwrap();
    assert_eq!(signed, "v1,ooi90Q5s4/yUUYFnyl8fqCx6KL6pYf4s03Z2kdUFx5M=");
    let read = house.tool(json!({"name": "Read", "method": "GET"})).await;
    let act = house.tool(json!({"name": "Act", "body": {"n": "{{input.n}}"}})).await;
    let session = house.call(json!({"tools": [read, act]})).await;
    house.run(session, "Read", json!({})).await;
    let (new, _) = house.registry().rotate_project_signing_secret(house.scope, house.project).await.unwrap();
    house.run(session, "Act", json!({"n": 1})).await;
    let secrets = house.registry().open_project_signing_secrets(house.scope, house.project).await.unwrap();
    assert_eq!((secrets.len(), secrets[0].expose_secret()), (2, new.expose_secret()));
    for (request, count) in house.receiver.requests().iter().zip([1, 2]) {
        let header = |name: &str| request.header(name).unwrap().to_owned();
        let keys: Vec<WebhookSecret> = secrets
            .iter()
            .rev()
            .take(1)
            .chain(&secrets[..])
            .map(|secret| WebhookSecret::parse(secret.expose_secret()).unwrap())
            .collect();
        let keys: Vec<&WebhookSecret> = if count == 1 { vec![&keys[0]] } else { keys[1..].iter().collect() };
        let expected =
            sign(&header("webhook-id"), header("webhook-timestamp").parse().unwrap(), &request.body, &keys);
        assert_eq!(header("webhook-signature"), expected.unwrap());
    }
}
