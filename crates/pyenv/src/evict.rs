//! Keeping within the bound: the environments unused for longest go first, then uv's cache.

use std::collections::HashSet;

use hookswitch_sandbox::SetName;

use crate::folder::{Folder, Found};
use crate::settings::PyenvSettings;
use crate::tree;

/// Removes what is too much and returns the names of what went. `kept` never go.
pub(crate) fn evict(folder: &Folder, settings: &PyenvSettings, kept: &HashSet<SetName>) -> Vec<SetName> {
    let mut all = folder.all();
    all.sort_by_key(|found| found.used);
    let mut total: u64 = all.iter().map(|found| found.about.bytes).sum();
    let idle = |found: &Found| found.used.elapsed().is_ok_and(|age| age >= settings.keep);
    let mut gone = Vec::new();
    for found in all.iter().filter(|found| idle(found) && !kept.contains(&found.name)) {
        if total <= settings.total {
            break;
        }
        match folder.remove(&found.name) {
            Ok(()) => {
                total -= found.about.bytes;
                gone.push(found.name.clone());
            }
            Err(error) => tracing::warn!(%error, name = %found.name, "an environment can't be removed"),
        }
    }
    // Files of environments are shared with the cache: only what is left of the bound is the cache's.
    let room = settings.total.saturating_sub(total);
    if tree::measure(&folder.cache()).bytes > room.max(settings.total / 4)
        && let Err(error) = folder.empty_cache()
    {
        tracing::warn!(%error, "uv's cache can't be emptied");
    }
    gone
}
