//! The AsyncAPI document of the session socket, made of the frames' own schemas.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::order::OrderFrame;
use super::report::ReportFrame;
use super::{PROTOCOL, TOKEN_PROTOCOL};

const ABOUT: &str = "A runtime (the brain of a conversation) or an app (the executor of client tools) takes part in a \
    live session. JSON text frames; each has a `type`. The first frame is `hello`, answered by `welcome`. Orders carry \
    the `seq` of the session's history: after a lost connection, a restart or a kill `hello` names the last one seen \
    (`resume`) and everything after it follows, once. A malformed frame is answered by `error` and the socket stays \
    open.\n\nSlow readers: nothing is queued for them beyond 32 orders; further ones are read from the store as they \
    are taken. A side that takes more than 10 s for one frame is cut off, one that falls 4096 events behind is closed \
    with 1013. Both come back with their position. The server pings every 20 s; after 45 s of silence the connection \
    counts as lost. Frames have at most 1 MiB.";

/// Close codes and what they mean.
pub const CLOSE_CODES: [(u16, &str, &str); 8] = [
    (1000, "ended", "The session has ended, or the other side said `bye`."),
    (1008, "no_hello", "The first frame was no `hello`, or it did not come within 10 s."),
    (1012, "restart", "The server is going down: come back with the position."),
    (1013, "too_slow", "Too far behind, or the session has moved: come back with the position."),
    (4001, "replaced", "A newer socket of the same role has taken the place."),
    (4002, "unknown_position", "There has been no such position: come back without one."),
    (4003, "forbidden", "The role is not the token's, or the key was revoked or has expired."),
    (4004, "unsupported_version", "The version of the frames is not known here."),
];

/// The document.
pub fn document() -> Value {
    let mut schemas = Vec::new();
    ReportFrame::schemas(&mut schemas);
    OrderFrame::schemas(&mut schemas);
    let mut named = Map::new();
    for (name, schema) in schemas {
        named.insert(name, to_value(&schema));
    }
    let received = messages(&to_value(&ReportFrame::schema()));
    let sent = messages(&to_value(&OrderFrame::schema()));
    let in_channel: Map<String, Value> = received
        .keys()
        .chain(sent.keys())
        .map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")})))
        .collect();
    let of_channel = |messages: &Map<String, Value>| -> Vec<Value> {
        let reference = |name: &String| json!({"$ref": format!("#/channels/session/messages/{name}")});
        messages.keys().map(reference).collect()
    };
    let (taken, given) = (of_channel(&received), of_channel(&sent));
    let all: Map<String, Value> = received.into_iter().chain(sent).collect();
    let codes: Vec<String> =
        CLOSE_CODES.iter().map(|(code, word, text)| format!("- {code} `{word}`: {text}")).collect();
    let session_id = to_value(&crate::wire::ids::SessionId::schema());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "hookswitch session socket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!("{ABOUT}\n\nClose codes:\n\n{}", codes.join("\n")),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {"session": {
            "address": "/v1/sessions/{session_id}/socket",
            "title": "A session",
            "description": format!("The subprotocol is `{PROTOCOL}`; a client that offers none gets version 1. \
                With an API key in `Authorization: Bearer`, or with a token of `POST /v1/sessions/{{id}}/tokens` there \
                or, from a web page, as a second subprotocol `{TOKEN_PROTOCOL}<token>`."),
            "parameters": {"session_id": {
                "description": "The session.",
                "examples": [session_id["example"].clone()],
            }},
            "messages": in_channel,
            "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
        }},
        "operations": {
            "report": {
                "action": "receive",
                "title": "What a runtime or an app sends",
                "channel": {"$ref": "#/channels/session"},
                "messages": taken,
                "security": [{"$ref": "#/components/securitySchemes/key"}],
            },
            "order": {
                "action": "send",
                "title": "What a runtime or an app is sent",
                "channel": {"$ref": "#/channels/session"},
                "messages": given,
            },
        },
        "components": {
            "messages": all,
            "schemas": named,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer",
                "description": "An API key with the permission `sessions`, or a token of the session."}},
        },
    })
}

/// The document as it is served and committed.
pub fn document_text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

fn to_value(schema: &impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// One message a variant of a frame.
fn messages(frame: &Value) -> Map<String, Value> {
    let variants = frame["oneOf"].as_array().cloned().unwrap_or_default();
    let named = variants.into_iter().filter_map(|variant| {
        let name = type_of(&variant)?;
        let title = variant["description"].as_str().unwrap_or_default().to_owned();
        let message = json!({
            "name": name, "title": name, "summary": title, "contentType": "application/json",
            "payload": variant,
        });
        Some((name, message))
    });
    named.collect()
}

/// The word in `type`, also where the variant is put together of several parts.
fn type_of(variant: &Value) -> Option<String> {
    let own = variant.pointer("/properties/type/enum/0").and_then(Value::as_str).map(str::to_owned);
    own.or_else(|| variant["allOf"].as_array()?.iter().find_map(type_of))
}
