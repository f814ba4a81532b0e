//! Readers of other crates that panic on a damaged file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is caught by `guarded`: it is the file's fault, so it is neither printed nor recorded.
pub fn is_active() -> bool {
    ACTIVE.get()
}

/// What `work` gives; `None` where it panicked. It must not share state that a panic could leave half changed.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = ACTIVE.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    ACTIVE.set(before);
    done.ok()
}
