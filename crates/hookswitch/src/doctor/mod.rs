//! `hookswitch doctor`: what works on this machine, what is missing, and how to get it.
#![expect(clippy::print_stdout, reason = "its report is its result")]

mod checks;
mod models;
mod packages;

use anyhow::bail;
use serde_json::json;

use crate::config::{self, ServeFlags};

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Works,
    Doubtful,
    Missing,
}

/// One line of the report.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) what: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) said: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// Runs all checks; an error when something is missing that serving needs.
pub(crate) async fn run(flags: &ServeFlags, as_json: bool) -> anyhow::Result<()> {
    let config = config::load(flags, &crate::environment())?;
    let findings = checks::all(&config).await;
    if as_json {
        let list: Vec<_> = findings
            .iter()
            .map(|finding| {
                json!({"check": finding.what, "verdict": word(finding.verdict), "said": finding.said,
                    "hint": finding.hint})
            })
            .collect();
        println!("{}", json!({ "checks": list }));
    } else {
        for finding in &findings {
            println!("{:<8} {:<14} {}", word(finding.verdict), finding.what, finding.said);
            if let Some(hint) = &finding.hint {
                println!("{:>23} hint: {hint}", "");
            }
        }
    }
    let missing = findings.iter().filter(|finding| finding.verdict == Verdict::Missing).count();
    if missing > 0 {
        bail!("{missing} of {} checks failed", findings.len());
    }
    Ok(())
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "ok",
        Verdict::Doubtful => "warning",
        Verdict::Missing => "missing",
    }
}
