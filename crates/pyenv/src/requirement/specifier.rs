//! Which versions do: `>=2,<3` (PEP 440).

use std::fmt;
use std::str::FromStr;

use super::{RequirementError, Version};

/// How a version is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Comparison {
    Below,
    AtMost,
    Differs,
    Same,
    Identical,
    AtLeast,
    Above,
    Compatible,
}

use Comparison::{Above, AtLeast, AtMost, Below, Compatible, Differs, Identical, Same};

/// As written, those that begin like another one first.
const WRITTEN: [(&str, Comparison); 8] = [
    ("===", Identical),
    ("==", Same),
    ("!=", Differs),
    ("<=", AtMost),
    (">=", AtLeast),
    ("~=", Compatible),
    ("<", Below),
    (">", Above),
];

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specifier {
    comparison: Comparison,
    /// Compared letter by letter, when it is [`Identical`]; else a version's canonical text.
    text: String,
    /// Ended in `.*`.
    any_below: bool,
}

impl Specifier {
    /// Whether a version does.
    pub fn admits(&self, version: &Version) -> bool {
        if self.comparison == Identical {
            return version.to_string() == self.text.to_ascii_lowercase();
        }
        // It was a version when it was parsed.
        let Ok(wanted) = self.text.parse::<Version>() else { return false };
        let public = version.public();
        match self.comparison {
            Same => self.same(version, &wanted),
            Differs => !self.same(version, &wanted),
            AtMost => public <= wanted,
            AtLeast => public >= wanted,
            Below => {
                public < wanted
                    && (wanted.is_prerelease() || !version.is_prerelease() || version.base() != wanted.base())
            }
            Above => {
                public > wanted && (wanted.is_post() || !version.is_post() || version.base() != wanted.base())
            }
            Compatible => {
                let upto = wanted.release.len() - 1;
                public >= wanted && begins_with(version, wanted.epoch, &wanted.release[..upto])
            }
            Identical => false,
        }
    }

    fn same(&self, version: &Version, wanted: &Version) -> bool {
        if self.any_below {
            return begins_with(version, wanted.epoch, &wanted.release);
        }
        let version = if wanted.local.is_none() { version.public() } else { version.clone() };
        version.cmp(wanted).is_eq()
    }

    /// Whether it leaves exactly one version: `==1.2`, `===1.2`.
    pub fn is_exact(&self) -> bool {
        matches!(self.comparison, Same | Identical) && !self.any_below
    }
}

fn begins_with(version: &Version, epoch: u64, release: &[u64]) -> bool {
    let number = |index: usize| version.release.get(index).copied().unwrap_or(0);
    version.epoch == epoch && release.iter().enumerate().all(|(index, wanted)| number(index) == *wanted)
}

impl FromStr for Specifier {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let bad = || RequirementError::Version(text.trim().to_owned());
        let text = text.trim();
        let found = WRITTEN.iter().find_map(|(sign, it)| Some((text.strip_prefix(sign)?, *it)));
        let (rest, comparison) = found.ok_or_else(bad)?;
        let rest = rest.trim();
        if comparison == Identical {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-+!*".contains(c);
            if rest.is_empty() || !rest.chars().all(fits) {
                return Err(bad());
            }
            return Ok(Self { comparison, text: rest.to_owned(), any_below: false });
        }
        let (rest, any_below) = rest.strip_suffix(".*").map_or((rest, false), |rest| (rest, true));
        let version: Version = rest.parse().map_err(|_| bad())?;
        let plain = version.base() == version;
        let fits = match comparison {
            Same | Differs => !any_below || plain,
            Compatible => !any_below && version.release.len() > 1 && version.local.is_none(),
            _ => !any_below && version.local.is_none(),
        };
        if !fits {
            return Err(bad());
        }
        Ok(Self { comparison, text: version.to_string(), any_below })
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = WRITTEN.iter().find(|(_, it)| *it == self.comparison).map_or("", |(sign, _)| sign);
        let end = if self.any_below { ".*" } else { "" };
        write!(formatter, "{sign}{}{end}", self.text)
    }
}

/// Comparisons that must all hold; none at all admits every version.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specifiers(Vec<Specifier>);

impl Specifiers {
    /// Whether a version does.
    pub fn admit(&self, version: &Version) -> bool {
        self.0.iter().all(|specifier| specifier.admits(version))
    }

    /// Whether they name one version.
    pub fn is_exact(&self) -> bool {
        self.0.iter().any(Specifier::is_exact)
    }
}

impl FromStr for Specifiers {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut found: Vec<Specifier> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
        found.sort();
        found.dedup();
        Ok(Self(found))
    }
}

impl fmt::Display for Specifiers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        formatter.write_str(&all.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::Specifiers;

    #[test]
    fn versions_are_compared_as_pep_440_says() {
        for (specifiers, version, admitted) in [
            ("", "1", true),
            (">=2,<3", "2.2.3", true),
            (">=2,<3", "3.0", false),
            ("<3", "3.0rc1", false),
            ("<3rc2", "3.0rc1", true),
            (">1.7", "1.7.post1", false),
            (">1.7.post1", "1.7.post2", true),
            (">1.7", "1.7+local", false),
            ("==1.0", "1.0.0", true),
            ("==1.0", "1.0+local", true),
            ("==1.0+local", "1.0", false),
            ("==2.*", "2.9", true),
            ("==2.*", "20.1", false),
            ("!=2.*", "2.9", false),
            ("~=2.2", "2.9", true),
            ("~=2.2", "3.0", false),
            ("~=2.2.1", "2.3", false),
            ("===1.0", "1.0.0", false),
            ("<=1.0", "1.0+x", true),
        ] {
            let parsed: Specifiers = specifiers.parse().unwrap();
            assert_eq!(parsed.admit(&version.parse().unwrap()), admitted, "{specifiers} {version}");
        }
    }
}
