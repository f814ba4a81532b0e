//! The window: drawing and input only. Panels read the state and push commands; nothing in this module changes the
//! state.
//!
//! Read in this order: [`theme`] and [`widgets`] (visual design), [`shell`] (the eframe app: commands, effects, worker
//! events), [`keymap`] (keys to commands), `chrome` (bars and navigation rail), `page_table`, then the pages: [`welcome`],
//! [`annotate`], [`train`], [`evaluate`], [`try_page`], [`data`]; and `open_dialog`, which draws the open dialog.

pub mod annotate;
mod checklist_footer;
mod chrome;
pub mod command_palette;
pub mod data;
pub mod evaluate;
pub mod export_dialog;
pub mod file_dialogs;
pub mod fixing_dialog;
pub mod format_numbers;
mod history_dialog;
pub mod import_dialog;
pub mod keymap;
mod label_map_dialog;
mod leaving_dialog;
mod matches_dialog;
mod new_dataset_dialog;
mod open_dialog;
mod page_table;
mod panel_widths;
mod project_writers;
pub mod prompt_dialog;
mod quitting_dialog;
mod settings_dialog;
pub mod shell;
pub mod shortcuts_dialog;
pub mod snapshots_dialog;
mod source_change_dialog;
mod split_dialog;
mod split_icon;
mod split_menu;
pub mod theme;
pub mod train;
pub mod try_page;
mod ui_state;
pub mod welcome;
pub mod widgets;

pub use shell::{Shell, open_window};

use crate::app::Command;

/// Commands pushed while a frame is drawn. They run before the next frame.
pub type Commands = Vec<Command>;
