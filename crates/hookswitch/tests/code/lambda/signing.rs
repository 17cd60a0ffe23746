//! Our signatures beside botocore's, over many requests.

use std::time::{Duration, UNIX_EPOCH};

use hookswitch_engine::aws::{Credentials, Region, Service, Signable, sign};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::emulators::python;
use crate::house::printed;

/// Requests that are compared.
const REQUESTS: usize = 300;

/// Signs what it reads with botocore's signer for every service but S3.
const BOTOCORE: &str = r#"
import datetime, json, sys
import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

def sign(case):
    now = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None) if remove_tzinfo else now
    request = AWSRequest(method=case["method"], url=case["url"], data=case["body"].encode(), headers=case["headers"])
    credentials = Credentials(case["access_key"], case["secret_key"], case["token"])
    SigV4Auth(credentials, "lambda", case["region"]).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}

print(json.dumps([sign(case) for case in json.load(sys.stdin)]))
"#;

/// The same numbers at every run: a difference can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.roll(from.len())]
    }

    fn text(&mut self, alphabet: &str, most: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..=self.roll(most)).map(|_| letters[self.roll(letters.len())]).collect()
    }
}

fn case(dice: &mut Dice) -> Value {
    let name = dice.pick(&[
        "orders",
        "a.b_c-d",
        "111122223333%3Afunction%3Aorders",
        "arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders",
    ]);
    let base = dice.pick(&[
        "https://lambda.us-east-1.amazonaws.com",
        "http://127.0.0.1:9000",
        "http://127.0.0.1:80",
        "https://vpce-1.example.com:8443/prod",
    ]);
    let query = dice.pick(&[
        "",
        "?Qualifier=prod",
        "?Qualifier=%24LATEST",
        "?Marker=a%2Fb%3D%3D&FunctionVersion=ALL",
    ]);
    let mut headers = serde_json::Map::new();
    for header in ["content-type", "x-amz-invocation-type", "x-amz-client-context", "x-amz-log-type"] {
        if dice.roll(2) == 1 {
            headers.insert(header.to_owned(), json!(dice.text("abcXYZ019+/=-_.", 40)));
        }
    }
    let token = (dice.roll(2) == 1).then(|| dice.text("abcXYZ019+/=", 400));
    json!({
        "method": dice.pick(&["POST", "GET"]),
        "url": format!("{base}/2015-03-31/functions/{name}/invocations{query}"),
        "headers": headers,
        "body": dice.text("{}\":,abc ü€😀\\\n", 200),
        "region": dice.pick(&["us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1"]),
        "access_key": dice.text("ABCDEFGHIJ0123456789", 20),
        "secret_key": dice.text("abcXYZ019+/=", 40),
        "token": token,
        "time": 1_700_000_000 + dice.roll(100_000_000),
    })
}

fn signed(case: &Value) -> HeaderMap {
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in case["headers"].as_object().unwrap() {
        let name: HeaderName = name.parse().unwrap();
        headers.insert(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    let token = case["token"].as_str().map(|token| SecretString::from(token.to_owned()));
    let credentials = Credentials::new(text("access_key"), SecretString::from(text("secret_key")), token);
    let method: Method = text("method").parse().unwrap();
    let (url, body) = (text("url"), text("body"));
    let request = Signable { method: &method, url: &url, headers: &headers, body: body.as_bytes() };
    let region: Region = text("region").parse().unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(case["time"].as_u64().unwrap());
    sign(request, &credentials, &region, Service::Lambda, now).unwrap()
}

#[test]
fn signatures_are_botocores() {
    let mut dice = Dice(0x5EED_1234_5678_9ABC);
    let cases: Vec<Value> = (0..REQUESTS).map(|_| case(&mut dice)).collect();
    let output = python(BOTOCORE, "", &Value::Array(cases.clone()).to_string());
    let theirs: Vec<Value> = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(theirs.len(), REQUESTS);
    for (case, theirs) in cases.iter().zip(theirs) {
        let ours = signed(case);
        for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
            let own = ours.get(name).map(|value| value.to_str().unwrap());
            assert_eq!(own, theirs[name].as_str(), "{name} of {case}");
        }
    }
}
