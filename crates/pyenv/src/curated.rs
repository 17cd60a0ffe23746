//! The sets that come with the server: what tools use most, at committed versions, imported ahead of every tool.

use std::sync::LazyLock;

use crate::lock::Lock;
use crate::requirement::{PackageName, Version};
use crate::wanted::Wanted;

/// A set that the operator vouches for.
#[derive(Debug)]
pub struct CuratedSet {
    /// How it is called.
    pub name: &'static str,
    /// Modules imported once, before any tool.
    pub preload: &'static [&'static str],
    /// What its tools may ask for by name; all of it is in the lock.
    offered: &'static [&'static str],
    text: &'static str,
    lock: LazyLock<Lock>,
}

fn read(text: &str) -> Lock {
    // A test reads them; an empty lock meets no requirement.
    text.parse().unwrap_or_else(|_| Lock::empty())
}

/// From the smallest to the largest. `stdlib`, which has no packages, is the sandbox's own.
pub static CURATED: [CuratedSet; 2] = [
    CuratedSet {
        name: "web",
        preload: &["requests", "httpx"],
        offered: &["requests", "httpx"],
        text: WEB,
        lock: LazyLock::new(|| read(WEB)),
    },
    CuratedSet {
        name: "data",
        preload: &["pandas", "numpy", "requests"],
        offered: &["pandas", "numpy", "requests"],
        text: DATA,
        lock: LazyLock::new(|| read(DATA)),
    },
];

const WEB: &str = include_str!("../sets/web.txt");
const DATA: &str = include_str!("../sets/data.txt");

impl CuratedSet {
    /// The set of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CURATED.iter().find(|set| set.name == name)
    }

    /// Its committed lock.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The committed text, which is part of its environment's key.
    pub(crate) fn text(&self) -> &'static str {
        self.text
    }

    /// Whether its packages are what a tool asks for. Markers and extras are left to a resolver.
    pub fn meets(&self, wanted: &Wanted, python: Option<&Version>) -> bool {
        wanted.requirements().all(|requirement| {
            let plain = requirement.extras.is_empty() && requirement.marker.is_none();
            let version = self.version(&requirement.name, python);
            plain && version.is_some_and(|version| requirement.versions.admit(&version))
        })
    }

    /// Whether it offers all these top-level modules, its packages' own needs not counted.
    pub fn offers<'a>(&self, mut modules: impl Iterator<Item = &'a str>) -> bool {
        modules.all(|module| self.offered.contains(&module))
    }

    /// The version of a package on one Python: a lock may pin it twice.
    fn version(&self, name: &PackageName, python: Option<&Version>) -> Option<Version> {
        let mut pins = self.lock.pins().iter().filter(|pin| pin.requirement.name == *name);
        let fits = |marker: &str| python.is_none_or(|python| holds(marker, python));
        let pin = pins.find(|pin| pin.requirement.marker.as_ref().is_none_or(|it| fits(&it.to_string())))?;
        pin.version()
    }
}

/// Whether a marker of a committed lock holds: they compare Python's version and nothing else.
fn holds(marker: &str, python: &Version) -> bool {
    let Some((sign, version)) =
        marker.strip_prefix("python_full_version ").and_then(|rest| rest.split_once(' '))
    else {
        return false;
    };
    let specifier = format!("{sign}{}", version.trim_matches('\''));
    specifier.parse::<crate::requirement::Specifiers>().is_ok_and(|specifiers| specifiers.admit(python))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(lines: &[&str]) -> Wanted {
        Wanted::read(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>(), "").unwrap()
    }

    #[test]
    fn the_committed_locks_are_locks_of_what_is_offered() {
        for set in &CURATED {
            assert!(!set.lock().pins().is_empty(), "{}", set.name);
            for python in ["3.11.2", "3.12.1", "3.13.0", "3.14.0"] {
                let python: Version = python.parse().unwrap();
                for name in set.offered.iter().chain(set.preload) {
                    assert!(set.version(&name.parse().unwrap(), Some(&python)).is_some(), "{name} {python}");
                }
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_compared_with_the_lock() {
        let (web, data) = (CuratedSet::named("web").unwrap(), CuratedSet::named("data").unwrap());
        let python: Version = "3.11.2".parse().unwrap();
        let meets = |set: &CuratedSet, lines: &[&str]| set.meets(&wanted(lines), Some(&python));
        assert!(meets(web, &["requests>=2"]) && meets(data, &["requests>=2", "pandas>2", "numpy"]));
        assert!(meets(web, &["certifi", "httpx==0.*"]));
        assert!(!meets(web, &["pandas"]) && !meets(data, &["httpx"]) && !meets(data, &["pandas>=9000"]));
        assert!(!meets(web, &["requests[socks]"]) && !meets(web, &["requests; os_name == 'nt'"]));
        assert!(web.offers(["httpx", "requests"].into_iter()) && !web.offers(["numpy"].into_iter()));
    }
}
