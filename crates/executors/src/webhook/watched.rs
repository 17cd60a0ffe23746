//! Variables that must have a value: notes the first one that has none, where the definition wants nothing sent then.

use std::borrow::Cow;
use std::cell::RefCell;

use hookswitch_model::draft::{Namespace, UnsetRule, VariableSyntax};
use hookswitch_model::plan::{RequestPlan, Target};
use hookswitch_template::{Lookup, Path};
use serde_json::Value;

use super::Refused;
use crate::variables::Variables;

/// A lookup that notes what it did not find. A declared argument that was not given is no such thing.
pub(super) struct Watched<'v> {
    plan: &'v RequestPlan,
    variables: &'v Variables<'v>,
    missing: RefCell<Option<String>>,
}

impl<'v> Watched<'v> {
    pub(super) const fn new(plan: &'v RequestPlan, variables: &'v Variables<'v>) -> Self {
        Self { plan, variables, missing: RefCell::new(None) }
    }

    /// Refuses when a variable was missing.
    pub(super) fn finish(self) -> Result<(), Refused> {
        match self.missing.into_inner() {
            Some(name) => Err(Refused::Unresolved(name)),
            None => Ok(()),
        }
    }

    /// A name without a prefix that may mean a secret is an argument only where the definition declares one: what a
    /// model makes up must not stand in for a secret, nor a secret for what the model left out.
    fn find(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let Target::Bare(places) = self.plan.names.target(path) else { return self.variables.get(path) };
        if !places.contains(&Namespace::Secret) {
            return self.variables.get(path);
        }
        let is_declared = |name: &str| self.plan.declared.contains(name);
        if places.contains(&Namespace::Input) && (is_declared(path.root()) || is_declared(path.text())) {
            return self.variables.find(Namespace::Input, path, 0);
        }
        let others: Vec<Namespace> =
            places.iter().copied().filter(|place| *place != Namespace::Input).collect();
        self.variables.find_first(&others, path)
    }

    fn is_optional(&self, path: &Path) -> bool {
        let argument = self.plan.names.argument_of(path);
        argument.is_some_and(|name| {
            self.plan.declared.contains(name)
                || path.text_from(1).is_some_and(|rest| self.plan.declared.contains(rest))
        })
    }
}

impl Lookup for Watched<'_> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let found = self.find(path);
        if found.is_none() && !self.is_optional(path) {
            self.note_missing(path);
        }
        found
    }
}

/// The secrets alone, for the URL's user info, host and port: nothing that a caller says may lead there.
pub(super) struct Secrets<'w, 'v>(pub(super) &'w Watched<'v>);

impl Lookup for Secrets<'_, '_> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let found = self.0.plan.names.secret_of(path).and_then(|name| self.0.variables.secret(name));
        if found.is_none() {
            self.0.note_missing(path);
        }
        found
    }
}

impl Watched<'_> {
    /// Whether a variable was missing that refuses the request.
    pub(super) fn is_missing(&self) -> bool {
        self.missing.borrow().is_some()
    }

    fn note_missing(&self, path: &Path) {
        if self.plan.unset == UnsetRule::Refuse {
            let brackets = match self.plan.names.syntax {
                VariableSyntax::Dollar => ("${", "}"),
                VariableSyntax::Braces => ("{{", "}}"),
                VariableSyntax::Single => ("{", "}"),
            };
            let name = format!("{}{}{}", brackets.0, path.text(), brackets.1);
            self.missing.borrow_mut().get_or_insert(name);
        }
    }
}
