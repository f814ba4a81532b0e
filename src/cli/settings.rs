//! Training arguments as command-line flags, generated from the table that also defines the form of the window.

use crate::train::TrainingArguments;
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};

/// Training arguments from the command line.
#[derive(Clone, Debug)]
pub struct TrainingFlags(pub TrainingArguments);

/// Returns the names of the flags that a resumed run reads from its checkpoint: the table and three more flags.
pub fn ids() -> Vec<&'static str> {
    let table = NUMBER_SETTINGS.iter().map(|f| f.name).chain(ENUM_SETTINGS.iter().map(|c| c.name));
    table.chain(["model", "label_all_pieces", "new_head"]).collect()
}

impl clap::Args for TrainingFlags {
    fn augment_args(mut command: Command) -> Command {
        let book = TrainingArguments::default();
        let flag = |name: &'static str, long: &'static str, about: &'static str| {
            // The Trainer's argument names are aliases, with underscores and with hyphens.
            let aliases = [name.to_owned(), name.replace('_', "-")].into_iter().filter(|alias| alias != long);
            Arg::new(name).long(long).help(about).aliases(aliases.collect::<Vec<_>>())
        };
        for f in NUMBER_SETTINGS {
            command = command.arg(
                flag(f.name, f.flag, f.cli_help)
                    .value_name("NUMBER")
                    .default_value(f.get(&book))
                    .allow_hyphen_values(true),
            );
        }
        for c in ENUM_SETTINGS {
            command = command.arg(
                flag(c.name, c.flag, c.cli_help)
                    .value_name("VALUE")
                    .default_value(c.word(&book))
                    .value_parser(c.options.to_vec()),
            );
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for TrainingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut settings = TrainingArguments::default();
        for f in NUMBER_SETTINGS {
            if let Some(text) = matches.get_one::<String>(f.name) {
                f.set(&mut settings, text).map_err(|range| {
                    let message = format!("invalid value '{text}' for '--{}': {range}\n", f.flag);
                    Error::raw(ErrorKind::ValueValidation, message)
                })?;
            }
        }
        for c in ENUM_SETTINGS {
            if let Some(word) = matches.get_one::<String>(c.name) {
                c.choose(&mut settings, word);
            }
        }
        Ok(Self(settings))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
