//! Training arguments as command-line flags, generated from the table that also defines the form of the window.

use crate::train::TrainingArguments;
use crate::train::settings::{SETTINGS, Setting, SettingKind};
use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};

/// Training arguments from the command line.
#[derive(Clone, Debug)]
pub struct TrainingFlags(pub TrainingArguments);

/// Returns the names of the flags that a resumed run reads from its checkpoint: the table and the model.
pub fn ids() -> Vec<&'static str> {
    SETTINGS.iter().map(|setting| setting.id).chain(["model"]).collect()
}

/// Returns the flag of a setting. The Trainer's argument names are aliases, with underscores and with hyphens.
fn flag(setting: &Setting) -> Arg {
    let aliases = [setting.id.to_owned(), setting.id.replace('_', "-")];
    let aliases = aliases.into_iter().filter(|alias| alias != setting.flag).collect::<Vec<_>>();
    let arg = Arg::new(setting.id)
        .long(setting.flag)
        .help(setting.cli_help)
        .aliases(aliases)
        .default_value(setting.get(&TrainingArguments::default()));
    match setting.kind {
        SettingKind::Number(_) => arg.value_name("NUMBER").allow_hyphen_values(true),
        SettingKind::Choice(choice) => {
            arg.value_name("VALUE").value_parser(PossibleValuesParser::new(choice.options.iter().copied()))
        }
        SettingKind::Switch(_) => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"])),
    }
}

impl clap::Args for TrainingFlags {
    fn augment_args(command: Command) -> Command {
        command.args(SETTINGS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for TrainingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut arguments = TrainingArguments::default();
        for setting in SETTINGS {
            if let Some(text) = matches.get_one::<String>(setting.id) {
                setting.set(&mut arguments, text).map_err(|error| {
                    let message = format!("invalid value '{text}' for '--{}': {error}\n", setting.flag);
                    Error::raw(ErrorKind::ValueValidation, message)
                })?;
            }
        }
        Ok(Self(arguments))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
