//! One conformance suite for both databases: each test of a `suite!` runs on a SQLite file of its own and in a
//! PostgreSQL database of its own.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "a test starts itself as a second process")]

mod support;

mod agents;
mod answers;
mod event_webhooks;
mod executions;
mod growth;
mod isolation;
mod ledger;
mod ledger_faults;
mod numbered;
mod projects;
mod python_packages;
mod raw;
mod rewrap;
mod scale;
mod schema;
mod secrets;
mod session_tools;
mod sessions;
mod sqlite_file;
mod tenants;
mod throughput;
mod tool_lists;
mod tools;
mod two_servers;
