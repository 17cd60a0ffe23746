//! Python packages: what a list of requirements was resolved to. Belongs to nobody: the same list is the same packages
//! for every tenant.

use hookswitch_model::Stamp;

use crate::db::{Result, sql};
use crate::open::Store;

/// Rows removed with each start that nobody has used for long.
const SWEPT: u32 = 1_000;

/// One list of requirements and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonPackages {
    /// Hash of Python, platform and requirements.
    pub key: String,
    /// One a line, sorted.
    pub requirements: String,
    /// Versions with hashes.
    pub lock: Option<String>,
    /// `building`, `ready`, `failed`.
    pub state: String,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Store {
    /// The lists used last, the latest first; those not used since `oldest` are forgotten.
    pub async fn python_packages_any_tenant(&self, most: u32, oldest: Stamp) -> Result<Vec<PythonPackages>> {
        let sweep = sql("delete from python_packages where key in (select key from python_packages \
             where used_at < $1 order by used_at limit $2)")
        .bind(oldest)
        .bind(SWEPT);
        self.db().run(sweep).await?;
        let query = sql("select * from python_packages order by used_at desc limit $1").bind(most);
        let rows = self.db().rows(query).await?;
        rows.iter()
            .map(|row| {
                Ok(PythonPackages {
                    key: row.get("key")?,
                    requirements: row.get("requirements")?,
                    lock: row.opt("lock")?,
                    state: row.get("state")?,
                    reason: row.opt("reason")?,
                })
            })
            .collect()
    }

    /// Writes a list, over what was known of it. A lock that is known stays when none comes.
    pub async fn save_python_packages_any_tenant(&self, packages: &PythonPackages, now: Stamp) -> Result<()> {
        let query = sql("insert into python_packages (key, requirements, lock, state, reason, used_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict (key) do update set \
             lock = coalesce(excluded.lock, python_packages.lock), state = excluded.state, \
             reason = excluded.reason, used_at = excluded.used_at")
        .bind(packages.key.as_str())
        .bind(packages.requirements.as_str())
        .bind(packages.lock.as_deref())
        .bind(packages.state.as_str())
        .bind(packages.reason.as_deref())
        .bind(now);
        self.db().run(query).await.map(drop)
    }

    /// Notes that a list is in use.
    pub async fn touch_python_packages_any_tenant(&self, key: &str, now: Stamp) -> Result<()> {
        let query = sql("update python_packages set used_at = $1 where key = $2").bind(now).bind(key);
        self.db().run(query).await.map(drop)
    }
}
