//! The main shapes on the wire, word for word.

use hookswitch_api::Failure;
use hookswitch_dialect_native::wire::call::{CallBody, CallResult};
use hookswitch_dialect_native::wire::execution::ExecutionView;
use hookswitch_dialect_native::wire::failure::problem_of;
use hookswitch_dialect_native::wire::session::{SessionBody, SessionFunction};
use hookswitch_dialect_native::wire::tool::Tool;
use hookswitch_engine::{ArgumentsInput, CallAnswer, EngineError, SessionView, ToolView};
use hookswitch_model::draft::ToolDraft;
use hookswitch_model::execution::{Attempt, AttemptTimings, Execution, ExecutionDetail, RequestRecord};
use hookswitch_model::key::Permission;
use hookswitch_model::name::ToolName;
use hookswitch_model::session::Channel;
use hookswitch_model::tool::StoredTool;
use hookswitch_model::*;
use hookswitch_registry::RegistryError;
use serde_json::{Map, Value, json};

/// Ids that are the same in every run.
macro_rules! id {
    ($kind:ident) => {
        $kind::from_uuid(format!("{}0{}", $kind::PREFIX.len(), "1".repeat(30)).parse().unwrap())
    };
}

fn at(seconds: i64) -> Stamp {
    Stamp::from_micros(1_795_000_000_000_000 + seconds * 1_000_000)
}

#[test]
fn a_tool() {
    let draft: ToolDraft = serde_json::from_value(json!({
        "name": "book", "description": "Books.", "kind": "webhook",
        "webhook": {"url": "https://a.example/book", "method": "POST", "headers": {
            "authorization": {"sealed": id!(SealId)}, "x-plain": "open"}},
        "parameters": [{"name": "date", "schema": {"type": "string"}, "required": true}],
    }))
    .unwrap();
    let tool = StoredTool {
        id: id!(ToolId),
        number: 7,
        org: id!(OrgId),
        mode: Mode::Live,
        project: id!(ProjectId),
        name: ToolName::parse("book").unwrap(),
        dialect: Dialect::Native,
        enabled: true,
        version: 3,
        draft,
        created_at: at(0),
        updated_at: at(1),
    };
    insta::assert_json_snapshot!("tool", Tool::from(tool));
}

fn tool_view() -> ToolView {
    ToolView {
        tool: id!(ToolId),
        version: 3,
        function: "book".to_owned(),
        description: "Books.".to_owned(),
        parameters: json!({"type": "object", "properties": {"date": {"type": "string"}}}),
    }
}

#[test]
fn a_session_and_its_functions() {
    let session = SessionView {
        id: id!(SessionId),
        agent: Some(id!(AgentId)),
        project: id!(ProjectId),
        channel: Channel::Phone,
        tools: vec![tool_view()],
        variables: json!({"tier": "gold"}),
        metadata: Map::new(),
        created_at: at(0),
        ended_at: None,
        end_reason: None,
    };
    insta::assert_json_snapshot!("session", SessionBody::from(session));
    insta::assert_json_snapshot!("function", SessionFunction::from(tool_view()));
}

#[test]
fn answers_to_calls() {
    let done = CallAnswer {
        execution: id!(ExecutionId),
        tool_call_id: "call_1".to_owned(),
        outcome: Some(Outcome::Done),
        told: std::sync::Arc::new(json!({"booking": "b_1"})),
        replayed: false,
        joined: false,
        timed_out: false,
        refusal: None,
        confirmation: None,
        may_speak: true,
        may_call_tools: true,
    };
    insta::assert_json_snapshot!("call_done", CallResult::of(&done, 12_345));
    let refused = CallAnswer {
        outcome: Some(Outcome::Refused),
        told: std::sync::Arc::new(json!({"error": "read it back"})),
        refusal: Some("confirmation_needed"),
        confirmation: Some(id!(ActId)),
        ..done
    };
    insta::assert_json_snapshot!("call_refused", CallResult::of(&refused, 0));
}

