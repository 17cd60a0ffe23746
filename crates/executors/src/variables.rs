//! The variables of one call, resolved by the rule of the tool's definition.

use std::borrow::Cow;
use std::collections::HashMap;

use hookswitch_model::draft::{NameRule, Namespace};
use hookswitch_model::plan::Target;
use hookswitch_template::{Lookup, Path};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// What templates may name.
#[derive(Debug, Clone, Copy)]
pub struct Variables<'a> {
    /// The rule of the definition.
    pub names: &'a NameRule,
    /// The checked arguments with fixed values added; an object.
    pub input: &'a Value,
    /// Values of the session.
    pub system: &'a Value,
    /// Session variables.
    pub vars: &'a Value,
    /// The binding's config, secrets in clear.
    pub config: &'a Value,
    /// Opened secrets, by name in lower case.
    pub secrets: &'a HashMap<String, SecretString>,
}

impl Lookup for Variables<'_> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        match self.names.target(path) {
            Target::In(place) => self.find(place, path, 1),
            Target::Bare(places) => self.find_first(places, path),
        }
    }
}

impl Variables<'_> {
    /// The first value of a whole path in some places that is not null.
    pub(crate) fn find_first(&self, places: &[Namespace], path: &Path) -> Option<Cow<'_, Value>> {
        let found = |place: &Namespace| self.find(*place, path, 0).filter(|value| !value.is_null());
        places.iter().find_map(found)
    }

    /// The value of a path without its first `skip` segments in one place.
    pub(crate) fn find(&self, place: Namespace, path: &Path, skip: usize) -> Option<Cow<'_, Value>> {
        let text = path.text_from(skip);
        match place {
            Namespace::Secret => self.secret(text?),
            Namespace::Session => match self.names.system_name(text?) {
                Some(name) => self.system.get(name).filter(|value| !value.is_null()).map(Cow::Borrowed),
                None => self.find(Namespace::Vars, path, skip),
            },
            place => {
                let root = self.place(place)?;
                self.renamed(place, text)
                    .or_else(|| literal_key(root, text))
                    .or_else(|| path.lookup_from(skip, root, self.names.case()))
                    .map(Cow::Borrowed)
            }
        }
    }

    fn place(&self, place: Namespace) -> Option<&Value> {
        match place {
            Namespace::Input => Some(self.input),
            Namespace::System => Some(self.system),
            Namespace::Vars => Some(self.vars),
            Namespace::Config => Some(self.config),
            Namespace::Secret | Namespace::Session => None,
        }
    }

    /// A value of the session under another name that the definition's rule gives it.
    fn renamed(&self, place: Namespace, text: Option<&str>) -> Option<&Value> {
        if place != Namespace::System {
            return None;
        }
        let value = self.system.get(self.names.system_name(text?)?)?;
        Some(value).filter(|value| !value.is_null())
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, Value>> {
        let secret = self.secrets.get(&name.to_ascii_lowercase())?;
        Some(Cow::Owned(Value::from(secret.expose_secret())))
    }
}

/// A member whose name is the whole dotted text wins over the path.
fn literal_key<'v>(root: &'v Value, text: Option<&str>) -> Option<&'v Value> {
    let members: &Map<String, Value> = root.as_object()?;
    members.get(text?)
}
