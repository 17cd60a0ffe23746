//! One registry: a tool made through any dialect is listed, read, changed and run through every other one that has a
//! form for its kind, and is absent from those that have none.

use hookswitch_model::ToolId;
use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::house::House;

/// What a tool is, as far as dialects differ in showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Webhook,
    Client,
    Context,
    Python,
    Lambda,
    Hosted,
    Transfer,
}

/// A way in and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Native,
    Pyai,
    Burki,
    Phonic,
    Bland,
}

const DOORS: [Door; 5] = [Door::Native, Door::Pyai, Door::Burki, Door::Phonic, Door::Bland];

impl Door {
    /// Whether the dialect has a form for the kind (architecture: Tool kinds and where they come from).
    fn can_show(self, kind: Kind) -> bool {
        match self {
            Self::Native => true,
            Self::Pyai => matches!(kind, Kind::Webhook | Kind::Client | Kind::Hosted | Kind::Transfer),
            Self::Burki => matches!(kind, Kind::Webhook | Kind::Python | Kind::Lambda),
            Self::Phonic => matches!(kind, Kind::Webhook | Kind::Client | Kind::Context | Kind::Transfer),
            Self::Bland => kind == Kind::Webhook,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Native => "/v1/tools",
            Self::Pyai => "/pyai/v1/tools",
            Self::Burki => "/burki/api/v1/tools",
            Self::Phonic => "/phonic/v1/tools",
            Self::Bland => "/bland/v1/tools",
        }
    }

    /// All tools as this door lists them.
    async fn list(self, house: &House) -> Vec<Value> {
        let query = if self == Self::Native { "?limit=200" } else { "" };
        let answer = house.send(Method::GET, &format!("{}{query}", self.path()), None).await;
        assert_eq!(answer.status, 200, "{self:?}: {}", answer.body);
        let key = if matches!(self, Self::Native | Self::Pyai) { "data" } else { "tools" };
        answer.body[key].as_array().unwrap_or_else(|| panic!("{self:?}: {}", answer.body)).clone()
    }

