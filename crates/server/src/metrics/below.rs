//! Counts that engine, egress and ledger keep, read at each scrape.

use std::fmt;

use hookswitch_engine::{Engine, KIND_LABELS, PythonStatus};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the rooms below the server.
#[derive(Debug)]
pub(super) struct Below {
    engine: Engine,
}

impl Below {
    pub(super) const fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

impl Below {
    /// What Python tools came to.
    fn code(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let python = self.engine.python();
        let (calls, proxy) = (python.counts().now(), python.proxy_counts());
        let is_on = i64::from(matches!(python.status(), PythonStatus::On(_)));
        gauge(encoder, "python_on", "Whether this server runs Python tools", is_on)?;
        let spares = i64::try_from(python.spares()).unwrap_or(i64::MAX);
        gauge(encoder, "python_spares", "Processes that wait for calls now", spares)?;
        let seconds = ConstCounter::new(calls.wall_us as f64 / 1e6);
        let family = encoder.encode_descriptor(
            "python_seconds",
            "Time of Python calls",
            None,
            seconds.metric_type(),
        )?;
        seconds.encode(family)?;
        count(
            encoder,
            &[
                ("python_calls", "Calls of Python tools", calls.calls),
                ("python_calls_warm", "Calls for which a process was waiting", calls.warm),
                ("python_calls_failed", "Calls without a value", calls.failed),
                ("python_calls_timed_out", "Calls stopped at their deadline", calls.timed_out),
                ("python_calls_memory", "Calls that wanted too much memory", calls.memory),
                ("python_calls_busy", "Calls that found no place in time", calls.busy),
                ("python_spares_made", "Processes made to wait for calls", python.spares_made()),
                ("python_connections", "Outbound connections of code", proxy.connected),
                ("python_egress_denied", "Targets of code that the policy refused", proxy.denied),
                ("python_egress_strangers", "Requests of code without a good token", proxy.strangers),
                ("python_egress_over_limit", "Connections of code over a limit", proxy.over_limit),
            ],
        )
    }
}

impl Collector for Below {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let calls = self.engine.counters();
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut family = encoder.encode_descriptor("executions", "Executions by outcome", None, kind)?;
        for (outcome, count) in KIND_LABELS.iter().zip(calls.outcomes()) {
            let metric = ConstCounter::new(count);
            metric.encode(family.encode_family(&[("outcome", *outcome)])?)?;
        }
        let counters = [
            ("executions_timed_out", "Executions answered with the soft timeout", calls.timed_out()),
            ("calls_replayed", "Calls answered from a finished act", calls.replayed()),
            ("calls_joined", "Calls that joined a running one", calls.joined()),
            ("attempts", "Attempts of webhooks", calls.attempts()),
            ("results_late", "Results that came after the soft timeout", calls.late()),
            ("sessions_started", "Sessions started", calls.sessions()),
        ];
        count(&mut encoder, &counters)?;
        let seconds = ConstCounter::new(calls.duration_us() as f64 / 1e6);
        let name = "executions_seconds";
        let family =
            encoder.encode_descriptor(name, "Time of all executions", None, seconds.metric_type())?;
        seconds.encode(family)?;
        let sessions = i64::try_from(self.engine.sessions_in_memory()).unwrap_or(i64::MAX);
        gauge(&mut encoder, "sessions_in_memory", "Sessions in memory now", sessions)?;
        let links = i64::try_from(self.engine.links_open()).unwrap_or(i64::MAX);
        gauge(&mut encoder, "links_open", "Runtimes and apps connected now", links)?;
        let idle = i64::try_from(self.engine.egress().idle_connections()).unwrap_or(i64::MAX);
        gauge(&mut encoder, "egress_connections_idle", "Idle outbound connections now", idle)?;
        let egress = self.engine.egress().counters().snapshot();
        let ledger = self.engine.writer().stats();
        count(
            &mut encoder,
            &[
                ("egress_connections_opened", "Outbound connections opened", egress.connections_opened),
                ("egress_connections_reused", "Requests on a kept connection", egress.connections_reused),
                ("egress_connections_warmed", "Connections opened ahead", egress.connections_warmed),
                ("egress_connect_failures", "Connections that failed", egress.connect_failures),
                ("egress_refused", "Targets that the policy refused", egress.refused),
                ("egress_dns_lookups", "Names looked up", egress.dns_lookups),
                ("egress_dns_failures", "Lookups without addresses", egress.dns_failures),
                ("egress_requests_sent", "Requests written", egress.requests_sent),
                ("ledger_commits", "Commits of the ledger's writer", ledger.commits),
                ("ledger_rows", "Rows written", ledger.rows),
                ("ledger_jobs", "Jobs written", ledger.jobs),
                ("ledger_split_batches", "Batches written one by one after an error", ledger.split_batches),
                ("ledger_dropped", "Records and events given up", ledger.dropped),
            ],
        )?;
        self.code(&mut encoder)
    }
}

fn count(encoder: &mut DescriptorEncoder<'_>, counters: &[(&str, &str, u64)]) -> fmt::Result {
    for (name, help, value) in counters {
        let metric = ConstCounter::new(*value);
        let family = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
        metric.encode(family)?;
    }
    Ok(())
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    let metric = ConstGauge::new(value);
    let family = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
    metric.encode(family)
}
