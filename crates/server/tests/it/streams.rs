//! Events of a session as a stream.

use std::time::Duration;

use http::Method;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::support::{Client, World};

/// A stream that is read event by event.
struct Stream {
    body: Incoming,
    text: String,
}

impl Stream {
    async fn open(client: &Client, path: &str, headers: &[(&str, &str)]) -> Self {
        let response = client.open(Method::GET, path, headers, Vec::new()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The next event as (id, event, data); none at the end of the stream.
    async fn next(&mut self) -> Option<(u64, String, Value)> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let (Some(id), Some(event), Some(data)) =
                    (field("id: "), field("event: "), field("data: "))
                {
                    return Some((id.parse().unwrap(), event, serde_json::from_str(&data).unwrap()));
                }
            }
            let frame = tokio::time::timeout(Duration::from_secs(20), self.body.frame()).await.unwrap()?;
            let bytes = frame.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    async fn rest(&mut self) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        while let Some((id, event, _)) = self.next().await {
            all.push((id, event));
        }
        all
    }
}

#[tokio::test]
async fn events_come_in_order_until_the_end() {
    let world = World::new().await;
    let path = format!("/v1/sessions/{}/events", world.spare_session);
    let mut stream = Stream::open(&world.admin, &path, &[]).await;
    let (id, event, data) = stream.next().await.unwrap();
    assert_eq!((id, event.as_str()), (1, "session.started"));
    assert_eq!((&data["seq"], &data["type"]), (&json!(1), &json!("session.started")));
    assert_eq!(data["session_id"], json!(world.spare_session));
    for number in 0..5 {
        let call = json!({"name": "book", "arguments": {"date": format!("d{number}")}});
        world.admin.post(&format!("/v1/sessions/{}/calls", world.spare_session), call).await.expect(200);
        let report = json!({"report": "user_turn"});
        world.admin.post(&format!("/v1/sessions/{}/reports", world.spare_session), report).await.expect(202);
    }
    world.admin.post(&format!("/v1/sessions/{}/end", world.spare_session), json!({})).await.expect(200);
    let mut seen = vec![(1, "session.started".to_owned())];
    seen.extend(stream.rest().await);
    let numbers: Vec<u64> = seen.iter().map(|(id, _)| *id).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{seen:?}");
    let count = |kind: &str| seen.iter().filter(|(_, event)| event == kind).count();
    assert_eq!((count("call.answered"), count("user.turn")), (5, 5), "{seen:?}");
    assert_eq!(seen.last().unwrap().1, "session.ended");

    // Whoever comes back gets the rest, whoever comes late everything, and the list says the same.
    let mut again = Stream::open(&world.admin, &path, &[("last-event-id", "3")]).await;
    assert_eq!(again.rest().await, seen[3..]);
    let mut late = Stream::open(&world.admin, &format!("{path}?after=0"), &[]).await;
    assert_eq!(late.rest().await, seen);
    let list = world.admin.send_with(Method::GET, &path, &[("accept", "application/json")], None).await;
    let list = list.expect(200);
    let listed: Vec<(u64, String)> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["seq"].as_u64().unwrap(), event["type"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(listed, seen);
    let after = world.admin.get(&format!("{path}?format=json&after=3")).await.expect(200);
    assert_eq!(after["data"][0]["seq"], 4);
}

#[tokio::test]
async fn readers_that_hang_up_leave_nothing_behind() {
    let world = World::new().await;
    let path = format!("/v1/sessions/{}/events", world.spare_session);
    for _ in 0..5 {
        let mut stream = Stream::open(&world.admin, &path, &[]).await;
        stream.next().await.unwrap();
    }
    // All of it still ends in order: the readers are gone.
    let (stopped, _directory) = world.server.stop().await;
    assert_eq!(stopped.requests_left, 0);
}

#[tokio::test]
async fn streams_end_when_the_server_goes_down() {
    let world = World::new().await;
    let path = format!("/v1/sessions/{}/events", world.spare_session);
    let mut stream = Stream::open(&world.admin, &path, &[]).await;
    assert_eq!(stream.next().await.unwrap().1, "session.started");
    let stopping = tokio::spawn(world.server.stop());
    assert_eq!(stream.rest().await, []);
    assert_eq!(stopping.await.unwrap().0.requests_left, 0);
}
