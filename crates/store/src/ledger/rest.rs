//! The small things that ride along: when answers were told, when secrets were used.

use std::collections::BTreeMap;

use hookswitch_model::{ActId, Mode, OrgId, SecretId, Stamp};

use super::job::Lazy;
use crate::db::{Arg, Many, Result, Tx};

static USED: Many = Many::new(
    "update secrets set last_used_at = ?4 where id = ?1 and org = ?2 and mode = ?3 \
     and (last_used_at is null or last_used_at < ?4)",
    (
        "update secrets set last_used_at = v.column4 from (values ",
        ") v where secrets.id = v.column1 and secrets.org = v.column2 and secrets.mode = v.column3 \
         and (secrets.last_used_at is null or secrets.last_used_at < v.column4)",
    ),
    "",
);

static TOLD: Many = Many::new(
    "update acts set told_at = ?2 where id = ?1",
    ("update acts set told_at = v.column2 from (values ", ") v where acts.id = v.column1"),
    " and acts.told_at is null and acts.state <> 'pending'",
);

/// Notes when answers were told; the first time stays.
pub(super) async fn store_told(tx: &mut Tx, lazy: &[Lazy]) -> Result<u64> {
    let mut told: BTreeMap<ActId, Stamp> = BTreeMap::new();
    for job in lazy {
        if let Lazy::Told { act, at } = job {
            told.entry(*act).or_insert(*at);
        }
    }
    let rows = told.into_iter().map(|(act, at)| -> Vec<Arg> { vec![act.into(), at.into()] });
    tx.run_many(&TOLD, rows.collect()).await
}

/// Notes when secrets were last used.
pub(super) async fn store_touches(tx: &mut Tx, lazy: &[Lazy]) -> Result<u64> {
    let mut used: BTreeMap<SecretId, (OrgId, Mode, Stamp)> = BTreeMap::new();
    for job in lazy {
        if let Lazy::SecretUsed { scope, secret, at } = job {
            let last = used.entry(*secret).or_insert((scope.org, scope.mode, *at));
            last.2 = last.2.max(*at);
        }
    }
    let rows = used.into_iter().map(|(secret, (org, mode, at))| -> Vec<Arg> {
        vec![secret.into(), org.into(), mode.into(), at.into()]
    });
    tx.run_many(&USED, rows.collect()).await
}
