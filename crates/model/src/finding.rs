//! What is wrong, or doubtful, in a definition: all of it at once, each with its JSON path.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The definition is refused.
    Error,
    /// The definition is saved; somebody should look.
    Warning,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// JSON path into the definition, `$.webhook.url`.
    pub path: String,
    /// Stable code, `invalid_url`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// Error or warning.
    pub severity: Severity,
}

/// Findings in the order in which they were made, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// More findings than this help nobody; later ones are dropped.
    const MOST: usize = 200;

    /// Notes an error.
    pub fn error(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.push(path.into(), code, message.into(), Severity::Error);
    }

    /// Notes a warning.
    pub fn warn(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.push(path.into(), code, message.into(), Severity::Warning);
    }

    fn push(&mut self, path: String, code: &'static str, message: String, severity: Severity) {
        if self.0.len() < Self::MOST {
            self.0.push(Finding { path, code: code.to_owned(), message, severity });
        }
    }

    /// Whether any finding refuses the definition.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The findings in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Takes over the findings of a part.
    pub fn extend(&mut self, other: Self) {
        for finding in other.0 {
            if self.0.len() < Self::MOST {
                self.0.push(finding);
            }
        }
    }

    /// The findings as a list.
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
