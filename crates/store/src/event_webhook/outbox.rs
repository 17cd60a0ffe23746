//! The outbox: what is to be told is written in the commit of the event itself, so that neither is without the other.

use hookswitch_model::event::SessionEvent;

use crate::db::{Arg, Many, Result, Tx, sql};

static PUT: Many = Many::new(
    "insert into event_deliveries (webhook, session, seq, state, tries, tried, created_at, next_at, give_up_from) \
     select w.id, s.id, ?2, 'waiting', '[]', 0, ?3, ?3, ?3 from sessions s \
     join event_webhooks w on w.org = s.org and w.mode = s.mode \
     where s.id = ?1 and w.enabled and (w.session is null or w.session = s.id) \
     and (w.kinds = '' or w.kinds like ?4)",
    (
        "insert into event_deliveries (webhook, session, seq, state, tries, tried, created_at, next_at, give_up_from) \
         select w.id, s.id, v.column2, 'waiting', '[]', 0, v.column3, v.column3, v.column3 from (values ",
        ") v join sessions s on s.id = v.column1 join event_webhooks w on w.org = s.org and w.mode = s.mode \
         where w.enabled and (w.session is null or w.session = s.id) \
         and (w.kinds = '' or w.kinds like v.column4) order by v.column3, v.column2",
    ),
    " on conflict (webhook, session, seq) do nothing",
);

/// Puts events on their way to all that want them; gives how many are on their way. Asks once where nobody does.
pub(crate) async fn put(tx: &mut Tx, events: &[&SessionEvent]) -> Result<u64> {
    if events.is_empty() {
        return Ok(0);
    }
    let query = sql("select 1 as one from event_webhooks where enabled limit 1");
    if tx.row(query).await?.is_none() {
        return Ok(0);
    }
    let row = |event: &&SessionEvent| -> Vec<Arg> {
        vec![
            event.session.into(),
            event.seq.into(),
            event.at.into(),
            format!("% {} %", event.kind.as_str()).into(),
        ]
    };
    tx.run_many(&PUT, events.iter().map(row).collect()).await
}