    fn id_of(self, tool: &Value) -> String {
        let id = if self == Self::Bland { &tool["tool_id"] } else { &tool["id"] };
        id.as_str().map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The same uuid in every door, each in its own spelling; Burki has numbers.
    fn id_from(self, native: ToolId, listed: Option<&Value>) -> String {
        match (self, listed) {
            (_, Some(tool)) => self.id_of(tool),
            (Self::Bland, None) => format!("TL-{}", native.uuid()),
            (Self::Phonic, None) => format!("tool_{}", native.uuid()),
            (Self::Burki, None) => "999999".to_owned(),
            (Self::Native | Self::Pyai, None) => native.to_string(),
        }
    }

    async fn change_description(self, house: &House, id: &str, text: &str) {
        let method = match self {
            Self::Pyai | Self::Bland => Method::POST,
            _ => Method::PATCH,
        };
        let body = json!({ "description": text });
        let answer = house.send(method, &format!("{}/{id}", self.path()), Some(&body)).await;
        assert_eq!(answer.status, 200, "{self:?}: {}", answer.body);
    }

    /// Runs a tool by what the dialect has for it; phonic has no test, so it runs in a session.
    async fn run(self, house: &House, id: &str, name: &str) -> bool {
        let arguments = json!({"city": "Lahore"});
        let (path, body) = match self {
            Self::Pyai => (format!("/pyai/v1/tools/{id}/test"), json!({ "arguments": arguments })),
            Self::Burki => {
                (format!("/burki/api/organization/tools/{id}/test"), json!({ "parameters": arguments }))
            }
            Self::Bland => (format!("/bland/v1/tools/{id}/test"), json!({ "input": arguments })),
            Self::Native | Self::Phonic => return run_in_session(house, name, &arguments).await,
        };
        let answer = house.send(Method::POST, &path, Some(&body)).await;
        assert_eq!(answer.status, 200, "{self:?}: {}", answer.body);
        match self {
            Self::Pyai => answer.body["ok"] == true,
            Self::Burki => answer.body["success"] == true,
            _ => answer.body["status"] == "success",
        }
    }
}

async fn run_in_session(house: &House, name: &str, arguments: &Value) -> bool {
    let session = house.send(Method::POST, "/v1/sessions", Some(&json!({"tools": [name]}))).await;
    assert_eq!(session.status, 201, "{}", session.body);
    let path = format!("/v1/sessions/{}/calls", session.body["id"].as_str().unwrap());
    let functions = house.send(Method::GET, &path.replace("/calls", "/tools"), None).await.body;
    let function =
        functions["data"][0]["function"]["name"].as_str().or_else(|| functions["data"][0]["name"].as_str());
    let function = function.unwrap_or_else(|| panic!("{functions}"));
    let body = json!({"name": function, "arguments": arguments});
    let answer = house.send(Method::POST, &path, Some(&body)).await;
    answer.body["outcome"] == "done"
}

/// One tool of every kind that each door can make.
fn makers(house: &House) -> Vec<(Door, Kind, &'static str, &'static str, Value)> {
    let url = house.receiver_url("/weather");
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let definition = |name: &str| json!({"name": name, "description": "d", "parameters": schema});
    let city = json!({"type": "string", "name": "city", "description": "c", "is_required": true});
    let city_in_body = json!({"type": "string", "name": "city", "description": "c", "is_required": true, "location": "request_body"});
    vec![
        (
            Door::Native,
            Kind::Webhook,
            "/v1/tools",
            "native_webhook",
            json!({"kind": "webhook", "input_schema": schema,
            "webhook": {"url": url, "method": "POST"}}),
        ),
        (
            Door::Native,
            Kind::Context,
            "/v1/tools",
            "native_context",
            json!({"kind": "context", "context": {"text": "Open at nine."}}),
        ),
        (
            Door::Native,
            Kind::Client,
            "/v1/tools",
            "native_client",
            json!({"kind": "client", "input_schema": schema}),
        ),
        (
            Door::Native,
            Kind::Hosted,
            "/v1/tools",
            "native_hosted",
            json!({"kind": "hosted", "hosted": {"function": "datetime"}}),
        ),
        (
            Door::Pyai,
            Kind::Webhook,
            "/pyai/v1/tools",
            "pyai_server",
            json!({"input_schema": schema, "webhook_url": url}),
        ),
        (Door::Pyai, Kind::Client, "/pyai/v1/tools", "pyai_client", json!({"input_schema": schema})),
        (
            Door::Burki,
            Kind::Webhook,
            "/burki/api/v1/tools",
            "burki_endpoint",
            json!({"display_name": "d",
            "tool_type": "endpoint", "configuration": {"url": url, "method": "POST"},
            "function_definition": definition("burki_endpoint")}),
        ),
        (
            Door::Burki,
            Kind::Python,
            "/burki/api/v1/tools",
            "burki_python",
            json!({"display_name": "d",
            "tool_type": "python_function", "configuration": {"python_code": "def f(city):\n    return city"},
            "function_definition": definition("burki_python")}),
        ),
        (
            Door::Burki,
            Kind::Lambda,
            "/burki/api/v1/tools",
            "burki_lambda",
            json!({"display_name": "d",
            "tool_type": "lambda", "configuration": {"function_name": "f", "aws_region": "us-east-1"},
            "function_definition": definition("burki_lambda")}),
        ),
        (
            Door::Phonic,
            Kind::Webhook,
            "/phonic/v1/tools",
            "phonic_webhook",
            json!({"type": "custom_webhook",
            "execution_mode": "sync", "endpoint_method": "POST", "endpoint_url": url, "parameters": [city_in_body]}),
        ),
        (
            Door::Phonic,
            Kind::Client,
            "/phonic/v1/tools",
            "phonic_websocket",
            json!({"type": "custom_websocket", "execution_mode": "sync", "parameters": [city]}),
        ),
        (
            Door::Phonic,
            Kind::Context,
            "/phonic/v1/tools",
            "phonic_context",
            json!({"type": "custom_context", "execution_mode": "sync", "context": "Open at nine."}),
        ),
        (
            Door::Phonic,
            Kind::Transfer,
            "/phonic/v1/tools",
            "phonic_transfer",
            json!({"type": "built_in_transfer_to_phone_number", "execution_mode": "sync", "phone_number": "+15550100"}),
        ),
        (
            Door::Bland,
            Kind::Webhook,
            "/bland/v1/tools",
            "BlandWeather",
            json!({"url": url, "method": "POST",
            "body": {"city": "{{input.city}}"}, "input_schema": schema}),
        ),
    ]
}

#[tokio::test]
async fn every_pair_of_dialects_shares_the_tools_that_both_can_express() {
    let house = House::start(|_| Reply::json(r#"{"sky":"clear"}"#)).await;
    let makers = makers(&house);
    for (door, _, path, name, mut body) in makers.clone() {
        body["name"] = json!(name);
        body["description"] = json!("Tells the weather of a city");
        let made = house.send(Method::POST, path, Some(&body)).await;
        assert!((200..202).contains(&made.status), "{door:?} {name}: {} {}", made.status, made.body);
    }
    let all = Door::Native.list(&house).await;
    let mut pairs = 0;
    for (maker, kind, _, name, _) in &makers {
        let stored = all.iter().find(|tool| tool["name"] == *name).unwrap();
        let native_id: ToolId = stored["id"].as_str().unwrap().parse().unwrap();
        for viewer in DOORS {
            let listed = viewer.list(&house).await.into_iter().find(|tool| tool["name"] == *name);
            let id = viewer.id_from(native_id, listed.as_ref());
            let read = house.send(Method::GET, &format!("{}/{id}", viewer.path()), None).await;
            let at = format!("{name} of {maker:?} through {viewer:?}");
            if !viewer.can_show(*kind) {
                assert!(listed.is_none() && read.status == 404, "{at}: shown: {}", read.body);
                continue;
            }
            assert!(listed.is_some(), "{at}: not listed");
            assert_eq!(read.status, 200, "{at}: {}", read.body);
            pairs += 1;
            let text = format!("Changed through {viewer:?}");
            viewer.change_description(&house, &id, &text).await;
            let native = house.send(Method::GET, &format!("/v1/tools/{native_id}"), None).await.body;
            assert_eq!(native["definition"]["description"], text, "{at}");
            assert_eq!(
                native["dialect"], stored["dialect"],
                "{at}: a change moves no tool to another dialect"
            );
            if *kind == Kind::Webhook {
                let before = house.receiver.requests().len();
                assert!(viewer.run(&house, &id, name).await, "{at}: did not run");
                let requests = house.receiver.requests();
                assert_eq!(requests.len(), before + 1, "{at}: ran once");
                let sent = String::from_utf8_lossy(&requests[before].body).into_owned();
                assert!(sent.contains("Lahore"), "{at}: {sent}");
            }
        }
    }
    // 14 tools, by the table above.
    let expected: usize =
        makers.iter().map(|(_, kind, ..)| DOORS.iter().filter(|door| door.can_show(*kind)).count()).sum();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn a_change_through_another_dialect_loses_nothing_of_the_makers_form() {
    let house = House::start(|_| Reply::json("{}")).await;
    let makers = makers(&house);
    for (maker, kind, path, name, mut body) in makers {
        body["name"] = json!(name);
        body["description"] = json!("first");
        let made = house.send(Method::POST, path, Some(&body)).await;
        assert!((200..202).contains(&made.status), "{maker:?} {name}: {}", made.body);
        let own = |tools: Vec<Value>| tools.into_iter().find(|tool| tool["name"] == name).unwrap();
        let before = own(maker.list(&house).await);
        let native = own(Door::Native.list(&house).await);
        let native_id: ToolId = native["id"].as_str().unwrap().parse().unwrap();
        for viewer in DOORS.into_iter().filter(|viewer| *viewer != maker && viewer.can_show(kind)) {
            let listed = own(viewer.list(&house).await);
            let id = viewer.id_from(native_id, Some(&listed));
            viewer.change_description(&house, &id, "second").await;
            viewer.change_description(&house, &id, "first").await;
            let after = own(maker.list(&house).await);
            assert_eq!(still(&before), still(&after), "{name} of {maker:?} after {viewer:?}");
        }
    }
}

/// A record without what a save moves, and without copies of it.
fn still(tool: &Value) -> Value {
    let mut tool = tool.clone();
    if let Some(members) = tool.as_object_mut() {
        members.retain(|name, _| !["updated_at", "version", "warnings"].contains(&name.as_str()));
    }
    tool
}
