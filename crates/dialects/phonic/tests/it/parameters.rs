//! Both forms of parameters and their places.

use serde_json::{Value, json};

use crate::house::{House, parameter, plain, with};

async fn refused(house: &House, body: Value) -> Vec<String> {
    house.post("/v1/tools", body).await.refused(400)
}

/// A webhook with a list of parameters.
fn listed(house: &House, list: Value) -> Value {
    house.webhook(json!({ "parameters": list }))
}

fn object(properties: Value, more: Value) -> Value {
    with(
        json!({"type": "object", "properties": properties, "required": [], "additionalProperties": false}),
        more,
    )
}

#[tokio::test]
async fn the_list_comes_back_as_it_was_given() {
    let house = House::open().await;
    let list = json!([
        {"type": "string", "name": "date", "description": "Day", "is_required": true, "location": "request_body"},
        {"type": "integer", "name": "n.of-seats", "description": "", "is_required": false, "location": "query_string"},
        {"type": "number", "name": "x", "description": "d", "is_required": false, "location": "request_body"},
        {"type": "boolean", "name": "b", "description": "d", "is_required": false, "location": "request_body"},
        {"type": "array", "name": "a", "description": "d", "is_required": false, "item_type": "integer", "location": "request_body"},
        {"type": "enum", "name": "e", "description": "d", "is_required": true, "enum_values": ["s", "m"], "location": "request_body"},
    ]);
    let id = house.tool(listed(&house, list.clone())).await;
    assert_eq!(house.shown(&id).await["parameters"], list);
    assert!(house.shown(&id).await.get("parameter_locations").is_none());
}

#[tokio::test]
async fn items_have_their_fields() {
    let house = House::open().await;
    let place = json!({"location": "request_body"});
    let cases = [
        (json!({}), vec!["type", "name", "description", "is_required"]),
        (json!({"type": "object"}), vec!["type"]),
        (json!({"name": "a b"}), vec!["name"]),
        (json!({"name": "n".repeat(65)}), vec!["name"]),
        (json!({"is_required": "yes"}), vec!["is_required"]),
        (json!({"description": 1}), vec!["description"]),
        (json!({"type": "array"}), vec!["item_type"]),
        (json!({"type": "array", "item_type": "object"}), vec!["item_type"]),
        (json!({"item_type": "string"}), vec!["item_type"]),
        (json!({"type": "enum"}), vec!["enum_values"]),
        (json!({"type": "enum", "enum_values": []}), vec!["enum_values"]),
        (json!({"type": "enum", "enum_values": ["a", "a"]}), vec!["enum_values"]),
        (json!({"type": "enum", "enum_values": [""]}), vec!["enum_values"]),
        (json!({"type": "enum", "enum_values": [1]}), vec!["enum_values"]),
        (json!({"enum_values": ["a"]}), vec!["enum_values"]),
        (json!({"location": "header"}), vec!["location"]),
    ];
    for (more, fields) in cases {
        let item =
            if more == json!({}) { json!({}) } else { with(parameter("a", place.clone()), more.clone()) };
        let expected: Vec<String> = fields.iter().map(|field| format!("parameters[0].{field}")).collect();
        assert_eq!(refused(&house, listed(&house, json!([item]))).await, expected, "{more}");
    }
    let nulls = parameter("a", json!({"location": "request_body", "item_type": null, "enum_values": null}));
    house.tool(listed(&house, json!([nulls]))).await;
    assert_eq!(refused(&house, listed(&house, json!([1]))).await, ["parameters[0]"]);
    assert_eq!(refused(&house, listed(&house, json!("x"))).await, ["parameters"]);
}

#[tokio::test]
async fn reserved_repeated_and_too_many_names() {
    let house = House::open().await;
    let place = json!({"location": "request_body"});
    for name in [
        "call_info",
        "conversation_id",
        "from_phone_number",
        "pre_tool_text",
        "to_phone_number",
        "twilio_call_sid",
    ] {
        let list = json!([parameter(name, place.clone())]);
        assert_eq!(refused(&house, listed(&house, list)).await, ["parameters[0].name"], "{name}");
        let schema = object(json!({name: {"type": "string"}}), json!({}));
        let body =
            house.webhook(json!({"parameters": schema, "parameter_locations": {name: "request_body"}}));
        assert_eq!(refused(&house, body).await, [format!("parameters.properties.{name}")]);
    }
    let twice = json!([parameter("a", place.clone()), parameter("a", place.clone())]);
    assert_eq!(refused(&house, listed(&house, twice)).await, ["parameters[1].name"]);
    let many = |most: usize| {
        Value::from((0..most).map(|n| parameter(&format!("p{n}"), place.clone())).collect::<Vec<_>>())
    };
    assert_eq!(refused(&house, listed(&house, many(65))).await, ["parameters"]);
    house.tool(listed(&house, many(64))).await;
}

