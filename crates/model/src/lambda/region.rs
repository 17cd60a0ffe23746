//! AWS regions.

use std::fmt;
use std::str::FromStr;

/// A region's name, such as `us-east-1`: lower-case words and one digit, nothing that could lead a host name astray.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

/// A text that is no region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a region such as us-east-1")]
pub struct InvalidRegion;

impl Region {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Region {
    fn default() -> Self {
        Self("us-east-1".to_owned())
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split('-').collect();
        let [first, middle @ .., last] = words.as_slice() else { return Err(InvalidRegion) };
        let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_region = text.len() <= 32
            && (2..=4).contains(&first.len())
            && is_word(first)
            && !middle.is_empty()
            && middle.iter().all(is_word)
            && last.len() == 1
            && last.bytes().all(|byte| byte.is_ascii_digit());
        if is_region { Ok(Self(text.to_owned())) } else { Err(InvalidRegion) }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions() {
        for region in ["us-east-1", "us-gov-west-1", "ap-southeast-2", "eusc-de-east-1", "us-isob-east-1"] {
            assert!(region.parse::<Region>().is_ok(), "{region}");
        }
        for other in
            ["us-1", "US-east-1", "us-east-12", "", "us-east-1.evil.test", "us--east-1", "us-east-1 "]
        {
            assert_eq!(other.parse::<Region>(), Err(InvalidRegion), "{other}");
        }
    }
}
