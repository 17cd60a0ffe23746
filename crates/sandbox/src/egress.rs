//! The way out of a box, as a port: the sandbox makes the socket inside the tenant's own network, the server accepts
//! on it. Which addresses may be reached is decided where the port is implemented.

use std::net::TcpListener;

use crate::tool::{TenantId, ToolId};

/// What a tool's HTTP client sends to prove which call it belongs to: 128 random bits, as the proxy password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallToken(String);

impl CallToken {
    pub(crate) fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 16];
        rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
        Ok(Self(hex::encode(bytes)))
    }

    /// To compare with what a connection presents. Never to be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CallToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CallToken(…)")
    }
}

/// A call that may use the way out from now on.
#[derive(Debug, Clone)]
pub struct EgressCall {
    /// Its tenant, also known by the listener that its connections come in on.
    pub tenant: TenantId,
    /// Its tool.
    pub tool: ToolId,
    /// What its connections present.
    pub token: CallToken,
}

/// Whether a call reached anything outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outbound {
    /// Nothing left.
    None,
    /// At least one connection to the outside was made.
    Connected,
}

/// One tenant's box: a new one when it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoxId(pub u64);

/// The server's side of the way out. None of these may block.
pub trait EgressPort: Send + Sync + std::fmt::Debug {
    /// A box has been made: every connection on this listener is that tenant's. It is bound to an address inside the
    /// box and does not block.
    fn attach(&self, id: BoxId, tenant: &TenantId, listener: TcpListener);

    /// The box is gone: close the listener and what came in on it.
    fn detach(&self, id: BoxId);

    /// Before the call runs: connections with this token are allowed from now on.
    fn begin(&self, call: &EgressCall);

    /// After the call: its connections are closed, its token is worth nothing.
    fn end(&self, token: &CallToken) -> Outbound;
}

/// No way out, whatever a tool asks for.
#[derive(Debug)]
pub struct NoEgress;

impl EgressPort for NoEgress {
    fn attach(&self, _: BoxId, _: &TenantId, _: TcpListener) {}
    fn detach(&self, _: BoxId) {}
    fn begin(&self, _: &EgressCall) {}
    fn end(&self, _: &CallToken) -> Outbound {
        Outbound::None
    }
}
