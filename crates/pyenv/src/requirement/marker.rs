//! Markers (PEP 508): `python_version < '3.12' and sys_platform == 'linux'`. Read word by word and written anew, so
//! that nothing else can ride along; what they come to is for the resolver.

use std::fmt;
use std::str::FromStr;

use super::RequirementError;

const VARIABLES: [&str; 12] = [
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extra",
];
const COMPARISONS: [&str; 8] = ["===", "==", "!=", "<=", ">=", "~=", "<", ">"];
/// How deep parentheses may go.
const DEEPEST: usize = 8;

/// A marker in canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker(String);

impl FromStr for Marker {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let words = words(text).ok_or(RequirementError::Marker)?;
        let mut reader = Reader { words: &words, depth: 0 };
        if reader.alternatives().is_none() || !reader.words.is_empty() {
            return Err(RequirementError::Marker);
        }
        let mut canonical = String::new();
        for word in &words {
            let tight = canonical.is_empty() || canonical.ends_with('(') || word == ")";
            if !tight {
                canonical.push(' ');
            }
            canonical.push_str(word);
        }
        Ok(Self(canonical))
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Cuts a text into words; values get single quotes.
fn words(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '(' | ')' => (first.to_string(), &rest[1..]),
            '\'' | '"' => {
                let (value, after) = rest[1..].split_once(first)?;
                let fits = |c: char| c.is_ascii_alphanumeric() || " ._-+*!#:,()[]".contains(c);
                if !value.chars().all(fits) {
                    return None;
                }
                (format!("'{value}'"), after)
            }
            'a'..='z' => {
                let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
            _ => {
                let sign = COMPARISONS.iter().find(|sign| rest.starts_with(**sign))?;
                ((*sign).to_owned(), &rest[sign.len()..])
            }
        };
        found.push(word);
        rest = after.trim_start();
    }
    Some(found)
}

/// Follows the grammar; nothing when a word does not fit.
struct Reader<'a> {
    words: &'a [String],
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn skip(&mut self, word: &str) -> bool {
        let found = self.words.first().is_some_and(|first| first == word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn alternatives(&mut self) -> Option<()> {
        self.conditions()?;
        while self.skip("or") {
            self.conditions()?;
        }
        Some(())
    }

    fn conditions(&mut self) -> Option<()> {
        self.condition()?;
        while self.skip("and") {
            self.condition()?;
        }
        Some(())
    }

    fn condition(&mut self) -> Option<()> {
        if self.skip("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
            self.alternatives()?;
            self.depth -= 1;
            return self.skip(")").then_some(());
        }
        let left = self.value()?;
        if self.skip("not") {
            if !self.skip("in") {
                return None;
            }
        } else if !self.skip("in") {
            self.next().filter(|word| COMPARISONS.contains(word))?;
        }
        // Of two values one must be a variable, else nothing is asked.
        let right = self.value()?;
        (left != right).then_some(())
    }

    /// Whether the next word, a value, is a variable.
    fn value(&mut self) -> Option<bool> {
        let word = self.next()?;
        if word.starts_with('\'') {
            return Some(false);
        }
        VARIABLES.contains(&word).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::Marker;

    #[test]
    fn markers_are_written_anew() {
        let marker: Marker =
            "(python_version<\"3.12\"and 'linux' in sys_platform)or os_name not in 'nt'".parse().unwrap();
        assert_eq!(
            marker.to_string(),
            "(python_version < '3.12' and 'linux' in sys_platform) or os_name not in 'nt'"
        );
        for bad in [
            "",
            "'a' == 'b'",
            "os_name == os_name",
            "x == '1'",
            "os_name == 'a",
            "os_name == '$(x)'",
            "((((((((((os_name=='a'))))))))))",
        ] {
            assert!(bad.parse::<Marker>().is_err(), "{bad}");
        }
    }
}
