//! The small things that ride along: when answers were told, when secrets were used.

use std::collections::BTreeMap;

use hookswitch_model::{ActId, Mode, OrgId, SecretId, Stamp};

use super::job::Lazy;
use crate::db::{Arg, Result, Tx, pieces, sql};

/// Notes when answers were told; the first time stays.
pub(super) async fn store_told(tx: &mut Tx, lazy: &[Lazy]) -> Result<u64> {
    let mut told: BTreeMap<ActId, Stamp> = BTreeMap::new();
    for job in lazy {
        if let Lazy::Told { act, at } = job {
            told.entry(*act).or_insert(*at);
        }
    }
    let told: Vec<(ActId, Stamp)> = told.into_iter().collect();
    let mut rows = 0;
    for piece in pieces(&told) {
        let values = piece.iter().map(|(act, at)| -> Vec<Arg> { vec![(*act).into(), (*at).into()] });
        let query = sql("update acts set told_at = v.column2 from (values ")
            .values(values)
            .push(") v where acts.id = v.column1 and acts.told_at is null and acts.state <> 'pending'");
        rows += tx.run(query).await?;
    }
    Ok(rows)
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
    let used: Vec<_> = used.into_iter().collect();
    let mut rows = 0;
    for piece in pieces(&used) {
        let values = piece.iter().map(|(secret, (org, mode, at))| -> Vec<Arg> {
            vec![(*secret).into(), (*org).into(), (*mode).into(), (*at).into()]
        });
        let query = sql("update secrets set last_used_at = v.column4 from (values ").values(values).push(
            ") v where secrets.id = v.column1 and secrets.org = v.column2 and secrets.mode = v.column3 \
             and (secrets.last_used_at is null or secrets.last_used_at < v.column4)",
        );
        rows += tx.run(query).await?;
    }
    Ok(rows)
}
