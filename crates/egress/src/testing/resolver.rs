//! A resolver that answers by script and remembers what it was asked.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;

use crate::resolve::{DnsError, ResolveFuture, Resolver};

/// One answer of the script.
#[derive(Debug, Clone)]
pub enum ScriptedAnswer {
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// This error.
    Error(DnsError),
    /// None, ever: the DNS budget decides.
    Silence,
}

/// Answers a name's lookups with its script in turn, the last answer again and again; unknown names do not exist.
#[derive(Debug, Clone, Default)]
pub struct ScriptedResolver {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    scripts: HashMap<String, Vec<ScriptedAnswer>>,
    asked: Vec<String>,
}

impl ScriptedResolver {
    /// Knows no name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every lookup of the name brings these addresses.
    ///
    /// # Panics
    /// When a text is no address.
    #[must_use]
    pub fn with(self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses
            .iter()
            .map(|text| text.parse().unwrap_or_else(|_| panic!("{text} is no address")))
            .collect();
        self.with_script(name, vec![ScriptedAnswer::Addresses(addresses)])
    }

    /// The lookups of the name bring these answers in turn.
    #[must_use]
    pub fn with_script(self, name: &str, answers: Vec<ScriptedAnswer>) -> Self {
        self.state.lock().scripts.insert(name.to_owned(), answers);
        self
    }

    /// Changes what a name resolves to from now on.
    pub fn set(&self, name: &str, answers: Vec<ScriptedAnswer>) {
        self.state.lock().scripts.insert(name.to_owned(), answers);
    }

    /// Names looked up so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().asked.clone()
    }
}

impl Resolver for ScriptedResolver {
    fn lookup<'a>(&'a self, name: &'a str) -> ResolveFuture<'a> {
        let answer = {
            let mut state = self.state.lock();
            state.asked.push(name.to_owned());
            match state.scripts.get_mut(name) {
                Some(script) if script.len() > 1 => script.remove(0),
                Some(script) => script.first().cloned().unwrap_or(ScriptedAnswer::Error(DnsError::NoAnswers)),
                None => ScriptedAnswer::Error(DnsError::NotFound),
            }
        };
        Box::pin(async move {
            match answer {
                ScriptedAnswer::Addresses(addresses) => Ok(addresses),
                ScriptedAnswer::Error(error) => Err(error),
                ScriptedAnswer::Silence => std::future::pending().await,
            }
        })
    }
}
