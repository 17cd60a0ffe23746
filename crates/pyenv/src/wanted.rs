//! What a tool asks for: its list and its source's block, as one sorted set.

use std::collections::BTreeSet;

use crate::requirement::{Requirement, RequirementError, Specifiers};
use crate::script::{ScriptError, ScriptMetadata};

/// Most requirements of one tool.
const MOST: usize = 64;

/// Packages that a tool asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    requirements: BTreeSet<Requirement>,
    python: Specifiers,
}

/// What can't be asked for. The text is for the author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// A line that is no requirement.
    #[error("invalid requirement: {line}: {reason}")]
    Requirement {
        /// The line as written, cut.
        line: String,
        /// What is wrong with it.
        reason: RequirementError,
    },
    /// The source's block.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Too many lines.
    #[error("at most 64 requirements")]
    TooMany,
}

impl Wanted {
    /// Reads the lines of a tool and the block of its source.
    pub fn read(lines: &[String], source: &str) -> Result<Self, WantedError> {
        let script = ScriptMetadata::of(source)?;
        if lines.len() + script.dependencies.len() > MOST {
            return Err(WantedError::TooMany);
        }
        let parse = |line: &String| {
            line.parse()
                .map_err(|reason| WantedError::Requirement { line: line.chars().take(100).collect(), reason })
        };
        let requirements = lines.iter().chain(&script.dependencies).map(parse).collect::<Result<_, _>>()?;
        Ok(Self { requirements, python: script.python()? })
    }

    /// Nothing but the standard library.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The requirements, sorted.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter()
    }

    /// The same and more.
    pub(crate) fn with(&self, more: impl Iterator<Item = Requirement>) -> Self {
        let requirements = self.requirements.iter().cloned().chain(more).collect();
        Self { requirements, python: self.python.clone() }
    }

    /// Versions of Python that do.
    pub fn python(&self) -> &Specifiers {
        &self.python
    }

    /// The requirements as canonical lines, each ended.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for requirement in &self.requirements {
            text.push_str(&requirement.to_string());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str], source: &str) -> Result<Wanted, WantedError> {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        Wanted::read(&lines, source)
    }

    #[test]
    fn order_spelling_and_place_make_no_difference() {
        let one = read(&["Requests < 3", "numpy"], "").unwrap();
        let two = read(&["numpy"], "# /// script\n# dependencies = [\"requests<3\"]\n# ///\n").unwrap();
        assert_eq!(one, two);
        assert_eq!(one.text(), "numpy\nrequests<3\n");
        assert!(read(&[], "x = 1").unwrap().is_empty());
    }

    #[test]
    fn the_line_at_fault_is_named() {
        let error = read(&["numpy", "-r /etc/passwd"], "").unwrap_err();
        assert_eq!(error.to_string(), "invalid requirement: -r /etc/passwd: options are not taken");
        let many = vec!["a"; 65];
        assert_eq!(read(&many, "").unwrap_err(), WantedError::TooMany);
    }
}
