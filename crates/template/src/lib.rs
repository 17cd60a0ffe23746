//! Placeholders of every syntax parsed once into one form and filled in one pass, JSONPath extraction from answers,
//! and structural cutting of results. Pure: no I/O, no clock, no globals.
//!
//! A template is parsed when a tool is saved; a call only fills it. A filled value is never looked at again, so text
//! that came from a caller can't become a placeholder (semantics: Arguments, step 4; security: S24a).

pub mod cut;
pub mod extract;
mod fill;
mod header;
mod json;
mod jsonpath;
mod lookup;
mod path;
mod scan;
mod text;
mod url;

pub use cut::{Cut, cut};
pub use extract::{Extracted, Extraction, ExtractionError, ExtractionOutcome};
pub use fill::{DEFAULT_MAX_BYTES, EmptyInPath, FillError, FillRules, Filled, UnsetMember};
pub use header::HeaderTemplate;
pub use json::{JsonTemplate, JsonTemplateError, JsonTextError, MAX_JSON_DEPTH};
pub use lookup::{Lookup, LookupFn, text_form};
pub use path::{CaseRule, MAX_PATH_CHARS, MAX_PATH_SEGMENTS, Path, PathError, Segment};
pub use scan::{MAX_TEMPLATE_BYTES, ParseError, ParseErrorKind, Syntax};
pub use text::Text;
pub use url::{MAX_URL_BYTES, UrlError, UrlTemplate, percent_encode, push_query_pair};
