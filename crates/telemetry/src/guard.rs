//! Holds the export, and ends it.

use std::time::Duration;

use opentelemetry_sdk::trace::SdkTracerProvider;

/// Keeps the export going; to be shut down before the process ends.
#[derive(Debug)]
#[must_use = "spans that wait are lost without a shutdown"]
pub struct Guard {
    provider: SdkTracerProvider,
}

impl Guard {
    pub(crate) fn new(provider: SdkTracerProvider) -> Self {
        Self { provider }
    }

    /// Sends what waits, within a time limit, and exports nothing more. Whether all of it left in time; a collector
    /// that is away does not hold up the end of the process for longer.
    pub async fn shutdown(self, limit: Duration) -> bool {
        // The SDK blocks until its thread is done.
        let ended = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(limit));
        let in_time = tokio::time::timeout(limit, ended).await;
        let is_done = matches!(in_time, Ok(Ok(Ok(()))));
        if !is_done {
            tracing::warn!("the last traces could not be delivered in time");
        }
        is_done
    }
}
