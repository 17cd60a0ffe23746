//! `schemathesis` against the served OpenAPI document: no 5xx, and every answer as the document says.

use std::path::PathBuf;
use std::process::Command;

use crate::server::{KEY, ServerProcess};

/// Generated requests per operation.
const EXAMPLES: &str = "25";

/// The tool installed by `make test`; HOOKSWITCH_INTEROP_DIR names another place.
fn schemathesis() -> PathBuf {
    let folder = std::env::var_os("HOOKSWITCH_INTEROP_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/interop")),
        PathBuf::from,
    );
    let program = folder.join("venv/bin/schemathesis");
    assert!(program.exists(), "{} is missing: scripts/interop.sh brings it", program.display());
    program
}

#[test]
fn generated_requests_find_no_5xx_and_no_undocumented_answer() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    let output = Command::new(schemathesis())
        .args(["run", &format!("{}/v1/openapi.json", server.address), "--url", &server.address])
        .args(["--header", &format!("Authorization: Bearer {KEY}")])
        .args(["--max-examples", EXAMPLES, "--generation-database", "none", "--seed", "7", "--no-color"])
        .args(["--phases", "examples,coverage,fuzzing", "--request-timeout", "10"])
        // One worker: with several, Python 3.11 loses count of its own recursion and ends with a SystemError.
        .args(["--workers", "1"])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        // Follows an endless stream, ends the server's own key, or turns the server's keys over.
        .args(["--exclude-path-regex", "/events$|/revoke$|/v1/master-key"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}
