//! Lambda tools, called (burki: 3.5). The receiver answers as AWS does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_model::Outcome;
use hookswitch_testkit::{RecordedRequest, Reply};
use serde_json::{Map, Value, json};

use crate::create::documented;
use crate::house::{House, texts};

const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG";

/// The function's name decides the answer.
fn aws(request: &RecordedRequest) -> Reply {
    let name = request.target.split('/').nth(3).unwrap_or_default().to_owned();
    let kind = request.header("x-amz-invocation-type").unwrap_or_default();
    let log = STANDARD.encode(format!("START\nkey {SECRET_KEY}\nEND\n"));
    let error = |kind, body: &str| Reply::with(200, &[("x-amz-function-error", kind)], body);
    let aws_error =
        |status, code, body: &str| Reply::with(status, &[("x-amzn-errortype", code)], body.as_bytes());
    match (name.as_str(), kind) {
        (_, "Event") => Reply::with(202, &[], ""),
        (_, "DryRun") => Reply::with(204, &[], ""),
        ("fails", _) => {
            error("Unhandled", r#"{"errorMessage":"no such order","stackTrace":["  at a","  at b"]}"#)
        }
        ("handled", _) => error("Handled", r#"{"errorMessage":"try later"}"#),
        ("gateway", _) => Reply::json(r#"{"statusCode":200,"body":"{\"order\":7}"}"#),
        ("refuses", _) => Reply::json(r#"{"statusCode":500,"body":"no"}"#),
        ("absent", _) => aws_error(404, "ResourceNotFoundException", r#"{"Message":"Function not found"}"#),
        ("denied", _) => aws_error(403, "AccessDeniedException:http://x/", r#"{"Message":"no"}"#),
        ("wrong", _) => aws_error(400, "InvalidParameterValueException", r#"{"message":"bad alias"}"#),
        ("busy", _) => {
            aws_error(429, "TooManyRequestsException", r#"{"Reason":"x","message":"Rate Exceeded."}"#)
        }
        ("broken", _) => aws_error(500, "ServiceException", r#"{"Message":"internal"}"#),
        ("subnet", _) => aws_error(502, "SubnetIPAddressLimitReachedException", r#"{"Message":"full"}"#),
        _ => Reply::with(200, &[("x-amz-log-result", &log)], r#"{"found":true}"#),
    }
}

async fn house() -> House {
    let house = House::answering(aws).await;
    house.secret("AWS_ACCESS_KEY_ID", "AKIA0123456789").await;
    house.secret("AWS_SECRET_ACCESS_KEY", SECRET_KEY).await;
    house
}

fn lambda(name: &str, configuration: Value, schema: Value) -> Value {
    json!({"name": name, "display_name": "L", "description": "L", "tool_type": "lambda",
        "configuration": configuration,
        "function_definition": {"name": name, "description": "L", "parameters": schema}})
}

fn client_context(request: &RecordedRequest) -> Value {
    let bytes = STANDARD.decode(request.header("x-amz-client-context").unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Makes a tool on a path, assigns it and calls it; gives the outcome and what the model is told.
async fn called(house: &House, path: &str, body: Value, arguments: Value) -> (Outcome, Value) {
    let made = house.post(path, body.clone()).await.expect(200);
    let tool = made["id"].as_i64().or_else(|| made["tool"]["id"].as_i64()).unwrap();
    let assistant = house.assistant("Front desk").await;
    house.assign(tool, assistant).await;
    let session = house.session(assistant).await;
    let name = body["function_definition"]["name"].as_str().unwrap();
    let answer = house.call(session, name, arguments).await;
    (answer.outcome.unwrap(), answer.told.as_ref().clone())
}

#[tokio::test]
async fn the_documented_example_runs_unchanged() {
    let house = house().await;
    let arguments = json!({"customer_id": "c-7"});
    let (outcome, told) = called(&house, "/api/v1/tools", documented()[2].clone(), arguments.clone()).await;
    assert_eq!((outcome, told), (Outcome::Done, json!({"found": true})));
    let request = &house.receiver.requests()[0];
    assert_eq!(request.target, "/2015-03-31/functions/customer-lookup-function/invocations");
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), arguments);
    assert_eq!(request.header("x-amz-log-type"), Some("Tail"));
    let context = client_context(request);
    assert_eq!(context["env"], json!({}));
    let custom = &context["custom"];
    assert!(custom["idempotency_key"].as_str().unwrap().starts_with("act_"), "{custom}");
    assert_eq!(
        (&custom["tool_name"], &custom["assistant_name"]),
        (&json!("customer_lookup"), &json!("Front desk"))
    );
    assert!(custom["call_id"].is_i64() && custom["timestamp"].is_string(), "{custom}");
}

#[tokio::test]
async fn the_documented_environment_comes_from_the_secret_store() {
    let house = house().await;
    let configuration = json!({"function_name": "customer-analytics-prod", "aws_region": "us-west-2",
        "invocation_type": "RequestResponse",
        "environment_variables": {"DATABASE_URL": "${DB_URL}", "API_KEY": "${EXTERNAL_API_KEY}"},
        "timeout_seconds": 60});
    let body = lambda("analytics", configuration, texts(&["customer_id"]));
    let arguments = json!({"customer_id": "c-7"});
    let missing = called(&house, "/api/v1/tools", body.clone(), arguments.clone()).await;
    assert_eq!(missing, (Outcome::Refused, json!({"error": "unresolved placeholder ${EXTERNAL_API_KEY}"})));
    assert!(house.receiver.requests().is_empty());
    house.secret("DB_URL", "postgres://user:pa55word@db/crm").await;
    house.secret("EXTERNAL_API_KEY", "sk-external-1").await;
    let body = Value::Object(body.as_object().unwrap().clone().into_iter().collect::<Map<_, _>>());
    let mut second = body;
    second["name"] = json!("analytics_2");
    let (outcome, _) = called(&house, "/api/v1/tools", second, arguments).await;
    assert_eq!(outcome, Outcome::Done);
    let request = &house.receiver.requests()[0];
    let env = json!({"API_KEY": "sk-external-1", "DATABASE_URL": "postgres://user:pa55word@db/crm"});
    assert_eq!(client_context(request)["env"], env);
    let signature = request.header("authorization").unwrap();
    assert!(signature.contains("/us-west-2/lambda/aws4_request"), "{signature}");
    assert!(signature.contains("x-amz-client-context"), "the context is signed: {signature}");
    let logged = house.get("/api/v1/tools/2").await.expect(200);
    assert_eq!(logged["success_count"], 1, "{logged}");
}

#[tokio::test]
async fn the_other_path_sends_an_envelope() {
    let house = house().await;
    let configuration = json!({"function_name": "orders", "region": "us-east-1"});
    let body = lambda("order", configuration, texts(&["id"]));
    let (outcome, _) = called(&house, "/api/organization/tools", body, json!({"id": "7"})).await;
    assert_eq!(outcome, Outcome::Done);
    let request = &house.receiver.requests()[0];
    let event: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(event["parameters"], json!({"id": "7"}));
    assert!(event["context"]["idempotency_key"].as_str().unwrap().starts_with("act_"), "{event}");
    assert!(event["timestamp"].as_f64().unwrap() > 1.7e9, "{event}");
    assert_eq!(client_context(request), json!({"env": {}}));
}

#[tokio::test]
async fn invocation_types_and_answers_have_their_words() {
    let house = house().await;
    let unknown = |text: &str| json!({"error": text, "done": "unknown"});
    let failed = |text: &str| json!({"error": text, "done": false});
    let threw = "Lambda execution failed: Lambda function threw an unhandled exception: no such order";
    for (function, kind, outcome, told) in [
        ("orders", "Event", Outcome::Done, json!({"status": "accepted"})),
        ("orders", "DryRun", Outcome::Done, json!({"status": "dry_run_ok"})),
        ("gateway", "RequestResponse", Outcome::Done, json!({"order": 7})),
        ("fails", "RequestResponse", Outcome::Unknown, unknown(threw)),
        ("handled", "RequestResponse", Outcome::Unknown, unknown("Lambda execution failed: try later")),
        ("refuses", "RequestResponse", Outcome::Unknown, unknown("Lambda returned status 500")),
        (
            "absent",
            "RequestResponse",
            Outcome::Failed,
            failed("Lambda function 'absent' not found in region eu-west-1"),
        ),
        (
            "denied",
            "RequestResponse",
            Outcome::Failed,
            failed("Access denied. Please check your AWS credentials and permissions."),
        ),
        ("wrong", "RequestResponse", Outcome::Failed, failed("Invalid parameter: bad alias")),
        (
            "busy",
            "RequestResponse",
            Outcome::Failed,
            failed("AWS error (TooManyRequestsException): Rate Exceeded."),
        ),
        ("broken", "RequestResponse", Outcome::Unknown, unknown("AWS error (ServiceException): internal")),
        (
            "subnet",
            "RequestResponse",
            Outcome::Failed,
            failed("AWS error (SubnetIPAddressLimitReachedException): full"),
        ),
    ] {
        let configuration =
            json!({"function_name": function, "aws_region": "eu-west-1", "invocation_type": kind});
        let name = format!("{function}_{kind}");
        let before = house.receiver.requests().len();
        let answer =
            called(&house, "/api/v1/tools", lambda(&name, configuration, texts(&[])), json!({})).await;
        assert_eq!(answer, (outcome, told), "{name}");
        let requests = house.receiver.requests();
        assert_eq!(requests.len(), before + 1, "an action is never sent twice: {name}");
        assert_eq!(requests[before].header("x-amz-invocation-type"), Some(kind));
    }
}

#[tokio::test]
async fn qualifiers_and_arns_are_sent_apart() {
    let house = house().await;
    for (number, (function, path)) in [
        ("orders:prod", "orders/invocations?Qualifier=prod"),
        ("orders:$LATEST", "orders/invocations?Qualifier=%24LATEST"),
        ("111122223333:function:orders", "111122223333%3Afunction%3Aorders/invocations"),
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:orders:7",
            "arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders/invocations?Qualifier=7",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let configuration = json!({"function_name": function, "aws_region": "us-east-1"});
        let body = lambda(&format!("l{number}"), configuration, texts(&[]));
        assert_eq!(called(&house, "/api/v1/tools", body, json!({})).await.0, Outcome::Done, "{function}");
        let request = house.receiver.requests()[number].clone();
        assert_eq!(request.target, format!("/2015-03-31/functions/{path}"));
        let region = if function.starts_with("arn") { "/eu-west-1/" } else { "/us-east-1/" };
        assert!(request.header("authorization").unwrap().contains(region), "{function}");
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let house = House::answering(aws).await;
    let configuration = json!({"function_name": "orders", "aws_region": "us-east-1"});
    let (outcome, told) =
        called(&house, "/api/v1/tools", lambda("l", configuration.clone(), texts(&[])), json!({})).await;
    let error = "AWS credentials not found. Please configure access_key and secret_key.";
    assert_eq!((outcome, told), (Outcome::Refused, json!({"error": error})));
    assert!(house.receiver.requests().is_empty());
    let mut own = configuration;
    own["access_key"] = json!("ASIAOWN");
    own["secret_key"] = json!("own-secret-key");
    own["session_token"] = json!("own-session-token");
    let (outcome, _) = called(&house, "/api/v1/tools", lambda("own", own, texts(&[])), json!({})).await;
    assert_eq!(outcome, Outcome::Done);
    let request = &house.receiver.requests()[0];
    assert!(request.header("authorization").unwrap().contains("Credential=ASIAOWN/"));
    assert_eq!(request.header("x-amz-security-token"), Some("own-session-token"));
}

#[tokio::test]
async fn a_client_context_has_its_limit() {
    let house = house().await;
    let configuration = json!({"function_name": "orders", "aws_region": "us-east-1",
        "environment_variables": {"BIG": "x".repeat(3000)}});
    let answer = called(&house, "/api/v1/tools", lambda("l", configuration, texts(&[])), json!({})).await;
    assert_eq!(answer, (Outcome::Refused, json!({"error": "client context too large"})));
    assert!(house.receiver.requests().is_empty());
}

#[tokio::test]
async fn a_template_is_the_event() {
    let house = house().await;
    let configuration = json!({"function_name": "orders", "aws_region": "us-east-1",
        "payload_template": {"order": {"id": "${id}", "count": "${count}"}, "key": "${context.idempotency_key}"}});
    let schema =
        json!({"type": "object", "properties": {"id": {"type": "string"}, "count": {"type": "integer"}}});
    let body = lambda("l", configuration, schema);
    let (outcome, _) = called(&house, "/api/v1/tools", body, json!({"id": "a\"b", "count": 2})).await;
    assert_eq!(outcome, Outcome::Done);
    let event: Value = serde_json::from_slice(&house.receiver.requests()[0].body).unwrap();
    assert_eq!(event["order"], json!({"id": "a\"b", "count": 2}));
    assert!(event["key"].as_str().unwrap().starts_with("act_"), "{event}");
}

#[tokio::test]
async fn a_test_shows_the_executors_result() {
    let house = house().await;
    let body =
        |name: &str| lambda(name, json!({"function_name": name, "aws_region": "us-east-1"}), texts(&[]));
    let mut results = Vec::new();
    for name in ["orders", "handled", "absent"] {
        let made = house.post("/api/v1/tools", body(name)).await.expect(200);
        let path = format!("/api/organization/tools/{}/test", made["id"]);
        results.push(house.post(&path, json!({})).await.expect(200));
    }
    let done = &results[0];
    assert_eq!((&done["success"], &done["message"]), (&json!(true), &json!("Tool executed successfully")));
    let logs = "START\nkey [REDACTED]\nEND\n";
    let data = json!({"status_code": 200, "function_error": null, "log_result": STANDARD.encode(logs),
        "payload": {"found": true}, "logs": logs});
    assert_eq!(done["result"]["data"], data, "the log is shown, the key in it is not");
    let handled = &results[1];
    assert_eq!(handled["error"], "Lambda execution failed: try later");
    let data = &handled["result"]["data"];
    assert_eq!((&data["function_error"], &data["handled_error"]), (&json!("Handled"), &json!(true)));
    assert_eq!(results[2]["error"], "Lambda function 'absent' not found in region us-east-1");
    let unsaved = json!({"tool_type": "lambda", "test_parameters": {"a": 1}, "configuration": {
        "function_name": "orders", "region": "us-east-1", "access_key": "AKIAOWN", "secret_key": SECRET_KEY}});
    let unsaved = house.post("/api/tools/test", unsaved).await.expect(200);
    assert_eq!(unsaved["result"]["data"]["logs"], logs, "{unsaved}");
    assert!(!unsaved.to_string().contains(SECRET_KEY));
    let request = house.receiver.requests().pop().unwrap();
    let event: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(event["context"]["direction"], "test", "{event}");
}
