//! Presentation state of the window.

use super::open_dialog::DialogInput;
use super::{annotate, evaluate, keymap, train, try_page};

/// Presentation state of the panels: scroll positions, open menus, unfinished input. It has no application state.
#[derive(Default)]
pub struct UiState {
    pub annotate: annotate::AnnotateState,
    pub train: train::TrainPageState,
    pub evidence: evaluate::EvidenceState,
    pub try_text: try_page::TryPageState,
    pub dialog: DialogInput,
    /// Keys that wait for a dialog that another key opened.
    pub keys: keymap::KeyQueue,
}
