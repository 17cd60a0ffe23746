//! Wire forms of the dialect. Pure: JSON in, drafts out; what is stored in, JSON out; no I/O, no clock.

pub mod agent;
pub mod binding;
pub mod call;
pub mod failure;
pub mod given;
pub mod identity;
pub mod list;
pub mod omni;
pub mod page;
pub mod prebuilt;
pub mod socket;
pub mod tool;
pub mod trial;
pub mod trouble;
