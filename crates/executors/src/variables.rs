//! The variables of one call, resolved by the rule of the tool's definition.

use std::borrow::Cow;
use std::collections::HashMap;

use hookswitch_model::draft::{NameRule, Namespace};
use hookswitch_model::plan::Target;
use hookswitch_template::{CaseRule, Lookup, Path};
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
            Namespace::Session if self.names.system_name(text?).is_none() => {
                self.find(Namespace::Vars, path, skip)
            }
            Namespace::Session => self.renamed(Namespace::Named, text).map(Cow::Borrowed),
            place => {
                let found = self.renamed(place, text).or_else(|| self.found(place, text, path, skip));
                found.map(Cow::Borrowed)
            }
        }
    }

    fn place(&self, place: Namespace) -> Option<&Value> {
        match place {
            Namespace::Input => Some(self.input),
            Namespace::System => Some(self.system),
            Namespace::Vars => Some(self.vars),
            Namespace::Config => Some(self.config),
            Namespace::Named | Namespace::Secret | Namespace::Session => None,
        }
    }

    /// What a path leads to in a place; a member whose name is the whole dotted text wins over the path.
    fn found(&self, place: Namespace, text: Option<&str>, path: &Path, skip: usize) -> Option<&Value> {
        let root = self.place(place)?;
        let literal = literal_key(root, text, self.names.case());
        literal.or_else(|| path.lookup_from(skip, root, self.names.case()))
    }

    /// A value of the session under another name that the definition's rule gives it.
    fn renamed(&self, place: Namespace, text: Option<&str>) -> Option<&Value> {
        if !matches!(place, Namespace::System | Namespace::Named) {
            return None;
        }
        let mut values = self.names.meanings(text?).filter_map(|name| self.system.get(name));
        values.find(|value| !value.is_null())
    }

    pub(crate) fn secret(&self, name: &str) -> Option<Cow<'_, Value>> {
        let secret = self.secrets.get(&name.to_ascii_lowercase())?;
        Some(Cow::Owned(Value::from(secret.expose_secret())))
    }
}

/// A member by its whole name, dots and all.
fn literal_key<'v>(root: &'v Value, text: Option<&str>, case: CaseRule) -> Option<&'v Value> {
    let (members, text): (&Map<String, Value>, &str) = (root.as_object()?, text?);
    members.get(text).or_else(|| match case {
        CaseRule::Exact => None,
        CaseRule::Blind => {
            members.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| value)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    /// Names without regard to case; named values of the session before variables, all the others after them.
    fn rule() -> NameRule {
        let name = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        NameRule {
            case_blind: true,
            prefixes: vec![("input".to_owned(), Namespace::Input), ("SECRET".to_owned(), Namespace::Secret)],
            bare: vec![Namespace::Named, Namespace::Vars, Namespace::System],
            system_names: vec![name("id", "trial"), name("id", "session"), name("now", "now")],
            ..NameRule::default()
        }
    }

    #[test]
    fn places_are_asked_in_their_order() {
        let names = rule();
        let (input, config) = (json!({"a.b": 1, "c": {"d": 2}}), Value::Null);
        let system = json!({"session": "s1", "now": "noon", "zone": "UTC", "city": "Bern"});
        let vars =
            json!({"NOW": "never", "id": "no", "zone": "CET", "Full Name": "Ada", "x.Y": 3, "city": null});
        let secrets = HashMap::from([("crm".to_owned(), SecretString::from("s3cr3t"))]);
        let variables = Variables {
            names: &names,
            input: &input,
            system: &system,
            vars: &vars,
            config: &config,
            secrets: &secrets,
        };
        let get = |text: &str| variables.get(&Path::parse(text).unwrap()).map(Cow::into_owned);
        for (text, expected) in [
            ("ID", Some(json!("s1"))),
            ("Now", Some(json!("noon"))),
            ("zone", Some(json!("CET"))),
            ("City", Some(json!("Bern"))),
            ("full name", Some(json!("Ada"))),
            ("X.y", Some(json!(3))),
            ("INPUT.A.B", Some(json!(1))),
            ("Input.c.D", Some(json!(2))),
            ("input", Some(input.clone())),
            ("secret.CRM", Some(json!("s3cr3t"))),
            ("secret.other", None),
            ("nope", None),
        ] {
            assert_eq!(get(text), expected, "{text}");
        }
    }
}
