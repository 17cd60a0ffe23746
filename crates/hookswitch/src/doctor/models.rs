//! The endpoints of the agents' built-in brains: which of them the egress policy does not let through. Nothing of HTTP
//! is said to them.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_egress::{Client, HickoryResolver, Policy, TlsRule};
use hookswitch_store::{DatabaseUrl, Store, StoreOptions};
use tokio::time::Instant;

use super::checks::{finding, works};
use super::{Finding, Verdict};
use crate::config::Config;

/// How long an endpoint may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most endpoints that are tried.
const MOST: usize = 20;
const WHAT: &str = "models";

pub(super) async fn models(config: &Config) -> Finding {
    if matches!(&config.database_url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return works(WHAT, "no agent has a brain yet");
    }
    let Ok(store) = Store::open(&config.database_url, StoreOptions::default()).await else {
        // Said by the check of the database.
        return works(WHAT, "not looked at: the database can't be opened");
    };
    let urls = store.brain_urls_any_tenant().await;
    store.close().await;
    match urls {
        Ok(urls) if urls.is_empty() => works(WHAT, "no agent has a brain yet"),
        Ok(urls) => try_all(config, &urls).await,
        Err(error) => finding(WHAT, Verdict::Doubtful, error.to_string(), "see the check of the database"),
    }
}

async fn try_all(config: &Config, urls: &[String]) -> Finding {
    let policy = Policy::new(config.egress.clone());
    let client = HickoryResolver::from_system()
        .ok()
        .and_then(|resolver| Client::builder(policy, Arc::new(resolver)).build().ok());
    let Some(client) = client else {
        return works(WHAT, "not looked at: names can't be resolved");
    };
    let (mut said, mut hints, mut is_fine) = (Vec::new(), Vec::new(), true);
    for url in urls.iter().take(MOST) {
        match try_one(&client, url).await {
            Ok(()) => said.push(format!("{url} answers")),
            Err((why, hint)) => {
                is_fine = false;
                said.push(format!("{url}: {why}"));
                hints.extend(hint);
            }
        }
    }
    let hint = if hints.is_empty() { None } else { Some(hints.join("; ")) };
    let verdict = if is_fine { Verdict::Works } else { Verdict::Doubtful };
    Finding { what: WHAT, verdict, said: said.join(", "), hint }
}

/// What keeps us from an endpoint, and the entry that would open it.
async fn try_one(client: &Client, url: &str) -> Result<(), (String, Option<String>)> {
    let refused = |refusal: &hookswitch_egress::Refusal| {
        (refusal.to_string(), Some(format!("{url}: {}", refusal.operator_hint())))
    };
    let checked = client.policy().check_url(url).map_err(|refusal| refused(&refusal))?;
    match client.reachable(&checked, TlsRule::Verified, Instant::now() + PATIENCE).await {
        Ok(_) => Ok(()),
        Err(hookswitch_egress::NotSent::Refused(refusal)) => Err(refused(&refusal)),
        Err(error) => Err((error.to_string(), None)),
    }
}
