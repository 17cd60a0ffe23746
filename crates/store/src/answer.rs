//! Answers kept for the same `Idempotency-Key` (semantics: The ledger, the client retries the HTTP request).

use hookswitch_model::{Scope, Stamp};

use crate::db::{Query, Result, Row, sql};
use crate::error::StoreError;
use crate::open::Store;

/// What makes a request the same: the hash of its key finds it, route and body must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKey {
    /// SHA-256 of the caller's `Idempotency-Key`.
    pub key_hash: [u8; 32],
    /// Method and path.
    pub route: String,
    /// SHA-256 of the body.
    pub body_hash: [u8; 32],
}

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// The sealed answer.
    pub sealed: Vec<u8>,
}

/// What a claim finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerClaim {
    /// Nobody had it: the caller runs the request and remembers or releases it.
    Run,
    /// The same request runs right now.
    Running,
    /// It has been answered.
    Done(StoredAnswer),
    /// The key was used for another request.
    Mismatch,
}

fn read(row: &Row, key: &AnswerKey) -> Result<AnswerClaim> {
    if row.get::<String>("route")? != key.route || row.get::<Vec<u8>>("body_hash")? != key.body_hash {
        return Ok(AnswerClaim::Mismatch);
    }
    match (row.opt::<u32>("status")?, row.opt::<Vec<u8>>("sealed")?) {
        (Some(status), Some(sealed)) => {
            let status = u16::try_from(status)
                .map_err(|error| StoreError::Corrupt { column: "status", reason: error.to_string() })?;
            Ok(AnswerClaim::Done(StoredAnswer { status, sealed }))
        }
        _ => Ok(AnswerClaim::Running),
    }
}

fn kept(scope: Scope, key: &AnswerKey) -> Query {
    sql("select route, body_hash, status, sealed from answers where ")
        .within("answers", scope)
        .and("key_hash =", &key.key_hash)
}

impl Store {
    /// Takes a key for a request that is about to run. Of two at once one gets [`AnswerClaim::Run`]. A claim that
    /// is neither remembered nor released (its server died) is free again at `claimed_until`.
    pub async fn claim_answer(
        &self,
        scope: Scope,
        key: &AnswerKey,
        now: Stamp,
        claimed_until: Stamp,
    ) -> Result<AnswerClaim> {
        let mut tx = self.db().begin().await?;
        let query =
            sql("insert into answers (org, mode, key_hash, route, body_hash, claimed_until, expires_at) \
             values ($1, $2, $3, $4, $5, $6, $6) on conflict (org, mode, key_hash) do update set \
             route = excluded.route, body_hash = excluded.body_hash, status = null, sealed = null, \
             claimed_until = excluded.claimed_until, expires_at = excluded.expires_at \
             where answers.expires_at <= $7")
            .bind(scope.org)
            .bind(scope.mode)
            .bind(&key.key_hash)
            .bind(key.route.as_str())
            .bind(&key.body_hash)
            .bind(claimed_until)
            .bind(now);
        if tx.run(query).await? > 0 {
            tx.commit().await?;
            return Ok(AnswerClaim::Run);
        }
        let row = tx.row(kept(scope, key)).await?;
        row.map_or(Ok(AnswerClaim::Running), |row| read(&row, key))
    }

    /// Holds a claim for longer: whoever runs its request is alive.
    pub async fn renew_claim(&self, scope: Scope, key: &AnswerKey, claimed_until: Stamp) -> Result<()> {
        let query = sql("update answers set claimed_until = $1, expires_at = $1 where status is null and ")
            .bind(claimed_until)
            .within("answers", scope)
            .and("key_hash =", &key.key_hash)
            .and("route =", key.route.as_str())
            .and("body_hash =", key.body_hash.as_slice());
        self.db().run(query).await.map(drop)
    }

    /// Keeps the answer of a request until `expires_at`.
    pub async fn remember_answer(
        &self,
        scope: Scope,
        key: &AnswerKey,
        answer: &StoredAnswer,
        expires_at: Stamp,
    ) -> Result<()> {
        let query = sql("insert into answers (org, mode, key_hash, route, body_hash, status, sealed, \
             claimed_until, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8) \
             on conflict (org, mode, key_hash) do update set status = excluded.status, \
             sealed = excluded.sealed, expires_at = excluded.expires_at \
             where answers.route = excluded.route and answers.body_hash = excluded.body_hash \
             and answers.status is null")
        .bind(scope.org)
        .bind(scope.mode)
        .bind(&key.key_hash)
        .bind(key.route.as_str())
        .bind(&key.body_hash)
        .bind(u32::from(answer.status))
        .bind(answer.sealed.as_slice())
        .bind(expires_at);
        match self.db().run(query).await? {
            0 => Err(StoreError::Conflict { what: "idempotency key" }),
            _ => Ok(()),
        }
    }

    /// Lets go of a claim whose request came to no answer worth keeping.
    pub async fn release_answer(&self, scope: Scope, key: &AnswerKey) -> Result<()> {
        let query = sql("delete from answers where status is null and ")
            .within("answers", scope)
            .and("key_hash =", &key.key_hash)
            .and("route =", key.route.as_str())
            .and("body_hash =", key.body_hash.as_slice());
        self.db().run(query).await.map(drop)
    }

    /// What is kept for a key, if anything is; never [`AnswerClaim::Run`].
    pub async fn recall_answer(
        &self,
        scope: Scope,
        key: &AnswerKey,
        now: Stamp,
    ) -> Result<Option<AnswerClaim>> {
        let row = self.db().row(kept(scope, key).and("expires_at >", now)).await?;
        row.map(|row| read(&row, key)).transpose()
    }
}
