//! Key rotation: walking over everything that is sealed, table by table, and swapping bytes in place.

use hookswitch_model::{OrgId, Scope};

use super::{SealedPlace, SealedRow};
use crate::db::{Query, Result, Row, sql};
use crate::open::Store;

/// The tables in the order of the walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Seals,
    AgentSeals,
    SigningKeys,
    ProjectSigningKeys,
    EventWebhookKeys,
    Secrets,
    Answers,
}

const WALK: [Table; 7] = [
    Table::Seals,
    Table::AgentSeals,
    Table::SigningKeys,
    Table::ProjectSigningKeys,
    Table::EventWebhookKeys,
    Table::Secrets,
    Table::Answers,
];

impl SealedPlace {
    const fn table(&self) -> Table {
        match self {
            Self::Seal(_) => Table::Seals,
            Self::AgentSeal(_) => Table::AgentSeals,
            Self::SigningKey(..) => Table::SigningKeys,
            Self::ProjectSigningKey(..) => Table::ProjectSigningKeys,
            Self::EventWebhookKey(..) => Table::EventWebhookKeys,
            Self::Secret(_) => Table::Secrets,
            Self::Answer(..) => Table::Answers,
        }
    }
}

impl Table {
    /// The rows after a place of the same table, in the order of the primary key.
    fn after(self, place: Option<&SealedPlace>) -> Query {
        let query = match self {
            Self::Seals => sql("select * from seals where 1 = 1"),
            Self::AgentSeals => sql("select *, 'agent' as purpose from agent_seals where 1 = 1"),
            Self::SigningKeys => sql("select *, 'signing_key' as purpose from signing_keys where 1 = 1"),
            Self::ProjectSigningKeys => {
                sql("select *, 'signing_key' as purpose from project_signing_keys where 1 = 1")
            }
            Self::EventWebhookKeys => {
                sql("select *, 'signing_key' as purpose from event_webhook_keys where 1 = 1")
            }
            Self::Secrets => sql("select *, name as purpose from secrets where 1 = 1"),
            Self::Answers => sql("select *, route as purpose from answers where sealed is not null"),
        };
        let query = match place {
            None => query,
            Some(SealedPlace::Seal(id) | SealedPlace::AgentSeal(id)) => query.and("id >", *id),
            Some(SealedPlace::Secret(id)) => query.and("id >", *id),
            Some(SealedPlace::SigningKey(tool, number)) => {
                query.push(" and (tool, number) > (").arg(*tool).push(", ").arg(*number).push(")")
            }
            Some(SealedPlace::EventWebhookKey(webhook, number)) => {
                query.push(" and (webhook, number) > (").arg(*webhook).push(", ").arg(*number).push(")")
            }
            Some(SealedPlace::ProjectSigningKey(project, mode, number)) => query
                .push(" and (project, mode, number) > (")
                .arg(*project)
                .push(", ")
                .arg(*mode)
                .push(", ")
                .arg(*number)
                .push(")"),
            Some(SealedPlace::Answer(org, mode, hash)) => query
                .push(" and (org, mode, key_hash) > (")
                .arg(*org)
                .push(", ")
                .arg(*mode)
                .push(", ")
                .arg(hash)
                .push(")"),
        };
        query.push(match self {
            Self::Seals | Self::AgentSeals | Self::Secrets => " order by id",
            Self::SigningKeys => " order by tool, number",
            Self::ProjectSigningKeys => " order by project, mode, number",
            Self::EventWebhookKeys => " order by webhook, number",
            Self::Answers => " order by org, mode, key_hash",
        })
    }

    fn place(self, row: &Row) -> Result<SealedPlace> {
        Ok(match self {
            Self::Seals => SealedPlace::Seal(row.get("id")?),
            Self::AgentSeals => SealedPlace::AgentSeal(row.get("id")?),
            Self::SigningKeys => SealedPlace::SigningKey(row.get("tool")?, row.get("number")?),
            Self::ProjectSigningKeys => {
                SealedPlace::ProjectSigningKey(row.get("project")?, row.get("mode")?, row.get("number")?)
            }
            Self::EventWebhookKeys => SealedPlace::EventWebhookKey(row.get("webhook")?, row.get("number")?),
            Self::Secrets => SealedPlace::Secret(row.get("id")?),
            Self::Answers => SealedPlace::Answer(row.get("org")?, row.get("mode")?, hash_of(row)?),
        })
    }
}

fn hash_of(row: &Row) -> Result<[u8; 32]> {
    row.get::<Vec<u8>>("key_hash")?.try_into().map_err(|_| crate::error::StoreError::Corrupt {
        column: "key_hash",
        reason: "expected 32 bytes".to_owned(),
    })
}

/// The condition that finds a place.
fn at(query: Query, place: &SealedPlace) -> Query {
    match place {
        SealedPlace::Seal(id) | SealedPlace::AgentSeal(id) => query.push("id = ").arg(*id),
        SealedPlace::Secret(id) => query.push("id = ").arg(*id),
        SealedPlace::SigningKey(tool, number) => query.push("tool = ").arg(*tool).and("number =", *number),
        SealedPlace::EventWebhookKey(webhook, number) => {
            query.push("webhook = ").arg(*webhook).and("number =", *number)
        }
        SealedPlace::ProjectSigningKey(project, mode, number) => {
            query.push("project = ").arg(*project).and("mode =", *mode).and("number =", *number)
        }
        SealedPlace::Answer(org, mode, hash) => {
            query.within("answers", Scope::new(OrgId::from_uuid(org.uuid()), *mode)).and("key_hash =", hash)
        }
    }
}

impl Store {
    /// The next sealed rows of all tenants after a place, at most `limit`; an empty list at the end of the walk.
    pub async fn sealed_rows_any_tenant(
        &self,
        after: Option<&SealedPlace>,
        limit: u32,
    ) -> Result<Vec<SealedRow>> {
        let mut found = Vec::new();
        let from =
            after.map_or(0, |place| WALK.iter().position(|table| *table == place.table()).unwrap_or(0));
        for table in &WALK[from..] {
            let missing = i64::from(limit.clamp(1, 10_000)) - i64::try_from(found.len()).unwrap_or(i64::MAX);
            if missing <= 0 {
                break;
            }
            let place = after.filter(|place| place.table() == *table);
            for row in self.db().rows(table.after(place).push(" limit ").arg(missing)).await? {
                found.push(SealedRow {
                    place: table.place(&row)?,
                    org: row.get("org")?,
                    mode: row.get("mode")?,
                    purpose: row.get("purpose")?,
                    sealed: row.get("sealed")?,
                });
            }
        }
        Ok(found)
    }

    /// Puts other bytes in the place of `old`; false when they are no longer there (the value was set anew or
    /// removed meanwhile).
    pub async fn replace_sealed_any_tenant(
        &self,
        place: &SealedPlace,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool> {
        let query = match place.table() {
            Table::Seals => sql("update seals set sealed = $1 where "),
            Table::AgentSeals => sql("update agent_seals set sealed = $1 where "),
            Table::SigningKeys => sql("update signing_keys set sealed = $1 where "),
            Table::ProjectSigningKeys => sql("update project_signing_keys set sealed = $1 where "),
            Table::EventWebhookKeys => sql("update event_webhook_keys set sealed = $1 where "),
            Table::Secrets => sql("update secrets set sealed = $1 where "),
            Table::Answers => sql("update answers set sealed = $1 where "),
        };
        Ok(self.db().run(at(query.bind(new), place).and("sealed =", old)).await? > 0)
    }
}
