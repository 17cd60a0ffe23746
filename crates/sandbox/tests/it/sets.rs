//! Dependency sets: folders of packages, shown read-only.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use hookswitch_sandbox::{
    DependencySet, NoEgress, Sandbox, SandboxError, SandboxSettings, SetName, ToolSpec,
};
use tempfile::TempDir;

use crate::support::{call, sandbox, settings, spec};

/// A set of files that everybody can read.
fn set(name: &str, files: &[(&str, &str)], preload: &[&str]) -> (DependencySet, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for (file, text) in files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let name = SetName::parse(name).unwrap();
    let preload = preload.iter().map(|&module| module.to_owned()).collect();
    (DependencySet { name, import_paths: vec![folder.path().to_owned()], preload }, folder)
}

fn with(set: &DependencySet, code: &str) -> ToolSpec {
    ToolSpec { set: set.name.clone(), ..spec(code) }
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_imported_read_only_and_pth_files_never_run() {
    let (set, folder) = set(
        "mine",
        &[
            ("greet.py", "def hello(): return 'hello'\n"),
            ("evil.pth", "import os; os.environ['EVIL'] = '1'\n"),
        ],
        &[],
    );
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    let path = folder.path().display();
    let code = format!(
        "import greet, os\ndef f():\n    try: open('{path}/greet.py', 'a'); wrote = True\n    except OSError: wrote = False\n    return [greet.hello(), 'EVIL' in os.environ, wrote]\n"
    );
    let answer = call(&sandbox.prepare(with(&set, &code)).unwrap(), "{}").await.result.unwrap();
    assert_eq!(answer.json.get(), r#"["hello",false,false]"#);
    // Another set does not have it.
    let failure = call(&sandbox.prepare(spec(&code)).unwrap(), "{}").await.result.unwrap_err();
    assert_eq!(failure.author.unwrap().exception, "ModuleNotFoundError");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_package_runs_in_the_call_and_never_in_a_zygote() {
    let (set, _folder) = set(
        "hostile",
        &[(
            "bad.py",
            "import os\npid = os.getpid()\ntry: os.fork(); got = 'forked'\nexcept PermissionError: got = 'held'\n",
        )],
        &[],
    );
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    let answer =
        call(&sandbox.prepare(with(&set, "import bad\ndef f(): return bad.got")).unwrap(), "{}").await;
    assert_eq!(answer.result.unwrap().json.get(), r#""held""#);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_package_stands_in_for_the_standard_library() {
    // `decimal` is imported by every zygote.
    let (set, _folder) =
        set("stand-in", &[("decimal.py", "raise SystemExit('mine')\n"), ("own.py", "x = 1\n")], &[]);
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    let code = "import decimal, own\ndef f(): return str(decimal.Decimal(own.x))";
    let answer = call(&sandbox.prepare(with(&set, code)).unwrap(), "{}").await;
    assert_eq!(answer.result.unwrap().json.get(), r#""1""#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_whose_modules_start_threads_or_fail_is_refused() {
    let (threads, _one) = set(
        "threads",
        &[(
            "t.py",
            "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n",
        )],
        &["t"],
    );
    let (broken, _two) = set("broken", &[("b.py", "raise RuntimeError('no good')\n")], &["b"]);
    let sandbox = sandbox().await;
    for set in [threads, broken] {
        sandbox.add_set(set.clone());
        let failure =
            call(&sandbox.prepare(with(&set, "def f(): return 1")).unwrap(), "{}").await.result.unwrap_err();
        assert_eq!(failure.kind, hookswitch_sandbox::FailureKind::Unavailable);
        assert!(!failure.began);
    }
    let stdlib = call(&sandbox.prepare(spec("def f(): return 1")).unwrap(), "{}").await;
    assert_eq!(stdlib.result.unwrap().json.get(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_swapped_under_a_running_zygote_changes_nothing() {
    let (set, folder) = set("swapped", &[("v.py", "version = 1\n")], &[]);
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    let prepared = sandbox.prepare(with(&set, "import v\ndef f(): return v.version")).unwrap();
    assert_eq!(call(&prepared, "{}").await.result.unwrap().json.get(), "1");
    let aside = folder.path().with_extension("aside");
    fs::rename(folder.path(), &aside).unwrap();
    fs::create_dir(folder.path()).unwrap();
    fs::write(folder.path().join("v.py"), "version = 2\n").unwrap();
    sandbox.forget_all();
    assert_eq!(call(&prepared, "{}").await.result.unwrap().json.get(), "1");
    fs::remove_dir_all(aside).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sets_that_nobody_uses_give_their_memory_back() {
    let (own, _one) = set("own", &[("o.py", "x = 1\n")], &[]);
    let (curated, _two) = set("curated", &[("c.py", "x = 1\n")], &["c"]);
    let settings = SandboxSettings { idle: std::time::Duration::from_millis(300), ..settings() };
    let sandbox = crate::support::sandbox_with(settings).await;
    for (set, code) in [(&own, "import o\ndef f(): return o.x"), (&curated, "import c\ndef f(): return c.x")]
    {
        sandbox.add_set(set.clone());
        let prepared = sandbox.prepare(with(set, code)).unwrap();
        assert_eq!(call(&prepared, "{}").await.result.unwrap().json.get(), "1");
    }
    // The standard library's and the operator's stay; the tool's own comes back when it is called.
    crate::support::until(|| sandbox.launchers().len() == 2).await;
    let prepared = sandbox.prepare(with(&own, "import o\ndef f(): return o.x")).unwrap();
    assert_eq!(call(&prepared, "{}").await.result.unwrap().json.get(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn numpys_generator_is_seeded_again_in_each_process() {
    // A stand-in with the one function that matters.
    let text = "import os\nclass random:\n    state = 0\n    @classmethod\n    def seed(cls): cls.state = int.from_bytes(os.urandom(6), 'little')\n";
    let (set, _folder) = set("numbers", &[("numpy.py", text)], &["numpy"]);
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    let prepared = sandbox.prepare(with(&set, "import numpy\ndef f(): return numpy.random.state")).unwrap();
    let (one, two) =
        (call(&prepared, "{}").await.result.unwrap(), call(&prepared, "{}").await.result.unwrap());
    assert_ne!(one.json.get(), "0");
    assert_ne!(one.json.get(), two.json.get());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named() {
    let sandbox = sandbox().await;
    let missing = ToolSpec { set: SetName::parse("nowhere").unwrap(), ..spec("def f(): return 1") };
    assert!(matches!(sandbox.prepare(missing), Err(SandboxError::UnknownSet(name)) if name == "nowhere"));
    let settings = SandboxSettings { interpreter: Some("/bin/true".into()), ..settings() };
    let error = Sandbox::start(settings, std::sync::Arc::new(NoEgress)).await.unwrap_err();
    assert!(matches!(error, SandboxError::NoPython(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_the_sandbox_user_cannot_see_is_named() {
    let (mut set, folder) = set("unseen", &[], &[]);
    set.import_paths.push(folder.path().join("missing"));
    let sandbox = sandbox().await;
    sandbox.add_set(set.clone());
    for _ in 0..2 {
        // The second time it is remembered.
        let error = sandbox.warm(&set.name).await.unwrap_err().to_string();
        assert!(error.contains("see a folder of the dependency set"), "{error}");
    }
}
