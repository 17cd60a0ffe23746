//! Requests that come in: those of a dialog go to it, an INVITE from a known place becomes a call.

use std::sync::Arc;

use hookswitch_telephony::LegName;
use rsipstack::dialog::dialog::Dialog;
use rsipstack::sip::{Header, HeadersExt as _, Method, StatusCode};
use rsipstack::transaction::{Transaction, TransactionReceiver};
use tokio::sync::mpsc;

use crate::admission::{self, Admission};
use crate::call::Call;
use crate::engine::Engine;
use crate::leg::{Audio, Leg, Watching, watch};
use crate::port::Port;

/// Audio codes that a leg can have waiting.
const HEARD: usize = 128;

/// Takes requests until the endpoint stops.
pub(crate) async fn listen(engine: Arc<Engine>, mut incoming: TransactionReceiver) {
    while let Some(transaction) = incoming.recv().await {
        tokio::spawn(take(Arc::clone(&engine), transaction));
    }
}

async fn take(engine: Arc<Engine>, mut transaction: Transaction) {
    if let Some(mut dialog) = engine.layer.match_dialog(&transaction) {
        if let Err(error) = dialog.handle(&mut transaction).await {
            tracing::debug!(%error, "a request in a dialog went wrong");
        }
        return;
    }
    let has_tag = transaction.original.to_header().is_ok_and(|to| matches!(to.tag(), Ok(Some(_))));
    let answered = match transaction.original.method {
        Method::Invite if !has_tag => return invite(&engine, transaction).await,
        Method::Options => transaction.reply(StatusCode::OK).await,
        Method::Ack => Ok(()),
        Method::Register | Method::Subscribe | Method::Publish | Method::Message => {
            transaction.reply(StatusCode::MethodNotAllowed).await
        }
        _ => transaction.reply(StatusCode::CallTransactionDoesNotExist).await,
    };
    if let Err(error) = answered {
        tracing::debug!(%error, "an answer could not be sent");
    }
}

async fn invite(engine: &Arc<Engine>, mut transaction: Transaction) {
    let source = transaction
        .connection
        .as_ref()
        .and_then(|connection| connection.get_remote_addr())
        .and_then(|address| address.get_socketaddr().ok());
    let request = &transaction.original;
    let source_ip = source.map(|source| source.ip());
    let refused = match admission::decide(&engine.settings.inbound, request, source_ip, &engine.nonces) {
        Admission::Admitted => None,
        Admission::Forbidden => Some((StatusCode::Forbidden, Vec::new())),
        Admission::Challenged(challenge) => {
            Some((StatusCode::Unauthorized, vec![Header::WwwAuthenticate(challenge.into())]))
        }
    };
    if let Some((status, headers)) = refused {
        tracing::info!(?source, %status, "an INVITE was turned away");
        let _ = transaction.reply_with(status, headers, None).await;
        return;
    }
    if let Err(status) = begin(engine, &mut transaction).await {
        let _ = transaction.reply(status).await;
    }
}

/// Makes a call of an INVITE and stays with the transaction until it is answered and acknowledged.
async fn begin(engine: &Arc<Engine>, transaction: &mut Transaction) -> Result<(), StatusCode> {
    let request = transaction.original.clone();
    let (tell, heard) = mpsc::channel(HEARD);
    let port = Port::open(&engine.sockets, engine.media_timeout(), tell)
        .await
        .map_err(|_| StatusCode::ServiceUnavailable)?;
    let there = rsipstack::transport::SipAddr::default();
    let audio = Audio::new(port, engine.seen_as(&there));
    let call = Call::inbound(engine, &request);
    engine.add(&call).map_err(|_| StatusCode::BusyHere)?;
    let (states, queue) = engine.layer.new_dialog_state_channel();
    let contact = Some(engine.contact.clone());
    let dialog = engine.layer.get_or_create_server_invite(transaction, states, None, contact);
    let dialog = dialog.map_err(|_| StatusCode::BadRequest)?;
    let serial = engine.next_serial();
    let watching = Watching { name: LegName::Caller, serial, audio: audio.clone() };
    tokio::spawn(watch(Arc::clone(&call), watching, queue, heard));
    let leg = Arc::new(Leg::new(LegName::Caller, serial, dialog.clone(), audio));
    tokio::spawn(Arc::clone(&call).welcome(leg, request.body));
    if let Err(error) = Dialog::Invite(dialog.clone()).handle(transaction).await {
        tracing::debug!(%error, id = %dialog.id(), "an INVITE's transaction went wrong");
    }
    Ok(())
}
