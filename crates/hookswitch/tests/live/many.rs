//! A slow reader misses nothing; much at once on one socket.

use std::time::Duration;

use hookswitch_testkit::Reply;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_reader_that_pauses_misses_nothing() {
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(5_000));
    let house = House::start(move |_| Reply::json(&body)).await;
    house.webhook("look", "GET", json!({})).await;
    let session = house.session(&["look"]).await;
    let mut runtime = house.join(&session, json!({"role": "runtime"})).await;
    let count = 1_500;
    for number in 0..count {
        runtime.call(&format!("c{number}"), "look", &number.to_string()).await;
        if number % 100 == 99 {
            house.received(number + 1).await;
        }
    }
    // Some megabytes wait for it: more than sockets and queues hold.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut results = std::collections::BTreeSet::new();
    while results.len() < count {
        let result = runtime.next("result").await;
        assert_eq!(result["result"]["text"].as_str().map(str::len), Some(5_000));
        assert!(results.insert(result["tool_call_id"].as_str().unwrap().to_owned()));
    }
    runtime.settle().await;
}
