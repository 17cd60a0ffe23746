//! `moto` with IAM's checks on: it computes every signature anew.

use hyper::Method;
use serde_json::{Value, json};

use super::emulators::{Emulator, python};
use super::stand::Stand;
use crate::house::printed;

/// Three functions, a role and two users, of which one may call functions.
const SETUP: &str = r#"
import boto3, io, json, os, urllib.request, zipfile
url = os.environ["AWS"]
def client(name):
    return boto3.client(name, endpoint_url=url, region_name="us-east-1",
        aws_access_key_id="setup", aws_secret_access_key="setup")
config = urllib.request.Request(url + "/moto-api/config", data=b'{"lambda": {"use_docker": false}}', method="POST",
    headers={"content-type": "text/plain"})
urllib.request.urlopen(config).read()
iam, functions = client("iam"), client("lambda")
def policy(action):
    return json.dumps({"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
role = iam.create_role(RoleName="caller", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
iam.put_role_policy(RoleName="caller", PolicyName="p", PolicyDocument=policy("lambda:*"))
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("app.py", "def handler(event, context): return event")
for number in range(3):
    functions.create_function(FunctionName=f"orders-{number}", Runtime="python3.12", Role=role,
        Handler="app.handler", Code={"ZipFile": code.getvalue()})
def user(name, action):
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(action))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
print(json.dumps({"role": role, "good": user("good", "lambda:*"), "poor": user("poor", "s3:*")}))
"#;

/// From now on every request must be signed by somebody who may make it.
const CHECK: &str = r#"
import os, urllib.request
request = urllib.request.Request(os.environ["AWS"] + "/moto-api/reset-auth", data=b"0", method="POST",
    headers={"content-type": "text/plain"})
print(urllib.request.urlopen(request).status)
"#;

fn lambda(keys: &Value, kind: &str) -> Value {
    json!({"function": "orders-1", "invocation_type": kind,
        "access_key": {"literal": keys["access_key"]}, "secret_key": {"literal": keys["secret_key"]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_checks_who_calls() {
    let moto = Emulator::moto();
    let setup: Value = serde_json::from_str(&printed(&python(SETUP, &moto.address, ""))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "header.payload.signature\n").unwrap();
    let stand = Stand::start(
        &moto.address,
        "aws_identity = \"web_identity\"\n",
        &[
            ("AWS_ROLE_ARN", setup["role"].as_str().unwrap()),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
        ],
    );
    lists(&stand, &setup).await;
    // Before moto checks: it would want a signature of the one request that has none by its nature.
    let own = stand.tool("own", json!({"function": "orders-1"})).await;
    assert_eq!(stand.try_tool(&own, json!({"n": 1})).await["outcome"], "done");
    printed(&python(CHECK, &moto.address, ""));
    let tried = stand.try_tool(&own, json!({"n": 2})).await;
    assert_eq!((&tried["outcome"], &tried["told"]), (&json!("done"), &json!({"n": 2})), "{tried}");
    let headers = tried["request"]["headers"].to_string();
    assert!(headers.contains("x-amz-security-token"), "a role's credentials have a token: {headers}");

    let good = &setup["good"];
    let wrong = json!({"access_key": good["access_key"], "secret_key": "wrong"});
    let nobody = json!({"access_key": "AKIANOBODY", "secret_key": "wrong-too"});
    let denied = "Access denied. Please check your AWS credentials and permissions.";
    for (name, keys, kind, outcome, told) in [
        ("good", good, "RequestResponse", "done", json!({"a b": "ü"})),
        ("queued", good, "Event", "done", json!({"status": "accepted"})),
        ("dry", good, "DryRun", "done", json!({"status": "dry_run_ok"})),
        ("poor", &setup["poor"], "RequestResponse", "failed", json!({"error": denied, "done": false})),
        ("poor_dry", &setup["poor"], "DryRun", "failed", json!({"error": denied, "done": false})),
        ("wrong", &wrong, "RequestResponse", "failed", json!({"error": denied, "done": false})),
        ("nobody", &nobody, "RequestResponse", "failed", json!({"error": denied, "done": false})),
    ] {
        let id = stand.tool(name, lambda(keys, kind)).await;
        let tried = stand.try_tool(&id, json!({"a b": "ü"})).await;
        assert_eq!((&tried["outcome"], &tried["told"]), (&json!(outcome), &told), "{name}: {tried}");
    }
    let secret = good["secret_key"].as_str().unwrap();
    assert!(!stand.log().contains(secret) && !stand.log().contains("header.payload.signature"));
}

/// The list of functions by every way to it.
async fn lists(stand: &Stand, setup: &Value) {
    let good = &setup["good"];
    let names = ["orders-0", "orders-1", "orders-2"];
    let body =
        json!({"region": "us-east-1", "access_key": good["access_key"], "secret_key": good["secret_key"]});
    let native = stand.post("/v1/lambda/functions/list", body.clone()).await;
    let found: Vec<&Value> = native["data"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(found, names, "{native}");
    let burki = stand.post("/burki/api/lambda/list-functions", body).await;
    let found: Vec<&Value> =
        burki["functions"].as_array().unwrap().iter().map(|item| &item["function_name"]).collect();
    assert_eq!(found, names, "{burki}");
    // The organisation's secrets, by name.
    stand.secret("aws_access_key_id", good["access_key"].as_str().unwrap()).await;
    stand.secret("aws_secret_access_key", good["secret_key"].as_str().unwrap()).await;
    let path = "/burki/api/v1/tools/discover-lambda?region=us-east-1";
    let discovered = stand.send(Method::GET, path, None).await.body;
    assert_eq!((&discovered["total"], &discovered["functions"]), (&json!(3), &burki["functions"]));
    let printed = printed(
        &std::process::Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(["lambda", "functions", "--region", "us-east-1"])
            .env("HOOKSWITCH_URL", stand.address())
            .env("HOOKSWITCH_KEY", crate::server::KEY)
            .output()
            .unwrap(),
    );
    assert!(names.iter().all(|name| printed.contains(name)), "{printed}");
    let stranger =
        stand.send(Method::POST, "/v1/lambda/functions/list", Some(&json!({"region": "moon"}))).await;
    assert_eq!((stranger.status, &stranger.body["errors"][0]["path"]), (400, &json!("$.region")));
    // What follows is the server's own identity.
    for name in ["aws_access_key_id", "aws_secret_access_key"] {
        stand.send(Method::DELETE, &format!("/v1/secrets/{name}"), None).await;
    }
}
