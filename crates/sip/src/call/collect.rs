//! Listening for the caller's keys.

use std::time::Duration;

use hookswitch_media::collect::{Collector, End, Rules};
use hookswitch_telephony::{CollectDigits, CollectEnd, OpResult};
use tokio::sync::mpsc;

use super::Call;
use super::state::Collecting;

/// Keys waiting to be counted.
const KEYS: usize = 64;

impl Call {
    pub(super) async fn collect(&self, collect: &CollectDigits) -> OpResult {
        let (tell, mut keys) = mpsc::channel(KEYS);
        self.state.lock().collecting = Some(Collecting { keys: tell, is_masked: collect.mask });
        let mut collector = Collector::new(Rules {
            min: collect.min,
            max: collect.max,
            finish_key: collect.finish_key,
            first: Duration::from_millis(u64::from(collect.first_timeout_ms)),
            next: Duration::from_millis(u64::from(collect.digit_timeout_ms)),
        });
        let reason = loop {
            tokio::select! {
                key = keys.recv() => match key.and_then(|key| collector.press(key)) {
                    Some(End::Max) => break CollectEnd::MaxDigits,
                    Some(End::Finish) => break CollectEnd::FinishKey,
                    None => {}
                },
                () = tokio::time::sleep(collector.patience()) => break CollectEnd::Timeout,
                () = self.gone.cancelled() => break CollectEnd::Hangup,
            }
        };
        self.state.lock().collecting = None;
        OpResult::Collected { digits: collector.digits().to_owned(), reason }
    }
}
