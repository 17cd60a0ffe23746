//! States of an environment, from the first question to its removal.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_pyenv::{
    Book, Choice, Environments, FailureKind, MemoryBook, PackageIndex, PyenvSettings, State,
};

use crate::index::Index;
use crate::support::{PYTHON, is_ready, obtain, open, open_with, settings, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_built_while_nobody_waits() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("greet", "1.0", &[("greet/__init__.py", "def hello(): return 'hello'\n")], &["words>=1"]);
    index.wheel("words", "1.2", &[("words.py", "x = 1\n")], &[]);
    let environments = open(settings(folder.path(), Some(&index))).await;
    let mut changes = environments.changes();
    assert!(matches!(environments.choose("t", &wanted(&["greet"]), &[]), Choice::Building));
    assert_eq!(environments.status(&wanted(&["greet"]), &[]).state, State::Building);
    assert_eq!(changes.recv().await.unwrap().state, State::Ready);
    let Choice::Ready(set) = environments.choose("t", &wanted(&["Greet"]), &[]) else {
        panic!("{:?}", environments.status(&wanted(&["greet"]), &[]))
    };
    let status = environments.status(&wanted(&["greet"]), &[]);
    assert_eq!((status.state, status.set), (State::Ready, Some(set.name.to_string())));
    // Packages, their needs, and bytecode that names the place where they are.
    let site = &set.import_paths[0];
    assert!(site.join("words.py").exists());
    let run = format!(
        "import sys; sys.path.append('{0}'); import greet; print(greet.hello(), greet.__cached__, greet.hello.__code__.co_filename)",
        site.display()
    );
    let output = std::process::Command::new(PYTHON).args(["-I", "-B", "-c", &run]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let file = site.join("greet/__init__.py").display().to_string();
    assert!(text.starts_with("hello ") && text.trim_end().ends_with(&file), "{text}");
    assert!(site.join("greet/__pycache__").is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_for_the_same_get_one_build() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("solo", "1.0", &[("solo.py", "")], &[]);
    index.wheel("once", "1.0", &[("once.py", "")], &[]);
    let alone = tempfile::tempdir().unwrap();
    obtain(&open(settings(alone.path(), Some(&index))).await, &["solo"]).await.unwrap();
    // Two servers that share a folder, eight askers each.
    let servers = [
        open(settings(folder.path(), Some(&index))).await,
        open(settings(folder.path(), Some(&index))).await,
    ];
    let mut asked = tokio::task::JoinSet::new();
    for server in &servers {
        for _ in 0..8 {
            let server = server.clone();
            asked.spawn(async move { obtain(&server, &["once"]).await.unwrap().name });
        }
    }
    let mut names = asked.join_all().await;
    names.dedup();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(std::fs::read_dir(folder.path().join("sets")).unwrap().count(), 1);
    assert_eq!(index.fetched("once-1.0"), index.fetched("solo-1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named_and_tried_again_later() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("known", "1.0", &[("known.py", "")], &[]);
    let environments = open(settings(folder.path(), Some(&index))).await;
    for (lines, message) in [
        (&["known", "unknown-thing"][..], "requirement not available: unknown-thing"),
        (&["known>=9"][..], "requirement not available: known>=9"),
    ] {
        let failure = obtain(&environments, lines).await.unwrap_err();
        assert_eq!(failure.to_string(), message, "{}", failure.detail);
        assert_eq!(environments.status(&wanted(lines), &[]).state, State::Failed(message.to_owned()));
    }
    // Told again after a start, and tried again when somebody asks.
    let book: Arc<dyn Book> = Arc::new(MemoryBook::default());
    let first = open_with(settings(folder.path(), Some(&index)), Arc::clone(&book)).await;
    obtain(&first, &["coming"]).await.unwrap_err();
    let second = open_with(settings(folder.path(), Some(&index)), book).await;
    let told = State::Failed("requirement not available: coming".to_owned());
    assert_eq!(second.status(&wanted(&["coming"]), &[]).state, told);
    index.wheel("coming", "1.0", &[("coming.py", "")], &[]);
    obtain(&second, &["coming"]).await.unwrap();
    let closed = PackageIndex::from_environment(Some("http://127.0.0.1:9/simple/"), &[]);
    let there = tempfile::tempdir().unwrap();
    let environments = open(PyenvSettings { index: closed, ..settings(there.path(), None) }).await;
    let failure = obtain(&environments, &["known"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable, "{}", failure.detail);
    let failure = environments
        .obtain(
            &hookswitch_pyenv::Wanted::read(&[], "# /// script\n# requires-python = '>=99'\n# ///\n")
                .unwrap(),
            &[],
        )
        .await
        .unwrap_err();
    assert!(failure.to_string().starts_with("the source asks for Python >=99; here is 3."), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_uv_the_standard_library_still_works() {
    let folder = tempfile::tempdir().unwrap();
    let settings = PyenvSettings { uv: vec!["/does/not/exist".into()], ..settings(folder.path(), None) };
    let environments = Environments::open(settings, Arc::new(MemoryBook::default())).await.unwrap();
    assert!(environments.uv().await.is_none());
    let imports = ["json".to_owned(), "os.path".to_owned(), "unheard_of".to_owned()];
    assert!(
        matches!(environments.choose("t", &wanted(&[]), &imports), Choice::Ready(set) if set.name.as_str() == "stdlib")
    );
    assert_eq!(obtain(&environments, &["requests"]).await.unwrap_err().kind, FailureKind::NoUv);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_brings_back_what_was_with_the_same_versions() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("kept", "1.0", &[("kept.py", "version = 1\n")], &[]);
    let book = Arc::new(MemoryBook::default());
    let first = open_with(settings(&folder.path().join("one"), Some(&index)), book.clone()).await;
    obtain(&first, &["kept"]).await.unwrap();
    index.wheel("kept", "2.0", &[("kept.py", "version = 2\n")], &[]);
    // The same folder: there at once. Another one: built without anybody asking.
    let again = open_with(settings(&folder.path().join("one"), Some(&index)), book.clone()).await;
    assert!(is_ready(&again, &["kept"]));
    let other = open_with(settings(&folder.path().join("two"), Some(&index)), book).await;
    let set = obtain(&other, &["kept"]).await.unwrap();
    assert_eq!(std::fs::read_to_string(set.import_paths[0].join("kept.py")).unwrap(), "version = 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unused_for_longest_goes_when_there_is_too_much() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    for name in ["old", "mid", "new"] {
        index.wheel(
            name,
            "1.0",
            &[(&format!("{name}.py"), &format!("text = '{}'\n", name.repeat(100_000)))],
            &[],
        );
    }
    let tight =
        PyenvSettings { total: 1_500_000, keep: Duration::ZERO, ..settings(folder.path(), Some(&index)) };
    let environments = open(tight).await;
    let mut sites = Vec::new();
    for name in ["old", "mid", "new"] {
        sites.push(obtain(&environments, &[name]).await.unwrap().import_paths[0].clone());
    }
    // The room is made after the last one was told; its own question comes after.
    while sites[0].exists() {
        tokio::task::yield_now().await;
    }
    assert!(sites[2].exists());
    // Asked for again, it comes again, under another name.
    let back = obtain(&environments, &["old"]).await.unwrap();
    assert!(back.import_paths[0].exists() && back.import_paths[0] != sites[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tenant_does_not_fill_the_queue() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    let names: Vec<String> = (0..5).map(|number| format!("many{number}")).collect();
    for name in &names {
        index.wheel(name, "1.0", &[(&format!("{name}.py"), "")], &[]);
    }
    let few = PyenvSettings { builds_per_tenant: 2, builds: 1, ..settings(folder.path(), Some(&index)) };
    let environments = open(few).await;
    let choose = |tenant: &str, name: &str| environments.choose(tenant, &wanted(&[name]), &[]);
    assert!(matches!(choose("greedy", &names[0]), Choice::Building));
    assert!(matches!(choose("greedy", &names[1]), Choice::Building));
    assert!(
        matches!(choose("greedy", &names[2]), Choice::Failed(failure) if failure.kind == FailureKind::Busy)
    );
    assert!(matches!(choose("other", &names[3]), Choice::Building));
    // A refusal for now is no state of the environment.
    obtain(&environments, &[&names[2]]).await.unwrap();
}
