//! Packages that mean harm: nothing of them runs, and what can't be taken is told in a line.

use std::path::Path;

use hookswitch_pyenv::{FailureKind, PyenvSettings};

use crate::index::Index;
use crate::support::{obtain, open, settings};

/// Python that leaves a trace when it runs.
fn trace(folder: &Path) -> String {
    format!("open('{}', 'w').close()\n", folder.join("ran").display())
}

#[tokio::test(flavor = "multi_thread")]
async fn start_up_code_of_wheels_is_taken_out_or_refused() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    let trace = trace(folder.path());
    let pth = format!("import os; {trace}");
    index.wheel("sly", "1.0", &[("sly/__init__.py", &trace), ("sly.pth", &pth), ("json.py", &trace)], &[]);
    index.wheel("worse", "1.0", &[("worse.py", ""), ("sitecustomize.py", &trace)], &[]);
    let environments = open(settings(&folder.path().join("py"), Some(&index))).await;
    let set = obtain(&environments, &["sly"]).await.unwrap();
    let site = &set.import_paths[0];
    assert!(site.join("sly/__init__.py").exists() && !site.join("sly.pth").exists());
    assert!(!site.join("json.py").exists() && set.preload.is_empty());
    let failure = obtain(&environments, &["worse"]).await.unwrap_err();
    assert!(failure.to_string().contains("start-up code (sitecustomize.py)"), "{failure}");
    assert!(!folder.path().join("ran").exists(), "a package's code ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_are_never_built() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.source("raw", "1.0", &trace(folder.path()));
    index.wheel("wraps", "1.0", &[("wraps.py", "")], &["raw"]);
    let environments = open(settings(&folder.path().join("py"), Some(&index))).await;
    let failure = obtain(&environments, &["raw>=1"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NoWheel("raw>=1".to_owned()), "{}", failure.detail);
    let failure = obtain(&environments, &["wraps"]).await.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::NoWheel(_)), "{}", failure.detail);
    assert!(!folder.path().join("ran").exists(), "setup.py ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_needs_an_address_is_refused() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("far", "1.0", &[("far.py", "")], &["near @ http://127.0.0.1:9/near-1.0-py3-none-any.whl"]);
    index.wheel("local", "1.0", &[("local.py", "")], &["near @ file:///etc/hostname"]);
    let environments = open(settings(folder.path(), Some(&index))).await;
    for name in ["far", "local"] {
        let failure = obtain(&environments, &[name]).await.unwrap_err();
        assert!(matches!(failure.kind, FailureKind::Refused(_)), "{failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wheel_that_climbs_out_of_its_folder_is_refused() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("climb", "1.0", &[("climb.py", ""), ("../../../../escaped.py", "x = 1")], &[]);
    let environments = open(settings(&folder.path().join("a/b/c/py"), Some(&index))).await;
    let result = obtain(&environments, &["climb"]).await;
    let escaped = walk(folder.path()).into_iter().find(|path| path.ends_with("escaped.py"));
    // Unpacked without it or not at all; never outside.
    let inside = result.as_ref().ok().map(|set| set.import_paths[0].clone());
    assert!(escaped.is_none_or(|path| inside.is_some_and(|site| path.starts_with(site))), "{result:?}");
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(walk(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_wheel_that_unpacks_to_much_is_stopped() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("bomb", "1.0", &[("bomb.py", ""), ("bomb.bin", "blob:400000000")], &[]);
    let environments =
        open(PyenvSettings { largest: 20 << 20, ..settings(folder.path(), Some(&index)) }).await;
    let failure = obtain(&environments, &["bomb"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TooLarge, "{}", failure.detail);
    let left = walk(&folder.path().join("building"));
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_since_it_was_locked_is_refused() {
    let (index, folder) = (Index::start().await, tempfile::tempdir().unwrap());
    index.wheel("swap", "1.0", &[("swap.py", "x = 1")], &[]);
    let book = std::sync::Arc::new(hookswitch_pyenv::MemoryBook::default());
    let first =
        crate::support::open_with(settings(&folder.path().join("one"), Some(&index)), book.clone()).await;
    obtain(&first, &["swap"]).await.unwrap();
    index.wheel("swap", "1.0", &[("swap.py", "x = 'swapped'")], &[]);
    let second = crate::support::open_with(settings(&folder.path().join("two"), Some(&index)), book).await;
    let failure = obtain(&second, &["swap"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Hash, "{}", failure.detail);
}
