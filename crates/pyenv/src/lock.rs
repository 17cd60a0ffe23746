//! Locks: exact versions with the hashes of their wheels, and nothing else.

use std::fmt;
use std::str::FromStr;

use crate::requirement::{PackageName, Requirement, Version};

/// Largest lock, bytes.
const LARGEST: usize = 4 << 20;
/// Most packages of one environment.
const MOST: usize = 300;

/// A package at a version, and what its files must hash to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// `name==version`, perhaps with a marker.
    pub requirement: Requirement,
    /// SHA-256 of each wheel, in hex.
    pub hashes: Vec<String>,
}

/// A resolved environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pins: Vec<Pin>,
}

/// Why a text is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// A line that a lock can't have.
    #[error("line {0}: not a pinned package with hashes")]
    Line(usize),
    /// Too large, or too many packages.
    #[error("more than {MOST} packages")]
    TooLong,
}

impl Lock {
    pub(crate) const fn empty() -> Self {
        Self { pins: Vec::new() }
    }

    /// The packages.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// The version of a package. Of several, for different Pythons, the last: they differ little, and who must know
    /// asks the environment.
    pub fn version(&self, name: &PackageName) -> Option<Version> {
        let pin = self.pins.iter().rfind(|pin| pin.requirement.name == *name)?;
        pin.version()
    }
}

impl Pin {
    /// The version it is pinned to.
    pub fn version(&self) -> Option<Version> {
        self.requirement.versions.to_string().strip_prefix("==")?.parse().ok()
    }
}

impl FromStr for Lock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, LockError> {
        if text.len() > LARGEST {
            return Err(LockError::TooLong);
        }
        let mut pins: Vec<Pin> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let bad = || LockError::Line(index + 1);
            let line = line.trim_end_matches('\\').trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(hash) = line.strip_prefix("--hash=sha256:") {
                if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(bad());
                }
                pins.last_mut().ok_or_else(bad)?.hashes.push(hash.to_owned());
                continue;
            }
            let requirement: Requirement = line.parse().map_err(|_| bad())?;
            if !requirement.versions.is_exact() || pins.last().is_some_and(|pin| pin.hashes.is_empty()) {
                return Err(bad());
            }
            pins.push(Pin { requirement, hashes: Vec::new() });
        }
        match pins.last() {
            Some(pin) if pin.hashes.is_empty() => Err(LockError::Line(text.lines().count())),
            _ if pins.len() > MOST => Err(LockError::TooLong),
            _ => Ok(Self { pins }),
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pin in &self.pins {
            write!(formatter, "{}", pin.requirement)?;
            for hash in &pin.hashes {
                write!(formatter, " \\\n    --hash=sha256:{hash}")?;
            }
            formatter.write_str("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_pins_with_hashes() {
        let hash = "ab".repeat(32);
        let text = format!(
            "# said by uv\nb==2 ; os_name == 'nt' \\\n    --hash=sha256:{hash} \\\n    --hash=sha256:{hash}\na==1.0 \\\n    --hash=sha256:{hash}\n"
        );
        let lock: Lock = text.parse().unwrap();
        assert_eq!(lock.pins().len(), 2);
        assert_eq!(lock.version(&"A".parse().unwrap()), Some("1.0".parse().unwrap()));
        assert_eq!(lock.to_string().parse::<Lock>().unwrap(), lock);
        assert!("".parse::<Lock>().unwrap().pins().is_empty());
    }

    #[test]
    fn anything_else_is_refused() {
        let hash = "ab".repeat(32);
        for bad in [
            "a==1".to_owned(),
            format!("a>=1 --hash=sha256:{hash}"),
            format!("a>=1 \\\n --hash=sha256:{hash}"),
            format!("--hash=sha256:{hash}"),
            "a==1 \\\n --hash=md5:00".to_owned(),
            format!("a==1 \\\nb==1 \\\n --hash=sha256:{hash}"),
            format!("--index-url https://x.example\na==1 \\\n --hash=sha256:{hash}"),
            format!("a @ https://x.example/a.whl \\\n --hash=sha256:{hash}"),
        ] {
            assert!(bad.parse::<Lock>().is_err(), "{bad}");
        }
    }
}
