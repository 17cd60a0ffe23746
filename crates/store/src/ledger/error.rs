//! Why a write to the ledger failed.

use crate::error::StoreError;

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The session has another owner, or is gone: nothing of this act may be sent.
    #[error("the session has another owner")]
    LostSession,
    /// No such act.
    #[error("there is no such act")]
    NoSuchAct,
    /// The act has its outcome already.
    #[error("the act is settled already")]
    AlreadySettled,
    /// The act's id is in use for something that this intent can't go on with.
    #[error("the act exists already")]
    ActExists,
    /// `pending` ends nothing, and `unknown` settles nothing.
    #[error("that state is no outcome here")]
    NotAnOutcome,
    /// The writer was shut down.
    #[error("the ledger is closed")]
    Closed,
    /// The database failed; nothing of this write is stored, or, when the connection broke in the middle of a
    /// commit, all of it may be. Doing the same write again is safe in both cases.
    #[error(transparent)]
    Store(#[from] StoreError),
}
