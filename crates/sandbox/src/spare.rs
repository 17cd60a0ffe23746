//! Spares: processes forked ahead of the call, tool loaded, waiting for their arguments.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::child::Child;
use crate::egress::CallToken;
use crate::outcome::Failure;
use crate::tool::{Form, ToolSpec};

/// Most spares of one tool, however many sessions use it.
const MOST_OF_ONE: usize = 4;

/// A process whose tool is loaded, or has failed to load.
#[derive(Debug)]
pub(crate) struct Spare {
    pub(crate) child: Child,
    pub(crate) loaded: Result<Form, Failure>,
    pub(crate) token: CallToken,
    born: Instant,
    /// Its place among all spares; none when it was forked for a call that is there.
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

impl Spare {
    pub(crate) fn new(child: Child, loaded: Result<Form, Failure>, token: CallToken) -> Self {
        Self { child, loaded, token, born: Instant::now(), place: None }
    }
}

/// A prepared tool and its spares.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) spec: ToolSpec,
    spares: Mutex<VecDeque<Spare>>,
    /// Sessions that hold it.
    wanted: AtomicUsize,
    /// Spares being made.
    coming: AtomicUsize,
    /// How often all spares were replaced: one that was begun before is not taken in after.
    renewals: AtomicUsize,
    forgotten: AtomicBool,
}

/// The right and duty to make one spare.
pub(crate) struct Coming<'a> {
    tool: &'a Tool,
    renewals: usize,
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        self.tool.coming.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Coming<'_> {
    /// Takes the spare in, if it is still wanted.
    pub(crate) fn put(self, spare: Spare) {
        let tool = self.tool;
        let mut spares = tool.spares.lock();
        let is_current = self.renewals == tool.renewals.load(Ordering::Acquire);
        if is_current && !tool.forgotten.load(Ordering::Acquire) && spares.len() < MOST_OF_ONE {
            spares.push_back(spare);
        }
    }
}

impl Tool {
    pub(crate) fn new(spec: ToolSpec) -> Self {
        Self {
            spec,
            spares: Mutex::default(),
            wanted: AtomicUsize::new(0),
            coming: AtomicUsize::new(0),
            renewals: AtomicUsize::new(0),
            forgotten: AtomicBool::new(false),
        }
    }

    /// One session more, or one less.
    pub(crate) fn hold(&self) {
        self.wanted.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn let_go(&self) {
        let before = self.wanted.fetch_sub(1, Ordering::AcqRel);
        let mut spares = self.spares.lock();
        while spares.len() > before.saturating_sub(1).min(MOST_OF_ONE) {
            spares.pop_front();
        }
    }

    /// No spare of it lives or comes after this.
    pub(crate) fn forget(&self) {
        self.forgotten.store(true, Ordering::Release);
        self.spares.lock().clear();
    }

    /// Lets all spares go, those that are being made as well; new ones may come.
    pub(crate) fn renew(&self) {
        let mut spares = self.spares.lock();
        self.renewals.fetch_add(1, Ordering::AcqRel);
        spares.clear();
    }

    /// Lets all spares go; others may come.
    pub(crate) fn clear(&self) {
        self.spares.lock().clear();
    }

    /// The freshest spare that is fit.
    pub(crate) fn take(&self, oldest: Duration) -> Option<Spare> {
        let mut spares = self.spares.lock();
        loop {
            let spare = spares.pop_back()?;
            if fit(&spare, oldest) {
                return Some(spare);
            }
        }
    }

    /// Throws out what is too old or dead.
    pub(crate) fn tidy(&self, oldest: Duration) {
        self.spares.lock().retain(|spare| fit(spare, oldest));
    }

    /// Whether one more should be made, and if so the claim to make it.
    pub(crate) fn claim(&self) -> Option<Coming<'_>> {
        let have = self.spares.lock().len();
        let want = self.wanted.load(Ordering::Acquire).min(MOST_OF_ONE);
        let coming = self.coming.fetch_add(1, Ordering::AcqRel);
        let claim = Coming { tool: self, renewals: self.renewals.load(Ordering::Acquire) };
        (have + coming < want && !self.forgotten.load(Ordering::Acquire)).then_some(claim)
    }

    /// Spares that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.spares.lock().len()
    }
}

fn fit(spare: &Spare, oldest: Duration) -> bool {
    // One that failed to load has ended; its failure is worth telling while it is young.
    spare.born.elapsed() < oldest && (spare.loaded.is_err() || spare.child.is_waiting())
}
