//! Scenario files: what happens, line by line, and below it, indented, exactly what is ordered.
//!
//! ```text
//! tool book action
//! at 0ms call c1 book {slot 9}
//!   execute c1 as act a1, intent first
//! at 200ms finished c1 done
//!   answer c1: result
//! ```
//!
//! Call `c1` brings the fresh act id `a1`; its tool call id is `c1` unless `id=` says otherwise.

mod page;
mod read;
mod setup;
mod show;

use std::fmt::Write as _;
use std::path::PathBuf;

use hookswitch_session::{Machine, Order};

use crate::ids;
use setup::Setup;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// Runs one file; the differences as text.
fn run(text: &str) -> Result<(), String> {
    let mut setup = Setup::default();
    let mut machine: Option<Machine> = None;
    let mut pending: Vec<String> = Vec::new();
    let mut differences = String::new();
    let mut event = String::new();
    for (index, line) in text.lines().enumerate() {
        let words = line.split('#').next().unwrap_or_default().trim_end();
        if words.trim().is_empty() {
            continue;
        }
        if words.starts_with(' ') {
            let expected = words.trim();
            if pending.is_empty() {
                writeln!(differences, "line {}: `{expected}` was not ordered", index + 1).unwrap();
            } else {
                let ordered = pending.remove(0);
                if ordered != expected {
                    writeln!(differences, "line {}: expected `{expected}`, ordered `{ordered}`", index + 1)
                        .unwrap();
                }
            }
            continue;
        }
        report_rest(&mut differences, &event, &mut pending);
        if setup.take(words)? {
            continue;
        }
        event = format!("line {}: {words}", index + 1);
        let machine = machine.get_or_insert_with(|| Machine::new(setup.settings.clone()));
        let (millis, what) = read::event(words, &setup).map_err(|error| format!("{event}: {error}"))?;
        let mut orders: Vec<Order> = Vec::new();
        machine.on(what, ids::moment(millis), &mut orders);
        pending = orders.iter().map(show::order).collect();
    }
    report_rest(&mut differences, &event, &mut pending);
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

fn report_rest(differences: &mut String, event: &str, pending: &mut Vec<String>) {
    for ordered in pending.drain(..) {
        writeln!(differences, "{event}: also ordered `{ordered}`").unwrap();
    }
}

#[test]
fn every_scenario_is_as_written() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 70, "only {} scenarios found", files.len());
    let mut failures = String::new();
    for file in files {
        if let Err(differences) = run(&std::fs::read_to_string(&file).unwrap()) {
            writeln!(failures, "{}\n{differences}", file.file_name().unwrap().to_string_lossy()).unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn a_wrong_scenario_is_noticed() {
    let start = "tool look read\nat 0ms call c1 look {a}\n";
    assert!(run(&format!("{start}  execute c1\n")).is_ok());
    assert!(run(start).unwrap_err().contains("also ordered `execute c1`"));
    assert!(run(&format!("{start}  execute c2\n")).unwrap_err().contains("ordered `execute c1`"));
    assert!(run(&format!("{start}  execute c1\n  cancel c1\n")).unwrap_err().contains("was not ordered"));
    assert!(run("at 0ms jump\n").is_err());
}
