//! Which function: a name, a partial or a full ARN, each perhaps with a version or alias at its end.

use std::fmt;
use std::str::FromStr;

use super::region::Region;

/// Longest reference that the Invoke API takes, in characters.
const MOST_REFERENCE: usize = 170;
/// Longest version or alias.
const MOST_QUALIFIER: usize = 128;

/// A function as the Invoke API names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionRef {
    written: String,
    /// Name or ARN without the qualifier.
    plain: String,
    qualifier: Option<Qualifier>,
    region: Option<Region>,
}

/// A version or an alias: `7`, `prod`, `$LATEST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualifier(String);

/// A text that names no function, version or alias.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a function name, name:alias, partial or full ARN of at most 170 characters")]
pub struct InvalidFunction;

impl FunctionRef {
    /// As it was written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Name, `account:function:name` or full ARN, without the qualifier.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The version or alias at its end.
    pub const fn qualifier(&self) -> Option<&Qualifier> {
        self.qualifier.as_ref()
    }

    /// The region that an ARN names.
    pub const fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }
}

impl Qualifier {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FunctionRef {
    type Err = InvalidFunction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > MOST_REFERENCE {
            return Err(InvalidFunction);
        }
        let parts: Vec<&str> = text.split(':').collect();
        let (prefix, region, rest) = match parts.as_slice() {
            ["arn", partition, "lambda", region, account, "function", rest @ ..] => {
                let region: Region = region.parse().map_err(|_| InvalidFunction)?;
                if !is_partition(partition) || !is_account(account) {
                    return Err(InvalidFunction);
                }
                let prefix = format!("arn:{partition}:lambda:{region}:{account}:function:");
                (prefix, Some(region), rest)
            }
            ["arn", ..] => return Err(InvalidFunction),
            [account, "function", rest @ ..] if is_account(account) => {
                (format!("{account}:function:"), None, rest)
            }
            ["function", rest @ ..] if !rest.is_empty() => (String::new(), None, rest),
            rest => (String::new(), None, rest),
        };
        let (name, qualifier) = match rest {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(qualifier.parse()?)),
            _ => return Err(InvalidFunction),
        };
        if !is_name(name) {
            return Err(InvalidFunction);
        }
        Ok(Self { written: text.to_owned(), plain: format!("{prefix}{name}"), qualifier, region })
    }
}

impl FromStr for Qualifier {
    type Err = InvalidFunction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_own =
            text.strip_prefix('$').is_some_and(|rest| rest == "LATEST" || rest == "LATEST.PUBLISHED");
        let is_qualifier = is_own || is_name(text) && text.len() <= MOST_QUALIFIER;
        if is_qualifier { Ok(Self(text.to_owned())) } else { Err(InvalidFunction) }
    }
}

impl fmt::Display for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Dots alone would be read as steps of the path that the name stands in.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

fn is_partition(text: &str) -> bool {
    text.starts_with("aws") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_form_has_one_meaning() {
        for (text, plain, qualifier, region) in [
            ("orders", "orders", None, None),
            ("orders:prod", "orders", Some("prod"), None),
            ("orders:$LATEST", "orders", Some("$LATEST"), None),
            ("function:orders", "orders", None, None),
            ("function:orders:7", "orders", Some("7"), None),
            ("123456789012:function:orders", "123456789012:function:orders", None, None),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:orders",
                "arn:aws:lambda:eu-west-1:111122223333:function:orders",
                None,
                Some("eu-west-1"),
            ),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:orders:prod",
                "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:orders",
                Some("prod"),
                Some("us-gov-west-1"),
            ),
        ] {
            let function: FunctionRef = text.parse().unwrap();
            assert_eq!(function.plain(), plain, "{text}");
            assert_eq!(function.qualifier().map(Qualifier::as_str), qualifier, "{text}");
            assert_eq!(function.region().map(Region::as_str), region, "{text}");
            assert_eq!(function.to_string(), text);
        }
    }

    #[test]
    fn what_names_no_function() {
        for text in [
            "",
            "a b",
            "a/b",
            "..",
            "a:b:c",
            "orders:",
            ":orders",
            "orders:a b",
            "orders:$OLDEST",
            "arn:aws:s3:::bucket",
            "arn:aws:lambda:moon:111122223333:function:orders",
            "arn:aws:lambda:us-east-1:1111:function:orders",
            "arn:evil:lambda:us-east-1:111122223333:function:orders",
            &"x".repeat(171),
        ] {
            assert_eq!(text.parse::<FunctionRef>(), Err(InvalidFunction), "{text}");
        }
    }
}
