//! The addresses of a URL that may be dialled: looked up once, all of them good.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::time::timeout;

use super::Connector;
use crate::{
    counters::count,
    error::NotSent,
    policy::{Policy, is_localhost},
    resolve::{DnsError, MAX_ANSWERS},
    url::{CheckedUrl, Host},
};

/// Most addresses that are tried; all answers are checked.
const MAX_DIALLED: usize = 8;

impl Connector {
    /// Every address of the URL's host, in the order in which to dial them. One bad answer refuses all.
    pub(crate) async fn vetted_addresses(
        &self,
        policy: &Policy,
        url: &CheckedUrl,
    ) -> Result<Vec<SocketAddr>, NotSent> {
        policy.recheck(url)?;
        let answers = match url.host() {
            Host::Address(address) => vec![*address],
            Host::Name(name) if is_localhost(name) => {
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            }
            Host::Name(name) => self.look_up(name).await?,
        };
        let host = url.host().to_string();
        for answer in &answers {
            policy.check_address(*answer, url.port(), &host)?;
        }
        Ok(in_dial_order(&answers).map(|address| SocketAddr::new(address, url.port())).collect())
    }

    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, NotSent> {
        count(&self.counters.dns_lookups);
        let answers = match timeout(self.dns_budget, self.resolver.lookup(name)).await {
            Err(_) => Err(DnsError::Timeout),
            Ok(Ok(answers)) if answers.is_empty() => Err(DnsError::NoAnswers),
            Ok(Ok(answers)) if answers.len() > MAX_ANSWERS => Err(DnsError::TooManyAnswers),
            Ok(answers) => answers,
        };
        answers.map_err(|error| {
            count(&self.counters.dns_failures);
            NotSent::Dns(error)
        })
    }
}

/// IPv4 first (containers often have no way out for IPv6), then in turn; no address twice.
fn in_dial_order(answers: &[IpAddr]) -> impl Iterator<Item = IpAddr> {
    let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) = answers.iter().partition(|address| address.is_ipv4());
    let mut ordered: Vec<IpAddr> = Vec::with_capacity(MAX_DIALLED);
    let (mut v4, mut v6) = (v4.into_iter(), v6.into_iter());
    loop {
        let pair = [v4.next(), v6.next()];
        if pair == [None, None] || ordered.len() >= MAX_DIALLED {
            break;
        }
        for address in pair.into_iter().flatten() {
            if !ordered.contains(&address) {
                ordered.push(address);
            }
        }
    }
    ordered.into_iter().take(MAX_DIALLED)
}
