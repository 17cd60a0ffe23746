//! Tools of another vendor, in and out: through the server's own dialects, so that an import is what the vendor's client
//! would have done, and the report compares what came with what is kept.

mod export;
mod import;
mod report;
mod source;
mod vendor;

pub(crate) use export::{Secrets, export};
pub(crate) use import::import;
pub(crate) use report::{show_export, show_import};
pub(crate) use source::{Origin, read};
pub use vendor::Vendor;
