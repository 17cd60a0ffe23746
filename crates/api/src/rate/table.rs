//! One rule over many senders. Who has been silent for a while is forgotten: silence and absence are the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;

use super::pace::Pace;

/// Most senders that are remembered.
const MOST: usize = 16_384;

/// What was let in of each sender.
#[derive(Debug)]
pub(super) struct Table<K> {
    pace: Pace,
    most: usize,
    used_until: Mutex<HashMap<K, u64>>,
}

impl<K: Eq + Hash + Copy> Table<K> {
    pub(super) fn new(pace: Pace) -> Self {
        Self::with_room(pace, MOST)
    }

    fn with_room(pace: Pace, most: usize) -> Self {
        Self { pace, most: most.max(1), used_until: Mutex::new(HashMap::new()) }
    }

    pub(super) const fn pace(&self) -> Pace {
        self.pace
    }

    /// Lets a sender's request in at `now` (nanoseconds), or says how long it must wait.
    pub(super) fn admit(&self, sender: K, now: u64) -> Result<(), Duration> {
        let mut known = self.used_until.lock();
        if let Some(used_until) = known.get_mut(&sender) {
            *used_until = self.pace.admit(*used_until, now)?;
            return Ok(());
        }
        if known.len() >= self.most {
            make_room(&mut known, self.most, now);
        }
        let used_until = self.pace.admit(0, now)?;
        known.insert(sender, used_until);
        Ok(())
    }
}

/// Forgets the silent; when nobody is, the one that sent least.
fn make_room<K: Eq + Hash + Copy>(known: &mut HashMap<K, u64>, most: usize, now: u64) {
    known.retain(|_, used_until| *used_until > now);
    if known.len() >= most
        && let Some(least) = known.iter().min_by_key(|(_, used_until)| **used_until).map(|(key, _)| *key)
    {
        known.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    fn table(burst: u32, most: usize) -> Table<u32> {
        let pace = Pace::new(NonZeroU32::new(10).unwrap(), NonZeroU32::new(burst).unwrap());
        Table::with_room(pace, most)
    }

    #[test]
    fn senders_do_not_pay_for_each_other() {
        let table = table(2, 10);
        assert!(table.admit(1, 0).is_ok() && table.admit(1, 0).is_ok());
        assert_eq!(table.admit(1, 0).unwrap_err(), Duration::from_millis(100));
        assert!(table.admit(2, 0).is_ok());
        assert!(table.admit(1, 100_000_000).is_ok());
    }

    proptest! {
        /// However many send, memory is bounded; and the silent are forgotten before the busy.
        #[test]
        fn room_is_bounded(senders in prop::collection::vec((0u32..100, 0u64..1_000_000_000), 1..400)) {
            let table = table(3, 8);
            let mut now = 0;
            for (sender, gap) in senders {
                now += gap;
                let _ = table.admit(sender, now);
                prop_assert!(table.used_until.lock().len() <= 8);
            }
        }
    }

    #[test]
    fn a_busy_sender_is_not_forgotten_for_a_silent_one() {
        let table = table(5, 2);
        for _ in 0..5 {
            assert!(table.admit(1, 0).is_ok());
        }
        assert!(table.admit(2, 0).is_ok());
        assert!(table.admit(3, 0).is_ok(), "2 sent less than 1: it is forgotten");
        assert!(table.admit(1, 0).is_err());
    }
}
