//! Faults on request: a test makes a write fail, or ends the program, at each of its steps.
//!
//! A step is one system call of a write, or one transaction of a save. Steps are counted for each thread, so that tests
//! that run side by side do not disturb each other. Without a plan a step costs one comparison.

use std::cell::Cell;
use std::io;
use std::panic::resume_unwind;

/// An event at the planned step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The step fails, as on a full disk.
    Fail,
    /// The program ends before the step: the thread unwinds with [`Ended`], and no later step runs.
    End,
}

/// The payload of a thread that was ended by [`Fault::End`].
#[derive(Debug)]
pub struct Ended;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static PLAN: Cell<Option<(usize, Fault)>> = const { Cell::new(None) };
}

/// Plans a fault for the `step`-th step of this thread from now on, counted from 0; `None` only counts.
pub fn plan(fault: Option<(usize, Fault)>) {
    STEPS.set(0);
    PLAN.set(fault);
}

/// The number of steps of this thread since the last call of [`plan`].
pub fn steps() -> usize {
    STEPS.get()
}

/// One step.
///
/// # Errors
/// The planned one.
pub(crate) fn step() -> io::Result<()> {
    let at = STEPS.replace(STEPS.get() + 1);
    match PLAN.get() {
        Some((planned, Fault::Fail)) if planned == at => Err(io::ErrorKind::StorageFull.into()),
        Some((planned, Fault::End)) if planned == at => resume_unwind(Box::new(Ended)),
        _ => Ok(()),
    }
}
