//! What the program IS: its state, its commands, and how one changes the other. No pixels, no files, no candle.
//!
//! Read in this order: [`state`] (everything the window shows), [`command`] (the one table of commands, and [`keymap`]: their
//! keys), [`update`] (a command changes the state and asks for [`Effect`]s; what concerns runs is in [`runs`]), [`events`] (what
//! the worker tells changes it too), [`language`] (the window's words), and the rooms: [`import`] (a dataset before it is taken),
//! [`asking`] (a line of text, in a dialog), `keeping` (views and snapshots), [`fixing`] (several findings at once), `source_change` (a source that another program changed), `preferences` (theme, density, keys), [`annotate`]
//! with [`labelling`], [`giving`] (labels given), [`matching`], [`suggesting`], [`worked`] (for how long) and the [`query`]
//! language of its search field, [`surveying`], [`training`], [`trying`], [`scoring`].

pub mod annotate;
pub mod asking;
pub mod chord;
pub mod command;
pub mod effect;
pub mod events;
pub mod fixing;
pub mod giving;
pub mod import;
mod keeping;
pub mod keymap;
pub mod labelling;
pub mod language;
mod legacy_titles;
pub mod matching;
pub mod notices;
mod preferences;
pub mod query;
mod refusal;
pub mod runs;
pub mod scoring;
mod source_change;
pub mod state;
pub mod suggesting;
pub mod surveying;
pub mod training;
pub mod trying;
pub mod update;
pub mod worked;

pub use annotate::{Annotate, Filter};
pub use chord::Chord;
pub use command::{Action, COMMANDS, Command, Context};

pub use effect::Effect;
pub use import::Importing;
pub use keymap::Keymap;
pub use notices::{Notice, Tone};
pub use state::{App, Room};
