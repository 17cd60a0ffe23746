//! Limits and windows of the engine (semantics: Limits; Attempts and time). All can be set by the operator.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_executors::call_control::TransferTimes;
use hookswitch_executors::lambda::{Endpoints, Identity};
use hookswitch_executors::python::Runner;
use hookswitch_model::definition::ToolKind;
use hookswitch_model::{Dialect, NodeId};
use hookswitch_registry::Prepared;
use hookswitch_telephony::Driver;
use hookswitch_telephony::policy::DestinationPolicy;

use crate::trace::TraceContext;

/// What a server does at most and how long things last.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Whose sessions these are. A server that comes back under the same id need not wait for its own leases.
    pub node: NodeId,
    /// Highest budget of a call, whatever its tool says.
    pub ceiling: Duration,
    /// Highest budget of a call of tools that were made in a dialect.
    pub dialect_ceilings: BTreeMap<Dialect, Duration>,
    /// How long a sent action is listened to after its soft timeout.
    pub listen_on: Duration,
    /// Where Python tools run, or why they do not.
    pub python: Arc<Runner>,
    /// Highest budget of a call of a Python tool.
    pub python_ceiling: Duration,
    /// Calls in flight per tool.
    pub calls_per_tool: usize,
    /// Calls in flight per organisation.
    pub calls_per_org: usize,
    /// Failures in a row that open a tool's breaker.
    pub breaker_failures: u32,
    /// How long an open breaker stays open before one probe.
    pub breaker_pause: Duration,
    /// A session without events or running calls ends after this.
    pub session_idle: Duration,
    /// A session ends after this in any case.
    pub session_longest: Duration,
    /// A session leaves memory after this and is loaded again when needed.
    pub session_in_memory: Duration,
    /// Most sessions in memory.
    pub sessions_in_memory: usize,
    /// Bytes of kept results of one session in memory; beyond it they are read back from the store.
    pub kept_results: usize,
    /// How long a lost runtime or app may take to come back before it is gone for good.
    pub link_grace: Duration,
    /// How long running calls are waited for at shutdown.
    pub drain: Duration,
    /// Where traces go; none leaves a caller's trace context as it came.
    pub traces: Option<Arc<dyn TraceContext>>,
    /// How AWS is reached.
    pub aws: AwsSettings,
    /// Phone calls: who carries them, and where they may go.
    pub calls: CallSettings,
    /// What the machine does at most.
    pub machine: hookswitch_session::Settings,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            node: NodeId::generate(),
            ceiling: Duration::from_hours(1),
            dialect_ceilings: BTreeMap::from([
                (Dialect::Pyai, Duration::from_secs(5)),
                (Dialect::Burki, Duration::from_mins(5)),
            ]),
            listen_on: Duration::from_secs(30),
            python: Runner::disabled(),
            python_ceiling: Duration::from_secs(30),
            calls_per_tool: 128,
            calls_per_org: 512,
            breaker_failures: 10,
            breaker_pause: Duration::from_secs(10),
            session_idle: Duration::from_mins(30),
            session_longest: Duration::from_hours(12),
            session_in_memory: Duration::from_mins(2),
            sessions_in_memory: 50_000,
            kept_results: 256 * 1024,
            link_grace: Duration::from_secs(10),
            drain: Duration::from_secs(30),
            traces: None,
            aws: AwsSettings::default(),
            calls: CallSettings::default(),
            machine: hookswitch_session::Settings::default(),
        }
    }
}

/// Phone calls.
#[derive(Debug, Clone, Default)]
pub struct CallSettings {
    /// The call engine; none: the session's own runtime carries commands out.
    pub driver: Option<Arc<dyn Driver>>,
    /// Where calls may go. None: where a tool's own definition says, premium numbers apart; nowhere that only the
    /// model names.
    pub destinations: Option<DestinationPolicy>,
    /// How long targets ring.
    pub times: TransferTimes,
}

/// Longest call of a call-control tool: targets ring in turn.
const CALL_CONTROL_CEILING: Duration = Duration::from_mins(15);

/// How AWS is reached.
#[derive(Debug, Clone, Default)]
pub struct AwsSettings {
    /// Endpoints instead of AWS's own.
    pub endpoints: Endpoints,
    /// The server's own identity, which serves tenants that have no credentials; none: they are refused.
    pub identity: Option<Identity>,
}

impl EngineSettings {
    /// The budget of a call: the tool's timeout under the ceilings of its dialect and of the server.
    pub(crate) fn budget(&self, tool: &Prepared) -> Duration {
        let ceiling = self.dialect_ceilings.get(&tool.dialect).copied().unwrap_or(self.ceiling);
        let of_kind = match tool.definition.kind {
            ToolKind::Python(_) => self.python_ceiling,
            // Ringing takes the time that it takes; the operation itself says when it is over.
            ToolKind::CallControl(_) => return self.ceiling.min(CALL_CONTROL_CEILING),
            _ => self.ceiling,
        };
        tool.definition.timeout.min(ceiling).min(self.ceiling).min(of_kind)
    }
}
