//! Names that lie: the real sandbox behind the real proxy, and name servers of the test's own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_egress::{
    Client, Dial, Dialed, DnsError, Policy, PolicySettings, Proxy, ProxyLimits, ResolveFuture, Resolver,
};
use hookswitch_executors::python::{Calls, PythonTool, Runner, SandboxSettings, StandardLibrary};
use hookswitch_model::draft::{Kind, Network, PythonDraft, ToolDraft};
use hookswitch_model::{Effect, Mode, OrgId, Outcome, ToolId};
use hookswitch_testkit::{Reply, TestServer};
use parking_lot::Mutex;
use serde_json::json;

/// Answers by script, the last answer again and again, and counts.
#[derive(Debug, Default)]
struct Names {
    script: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let parsed = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        self.script.lock().insert(name.to_owned(), answers.iter().map(parsed).collect());
        self
    }
}

impl Resolver for Names {
    fn lookup<'a>(&'a self, name: &'a str) -> ResolveFuture<'a> {
        self.asked.lock().push(name.to_owned());
        let answer = self.script.lock().get_mut(name).and_then(|answers| {
            if answers.len() > 1 { Some(answers.remove(0)) } else { answers.first().cloned() }
        });
        Box::pin(async move { answer.ok_or(DnsError::NotFound) })
    }
}

/// A network in which every public address is one local server.
struct Lead(std::net::SocketAddr, Arc<Mutex<Vec<IpAddr>>>);

impl Dial for Lead {
    fn dial(
        &self,
        address: std::net::SocketAddr,
    ) -> futures_util::future::BoxFuture<'_, std::io::Result<Dialed>> {
        self.1.lock().push(address.ip());
        let server = self.0;
        Box::pin(async move {
            Ok(Dialed { stream: tokio::net::TcpStream::connect(server).await?, peer: address })
        })
    }
}

const GET: &str = "import urllib.request\ndef get(url):\n    return urllib.request.urlopen(url, timeout=5).read().decode()\n";

struct Scene {
    runner: Arc<Runner>,
    names: Arc<Names>,
    dialled: Arc<Mutex<Vec<IpAddr>>>,
    _server: TestServer,
}

impl Scene {
    async fn set(names: Names) -> Self {
        let server = TestServer::start(|_| Reply::ok("hello")).await;
        let (names, dialled) = (Arc::new(names), Arc::new(Mutex::default()));
        let resolver: Arc<dyn Resolver> = Arc::clone(&names) as Arc<dyn Resolver>;
        let lead = Lead(server.address(), Arc::clone(&dialled));
        let client = Client::builder(Policy::new(PolicySettings::default()), resolver);
        let client = client.dial(Arc::new(lead)).build().unwrap();
        let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_hookswitch")));
        let settings = SandboxSettings { launcher, ..SandboxSettings::default() };
        let proxy = Proxy::new(client, ProxyLimits::default());
        let runner = Runner::start(settings, proxy, Arc::new(StandardLibrary), |_| ());
        Self { runner, names, dialled, _server: server }
    }

    /// What a tool gets that asks for a URL: the text, or its error.
    async fn get(&self, url: &str) -> Result<serde_json::Value, String> {
        let mut draft = ToolDraft::new("get", Kind::Python);
        draft.python = Some(PythonDraft {
            code: GET.to_owned(),
            max_memory_mb: None,
            allowed_modules: Vec::new(),
            requirements: Vec::new(),
            network: Network::Public,
            variables: None,
        });
        let definition = draft.parse().0.unwrap();
        let tool = PythonTool {
            org: OrgId::generate(),
            mode: Mode::Live,
            id: ToolId::generate(),
            version: 1,
            definition: &definition,
            python: draft.python.as_ref().unwrap(),
            timeout: Duration::from_secs(10),
        };
        let held = self.runner.hold(&tool, Calls::One).await.unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        let outcome = held.call(&json!({ "url": url }), &json!({}), until).await;
        let reading = hookswitch_executors::python::read_outcome(&outcome, Effect::Action);
        if reading.outcome == Outcome::Done { Ok(reading.response) } else { Err(reading.error.unwrap()) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_looked_up_once_and_every_answer_counts() {
    let names = Names::default()
        .with("good.shop.com", &[&["93.184.216.34"]])
        .with("turning.shop.com", &[&["93.184.216.34"], &["127.0.0.1"]])
        .with("mixed.shop.com", &[&["93.184.216.34", "10.0.0.1"]])
        .with("inner.shop.com", &[&["169.254.169.254"]])
        .with("six.shop.com", &[&["::ffff:10.0.0.1"]]);
    let scene = Scene::set(names).await;
    assert_eq!(scene.get("http://good.shop.com/").await, Ok(json!("hello")));
    // Public when it is looked up: that address is dialled, and the name is not asked again in between.
    assert_eq!(scene.get("http://turning.shop.com/").await, Ok(json!("hello")));
    assert_eq!(*scene.dialled.lock(), ["93.184.216.34".parse::<IpAddr>().unwrap(); 2]);
    assert_eq!(*scene.names.asked.lock(), ["good.shop.com", "turning.shop.com"]);
    for name in ["turning", "mixed", "inner", "six"] {
        let error = scene.get(&format!("http://{name}.shop.com/")).await.unwrap_err();
        assert!(error.contains("403"), "{name}: {error}");
    }
    assert_eq!(scene.dialled.lock().len(), 2, "a private address was dialled");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_only_spell_addresses_ask_nobody() {
    let scene = Scene::set(Names::default()).await;
    for url in [
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://localhost/",
        "http://db.internal/",
    ] {
        let error = scene.get(url).await.unwrap_err();
        assert!(error.contains("403"), "{url}: {error}");
    }
    assert!(scene.names.asked.lock().is_empty(), "{:?}", scene.names.asked.lock());
}
