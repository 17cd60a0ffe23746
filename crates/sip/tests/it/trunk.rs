//! The line to the telephone network: its password, and a proxy in between.

use std::process::Stdio;

use serde_json::json;
use tokio::process::{Child, Command};

use crate::ear::Ear;
use crate::evidence::shown;
use crate::house::{House, free_port};
use crate::refer::notify;
use crate::sipp::{self, Sipp};
use crate::targets::caller;

const CHALLENGE: &str = "Proxy-Authenticate: Digest realm=\"trunk\", nonce=\"n0nce\", algorithm=MD5";

fn challenges() -> String {
    let answer = sipp::answer("407 Proxy Authentication Required", None)
        .replace("[last_Call-ID:]", &format!("[last_Call-ID:]\n      {CHALLENGE}"));
    format!("{}{answer}{}", sipp::gets("INVITE"), sipp::gets("ACK"))
}

fn settings(port: u16, password: &str) -> String {
    format!("[trunk]\nhost = \"127.0.0.1:{port}\"\nusername = \"line\"\npassword = \"{password}\"\n")
}

/// By the system's program, not by the stack's.
fn md5(text: &str) -> String {
    use std::io::Write as _;
    let mut child =
        std::process::Command::new("md5sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_trunk_asks_for_a_password() {
    let there = Ear::open().await;
    let steps = format!(
        "{}{}{}{}{}",
        challenges(),
        sipp::gets("INVITE"),
        sipp::answers(&sipp::sdp(there.port, true)),
        sipp::gets("ACK"),
        sipp::gets_bye()
    );
    let mut trunk = Sipp::called(&steps).await;
    let house = House::start(&settings(trunk.port, "right")).await;
    let caller = caller(&house).await;
    let command = json!({"operation": "transfer", "mode": "bridge", "targets": ["+14155552671"]});
    let result = house.run(&caller.call, "t", command).await;
    assert_eq!(result["result"], "connected", "{}", trunk.messages());
    caller.end(&house).await;
    let messages = trunk.passes().await;
    let given = messages.lines().find(|line| line.starts_with("Proxy-Authorization:")).unwrap();
    let value = |name: &str| {
        let rest = given.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!([value("username"), value("realm"), value("nonce")], ["line", "trunk", "n0nce"]);
    assert!(value("uri").starts_with("sip:+14155552671@127.0.0.1"), "{given}");
    let (secret, asked) = (md5("line:trunk:right"), md5(&format!("INVITE:{}", value("uri"))));
    assert_eq!(value("response"), md5(&format!("{secret}:n0nce:{asked}")));
    shown(31, "trunk auth", "sipp, md5sum", "407, INVITE with credentials; the digest recomputed by md5sum");
}

#[tokio::test]
async fn a_wrong_password_is_said_so() {
    let mut trunk = Sipp::called(&format!("{}{}", challenges(), challenges())).await;
    let house = House::start(&settings(trunk.port, "wrong")).await;
    let caller = caller(&house).await;
    let command = json!({"operation": "transfer", "mode": "bridge", "targets": ["+14155552671"]});
    let result = house.run(&caller.call, "t", command).await;
    assert_eq!((&result["why"], &result["caller"]), (&json!("not_authorised"), &json!("with_agent")));
    trunk.passes().await;
    caller.end(&house).await;
    shown(31, "trunk auth, wrong password", "sipp", "not_authorised; the caller is back");
}

/// A proxy that stays in the path and sends everything new to one place.
struct Proxy {
    port: u16,
    _child: Child,
    _folder: tempfile::TempDir,
}

impl Proxy {
    async fn to(port_of: u16) -> Self {
        let port = free_port().await;
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "debug=0\nlog_stderror=yes\nfork=yes\nchildren=1\ndisable_tcp=yes\nauto_aliases=no\n\
             listen=udp:127.0.0.1:{port}\n\
             loadmodule \"tm.so\"\nloadmodule \"sl.so\"\nloadmodule \"rr.so\"\nloadmodule \"pv.so\"\n\
             loadmodule \"siputils.so\"\nloadmodule \"textops.so\"\n\
             request_route {{\n if (has_totag()) {{\n  if (loose_route()) {{ t_relay(); exit; }}\n  \
             if (is_method(\"ACK\")) {{ t_relay(); exit; }}\n  sl_send_reply(\"404\", \"no route\"); exit;\n }}\n \
             if (is_method(\"CANCEL\")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}\n \
             record_route();\n $du = \"sip:127.0.0.1:{port_of}\";\n t_relay();\n}}\n"
        );
        let path = folder.path().join("kamailio.cfg");
        std::fs::write(&path, config).unwrap();
        let child = Command::new("kamailio")
            .args(["-DD", "-E", "-m", "16", "-M", "4", "-f"])
            .arg(&path)
            .arg("-Y")
            .arg(folder.path())
            .arg("-P")
            .arg(folder.path().join("pid"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .expect("kamailio is installed");
        let up = tokio::time::timeout(crate::house::PATIENCE, async {
            while tokio::net::UdpSocket::bind(("127.0.0.1", port)).await.is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        up.await.unwrap_or_else(|_| {
            panic!("kamailio: {}", std::fs::read_to_string(folder.path().join("log")).unwrap())
        });
        Self { port, _child: child, _folder: folder }
    }
}

#[tokio::test]
async fn a_proxy_stays_in_the_path() {
    let house = House::start("").await;
    let proxy = Proxy::to(house.sip().port()).await;
    let ear = Ear::open().await;
    let steps = format!(
        "{}{}{}{}{}{}",
        sipp::caller(&sipp::sdp(ear.port, true)),
        sipp::gets("REFER"),
        sipp::reply("202 Accepted"),
        notify(2, "100 Trying", "active;expires=60"),
        notify(3, "200 OK", "terminated;reason=noresource"),
        sipp::gets_bye()
    );
    let mut far = Sipp::calls(([127, 0, 0, 1], proxy.port).into(), "agent", &steps).await;
    let call = house.answered().await;
    let command = json!({"operation": "transfer", "targets": ["sip:desk@127.0.0.1:5999"], "mode": "refer"});
    let result = house.run(&call, "t", command).await;
    assert_eq!(result["result"], "connected");
    far.passes().await;
    for method in ["REFER", "BYE"] {
        let mut messages = far.received_messages().into_iter();
        let part = messages.find(|message| message.starts_with(&format!("{method} "))).unwrap();
        let vias = part.lines().filter(|line| line.starts_with("Via:")).count();
        assert!(vias == 2 && part.contains(&format!("127.0.0.1:{}", proxy.port)), "{part}");
    }
    house.ended(&call).await;
    shown(
        32,
        "through a proxy",
        "Kamailio, sipp",
        "ACK, REFER, NOTIFY, BYE through the recorded route (two Vias)",
    );
}