#[tokio::test]
async fn locations_of_a_post() {
    let house = House::open().await;
    let answer = house.post("/v1/tools", listed(&house, json!([parameter("a", json!({}))]))).await;
    let message = &answer.body["param_errors"]["parameters[0].location"];
    assert_eq!(message, "Required in POST webhook tool parameters");
    assert_eq!(answer.refused(400), ["parameters[0].location"]);
    let schema = object(json!({"a": {"type": "string"}, "b-c": {"type": "string"}}), json!({}));
    let body = house.webhook(json!({"parameters": schema, "parameter_locations": {"a": "request_body"}}));
    assert_eq!(refused(&house, body).await, ["parameter_locations[\"b-c\"]"]);
}

#[tokio::test]
async fn locations_of_a_get() {
    let house = House::open().await;
    let get = |more: Value| house.webhook(with(json!({"endpoint_method": "GET"}), more));
    let id = house.tool(get(json!({"parameters": [parameter("a", json!({}))]}))).await;
    assert_eq!(house.shown(&id).await["parameters"][0]["location"], "query_string");
    let body = get(json!({"parameters": [parameter("a", json!({"location": "request_body"}))]}));
    assert_eq!(refused(&house, body).await, ["parameters[0].location"]);
    let schema = object(json!({"a": {"type": "string"}, "b": {"type": "string"}}), json!({}));
    let body =
        get(json!({"name": "object", "parameters": schema, "parameter_locations": {"a": "query_string"}}));
    let id = house.tool(body).await;
    let all = json!({"a": "query_string", "b": "query_string"});
    assert_eq!(house.shown(&id).await["parameter_locations"], all);
    let body = get(json!({"parameters": schema, "parameter_locations": {"b": "request_body"}}));
    assert_eq!(refused(&house, body).await, ["parameter_locations.b"]);
}

#[tokio::test]
async fn sockets_have_no_locations() {
    let house = House::open().await;
    let socket = |more: Value| plain("custom_websocket", more);
    house.tool(socket(json!({"parameters": [parameter("a", json!({}))]}))).await;
    let body =
        socket(json!({"name": "u", "parameters": [parameter("a", json!({"location": "request_body"}))]}));
    assert_eq!(refused(&house, body).await, ["parameters[0].location"]);
    let schema = object(json!({"a": {"type": "string"}}), json!({}));
    let body =
        socket(json!({"name": "u", "parameters": schema, "parameter_locations": {"a": "request_body"}}));
    assert_eq!(refused(&house, body).await, ["parameter_locations"]);
    let id = house.tool(socket(json!({"name": "u", "parameters": schema}))).await;
    let shown = house.shown(&id).await;
    assert_eq!(shown["parameters"], schema);
    assert!(shown.get("parameter_locations").is_none());
}

#[tokio::test]
async fn the_schema_comes_back_as_it_was_given() {
    let house = House::open().await;
    let schema = json!({"type": "object", "description": "What to book", "properties": {
            "a": {"type": "string", "description": "Day", "format": "date"},
            "n": {"type": ["integer", "null"], "minimum": 1},
            "e": {"enum": [1, "x", true, null]},
            "o": {"type": "object", "properties": {"p": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}}},
                "required": ["p"], "additionalProperties": false}},
        "required": ["o", "a"], "additionalProperties": false});
    let places = json!({"a": "request_body", "n": "query_string", "e": "request_body", "o": "request_body"});
    let body = house.webhook(json!({"parameters": schema, "parameter_locations": places, "dtmf": null}));
    let id = house.tool(body).await;
    let shown = house.shown(&id).await;
    assert_eq!((&shown["parameters"], &shown["parameter_locations"]), (&schema, &places));
    // Other keywords are enforced.
    let told = house.run(&id, "book", json!({"a": "no date", "o": {"p": []}})).await;
    assert_eq!(told.outcome, Some(hookswitch_model::Outcome::Refused), "{told:?}");
    assert!(house.receiver.requests().is_empty());
    house.run(&id, "book", json!({"a": "2026-01-02", "o": {"p": ["x", 1]}})).await;
    let body: Value = serde_json::from_slice(&house.receiver.requests()[0].body).unwrap();
    assert_eq!(body, json!({"a": "2026-01-02", "o": {"p": ["x", 1]}, "call_info": null}));
}

