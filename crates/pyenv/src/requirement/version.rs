//! Versions and their order (PEP 440).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;

use super::RequirementError;

static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let form = r"(?ix)^ v? (?:(?P<epoch>[0-9]+)!)? (?P<release>[0-9]+(?:\.[0-9]+)*)
        (?: [-_.]? (?P<pre>alpha|beta|preview|pre|rc|a|b|c) [-_.]? (?P<pre_n>[0-9]+)? )?
        (?: -(?P<post_only>[0-9]+) | (?P<post> [-_.]? (?:post|rev|r) [-_.]? (?P<post_n>[0-9]+)? ) )?
        (?: (?P<dev> [-_.]? dev [-_.]? (?P<dev_n>[0-9]+)? ) )?
        (?: \+ (?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*) )? $";
    Regex::new(form).ok()
});

/// How far before a release it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    /// A development state and nothing else: before all others.
    Development,
    Alpha(u64),
    Beta(u64),
    Candidate(u64),
    /// None of these.
    Release,
}

/// A word of a local version: letters come before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Letters(String),
    Number(u64),
}

/// A version of a package.
#[derive(Debug, Clone)]
pub struct Version {
    pub(super) epoch: u64,
    pub(super) release: Vec<u64>,
    pre: Option<(char, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    pub(super) local: Option<String>,
}

impl Version {
    fn before(&self) -> Before {
        match self.pre {
            Some(('a', number)) => Before::Alpha(number),
            Some(('b', number)) => Before::Beta(number),
            Some((_, number)) => Before::Candidate(number),
            None if self.post.is_none() && self.dev.is_some() => Before::Development,
            None => Before::Release,
        }
    }

    /// Whether it comes before its release: `1.0rc1`, `1.0.dev3`.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    pub(super) fn is_post(&self) -> bool {
        self.post.is_some()
    }

    /// The release alone: `1.2` of `1.2.post1+x`.
    pub(super) fn base(&self) -> Self {
        Self { pre: None, post: None, dev: None, local: None, ..self.clone() }
    }

    /// Without what a packager added.
    pub(super) fn public(&self) -> Self {
        Self { local: None, ..self.clone() }
    }

    /// The release, zeros at its end left out.
    fn significant(&self) -> &[u64] {
        let end = self.release.iter().rposition(|&number| number != 0).map_or(0, |last| last + 1);
        &self.release[..end]
    }

    fn words(&self) -> Option<Vec<Word>> {
        let word =
            |text: &str| text.parse().map_or_else(|_| Word::Letters(text.to_ascii_lowercase()), Word::Number);
        self.local.as_ref().map(|local| local.split(['-', '_', '.']).map(word).collect())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let development = |version: &Self| version.dev.unwrap_or(u64::MAX);
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.significant().cmp(other.significant()))
            .then_with(|| self.before().cmp(&other.before()))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| development(self).cmp(&development(other)))
            .then_with(|| self.words().cmp(&other.words()))
    }
}

/// `1.0` is `1.0.0`.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Version {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let bad = || RequirementError::Version(text.to_owned());
        let found = FORM.as_ref().and_then(|form| form.captures(text.trim())).ok_or_else(bad)?;
        let number = |name: &str| -> Result<u64, RequirementError> {
            found.name(name).map_or(Ok(0), |digits| digits.as_str().parse().map_err(|_| bad()))
        };
        let release = found["release"].split('.').map(|part| part.parse().map_err(|_| bad()));
        let pre = match found.name("pre").map(|word| word.as_str().to_ascii_lowercase()) {
            Some(word) if word.starts_with('a') => Some(('a', number("pre_n")?)),
            Some(word) if word.starts_with('b') => Some(('b', number("pre_n")?)),
            Some(_) => Some(('c', number("pre_n")?)),
            None => None,
        };
        let post = match (found.name("post_only"), found.name("post")) {
            (Some(_), _) => Some(number("post_only")?),
            (None, Some(_)) => Some(number("post_n")?),
            (None, None) => None,
        };
        Ok(Self {
            epoch: number("epoch")?,
            release: release.collect::<Result<_, _>>()?,
            pre,
            post,
            dev: found.name("dev").map(|_| number("dev_n")).transpose()?,
            local: found
                .name("local")
                .map(|local| local.as_str().to_ascii_lowercase().replace(['-', '_'], ".")),
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(formatter, "{}!", self.epoch)?;
        }
        let release: Vec<String> = self.release.iter().map(ToString::to_string).collect();
        formatter.write_str(&release.join("."))?;
        match self.pre {
            Some(('c', number)) => write!(formatter, "rc{number}")?,
            Some((letter, number)) => write!(formatter, "{letter}{number}")?,
            None => {}
        }
        if let Some(number) = self.post {
            write!(formatter, ".post{number}")?;
        }
        if let Some(number) = self.dev {
            write!(formatter, ".dev{number}")?;
        }
        match &self.local {
            Some(local) => write!(formatter, "+{local}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn the_order_is_that_of_pep_440() {
        let ordered = [
            "1.dev0",
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "1.10",
            "1!0.1",
        ];
        for (index, text) in ordered.iter().enumerate() {
            for later in &ordered[index + 1..] {
                if *text != "1.dev0" || *later != "1.0.dev456" {
                    assert!(version(text) < version(later), "{text} {later}");
                }
            }
        }
        assert_eq!(version("1.0").cmp(&version("1.0.0")), std::cmp::Ordering::Equal);
    }

    #[test]
    fn spellings_of_one_version_have_one_text() {
        for (text, normal) in [
            ("v1.0", "1.0"),
            ("1.0-alpha.3", "1.0a3"),
            ("1.0C", "1.0rc0"),
            ("1.0-2", "1.0.post2"),
            ("1.0_rev3", "1.0.post3"),
            ("1.0DEV", "1.0.dev0"),
            ("01.002", "1.2"),
            ("1.0+Ubuntu-1", "1.0+ubuntu.1"),
        ] {
            assert_eq!(version(text).to_string(), normal);
        }
        for bad in ["", "x", "1.", "1..2", "1.0+", "1.0 2", "99999999999999999999999", "1.*"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
