//! Can a tool be reached at all? Asks without acting: DNS, TCP and TLS, nothing of HTTP.

use std::time::Instant;

use hookswitch_egress::{NotSent, SendError, TlsRule};
use hookswitch_model::definition::ToolKind;
use hookswitch_model::draft::Kind;
use hookswitch_model::{Scope, ToolId};

use crate::Engine;
use crate::error::EngineError;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Its receiver takes connections.
    Reachable {
        /// Whether the connection is a TLS one whose certificate fits.
        tls: bool,
    },
    /// It can't be reached, or could not be called: one line for the tenant.
    Unreachable(String),
    /// No request is made for tools of this kind.
    NoReceiver(Kind),
}

impl Engine {
    /// Looks whether the receiver of a tool's current version can be reached within the budget of a call. Also for
    /// disabled tools.
    pub async fn probe_tool(&self, scope: Scope, id: ToolId) -> Result<Probe, EngineError> {
        if self.is_draining() {
            return Err(EngineError::Draining);
        }
        let tool = self.inner.registry.get_tool(scope, id).await?;
        let prepared = self.inner.registry.prepared(scope, id, tool.version).await?;
        let ToolKind::Webhook(plan) = &prepared.definition.kind else {
            return Ok(Probe::NoReceiver(prepared.definition.kind.kind()));
        };
        let unreachable = |line: &str| Ok(Probe::Unreachable(line.to_owned()));
        let Some(url) = &plan.url else { return unreachable("tool has no webhook_url") };
        let Some(base) = url.base() else { return unreachable("where it leads is known at a call only") };
        let url = match self.inner.egress.policy().check_url(&without_user_info(base)) {
            Ok(url) => url,
            Err(refusal) => return Ok(Probe::Unreachable(refusal.tenant_message())),
        };
        let tls = if plan.verify_tls { TlsRule::Verified } else { TlsRule::Insecure };
        let deadline = Instant::now() + self.inner.settings.budget(&prepared);
        match self.inner.egress.reachable(&url, tls, deadline.into()).await {
            Ok(_) => Ok(Probe::Reachable { tls: url.is_https() && plan.verify_tls }),
            Err(NotSent::Deadline) => unreachable("connecting timed out"),
            Err(error) => Ok(Probe::Unreachable(SendError::NotSent(error).tenant_message())),
        }
    }
}

/// Scheme, host and port; what stands before an `@` is sent as a header.
fn without_user_info(base: &str) -> String {
    match (base.find("://"), base.rfind('@')) {
        (Some(start), Some(at)) => format!("{}{}", &base[..start + 3], &base[at + 1..]),
        _ => base.to_owned(),
    }
}
