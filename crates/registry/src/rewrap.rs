//! Moving sealed values to the current master key: only the wrapped data keys are touched, in small steps, beside
//! whatever goes on. Can be stopped and started again at any place.

use hookswitch_model::{Mode, OrgId, Scope};
use hookswitch_store::{SealedPlace, SealedRow};
use hookswitch_vault::{Purpose, SealContext};

use crate::Registry;
use crate::error::RegistryError;
use crate::project_signing::project_context;
use crate::secrets::secret_context;

/// Values looked at in one step.
const STEP: u32 = 200;

/// What a re-wrap did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewrapped {
    /// Values looked at.
    pub seen: u64,
    /// Values moved to the current key.
    pub moved: u64,
    /// Values that could not be opened and were left alone.
    pub failed: u64,
}

impl Registry {
    /// Moves all sealed values to the current master key. `progress` is told after each step.
    pub async fn rewrap_all(&self, mut progress: impl FnMut(Rewrapped)) -> Result<Rewrapped, RegistryError> {
        let mut done = Rewrapped::default();
        let mut after = None;
        loop {
            let rows = self.inner.store.sealed_rows_any_tenant(after.as_ref(), STEP).await?;
            let Some(last) = rows.last() else { return Ok(done) };
            after = Some(last.place);
            for row in &rows {
                done.seen += 1;
                match self.rewrap_one(row).await {
                    Ok(true) => done.moved += 1,
                    Ok(false) => {}
                    Err(error) => {
                        done.failed += 1;
                        tracing::error!(place = ?row.place, %error, "a sealed value could not be re-wrapped");
                    }
                }
            }
            self.inner.caches.seals.forget_all();
            self.inner.caches.secrets.forget_all();
            self.inner.caches.signing.forget_all();
            self.inner.caches.project_signing.forget_all();
            progress(done);
        }
    }

    async fn rewrap_one(&self, row: &SealedRow) -> Result<bool, RegistryError> {
        let Some(sealed) = self.inner.vault.rewrap(&context_of(row), &row.sealed)? else { return Ok(false) };
        // Compare and swap: a value set in between is under the current key already.
        Ok(self.inner.store.replace_sealed_any_tenant(&row.place, &row.sealed, sealed.as_bytes()).await?)
    }
}

fn context_of(row: &SealedRow) -> SealContext {
    let org: OrgId = row.org;
    let mode: Mode = row.mode;
    match row.place {
        SealedPlace::Seal(id) => {
            let purpose = if row.purpose == "binding" { Purpose::Binding } else { Purpose::Definition };
            SealContext::new(org, id, purpose)
        }
        SealedPlace::AgentSeal(id) => SealContext::new(org, id, Purpose::Definition),
        SealedPlace::SigningKey(tool, _) => SealContext::new(org, tool, Purpose::Signing),
        SealedPlace::ProjectSigningKey(project, mode, _) => {
            SealContext::new(org, project_context(project, mode), Purpose::Signing)
        }
        SealedPlace::EventWebhookKey(webhook, _) => SealContext::new(org, webhook, Purpose::Signing),
        SealedPlace::Secret(_) => {
            SealContext::new(org, secret_context(Scope::new(org, mode), &row.purpose), Purpose::Secret)
        }
        SealedPlace::Answer(_, _, hash) => {
            SealContext::new(org, crate::answers::answer_id(&hash), Purpose::Answer)
        }
    }
}
