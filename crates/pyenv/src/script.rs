//! Script metadata: what a source says about itself in comments (PEP 723).
//!
//! ```text
//! # /// script
//! # requires-python = ">=3.11"
//! # dependencies = ["requests<3"]
//! # ///
//! ```

use serde::Deserialize;

use crate::requirement::{RequirementError, Specifiers};

/// Largest block, bytes.
const LARGEST: usize = 16 << 10;

/// What a block holds; tables of tools are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScriptMetadata {
    /// Requirement lines.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Versions of Python that do.
    #[serde(default)]
    pub requires_python: Option<String>,
}

/// Why a block can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Two blocks of type `script`.
    #[error("there are several script blocks")]
    Several,
    /// More than 16 KiB.
    #[error("the script block is longer than 16 KiB")]
    TooLong,
    /// Not the TOML that PEP 723 asks for.
    #[error("the script block can't be read: {0}")]
    Toml(String),
    /// `requires-python` is no version range.
    #[error("`requires-python`: {0}")]
    Python(RequirementError),
}

impl ScriptMetadata {
    /// Reads the block of a source; without one nothing is asked for.
    pub fn of(source: &str) -> Result<Self, ScriptError> {
        let mut blocks = blocks(source);
        let Some(text) = blocks.pop() else { return Ok(Self::default()) };
        if !blocks.is_empty() {
            return Err(ScriptError::Several);
        }
        if text.len() > LARGEST {
            return Err(ScriptError::TooLong);
        }
        let read: Self =
            toml::from_str(&text).map_err(|error| ScriptError::Toml(error.message().to_owned()))?;
        read.python()?;
        Ok(read)
    }

    /// Versions of Python that do; any, when nothing was said.
    pub fn python(&self) -> Result<Specifiers, ScriptError> {
        self.requires_python.as_deref().unwrap_or("").parse().map_err(ScriptError::Python)
    }
}

/// The contents of all blocks of type `script`. A block ends at the last `# ///` of its run of comments.
fn blocks(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim_end() != "# /// script" {
            continue;
        }
        let mut content: Vec<&str> = Vec::new();
        while let Some(line) = lines.next_if(|line| *line == "#" || line.starts_with("# ")) {
            content.push(line.strip_prefix("# ").unwrap_or(""));
        }
        let Some(end) = content.iter().rposition(|line| line.trim_end() == "///") else { continue };
        found.push(content[..end].join("\n"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_read() {
        let source = "\"\"\"Doc.\"\"\"\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"requests<3\", # why\n#   'rich',\n# ]\n#\n# [tool.uv]\n# exclude-newer = \"2020-01-01\"\n# ///\nimport requests\n";
        let read = ScriptMetadata::of(source).unwrap();
        assert_eq!(read.dependencies, ["requests<3", "rich"]);
        assert!(read.python().unwrap().admit(&"3.12.1".parse().unwrap()));
        assert_eq!(ScriptMetadata::of("def f(): pass").unwrap(), ScriptMetadata::default());
    }

    #[test]
    fn what_is_no_block_is_a_comment() {
        for source in [
            "# /// script\n# dependencies = ['x']\n",
            "# /// other\n# dependencies = ['x']\n# ///\n",
            "#/// script\n# ///\n",
        ] {
            assert_eq!(ScriptMetadata::of(source).unwrap(), ScriptMetadata::default(), "{source}");
        }
    }

    #[test]
    fn a_bad_block_is_told() {
        let block = |text: &str| ScriptMetadata::of(&format!("# /// script\n# {text}\n# ///\n")).unwrap_err();
        assert!(matches!(block("dependencies = 'x'"), ScriptError::Toml(_)));
        assert!(matches!(block("dependencies = ["), ScriptError::Toml(_)));
        assert!(matches!(block("requires-python = 'new'"), ScriptError::Python(_)));
        let twice = "# /// script\n# ///\n\n".repeat(2);
        assert_eq!(ScriptMetadata::of(&twice).unwrap_err(), ScriptError::Several);
        assert_eq!(block(&format!("a = '{}'", "x".repeat(LARGEST))), ScriptError::TooLong);
    }

    proptest::proptest! {
        #[test]
        fn no_source_is_too_odd(source in "(# /// script\n|# ///\n|# \\PC{0,9}\n|\\PC{0,9}\n){0,9}") {
            let _ = ScriptMetadata::of(&source);
        }
    }
}
