//! What receivers get (contract: 3.1, 3.2).

use hookswitch_egress::signing::{WebhookSecret, sign};
use hookswitch_model::Outcome;
use hookswitch_model::session::Channel;
use hookswitch_testkit::Reply;
use serde_json::{Value, json};

use crate::house::{House, parameter, plain, with};

fn get(house: &House, more: Value) -> Value {
    let base = json!({"endpoint_method": "GET", "endpoint_url": house.receiver.url("/orders")});
    house.webhook(with(base, more))
}

fn phone() -> Value {
    json!({"from": "+15550001111", "to": "+15550002222"})
}

#[tokio::test]
async fn get_query_in_its_order() {
    let house = House::open().await;
    let list = json!([
        parameter("order_id", json!({"type": "integer"})),
        parameter("a b", json!({})),
        parameter("zeta", json!({})),
        parameter("alpha", json!({"is_required": false}))
    ]);
    let list: Value = list.as_array().unwrap().iter().filter(|one| one["name"] != "a b").cloned().collect();
    let body = get(&house, json!({"endpoint_url": house.receiver.url("/orders?own=1"), "parameters": list}));
    let id = house.tool(body).await;
    let session = house.session(&id, Channel::Phone, phone()).await;
    // The order is the declared one, whatever the model's is; what is not given is left out.
    house.call(session, "book", json!({"zeta": "+ä&", "order_id": 7})).await;
    let sent = house.receiver.requests();
    assert_eq!(
        sent[0].target,
        format!(
            "/orders?own=1&order_id=7&zeta=%2B%C3%A4%26&conversation_id=conv_{}&from_phone_number=%2B15550001111&to_phone_number=%2B15550002222",
            session.uuid()
        )
    );
    assert!(sent[0].body.is_empty() && sent[0].header("content-type").is_none());
}

#[tokio::test]
async fn get_off_the_phone() {
    let house = House::open().await;
    let id = house
        .tool(get(&house, json!({"parameters": [parameter("order_id", json!({"type": "integer"}))]})))
        .await;
    // Numbers of a session that is no call are nobody's.
    let session = house.session(&id, Channel::Web, phone()).await;
    house.call(session, "book", json!({"order_id": 7})).await;
    let target = house.receiver.requests()[0].target.clone();
    assert_eq!(target, format!("/orders?order_id=7&conversation_id=conv_{}", session.uuid()));
}

#[tokio::test]
async fn get_with_a_call_sid() {
    let house = House::open().await;
    let id = house.tool(get(&house, json!({}))).await;
    let session = house.session(&id, Channel::Phone, with(phone(), json!({"twilio_call_sid": "CA1"}))).await;
    house.call(session, "book", json!({})).await;
    assert!(
        house.receiver.requests()[0].target.ends_with("&to_phone_number=%2B15550002222&twilio_call_sid=CA1")
    );
}

#[tokio::test]
async fn query_values_as_text() {
    let house = House::open().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "number"}, "b": {"type": "boolean"},
        "l": {"type": "array", "items": {}}, "o": {"type": "object"}, "z": {"type": ["string", "null"]}}});
    let id = house.tool(get(&house, json!({ "parameters": schema }))).await;
    let given = json!({"n": 1.5, "b": true, "l": [1, "x"], "o": {"k": "v w"}, "z": null});
    house.run(&id, "book", given).await;
    let target = house.receiver.requests()[0].target.clone();
    let query = target.split_once('?').unwrap().1.split("&conversation_id").next().unwrap().to_owned();
    assert_eq!(query, "n=1.5&b=true&l=%5B1%2C%22x%22%5D&o=%7B%22k%22%3A%22v%20w%22%7D");
}

