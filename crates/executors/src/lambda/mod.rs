//! Lambda tools over the Invoke API: fill the event once, sign and send it per attempt, read the answer.
//!
//! Requests are signed here (SigV4) and leave through the egress client like every other one: one policy, one TLS
//! stack, no redirects. Credentials are the tool's, the organisation's, or, where the operator switched that on, the
//! server's own [`Identity`].

mod answer;
mod credentials;
mod discovery;
mod endpoint;
mod fill;
mod identity;
mod record;
mod secret_text;
mod send;
mod sign;

pub use answer::{Answer, read_answer, read_error};
pub use credentials::{CredentialSource, Credentials, NO_CREDENTIALS, choose as choose_credentials};
pub use discovery::{FunctionInfo, ListError, list_functions};
pub use endpoint::{Endpoint, Endpoints, InvalidEndpoint};
pub use fill::{FilledCall, Refused, fill};
pub use hookswitch_model::lambda::{InvalidRegion, Region};
pub use identity::{Container, ContainerToken, Identity, IdentityError, IdentitySource, WebIdentity};
pub use record::record_request;
pub use send::{attempt, preview};
pub use sign::{Service, Signable, SigningFailed, sign};
