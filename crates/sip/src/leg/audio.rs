//! The audio of a leg as negotiated: offers, answers, hold.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hookswitch_media::g711::Law;
use hookswitch_media::sdp::{self, Direction, EVENTS, Local, Remote, SdpError};
use parking_lot::Mutex;

use crate::port::{Far, Order, Port};

/// What we speak, best first.
const LAWS: &[Law] = &[Law::Mu, Law::A];

#[derive(Debug, Clone)]
struct Agreed {
    version: u32,
    law: Law,
    events: Option<u8>,
    /// What the far end last wrote.
    far: Direction,
    /// What we last wrote.
    near: Direction,
}

/// The audio of a leg. Clones are the same audio.
#[derive(Debug, Clone)]
pub(crate) struct Audio {
    pub(crate) port: Port,
    address: SocketAddr,
    id: u32,
    agreed: Arc<Mutex<Agreed>>,
}

impl Audio {
    /// Nothing is agreed yet. `seen` is the address that the far end can reach.
    pub(crate) fn new(port: Port, seen: IpAddr) -> Self {
        let address = SocketAddr::new(seen, port.local().port());
        let agreed = Agreed {
            version: 1,
            law: Law::Mu,
            events: None,
            far: Direction::SendRecv,
            near: Direction::SendRecv,
        };
        let id = uuid::Uuid::new_v4().as_u128() as u32 >> 1;
        Self { port, address, id, agreed: Arc::new(Mutex::new(agreed)) }
    }

    /// A first offer: all that we speak.
    pub(crate) fn offer(&self) -> Vec<u8> {
        self.write(LAWS, Some(EVENTS), Direction::SendRecv).into_bytes()
    }

    /// Takes the answer to our offer.
    pub(crate) fn take_answer(&self, body: &[u8]) -> Result<(), SdpError> {
        self.take(&sdp::parse(body)?)
    }

    /// Takes an offer and answers it.
    pub(crate) fn answer(&self, body: &[u8]) -> Result<Vec<u8>, SdpError> {
        let remote = sdp::parse(body)?;
        self.take(&remote)?;
        let (law, events) = {
            let agreed = self.agreed.lock();
            (agreed.law, agreed.events)
        };
        Ok(self.write(&[law], events, remote.direction.answer()).into_bytes())
    }

    /// An offer of what is agreed, to put the far end on hold or to take it back.
    pub(crate) fn offer_again(&self, direction: Direction) -> Vec<u8> {
        let (law, events) = {
            let agreed = self.agreed.lock();
            (agreed.law, agreed.events)
        };
        self.write(&[law], events, direction).into_bytes()
    }

    /// Whether digits can be sent as telephone-events.
    pub(crate) fn has_events(&self) -> bool {
        self.agreed.lock().events.is_some()
    }

    /// Whether one of the sides holds the other.
    pub(crate) fn is_held(&self) -> bool {
        let agreed = self.agreed.lock();
        agreed.far != Direction::SendRecv || agreed.near != Direction::SendRecv
    }

    fn take(&self, remote: &Remote) -> Result<(), SdpError> {
        let law = *remote.laws.first().ok_or(SdpError::NoCoding)?;
        let mut agreed = self.agreed.lock();
        agreed.law = law;
        agreed.events = remote.events;
        agreed.far = remote.direction;
        let listens = matches!(remote.direction, Direction::SendRecv | Direction::RecvOnly);
        let speaks = matches!(remote.direction, Direction::SendRecv);
        let far = Far { address: remote.address, law, events: remote.events, listens, speaks };
        self.port.order(Order::Far(far));
        Ok(())
    }

    fn write(&self, laws: &[Law], events: Option<u8>, direction: Direction) -> String {
        let mut agreed = self.agreed.lock();
        agreed.near = direction;
        let version = agreed.version;
        agreed.version = version.wrapping_add(1);
        Local { address: self.address, laws, events, direction, id: self.id, version }.write()
    }
}
