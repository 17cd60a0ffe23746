//! Variables that must have a value: notes the first one that has none, where the definition wants nothing sent then.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use hookswitch_model::draft::{NameRule, Namespace, UnsetRule, VariableSyntax};
use hookswitch_model::plan::Target;
use hookswitch_template::{EmptyInPath, FillRules, Lookup, Path, UnsetMember};
use serde_json::Value;

use crate::variables::Variables;

/// What a definition says about its variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VariableRules<'p> {
    /// How they are resolved.
    pub(crate) names: &'p NameRule,
    /// Arguments that it declares.
    pub(crate) declared: &'p BTreeSet<String>,
    /// What one without a value does.
    pub(crate) unset: UnsetRule,
}

impl VariableRules<'_> {
    pub(crate) fn fill_rules(self) -> FillRules {
        let (unset_member, empty_in_path) = match self.unset {
            UnsetRule::Empty => (UnsetMember::Null, EmptyInPath::Keep),
            UnsetRule::RefuseInPath => (UnsetMember::Null, EmptyInPath::Refuse),
            UnsetRule::Refuse => (UnsetMember::Drop, EmptyInPath::Refuse),
        };
        FillRules { unset_member, empty_in_path, ..FillRules::default() }
    }
}

/// A lookup that notes what it did not find. A declared argument that was not given is no such thing.
pub(crate) struct Watched<'v> {
    rules: VariableRules<'v>,
    variables: &'v Variables<'v>,
    missing: RefCell<Option<String>>,
}

impl<'v> Watched<'v> {
    pub(crate) const fn new(rules: VariableRules<'v>, variables: &'v Variables<'v>) -> Self {
        Self { rules, variables, missing: RefCell::new(None) }
    }

    /// The first variable that was missing and refuses the call, as it is written.
    pub(crate) fn into_missing(self) -> Option<String> {
        self.missing.into_inner()
    }

    /// A name without a prefix that may mean a secret is an argument only where the definition declares one: what a
    /// model makes up must not stand in for a secret, nor a secret for what the model left out.
    fn find(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let Target::Bare(places) = self.rules.names.target(path) else { return self.variables.get(path) };
        if !places.contains(&Namespace::Secret) {
            return self.variables.get(path);
        }
        let is_declared = |name: &str| self.rules.declared.contains(name);
        if places.contains(&Namespace::Input) && (is_declared(path.root()) || is_declared(path.text())) {
            return self.variables.find(Namespace::Input, path, 0);
        }
        let others: Vec<Namespace> =
            places.iter().copied().filter(|place| *place != Namespace::Input).collect();
        self.variables.find_first(&others, path)
    }

    fn is_optional(&self, path: &Path) -> bool {
        let argument = self.rules.names.argument_of(path);
        argument.is_some_and(|name| {
            self.rules.declared.contains(name)
                || path.text_from(1).is_some_and(|rest| self.rules.declared.contains(rest))
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
pub(crate) struct Secrets<'w, 'v>(pub(crate) &'w Watched<'v>);

impl Lookup for Secrets<'_, '_> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let found = self.0.rules.names.secret_of(path).and_then(|name| self.0.variables.secret(name));
        if found.is_none() {
            self.0.note_missing(path);
        }
        found
    }
}

impl Watched<'_> {
    /// Whether a variable was missing that refuses the request.
    pub(crate) fn is_missing(&self) -> bool {
        self.missing.borrow().is_some()
    }

    fn note_missing(&self, path: &Path) {
        if self.rules.unset == UnsetRule::Refuse {
            let brackets = match self.rules.names.syntax {
                VariableSyntax::Dollar => ("${", "}"),
                VariableSyntax::Braces => ("{{", "}}"),
                VariableSyntax::Single => ("{", "}"),
            };
            let name = format!("{}{}{}", brackets.0, path.text(), brackets.1);
            self.missing.borrow_mut().get_or_insert(name);
        }
    }
}
