//! One side of a call: a dialog and its audio.

mod audio;
mod dial;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hookswitch_telephony::LegName;
use parking_lot::Mutex;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::StatusCode;
use rsipstack::transaction::key::TransactionRole;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub(crate) use audio::Audio;
pub(crate) use dial::{DialFailed, Dialling, Identity, dial};
pub(crate) use watch::{Watching, watch};

/// What a NOTIFY of a REFER says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notified {
    /// SIP code, when the body holds one.
    pub(crate) code: Option<u16>,
    /// Nothing more comes.
    pub(crate) is_last: bool,
}

/// How long the answer to a BYE is waited for; the stack repeats the BYE longer than that.
const BYE_ANSWER: Duration = Duration::from_secs(2);

/// NOTIFYs of one REFER that wait to be read; more are dropped.
const NOTIFIES: usize = 32;

/// An answered side of a call, or one that rings us.
pub(crate) struct Leg {
    pub(crate) name: LegName,
    /// Tells it apart from others of the same name before and after it.
    pub(crate) serial: u64,
    pub(crate) dialog: InviteDialog,
    pub(crate) audio: Audio,
    /// The dialog is over, whoever ended it.
    pub(crate) over: CancellationToken,
    we_end: AtomicBool,
    notified: Mutex<Option<mpsc::Sender<Notified>>>,
}

impl std::fmt::Debug for Leg {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Leg")
            .field("name", &self.name)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

impl Leg {
    pub(crate) fn new(name: LegName, serial: u64, dialog: InviteDialog, audio: Audio) -> Self {
        Self {
            name,
            serial,
            dialog,
            audio,
            over: CancellationToken::new(),
            we_end: AtomicBool::new(false),
            notified: Mutex::new(None),
        }
    }

    /// Hears the NOTIFYs of a REFER; asked for before the REFER is sent, since a NOTIFY may overtake its answer.
    pub(crate) fn hear_notifies(&self) -> mpsc::Receiver<Notified> {
        let (tell, told) = mpsc::channel(NOTIFIES);
        *self.notified.lock() = Some(tell);
        told
    }

    pub(crate) fn notified(&self, notified: Notified) {
        if let Some(tell) = &*self.notified.lock() {
            let _ = tell.try_send(notified);
        }
    }

    /// Hangs up: BYE, or a refusal of what is not answered yet.
    pub(crate) async fn hang_up(&self) {
        if self.we_end.swap(true, Ordering::AcqRel) || self.over.is_cancelled() {
            return;
        }
        let (dialog, name) = (self.dialog.clone(), self.name);
        // A task: what the stack sends must not be dropped half-way, and a far end that is gone answers to nothing.
        let hanging_up = tokio::spawn(async move {
            let is_ringing_us = dialog.role() == TransactionRole::Server && dialog.state().can_cancel();
            let ended = if is_ringing_us {
                dialog.reject(Some(StatusCode::TemporarilyUnavailable), None)
            } else {
                dialog.hangup().await
            };
            if let Err(error) = ended {
                tracing::debug!(leg = ?name, %error, "a BYE was not answered");
            }
        });
        if tokio::time::timeout(BYE_ANSWER, hanging_up).await.is_err() {
            tracing::info!(leg = ?self.name, "a BYE is not answered");
        }
        self.over.cancel();
    }

    /// Whether we ended it ourselves.
    pub(crate) fn we_end(&self) -> bool {
        self.we_end.load(Ordering::Acquire)
    }
}

impl Leg {
    /// Presses keys without waiting for them to leave.
    pub(crate) fn press(&self, digits: hookswitch_telephony::Digits) {
        let (left, _) = tokio::sync::oneshot::channel();
        self.audio.port.order(crate::port::Order::Digits { digits, press_ms: 100, gap_ms: 60, left });
    }
}
