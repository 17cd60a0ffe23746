//! Where values come from.

use std::borrow::Cow;

use serde_json::Value;

use crate::path::{CaseRule, Path};

/// The variables of one call. Precedence, namespaces and secrets are the implementer's.
pub trait Lookup {
    /// The value at `path`, or nothing when it is not defined.
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>>;
}

/// A plain JSON object as variables: a member named like the whole path wins over the path; names are exact.
impl Lookup for Value {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        let whole = self.as_object().and_then(|members| members.get(path.text()));
        whole.or_else(|| path.lookup(self, CaseRule::Exact)).map(Cow::Borrowed)
    }
}

/// A closure as variables.
#[derive(Debug, Clone, Copy)]
pub struct LookupFn<F>(pub F);

impl<F: Fn(&Path) -> Option<Value>> Lookup for LookupFn<F> {
    fn get(&self, path: &Path) -> Option<Cow<'_, Value>> {
        (self.0)(path).map(Cow::Owned)
    }
}

/// A value inside longer text: strings as they are, null as nothing, everything else as compact JSON.
pub fn text_form(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}
