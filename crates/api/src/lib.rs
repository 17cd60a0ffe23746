//! What all HTTP surfaces share, whatever their dialect: who asks and what they may do, request ids, bodies with
//! limits, rate limits, queries, pages, `Idempotency-Key`, W3C trace context, panics.
//!
//! Everything that can go wrong here is a [`Failure`]; how it looks on the wire is the dialect's, by its
//! [`ErrorShape`]. No dialect is known here.

mod access;
mod body;
mod context;
mod failure;
mod idempotency;
mod ids;
mod json;
mod page;
mod panic;
mod query;
mod rate;
mod route;
mod socket;
mod trace;

pub use access::{
    Admin, Allowed, AnyKey, Requires, Sessions, SurfaceState, ToolsRead, ToolsSecrets, ToolsWrite,
    authenticate, bearer,
};
pub use body::{AnyJson, Json, MAX_BODY, read_body};
pub use context::{RequestContext, Seen, base_url, limiter, mount_prefix, public_url, request_id};
pub use failure::{ErrorShape, Failed, Failure, render, source_chain};
pub use idempotency::{HEADER as IDEMPOTENCY_KEY, answer_once};
pub use ids::{PathId, PathIds, PathText};
pub use json::{JsonFault, MAX_DEPTH, parse, value_into};
pub use page::{MAX_LIMIT, PageQuery};
pub use panic::catch_panics;
pub use query::Query;
pub use rate::{Limiter, Limits, Pace, Place, RateRule, RouteSet, TooMany, Whose};
pub use route::{NoteRoute, NoteRouteLayer};
pub use socket::{Closing, Heard, MOST_MESSAGE, Socket, SocketGone, bounded};
pub use trace::traceparent;
