//! Another organisation's or mode's things are absent, in the same words as what never was.

use hookswitch_model::Mode;
use http::Method;
use serde_json::json;

use crate::house::{House, text};

#[tokio::test]
async fn foreign_ids_are_absent() {
    let house = House::open().await;
    let tool = text(&house.tool(json!({"name": "t", "webhook_url": "https://a.example.com/"})).await, "id");
    let agent = house.agent_with(json!([])).await;
    let strangers = [house.other_org().await, house.key_with(Mode::Test, &[]).await];
    let nobody = |text: &str| {
        let (prefix, rest) = text.split_once('_').unwrap();
        format!("{prefix}_{}", "0".repeat(rest.len()))
    };
    for key in strangers {
        for (method, path, id, body) in [
            (Method::GET, "/v1/tools/{}", &tool, None),
            (Method::POST, "/v1/tools/{}", &tool, Some(json!({"description": "x"}))),
            (Method::PATCH, "/v1/tools/{}", &tool, Some(json!({"status": "disabled"}))),
            (Method::DELETE, "/v1/tools/{}", &tool, None),
            (Method::POST, "/v1/tools/{}/test", &tool, Some(json!({}))),
            (Method::POST, "/v1/tools/{}/rotate-secret", &tool, Some(json!({}))),
            (Method::GET, "/v1/agents/{}", &agent, None),
            (Method::POST, "/v1/agents/{}", &agent, Some(json!({"name": "x"}))),
            (Method::DELETE, "/v1/agents/{}", &agent, None),
            (Method::GET, "/v1/agents/{}/tools", &agent, None),
            (Method::PUT, "/v1/agents/{}/tools", &agent, Some(json!([]))),
        ] {
            let ask = async |id: &str| {
                let reply = house.send_as(&key, method.clone(), &path.replace("{}", id), body.clone()).await;
                let mut answer = reply.expect(404);
                // What names the request and the id that was asked for differs; nothing else may.
                answer["request_id"] = json!(null);
                answer.to_string().replace(id, "ID")
            };
            assert_eq!(ask(id).await, ask(&nobody(id)).await, "{method} {path}");
        }
        for list in ["/v1/tools?kind=custom", "/v1/agents", "/v1/tools/calls"] {
            let listed = house.send_as(&key, Method::GET, list, None).await.expect(200);
            assert_eq!(listed["data"], json!([]), "{list}");
        }
        let made =
            house.send_as(&key, Method::POST, "/v1/agents", Some(json!({"name": "B"}))).await.expect(201);
        let path = format!("/v1/agents/{}/tools", text(&made, "agent_id"));
        let bound = house.send_as(&key, Method::PUT, &path, Some(json!([{"tool_id": tool}]))).await;
        bound.problem(404, "tool_not_found", None);
        let same_name = house.send_as(&key, Method::POST, "/v1/tools", Some(json!({"name": "t"}))).await;
        assert_ne!(same_name.expect(201)["id"], json!(tool), "names are free elsewhere");
    }
    house.get(&format!("/v1/tools/{tool}")).await.expect(200);
}
