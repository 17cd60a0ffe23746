//! The public index, the curated sets, real packages.

use hookswitch_pyenv::{Choice, CuratedSet, PyenvSettings};

use crate::support::{PYTHON, obtain, open, settings, wanted};

fn run(site: &std::path::Path, code: &str) -> String {
    let code = format!("import sys; sys.path.append('{}')\n{code}", site.display());
    let output = std::process::Command::new(PYTHON).args(["-I", "-B", "-c", &code]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn curated_sets_are_installed_from_their_locks_and_serve_what_they_meet() {
    let folder = tempfile::tempdir().unwrap();
    let environments = open(settings(folder.path(), None)).await;
    assert!(environments.curated().is_empty());
    for (name, code) in [
        ("web", "import requests, httpx; print(requests.__version__ > '2', bool(httpx.Client))"),
        (
            "data",
            "import pandas, numpy, requests; print(pandas.DataFrame({'a': [1, 2]}).a.sum() == 3, bool(numpy.array([1])))",
        ),
    ] {
        let set = environments.sync(CuratedSet::named(name).unwrap()).await.unwrap();
        assert_eq!(run(&set.import_paths[0], code), "True True");
    }
    let curated = environments.curated();
    assert_eq!(curated.len(), 2);
    let named = |lines: &[&str], imports: &[&str]| {
        let imports: Vec<String> = imports.iter().map(|&it| it.to_owned()).collect();
        match environments.choose("t", &wanted(lines), &imports) {
            Choice::Ready(set) => set.name.as_str().split('-').next().unwrap().to_owned(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(named(&["requests>=2"], &["requests", "json"]), "web");
    assert_eq!(named(&[], &["requests"]), "web");
    assert_eq!(named(&[], &["requests", "pandas"]), "data");
    assert_eq!(named(&["requests"], &["numpy"]), "data");
    assert_eq!(named(&[], &["json"]), "stdlib");
    // No curated set has both: an environment of its own.
    assert_eq!(named(&["httpx"], &["pandas"]), "Building");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tools_own_packages_come_from_the_public_index() {
    let folder = tempfile::tempdir().unwrap();
    let environments = open(settings(folder.path(), None)).await;
    let set = obtain(&environments, &["python-slugify>=8", "markupsafe"]).await.unwrap();
    let code = "import slugify, markupsafe; print(slugify.slugify('Ein Haus!'), markupsafe.escape('<'))";
    assert_eq!(run(&set.import_paths[0], code), "ein-haus &lt;");
    let failure = obtain(&environments, &["pandas>=9000"]).await.unwrap_err();
    assert_eq!(failure.to_string(), "requirement not available: pandas>=9000");
    // A cooldown of fifty years takes nothing.
    let elsewhere = tempfile::tempdir().unwrap();
    let old = std::time::Duration::from_hours(24 * 365 * 50);
    let careful = PyenvSettings { cooldown: old, ..settings(elsewhere.path(), None) };
    let failure = obtain(&open(careful).await, &["markupsafe==3.0.2"]).await.unwrap_err();
    assert!(failure.to_string().ends_with("it was released too recently to be taken"), "{}", failure.detail);
    let failure = obtain(&environments, &["pycrypto"]).await.unwrap_err();
    assert!(failure.to_string().contains("it has no wheel"), "{failure}");
}
