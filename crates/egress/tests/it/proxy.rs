//! The proxy for programs that must not choose where to: tokens, limits, ends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_egress::{Client, Door, Proxy, ProxyLimits, Reached};
use hookswitch_testkit::{Reply, TestServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::client_of;

struct Scene {
    server: TestServer,
    proxy: Proxy,
    address: SocketAddr,
    door: Door,
}

impl Scene {
    async fn set(limits: ProxyLimits, script: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        let server = TestServer::start(move |_| script()).await;
        let client: Client = client_of(&server);
        let proxy = Proxy::new(client, limits);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let door = proxy.open(listener, "owner");
        proxy.begin("owner", "good");
        Self { server, proxy, address, door }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request in absolute form and reads to the end of the connection.
    async fn get(&self, token: &str, path: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(self.request(token, path, "Connection: close\r\n").as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }

    fn request(&self, token: &str, path: &str, more: &str) -> String {
        let at = self.server.address();
        let word = STANDARD.encode(format!("call:{token}"));
        format!(
            "GET http://{at}{path} HTTP/1.1\r\nHost: {at}\r\nProxy-Authorization: Basic {word}\r\n{more}\r\n"
        )
    }

    /// A tunnel that is open.
    async fn tunnel(&self) -> TcpStream {
        let mut stream = self.connect().await;
        let (at, word) = (self.server.address(), STANDARD.encode("call:good"));
        let request =
            format!("CONNECT {at} HTTP/1.1\r\nHost: {at}\r\nProxy-Authorization: Basic {word}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        stream
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut got = Vec::new();
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut got)).await.expect("it never closed");
    String::from_utf8_lossy(&got).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn a_token_is_good_between_beginning_and_end_for_its_owner() {
    let scene = Scene::set(ProxyLimits::default(), || Reply::ok("hello")).await;
    assert_eq!(status(&scene.get("good", "/a").await), "200");
    assert_eq!(status(&scene.get("bad", "/b").await), "407");
    scene.proxy.begin("somebody else", "theirs");
    assert_eq!(status(&scene.get("theirs", "/c").await), "407");
    assert_eq!(scene.proxy.end("good"), Reached::Something);
    assert_eq!(status(&scene.get("good", "/d").await), "407");
    assert_eq!(scene.proxy.end("theirs"), Reached::Nothing);
    let counts = scene.proxy.counts();
    assert_eq!((counts.connected, counts.strangers, scene.proxy.calls()), (1, 3, 0));
    let seen = scene.server.requests();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].header("proxy-authorization").is_none());
}

#[tokio::test]
async fn the_end_of_a_call_closes_what_it_has_open() {
    let scene = Scene::set(ProxyLimits::default(), Reply::silence).await;
    let mut tunnel = scene.tunnel().await;
    let mut asked = scene.connect().await;
    asked.write_all(scene.request("good", "/slow", "").as_bytes()).await.unwrap();
    while scene.server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    scene.proxy.end("good");
    let ended = Instant::now();
    read_all(&mut tunnel).await;
    assert_ne!(status(&read_all(&mut asked).await), "200");
    assert!(ended.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_door_that_closes_takes_its_connections_with_it() {
    let scene = Scene::set(ProxyLimits::default(), Reply::silence).await;
    let mut asked = scene.connect().await;
    asked.write_all(scene.request("good", "/slow", "").as_bytes()).await.unwrap();
    while scene.server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(scene.door);
    assert_eq!(read_all(&mut asked).await, "");
}

#[tokio::test]
async fn a_call_makes_so_many_connections_and_moves_so_many_bytes() {
    let limits = ProxyLimits { connections: 2, ..ProxyLimits::default() };
    let scene = Scene::set(limits, || Reply::ok("hello")).await;
    for wanted in ["200", "200", "429"] {
        assert_eq!(status(&scene.get("good", "/a").await), wanted);
    }
    let limits = ProxyLimits { bytes: 64 * 1024, ..ProxyLimits::default() };
    let scene = Scene::set(limits, Reply::endless_body).await;
    let answer = scene.get("good", "/much").await;
    assert!(answer.len() < 80 * 1024, "{} bytes came through", answer.len());
    assert_eq!(status(&scene.get("good", "/more").await), "502", "nothing is left to spend");
}

#[tokio::test]
async fn who_dawdles_or_crowds_is_shown_out() {
    let limits = ProxyLimits { head: Duration::from_millis(200), standing: 4, ..ProxyLimits::default() };
    let scene = Scene::set(limits, || Reply::ok("hello")).await;
    let mut slow = scene.connect().await;
    slow.write_all(b"GET http://a.example/ HT").await.unwrap();
    let answer = read_all(&mut slow).await;
    assert!(answer.is_empty() || status(&answer) == "408", "{answer}");
    let mut crowd = Vec::new();
    for _ in 0..20 {
        crowd.push(scene.connect().await);
    }
    while scene.proxy.counts().over_limit < 16 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(crowd);
    // There is room again when they have gone.
    let started = Instant::now();
    while status(&scene.get("good", "/a").await) != "200" {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn a_connection_belongs_to_one_call() {
    let scene = Scene::set(ProxyLimits::default(), || Reply::ok("hello")).await;
    scene.proxy.begin("owner", "second");
    let mut stream = scene.connect().await;
    stream.write_all(scene.request("good", "/a", "").as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    assert_eq!(status(&String::from_utf8_lossy(&answer[..length])), "200");
    stream.write_all(scene.request("second", "/b", "Connection: close\r\n").as_bytes()).await.unwrap();
    let rest = read_all(&mut stream).await;
    assert!(rest.contains("HTTP/1.1 407"), "{rest}");
    assert_eq!(scene.server.requests().len(), 1);
}
