//! In which line of a file the parts of its values stand.

use std::collections::HashMap;

/// A place in a value: the keys and positions that lead to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Place(Vec<String>);

impl Place {
    /// The whole value.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// A member of an object there.
    pub(crate) fn member(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(key.to_owned());
        Self(steps)
    }

    /// An item of a list there.
    pub(crate) fn item(&self, position: usize) -> Self {
        self.member(&position.to_string())
    }

    /// Reads a JSON path as findings have it: `$.a.b[0]['c d']["e"]`.
    fn parse(path: &str) -> Self {
        let mut steps = Vec::new();
        let mut rest = path.strip_prefix('$').unwrap_or(path);
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix("['").or_else(|| rest.strip_prefix("[\"")) {
                let mark = if rest.starts_with("['") { "']" } else { "\"]" };
                let end = quoted.find(mark).unwrap_or(quoted.len());
                steps.push(quoted[..end].to_owned());
                rest = quoted.get(end + mark.len()..).unwrap_or_default();
            } else if let Some(position) = rest.strip_prefix('[') {
                let end = position.find(']').unwrap_or(position.len());
                steps.push(position[..end].to_owned());
                rest = position.get(end + 1..).unwrap_or_default();
            } else {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                let end = name.find(['.', '[']).unwrap_or(name.len());
                if end > 0 {
                    steps.push(name[..end].to_owned());
                }
                rest = &name[end..];
                if end == 0 && rest.starts_with('.') {
                    rest = &rest[1..];
                }
            }
        }
        Self(steps)
    }

    fn parent(mut self) -> Option<Self> {
        self.0.pop().map(|_| self)
    }
}

/// Lines of the parts of one document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(HashMap<Place, usize>);

impl Lines {
    /// Notes the line of a place; first line is 1.
    pub(crate) fn note(&mut self, place: &Place, line: usize) {
        self.0.insert(place.clone(), line);
    }

    /// The line of a JSON path below a place, else of the nearest part around it.
    pub(crate) fn find(&self, above: &Place, path: &str) -> Option<usize> {
        let mut steps = above.0.clone();
        steps.extend(Place::parse(path).0);
        let mut place = Some(Place(steps));
        while let Some(current) = place {
            if let Some(line) = self.0.get(&current) {
                return Some(*line);
            }
            place = current.parent();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_lead_to_places() {
        let place = Place::root().member("a").item(0).member("c d").member("e");
        assert_eq!(Place::parse("$.a[0]['c d'][\"e\"]"), place);
        assert_eq!(Place::parse("$"), Place::root());
    }

    proptest! {
        #[test]
        fn every_path_is_read_to_its_end(path in "[$.\\['\"\\]a-c0-9]{0,40}") {
            let _ = Place::parse(&path);
        }
    }
}
