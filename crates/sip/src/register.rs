//! Registering at the trunk, so that calls come in.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::registration::{Registration, refresh_interval};
use rsipstack::sip::{StatusCodeKind, Uri};
use rsipstack::transaction::endpoint::EndpointInnerRef;

use crate::engine::Engine;

/// How long a registration is asked for, in seconds.
const EXPIRES: u32 = 300;
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(30);

/// Stays registered.
pub(crate) async fn stay(engine: Arc<Engine>, endpoint: EndpointInnerRef) {
    let Some(trunk) = &engine.settings.trunk else { return };
    let Ok(server) = Uri::try_from(format!("sip:{}", trunk.host).as_str()) else { return };
    let credential = trunk.username.clone().zip(trunk.password.as_ref()).map(|(username, password)| {
        let password = password.reveal().to_owned();
        Credential { username, password, ..Credential::default() }
    });
    let mut registration = Registration::new(endpoint, credential);
    loop {
        let wait = match registration.register(server.clone(), Some(EXPIRES)).await {
            Ok(answer) if answer.status_code.kind() == StatusCodeKind::Successful => {
                refresh_interval(registration.expires())
            }
            Ok(answer) => {
                tracing::warn!(status = %answer.status_code, "the trunk refused the registration");
                PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "registering at the trunk failed");
                PAUSE
            }
        };
        tokio::time::sleep(wait.max(Duration::from_secs(5))).await;
    }
}
