//! How many things somebody holds at once.

use std::collections::HashMap;
use std::sync::Arc;

use hookswitch_model::KeyId;
use parking_lot::Mutex;

/// Places of every key. As many entries as places are held.
#[derive(Debug)]
pub(super) struct Places {
    most: u32,
    held: Mutex<HashMap<KeyId, u32>>,
}

impl Places {
    pub(super) fn new(most: u32) -> Arc<Self> {
        Arc::new(Self { most, held: Mutex::default() })
    }

    pub(super) const fn most(&self) -> u32 {
        self.most
    }

    /// A place for a key; `None` when it has as many as it may.
    pub(super) fn take(self: &Arc<Self>, key: KeyId) -> Option<Place> {
        let mut held = self.held.lock();
        let count = held.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { of: Some((Arc::clone(self), key)) })
    }
}

/// One of the things that a key may hold at once; given back when dropped.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub struct Place {
    of: Option<(Arc<Places>, KeyId)>,
}

impl Place {
    /// A place where nobody counts.
    pub(super) const fn uncounted() -> Self {
        Self { of: None }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, key)) = self.of.take() else { return };
        let mut held = places.held.lock();
        if let Some(count) = held.get_mut(&key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back() {
        let places = Places::new(2);
        let (one, other) = (KeyId::generate(), KeyId::generate());
        let (first, second) = (places.take(one), places.take(one));
        assert!(first.is_some() && second.is_some() && places.take(one).is_none());
        assert!(places.take(other).is_some(), "keys do not pay for each other");
        drop(first);
        assert!(places.take(one).is_some());
        drop(second);
        assert!(places.held.lock().is_empty(), "nothing is left of who holds nothing");
    }
}
