//! Application state and commands. This module does not draw, access files or use candle.
//!
//! Read in this order:
//!
//! - [`state`]: everything that the window shows; [`dialogs`] and [`pages`]: its parts.
//! - [`command_table`]: the table of commands; [`action`]: commands without parameters; [`command`] and
//!   [`page_commands`]: all commands; [`shortcut`] and [`keymap`]: keys; `legacy_titles`: keys stored by older versions.
//! - [`update`]: a command changes the state and asks for [`Effect`]s; [`runs`]: start and end of training runs;
//!   `run_list`: the runs of the project;
//!   `refusal`: commands that cannot run now; `navigation`: the visible page.
//! - [`requests`]: requests to the worker that have not ended; [`answers`]: its answers change the state; `opening`:
//!   an opened dataset replaces the current one; [`place`]: page, sentence, filter and form of the user; [`saving`]: the end of a save.
//! - `editing`: write access to the open dataset; [`label_commands`], [`mod@matches`], [`suggestions`], `reviewing`:
//!   commands that edit the open dataset (`crate::session`).
//! - [`train_page`], [`evaluate_page`], [`try_page`] with [`copied_prediction`], [`data_page`] with [`fixing`]: the other pages.
//! - [`import`]: the preview of a dataset; [`text_prompt`]: a prompt for one line; `saved`: saved searches and
//!   snapshots; `label_mapping`: labels of a model; `splitting`: moves of sentences to another split; `source_change`: a source that another program changed; `preferences`: theme, density and keys.
//! - `quitting`: closing of the window during a run. [`notifications`]: messages to the user.

#![deny(clippy::wildcard_enum_match_arm)]

pub mod action;
pub mod answers;
pub mod command;
pub mod command_table;
pub mod copied_prediction;
pub mod data_page;
pub mod dialogs;
mod editing;
pub mod effect;
pub mod evaluate_page;
mod export;
pub mod fixing;
pub mod import;
pub mod keymap;
pub mod label_commands;
mod label_mapping;
mod legacy_titles;
pub mod matches;
mod navigation;
pub mod notifications;
mod opening;
pub mod page_commands;
pub mod pages;
pub mod place;
mod preferences;
pub mod project_file;
pub mod quit_choice;
mod quitting;
pub mod refusal;
pub mod requests;
mod reviewing;
mod run_list;
pub mod runs;
mod saved;
pub mod saving;
pub mod shortcut;
mod source_change;
mod splitting;
pub mod state;
mod subwords;
pub mod suggestions;
pub mod text_prompt;
mod train_commands;
pub mod train_page;
pub mod try_page;
pub mod update;
mod view;

pub use action::Action;
pub use command::Command;
pub use command_table::{COMMANDS, Scope};
pub use shortcut::Shortcut;

pub use dialogs::ImportPreview;
pub use effect::Effect;
pub use keymap::Keymap;
pub use notifications::{Notification, Severity};
pub use pages::Page;
pub use state::App;
