//! Who hears whom: the one place where audio is connected.

use hookswitch_media::source::Source;
use hookswitch_telephony::LegName;

use super::state::{State, Talk};
use crate::port::{Order, Play};
use crate::settings::SipSettings;

/// Connects the legs' audio as the state says.
pub(super) fn route(state: &State, settings: &SipSettings) {
    let partners = state.partners();
    for (name, leg) in &state.legs {
        let port = &leg.audio.port;
        if let Some(partner) = partners.get(name).and_then(|partner| state.legs.get(partner)) {
            port.order(Order::Play(Play::Relay));
            port.order(Order::Forward(vec![partner.audio.port.frames()]));
        } else {
            port.order(Order::Forward(Vec::new()));
            port.order(Order::Play(Play::Source(alone(*name, state, settings))));
        }
    }
}

/// What a leg without a partner hears.
fn alone(name: LegName, state: &State, settings: &SipSettings) -> Source {
    let agent = || settings.agent.tone.map_or(Source::Silence, Source::tone);
    match (name, &state.talk) {
        (LegName::Caller, Talk::Waiting(hold) | Talk::Consulting(hold)) => hold.clone(),
        (LegName::Caller, Talk::Agent) => state.hold.clone().unwrap_or_else(agent),
        // Without a runtime, the tone speaks for the agent.
        (LegName::Target, Talk::Consulting(_)) => agent(),
        _ => Source::Silence,
    }
}
