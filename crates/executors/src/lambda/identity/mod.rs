//! The server's own AWS identity, for tenants without credentials where the operator allows that: from its
//! environment, by web identity, or from a container's endpoint. Kept until shortly before it ends; however many
//! calls ask at once, one request is made.

mod container;
mod web_identity;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hookswitch_egress::{Client, SendError};
use parking_lot::RwLock;

pub use container::{Container, ContainerToken};
pub use web_identity::WebIdentity;

use super::credentials::Credentials;

/// Credentials are renewed this long before they end.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// Those that end sooner than this are not used any more.
const LAST_USE: Duration = Duration::from_secs(30);
/// Longest request for credentials.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a failure is remembered before the next request.
const PAUSE: Duration = Duration::from_secs(5);

/// Where an identity comes from.
#[derive(Debug, Clone)]
pub enum IdentitySource {
    /// Access key and secret key of the environment.
    Environment(Credentials),
    /// A token in a file, traded for a role's credentials.
    WebIdentity(WebIdentity),
    /// A credentials endpoint beside the container.
    Container(Container),
}

/// Why there are no credentials. The words are for the operator.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IdentityError {
    /// A token file can't be read.
    #[error("{path} can't be read: {reason}")]
    TokenFile {
        /// Its path.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The endpoint did not answer.
    #[error("{0}")]
    Send(#[from] SendError),
    /// The endpoint's address is refused.
    #[error("{0}")]
    Address(String),
    /// The endpoint answered with an error.
    #[error("the credentials endpoint answered with HTTP {0}")]
    Status(u16),
    /// The answer holds no credentials.
    #[error("the answer of the credentials endpoint can't be read")]
    Unreadable,
    /// It took longer than the caller can wait.
    #[error("credentials did not come in time")]
    Timeout,
}

/// The server's identity; cheap to clone. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: IdentitySource,
    /// A client of its own: what it may reach, tools may not.
    client: Client,
    kept: RwLock<Kept>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    credentials: Option<Credentials>,
    failure: Option<(Instant, IdentityError)>,
}

impl Identity {
    /// An identity whose requests leave through `client`, which should reach nothing else.
    pub fn new(source: IdentitySource, client: Client) -> Self {
        let (kept, fetching) = (RwLock::default(), tokio::sync::Mutex::new(()));
        Self { inner: Arc::new(Inner { source, client, kept, fetching }) }
    }

    /// Credentials that are good for a while. A request that this caller can't wait for goes on for the next one.
    pub async fn credentials(&self, until: Instant) -> Result<Credentials, IdentityError> {
        if let IdentitySource::Environment(credentials) = &self.inner.source {
            return Ok(credentials.clone());
        }
        if let Some(credentials) = self.inner.usable(RENEW_BEFORE) {
            return Ok(credentials);
        }
        let inner = Arc::clone(&self.inner);
        let renewal = tokio::spawn(async move { inner.renew().await });
        match tokio::time::timeout_at(until.into(), renewal).await {
            Ok(Ok(renewed)) => renewed,
            Ok(Err(_)) | Err(_) => self.inner.usable(LAST_USE).ok_or(IdentityError::Timeout),
        }
    }
}

impl Inner {
    /// What is kept, if it lasts longer than this.
    fn usable(&self, at_least: Duration) -> Option<Credentials> {
        let kept = self.kept.read();
        let lasts = |credentials: &&Credentials| {
            credentials.expires_at.is_none_or(|end| end > SystemTime::now() + at_least)
        };
        kept.credentials.as_ref().filter(lasts).cloned()
    }

    async fn renew(&self) -> Result<Credentials, IdentityError> {
        let _one = self.fetching.lock().await;
        // Whoever held the lock before has it by now.
        if let Some(credentials) = self.usable(RENEW_BEFORE) {
            return Ok(credentials);
        }
        let recent = self.kept.read().failure.clone().filter(|(when, _)| when.elapsed() < PAUSE);
        let fetched = match recent {
            Some((_, error)) => Err(error),
            None => self.fetch().await,
        };
        match fetched {
            Ok(credentials) => {
                *self.kept.write() = Kept { credentials: Some(credentials.clone()), failure: None };
                Ok(credentials)
            }
            Err(error) => {
                tracing::warn!(%error, "the server's AWS credentials could not be renewed");
                let mut kept = self.kept.write();
                if kept.failure.as_ref().is_none_or(|(when, _)| when.elapsed() >= PAUSE) {
                    kept.failure = Some((Instant::now(), error.clone()));
                }
                drop(kept);
                self.usable(LAST_USE).ok_or(error)
            }
        }
    }

    async fn fetch(&self) -> Result<Credentials, IdentityError> {
        let end = Instant::now() + LONGEST;
        match &self.source {
            IdentitySource::Environment(credentials) => Ok(credentials.clone()),
            IdentitySource::WebIdentity(source) => source.fetch(&self.client, end).await,
            IdentitySource::Container(source) => source.fetch(&self.client, end).await,
        }
    }
}
