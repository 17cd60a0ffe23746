//! Requirement lines (PEP 508), the part of them that names a package in an index: no address, path or option.

mod marker;
mod specifier;
mod version;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

pub use marker::Marker;
pub use specifier::{Specifier, Specifiers};
pub use version::Version;

/// Longest line.
const LONGEST: usize = 500;

/// Why a line is no requirement. Short, and fit for the author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// Longer than 500 characters, or several lines.
    #[error("a requirement is one line of at most 500 characters")]
    TooLong,
    /// Begins with `-`.
    #[error("options are not taken")]
    Option,
    /// An address, a path, or `name @ address`.
    #[error("addresses and paths are not taken: name a package of the index")]
    Address,
    /// No name where one must be.
    #[error("it must begin with the name of a package")]
    Name,
    /// Not `[a,b]`.
    #[error("its extras can't be read")]
    Extras,
    /// A version or comparison that PEP 440 does not know.
    #[error("its version can't be read: {0}")]
    Version(String),
    /// A marker outside of PEP 508.
    #[error("its marker can't be read")]
    Marker,
}

/// A package's name, normalised: lower case, `-` between words (PEP 503).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageName(String);

impl PackageName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageName {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if text.len() > 100
            || !is_edge(text.chars().next())
            || !is_edge(text.chars().last())
            || !text.chars().all(fits)
        {
            return Err(RequirementError::Name);
        }
        let words = text.split(['.', '_', '-']).filter(|word| !word.is_empty());
        Ok(Self(words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")))
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One requirement. Its text is the canonical line: equal requirements are equal texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// The package.
    pub name: PackageName,
    /// Optional parts of it.
    pub extras: BTreeSet<PackageName>,
    /// Versions that do.
    pub versions: Specifiers,
    /// When it counts at all.
    pub marker: Option<Marker>,
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(line: &str) -> Result<Self, RequirementError> {
        if line.len() > LONGEST || line.contains(['\n', '\r', '\0']) {
            return Err(RequirementError::TooLong);
        }
        let line = line.trim();
        if line.starts_with('-') {
            return Err(RequirementError::Option);
        }
        let (head, marker) = match line.split_once(';') {
            Some((head, marker)) => (head.trim(), Some(marker.parse()?)),
            None => (line, None),
        };
        if head.contains(['@', '/', '\\', ':']) || head.starts_with('.') {
            return Err(RequirementError::Address);
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let end = head.find(|c| !fits(c)).unwrap_or(head.len());
        let name = head[..end].parse()?;
        let (extras, rest) = extras(head[end..].trim())?;
        let rest = rest.strip_prefix('(').map_or(Some(rest), |inner| inner.strip_suffix(')'));
        let rest = rest.ok_or_else(|| RequirementError::Version(head.to_owned()))?;
        Ok(Self { name, extras, versions: rest.parse()?, marker })
    }
}

fn extras(text: &str) -> Result<(BTreeSet<PackageName>, &str), RequirementError> {
    let Some(inner) = text.strip_prefix('[') else { return Ok((BTreeSet::new(), text)) };
    let (names, rest) = inner.split_once(']').ok_or(RequirementError::Extras)?;
    let names = names.split(',').map(|name| name.trim().parse().map_err(|_| RequirementError::Extras));
    Ok((names.collect::<Result<_, _>>()?, rest.trim()))
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.name)?;
        if !self.extras.is_empty() {
            let extras: Vec<&str> = self.extras.iter().map(PackageName::as_str).collect();
            write!(formatter, "[{}]", extras.join(","))?;
        }
        write!(formatter, "{}", self.versions)?;
        match &self.marker {
            Some(marker) => write!(formatter, " ; {marker}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(line: &str) -> Result<Requirement, RequirementError> {
        line.parse()
    }

    #[test]
    fn a_line_has_one_canonical_text() {
        for (line, canonical) in [
            ("requests", "requests"),
            (" Pandas >= 2 , <3", "pandas<3,>=2"),
            ("uvicorn[standard] ~= 0.30", "uvicorn[standard]~=0.30"),
            ("numpy (==1.26.*)", "numpy==1.26.*"),
            ("A.b__C-d==1.0+Local", "a-b-c-d==1.0+local"),
            ("tomli>=1; python_version < '3.11'", "tomli>=1 ; python_version < '3.11'"),
            ("x[b, A]===odd.1", "x[a,b]===odd.1"),
        ] {
            let requirement = parse(line).unwrap();
            assert_eq!(requirement.to_string(), canonical);
            assert_eq!(parse(canonical).unwrap(), requirement);
        }
    }

    #[test]
    fn what_is_no_name_in_an_index_is_refused() {
        use RequirementError::{Address, Extras, Marker, Name, Option, TooLong, Version};
        let refused = |line: &str| parse(line).unwrap_err();
        for line in ["-r more.txt", "--index-url https://x.example", "-e .", "-c c.txt"] {
            assert_eq!(refused(line), Option, "{line}");
        }
        for line in [
            "./local",
            "../up",
            "/abs",
            "https://x.example/a.whl",
            "pkg @ https://x.example/a.whl",
            "git+https://x.example/a",
            "file:///etc/passwd",
            "a\\b",
            "C:\\x",
        ] {
            assert_eq!(refused(line), Address, "{line}");
        }
        for line in ["", ">=1", "a-", "_a", "é", "a-==1", "$(id)", "`id`"] {
            assert_eq!(refused(line), Name, "{line}");
        }
        assert_eq!(refused("a["), Extras);
        assert_eq!(refused("a[]"), Extras);
        for line in ["a b", "a==", "a=1", "a<>1", "a>=1.*", "a~=1", "a (>=1", "a>=1,", "a==1 --hash=x"] {
            assert!(matches!(refused(line), Version(_)), "{line}: {:?}", refused(line));
        }
        for line in ["a; ", "a; os.system('x')", "a; python_version", "a; extra == 'x' or"] {
            assert_eq!(refused(line), Marker, "{line}");
        }
        assert_eq!(refused("a\n-r x"), TooLong);
        assert_eq!(refused(&"a".repeat(501)), TooLong);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(line in "\\PC{0,60}") {
            if let Ok(requirement) = parse(&line) {
                prop_assert_eq!(parse(&requirement.to_string()).unwrap(), requirement);
            }
        }

        #[test]
        fn nearly_right_lines_are_safe(line in "[a-c]{1,2}(\\[[a-b,]{0,3}\\])?[<>=~!]{0,3}[0-9.*a-c+!-]{0,6}(; ?[a-z_'=<>() ]{0,20})?") {
            if let Ok(requirement) = parse(&line) {
                let text = requirement.to_string();
                prop_assert!(!text.starts_with('-') && !text.contains(['@', '/', '\n']));
                prop_assert_eq!(parse(&text).unwrap(), requirement);
            }
        }
    }
}