#[tokio::test]
async fn post_body_with_call_info() {
    let house = House::open().await;
    let list = json!([
        parameter("date", json!({"location": "request_body"})),
        parameter("lang", json!({"location": "query_string"})),
        parameter(
            "n",
            json!({"type": "array", "item_type": "integer", "location": "request_body", "is_required": false})
        )
    ]);
    let id = house.tool(house.webhook(json!({ "parameters": list }))).await;
    let session = house.session(&id, Channel::Phone, phone()).await;
    house.call(session, "book", json!({"lang": "en", "date": "2026-01-02"})).await;
    let sent = &house.receiver.requests()[0];
    assert_eq!(sent.target, "/book?lang=en", "no call context in the query");
    assert_eq!(sent.header("content-type"), Some("application/json"));
    let info = format!(
        r#""call_info":{{"conversation_id":"conv_{}","from_phone_number":"+15550001111","to_phone_number":"+15550002222"}}"#,
        session.uuid()
    );
    assert_eq!(sent.text(), format!(r#"{{"date":"2026-01-02",{info}}}"#));
}

#[tokio::test]
async fn post_off_the_phone() {
    let house = House::open().await;
    let list = json!([parameter("date", json!({"location": "request_body"}))]);
    let with_body = house.tool(house.webhook(json!({ "parameters": list }))).await;
    let without = house.tool(house.webhook(json!({"name": "plain"}))).await;
    house.run(&with_body, "book", json!({"date": "2026-01-02"})).await;
    house.run(&without, "plain", json!({})).await;
    let sent = house.receiver.requests();
    assert_eq!(sent[0].text(), r#"{"date":"2026-01-02","call_info":null}"#);
    assert_eq!(sent[1].text(), r#"{"call_info":null}"#);
}

#[tokio::test]
async fn path_values_are_one_segment() {
    let house = House::open().await;
    let list = json!([parameter("id.x", json!({"location": "url_path"}))]);
    let body = house
        .webhook(json!({"endpoint_url": house.receiver.url("/o/{id.x}/{{y}}?z={}"), "parameters": list}));
    let id = house.tool(body).await;
    house.run(&id, "book", json!({"id.x": "a/b?c#d%e f~.-_"})).await;
    let target = house.receiver.requests()[0].target.clone();
    assert!(target.starts_with("/o/a%2Fb%3Fc%23d%25e%20f~.-_/"), "{target}");
    for value in ["", ".", ".."] {
        let told = house.run(&id, "book", json!({"id.x": value})).await;
        assert_eq!(told.outcome, Some(Outcome::Refused), "{value:?}");
    }
    assert_eq!(house.receiver.requests().len(), 1);
}

#[tokio::test]
async fn headers_of_a_request() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({"endpoint_headers": {"X-A": "1"}}))).await;
    house.run(&id, "book", json!({})).await;
    let own = json!({"Content-Type": "application/vnd.x+json", "User-Agent": "mine", "Idempotency-Key": "k"});
    let id = house.tool(house.webhook(json!({"name": "own", "endpoint_headers": own}))).await;
    house.run(&id, "own", json!({})).await;
    let sent = house.receiver.requests();
    assert_eq!(sent[0].header("x-a"), Some("1"));
    assert!(sent[0].header("user-agent").unwrap().starts_with("hookswitch/"));
    assert!(sent[0].header("idempotency-key").unwrap().starts_with("act_"));
    for (name, value) in
        [("content-type", "application/vnd.x+json"), ("user-agent", "mine"), ("idempotency-key", "k")]
    {
        assert_eq!(sent[1].header(name), Some(value));
    }
}

#[test]
fn signature_vectors() {
    let secret = WebhookSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let body = br#"{"date":"2026-01-02","call_info":null}"#;
    assert_eq!(body.len(), 38);
    let signed = |body: &[u8]| sign("exec_1", 1_700_000_000, body, &[&secret]).unwrap();
    assert_eq!(signed(body), "v1,4Man8XqyOJ8FhzliG29ZMXT1AMH7eqB7thmUSGlCrHo=");
    assert_eq!(signed(b""), "v1,O7N+lWvIumadYI3Y6tm2i/rDTisVdooF7BSyPfUdGg4=");
}

#[tokio::test]
async fn requests_are_signed_with_the_secret_of_the_project() {
    let house = House::open().await;
    let post = house.tool(house.webhook(json!({}))).await;
    let get = house.tool(get(&house, json!({"name": "look"}))).await;
    let first = house.registry().rotate_project_signing_secret(house.scope, house.project).await.unwrap().0;
    house.run(&post, "book", json!({})).await;
    let second = house.registry().rotate_project_signing_secret(house.scope, house.project).await.unwrap().0;
    house.run(&get, "look", json!({})).await;
    let parsed = |secret: &secrecy::SecretString| {
        WebhookSecret::parse(secrecy::ExposeSecret::expose_secret(secret)).unwrap()
    };
    let (first, second) = (parsed(&first), parsed(&second));
    let sent = house.receiver.requests();
    for (request, secrets) in [(&sent[0], vec![&first]), (&sent[1], vec![&second, &first])] {
        let id = request.header("webhook-id").unwrap();
        assert!(id.starts_with("exec_"));
        let timestamp = request.header("webhook-timestamp").unwrap().parse().unwrap();
        let signature = request.header("webhook-signature").unwrap();
        let mut all: Vec<&WebhookSecret> = secrets;
        // A first secret was made before the one that was shown.
        assert!(signature.starts_with(&sign(id, timestamp, &request.body, &all).unwrap()), "{signature}");
        all.truncate(1);
        assert_eq!(signature.split(' ').next().unwrap(), sign(id, timestamp, &request.body, &all).unwrap());
    }
    assert_eq!(sent[1].header("webhook-signature").unwrap().split(' ').count(), 2);
}

#[tokio::test]
async fn a_get_is_tried_three_times_with_the_same_keys() {
    let house = House::answering(|_| Reply::status(503, "busy")).await;
    let id = house.tool(get(&house, json!({}))).await;
    house.run(&id, "book", json!({})).await;
    let sent = house.receiver.requests();
    assert_eq!(sent.len(), 3);
    for name in ["webhook-id", "idempotency-key"] {
        assert!(sent.iter().all(|request| request.header(name) == sent[0].header(name)), "{name}");
    }
}

#[tokio::test]
async fn a_post_that_left_is_not_repeated() {
    let house = House::answering(|_| Reply::status(503, "busy")).await;
    let id = house.tool(house.webhook(json!({}))).await;
    let told = house.run(&id, "book", json!({})).await;
    assert_eq!((told.outcome, house.receiver.requests().len()), (Some(Outcome::Unknown), 1));
}

#[tokio::test]
async fn redirects_of_the_same_origin_are_followed() {
    let house = House::answering(|request| match request.target.as_str() {
        "/book" => Reply::redirect(307, "/there"),
        "/elsewhere" => Reply::redirect(307, "https://example.com/"),
        "/moved" => Reply::redirect(302, "/there"),
        _ => Reply::json(r#"{"there":true}"#),
    })
    .await;
    let id = house.tool(house.webhook(json!({}))).await;
    let told = house.run(&id, "book", json!({})).await;
    assert_eq!(*told.told, json!({"there": true}));
    assert_eq!(house.receiver.requests()[1].text(), r#"{"call_info":null}"#);
    for (name, path) in [("elsewhere", "/elsewhere"), ("moved", "/moved")] {
        let id =
            house.tool(house.webhook(json!({"name": name, "endpoint_url": house.receiver.url(path)}))).await;
        let told = house.run(&id, name, json!({})).await;
        assert_eq!(told.outcome, Some(Outcome::Unknown), "{name}");
        assert!(told.told["error"].as_str().unwrap().starts_with("webhook redirected"), "{}", told.told);
    }
}

#[tokio::test]
async fn arguments_are_checked_first() {
    let house = House::open().await;
    let list = json!([
        parameter("n", json!({"type": "integer", "location": "request_body"})),
        parameter(
            "size",
            json!({"type": "enum", "enum_values": ["s", "m"], "location": "request_body", "is_required": false})
        ),
        parameter(
            "tags",
            json!({"type": "array", "item_type": "string", "location": "request_body", "is_required": false})
        )
    ]);
    let id = house.tool(house.webhook(json!({ "parameters": list }))).await;
    for wrong in [
        json!({}),
        json!({"n": "7"}),
        json!({"n": null}),
        json!({"n": 7, "size": "xl"}),
        json!({"n": 7, "tags": [1]}),
        json!({"n": 7, "other": 1}),
    ] {
        let told = house.run(&id, "book", wrong.clone()).await;
        assert_eq!(told.outcome, Some(Outcome::Refused), "{wrong}");
    }
    assert!(house.receiver.requests().is_empty());
    // An explicit null counts as not given where the argument is optional.
    house.run(&id, "book", json!({"n": 7, "size": null, "tags": ["a"]})).await;
    assert_eq!(house.receiver.requests()[0].text(), r#"{"n":7,"tags":["a"],"call_info":null}"#);
}

#[tokio::test]
async fn models_can_not_set_the_calls_own_values() {
    let house = House::open().await;
    let id = house.tool(house.webhook(json!({}))).await;
    let told = house.run(&id, "book", json!({"call_info": {"conversation_id": "x"}})).await;
    assert_eq!(told.outcome, Some(Outcome::Refused));
}

#[tokio::test]
async fn the_model_sees_a_closed_schema() {
    let house = House::open().await;
    let list = json!([
        parameter("a", json!({"type": "array", "item_type": "string"})),
        parameter("e", json!({"type": "enum", "enum_values": ["x"], "is_required": false}))
    ]);
    let id = house.tool(plain("custom_websocket", json!({ "parameters": list }))).await;
    let (definition, _) = house.stored(&id).await.draft.parse();
    assert_eq!(
        *definition.unwrap().arguments.shown(),
        json!({"type": "object", "properties": {
            "a": {"type": "array", "items": {"type": "string"}, "description": "d"},
            "e": {"type": "string", "enum": ["x"], "description": "d"}},
        "required": ["a"], "additionalProperties": false})
    );
}
