//! The call engine against real SIP programs: sipp, baresip, linphonec, Kamailio. The server's side of the tests is
//! driver `engine-webhook`, so every scenario runs through signed commands and events.

#![allow(
    clippy::unwrap_used,
    clippy::decimal_bitwise_operands,
    clippy::match_wild_err_arm,
    clippy::needless_pass_by_value,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs,
    unreachable_pub
)]

mod basics;
mod brain;
mod digits;
mod ear;
mod evidence;
mod house;
mod load;
mod media;
mod phone;
mod refer;
mod sipp;
mod targets;
mod trunk;
mod warm;
