//! What a model does not see of a schema.

use std::fmt;

use crate::json_path::{push_index, push_member};

/// Most losses of one schema that are told.
const MOST_LOSSES: usize = 200;

/// A part of a schema that was left out or loosened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// JSON path in the schema: `$.properties.date.minLength`.
    pub path: String,
    /// What becomes of it.
    pub message: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Collects losses along a walk over a schema.
#[derive(Debug)]
pub(super) struct Losses {
    path: String,
    pub(super) found: Vec<Loss>,
}

impl Losses {
    pub(super) fn new() -> Self {
        Self { path: "$".to_owned(), found: Vec::new() }
    }

    /// Something at this place.
    pub(super) fn add(&mut self, message: impl Into<String>) {
        if self.found.len() < MOST_LOSSES {
            self.found.push(Loss { path: self.path.clone(), message: message.into() });
        }
    }

    /// Something in a member of this place.
    pub(super) fn add_at(&mut self, member: &str, message: impl Into<String>) {
        let here = self.enter(member);
        self.add(message);
        self.leave(here);
    }

    /// Goes into a member; the way back is for [`Self::leave`].
    pub(super) fn enter(&mut self, member: &str) -> usize {
        let length = self.path.len();
        push_member(&mut self.path, member);
        length
    }

    /// Goes into an item of a list in a member.
    pub(super) fn enter_item(&mut self, member: &str, index: usize) -> usize {
        let length = self.enter(member);
        push_index(&mut self.path, index);
        length
    }

    /// Goes back.
    pub(super) fn leave(&mut self, length: usize) {
        self.path.truncate(length);
    }
}
