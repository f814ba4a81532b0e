//! Identity of a state of an open dataset. A result that was computed from a dataset has the stamp of its input.

use std::sync::atomic::{AtomicU64, Ordering};

/// Number of a session, unique in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u64);

impl SessionId {
    /// Returns a number that was not used before.
    pub fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// State of an open dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The session.
    pub session: SessionId,
    /// Changes with every edit.
    pub revision: u64,
    /// Changes when label ids are reassigned to other labels.
    pub label_revision: u64,
}

impl Stamp {
    /// True if label ids, documents and sentences of a result still have the same meaning.
    pub fn has_same_ids(self, current: Self) -> bool {
        (self.session, self.label_revision) == (current.session, current.label_revision)
    }
}
