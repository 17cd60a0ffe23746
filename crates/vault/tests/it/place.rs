//! Places to seal for.

use hookswitch_model::OrgId;
use hookswitch_vault::{Purpose, SealContext};
use proptest::prelude::*;
use uuid::Uuid;

/// One fixed place.
pub(crate) fn place() -> SealContext {
    SealContext::new(OrgId::from_uuid(Uuid::from_u128(7)), "sec_1", Purpose::Secret)
}

/// Any place. Few organisations and short ids, so that two of them are often neighbours.
pub(crate) fn any_place() -> impl Strategy<Value = SealContext> {
    let purpose = prop_oneof![
        Just(Purpose::Secret),
        Just(Purpose::Definition),
        Just(Purpose::Binding),
        Just(Purpose::Signing),
        Just(Purpose::Answer),
    ];
    (0u128..3, "[a-b]{0,3}|\\PC{0,20}", purpose)
        .prop_map(|(org, id, purpose)| SealContext::new(OrgId::from_uuid(Uuid::from_u128(org)), id, purpose))
}
