//! A dialect at `/` of a host name and of a port of its own, beside its prefix.

use hookswitch_testkit::Reply;
use hyper::Method;
use serde_json::{Value, json};

use crate::house::{House, send_to};
use crate::server::KEY;

#[tokio::test]
async fn a_dialect_lives_at_its_prefix_its_host_and_its_port() {
    let settings = r#"mount = ["bland=127.0.0.1:0", "pyai=pyai.example.com"]"#;
    let house = House::start_with(|_| Reply::json("{}"), settings).await;
    let body = json!({"name": "Quote", "description": "d", "url": house.receiver_url("/x")});
    assert_eq!(house.send(Method::POST, "/bland/v1/tools", Some(&body)).await.status, 200);
    let bearer = format!("Bearer {KEY}");
    // Another dialect, another shape of the same list.
    let by_host = [("authorization", bearer.as_str()), ("host", "PyAI.example.com:8080")];
    let listed = house.send_as(&by_host, Method::GET, "/v1/tools", None).await.body;
    assert_eq!(listed["object"], "list", "{listed}");
    let native = house.send(Method::GET, "/v1/tools", None).await.body;
    assert!(native["data"][0]["definition"].is_object(), "{native}");
    let log = house.log();
    let port = log.lines().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["message"] == "serving a dialect on its own port")
            .then(|| line["address"].as_str().map(str::to_owned))?
    });
    let port = port.expect("the log names the port");
    let listed =
        send_to(&format!("http://{port}/v1/tools"), &[("authorization", KEY)], Method::GET, None).await;
    assert_eq!(listed.body["tools"][0]["name"], "Quote", "{}", listed.body);
}
