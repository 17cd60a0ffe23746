//! The only SQL of hookswitch: SQLite (default, one file) and PostgreSQL behind one struct, [`Store`].
//!
//! One code path: a statement is one text that both databases take, run by whichever driver is open; the few
//! places where they differ say so. One file an entity.
//!
//! Every function takes a [`Scope`](hookswitch_model::Scope) and sees nothing outside it: an id of another
//! tenant is [`StoreError::NotFound`]. What works across tenants is named `…_any_tenant` and serves start-up,
//! the look-up of keys, key rotation, takeover, pruning and Python packages only, and tools that their owners made public. Organisations and their projects are the
//! tenants themselves and take an `OrgId`.
//!
//! Sealed values go in and out as bytes; nothing here can open them.
//!
//! What sessions write goes through the [`Writer`]: one task that takes all that waits, commits once and wakes
//! all (architecture: Storage and scale).

mod agent;
mod answer;
mod binding;
mod db;
mod durability;
mod error;
mod event;
mod event_webhook;
mod execution;
mod growth;
mod key;
mod ledger;
mod link_token;
mod location;
mod lock;
mod migrate;
mod numbers;
mod open;
mod org;
mod page;
mod phone_number;
mod project;
mod project_removal;
mod project_settings;
mod python_packages;
mod seal;
mod secret;
mod session;
mod stats;
mod token;
mod tool;

pub use agent::AgentFilter;
pub use answer::{AnswerClaim, AnswerKey, StoredAnswer};
pub use durability::Durability;
pub use error::StoreError;
pub use event_webhook::{DeliveryFilter, DueDelivery, TryOutcome};
pub use execution::{ExecutionFilter, Percentiles};
pub use growth::Pruned;
pub use key::NewKey;
pub use ledger::{ActOutcome, LedgerError, Room, Writer, WriterOptions, WriterStats};
pub use link_token::LinkToken;
pub use location::DatabaseUrl;
pub use open::{Store, StoreOptions};
pub use org::{Bootstrapped, Org};
pub use page::{Cursor, CursorError, Order, Page, PageOf};
pub use project::Project;
pub use project_removal::{LAST_PROJECT, Removed};
pub use project_settings::ProjectSettings;
pub use python_packages::PythonPackages;
pub use seal::{NewSeal, NewSigningKey, SealedPlace, SealedRow, SigningKeyRow};
pub use secret::SealedSecret;
pub use session::{EventCount, LoadedSession, OutcomeCounts, SessionFilter, SessionTally, Undelivered};
pub use token::AccessToken;
pub use tool::{NewTool, ToolChanges, ToolFilter};
