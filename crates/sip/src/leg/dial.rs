//! Calling somebody: an INVITE until it is answered, refused, too late or withdrawn.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_telephony::{Failure, LegName};
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{Header, HeadersExt as _, Response, StatusCodeKind, Uri};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Audio, Leg, Watching, watch};
use crate::address::Address;
use crate::call::Call;
use crate::port::Port;

/// Who calls, as shown.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// From.
    pub(crate) from: String,
    /// P-Asserted-Identity.
    pub(crate) asserted: Option<String>,
}

/// Whom, as whom, how long.
pub(crate) struct Dialling {
    pub(crate) leg: LegName,
    pub(crate) address: Address,
    pub(crate) identity: Identity,
    pub(crate) headers: Vec<Header>,
    pub(crate) ring: Duration,
}

/// Why nobody answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DialFailed {
    pub(crate) why: Failure,
    pub(crate) code: Option<u16>,
    pub(crate) rang_ms: Option<u32>,
    /// Where a 3xx points.
    pub(crate) elsewhere: Option<String>,
}

impl DialFailed {
    pub(crate) fn new(why: Failure, code: Option<u16>) -> Self {
        Self { why, code, rang_ms: None, elsewhere: None }
    }
}

/// Audio codes that a leg can have waiting for its watcher.
const HEARD: usize = 128;

/// Dials. Dropping the INVITE's future is what withdraws it (CANCEL, and BYE when the answer crossed it): the stack
/// sees to that.
pub(crate) async fn dial(
    call: &Arc<Call>,
    dialling: Dialling,
    stop: &CancellationToken,
) -> Result<Arc<Leg>, DialFailed> {
    let engine = &call.engine;
    let failed = |why| DialFailed::new(why, None);
    let (tell, heard) = mpsc::channel(HEARD);
    let port = Port::open(&engine.sockets, engine.media_timeout(), tell).await.map_err(|error| {
        tracing::error!(%error, "no audio port");
        failed(Failure::Unreachable)
    })?;
    let audio = Audio::new(port, engine.seen_as(&dialling.address.hop));
    let uri = |text: &str| Uri::try_from(text).map_err(|_| failed(Failure::Failed));
    let mut headers = dialling.headers;
    if let Some(asserted) = &dialling.identity.asserted {
        headers.push(Header::PAssertedIdentity(format!("<{asserted}>").into()));
    }
    let option = InviteOption {
        caller: uri(&dialling.identity.from)?,
        callee: dialling.address.uri.clone(),
        destination: Some(dialling.address.hop.clone()),
        content_type: Some("application/sdp".to_owned()),
        offer: Some(audio.offer()),
        contact: engine.contact.clone(),
        credential: if dialling.address.is_trunk { credential(call) } else { None },
        headers: Some(headers),
        ..InviteOption::default()
    };
    let (states, queue) = engine.layer.new_dialog_state_channel();
    let serial = engine.next_serial();
    let watching = Watching { name: dialling.leg, serial, audio: audio.clone() };
    tokio::spawn(watch(Arc::clone(call), watching, queue, heard));
    let began = Instant::now();
    let rang = || u32::try_from(began.elapsed().as_millis()).ok();
    let answered = tokio::select! {
        answered = engine.layer.do_invite(option, states) => answered,
        () = tokio::time::sleep(dialling.ring) => {
            return Err(DialFailed { rang_ms: rang(), ..DialFailed::new(Failure::NoAnswer, None) });
        }
        () = stop.cancelled() => return Err(failed(Failure::Cancelled)),
        () = call.gone.cancelled() => return Err(failed(Failure::CallerGone)),
    };
    let (dialog, response) = answered.map_err(|error| {
        tracing::info!(%error, "an INVITE failed");
        failed(Failure::Unreachable)
    })?;
    let Some(response) = response else { return Err(failed(Failure::Unreachable)) };
    let code = u16::from(response.status_code.clone());
    match response.status_code.kind() {
        StatusCodeKind::Successful => {}
        StatusCodeKind::Redirection => {
            let elsewhere = contact_of(&response);
            return Err(DialFailed { elsewhere, ..DialFailed::new(Failure::Failed, Some(code)) });
        }
        _ => {
            let why = Failure::of_code(code);
            let rang_ms = if why == Failure::NoAnswer { rang() } else { None };
            return Err(DialFailed { rang_ms, ..DialFailed::new(why, Some(code)) });
        }
    }
    let leg = Arc::new(Leg::new(dialling.leg, serial, dialog, audio));
    if let Err(error) = leg.audio.take_answer(&response.body) {
        tracing::info!(%error, "the answer's audio can't be used");
        leg.hang_up().await;
        return Err(failed(Failure::Unreachable));
    }
    Ok(leg)
}

fn credential(call: &Call) -> Option<Credential> {
    let trunk = call.engine.settings.trunk.as_ref()?;
    let (username, password) = (trunk.username.clone()?, trunk.password.as_ref()?);
    let password = password.reveal().to_owned();
    Some(Credential { username, password, ..Credential::default() })
}

/// The address in a 3xx.
fn contact_of(response: &Response) -> Option<String> {
    let contact = response.contact_header().ok()?.value().to_owned();
    let inner = contact.split_once('<').map_or(contact.as_str(), |(_, rest)| rest);
    Some(inner.split(['>', ',']).next().unwrap_or(inner).trim().to_owned())
}
