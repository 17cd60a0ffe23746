//! No packet leaves for a forbidden address (security: property 8): counted by the kernel in a network namespace of
//! its own, not by our code.

use std::{
    fmt::Write as _,
    net::{SocketAddr, TcpStream},
    os::unix::fs::MetadataExt as _,
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use hookswitch_egress::{
    AddressClass, Client, Policy, PolicySettings, RedirectRule, RefusalClass,
    testing::{ScriptedAnswer, ScriptedResolver},
};
use hookswitch_testkit::{Reply, TestServer};

use crate::{
    cases,
    support::{get, in_5s, policy, send_get, settings},
};

const CHILD: &str = "HOOKSWITCH_TEST_CHILD_OF_NETNS";
/// A public address that is given to the namespace's own loopback, so that the allowed request has an answer.
const ALLOWED: &str = "11.0.0.1";
/// Dialled past our code at the end, to prove that the counter counts.
const CONTROL: &str = "10.9.9.9:80";

#[tokio::test]
async fn p08_no_packet_leaves_for_a_forbidden_address() {
    match std::env::var(CHILD).as_deref() {
        Ok("probe") => return probe().await,
        Ok("control") => return control(),
        _ => {}
    }
    if let Some(reason) = missing() {
        println!("skipped: {reason}");
        return;
    }
    let namespace = Namespace::make();
    namespace.rerun("probe");
    let (allowed, forbidden) = namespace.counted();
    println!("packets after all attempts: {allowed} to {ALLOWED}, {forbidden} to anywhere else");
    assert!(allowed > 0, "the allowed request was not counted");
    assert_eq!(forbidden, 0, "packets left for other addresses");
    namespace.rerun("control");
    let (_, forbidden) = namespace.counted();
    assert!(forbidden > 0, "the counter does not count");
}

fn missing() -> Option<&'static str> {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let runs = |program: &str, argument: &str| Command::new(program).arg(argument).output().is_ok();
    if root && runs("ip", "-V") && runs("nft", "-v") {
        None
    } else {
        Some("needs root, iproute2 and nftables")
    }
}

/// Every BLOCK row, every way a name can lead to a forbidden address, and one request that is allowed.
async fn probe() {
    let server = TestServer::start_on(
        &format!("{ALLOWED}:80"),
        None,
        Arc::new(|request| match request.target.as_str() {
            "/" => Reply::ok("allowed"),
            _ => Reply::redirect(307, "http://169.254.169.254/latest/meta-data/"),
        }),
    )
    .await;
    let answer = |text: &str| ScriptedAnswer::Addresses(vec![text.parse().unwrap()]);
    let rebinding = vec![answer(ALLOWED), answer("127.0.0.1"), answer("10.0.0.1"), answer("169.254.169.254")];
    let mut resolver = ScriptedResolver::new()
        .with("allowed.example.com", &[ALLOWED])
        .with("mixed.example.com", &[ALLOWED, "10.0.0.5"])
        .with("mixed6.example.com", &[ALLOWED, "::1"])
        .with_script("rebinding.example.com", rebinding);
    let forbidden = [
        "127.0.0.1",
        "10.1.1.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "::1",
        "fd00:ec2::254",
        "fe80::1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "::ffff:10.0.0.1",
    ];
    for (n, address) in forbidden.iter().enumerate() {
        resolver = resolver.with(&format!("bad{n}.example.com"), &[address]);
    }
    let client = Client::builder(policy(&[]), Arc::new(resolver)).build().unwrap();
    assert_eq!(send_get(&client, "http://allowed.example.com/").await.unwrap().body, "allowed");

    let mut refused = 0;
    for case in cases::all().iter().filter(|case| case.verdict == "BLOCK") {
        // Past the text rules there is only the connector, so a row that passed them would be dialled here.
        if let Ok(url) = client.policy().check_url(&case.url) {
            let _ = client.send(hookswitch_egress::Request::new(http::Method::GET, url), in_5s()).await;
        } else {
            refused += 1;
        }
    }
    assert!(refused > 80);
    for name in ["mixed", "mixed6"]
        .into_iter()
        .map(str::to_owned)
        .chain((0..forbidden.len()).map(|n| format!("bad{n}")))
    {
        for scheme in ["http", "https"] {
            let error = send_get(&client, &format!("{scheme}://{name}.example.com/")).await.unwrap_err();
            assert!(error.is_refusal(), "{name}: {error}");
        }
    }
    for expected in [true, false, false, false] {
        // Nothing is kept alive, so every request looks the name up again.
        client.set_policy(policy(&[]));
        assert_eq!(send_get(&client, "http://rebinding.example.com/").await.is_ok(), expected);
    }
    // A listener on every address listens on this public one, too.
    let own = PolicySettings { own_listeners: vec![([0, 0, 0, 0], 80).into()], ..settings(&[]) };
    let refusal =
        Policy::new(own).check_address(ALLOWED.parse().unwrap(), 80, "allowed.example.com").unwrap_err();
    assert_eq!(refusal.class(), RefusalClass::Address(AddressClass::OwnListener));
    let mut redirected = get(&client, "http://allowed.example.com/redirect");
    redirected.redirects = RedirectRule::Follow { max_hops: 5 };
    assert_eq!(client.send(redirected, in_5s()).await.unwrap().status, 307);
    drop(server);
}

fn control() {
    let address: SocketAddr = CONTROL.parse().unwrap();
    assert!(TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_err());
}

struct Namespace {
    name: String,
}

impl Namespace {
    fn make() -> Self {
        let namespace = Self { name: format!("hs-egress-{}", std::process::id()) };
        run(Command::new("ip").args(["netns", "add", &namespace.name]));
        for setup in [
            "ip link set lo up",
            &format!("ip address add {ALLOWED}/32 dev lo"),
            // A way out, so that a forbidden packet would really be sent and counted.
            "ip link add out type veth peer name far",
            "ip link set out up",
            "ip link set far up",
            "ip address add 198.18.0.1/30 dev out",
            "ip route add default dev out",
            "ip -6 address add fd99::1/64 dev out nodad",
            "ip -6 route add default dev out",
        ] {
            run(namespace.command().args(setup.split(' ')));
        }
        let mut rules = String::from("add table inet count\n");
        let _ = writeln!(rules, "add chain inet count out {{ type filter hook output priority 0; }}");
        let _ = writeln!(rules, "add counter inet count allowed\nadd counter inet count other");
        for rule in [
            format!("ip daddr {ALLOWED} counter name allowed accept"),
            // Answers of the allowed server go to its client at the same address; neighbour discovery is no request.
            "meta l4proto { tcp, udp, icmp } counter name other".to_owned(),
        ] {
            let _ = writeln!(rules, "add rule inet count out {rule}");
        }
        run(namespace.command().args(["nft", &rules]));
        namespace
    }

    fn command(&self) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]);
        command
    }

    /// Runs this test again inside the namespace.
    fn rerun(&self, role: &str) {
        let output = run(self
            .command()
            .arg(std::env::current_exe().unwrap())
            .args(["netns::p08_no_packet_leaves_for_a_forbidden_address", "--exact"])
            .env(CHILD, role));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    }

    /// Packets to the allowed address and to all others.
    fn counted(&self) -> (u64, u64) {
        let count = |name: &str| {
            let output = run(self.command().args(["nft", "list", "counter", "inet", "count", name]));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let packets = text.split("packets ").nth(1).and_then(|rest| rest.split(' ').next());
            packets.and_then(|packets| packets.parse().ok()).unwrap_or_else(|| panic!("{text}"))
        };
        (count("allowed"), count("other"))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).output();
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let shown = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&shown));
    output
}
