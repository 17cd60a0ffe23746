//! Schema of the rule by which variables are found.

use utoipa::ToSchema;

/// How the variables of a definition's templates are resolved.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameRule {
    /// Brackets: `{{…}}` or `${…}`.
    #[schema(required = false)]
    syntax: VariableSyntax,
    /// Brackets in the URL, when they differ.
    url_syntax: Option<VariableSyntax>,
    /// Names compared without regard to case.
    #[schema(required = false)]
    case_blind: bool,
    /// First segments and the place that each names.
    #[schema(value_type = Vec<Vec<String>>)]
    prefixes: Vec<(String, Namespace)>,
    /// Where a name without such a segment is looked for, in order.
    bare: Vec<Namespace>,
    /// Other names for values of the session.
    #[schema(value_type = Vec<Vec<String>>, required = false)]
    system_names: Vec<(String, String)>,
}

/// `empty`: null as a whole value, nothing inside text; `refuse_in_path`: the same, but an empty value in the URL's path
/// refuses the call; `refuse`: the call is refused, unless the variable is a declared argument that was not given.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum UnsetRule {
    Empty,
    RefuseInPath,
    Refuse,
}

/// The brackets around a variable; `single` in URLs only.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum VariableSyntax {
    Braces,
    Dollar,
    Single,
}

/// Where the value of a variable is looked for. `named`: values of the session that `system_names` has a name for;
/// `session`: those, then session variables.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "a schema")]
pub(crate) enum Namespace {
    Input,
    System,
    Named,
    Vars,
    Config,
    Secret,
    Session,
}
