//! What the caller hears while waiting.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_media::source::Source;
use hookswitch_media::wav;
use hookswitch_telephony::{EventKind, Failure, HoldSource, OpResult, PlayHold};

use super::{Call, route};

/// Longest hold file in bytes.
const MAX_FILE: u64 = 20 * 1024 * 1024;

impl Call {
    /// A hold source, ready to play. A file that can't be played is the tone, and the log says why.
    pub(super) async fn source(&self, hold: &HoldSource) -> Source {
        let settings = &self.engine.settings.hold;
        match hold {
            HoldSource::Silence => Source::Silence,
            HoldSource::Tone => Source::tone(settings.tone),
            HoldSource::File(name) => match file(settings.folder.as_deref(), name).await {
                Ok(samples) => Source::samples(samples),
                Err(error) => {
                    tracing::warn!(name, error, "a hold file can't be played; the tone is");
                    Source::tone(settings.tone)
                }
            },
        }
    }

    pub(super) async fn play_hold(self: &Arc<Self>, key: &str, play: &PlayHold) -> OpResult {
        let Some(hold) = &play.source else {
            self.stop_hold(key);
            return OpResult::Done;
        };
        if let HoldSource::File(name) = hold
            && file(self.engine.settings.hold.folder.as_deref(), name).await.is_err()
        {
            return OpResult::failed(Failure::NotFound, None);
        }
        let source = self.source(hold).await;
        {
            let mut state = self.state.lock();
            state.hold = Some(source);
            route::route(&state, &self.engine.settings);
        }
        self.note(Some(key), EventKind::HoldStarted);
        if let Some(ms) = play.for_ms {
            let (call, key) = (Arc::clone(self), key.to_owned());
            tokio::spawn(async move {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(u64::from(ms))) => call.stop_hold(&key),
                    () = call.gone.cancelled() => {}
                }
            });
        }
        OpResult::Done
    }

    fn stop_hold(&self, key: &str) {
        let was_on = {
            let mut state = self.state.lock();
            let was_on = state.hold.take().is_some();
            route::route(&state, &self.engine.settings);
            was_on
        };
        if was_on {
            self.note(Some(key), EventKind::HoldStopped);
        }
    }
}

/// Reads a file of the folder: a plain name, nothing that leads elsewhere.
async fn file(folder: Option<&Path>, name: &str) -> Result<Arc<[i16]>, String> {
    let folder = folder.ok_or("no folder is set up")?;
    let is_plain = !name.starts_with('.')
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if !is_plain {
        return Err("not a plain file name".to_owned());
    }
    let path = folder.join(name);
    let metadata = tokio::fs::metadata(&path).await.map_err(|error| error.to_string())?;
    if metadata.len() > MAX_FILE {
        return Err("too large".to_owned());
    }
    let bytes = tokio::fs::read(&path).await.map_err(|error| error.to_string())?;
    wav::read(&bytes).map_err(|error| error.to_string())
}
