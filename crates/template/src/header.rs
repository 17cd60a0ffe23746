//! Header values.

use crate::fill::{FillError, FillRules, Filled, Filling};
use crate::lookup::Lookup;
use crate::path::Path;
use crate::scan::{ParseError, ParseErrorKind, Syntax};
use crate::text::Text;

/// The value of one header. Control characters (CR, LF and NUL among them) are refused in its literal text when it is
/// parsed and in the values when it is filled (security: header injection, S21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderTemplate {
    text: Text,
}

impl HeaderTemplate {
    /// Parses a header value.
    pub fn parse(text: &str, syntax: Syntax) -> Result<Self, ParseError> {
        if let Some((position, _)) = text.char_indices().find(|(_, c)| c.is_control()) {
            return Err(ParseError { position, kind: ParseErrorKind::HeaderControl });
        }
        Ok(Self { text: Text::parse(text, syntax)? })
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        self.text.source()
    }

    /// All variables, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.text.paths()
    }

    /// No variable in it.
    pub fn is_literal(&self) -> bool {
        self.text.is_literal()
    }

    /// Fills the value. Nothing when the whole value is one placeholder of an unset or null variable: the header is
    /// left out then.
    pub fn fill(&self, lookup: &dyn Lookup, rules: &FillRules) -> Result<Filled<Option<String>>, FillError> {
        let mut filling = Filling::new(lookup, rules.max_bytes);
        if let Some(path) = self.text.as_single()
            && filling.value(path).is_none_or(|value| value.is_null())
        {
            return Ok(filling.finish(None));
        }
        let text = self.text.fill_into(&mut filling, |text| text.into())?;
        if text.chars().any(char::is_control) {
            return Err(FillError::HeaderControl);
        }
        Ok(filling.finish(Some(text)))
    }
}
