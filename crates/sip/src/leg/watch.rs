//! What happens on a leg once it is there: its dialog's requests, its keys, its end. One task a leg; the dialog's
//! states come through an unbounded channel, so nothing here waits for the network.

use std::sync::Arc;

use hookswitch_media::sdp::Direction;
use hookswitch_telephony::{EventKind, LegName, Via};
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TransactionHandle};
use rsipstack::sip::{Header, Method, Request, StatusCode};
use tokio::sync::mpsc;

use super::{Audio, Notified};
use crate::call::Call;
use crate::port::Heard;
use crate::sipfrag;

/// Which leg is watched.
pub(crate) struct Watching {
    pub(crate) name: LegName,
    pub(crate) serial: u64,
    pub(crate) audio: Audio,
}

/// Watches until the dialog has ended.
pub(crate) async fn watch(
    call: Arc<Call>,
    watching: Watching,
    mut states: DialogStateReceiver,
    mut heard: mpsc::Receiver<Heard>,
) {
    let mut has_audio = true;
    loop {
        tokio::select! {
            state = states.recv() => match state {
                None => return,
                Some(DialogState::Terminated(id, _)) => {
                    call.engine.layer.remove_dialog(&id);
                    call.leg_over(watching.name, watching.serial).await;
                    return;
                }
                Some(state) => take(&call, &watching, state).await,
            },
            told = heard.recv(), if has_audio => match told {
                None => has_audio = false,
                Some(Heard::Digit(key)) => call.key_heard(watching.name, key, Via::Rtp),
                // A voice runtime may send nothing while it says nothing.
                Some(Heard::Timeout) if watching.name == LegName::Brain => {}
                Some(Heard::Timeout) => call.media_timed_out(watching.name),
            },
        }
    }
}

async fn take(call: &Arc<Call>, watching: &Watching, state: DialogState) {
    match state {
        DialogState::Early(_, response) if watching.name != LegName::Caller || !call.is_inbound => {
            let code = u16::from(response.status_code);
            call.note(None, EventKind::LegProgress { leg: watching.name, code });
        }
        DialogState::Updated(_, request, handle) => updated(watching, &request, &handle).await,
        DialogState::Info(_, request, handle) => {
            reply(&handle, StatusCode::OK).await;
            if let Some(key) = sipfrag::digit_of(&request.body) {
                call.key_heard(watching.name, key, Via::Info);
            }
        }
        DialogState::Notify(_, request, handle) => {
            reply(&handle, StatusCode::OK).await;
            if let Some(notified) = refer_news(&request)
                && let Some(leg) = call.leg(watching.name)
            {
                leg.notified(notified);
            }
        }
        DialogState::Options(_, _, handle) => reply(&handle, StatusCode::OK).await,
        // Whoever we speak with does not move our calls.
        DialogState::Refer(_, _, handle) => reply(&handle, StatusCode::Decline).await,
        DialogState::Message(_, _, handle) => reply(&handle, StatusCode::MethodNotAllowed).await,
        _ => {}
    }
}

/// A re-INVITE or an UPDATE: hold, resume, a moved address, or a session timer's refresh without a body.
async fn updated(watching: &Watching, request: &Request, handle: &TransactionHandle) {
    if request.body.is_empty() {
        let body =
            (request.method == Method::Invite).then(|| watching.audio.offer_again(Direction::SendRecv));
        return respond(handle, StatusCode::OK, body).await;
    }
    match watching.audio.answer(&request.body) {
        Ok(answer) => respond(handle, StatusCode::OK, Some(answer)).await,
        Err(_) => reply(handle, StatusCode::NotAcceptableHere).await,
    }
}

/// What a NOTIFY says of a REFER; the stack's own reader finds nothing in received ones.
fn refer_news(request: &Request) -> Option<Notified> {
    let mut is_refer = false;
    let mut is_last = false;
    for header in request.headers.iter() {
        match header {
            Header::Event(event) => is_refer |= event.value().to_ascii_lowercase().contains("refer"),
            Header::SubscriptionState(state) => is_last |= sipfrag::is_terminated(state.value()),
            Header::Other(name, value) if name.eq_ignore_ascii_case("event") => {
                is_refer |= value.to_ascii_lowercase().contains("refer");
            }
            Header::Other(name, value) if name.eq_ignore_ascii_case("subscription-state") => {
                is_last |= sipfrag::is_terminated(value);
            }
            _ => {}
        }
    }
    is_refer.then(|| Notified { code: sipfrag::status_of(&request.body), is_last })
}

async fn reply(handle: &TransactionHandle, status: StatusCode) {
    // The transaction may be over.
    let _ = handle.reply(status).await;
}

async fn respond(handle: &TransactionHandle, status: StatusCode, body: Option<Vec<u8>>) {
    let headers = body.is_some().then(|| vec![Header::ContentType("application/sdp".into())]);
    let _ = handle.respond(status, headers, body).await;
}
