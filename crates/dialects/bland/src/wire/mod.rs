//! Wire types, pure: bodies in, definitions and answers out (bland: 1 to 3).

pub mod body;
pub mod call;
pub mod call_view;
pub mod failure;
pub mod fields;
pub mod finding;
pub mod ids;
pub mod lower;
pub mod me;
pub mod name;
pub mod number;
pub mod problem;
pub mod record;
pub mod rule;
pub mod secret;
pub mod secret_ids;
pub mod shown;
pub mod trial;
mod written;
