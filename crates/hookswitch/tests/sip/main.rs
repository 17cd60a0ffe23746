//! Sessions that act on real phone calls: the real server, the real call engine, sipp at the far ends; kills in between.
#![allow(
    clippy::unwrap_used,
    clippy::decimal_bitwise_operands,
    clippy::match_wild_err_arm,
    clippy::needless_pass_by_value,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    unreachable_pub,
    missing_docs,
    reason = "tests read their own environment"
)]

mod calls;
#[path = "../../../sip/tests/it/ear.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod ear;
#[path = "../../../sip/tests/it/evidence.rs"]
mod evidence;
mod house;
mod kills;
#[path = "../../../sip/tests/it/sipp.rs"]
#[allow(dead_code, reason = "other binaries use the rest")]
mod sipp;
