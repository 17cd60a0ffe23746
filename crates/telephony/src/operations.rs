//! The operations of one call: keys that were seen, what runs, what came of it. Pure.

use crate::OperationKey;
use crate::command::Command;
use crate::port::Refused;
use crate::result::OpResult;
use crate::status::OperationStatus;

/// Most operations remembered per call; the oldest ended one is forgotten first.
const MOST: usize = 256;

/// What becomes of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// Carry it out.
    Run,
    /// The same key runs already: wait for it.
    Joined,
    /// The same key has ended: this is how.
    Ended(OpResult),
}

#[derive(Debug, Clone)]
struct Entry {
    key: OperationKey,
    command: Command,
    result: Option<OpResult>,
}

/// The operations of one call.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    entries: Vec<Entry>,
}

impl Operations {
    /// Takes a command in. The same key with another command is refused, and so is a second operation that changes
    /// who is connected while one runs.
    pub fn begin(&mut self, key: &str, command: &Command) -> Result<Begun, Refused> {
        if let Some(known) = self.entries.iter().find(|entry| entry.key == key) {
            if known.command != *command {
                return Err(Refused::new("key_reused", "this operation key was used for something else"));
            }
            return Ok(known.result.clone().map_or(Begun::Joined, Begun::Ended));
        }
        command.check().map_err(|line| Refused::new("invalid_command", line))?;
        if let Some(running) =
            self.entries.iter().find(|entry| entry.result.is_none() && clashes(entry, command))
        {
            let line = format!("another operation is still running on this call ({})", running.key);
            return Err(Refused { code: "operation_in_progress".into(), line });
        }
        if self.entries.len() >= MOST {
            let Some(oldest) = self.entries.iter().position(|entry| entry.result.is_some()) else {
                return Err(Refused::new("too_many_operations", "too much is going on on this call"));
            };
            self.entries.remove(oldest);
        }
        self.entries.push(Entry { key: key.to_owned(), command: command.clone(), result: None });
        Ok(Begun::Run)
    }

    /// Notes how an operation ended; the first result stays. Says whether it was the first.
    pub fn end(&mut self, key: &str, result: OpResult) -> bool {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) if entry.result.is_none() => {
                entry.result = Some(result);
                true
            }
            _ => false,
        }
    }

    /// Keys of operations that run.
    pub fn running(&self) -> impl Iterator<Item = (&str, &Command)> {
        self.entries.iter().filter(|e| e.result.is_none()).map(|e| (e.key.as_str(), &e.command))
    }

    /// How an operation ended, when it has.
    pub fn result(&self, key: &str) -> Option<&OpResult> {
        self.entries.iter().find(|entry| entry.key == key)?.result.as_ref()
    }

    /// All that is remembered, oldest first.
    pub fn statuses(&self) -> Vec<OperationStatus> {
        let status =
            |entry: &Entry| OperationStatus { operation: entry.key.clone(), result: entry.result.clone() };
        self.entries.iter().map(status).collect()
    }
}

/// Whether a running operation stands in the way.
fn clashes(running: &Entry, new: &Command) -> bool {
    if new.pre_empts() {
        return false;
    }
    let same_digits = matches!((&running.command, new), (Command::Collect(_), Command::Collect(_)));
    same_digits || (running.command.is_exclusive() && new.is_exclusive())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::command::{CollectDigits, EndCall, Transfer, Wait};
    use crate::result::Failure;
    use crate::target::Target;

    fn transfer() -> Command {
        Command::Transfer(Box::new(Transfer::to(Target::parse("+14155552671").unwrap())))
    }

    fn collect() -> Command {
        let collect = serde_json::json!({"max": 4});
        Command::Collect(serde_json::from_value::<CollectDigits>(collect).unwrap())
    }

    #[test]
    fn a_repeated_key_joins_and_then_replays() {
        let mut all = Operations::default();
        assert_eq!(all.begin("a", &transfer()), Ok(Begun::Run));
        assert_eq!(all.begin("a", &transfer()), Ok(Begun::Joined));
        let result = OpResult::failed(Failure::Busy, Some(486));
        assert!(all.end("a", result.clone()));
        assert!(!all.end("a", OpResult::Done));
        assert_eq!(all.begin("a", &transfer()), Ok(Begun::Ended(result)));
        assert_eq!(all.begin("a", &collect()).unwrap_err().code, "key_reused");
    }

    #[test]
    fn one_transfer_at_a_time_and_what_may_overlap() {
        let mut all = Operations::default();
        all.begin("a", &transfer()).unwrap();
        assert_eq!(all.begin("b", &transfer()).unwrap_err().code, "operation_in_progress");
        all.begin("c", &collect()).unwrap();
        assert_eq!(all.begin("d", &collect()).unwrap_err().code, "operation_in_progress");
        all.begin("e", &Command::Abort).unwrap();
        all.begin("f", &Command::EndCall(EndCall::default())).unwrap();
    }

    proptest! {
        #[test]
        fn never_two_exclusive_and_never_more_than_remembered(
            steps in proptest::collection::vec((0u8..40, 0u8..4, any::<bool>()), 0..600)
        ) {
            let mut all = Operations::default();
            for (key, what, ends) in steps {
                let command = match what {
                    0 => transfer(),
                    1 => collect(),
                    2 => Command::Abort,
                    _ => Command::Wait(Wait { ms: 1 }),
                };
                let _ = all.begin(&format!("{what}-{key}"), &command);
                if ends {
                    all.end(&format!("{what}-{key}"), OpResult::Done);
                }
                prop_assert!(all.running().filter(|(_, c)| c.is_exclusive()).count() <= 1);
                prop_assert!(all.statuses().len() <= MOST);
            }
        }
    }
}
