//! The events of a session, followed live.

mod follow;
mod parser;
mod timeline;

pub(crate) use follow::follow;
pub(crate) use parser::Parser;
pub(crate) use timeline::line_of;
