//! The master key on the wire: ids only.

use hookswitch_registry::MasterKeyStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// Which master keys there are and how far a re-wrap is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MasterKey {
    /// Id of the key that seals.
    pub current: String,
    /// Ids of all keys that open, the current one first.
    pub keys: Vec<String>,
    /// What the last re-wrap came to.
    pub rewrap: Rewrap,
}

/// Moving stored values to the current key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rewrap {
    /// Values looked at.
    pub seen: u64,
    /// Values moved.
    pub moved: u64,
    /// Values that could not be opened and were left alone.
    pub failed: u64,
    /// Whether it is under way.
    pub running: bool,
}

impl From<MasterKeyStatus> for MasterKey {
    fn from(status: MasterKeyStatus) -> Self {
        Self {
            current: status.current.to_string(),
            keys: status.keys.iter().map(ToString::to_string).collect(),
            rewrap: Rewrap {
                seen: status.rewrap.seen,
                moved: status.rewrap.moved,
                failed: status.rewrap.failed,
                running: status.is_running,
            },
        }
    }
}
