//! Logs: for people on a terminal, one JSON object a line elsewhere. Secrets have types that can't be logged. Traces
//! beside them where the operator names a collector.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use hookswitch_telemetry::{Guard, Telemetry};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::{Config, LogFormat};
use crate::parts::read_roots;

/// Starts logging to standard error, and the export of traces where `otlp_endpoint` is set.
pub(crate) fn start(config: &Config) -> anyhow::Result<Option<Guard>> {
    let filter =
        EnvFilter::try_new(&config.log).with_context(|| format!("`log`: {:?} is no filter", config.log))?;
    // At `trace` it writes the requests that it signs, with all that goes beside the event.
    let filter = filter.add_directive("aws_sigv4=info".parse()?);
    let is_terminal = std::io::stderr().is_terminal();
    let by_default = if is_terminal { LogFormat::Text } else { LogFormat::Json };
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format.unwrap_or(by_default) {
        LogFormat::Text => lines.with_ansi(is_terminal).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    // The filter is the lines' own: spans are wanted by the traces whatever is logged.
    let lines = tracing_subscriber::registry().with(lines.with_filter(filter));
    let (started, guard) = match &config.otlp_endpoint {
        None => (lines.try_init(), None),
        Some(endpoint) => {
            let roots = config.extra_roots.as_deref().map_or_else(|| Ok(Vec::new()), read_roots)?;
            let (layer, guard) = Telemetry::start(endpoint, env!("CARGO_PKG_VERSION"), roots)
                .context("`otlp_endpoint`: traces can't be exported")?;
            (lines.with(layer).try_init(), Some(guard))
        }
    };
    started.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))?;
    Ok(guard)
}
