//! Lambda discovery (burki: 2.4).

use bytes::Bytes;
use http::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn nothing_is_made_up() {
    let house = House::new().await;
    let none = house.get("/api/v1/tools/discover-lambda?region=us-east-1").await.expect(400);
    assert_eq!(
        none,
        json!({"success": false, "detail": "AWS credentials not found. Please configure access_key and secret_key."})
    );
    let region = house.get("/api/v1/tools/discover-lambda?region=moon").await.expect(400);
    assert_eq!(region, json!({"detail": "Invalid AWS region: moon"}));
    let asked = house
        .post("/api/lambda/list-functions", json!({"access_key": "a", "secret_key": "b"}))
        .await
        .expect(500);
    assert_eq!(asked["success"], false);
    assert!(asked["detail"].as_str().unwrap().starts_with("Failed to list Lambda functions: "), "{asked}");
    house.secret("aws_access_key_id", "AKIA0123456789").await;
    house.secret("AWS_SECRET_ACCESS_KEY", "0123456789012345").await;
    let stored = house.get("/api/v1/tools/discover-lambda").await.expect(500);
    assert_eq!(stored["success"], false);
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
