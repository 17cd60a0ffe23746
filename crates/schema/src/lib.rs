//! The arguments of a tool call: decoded, checked, completed, and in the one form that is hashed. Pure: no I/O.
//!
//! Tools with a JSON Schema use [`ArgumentSchema`], tools with Bland's loose `input_schema` use [`LooseShape`]. Both
//! are prepared when a tool is saved (semantics: Arguments).

mod canonical;
mod decode;
mod error;
mod finding;
mod json_path;
mod loose;
mod lowering;
mod nulls;
mod schema;

pub use canonical::canonical;
pub use decode::{DecodeError, DecodeLimits, decode_arguments};
pub use error::{ArgumentError, ArgumentErrors};
pub use finding::{SchemaFinding, SchemaLimits};
pub use loose::LooseShape;
pub use lowering::{Loss, Lowered, Target, drop_lowered_nulls, lower, to_openai};
pub use nulls::drop_refused_nulls;
pub use schema::ArgumentSchema;
