//! Names: what tools, agents, projects and secrets may be called.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that can't be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(String);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $parse:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a text and takes it as the name.
            pub fn parse(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                let check: fn(&str) -> Result<(), String> = $parse;
                match check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(reason) => Err(NameError(format!(concat!($what, " {}"), reason))),
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    )*};
}

fn free_text(text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.chars().count() > most {
        return Err(format!("must have at most {most} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(())
}

fn word(text: &str, most: usize, extra: &str) -> Result<(), String> {
    let fits = !text.is_empty()
        && text.len() <= most
        && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c));
    if fits { Ok(()) } else { Err(format!("must be 1 to {most} of A-Z a-z 0-9 {extra}")) }
}

names! {
    /// The name of a tool: unique per organisation and mode, compared byte for byte. 1 to 128 characters.
    ToolName, "a tool name", |text| free_text(text, 128);
    /// The name of an agent. 1 to 200 characters.
    AgentName, "an agent name", |text| free_text(text, 200);
    /// The name of an organisation. 1 to 200 characters.
    OrgName, "an organisation name", |text| free_text(text, 200);
    /// The name of a project: 1 to 64 of `A-Z a-z 0-9 _ -`.
    ProjectName, "a project name", |text| word(text, 64, "_-");
    /// The name of a secret: 1 to 64 of `A-Z a-z 0-9 _ -`, unique without regard to case.
    SecretName, "a secret name", |text| word(text, 64, "_-");
    /// The name of a parameter: 1 to 64 of `A-Z a-z 0-9 _ . -`.
    ParameterName, "a parameter name", |text| word(text, 64, "_.-");
}

/// The function name a model sees: characters outside `A-Z a-z 0-9 _ -` become `_`, cut to 64.
pub fn function_name(name: &ToolName) -> String {
    function_text(name.as_str())
}

/// The same for a text that is no tool's name. Nothing of it gives `_`.
pub fn function_text(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let function: String = text.chars().take(64).map(allowed).collect();
    if function.is_empty() { "_".to_owned() } else { function }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn control_characters_are_refused() {
        assert!(ToolName::parse("a\nb").is_err());
        assert!(ToolName::parse("  ").is_err());
        assert!(SecretName::parse("a b").is_err());
    }

    #[test]
    fn function_names_fit_a_model() {
        let name = ToolName::parse("Get Rental Infö").unwrap();
        assert_eq!(function_name(&name), "Get_Rental_Inf_");
    }
}
