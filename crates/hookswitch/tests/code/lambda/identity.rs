//! The server's own identity: shared, renewed, and out of reach of tools.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookswitch_testkit::{Reply, TestServer};
use serde_json::{Value, json};

use super::stand::Stand;

/// AWS's answer to whoever signs with the key of the n-th credentials.
async fn aws() -> TestServer {
    TestServer::start(|request| {
        let signer = request.header("authorization").unwrap_or_default();
        let key =
            signer.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        Reply::json(&json!({"key": key, "token": request.header("x-amz-security-token")}).to_string())
    })
    .await
}

/// A container's endpoint that counts its answers; they last as long as `seconds` says.
async fn container(seconds: i64) -> TestServer {
    let answered = Arc::new(AtomicUsize::new(0));
    TestServer::start(move |request| {
        if request.header("authorization") != Some("Bearer pod-token") {
            return Reply::status(403, "who are you?");
        }
        let number = answered.fetch_add(1, Ordering::SeqCst) + 1;
        let end = std::time::SystemTime::now() + Duration::from_secs(seconds.unsigned_abs());
        let end = end.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let body = json!({"AccessKeyId": format!("ASIA{number}"), "SecretAccessKey": "container-secret-key",
            "Token": "container-token", "Expiration": rfc3339(end)});
        Reply::json(&body.to_string()).after(Duration::from_millis(100))
    })
    .await
}

/// Days since 1970 as a date of the Gregorian calendar (after Howard Hinnant's algorithm), and the time of day.
fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

fn stand(aws: &TestServer, container: &TestServer, folder: &std::path::Path) -> Stand {
    let token = folder.join("token");
    std::fs::write(&token, "Bearer pod-token\n").unwrap();
    Stand::start(
        &aws.address().to_string(),
        "aws_identity = \"container\"\n",
        &[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url("/v1/credentials")),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.to_str().unwrap()),
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_share_one_request() {
    let (aws, container, folder) = (aws().await, container(3600).await, tempfile::tempdir().unwrap());
    let stand = stand(&aws, &container, folder.path());
    let id = stand.tool("own", json!({"function": "orders"})).await;
    let tries: Vec<Value> = futures(&stand, &id, 8).await;
    for tried in &tries {
        assert_eq!(tried["told"], json!({"key": "ASIA1", "token": "container-token"}), "{tried}");
    }
    assert_eq!(container.requests().len(), 1, "one request for all");
    stand.try_tool(&id, json!({})).await;
    assert_eq!(container.requests().len(), 1, "kept");
    assert!(!stand.log().contains("container-secret-key") && !stand.log().contains("pod-token"));
}

async fn futures(stand: &Stand, id: &str, count: usize) -> Vec<Value> {
    let mut all: Vec<_> = (0..count).map(|_| Box::pin(stand.try_tool(id, json!({})))).collect();
    let mut done = Vec::new();
    // All of them are under way before the first one is waited for.
    std::future::poll_fn(|context| {
        all.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_renewed_before_they_end() {
    let (aws, container, folder) = (aws().await, container(120).await, tempfile::tempdir().unwrap());
    let stand = stand(&aws, &container, folder.path());
    let id = stand.tool("own", json!({"function": "orders"})).await;
    for number in 1..=3 {
        let tried = stand.try_tool(&id, json!({})).await;
        assert_eq!(tried["told"]["key"], format!("ASIA{number}"), "{tried}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_reach_neither_the_endpoint_nor_the_identity() {
    let (aws, container, folder) = (aws().await, container(3600).await, tempfile::tempdir().unwrap());
    let stand = stand(&aws, &container, folder.path());
    // The identity's door is not the tools' door.
    let hook = json!({"name": "peek", "description": "d", "kind": "webhook",
        "webhook": {"url": container.url("/v1/credentials"), "method": "GET"}});
    let refused = stand.send(hyper::Method::POST, "/v1/tools", Some(&hook)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (422, &json!("address_refused")));
    // An address of the tenant's own gets nothing signed by the server.
    let endpoint = format!("http://{}", aws.address());
    let id = stand.tool("lure", json!({"function": "orders", "endpoint_url": endpoint})).await;
    let tried = stand.try_tool(&id, json!({})).await;
    let error = "AWS credentials not found. Please configure access_key and secret_key.";
    assert_eq!((&tried["outcome"], &tried["error"]), (&json!("refused"), &json!(error)), "{tried}");
    let list = json!({ "endpoint_url": endpoint });
    let listed = stand.send(hyper::Method::POST, "/v1/lambda/functions/list", Some(&list)).await;
    assert_eq!(listed.status, 400, "{}", listed.body);
    assert!(aws.requests().is_empty() && container.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_fails_sends_nothing() {
    let (aws, folder) = (aws().await, tempfile::tempdir().unwrap());
    let broken = TestServer::start(|_| Reply::status(500, "no")).await;
    let stand = stand(&aws, &broken, folder.path());
    let id = stand.tool("own", json!({"function": "orders"})).await;
    let tried = stand.try_tool(&id, json!({})).await;
    assert_eq!(tried["outcome"], "failed", "{tried}");
    assert_eq!(tried["error"], "AWS credentials are not available at the moment");
    let again = stand.try_tool(&id, json!({})).await;
    assert_eq!(again["outcome"], "failed", "{again}");
    assert_eq!(broken.requests().len(), 1, "a failure is remembered for a while");
    assert!(aws.requests().is_empty());
    assert!(stand.log().contains("answered with HTTP 500"), "the operator reads why");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_serves_when_it_is_switched_on() {
    let aws = aws().await;
    let variables = [("AWS_ACCESS_KEY_ID", "AKIAHOST"), ("AWS_SECRET_ACCESS_KEY", "host-secret-key")];
    for (settings, told) in [
        ("aws_identity = \"environment\"\n", json!({"key": "AKIAHOST", "token": null})),
        ("", json!({"error": "AWS credentials not found. Please configure access_key and secret_key."})),
    ] {
        let stand = Stand::start(&aws.address().to_string(), settings, &variables);
        let id = stand.tool("own", json!({"function": "orders"})).await;
        let tried = stand.try_tool(&id, json!({})).await;
        assert_eq!(tried["told"], told, "{tried}");
        assert!(!stand.log().contains("host-secret-key"));
    }
    assert_eq!(aws.requests().len(), 1, "never unless it is switched on");
}
