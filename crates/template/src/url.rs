//! URL templates: split into their parts before any value is known, so that no value can change host, path structure
//! or query structure (security: template injection, S20, S22, S23).

mod authority;
mod encode;
mod split;

use authority::Authority;
use thiserror::Error;

pub use encode::{percent_encode, push_query_pair};

use crate::fill::{EmptyInPath, FillError, FillRules, Filled, Filling};
use crate::lookup::{Lookup, text_form};
use crate::path::Path;
use crate::scan::{ParseError, Part, Syntax};

/// Longest URL template, in bytes.
pub const MAX_URL_BYTES: usize = 8192;

/// An http or https URL with variables in path and query only.
///
/// A fragment is never sent, so a literal one is dropped and one with variables refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate {
    source: String,
    base: String,
    /// Scheme and authority with variables; `base` is empty then.
    authority: Option<Authority>,
    path: Vec<Part>,
    query: Vec<Part>,
    has_query: bool,
}

/// Why a text is no URL template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// A malformed placeholder.
    #[error(transparent)]
    Template(#[from] ParseError),
    /// Longer than [`MAX_URL_BYTES`].
    #[error("a URL has at most {MAX_URL_BYTES} bytes")]
    TooLong,
    /// A blank, control character or backslash outside a placeholder.
    #[error("a URL can't hold blanks, control characters or backslashes (at byte {position})")]
    BadCharacter {
        /// Byte offset in the text.
        position: usize,
    },
    /// Neither `http://` nor `https://`.
    #[error("a URL begins with http:// or https://")]
    BadScheme,
    /// Nothing between `//` and the path.
    #[error("the URL has no host")]
    NoHost,
    /// A variable in scheme, user info, host or port, or before the host's end is certain (S22, S23).
    #[error("variables can't stand in a URL's scheme, user info, host or port")]
    VariableInAuthority,
    /// A variable behind `#`.
    #[error("variables can't stand in a URL's fragment")]
    VariableInFragment,
    /// A segment `.` or `..` in the path as written.
    #[error("the URL's path has a relative segment (. or ..)")]
    DotSegment,
}

impl UrlTemplate {
    /// Parses a URL. [`UrlTemplate::base`] is still to be checked by the egress policy.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, UrlError> {
        split::split(text, syntax)
    }

    /// Parses a URL that may hold variables in user info, host and port, too: of secrets only, which the caller sees
    /// to. A host's value may hold letters, digits, `.` and `-`; the filled URL is still to be checked as a whole.
    pub fn parse_open(text: &str, syntax: Syntax) -> Result<Self, UrlError> {
        authority::split(text, syntax)
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Scheme and authority as written: `https://api.example.com:8443`, with user info when there is any. Every filled
    /// URL begins with it. Nothing where it holds variables.
    pub fn base(&self) -> Option<&str> {
        self.authority.is_none().then_some(&self.base)
    }

    /// The variables of scheme and authority.
    pub fn authority_variables(&self) -> impl Iterator<Item = &Path> {
        self.authority.iter().flat_map(Authority::paths)
    }

    /// All variables, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.authority_variables().chain(variables(&self.path)).chain(variables(&self.query))
    }

    /// The variables of the path, in order.
    pub fn path_variables(&self) -> impl Iterator<Item = &Path> {
        variables(&self.path)
    }

    /// No variable in it.
    pub fn is_literal(&self) -> bool {
        self.paths().next().is_none()
    }

    /// Fills the URL: each value percent-encoded, path and query alike; unset ones are empty.
    pub fn fill(&self, lookup: &dyn Lookup, rules: &FillRules) -> Result<Filled<String>, FillError> {
        self.fill_open(lookup, lookup, rules)
    }

    /// The same, with variables of its own for user info, host and port.
    pub fn fill_open(
        &self,
        authority_lookup: &dyn Lookup,
        lookup: &dyn Lookup,
        rules: &FillRules,
    ) -> Result<Filled<String>, FillError> {
        let mut url = match &self.authority {
            Some(authority) => authority.fill(&mut Filling::new(authority_lookup, rules.max_bytes))?,
            None => self.base.clone(),
        };
        let mut filling = Filling::new(lookup, rules.max_bytes);
        let base_len = url.len();
        filling.spend(base_len)?;
        fill_part(&self.path, rules.empty_in_path, &mut filling, &mut url)?;
        if has_dot_segment(&url[base_len..]) {
            return Err(FillError::DotSegment);
        }
        if self.has_query {
            url.push('?');
            fill_part(&self.query, EmptyInPath::Keep, &mut filling, &mut url)?;
        }
        Ok(filling.finish(url))
    }
}

fn variables(parts: &[Part]) -> impl Iterator<Item = &Path> {
    parts.iter().filter_map(|part| if let Part::Variable(path) = part { Some(path) } else { None })
}

fn fill_part(
    parts: &[Part],
    empty: EmptyInPath,
    filling: &mut Filling<'_>,
    url: &mut String,
) -> Result<(), FillError> {
    for part in parts {
        match part {
            Part::Literal(literal) => {
                filling.spend(literal.len())?;
                url.push_str(literal);
            }
            Part::Variable(path) => {
                let value = filling.value(path);
                let text = value.as_deref().map(text_form).unwrap_or_default();
                if text.is_empty() && empty == EmptyInPath::Refuse {
                    return Err(FillError::EmptyPathValue { variable: path.text().to_owned() });
                }
                let encoded = percent_encode(&text);
                filling.spend(encoded.len())?;
                url.push_str(&encoded);
            }
        }
    }
    Ok(())
}

/// A whole segment that URL parsers take for `.` or `..`, its dots percent-encoded or not.
fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        // The longest spelling is `%2e%2e`; the rest needs no copy.
        segment.len() <= 6 && matches!(segment.replace("%2e", ".").replace("%2E", ".").as_str(), "." | "..")
    })
}