#[tokio::test]
async fn schemas_that_are_refused() {
    let house = House::open().await;
    let deep = |levels: usize| {
        (1..levels)
            .fold(json!({"type": "string"}), |inner, _| json!({"type": "object", "properties": {"x": inner}}))
    };
    let cases = [
        (json!({"type": "string"}), "parameters.type"),
        (json!({"type": "object", "additionalProperties": true}), "parameters.additionalProperties"),
        (json!({"type": "object", "required": ["a"]}), "parameters.required[0]"),
        (json!({"type": "object", "required": "a"}), "parameters.required"),
        (json!({"type": "object", "properties": []}), "parameters.properties"),
        (json!({"type": "object", "oneOf": []}), "parameters.oneOf"),
        (object(json!({"a": {"$ref": "#/x"}}), json!({})), "parameters.properties.a[\"$ref\"]"),
        (
            object(json!({"a": {"type": "array", "items": {"$id": "x"}}}), json!({})),
            "parameters.properties.a.items[\"$id\"]",
        ),
        (object(json!({"a": {"$dynamicRef": "#x"}}), json!({})), "parameters.properties.a[\"$dynamicRef\"]"),
        (object(json!({"a": {"type": "date"}}), json!({})), "parameters.properties.a.type"),
        (object(json!({"a": 1}), json!({})), "parameters.properties.a"),
        (object(json!({"a": {"type": "string", "enum": [{}]}}), json!({})), "parameters.properties.a.enum"),
        (
            object(json!({"a": deep(6)}), json!({})),
            "parameters.properties.a.properties.x.properties.x.properties.x.properties.x.properties.x",
        ),
    ];
    for (schema, key) in cases {
        let places = json!({"a": "request_body"});
        let more = if schema["properties"]["a"].is_null() {
            json!({})
        } else {
            json!({ "parameter_locations": places })
        };
        let body = house.webhook(with(json!({ "parameters": schema }), more));
        let keys = refused(&house, body).await;
        assert!(keys.iter().any(|found| found == key), "{key} in {keys:?}");
    }
    let fine = object(json!({"a": deep(5)}), json!({}));
    house
        .tool(house.webhook(json!({"parameters": fine, "parameter_locations": {"a": "request_body"}})))
        .await;
}

#[tokio::test]
async fn parameter_locations() {
    let house = House::open().await;
    let schema = object(json!({"a": {"type": "string"}}), json!({}));
    let cases = [
        (json!({"a": "nowhere"}), "parameter_locations.a"),
        (json!({"a": "request_body", "b": "request_body"}), "parameter_locations.b"),
        (json!("x"), "parameter_locations"),
    ];
    for (places, key) in cases {
        let body = house.webhook(json!({"parameters": schema, "parameter_locations": places}));
        assert!(refused(&house, body).await.contains(&key.to_owned()), "{places}");
    }
    let list = json!([parameter("a", json!({"location": "request_body"}))]);
    let body = house.webhook(json!({"parameters": list, "parameter_locations": {"a": "request_body"}}));
    assert_eq!(refused(&house, body).await, ["parameter_locations"]);
}

#[tokio::test]
async fn url_path() {
    let house = House::open().await;
    let url = |path: &str| house.receiver.url(path);
    let path = |more: Value| parameter("id", with(json!({"location": "url_path"}), more));
    let make = |to: &str, list: Value| house.webhook(json!({"endpoint_url": url(to), "parameters": list}));
    let id = house.tool(make("/o/{id}/x", json!([path(json!({}))]))).await;
    assert_eq!(house.shown(&id).await["parameters"][0]["location"], "url_path");
    let at = "parameters[0].location";
    assert_eq!(refused(&house, make("/o", json!([path(json!({}))]))).await, [at]);
    assert_eq!(refused(&house, make("/{id}", json!([path(json!({"is_required": false}))]))).await, [at]);
    assert_eq!(
        refused(&house, make("/{id}", json!([path(json!({"type": "array", "item_type": "string"}))]))).await,
        [at]
    );
    assert_eq!(refused(&house, make("/{other}/{id}", json!([path(json!({}))]))).await, ["endpoint_url"]);
    let wrong = json!([parameter("id", json!({"location": "request_body"}))]);
    assert_eq!(refused(&house, make("/{id}", wrong)).await, ["endpoint_url"]);
    for host in ["https://{id}.example.com/", "https://example.com:{id}/", "{id}://example.com/"] {
        let body = house.webhook(json!({"endpoint_url": host, "parameters": [path(json!({}))]}));
        let keys = refused(&house, body).await;
        assert!(keys.contains(&"endpoint_url".to_owned()), "{host}: {keys:?}");
    }
    // Scalars and enumerations of both forms, in the path and in the query.
    for (index, kind) in [
        json!({"type": "integer"}),
        json!({"type": "boolean"}),
        json!({"type": "enum", "enum_values": ["a"]}),
    ]
    .into_iter()
    .enumerate()
    {
        let body = make(&format!("/{index}?id={{id}}"), json!([path(kind)]));
        house.tool(with(body, json!({"name": format!("list_{index}")}))).await;
    }
    let schema = object(json!({"id": {"type": "string"}}), json!({"required": ["id"]}));
    let body = house.webhook(json!({"name": "object", "endpoint_url": url("/{id}"), "parameters": schema,
        "parameter_locations": {"id": "url_path"}}));
    house.tool(body).await;
    let optional = object(json!({"id": {"type": "string"}}), json!({}));
    let body = house.webhook(json!({"endpoint_url": url("/{id}"), "parameters": optional,
        "parameter_locations": {"id": "url_path"}}));
    assert_eq!(refused(&house, body).await, ["parameter_locations.id"]);
}
