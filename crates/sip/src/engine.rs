//! The engine: its calls, what it can do, what it is asked.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hookswitch_egress::Resolver;
use hookswitch_egress::signing::WebhookSecret;
use hookswitch_telephony::policy::Usage;
use hookswitch_telephony::wire::{Answer, Ask};
use hookswitch_telephony::{Begun, Capabilities, Capability, Command, Refused, is_key};
use parking_lot::Mutex;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::Uri;
use rsipstack::transport::SipAddr;
use tokio::time::Instant;

use crate::address::Finder;
use crate::admission::Nonces;
use crate::call::Call;
use crate::outbox::Outbox;
use crate::port::Sockets;
use crate::settings::SipSettings;

/// How long a call that has ended is remembered.
const REMEMBERED: Duration = Duration::from_mins(5);

/// Everything that calls share.
pub(crate) struct Engine {
    pub(crate) settings: SipSettings,
    pub(crate) secret: WebhookSecret,
    pub(crate) layer: Arc<DialogLayer>,
    pub(crate) contact: Uri,
    pub(crate) local: IpAddr,
    pub(crate) sockets: Sockets,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) nonces: Nonces,
    pub(crate) finder: Finder,
    pub(crate) began: Instant,
    usage: Mutex<Usage>,
    calls: Mutex<HashMap<String, Arc<Call>>>,
    serials: AtomicU64,
}

/// What an engine is made of.
pub(crate) struct Foundation {
    pub(crate) settings: SipSettings,
    pub(crate) secret: WebhookSecret,
    pub(crate) layer: Arc<DialogLayer>,
    pub(crate) contact: Uri,
    pub(crate) local: IpAddr,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) resolver: Arc<dyn Resolver>,
}

impl Engine {
    pub(crate) fn new(of: Foundation) -> Self {
        let Foundation { settings, secret, layer, contact, local, outbox, resolver } = of;
        Self {
            sockets: Sockets::new(local, settings.rtp_ports),
            nonces: Nonces::new(secret.clone()),
            finder: Finder { trunk: settings.trunk.clone(), resolver },
            settings,
            secret,
            layer,
            contact,
            local,
            outbox,
            began: Instant::now(),
            usage: Mutex::default(),
            calls: Mutex::default(),
            serials: AtomicU64::new(1),
        }
    }

    /// Answers the server. Nothing here waits: what takes time runs as a task of its call.
    pub(crate) fn answer(self: &Arc<Self>, ask: Ask) -> Answer {
        match ask {
            Ask::Capabilities => Answer::Capabilities { capabilities: capabilities() },
            Ask::Status { call } => match self.call(&call) {
                Some(call) => Answer::Status { status: call.status() },
                None => Answer::Refused(Refused::new("unknown_call", "there is no such call")),
            },
            Ask::Command { call, operation, command } => match self.command(&call, &operation, &command) {
                Ok(Begun::Ended(result)) => Answer::Ended { result },
                Ok(_) => Answer::Started,
                Err(refused) => Answer::Refused(refused),
            },
        }
    }

    fn command(self: &Arc<Self>, id: &str, key: &str, command: &Command) -> Result<Begun, Refused> {
        if !is_key(id) || !is_key(key) {
            return Err(Refused::new(
                "invalid_command",
                "call and operation are 1 to 128 visible characters",
            ));
        }
        let known = self.call(id);
        let is_repeat = known.as_ref().is_some_and(|call| call.knows(key));
        if !is_repeat {
            self.check_targets(command)?;
        }
        match (known, command) {
            (Some(call), command) => call.start(key, command),
            (None, Command::Originate(originate)) => {
                let call = Call::outbound(self, id, originate);
                self.add(&call)?;
                call.start(key, command)
            }
            (None, _) => Err(Refused::new("unknown_call", "there is no phone call in this session")),
        }
    }

    /// Whether calls may go where a command sends them; checked before any packet.
    fn check_targets(&self, command: &Command) -> Result<(), Refused> {
        let policy = &self.settings.destinations;
        let refused = |refusal: hookswitch_telephony::policy::Refusal| {
            Refused::new(refusal.code(), refusal.to_string())
        };
        for target in command.targets() {
            policy.admits(target).map_err(refused)?;
        }
        if let Some(first) = command.targets().first() {
            let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            policy.admit(first, &mut self.usage.lock(), now).map_err(refused)?;
        }
        Ok(())
    }

    /// Adds a call, within the limit.
    pub(crate) fn add(self: &Arc<Self>, call: &Arc<Call>) -> Result<(), Refused> {
        let mut calls = self.calls.lock();
        let live = calls.values().filter(|call| !call.has_ended()).count();
        if live >= self.settings.limits.calls {
            return Err(Refused::new("too_many_calls", "all lines are busy"));
        }
        calls.insert(call.id.clone(), Arc::clone(call));
        Ok(())
    }

    /// Forgets a call after a while.
    pub(crate) fn forget_later(self: &Arc<Self>, id: String) {
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(REMEMBERED).await;
            engine.calls.lock().remove(&id);
        });
    }

    pub(crate) fn call(&self, id: &str) -> Option<Arc<Call>> {
        self.calls.lock().get(id).cloned()
    }

    /// Calls that stand.
    pub(crate) fn live(&self) -> Vec<Arc<Call>> {
        self.calls.lock().values().filter(|call| !call.has_ended()).cloned().collect()
    }

    pub(crate) fn next_serial(&self) -> u64 {
        self.serials.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn media_timeout(&self) -> Duration {
        Duration::from_secs(self.settings.limits.media_timeout_s)
    }

    /// Our address in session descriptions, as somebody there sees it.
    pub(crate) fn seen_as(&self, _there: &SipAddr) -> IpAddr {
        self.settings.public_address.unwrap_or(self.local)
    }

    /// Our host in From.
    pub(crate) fn host(&self) -> String {
        self.contact.host_with_port.to_string()
    }
}

/// What the engine can do.
pub(crate) fn capabilities() -> Capabilities {
    use Capability as C;
    [
        C::Refer,
        C::Bridge,
        C::Consult,
        C::Replaces,
        C::PostDigits,
        C::DtmfOut,
        C::DtmfIn,
        C::Hold,
        C::Play,
        C::VoicemailVerdict,
        C::CallerIdAgent,
        C::CallerIdCaller,
        C::CallerIdExplicit,
        C::ReturnToAgent,
        C::OutcomeReported,
        C::IdempotentCommands,
        C::EndCall,
    ]
    .into_iter()
    .collect()
}
