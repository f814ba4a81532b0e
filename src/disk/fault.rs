//! Fault injection for tests: a write fails, or the program ends, at a planned step.
//!
//! A step is one system call of a write, or one transaction of a save. Steps are counted per thread, so parallel tests
//! are independent. Without a plan, a step costs one comparison.

use std::cell::Cell;
use std::io;
use std::panic::resume_unwind;

/// Fault at the planned step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The step fails, as on a full disk.
    Fail,
    /// The program ends before the step. The thread unwinds with [`Ended`], and no later step is executed.
    End,
}

/// Panic payload of a thread that [`Fault::End`] ended.
#[derive(Debug)]
pub struct Ended;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static PLAN: Cell<Option<(usize, Fault)>> = const { Cell::new(None) };
}

/// Plans a fault for the step with this index, counted from 0 from this call on. `None` only counts steps.
pub fn plan(fault: Option<(usize, Fault)>) {
    STEPS.set(0);
    PLAN.set(fault);
}

/// Returns the number of steps of this thread since the last call of [`plan`].
pub fn steps() -> usize {
    STEPS.get()
}

/// Executes one step.
///
/// # Errors
/// Returns the planned error.
pub(crate) fn step() -> io::Result<()> {
    let at = STEPS.replace(STEPS.get() + 1);
    match PLAN.get() {
        Some((planned, Fault::Fail)) if planned == at => Err(io::ErrorKind::StorageFull.into()),
        Some((planned, Fault::End)) if planned == at => resume_unwind(Box::new(Ended)),
        _ => Ok(()),
    }
}
