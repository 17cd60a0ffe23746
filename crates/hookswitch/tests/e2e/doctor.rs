use std::process::Command;

#[test]
fn the_doctor_names_every_check_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
        .args(["doctor", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["check"].as_str().unwrap()).collect();
    let expected = [
        "data folder",
        "database",
        "master key",
        "listen",
        "name servers",
        "certificates",
        "egress",
        "aws identity",
        "exposure",
        "models",
        "python",
        "packages",
    ];
    assert_eq!(checks, expected);
    assert!(output.status.success());
    assert!(!data.exists(), "the doctor made something");
}
