//! What the caller hears while waiting.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_media::sdp::Direction;
use hookswitch_media::source::Source;
use hookswitch_media::wav;
use hookswitch_telephony::{EventKind, Failure, HoldSource, LegName, OpResult, PlayHold};
use rsipstack::sip::{Header, StatusCodeKind};

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
            return self.signal(play, Direction::SendRecv).await;
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
        self.signal(play, Direction::SendOnly).await
    }

    /// Tells the caller's phone that it is held, or not any more, where that is asked for.
    async fn signal(&self, play: &PlayHold, direction: Direction) -> OpResult {
        let (true, Some(caller)) = (play.signalled, self.leg(LegName::Caller)) else { return OpResult::Done };
        let (dialog, offer) = (caller.dialog.clone(), caller.audio.offer_again(direction));
        let headers = vec![Header::ContentType("application/sdp".into())];
        // A task: what the stack sends must not be dropped half-way.
        let asked = tokio::spawn(async move { dialog.reinvite(Some(headers), Some(offer)).await });
        match asked.await {
            Ok(Ok(Some(answer))) if answer.status_code.kind() == StatusCodeKind::Successful => {
                if let Err(error) = caller.audio.take_answer(&answer.body) {
                    tracing::info!(%error, "the answer to a hold has no audio");
                }
                OpResult::Done
            }
            Ok(Ok(Some(answer))) => {
                let code = u16::from(answer.status_code);
                OpResult::failed(Failure::of_code(code), Some(code))
            }
            _ => OpResult::failed(Failure::Failed, None),
        }
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
