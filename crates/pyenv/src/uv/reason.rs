//! What uv's complaint means for the author. uv's own words go to the operator.

use crate::error::{Failure, FailureKind};
use crate::wanted::Wanted;

/// Reads a complaint. Whom it is about is found by [`name_requirement`].
pub(super) fn read(stderr: &str) -> Failure {
    let has = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
    let kind = if has(&["Hash mismatch"]) {
        FailureKind::Hash
    } else if has(&[
        "no usable wheels",
        "no wheels with a matching",
        "building from source is disabled",
        "Building source distributions",
        "Wheels are required for",
        "no source distribution",
    ]) {
        FailureKind::NoWheel(String::new())
    } else if has(&[
        "URL dependenc",
        "declared as direct requirement",
        "declared as a direct requirement",
        "conflicting URLs",
    ]) {
        FailureKind::Refused("a package at an address".to_owned())
    } else if has(&["has invalid metadata", "could not be parsed"]) {
        FailureKind::Refused("its metadata can't be read".to_owned())
    } else if has(&[
        "error sending request",
        "Request failed after",
        "Failed to fetch",
        "timed out",
        "dns error",
        "HTTP status",
        "offline",
    ]) && !has(&["was not found in the package registry"])
    {
        FailureKind::Unreachable
    } else if has(&["was filtered by `exclude-newer`"]) {
        FailureKind::TooYoung(String::new())
    } else if has(&[
        "was not found in the package registry",
        "is available and you require",
        "are available and you require",
        "there is no version of",
        "was not found in the cache",
        "exclude-newer",
        "no versions of",
    ]) {
        FailureKind::NotAvailable(String::new())
    } else if has(&["unsatisfiable", "No solution found"]) {
        FailureKind::Conflict
    } else if has(&["File too large", "os error 27"]) {
        FailureKind::TooLarge
    } else if has(&[
        "is invalid",
        "nvalid wheel",
        "Failed to extract",
        "Failed to read",
        "Metadata field",
        "escapes",
    ]) {
        FailureKind::Refused("a wheel that is none".to_owned())
    } else {
        FailureKind::Other
    };
    Failure::new(kind, stderr.trim())
}

/// Says which of the author's lines it was: of those whose package uv names, one that asks for versions before one that
/// does not; else all.
pub(super) fn name_requirement(failure: Failure, wanted: &Wanted) -> Failure {
    let words: Vec<&str> =
        failure.detail.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).collect();
    let is_named = |name: &str| {
        words.iter().any(|word| word.trim_matches('.').to_ascii_lowercase().replace(['_', '.'], "-") == name)
    };
    let lines: Vec<String> = wanted.requirements().map(ToString::to_string).collect();
    let named = || wanted.requirements().filter(|requirement| is_named(requirement.name.as_str()));
    let strict = named().find(|requirement| !requirement.versions.to_string().is_empty());
    let found = strict.or_else(|| named().next()).map(ToString::to_string);
    let line = found.unwrap_or_else(|| lines.join(", ").chars().take(200).collect());
    let kind = match failure.kind {
        FailureKind::NotAvailable(_) => FailureKind::NotAvailable(line),
        FailureKind::NoWheel(_) => FailureKind::NoWheel(line),
        FailureKind::TooYoung(_) => FailureKind::TooYoung(line),
        other => other,
    };
    Failure { kind, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(stderr: &str, lines: &[&str]) -> FailureKind {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        name_requirement(read(stderr), &Wanted::read(&lines, "").unwrap()).kind
    }

    #[test]
    fn complaints_are_told_in_a_line() {
        let text = "error: No solution found when resolving dependencies\n  cause: Because only pandas<=3.1.1 is available and you require pandas>=9, we can conclude that your requirements are unsatisfiable.";
        assert_eq!(
            kind(text, &["requests", "pandas>=9"]).to_string(),
            "requirement not available: pandas>=9"
        );
        let text = "Because nosuch-pkg was not found in the package registry and you require nosuch-pkg";
        assert_eq!(kind(text, &["NoSuch_pkg"]), FailureKind::NotAvailable("nosuch-pkg".to_owned()));
        let text = "Because all versions of pycrypto have no usable wheels and you require pycrypto, we can conclude that your requirements are unsatisfiable.";
        assert!(matches!(kind(text, &["pycrypto"]), FailureKind::NoWheel(line) if line == "pycrypto"));
        let text = "Because there is no version of requests==2.34.2 …\nhint: `requests` was filtered by `exclude-newer` to only include packages uploaded before 2020";
        assert_eq!(kind(text, &["requests==2.34.2"]), FailureKind::TooYoung("requests==2.34.2".to_owned()));
        let text = "Because requests==2.31.0 depends on urllib3>=1.21.1,<3 and you require urllib3>=9, … your requirements are unsatisfiable.";
        assert_eq!(kind(text, &["requests", "urllib3"]), FailureKind::Conflict);
        let text = "error: Request failed after 3 retries in 4.9s\n  cause: error sending request for url";
        assert_eq!(kind(text, &["requests"]), FailureKind::Unreachable);
        assert_eq!(kind("Hash mismatch for `x==1`", &["x"]), FailureKind::Hash);
        assert_eq!(kind("what?", &["x"]), FailureKind::Other);
    }
}
