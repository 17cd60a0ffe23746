//! Who a call is to the host, and what tenants and calls see of each other: nothing.

use std::fs;
use std::io::{Read as _, Seek as _};
use std::time::Duration;

use hookswitch_sandbox::{Sandbox, TenantId, ToolSpec};

use crate::processes::{Kind, below, of, status};
use crate::support::{call, run, sandbox, spec, until, value};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

async fn with_a_spare(sandbox: &Sandbox, code: &str) -> hookswitch_sandbox::Prepared {
    let prepared = sandbox.prepare(spec(code)).unwrap();
    // The examination's own processes are on their way out.
    until(|| prepared.spares() == 1 && of(sandbox, Kind::Tenant).len() == 1).await;
    prepared
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_the_box_is_root_and_calls_have_no_power_at_all() {
    let sandbox = sandbox().await;
    let _prepared = with_a_spare(&sandbox, "def f(): return 1").await;
    for (pid, kind) in below(&sandbox.launchers()) {
        let uids = status(pid, "Uid");
        assert!(uids.split_whitespace().all(|uid| uid != "0"), "{kind:?}: {uids}");
        assert!(!is_root() || uids.starts_with("64321"), "{kind:?}: {uids}");
        if kind == Kind::Call {
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                assert_eq!(status(pid, set), "0000000000000000", "{set}");
            }
            assert_eq!((status(pid, "NoNewPrivs").as_str(), status(pid, "Seccomp").as_str()), ("1", "2"));
            // Host, zygote's, tenant's, its own.
            let levels = status(pid, "NSpid");
            assert!(levels.split_whitespace().count() >= 4 && levels.ends_with("\t1"), "{levels}");
        }
        if kind == Kind::Zygote || kind == Kind::Tenant {
            // CAP_SYS_ADMIN and CAP_NET_ADMIN, over the box alone.
            assert_eq!(status(pid, "CapEff"), "0000000000201000");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_on_before_the_call() {
    let sandbox = sandbox().await;
    let _prepared = with_a_spare(&sandbox, "def f(): return 1").await;
    until(|| of(&sandbox, Kind::Call).len() == 1).await;
    let limits = fs::read_to_string(format!("/proc/{}/limits", of(&sandbox, Kind::Call)[0])).unwrap();
    let both = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let mut values = line.split_whitespace().map(str::to_owned);
        (values.next().unwrap(), values.next().unwrap())
    };
    for (name, value) in [
        // The tool's ten seconds and one more.
        ("Max cpu time", "11"),
        ("Max processes", "64"),
        ("Max open files", "128"),
        ("Max core file size", "0"),
        ("Max file size", "16777216"),
        ("Max locked memory", "0"),
        ("Max msgqueue size", "0"),
    ] {
        assert_eq!(both(name), (value.to_owned(), value.to_owned()), "{name}");
    }
    let (soft, hard) = both("Max address space");
    assert_eq!(soft, hard);
    assert!((128 << 20..1_u64 << 31).contains(&soft.parse().unwrap()), "{soft}");
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_hold_nothing_of_the_server() {
    let sandbox = sandbox().await;
    let _prepared = with_a_spare(&sandbox, "def f(): return 1").await;
    for (pid, kind) in below(&sandbox.launchers()) {
        match fs::read_to_string(format!("/proc/{pid}/environ")) {
            Ok(environment) if kind == Kind::Launcher => assert_eq!(environment, ""),
            Ok(environment) => {
                for variable in environment.split_terminator('\0') {
                    let name = variable.split('=').next().unwrap();
                    let known = [
                        "PATH",
                        "LC_CTYPE",
                        "OPENBLAS_NUM_THREADS",
                        "OMP_NUM_THREADS",
                        "MKL_NUM_THREADS",
                        "MALLOC_ARENA_MAX",
                    ];
                    assert!(known.contains(&name), "{kind:?}: {name}");
                }
            }
            // Not even the same user can look: the processes are not dumpable.
            Err(error) => assert_eq!((error.raw_os_error(), is_root()), (Some(13), false)),
        }
    }
    let hidden = rustix::process::dumpable_behavior().unwrap();
    assert_eq!(hidden, rustix::process::DumpableBehavior::NotDumpable, "the server's own memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn zygotes_never_hold_code_arguments_or_results() {
    if !is_root() {
        return;
    }
    let sandbox = sandbox().await;
    // Halves, so that the marker whole is nowhere in the code.
    let code = "def f(a, b):\n    print(a + b)\n    return {'r': 'IN-THE-CODE-' + a + b}\n";
    let prepared = with_a_spare(&sandbox, code).await;
    until(|| of(&sandbox, Kind::Tenant).len() == 1).await;
    let zygotes = [of(&sandbox, Kind::Zygote), of(&sandbox, Kind::Tenant)].concat();
    call(&prepared, r#"{"a":"ARGUMENT-7391","b":"-SECRET"}"#).await.result.unwrap();
    assert!(zygotes.len() >= 2);
    for pid in zygotes {
        let memory = memory(pid);
        assert!(memory.len() > 1 << 20);
        for marker in ["ARGUMENT-7391", "IN-THE-CODE-"] {
            assert!(!contains(&memory, marker.as_bytes()), "{pid} holds {marker}");
        }
        // The search works: this is the driver's own.
        assert!(
            contains(&memory, b"two kinds of process that only fork") || contains(&memory, b"_hookswitch")
        );
    }
}

/// What a process has in memory.
fn memory(pid: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut file = fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut part = vec![0; (to - from) as usize];
        if file.seek(std::io::SeekFrom::Start(from)).is_ok() && file.read_exact(&mut part).is_ok() {
            all.extend(part);
        }
    }
    all
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_have_namespaces_of_their_own() {
    let sandbox = sandbox().await;
    let mut held = Vec::new();
    for name in ["a", "b"] {
        let tool = ToolSpec { tenant: TenantId(name.to_owned()), ..spec("def f(): return 1") };
        let prepared = sandbox.prepare(tool).unwrap();
        until(|| prepared.spares() == 1).await;
        held.push(prepared);
    }
    until(|| of(&sandbox, Kind::Tenant).len() == 2).await;
    if !is_root() {
        return;
    }
    let kinds = ["net", "ipc", "uts", "pid"];
    let all = [of(&sandbox, Kind::Tenant), of(&sandbox, Kind::Zygote), vec![std::process::id()]].concat();
    for kind in kinds {
        let mut names: Vec<_> =
            all.iter().map(|pid| fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all.len(), "{kind}: {names:?}");
    }
    let calls = of(&sandbox, Kind::Call);
    for kind in ["user", "mnt", "ipc", "pid"] {
        let link = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/{kind}")).unwrap();
        assert_ne!(link(calls[0]), link(calls[1]), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_side_by_side_fill_their_own_memory_and_folder() {
    let sandbox = sandbox().await;
    let hog = "def f():\n    x = bytearray(100 << 20)\n    open('big', 'wb').write(b'x' * (15 << 20))\n    import time; time.sleep(0.3)\n    return len(x)\n";
    let prepared = sandbox.prepare(ToolSpec { timeout: Duration::from_secs(20), ..spec(hog) }).unwrap();
    let (one, two) = tokio::join!(call(&prepared, "{}"), call(&prepared, "{}"));
    for outcome in [one, two] {
        assert_eq!(outcome.result.unwrap().json.get(), "104857600");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_from_one_call_to_the_next() {
    let sandbox = sandbox().await;
    let code = "import os, json, sys\nseen = []\ndef f(word):\n    seen.append(word)\n    left = os.listdir('.') + [getattr(json, 'left', None), os.environ.get('LEFT')]\n    open('left', 'w').write(word)\n    json.left = word\n    os.environ['LEFT'] = word\n    return [seen, left]\n";
    for word in ["one", "two"] {
        let got = value(&sandbox, code, &format!(r#"{{"word":"{word}"}}"#)).await;
        assert_eq!(got, serde_json::json!([[word], [null, null]]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_above_the_limit_is_the_contracts_error() {
    let sandbox = sandbox().await;
    for mib in [1, 16, 128, 512] {
        let fits = format!("def f(): return len(bytearray({mib} * 1024 * 1024 * 3 // 4)) > 0");
        let tool = ToolSpec { max_memory_mib: mib, version: format!("{mib} fits"), ..spec(&fits) };
        let outcome = call(&sandbox.prepare(tool).unwrap(), "{}").await;
        // The smallest limits hold hardly more than the call itself.
        assert!(mib < 16 || outcome.result.is_ok(), "{mib}: {:?}", outcome.result);
        let over = format!("def f(): return len(bytearray({mib} * 1024 * 1024 + 1))");
        let tool = ToolSpec { max_memory_mib: mib, version: format!("{mib} over"), ..spec(&over) };
        let failure = call(&sandbox.prepare(tool).unwrap(), "{}").await.result.unwrap_err();
        assert!(
            mib == 1 || failure.message == format!("Function exceeded memory limit of {mib} MB"),
            "{failure:?}"
        );
    }
    assert!(run(&sandbox, "def f(): return 1", "{}").await.result.is_ok());
}
