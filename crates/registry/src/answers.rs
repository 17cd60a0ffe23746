//! Answers kept for the same `Idempotency-Key`, sealed: they may show a secret once.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use hookswitch_model::{Scope, Stamp};
use hookswitch_store::{AnswerClaim, AnswerKey, StoredAnswer};
use hookswitch_vault::{Purpose, SealContext};

use crate::Registry;
use crate::error::RegistryError;

/// How long an answer is kept.
const KEPT: std::time::Duration = std::time::Duration::from_hours(24);
/// How long a request stays with whoever works on it, without a sign of life. A retry waits for so long when a
/// server was killed.
const CLAIMED: std::time::Duration = std::time::Duration::from_secs(10);
/// Time between two signs of life.
const RENEWED: std::time::Duration = std::time::Duration::from_secs(3);

/// What became of asking for an answer.
#[derive(Debug)]
pub enum Recalled {
    /// Nobody has sent this before: carry it out, then [`Registry::remember_answer`].
    Claimed,
    /// Somebody else is working on it right now.
    Busy,
    /// The key was used with another request.
    OtherRequest,
    /// The answer that was given before.
    Answer {
        /// Its status.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
}

/// A request that carries an `Idempotency-Key`.
#[derive(Debug, Clone)]
pub struct KeyedRequest {
    key: AnswerKey,
}

impl KeyedRequest {
    /// The request of a caller: the header's value, the route it came to, its body. The key of one caller is not
    /// the key of another.
    pub fn new(caller: hookswitch_model::KeyId, header: &str, route: &str, body: &[u8]) -> Self {
        let key_hash = hash(&[caller.uuid().as_bytes(), header.as_bytes()]);
        let body_hash = hash(&[body]);
        Self { key: AnswerKey { key_hash, route: route.to_owned(), body_hash } }
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// What an answer is sealed under.
pub(crate) fn answer_id(key_hash: &[u8; 32]) -> String {
    key_hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Registry {
    /// Claims a request, or recalls the answer that was given to it.
    pub async fn claim_answer(
        &self,
        scope: Scope,
        request: &KeyedRequest,
    ) -> Result<Recalled, RegistryError> {
        let now = Stamp::now();
        let claim = self.inner.store.claim_answer(scope, &request.key, now, now.plus(CLAIMED)).await?;
        Ok(match claim {
            AnswerClaim::Run => Recalled::Claimed,
            AnswerClaim::Running => Recalled::Busy,
            AnswerClaim::Mismatch => Recalled::OtherRequest,
            AnswerClaim::Done(stored) => {
                let context = SealContext::new(scope.org, answer_id(&request.key.key_hash), Purpose::Answer);
                let body = self.inner.vault.open_bytes(&context, &stored.sealed)?.to_vec();
                Recalled::Answer { status: stored.status, body }
            }
        })
    }

    /// Shows that a claimed request is being worked on; for as long as it is polled.
    pub async fn hold_claim(&self, scope: Scope, request: &KeyedRequest) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(RENEWED).await;
            let until = Stamp::now().plus(CLAIMED);
            if let Err(error) = self.inner.store.renew_claim(scope, &request.key, until).await {
                tracing::warn!(%error, "a request's claim could not be renewed");
            }
        }
    }

    /// Keeps the answer of a claimed request for a day.
    pub async fn remember_answer(
        &self,
        scope: Scope,
        request: &KeyedRequest,
        status: u16,
        body: &[u8],
    ) -> Result<(), RegistryError> {
        let context = SealContext::new(scope.org, answer_id(&request.key.key_hash), Purpose::Answer);
        let sealed = self.inner.vault.seal_bytes(&context, body)?.into_bytes();
        let answer = StoredAnswer { status, sealed };
        Ok(self.inner.store.remember_answer(scope, &request.key, &answer, Stamp::now().plus(KEPT)).await?)
    }

    /// Gives a claimed request free again: it failed, and may be sent anew.
    pub async fn release_answer(&self, scope: Scope, request: &KeyedRequest) -> Result<(), RegistryError> {
        Ok(self.inner.store.release_answer(scope, &request.key).await?)
    }
}
