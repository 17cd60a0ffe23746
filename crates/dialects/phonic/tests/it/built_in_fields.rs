//! Context tools and built-ins: their fields and the rules between them.

use hookswitch_model::draft::CallOperation;
use serde_json::{Value, json};

use crate::house::{House, parameter, plain, with};

async fn refused(house: &House, body: Value) -> Vec<String> {
    house.post("/v1/tools", body).await.refused(400)
}

fn transfer(more: Value) -> Value {
    plain("built_in_transfer_to_phone_number", with(json!({"phone_number": "+15551234567"}), more))
}

#[tokio::test]
async fn context() {
    let house = House::open().await;
    let text = "Press {{A}} five times.";
    let id = house.tool(plain("custom_context", json!({"context": text}))).await;
    assert_eq!(house.shown(&id).await["context"], text);
    // No template, whatever it looks like.
    assert_eq!(*house.run(&id, "t", json!({})).await.told, json!(text));
    assert_eq!(refused(&house, plain("custom_context", json!({"name": "u"}))).await, ["context"]);
    let long = plain("custom_context", json!({"name": "u", "context": "c".repeat(65_537)}));
    assert_eq!(refused(&house, long).await, ["context"]);
}

#[tokio::test]
async fn tools_without_parameters() {
    let house = House::open().await;
    for (index, base) in [
        plain("custom_context", json!({"context": "c"})),
        transfer(json!({})),
        plain("built_in_keypad_input", json!({})),
        plain("built_in_natural_conversation_ending", json!({})),
        plain("built_in_choose_not_to_respond", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        let base = with(base, json!({"name": format!("t{index}")}));
        let given = with(base.clone(), json!({"parameters": [parameter("a", json!({}))]}));
        assert_eq!(refused(&house, given).await, ["parameters"]);
        let object = with(base.clone(), json!({"parameters": {"type": "object", "properties": {}}}));
        assert_eq!(refused(&house, object).await, ["parameters"]);
        let id = house.tool(with(base, json!({"parameters": []}))).await;
        assert_eq!(house.shown(&id).await["parameters"], json!([]));
    }
}

#[tokio::test]
async fn phone_number() {
    let house = House::open().await;
    let id = house.tool(transfer(json!({}))).await;
    assert_eq!(house.shown(&id).await["phone_number"], "+15551234567");
    let id = house.tool(transfer(json!({"name": "any", "phone_number": null}))).await;
    assert_eq!(house.shown(&id).await["phone_number"], Value::Null);
    assert_eq!(
        refused(&house, plain("built_in_transfer_to_phone_number", json!({"name": "u"}))).await,
        ["phone_number"]
    );
    for wrong in [json!("5551234567"), json!(""), json!("+0123"), json!(1)] {
        assert_eq!(
            refused(&house, transfer(json!({"name": "u", "phone_number": wrong}))).await,
            ["phone_number"]
        );
    }
}

#[tokio::test]
async fn dtmf() {
    let house = House::open().await;
    for (index, (given, shown)) in
        [(json!("12w*#ADW"), json!("12w*#ADW")), (json!(""), Value::Null), (Value::Null, Value::Null)]
            .into_iter()
            .enumerate()
    {
        let id = house.tool(transfer(json!({"name": format!("t{index}"), "dtmf": given}))).await;
        assert_eq!(house.shown(&id).await["dtmf"], shown);
    }
    for wrong in [json!("12x"), json!("1".repeat(65)), json!(12)] {
        assert_eq!(refused(&house, transfer(json!({"name": "u", "dtmf": wrong}))).await, ["dtmf"]);
    }
    let id = house.tool(transfer(json!({"name": "dynamic", "dynamic_dtmf": true}))).await;
    assert_eq!(house.shown(&id).await["dynamic_dtmf"], true);
    assert_eq!(refused(&house, transfer(json!({"name": "u", "dynamic_dtmf": 1}))).await, ["dynamic_dtmf"]);
}

#[tokio::test]
async fn defaults_of_a_transfer() {
    let house = House::open().await;
    let id = house.tool(transfer(json!({}))).await;
    let shown = house.shown(&id).await;
    for (field, value) in [
        ("dtmf", Value::Null),
        ("dynamic_dtmf", json!(false)),
        ("use_agent_phone_number", json!(true)),
        ("detect_voicemail", json!(false)),
        ("keep_listening", json!(true)),
        ("on_transfer_no_answer", json!("return_to_assistant")),
        ("post_transfer_message", Value::Null),
        ("uninterruptible", json!(true)),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let control = house.stored(&id).await.draft.call_control.unwrap();
    assert_eq!((control.operation, control.keep_listening), (CallOperation::TransferToPhoneNumber, None));
}

#[tokio::test]
async fn rules_of_a_transfer() {
    let house = House::open().await;
    let cases = [
        (json!({"use_agent_phone_number": false, "detect_voicemail": true}), vec!["detect_voicemail"]),
        (json!({"keep_listening": false}), vec!["keep_listening"]),
        (
            json!({"use_agent_phone_number": false, "post_transfer_message": "Hi"}),
            vec!["post_transfer_message"],
        ),
        (
            json!({"use_agent_phone_number": false, "on_transfer_no_answer": "keep_retrying"}),
            vec!["on_transfer_no_answer"],
        ),
        (
            json!({"keep_listening": false, "post_transfer_message": "Hi", "on_transfer_no_answer": "keep_retrying"}),
            vec!["keep_listening", "post_transfer_message", "on_transfer_no_answer"],
        ),
        (json!({"post_transfer_message": "x".repeat(1001)}), vec!["post_transfer_message"]),
        (json!({"on_transfer_no_answer": "hang_up"}), vec!["on_transfer_no_answer"]),
    ];
    for (more, keys) in cases {
        assert_eq!(refused(&house, transfer(more.clone())).await, keys, "{more}");
    }
    let fine = [
        json!({"use_agent_phone_number": false}),
        json!({"use_agent_phone_number": false, "keep_listening": true, "post_transfer_message": "Hi"}),
        json!({"detect_voicemail": true, "on_transfer_no_answer": "keep_retrying", "post_transfer_message": "Hi"}),
        json!({"use_agent_phone_number": false, "keep_listening": false, "dtmf": "1"}),
    ];
    for (index, more) in fine.into_iter().enumerate() {
        house.tool(transfer(with(more, json!({"name": format!("t{index}")})))).await;
    }
}

#[tokio::test]
async fn keep_listening_follows_until_it_is_set() {
    let house = House::open().await;
    let id = house.tool(transfer(json!({}))).await;
    let path = format!("/v1/tools/{id}");
    house.patch(&path, json!({"use_agent_phone_number": false})).await.ok();
    assert_eq!(house.shown(&id).await["keep_listening"], false);
    house.patch(&path, json!({"use_agent_phone_number": true})).await.ok();
    assert_eq!(house.shown(&id).await["keep_listening"], true);
    // Set to what it is already, it no longer follows.
    house.patch(&path, json!({"keep_listening": true})).await.ok();
    house.patch(&path, json!({"use_agent_phone_number": false})).await.ok();
    assert_eq!(house.shown(&id).await["keep_listening"], true);
    house.patch(&path, json!({"keep_listening": null})).await.ok();
    assert_eq!(house.shown(&id).await["keep_listening"], false);
}

#[tokio::test]
async fn agents_to_transfer_to() {
    let house = House::open().await;
    for name in ["sales", "support"] {
        house.post("/v1/agents", json!({"name": name})).await.expect(201);
    }
    let hand_over =
        |agents: Value| plain("built_in_transfer_to_agent", json!({"agents_to_transfer_to": agents}));
    let id = house.tool(hand_over(json!(["sales", "support"]))).await;
    assert_eq!(house.shown(&id).await["agents_to_transfer_to"], json!(["sales", "support"]));
    // Held by id: a renamed agent shows its new name, a deleted one is gone.
    house.patch("/v1/agents/sales", json!({"name": "sales-team"})).await.ok();
    assert_eq!(house.shown(&id).await["agents_to_transfer_to"], json!(["sales-team", "support"]));
    house.delete("/v1/agents/support").await.ok();
    let listed = house.get("/v1/tools").await.ok();
    assert_eq!(listed["tools"][0]["agents_to_transfer_to"], json!(["sales-team"]));
    let at = "agents_to_transfer_to";
    assert_eq!(refused(&house, hand_over(json!([]))).await, [at]);
    assert_eq!(refused(&house, hand_over(Value::Null)).await, [at]);
    assert_eq!(
        refused(&house, hand_over(json!(["sales-team", "nobody", "sales-team", 1]))).await,
        ["agents_to_transfer_to[1]", "agents_to_transfer_to[2]", "agents_to_transfer_to[3]"]
    );
    // An agent of another project is none of this one's.
    house.post("/v1/projects", json!({"name": "other"})).await.expect(201);
    house.post("/v1/agents?project=other", json!({"name": "far"})).await.expect(201);
    assert_eq!(refused(&house, hand_over(json!(["far"]))).await, ["agents_to_transfer_to[0]"]);
    assert_eq!(
        house.patch(&format!("/v1/tools/{id}"), json!({at: ["far"]})).await.refused(400),
        ["agents_to_transfer_to[0]"]
    );
    house.patch(&format!("/v1/tools/{id}"), json!({at: ["sales-team"]})).await.ok();
}

#[tokio::test]
async fn speech_before_tool_call() {
    let house = House::open().await;
    for (index, kind) in ["built_in_keypad_input", "built_in_natural_conversation_ending"].iter().enumerate()
    {
        for word in ["required", "optional", "suppressed"] {
            let body =
                plain(kind, json!({"name": format!("{word}_{index}"), "speech_before_tool_call": word}));
            let id = house.tool(body).await;
            assert_eq!(house.shown(&id).await["speech_before_tool_call"], word);
            let speech = house.stored(&id).await.draft.speech;
            assert_eq!(speech.require_speech_before, word == "required");
            assert_eq!(speech.suppress_speech_before, word == "suppressed");
        }
        let wrong = plain(kind, json!({"name": "u", "speech_before_tool_call": "never"}));
        assert_eq!(refused(&house, wrong).await, ["speech_before_tool_call"]);
    }
    // It wins over the older flag, which is kept and shown.
    let body = plain("built_in_keypad_input", json!({"require_speech_before_tool_call": true}));
    let id = house.tool(body).await;
    let shown = house.shown(&id).await;
    assert_eq!(shown["require_speech_before_tool_call"], true);
    assert_eq!(shown["speech_before_tool_call"], "optional");
    assert!(!house.stored(&id).await.draft.speech.require_speech_before);
}

#[tokio::test]
async fn respond_after_sec() {
    let house = House::open().await;
    let silence = |more: Value| plain("built_in_choose_not_to_respond", more);
    for (index, value) in [json!(5), json!(0.5), json!(600), Value::Null].into_iter().enumerate() {
        let id = house.tool(silence(json!({"name": format!("t{index}"), "respond_after_sec": value}))).await;
        assert_eq!(house.shown(&id).await["respond_after_sec"], value);
    }
    for wrong in [json!(0), json!(-1), json!(601), json!("5")] {
        assert_eq!(
            refused(&house, silence(json!({"name": "u", "respond_after_sec": wrong}))).await,
            ["respond_after_sec"]
        );
    }
    house.patch("/v1/tools/t0", json!({"respond_after_sec": null})).await.ok();
    assert_eq!(house.get("/v1/tools/t0").await.ok()["tool"]["respond_after_sec"], Value::Null);
}
