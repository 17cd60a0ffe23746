//! `docs/dialects.md` can't go stale: every field and endpoint of the vendors' pages names the test that proves it, the
//! test exists, and the page is made from the lists beside the dialects.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the vendors' own pages name; each needs a line in the dialect's `proofs.tsv`.
const PAGES: [(&str, &str, &[&str]); 4] = [
    (
        "pyai",
        "PyAI",
        &[
            "POST /v1/tools",
            "name",
            "description",
            "input_schema",
            "config_schema",
            "webhook_url",
            "execution",
            "auth_header",
            "auth_secret",
            "side_effect",
            "timeout_ms",
            "hmac_secret",
            "object",
            "kind",
            "has_auth",
            "status",
        ],
    ),
    (
        "burki",
        "Burki",
        &[
            "POST /api/v1/tools",
            "name",
            "display_name",
            "description",
            "tool_type",
            "configuration",
            "function_definition",
            "is_active",
            "is_public",
            "timeout_seconds",
            "retry_attempts",
            "configuration.url",
            "configuration.method",
            "configuration.headers",
            "configuration.timeout_seconds",
            "configuration.follow_redirects",
            "configuration.verify_ssl",
            "configuration.request_template",
            "configuration.python_code",
            "configuration.max_memory_mb",
            "configuration.function_name",
            "configuration.aws_region",
            "configuration.invocation_type",
            "configuration.environment_variables",
            "execution_count",
            "success_rate",
            "avg_execution_time",
            "organization_id",
            "created_by",
            "created_at",
            "updated_at",
            "400",
            "422",
        ],
    ),
    (
        "phonic",
        "Phonic",
        &[
            "POST /v1/tools",
            "project",
            "name",
            "description",
            "type",
            "execution_mode",
            "parameters",
            "parameters.location",
            "endpoint_method",
            "endpoint_url",
            "endpoint_headers",
            "endpoint_timeout_ms",
            "tool_call_output_timeout_ms",
            "phone_number",
            "dtmf",
            "use_agent_phone_number",
            "detect_voicemail",
            "agents_to_transfer_to",
            "require_speech_before_tool_call",
            "wait_for_speech_before_tool_call",
            "forbid_speech_after_tool_call",
            "allow_tool_chaining",
            "wait_for_response",
            "id",
        ],
    ),
    (
        "bland",
        "Bland",
        &[
            "POST /v1/tools/{tool_id}",
            "authorization",
            "name",
            "reserved words",
            "description",
            "speech",
            "url",
            "method",
            "headers",
            "body",
            "query",
            "input_schema",
            "input_schema.example",
            "response",
            "timeout",
            "tool_id",
            "prompt variables",
            "{{data}}",
            "input.speech",
        ],
    ),
];

const BEGIN: &str = "<!-- proofs -->";
const END: &str = "<!-- /proofs -->";

struct Proof {
    item: String,
    promise: String,
    file: String,
    function: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn proofs_of(dialect: &str) -> Vec<Proof> {
    let path = root().join(format!("crates/dialects/{dialect}/proofs.tsv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let proofs = lines.map(|line| {
        let mut cells = line.split('\t').map(str::trim);
        let (item, promise, test) = (cells.next(), cells.next(), cells.next());
        let (Some(item), Some(promise), Some(test), None) = (item, promise, test, cells.next()) else {
            panic!("{dialect}: three cells wanted: {line}");
        };
        let (file, function) = test.rsplit_once("::").unwrap_or_else(|| panic!("{dialect}: {test}"));
        Proof {
            item: item.to_owned(),
            promise: promise.to_owned(),
            file: file.to_owned(),
            function: function.to_owned(),
        }
    });
    proofs.collect()
}

#[test]
fn every_proof_names_a_test_that_is_there() {
    for (dialect, _, _) in PAGES {
        for proof in proofs_of(dialect) {
            let path = root().join(&proof.file);
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|_| panic!("{dialect}: {}: there is no {}", proof.item, proof.file));
            let at = text.find(&format!("fn {}(", proof.function));
            let at = at.unwrap_or_else(|| {
                panic!("{dialect}: {}: no {} in {}", proof.item, proof.function, proof.file)
            });
            // The attribute stands right above, perhaps with others between; a suite runs what it lists on each database.
            let above: String = text[..at].lines().rev().take(8).collect::<Vec<_>>().join("\n");
            let suite = text.split_once("suite![").and_then(|(_, rest)| rest.split_once(']'));
            let is_listed =
                suite.is_some_and(|(names, _)| names.split(',').any(|name| name.trim() == proof.function));
            let has_attribute = ["#[test]", "#[tokio::test"].iter().any(|mark| above.contains(mark));
            let is_test = is_listed || has_attribute || text[..at].contains("proptest! {");
            assert!(is_test, "{dialect}: {}: {} is no test", proof.item, proof.function);
        }
    }
}

#[test]
fn every_field_of_the_vendors_pages_has_a_proof() {
    for (dialect, _, items) in PAGES {
        let proven: BTreeSet<String> = proofs_of(dialect).into_iter().map(|proof| proof.item).collect();
        let missing: Vec<&&str> = items.iter().filter(|item| !proven.contains(**item)).collect();
        assert!(missing.is_empty(), "{dialect}: without a proof: {missing:?}");
    }
}

#[test]
fn the_page_says_what_the_lists_say() {
    let path = root().join("docs/dialects.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the page marks where the tables begin");
    let (_, foot) = rest.split_once(END).expect("the page marks where the tables end");
    let wanted = format!("{head}{BEGIN}\n{}{END}{foot}", tables());
    if std::env::var_os("UPDATE_DIALECTS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(page == wanted, "docs/dialects.md is stale: run this test with UPDATE_DIALECTS=1");
    }
}

fn tables() -> String {
    let mut text = String::new();
    for (dialect, name, items) in PAGES {
        let proofs = proofs_of(dialect);
        let _ = write!(text, "\n### {name}\n\n| | what is promised | proven by |\n|---|---|---|\n");
        let on_page = |proof: &&Proof| items.contains(&proof.item.as_str());
        for proof in proofs.iter().filter(on_page).chain(proofs.iter().filter(|proof| !on_page(proof))) {
            let item = proof.item.replace('|', "\\|");
            let promise = proof.promise.replace('|', "\\|");
            let short = proof.file.replace("crates/dialects/", "").replace("crates/hookswitch/", "");
            let _ = writeln!(
                text,
                "| `{item}` | {promise} | [`{}`](../{} \"{short}\") |",
                proof.function, proof.file
            );
        }
    }
    text.push('\n');
    text
}
