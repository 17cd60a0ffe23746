//! After the soft timeout: a sent action is listened to for a while, never sent again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hookswitch_model::{Outcome, Stamp};
use hookswitch_session::Event;

use super::Run;
use super::attempts::{Attempted, Sending, finish_of};
use crate::error::EngineError;
use crate::session::LiveTool;
use crate::{told, trace};
use serde_json::Value;

/// Waits for the late result, writes it down, and gives it to the session.
pub(super) async fn listen(
    run: &Run,
    tool: &Arc<LiveTool>,
    sending: &Arc<Sending>,
    attempts: Pin<Box<impl Future<Output = Attempted>>>,
    started: Instant,
) {
    let attempted = tokio::select! {
        attempted = attempts => attempted,
        () = tokio::time::sleep_until(sending.listen_end.into()) => return,
    };
    let finish = finish_of(run, tool, sending, attempted);
    let Some(outcome) = finish.outcome.filter(|outcome| matches!(outcome, Outcome::Done | Outcome::Failed))
    else {
        return;
    };
    trace::note_late(&run.work.span, outcome);
    let Some(act) = run.act else { return };
    let told = Arc::new(finish.told.clone());
    let variables = run.keep(&told, outcome, &finish);
    let total_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let mut execution = run.recorded(finish, outcome, total_us);
    // The execution stays a timeout in logs and statistics; what the model was told then does not change.
    execution.timed_out = true;
    execution.detail.late = std::mem::replace(&mut execution.detail.told, told::timed_out());
    match run.engine.write_settlement(act, outcome, Value::clone(&told), execution).await {
        Ok(()) => {
            if let Some(variables) = variables {
                run.save_variables(variables).await;
            }
            // Else it would be told once more when the session is next loaded.
            run.session.state.lock().unsaved_told.push_back((act, Stamp::now()));
            run.engine.feed(&run.session, Event::Late { call: run.work.execution, outcome }).await;
        }
        // Settled by a person in between: theirs stands.
        Err(EngineError::NotUnknown) => {}
        Err(error) => tracing::error!(%act, %error, "a late result could not be written"),
    }
}
