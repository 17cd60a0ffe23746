//! Simulated conversations: files of user turns with what is expected of them, run against a server whose tools are
//! mocks.

mod check;
mod faults;
mod file;
mod junit;
mod record;
mod report;
mod run;

pub(crate) use faults::FaultFlag;
pub(crate) use file::read;
pub(crate) use junit::junit;
pub(crate) use record::record;
pub(crate) use report::report;
pub(crate) use run::{Outcome, run};
