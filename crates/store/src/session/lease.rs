//! Leases: how long a node is believed to own its sessions without a sign of life.

use hookswitch_model::{NodeId, SessionId, Stamp};

use crate::db::{Result, sql};
use crate::open::Store;

/// Ids in one statement.
const IDS_AT_ONCE: usize = 500;

impl Store {
    /// Renews the leases of sessions that a node has. Gives those that it still owned; the others are lost.
    pub async fn renew_leases_any_tenant(
        &self,
        node: NodeId,
        sessions: &[SessionId],
        until: Stamp,
    ) -> Result<Vec<SessionId>> {
        let mut kept = Vec::with_capacity(sessions.len().min(IDS_AT_ONCE));
        for some in sessions.chunks(IDS_AT_ONCE) {
            let mut tx = self.db().begin().await?;
            let query = sql("update sessions set lease_until = ")
                .arg(until)
                .push(" where node = ")
                .arg(node)
                .push(" and id in ")
                .list(some.iter().copied())
                .push(" returning id");
            for row in tx.rows(query).await? {
                kept.push(row.get("id")?);
            }
            tx.commit().await?;
        }
        Ok(kept)
    }
}
