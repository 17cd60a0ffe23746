//! Ids and keys made from small numbers and texts, so that tests need no randomness.

use std::time::Duration;

use hookswitch_model::execution::ActKey;
use hookswitch_model::{ActId, ExecutionId, Now, Stamp, ToolId};
use uuid::Uuid;

pub(crate) fn call(number: u64) -> ExecutionId {
    ExecutionId::from_uuid(Uuid::from_u128(number.into()))
}

pub(crate) fn act(number: u64) -> ActId {
    ActId::from_uuid(Uuid::from_u128(number.into()))
}

pub(crate) fn tool(number: u64) -> ToolId {
    ToolId::from_uuid(Uuid::from_u128(number.into()))
}

pub(crate) fn number_of(id: Uuid) -> u128 {
    id.as_u128()
}

/// A key of a text: the text itself, folded into 32 bytes (FNV-1a in four lanes).
pub(crate) fn fingerprint(text: &str) -> ActKey {
    let mut key = [0u8; 32];
    for lane in 0..4usize {
        let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ lane as u64;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        key[lane * 8..lane * 8 + 8].copy_from_slice(&hash.to_be_bytes());
    }
    ActKey(key)
}

/// A moment of the test's clock, which starts a day after the monotonic clock's origin.
pub(crate) fn moment(millis: u64) -> Now {
    let since = Duration::from_millis(millis);
    Now {
        wall: Stamp::from_micros(1_800_000_000_000_000).plus(since),
        mono: Duration::from_hours(24) + since,
    }
}
