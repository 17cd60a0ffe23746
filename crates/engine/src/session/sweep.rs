//! What time does to sessions: idle ones leave memory, long idle and very old ones end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_model::session::EndReason;
use hookswitch_model::{NodeId, SessionId, Stamp};

use super::LiveSession;
use super::load::lease;
use crate::Engine;
use crate::error::EngineError;

/// How often the table is swept.
const EVERY: Duration = Duration::from_secs(5);
/// Most sessions looked at in the store per sweep.
const BATCH: u32 = 100;

impl Engine {
    /// Sweeps for as long as the engine lives, and tells sessions of tools that are switched on or off.
    pub async fn sweep_forever(&self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut changes = self.inner.registry.changes();
        while !self.is_draining() {
            tokio::select! {
                _ = ticks.tick() => self.sweep().await,
                change = changes.recv() => if let Ok(change) = change {
                    self.tell_of_change(change).await;
                },
            }
        }
    }

    async fn sweep(&self) {
        let settings = &self.inner.settings;
        for session in self.inner.sessions.all() {
            let (idle, is_quiet, has_ended) = {
                let state = session.state.lock();
                (state.last_used.elapsed(), state.is_quiet(), state.ended_at.is_some())
            };
            let listens = session.live_events.receiver_count() > 0;
            let age = Stamp::now().since(session.created_at);
            if has_ended && is_quiet {
                self.inner.sessions.remove(session.id);
            } else if age >= settings.session_longest
                || session.ends_by.is_some_and(|end| end <= Stamp::now())
            {
                self.end_quietly(&session, EndReason::TooLong).await;
            } else if is_quiet && !listens && idle >= settings.session_idle {
                self.end_quietly(&session, EndReason::Idle).await;
            } else if is_quiet && !listens && idle >= settings.session_in_memory {
                self.inner.sessions.remove(session.id);
            }
        }
        self.check_keys().await;
        self.renew_leases().await;
        self.end_forgotten().await;
        self.end_overdue().await;
        self.give_up_after_ends().await;
    }

    /// Says again that the sessions in memory are ours. Those that another node took meanwhile leave memory.
    async fn renew_leases(&self) {
        let ours: Vec<SessionId> = self.inner.sessions.all().iter().map(|session| session.id).collect();
        if ours.is_empty() {
            return;
        }
        match self.inner.store.renew_leases_any_tenant(self.inner.node, &ours, lease()).await {
            Ok(kept) => {
                let kept: HashSet<SessionId> = kept.into_iter().collect();
                for lost in ours.into_iter().filter(|id| !kept.contains(id)) {
                    if let Some(session) = self.inner.sessions.get(lost) {
                        Self::cut_links(&session);
                    }
                    self.inner.sessions.remove(lost);
                }
            }
            Err(error) => tracing::warn!(%error, "leases could not be renewed"),
        }
    }

    /// Gives all sessions free for other nodes: this one is going down.
    pub(crate) async fn release_leases(&self) {
        let ours: Vec<SessionId> = self.inner.sessions.all().iter().map(|session| session.id).collect();
        let now = Stamp::now();
        if let Err(error) = self.inner.store.renew_leases_any_tenant(self.inner.node, &ours, now).await {
            tracing::warn!(%error, "sessions could not be given free");
        }
    }

    /// Sessions that no node has held for so long end, too.
    async fn end_forgotten(&self) {
        let idle = self.inner.settings.session_idle;
        let now = Stamp::now();
        let since = Stamp::from_micros(now.micros() - i64::try_from(idle.as_micros()).unwrap_or(0));
        // Asked as nobody in particular: sessions that this node evicted are meant as well.
        let nobody = NodeId::generate();
        let forgotten = self.inner.store.open_sessions_of_other_nodes_any_tenant(nobody, since, BATCH).await;
        let forgotten = match forgotten {
            Ok(forgotten) => forgotten,
            Err(error) => {
                tracing::warn!(%error, "forgotten sessions could not be listed");
                return;
            }
        };
        for id in forgotten.into_iter().filter(|id| self.inner.sessions.get(*id).is_none()) {
            if let Err(error) = self.end_stored(id, EndReason::Idle).await {
                tracing::warn!(session = %id, %error, "a forgotten session could not be ended");
            }
        }
    }

    /// Sessions that have left memory and whose time is over.
    async fn end_overdue(&self) {
        let overdue =
            self.inner.store.overdue_sessions_any_tenant(self.inner.node, Stamp::now(), BATCH).await;
        let overdue =
            overdue.inspect_err(|error| tracing::warn!(%error, "overdue sessions could not be listed"));
        for id in overdue.unwrap_or_default() {
            if self.inner.sessions.get(id).is_none()
                && let Err(error) = self.end_stored(id, EndReason::TooLong).await
            {
                tracing::warn!(session = %id, %error, "an overdue session could not be ended");
            }
        }
    }

    /// Acts that ran on over the end of their session on a server that is gone: their outcome is recorded as unknown.
    async fn give_up_after_ends(&self) {
        let (store, node) = (&self.inner.store, self.inner.node);
        let left = store.ended_with_pending_acts_any_tenant(node, Stamp::now(), BATCH).await;
        let left = left.inspect_err(|error| tracing::warn!(%error, "acts left behind could not be listed"));
        for id in left.unwrap_or_default() {
            // Of one in memory an action is running to its end.
            if self.inner.sessions.get(id).is_none()
                && let Err(error) = self.give_up_after_end(id).await
            {
                tracing::warn!(session = %id, %error, "acts left behind could not be given up");
            }
        }
    }

    async fn end_stored(&self, id: SessionId, reason: EndReason) -> Result<(), EngineError> {
        let loaded = self.claim(id).await?;
        let live = self.bring_to_life(loaded.session, loaded.last_seq, loaded.acts).await?;
        self.end(&live, reason).await
    }

    async fn end_quietly(&self, session: &Arc<LiveSession>, reason: EndReason) {
        if let Err(error) = self.end(session, reason).await {
            tracing::warn!(session = %session.id, %error, "a session could not be ended");
        }
    }
}
