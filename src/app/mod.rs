//! What the program IS: its state, its commands, and how one changes the other. No pixels, no files, no candle.
//!
//! Read in this order: [`state`] (everything the window shows), [`command`] (the one table of commands, and [`keymap`]: their
//! keys), [`update`] (a command changes the state and asks for [`Effect`]s; what concerns runs is in [`runs`]), [`events`] (what
//! the worker tells changes it too), [`language`] (the window's words), and the rooms: [`import`] (a dataset before it is taken),
//! [`asking`] (a line of text, in a dialog), `keeping` (views and snapshots), [`fixing`] (several findings at once), `source_change` (a source that another program changed), `preferences` (theme, density, keys), [`annotate`]
//! with [`labelling`], [`giving`] (labels given), [`matching`], [`suggesting`], [`worked`] (for how long) and the [`query`]
//! language of its search field, [`surveying`], [`training`], [`trying`], [`scoring`].

pub mod annotate;
pub mod command;
pub mod data_page;
pub mod effect;
pub mod evaluate_page;
pub mod events;
pub mod fixing;
pub mod i18n;
pub mod import;
pub mod keymap;
pub mod label_commands;
pub mod labeling;
mod legacy_titles;
pub mod matches;
pub mod notifications;
mod preferences;
pub mod query;
mod refusal;
pub mod runs;
mod saved;
pub mod shortcut;
mod source_change;
pub mod state;
pub mod suggestions;
pub mod text_prompt;
pub mod train_page;
pub mod try_page;
pub mod update;
pub mod work_timer;

pub use annotate::{Annotate, Filter};
pub use command::{Action, COMMANDS, Command, KeyContext};
pub use shortcut::Shortcut;

pub use effect::Effect;
pub use import::ImportPreview;
pub use keymap::Keymap;
pub use notifications::{Notification, Severity};
pub use state::{App, Page};
