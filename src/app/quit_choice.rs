//! Answer to the question before the window closes while a run is in progress.

/// Answer of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuitChoice {
    /// The run is suspended, and can be resumed in the next window.
    SuspendRun,
    /// The run is stopped, and the window closes after its best model is saved.
    StopRun,
}
