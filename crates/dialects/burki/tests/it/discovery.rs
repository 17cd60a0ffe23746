//! Lambda discovery (burki: 2.4).

use bytes::Bytes;
use hookswitch_testkit::{RecordedRequest, Reply};
use http::Method;
use serde_json::{Value, json};

use crate::house::House;

/// ListFunctions as AWS answers it: 120 functions on three pages.
fn aws(request: &RecordedRequest) -> Reply {
    let after = |name: &str| request.target.split(&format!("{name}=")).nth(1)?.split('&').next();
    if request.header("authorization").is_some_and(|text| text.contains("Credential=AKIADENIED")) {
        let headers = [("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/")];
        return Reply::with(
            403,
            &headers,
            r#"{"Message":"not authorized to perform: lambda:ListFunctions"}"#,
        );
    }
    let size = 50;
    let first: usize = after("Marker").map_or(0, |text| text.parse().unwrap());
    let functions: Vec<Value> = (first..120.min(first + size))
        .map(|number| {
            json!({"FunctionName": format!("f{number}"), "Description": "", "Runtime": "python3.12", "Timeout": 30,
                "FunctionArn": format!("arn:aws:lambda:eu-west-1:111122223333:function:f{number}"),
                "MemorySize": 512, "CodeSize": 1024, "Handler": "app.handler", "Version": "$LATEST",
                "LastModified": "2026-11-01T10:30:00.000+0000", "Layers": [{"Arn": "x"}]})
        })
        .collect();
    let next = (first + size < 120).then(|| (first + size).to_string());
    Reply::json(&json!({"Functions": functions, "NextMarker": next}).to_string())
}

#[tokio::test]
async fn all_pages_are_read() {
    let house = House::answering(aws).await;
    house.secret("aws_access_key_id", "AKIA0123456789").await;
    house.secret("AWS_SECRET_ACCESS_KEY", "0123456789012345").await;
    let found = house.get("/api/v1/tools/discover-lambda?region=eu-west-1").await.expect(200);
    assert_eq!((&found["success"], &found["message"]), (&json!(true), &json!("Found 120 Lambda functions")));
    assert_eq!((&found["region"], &found["total"]), (&json!("eu-west-1"), &json!(120)));
    assert_eq!(
        found["functions"][119],
        json!({"function_name": "f119", "description": "", "runtime": "python3.12", "timeout": 30,
            "function_arn": "arn:aws:lambda:eu-west-1:111122223333:function:f119", "memory_size": 512,
            "code_size": 1024, "handler": "app.handler", "version": "$LATEST",
            "last_modified": "2026-11-01T10:30:00.000Z"})
    );
    let asked = house.receiver.requests();
    assert_eq!(asked.len(), 3);
    for request in asked {
        let signature = request.header("authorization").unwrap();
        assert!(signature.contains("Credential=AKIA0123456789/"), "{signature}");
        assert!(signature.contains("/eu-west-1/lambda/aws4_request"), "{signature}");
    }
}

#[tokio::test]
async fn errors_have_their_texts() {
    let house = House::answering(aws).await;
    let none = house.get("/api/v1/tools/discover-lambda?region=us-east-1").await.expect(400);
    assert_eq!(
        none,
        json!({"success": false, "detail": "AWS credentials not found. Please configure access_key and secret_key."})
    );
    let region = house.get("/api/v1/tools/discover-lambda?region=moon").await.expect(400);
    assert_eq!(region, json!({"detail": "Invalid AWS region: moon"}));
    let alone = house.post("/api/lambda/list-functions", json!({"access_key": "AKIADENIED"})).await;
    assert_eq!(alone.status, 400, "one key alone is none");
    let denied = json!({"access_key": "AKIADENIED", "secret_key": "0123456789"});
    let denied = house.post("/api/lambda/list-functions", denied).await.expect(400);
    assert_eq!(
        denied,
        json!({"success": false, "detail":
            "AWS error (AccessDeniedException): not authorized to perform: lambda:ListFunctions"})
    );
    let house = House::answering(|_| Reply::reset()).await;
    let lost = json!({"access_key": "a", "secret_key": "b"});
    let lost = house.post("/api/lambda/list-functions", lost).await.expect(500);
    assert_eq!(
        lost,
        json!({"success": false, "detail": "Failed to list Lambda functions: Connection failed"})
    );
}

#[tokio::test]
async fn parameters_come_in_three_ways() {
    let house = House::new().await;
    let authorization = format!("Bearer {}", house.key);
    let multipart = "--x\r\ncontent-disposition: form-data; name=\"region\"\r\n\r\nmoon\r\n--x--\r\n";
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "access_key=a&secret_key=b&region=moon"),
        ("application/json", r#"{"region":"moon"}"#),
        ("multipart/form-data; boundary=x", multipart),
    ] {
        let headers = [("authorization", authorization.as_str()), ("content-type", kind)];
        let path = "/api/lambda/list-functions?region=us-east-1";
        let answer = house.send_bytes(&headers, Method::POST, path, Bytes::from(body)).await;
        assert_eq!(answer.detail(400), "Invalid AWS region: moon", "{kind}");
    }
}

#[tokio::test]
async fn ten_times_a_minute() {
    let house = House::new().await;
    for _ in 0..10 {
        house.get("/api/v1/tools/discover-lambda").await.expect(400);
    }
    let limited = house.get("/api/v1/tools/discover-lambda").await;
    let seconds: u64 = limited.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    assert_eq!(limited.detail(429), "Rate limit exceeded");
    let stranger = house.stranger().await;
    let other = house.send_as(&stranger, Method::GET, "/api/v1/tools/discover-lambda", None).await;
    assert_eq!(other.status, 400);
}
