//! The window: drawing and input only. Panels read the state and push commands; nothing in this module changes the
//! state.
//!
//! Read in this order: [`theme`] and [`widgets`] (visual design), [`shell`] (the eframe app: commands, effects, worker
//! events), [`keymap`] (keys to commands), `frame` (bars and navigation rail), then the pages: [`welcome`],
//! [`annotate`], [`train`], [`evaluate`], [`try_text`], [`data`]; and the dialogs: [`palette`], [`key_sheet`],
//! [`ask_dialog`], [`import_dialog`], [`snapshots_dialog`], [`export_dialog`].

pub mod annotate;
pub mod ask_dialog;
pub mod data;
pub mod dialogs;
pub mod evaluate;
pub mod export_dialog;
pub mod fixing_dialog;
mod frame;
mod history_dialog;
pub mod import_dialog;
pub mod key_sheet;
pub mod keymap;
mod leaving_dialog;
mod matches_dialog;
pub mod numbers;
pub mod palette;
mod panel_width;
mod settings_dialog;
pub mod shell;
pub mod snapshots_dialog;
mod source_change_dialog;
pub mod theme;
mod tick_foot;
pub mod train;
pub mod try_text;
pub mod welcome;
pub mod widgets;

pub use shell::{Shell, open_window};

use crate::app::Command;

/// Commands pushed while a frame is drawn. They run before the next frame.
pub type Commands = Vec<Command>;
