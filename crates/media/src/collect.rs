//! Listening for keys: when enough has been pressed.

use std::time::Duration;

/// What is listened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Fewest keys that the finish key may end.
    pub min: u8,
    /// Most keys.
    pub max: u8,
    /// A key that ends it and does not count.
    pub finish_key: Option<char>,
    /// How long the first key is waited for.
    pub first: Duration,
    /// How long each next one is.
    pub next: Duration,
}

/// Why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As many as asked for.
    Max,
    /// The finish key.
    Finish,
}

/// Keys so far.
#[derive(Debug, Clone)]
pub struct Collector {
    rules: Rules,
    digits: String,
}

impl Collector {
    /// Nothing heard yet.
    pub fn new(rules: Rules) -> Self {
        Self { rules, digits: String::new() }
    }

    /// Takes a key; says when that was all. A finish key before `min` keys is not taken.
    pub fn press(&mut self, key: char) -> Option<End> {
        if self.rules.finish_key == Some(key) {
            return (self.digits.len() >= usize::from(self.rules.min)).then_some(End::Finish);
        }
        self.digits.push(key);
        (self.digits.len() >= usize::from(self.rules.max)).then_some(End::Max)
    }

    /// How long the next key is waited for.
    pub fn patience(&self) -> Duration {
        if self.digits.is_empty() { self.rules.first } else { self.rules.next }
    }

    /// Keys so far.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(min: u8, max: u8, finish_key: Option<char>) -> Rules {
        Rules { min, max, finish_key, first: Duration::from_secs(10), next: Duration::from_secs(4) }
    }

    #[test]
    fn finish_key_and_most_keys() {
        let mut collector = Collector::new(rules(2, 4, Some('#')));
        assert_eq!(collector.patience(), Duration::from_secs(10));
        assert_eq!((collector.press('1'), collector.press('#')), (None, None));
        assert_eq!(collector.patience(), Duration::from_secs(4));
        assert_eq!((collector.press('2'), collector.press('#')), (None, Some(End::Finish)));
        assert_eq!(collector.digits(), "12");
        let mut collector = Collector::new(rules(1, 2, None));
        assert_eq!((collector.press('#'), collector.press('9')), (None, Some(End::Max)));
        assert_eq!(collector.digits(), "#9");
    }

    proptest! {
        #[test]
        fn never_more_than_asked_for(keys in "[0-9*#]{0,80}", max in 1u8..64) {
            let mut collector = Collector::new(rules(1, max, Some('#')));
            for key in keys.chars() {
                if collector.press(key).is_some() {
                    break;
                }
            }
            prop_assert!(collector.digits().len() <= usize::from(max));
        }
    }
}
