//! A tenant's process: a network of its own, and the parent of its calls.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Signal, pidfd_send_signal};

use crate::cgroup::Cgroups;
use crate::egress::{BoxId, EgressPort};
use crate::forker::{Forker, Request};
use crate::packets;
use crate::tool::TenantId;
use crate::zygote::Zygote;

const LONGEST_START: Duration = Duration::from_secs(10);

/// Forks after which a tenant's process is replaced: nothing that might pile up in it gets old.
const MOST_BIRTHS: u32 = 1000;

static BOXES: AtomicU64 = AtomicU64::new(1);

/// A running tenant process. Dropped, it dies, and the kernel kills all below it.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) forker: Forker,
    id: BoxId,
    pidfd: OwnedFd,
    egress: Arc<dyn EgressPort>,
    groups: Option<Arc<Cgroups>>,
    /// Its parent must live as long.
    zygote: Arc<Zygote>,
}

impl Tenant {
    pub(crate) async fn start(
        zygote: Arc<Zygote>,
        tenant: &TenantId,
        egress: Arc<dyn EgressPort>,
        groups: Option<Arc<Cgroups>>,
    ) -> io::Result<Self> {
        let (ours, theirs) = packets::pair()?;
        let birth = zygote.forker.fork(Request::default(), &[theirs.as_fd()]).await?;
        drop(theirs);
        let greeted = Forker::greet(ours, LONGEST_START).await;
        let (forker, (_, mut descriptors)) = greeted.map_err(|text| {
            let _ = pidfd_send_signal(&birth.pidfd, Signal::KILL);
            io::Error::other(format!("the tenant's process did not start: {text}"))
        })?;
        let id = BoxId(BOXES.fetch_add(1, Ordering::Relaxed));
        if let Some(groups) = &groups {
            // It has forked nobody yet.
            if let Err(error) = groups.admit_tenant(id, &birth.pidfd) {
                let _ = pidfd_send_signal(&birth.pidfd, Signal::KILL);
                return Err(error);
            }
        }
        if let Some(descriptor) = descriptors.pop() {
            let listener = TcpListener::from(descriptor);
            listener.set_nonblocking(true)?;
            egress.attach(id, tenant, listener);
        }
        Ok(Self { forker, id, pidfd: birth.pidfd, egress, groups, zygote })
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.forker.is_alive() && self.zygote.forker.is_alive()
    }

    /// Whether it has forked so often that a new one should take over; calls under way keep it alive until they end.
    pub(crate) fn is_worn(&self) -> bool {
        self.forker.births() >= MOST_BIRTHS
    }

    /// Kills it and everything below.
    pub(crate) fn kill(&self) {
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.kill();
        if let Some(groups) = &self.groups {
            groups.dismiss(self.id);
        }
        self.egress.detach(self.id);
    }
}
