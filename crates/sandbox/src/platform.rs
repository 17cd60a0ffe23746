//! Tools of the platform's own: run like any tenant's, in a box like any tenant's.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::egress::{EgressPort, NoEgress};
use crate::house::House;
use crate::outcome::{CallOutcome, Failure};
use crate::run;
use crate::settings::SetName;
use crate::spare::Tool;
use crate::tool::{Network, TenantId, ToolId, ToolSpec};

/// What they may allocate, MiB.
pub(crate) const MEMORY_MIB: u32 = 64;

/// The platform as a tenant. No tenant of a server can have this name: ids are never empty.
pub(crate) fn tenant() -> TenantId {
    TenantId(String::new())
}

/// Runs a function `f` once.
pub(crate) async fn call(house: &House, code: &str, arguments: &str, timeout: Duration) -> CallOutcome {
    attempt(house, code, arguments, timeout).await.unwrap_or_else(run::never_ran)
}

async fn attempt(
    house: &House,
    code: &str,
    arguments: &str,
    timeout: Duration,
) -> Result<CallOutcome, Failure> {
    let spec = ToolSpec {
        tenant: tenant(),
        tool: ToolId(String::new()),
        version: String::new(),
        name: "platform".to_owned(),
        code: code.to_owned(),
        entries: vec!["f".to_owned()],
        parameters: Vec::new(),
        allowed_modules: None,
        max_memory_mib: MEMORY_MIB,
        timeout,
        set: SetName::stdlib(),
        // Sockets can be opened, so that the examination sees the network namespace hold.
        network: Network::Proxy,
    };
    let request = run::request(arguments, "{}", house.settings.payload_bytes)?;
    let spare = run::make_spare(house, &spec, Instant::now() + house.settings.load_time).await?;
    let nowhere: Arc<dyn EgressPort> = Arc::new(NoEgress);
    Ok(run::run(spare, &Tool::new(spec), &request, &nowhere, Instant::now() + timeout).await)
}
