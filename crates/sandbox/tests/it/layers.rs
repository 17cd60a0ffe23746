//! Each layer is taken away in turn, to see that it was that layer which held, and that the examination notices.

use hookswitch_sandbox::{Layer, Network, NoEgress, Sandbox, SandboxError, SandboxSettings, Tier, ToolSpec};

use crate::support::{call, sandbox_with, settings, spec};

async fn start_without(layer: Layer) -> Result<Sandbox, SandboxError> {
    let settings = SandboxSettings { without: vec![layer], ..settings() };
    Sandbox::start(settings, std::sync::Arc::new(NoEgress)).await
}

/// What the examination found open.
async fn escapes_without(layer: Layer) -> serde_json::Value {
    match start_without(layer).await {
        Err(SandboxError::Escaped(found)) => serde_json::from_str(&found).unwrap(),
        other => panic!("the examination did not notice: {other:?}"),
    }
}

#[tokio::test]
async fn without_the_filter_there_is_no_sandbox() {
    let found = escapes_without(Layer::Seccomp).await;
    for name in ["fork", "open a unix socket", "setns", "change root", "open a udp socket"] {
        assert!(found.get(name).is_some(), "{name} is held by the filter alone: {found}");
    }
    // What the zygotes gave up is given up below the call's own list.
    for name in
        ["ptrace", "bpf", "keyctl", "perf", "io_uring", "userfaultfd", "memory file", "read another's memory"]
    {
        assert!(found.get(name).is_none(), "{name} is held twice: {found}");
    }
    // Held by other layers, each by itself.
    for name in
        ["read /etc/passwd", "write /usr/lib/x", "reach the server's network", "take memory", "uid", "pid"]
    {
        assert!(found.get(name).is_none(), "{name} must not need the filter: {found}");
    }
}

#[tokio::test]
async fn without_limits_there_is_no_sandbox() {
    let found = escapes_without(Layer::Rlimits).await;
    assert_eq!(found.as_object().unwrap().keys().collect::<Vec<_>>(), ["take memory"]);
}

#[tokio::test]
async fn without_landlock_the_tier_says_so_and_the_namespaces_hold() {
    let sandbox = start_without(Layer::Landlock).await.unwrap();
    assert_eq!(sandbox.report().tier, Tier::WithoutLandlock);
    assert!(sandbox.report().missing.iter().any(|line| line.contains("Landlock")));
    let code = "import socket, errno, os\n\
                def f():\n    \
                    try: socket.create_connection(('127.0.0.1', 80), 1)\n    \
                    except OSError as e: near = e.errno\n    \
                    try: socket.create_connection(('192.0.2.1', 80), 1)\n    \
                    except OSError as e: far = e.errno\n    \
                    return [errno.errorcode[near], errno.errorcode[far], sorted(os.listdir('/'))]\n";
    let tool = ToolSpec { network: Network::Proxy, ..spec(code) };
    let answer = call(&sandbox.prepare(tool).unwrap(), "{}").await.result.unwrap();
    let [near, far, root] = serde_json::from_str::<[serde_json::Value; 3]>(answer.json.get()).unwrap();
    // An empty network, not a fence around a full one.
    assert_eq!((near.as_str(), far.as_str()), (Some("ECONNREFUSED"), Some("ENETUNREACH")));
    let root = root.to_string();
    for hidden in ["proc", "sys", "home", "root", "var", "run"] {
        assert!(!root.contains(&format!("\"{hidden}\"")), "{root}");
    }
}

#[tokio::test]
async fn landlock_holds_by_itself() {
    let sandbox = sandbox_with(settings()).await;
    if sandbox.report().tier != Tier::Full {
        return;
    }
    // The mount namespace shows "/" and lets every port of the empty network be asked: EACCES is Landlock's word.
    let code = "import socket, errno, os\n\
                def f():\n    \
                    got = []\n    \
                    for what in (lambda: os.listdir('/'), lambda: socket.create_connection(('127.0.0.1', 80), 1)):\n        \
                        try: what()\n        \
                        except OSError as e: got.append(errno.errorcode[e.errno])\n    \
                    return got\n";
    let tool = ToolSpec { network: Network::Proxy, ..spec(code) };
    let answer = call(&sandbox.prepare(tool).unwrap(), "{}").await.result.unwrap();
    assert_eq!(answer.json.get(), r#"["EACCES","EACCES"]"#);
}
