//! A Lambda function over the runtime API, with the standard library alone. It does what its event wishes:
//!
//! - `"wish":"fail"`: reports an error with a stack,
//! - `"wish":"refuse"`: returns a gateway's answer with status 409,
//! - `"wish":"gateway"`: returns a gateway's answer whose body is JSON in a text,
//! - `"wish":"sleep"`: waits for three seconds first,
//! - else: returns the event and the client context as they came.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

struct Answer {
    headers: Vec<(String, String)>,
    body: String,
}

fn main() {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("AWS_LAMBDA_RUNTIME_API");
    loop {
        let next = send(&api, "GET", "/2018-06-01/runtime/invocation/next", "");
        let header = |name: &str| {
            let found = next.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            found.map_or("", |(_, value)| value.as_str())
        };
        let id = header("lambda-runtime-aws-request-id");
        let context = header("lambda-runtime-client-context");
        let (path, body) = handle(&next.body, context);
        send(&api, "POST", &format!("/2018-06-01/runtime/invocation/{id}/{path}"), &body);
    }
}

fn handle(event: &str, context: &str) -> (&'static str, String) {
    let wish = event.split("\"wish\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("echo");
    println!("wish: {wish}");
    match wish {
        "fail" => {
            let stack = r#"["orders::handle at src/main.rs:1","orders::main"]"#;
            let body = format!(
                r#"{{"errorMessage":"no such order","errorType":"NoSuchOrder","stackTrace":{stack}}}"#
            );
            ("error", body)
        }
        "refuse" => ("response", r#"{"statusCode":409,"body":"{\"error\":\"taken\"}"}"#.to_owned()),
        "gateway" => ("response", r#"{"statusCode":200,"body":"{\"order\":7}"}"#.to_owned()),
        wish => {
            if wish == "sleep" {
                std::thread::sleep(Duration::from_secs(3));
            }
            let context = if context.is_empty() { "null" } else { context };
            ("response", format!(r#"{{"event":{event},"client_context":{context}}}"#))
        }
    }
}

/// One request on a connection of its own. The API's address may have a path behind it.
fn send(api: &str, method: &str, path: &str, body: &str) -> Answer {
    let api = api.trim_start_matches("http://").trim_end_matches('/');
    let (host, base) =
        api.split_once('/').map_or((api, String::new()), |(host, base)| (host, format!("/{base}")));
    let mut stream = TcpStream::connect(host).expect("the runtime API answers");
    let length = body.len();
    write!(
        stream,
        "{method} {base}{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("the request is written");
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).expect("a head") == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line);
    }
    let pair = |line: &String| {
        line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
    };
    let headers: Vec<(String, String)> = lines.iter().skip(1).filter_map(pair).collect();
    let is_chunked = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("transfer-encoding") && value == "chunked");
    let mut body = Vec::new();
    if is_chunked {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).expect("a size");
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).expect("a chunk");
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else {
        reader.read_to_end(&mut body).expect("a body");
    }
    Answer { headers, body: String::from_utf8(body).expect("UTF-8") }
}
