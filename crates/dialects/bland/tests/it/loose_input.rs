//! Loose schemas as a session enforces them: every row of the table (bland: 3.2).

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn every_row_of_the_table() {
    let house = House::open().await;
    let none = Value::Null;
    let rows = [
        // Decoding.
        (json!({"n": "integer"}), json!("{\"n\":3}"), Some(json!({"n": 3}))),
        (json!({"list": "array"}), json!({"list": "[1]"}), Some(json!({"list": [1]}))),
        (json!({"o": {"type": "object"}}), json!({"o": "{\"a\":1}"}), Some(json!({"o": {"a": 1}}))),
        // Properties, wherever they stand.
        (json!({"properties": {"n": "integer"}, "x": "integer"}), json!({"n": "x"}), None),
        (json!({"properties": {"n": "integer"}, "x": "integer"}), json!({"x": "x"}), Some(json!({"x": "x"}))),
        (json!({"date": "YYYY-MM-DD", "type": "object", "required": ["date"]}), json!({}), None),
        (json!({"example": {"n": 1}}), json!({"n": "anything"}), Some(json!({"n": "anything"}))),
        (json!({"title": "x", "n": "integer"}), json!({"n": "x"}), Some(json!({"n": "x"}))),
        // JSON Schema is enforced, nested or not.
        (json!({"e": {"enum": ["a", "b"]}}), json!({"e": "c"}), None),
        (json!({"a": {"b": {"type": "integer"}}}), json!({"a": {"b": "x"}}), None),
        (json!({"a": {"b": "integer"}}), json!({"a": {"b": "4"}}), Some(json!({"a": {"b": 4}}))),
        // Names of types are enforced, other texts are hints.
        (json!({"b": "boolean"}), json!({"b": "yes"}), None),
        (
            json!({"day": "monday, friday", "t": "HH:MM:SS (AM|PM)", "p": "+1XXX-XXX-XXXX"}),
            json!({"day": 1, "t": [], "p": {}}),
            Some(json!({"day": 1, "t": [], "p": {}})),
        ),
        // Lossless coercion.
        (
            json!({"n": "number", "b": "boolean", "s": "string"}),
            json!({"n": "3", "b": "true", "s": 5}),
            Some(json!({"n": 3, "b": true, "s": "5"})),
        ),
        (json!({"n": "number"}), json!({"n": "03"}), None),
        // Required, other keys, closed shapes.
        (json!({"a": "x", "required": ["a", "b"]}), json!({"a": 1, "b": null}), None),
        (json!({"a": "x"}), json!({"a": 1, "other": [1]}), Some(json!({"a": 1, "other": [1]}))),
        (json!({"a": "x", "additionalProperties": false}), json!({"a": 1, "other": 1}), None),
        // No schema: any object.
        (none.clone(), json!({"anything": {"at": ["all"]}}), Some(json!({"anything": {"at": ["all"]}}))),
        (none, json!([1]), None),
    ];
    for (schema, given, expected) in rows {
        let before = house.receiver.requests().len();
        let id = house.tool(json!({"input_schema": schema, "body": "{{input}}"})).await;
        let session = house.call(json!({"tools": [id]})).await;
        let answer = house.run(session, "BookAppointment", given.clone()).await;
        let sent = house
            .receiver
            .requests()
            .get(before)
            .map(|sent| serde_json::from_slice::<Value>(&sent.body).unwrap());
        assert_eq!(sent, expected, "{schema} {given}: {}", answer.told);
        if expected.is_none() {
            assert_eq!(answer.refusal, Some("invalid_arguments"), "{schema} {given}");
        }
        house.delete(&format!("/v1/tools/{id}")).await.ok();
    }
}
