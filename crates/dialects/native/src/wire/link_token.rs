//! Tokens of the session socket on the wire.

use hookswitch_model::{SessionId, Stamp};
use hookswitch_registry::ShownLinkToken;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ids;
use super::socket::report::Role;

/// What a token is to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinkTokenBody {
    /// The role in which it opens the socket.
    pub role: Role,
    /// The web pages that may use it, as `scheme://host[:port]`. Default: none; then no page may, other programs may.
    #[serde(default)]
    #[schema(required = false, max_items = 50, example = json!(["https://app.example.com"]))]
    pub allowed_origins: Vec<String>,
    /// How long it opens the socket. Default: 600.
    #[schema(minimum = 1, maximum = 3600)]
    pub ttl_seconds: Option<u64>,
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkTokenBody {
    /// The token.
    #[schema(example = "hs_live_link_…")]
    pub token: String,
    /// The session that it opens.
    #[schema(value_type = ids::SessionId)]
    pub session_id: SessionId,
    /// The role in which it does.
    pub role: Role,
    /// When it opens nothing more.
    #[schema(value_type = ids::Moment)]
    pub expires_at: Stamp,
}

impl LinkTokenBody {
    /// A token as it is shown.
    pub fn new(shown: &ShownLinkToken, session_id: SessionId, role: Role) -> Self {
        Self {
            token: shown.secret.expose_secret().to_owned(),
            session_id,
            role,
            expires_at: shown.expires_at,
        }
    }
}
