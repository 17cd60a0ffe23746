//! Scripted networks for tests, behind the feature `testing`.

mod dialer;
mod resolver;

pub use dialer::{DialScript, ScriptedDialer};
pub use resolver::{ScriptedAnswer, ScriptedResolver};
