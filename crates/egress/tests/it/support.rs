//! Clients and requests as the tests want them.

use std::{sync::Arc, time::Duration};

use hookswitch_egress::{
    CheckedUrl, Client, ClientBuilder, Policy, PolicySettings, Request, Response, SendError,
    testing::{DialScript, ScriptedDialer, ScriptedResolver},
};
use hookswitch_testkit::TestServer;
use http::Method;
use tokio::time::Instant;

/// A public address that the scripted network leads to a local server.
pub(crate) const PUBLIC: &str = "93.184.216.34";

pub(crate) fn settings(allow: &[&str]) -> PolicySettings {
    PolicySettings {
        allow_egress: allow.iter().map(|entry| entry.parse().unwrap()).collect(),
        ..PolicySettings::default()
    }
}

pub(crate) fn policy(allow: &[&str]) -> Policy {
    Policy::new(settings(allow))
}

/// A client that knows no names.
pub(crate) fn builder(allow: &[&str]) -> ClientBuilder {
    Client::builder(policy(allow), Arc::new(ScriptedResolver::new()))
}

/// A client that may reach one local server by its address.
pub(crate) fn client_of(server: &TestServer) -> Client {
    builder(&[&server.allow_entry()]).build().unwrap()
}

/// A client in a scripted network.
pub(crate) fn scripted(policy: Policy, resolver: &ScriptedResolver, dialer: &ScriptedDialer) -> Client {
    Client::builder(policy, Arc::new(resolver.clone())).dial(Arc::new(dialer.clone())).build().unwrap()
}

/// A network in which [`PUBLIC`] is this server, on port 80 and 443.
pub(crate) fn network_of(server: &TestServer) -> ScriptedDialer {
    ScriptedDialer::new()
        .with(&format!("{PUBLIC}:80"), DialScript::To(server.address()))
        .with(&format!("{PUBLIC}:443"), DialScript::To(server.address()))
}

pub(crate) fn in_5s() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

pub(crate) fn checked(client: &Client, url: &str) -> CheckedUrl {
    client.policy().check_url(url).unwrap()
}

pub(crate) fn get(client: &Client, url: &str) -> Request {
    Request::new(Method::GET, checked(client, url))
}

pub(crate) fn post(client: &Client, url: &str, body: &'static str) -> Request {
    let mut request = Request::new(Method::POST, checked(client, url));
    request.body = body.into();
    request
}

pub(crate) async fn send_get(client: &Client, url: &str) -> Result<Response, SendError> {
    client.send(get(client, url), in_5s()).await
}
