//! What is remembered of environments beyond this process and this disk: their locks, so that a rebuild brings the
//! same versions, and why one could not be made.

use std::fmt::Debug;
use std::pin::Pin;

use parking_lot::Mutex;

/// How an environment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// On its way.
    Building,
    /// There.
    Ready,
    /// Could not be made. One line, for the author.
    Failed(String),
}

/// One environment, as remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its key, 64 hex digits.
    pub key: String,
    /// The requirements, one a line, sorted.
    pub requirements: String,
    /// What it was resolved to; text of a lock.
    pub lock: Option<String>,
    /// How it stands.
    pub state: State,
}

/// A future of the book.
pub type Writing<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Where records are kept.
pub trait Book: Debug + Send + Sync {
    /// The records used last, at most so many.
    fn load(&self, most: u32) -> Writing<'_, Vec<Record>>;
    /// Writes one, replacing an older one of its key.
    fn save(&self, record: Record) -> Writing<'_, ()>;
    /// Notes that it is in use, so that it is loaded and kept.
    fn touch(&self, key: String) -> Writing<'_, ()>;
}

/// A book that ends with the process: for tests and for the command line.
#[derive(Debug, Default)]
pub struct MemoryBook(Mutex<Vec<Record>>);

impl Book for MemoryBook {
    fn load(&self, most: u32) -> Writing<'_, Vec<Record>> {
        let records = self.0.lock().iter().rev().take(most as usize).cloned().collect();
        Box::pin(async { Ok(records) })
    }

    fn save(&self, record: Record) -> Writing<'_, ()> {
        let mut records = self.0.lock();
        records.retain(|other| other.key != record.key);
        records.push(record);
        Box::pin(async { Ok(()) })
    }

    fn touch(&self, _key: String) -> Writing<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
