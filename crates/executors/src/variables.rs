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
            Target::In(Namespace::Secret) => self.secret(path.text_from(1)?),
            Target::In(place) => {
                let root = self.place(place)?;
                self.renamed(place, path.text_from(1))
                    .or_else(|| literal_key(root, path.text_from(1)))
                    .or_else(|| path.lookup_from(1, root, self.names.case()))
                    .map(Cow::Borrowed)
            }
            Target::Bare(places) => places.iter().find_map(|place| match place {
                Namespace::Secret => self.secret(path.text()),
                place => {
                    let root = self.place(*place)?;
                    let found = self
                        .renamed(*place, Some(path.text()))
                        .or_else(|| literal_key(root, Some(path.text())))
                        .or_else(|| path.lookup(root, self.names.case()));
                    found.filter(|value| !value.is_null()).map(Cow::Borrowed)
                }
            }),
        }
    }
}

impl Variables<'_> {
    fn place(&self, place: Namespace) -> Option<&Value> {
        match place {
            Namespace::Input => Some(self.input),
            Namespace::System => Some(self.system),
            Namespace::Vars => Some(self.vars),
            Namespace::Config => Some(self.config),
            Namespace::Secret => None,
        }
    }

    /// A value of the session under another name that the definition's rule gives it.
    fn renamed(&self, place: Namespace, text: Option<&str>) -> Option<&Value> {
        if place != Namespace::System {
            return None;
        }
        let values = self.names.meanings(text?).filter_map(|name| self.system.get(name));
        values.into_iter().find(|value| !value.is_null())
    }

    fn secret(&self, name: &str) -> Option<Cow<'_, Value>> {
        let secret = self.secrets.get(&name.to_ascii_lowercase())?;
        Some(Cow::Owned(Value::from(secret.expose_secret())))
    }
}

/// The secrets alone: where nothing that a caller says may lead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secrets<'a>(pub(crate) &'a Variables<'a>);

impl Lookup for Secrets<'_> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        self.0.secret(self.0.names.secret_of(path)?)
    }
}

/// A member whose name is the whole dotted text wins over the path.
fn literal_key<'v>(root: &'v Value, text: Option<&str>) -> Option<&'v Value> {
    let members: &Map<String, Value> = root.as_object()?;
    members.get(text?)
}
