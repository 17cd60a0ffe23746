use std::process::Command;

/// What `make demo` shows. The demo checks each of its own steps and fails when one is not as shown.
#[test]
fn the_demo_runs_to_its_end() {
    let output = Command::new(env!("CARGO_BIN_EXE_hookswitch")).args(["demo", "--plain"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for shown in [
        "refused, nothing sent: missing required parameter",
        "signature verified",
        "replayed, not sent",
        "\"already_done\":true",
        "tool timed out",
        "result.late: {\"covered\":true}",
        "registers calculate_loan_payment (python, isolation ",
        "a process was waiting",
        "1 booking for 2 booking calls",
        "one tool of each vendor",
        "X-PyAI-Signature and Standard Webhooks signatures verified",
        "One moment, I am booking that for 2026-12-01.",
    ] {
        assert!(text.contains(shown), "{shown:?} is missing in:\n{text}");
    }
    assert!(!text.contains("demo-crm-key-0001"), "a secret was shown");
}
