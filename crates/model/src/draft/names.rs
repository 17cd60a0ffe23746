//! How the variables of a definition's templates are found, as written.

use serde::{Deserialize, Serialize};

/// Where the value of a variable is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// The checked arguments.
    Input,
    /// Values of the session: ids, numbers, clock.
    System,
    /// The same, but only those that `system_names` has a name for.
    Named,
    /// Session variables: given at the start or extracted from answers.
    Vars,
    /// The binding's config.
    Config,
    /// The organisation's secrets.
    Secret,
    /// The values of the session that `system_names` lists, then session variables. A listed name means nothing else.
    Session,
}

/// How the variables of a definition's templates are resolved. A dialect writes its own rule; absent means
/// the native one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRule {
    /// `{{…}}` or `${…}`.
    #[serde(default)]
    pub syntax: VariableSyntax,
    /// The brackets in the URL, when they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_syntax: Option<VariableSyntax>,
    /// Names compared without regard to case.
    #[serde(default)]
    pub case_blind: bool,
    /// First segments that name a place: `input` → [`Namespace::Input`].
    pub prefixes: Vec<(String, Namespace)>,
    /// Where a name without such a segment is looked for, in order.
    pub bare: Vec<Namespace>,
    /// Other names for values of the session: `phone_number` → `from`. They win over values of that very name; of two
    /// entries of one name the first whose value is there counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_names: Vec<(String, String)>,
}

/// What a variable without a value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsetRule {
    /// Null as a whole value, nothing inside text.
    #[default]
    Empty,
    /// The same, but an empty value in the URL's path refuses the call.
    RefuseInPath,
    /// The call is refused, unless the variable is a declared argument that was not given: its JSON member is left
    /// out, inside text it is nothing, in the URL's path it refuses the call.
    Refuse,
}

/// The brackets around a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableSyntax {
    /// `{{a.b}}`
    #[default]
    Braces,
    /// `${a.b}`
    Dollar,
    /// `{a}`: in URLs only.
    Single,
}

impl Default for NameRule {
    /// The native rule: `input.` `system.` `vars.` `config.` `secret.`; bare names in input, vars, system.
    fn default() -> Self {
        let prefixes = [
            ("input", Namespace::Input),
            ("system", Namespace::System),
            ("vars", Namespace::Vars),
            ("config", Namespace::Config),
            ("secret", Namespace::Secret),
        ];
        Self {
            syntax: VariableSyntax::Braces,
            url_syntax: None,
            case_blind: false,
            prefixes: prefixes.into_iter().map(|(prefix, place)| (prefix.to_owned(), place)).collect(),
            bare: vec![Namespace::Input, Namespace::Vars, Namespace::System],
            system_names: Vec::new(),
        }
    }
}
