//! The one place of this crate that reads environment variables.

#![expect(
    clippy::disallowed_methods,
    reason = "a client's own settings; read here only, and named in errors"
)]

use secrecy::SecretString;

/// The API key.
pub(crate) const KEY: &str = "HOOKSWITCH_KEY";

/// The API key of the environment; an empty one counts as none.
pub(crate) fn api_key() -> Option<SecretString> {
    secret(KEY)
}

/// The value of a variable that holds a secret.
pub(crate) fn secret(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(SecretString::from)
}

/// Whether the user wants no colours anywhere (<https://no-color.org>).
pub(crate) fn wants_no_colour() -> bool {
    let is_set = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    is_set || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}
