//! Secrets and the account (bland: 2.7).

use hookswitch_model::Mode;
use hookswitch_model::key::Permission;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn secrets_are_set_overwritten_listed_and_deleted() {
    let house = House::open().await;
    let made = house.post("/v1/secrets", json!({"name": "crm_key", "value": "first-value-1"})).await.ok();
    let secret = made["secret"].clone();
    let keys: Vec<&String> = secret.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "name", "static", "has_secret", "created_at"]);
    let id = secret["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("SEC-"));
    let again = house.post("/v1/secrets/", json!({"name": "CRM_KEY", "value": "second-value"})).await.ok();
    assert_eq!((&again["secret"]["id"], &again["secret"]["name"]), (&json!(id), &json!("CRM_KEY")));
    house.post("/v1/secrets", json!({"name": "other", "value": "x"})).await.ok();
    let list = house.get("/v1/secrets").await.ok();
    let names: Vec<_> = list["secrets"].as_array().unwrap().iter().map(|secret| &secret["name"]).collect();
    assert_eq!(names, ["CRM_KEY", "other"]);
    assert!(!list.to_string().contains("value"));
    let gone = house.delete(&format!("/v1/secrets/{id}")).await.ok();
    assert_eq!(gone["message"], "Secret has been deleted.");
    house.delete("/v1/secrets/OTHER").await.ok();
    for path in
        [format!("/v1/secrets/{id}"), "/v1/secrets/other".to_owned(), "/v1/secrets/no%20name".to_owned()]
    {
        assert_eq!(house.delete(&path).await.refused(404), ["SECRET_NOT_FOUND"], "{path}");
    }
    assert_eq!(house.get("/v1/secrets").await.ok()["secrets"], json!([]));
}

#[tokio::test]
async fn wrong_secrets_are_told_why() {
    let house = House::open().await;
    for (body, codes) in [
        (json!({}), vec!["MISSING_PARAMETER", "MISSING_PARAMETER"]),
        (json!({"name": "a b", "value": "x"}), vec!["INVALID_PARAMETER"]),
        (json!({"name": "x".repeat(65), "value": "x"}), vec!["INVALID_PARAMETER"]),
        (json!({"name": "a", "value": ""}), vec!["INVALID_PARAMETER"]),
        (json!({"name": "a", "value": "x".repeat(8193)}), vec!["INVALID_PARAMETER"]),
        (json!({"name": 1, "value": 2}), vec!["INVALID_PARAMETER", "INVALID_PARAMETER"]),
        (json!(["a"]), vec!["INVALID_PARAMETER"]),
    ] {
        assert_eq!(house.post("/v1/secrets", body.clone()).await.refused(400), codes, "{body}");
    }
}

#[tokio::test]
async fn secrets_need_their_scope_and_the_list_any_key() {
    let house = House::open().await;
    let key = house.key_with(&[Permission::Sessions], Mode::Live).await;
    house.send(&key, "GET", "/v1/secrets", None).await.ok();
    let body = json!({"name": "a", "value": "x"}).to_string().into_bytes();
    assert_eq!(house.send(&key, "POST", "/v1/secrets", Some(body)).await.refused(403), ["FORBIDDEN"]);
    assert_eq!(house.send(&key, "DELETE", "/v1/secrets/a", None).await.refused(403), ["FORBIDDEN"]);
}

#[tokio::test]
async fn the_account_is_a_bare_object() {
    let house = House::open().await;
    let me = |total| json!({"status": "active", "billing": {"current_balance": 0, "refill_to": null}, "total_calls": total});
    assert_eq!(house.get("/v1/me").await.ok(), me(0));
    house.call(json!({})).await;
    assert_eq!(house.get("/v1/me/").await.ok(), me(1));
}

#[tokio::test]
async fn a_secret_is_used_rotated_and_missed() {
    let house = House::open().await;
    let made = house.post("/v1/secrets", json!({"name": "crm_key", "value": "first-value-1"})).await.ok();
    let by_id = format!("{{{{secret.id.{}}}}}", made["secret"]["id"].as_str().unwrap());
    let headers = json!({"Authorization": format!("Bearer {by_id}"), "X-Api-Key": "{{secret.CRM_KEY}}"});
    let more =
        json!({"headers": headers, "url": house.url(&format!("/book?k={by_id}")), "body": {"k": by_id}});
    let id = house.tool(more.clone()).await;
    let record = house.record(&id).await;
    for field in ["headers", "url", "body"] {
        assert_eq!(record[field], more[field], "as it was spelt");
    }
    let test = format!("/v1/tools/{id}/test");
    let answer = house.post(&test, json!({})).await.ok();
    assert_eq!(answer["status"], "success");
    assert!(!answer.to_string().contains("first-value-1"), "{answer}");
    assert_eq!(answer["request"]["headers"]["authorization"], "[REDACTED]");
    let sent = house.receiver.requests().pop().unwrap();
    assert_eq!(sent.header("authorization"), Some("Bearer first-value-1"));
    assert_eq!(sent.header("x-api-key"), Some("first-value-1"));
    assert_eq!(
        (sent.target.as_str(), sent.text().as_str()),
        ("/book?k=first-value-1", r#"{"k":"first-value-1"}"#)
    );
    house.post("/v1/secrets", json!({"name": "crm_key", "value": "second-value"})).await.ok();
    house.post(&test, json!({})).await.ok();
    assert_eq!(house.receiver.requests().pop().unwrap().header("x-api-key"), Some("second-value"));
    house.delete("/v1/secrets/crm_key").await.ok();
    let refused = house.post(&test, json!({})).await.ok();
    assert_eq!(
        (&refused["status"], &refused["errors"][0]["code"]),
        (&json!("error"), &json!("TOOL_TEST_FAILED"))
    );
    assert_eq!((house.receiver.requests().len(), &refused["request"]), (2, &json!(null)));
}

#[tokio::test]
async fn an_id_that_no_secret_has_is_kept_and_refused_at_the_call() {
    let house = House::open().await;
    let spelt = "{{secret.id.SEC-5da8347d-0ab7-415d-b156-a7fc5c6074dc}}";
    let id = house.tool(json!({"headers": {"X-Key": spelt}, "query": {"k": spelt}})).await;
    let record = house.record(&id).await;
    assert_eq!((&record["headers"]["X-Key"], &record["query"]["k"]), (&json!(spelt), &json!(spelt)));
    let session = house.call(json!({"tools": [id]})).await;
    let answer = house.run(session, "BookAppointment", json!({})).await;
    assert_eq!(answer.told.as_ref(), &json!({"error": "tool is not configured"}));
    assert_eq!(house.receiver.requests().len(), 0);
}
