//! The walls of the house: which crate may use which (ARCHITECTURE.md, Rooms), how long files are, what is not left
//! in code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates and those that they may use. Test-only edges do not count.
const ROOMS: &[(&str, &[&str])] = &[
    ("template", &[]),
    ("schema", &[]),
    ("model", &["template", "schema"]),
    ("session", &["model"]),
    ("vault", &["model"]),
    ("store", &["model"]),
    ("egress", &[]),
    ("sandbox", &[]),
    ("pyenv", &["sandbox"]),
    ("telephony", &["model", "egress"]),
    ("media", &[]),
    ("sip", &["telephony", "media", "egress"]),
    ("executors", &["model", "template", "egress", "sandbox", "telephony"]),
    ("registry", &["model", "template", "schema", "vault", "store", "egress"]),
    (
        "engine",
        &[
            "model",
            "template",
            "schema",
            "session",
            "vault",
            "store",
            "egress",
            "telephony",
            "executors",
            "registry",
        ],
    ),
    ("courier", &["model", "store", "egress", "registry"]),
    ("brain", &["model", "template", "schema", "egress", "registry", "engine"]),
    ("api", &["model", "registry", "engine"]),
    ("dialect-pyai", &["model", "template", "schema", "registry", "engine", "brain", "api"]),
    ("dialect-burki", &["model", "template", "schema", "registry", "engine", "api"]),
    ("dialect-phonic", &["model", "template", "schema", "registry", "engine", "brain", "api"]),
    ("dialect-bland", &["model", "template", "schema", "registry", "engine", "api"]),
    ("dialect-native", &["model", "template", "schema", "registry", "engine", "brain", "api"]),
    (
        "server",
        &[
            "model",
            "api",
            "engine",
            "registry",
            "dialect-native",
            "dialect-pyai",
            "dialect-burki",
            "dialect-phonic",
            "dialect-bland",
        ],
    ),
    ("cli", &["model"]),
    ("telemetry", &["egress"]),
    ("testkit", &[]),
    ("hookswitch", &["*"]),
];

/// Longest source file, in lines.
const LONGEST: usize = 400;
/// Nine of ten files are shorter than this.
const LONG: usize = 300;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Crate → crates of ours that it uses outside of tests.
fn edges() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &str| name.strip_prefix("hookswitch-").unwrap_or(name).to_owned();
    let mut edges = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let used = package["dependencies"].as_array().unwrap().iter().filter(|dependency| {
            dependency["kind"].is_null() && dependency["name"].as_str().unwrap().starts_with("hookswitch-")
        });
        let used = used.map(|dependency| short(dependency["name"].as_str().unwrap())).collect();
        edges.insert(short(package["name"].as_str().unwrap()), used);
    }
    edges
}

#[test]
fn no_crate_uses_a_room_that_it_may_not() {
    let edges = edges();
    assert_eq!(edges.len(), ROOMS.len(), "a new crate needs its row: {:?}", edges.keys());
    for (room, used) in edges {
        let (_, may) =
            ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("{room} has no row"));
        for other in used {
            assert!(may.contains(&"*") || may.contains(&other.as_str()), "{room} must not use {other}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_stay_small_enough_to_hold_in_the_head() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let lengths: Vec<(usize, &PathBuf)> =
        files.iter().map(|path| (std::fs::read_to_string(path).unwrap().lines().count(), path)).collect();
    let too_long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > LONGEST).collect();
    assert!(too_long.is_empty(), "{too_long:?}");
    let long = lengths.iter().filter(|(lines, _)| *lines > LONG).count();
    assert!(long * 10 <= lengths.len(), "{long} of {} files are over {LONG} lines", lengths.len());
}

/// Pure crates have no clock, no randomness and no I/O of their own.
#[test]
fn pure_rooms_stay_pure() {
    let forbidden = [
        "tokio::",
        "std::fs",
        "std::net",
        "Instant::now",
        "SystemTime::now",
        "axum::",
        "hookswitch_store",
        "hookswitch_vault",
        "hookswitch_egress",
    ];
    let wires =
        ["native", "pyai", "burki", "phonic", "bland"].map(|name| format!("dialects/{name}/src/wire"));
    for room in ["template", "schema", "session"].map(str::to_owned).into_iter().chain(wires) {
        let folder = root().join("crates").join(&room);
        let mut files = Vec::new();
        sources(&if room.contains("src") { folder } else { folder.join("src") }, &mut files);
        assert!(!files.is_empty());
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for word in forbidden {
                assert!(!text.contains(word), "{} holds {word}", file.display());
            }
        }
    }
}
