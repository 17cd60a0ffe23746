//! The way out of a box: its listener is a door of the egress proxy.

use std::collections::HashMap;
use std::net::TcpListener;

use hookswitch_egress::{Door, Proxy, Reached};
use hookswitch_sandbox::{BoxId, CallToken, EgressCall, EgressPort, Outbound, TenantId};
use parking_lot::Mutex;

/// Joins the sandbox's port to the proxy.
#[derive(Debug)]
pub(super) struct WayOut {
    proxy: Proxy,
    doors: Mutex<HashMap<BoxId, Door>>,
}

impl WayOut {
    /// Lets calls out through a proxy.
    pub(super) fn new(proxy: Proxy) -> Self {
        Self { proxy, doors: Mutex::default() }
    }
}

impl EgressPort for WayOut {
    fn attach(&self, id: BoxId, tenant: &TenantId, listener: TcpListener) {
        let door = self.proxy.open(listener, &tenant.0);
        self.doors.lock().insert(id, door);
    }

    fn detach(&self, id: BoxId) {
        self.doors.lock().remove(&id);
    }

    fn begin(&self, call: &EgressCall) {
        self.proxy.begin(&call.tenant.0, call.token.expose());
    }

    fn end(&self, token: &CallToken) -> Outbound {
        match self.proxy.end(token.expose()) {
            Reached::Nothing => Outbound::None,
            Reached::Something => Outbound::Connected,
        }
    }
}
