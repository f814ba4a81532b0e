//! Guard for readers of other crates that can panic on a damaged file.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
}

/// True if `guarded` catches panics of this thread. They are caused by the file and are therefore neither printed nor
/// recorded.
pub fn is_active() -> bool {
    ACTIVE.get()
}

/// Returns the result of `work`, or `None` after a panic. `work` must not share state that a panic can leave
/// inconsistent.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = ACTIVE.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    ACTIVE.set(before);
    done.ok()
}