#[test]
fn an_execution() {
    let request = RequestRecord {
        method: "POST".to_owned(),
        url: "https://a.example/book".to_owned(),
        headers: vec![("authorization".to_owned(), "[REDACTED]".to_owned())],
        body: json!({"date": "2026-12-01"}),
    };
    let timings = AttemptTimings {
        dns_us: 1,
        connect_us: 20,
        tls_us: 300,
        first_byte_us: 4000,
        total_us: 50_000,
        reused: false,
    };
    let execution = Execution {
        id: id!(ExecutionId),
        org: id!(OrgId),
        mode: Mode::Live,
        session: Some(id!(SessionId)),
        agent: None,
        tool: Some(id!(ToolId)),
        tool_version: Some(3),
        tool_name: "book".to_owned(),
        tool_call_id: "call_1".to_owned(),
        act: Some(id!(ActId)),
        outcome: Some(Outcome::Done),
        timed_out: false,
        test: false,
        error: None,
        detail: ExecutionDetail {
            arguments: json!({"date": "2026-12-01"}),
            request: Some(request),
            response_status: Some(200),
            response: json!({"booking": "b_1"}),
            told: json!({"booking": "b_1"}),
            attempts: vec![Attempt { number: 1, started_at: at(0), status: Some(200), error: None, timings }],
            ..ExecutionDetail::default()
        },
        queue_us: 120,
        total_us: 50_300,
        created_at: at(0),
        ended_at: Some(at(1)),
    };
    insta::assert_json_snapshot!("execution", ExecutionView::of(execution.clone(), true));
    insta::assert_json_snapshot!("execution_in_list", ExecutionView::of(execution, false));
}

#[test]
fn problems() {
    let mut findings = Findings::default();
    findings.error("$.webhook.url", "address_refused", "a private address");
    findings.warn("$.effect", "effect_doubtful", "sounds like an action");
    findings.error("$.timeout_ms", "out_of_range", "100 to 3600000");
    let failures: [(&str, Failure); 6] = [
        ("forbidden", Failure::Forbidden(Permission::ToolsWrite)),
        ("not_found", RegistryError::NotFound("tool").into()),
        ("invalid_definition", RegistryError::Invalid(findings).into()),
        ("name_taken", RegistryError::NameTaken { what: "tool", name: "book".to_owned() }.into()),
        ("draining", EngineError::Draining.into()),
        ("internal_error", Failure::Internal),
    ];
    for (code, failure) in failures {
        let (problem, _) = problem_of(&failure, "https://tools.example.com", Some(id!(RequestId)));
        assert_eq!(problem.code, code);
        insta::assert_json_snapshot!(format!("problem_{code}"), problem);
    }
}

#[test]
fn what_belongs_to_others_reads_like_what_is_not_there() {
    let texts: Vec<Value> = [
        Failure::from(RegistryError::NotFound("tool")),
        RegistryError::NotFound("agent").into(),
        EngineError::NotFound("session").into(),
        Failure::NotFound("path"),
    ]
    .iter()
    .map(|failure| serde_json::to_value(problem_of(failure, "", None).0).unwrap())
    .collect();
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
}

#[test]
fn arguments_are_an_object_or_text() {
    let parse = |text: &str| hookswitch_api::parse::<CallBody>(text.as_bytes());
    let arguments = |text: &str| parse(text).unwrap().into_input(None).arguments;
    assert!(matches!(arguments(r#"{"name":"a"}"#), ArgumentsInput::Value(Value::Object(_))));
    assert!(matches!(arguments(r#"{"name":"a","arguments":null}"#), ArgumentsInput::Value(Value::Object(_))));
    assert!(
        matches!(arguments(r#"{"name":"a","arguments":"{}"}"#), ArgumentsInput::Text(text) if text == "{}")
    );
    assert!(
        matches!(arguments(r#"{"name":"a","arguments":{"b":[1]}}"#), ArgumentsInput::Value(value) if value == json!({"b": [1]}))
    );
    for wrong in ["1", "[]", "true"] {
        let error = parse(&format!(r#"{{"name":"a","arguments":{wrong}}}"#)).unwrap_err();
        assert!(error.to_string().contains("$.arguments"), "{error}");
    }
}
