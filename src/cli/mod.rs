//! The command line: every subcommand is a thin face of the library.
//!
//! Text for people or `--json` on standard output, logs on standard error; exit codes 0 (done), 1 (failed), 2 (wrong
//! usage).

mod convert;
mod demo;
mod devices;
mod evaluate;
mod formats;
mod input;
mod inspect;
mod label_map;
mod output;
mod predict;
mod progress;
mod settings;
mod signals;
pub mod terminal;
mod train;

use crate::gpu::{self, CudaHelper, ExecutionTarget};
use crate::model::DeviceChoice;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A failure, as one line that says what to do.
type Failure = Box<dyn std::error::Error>;

/// See and correct named-entity labels, train a model on them, read new text with it. Nothing leaves this computer.
#[derive(Parser)]
#[command(name = "tagwright", bin_name = "tagwright", version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Datasets or a project to open in the window.
    paths: Vec<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Show what a file or folder holds: format, scheme, splits, labels, problems.
    Inspect(inspect::Arguments),
    /// Write a dataset in another format or scheme.
    Convert(Box<convert::Arguments>),
    /// Train a model.
    Train(Box<train::Arguments>),
    /// Score a model on labelled data.
    Evaluate(evaluate::Arguments),
    /// Find the entities of texts.
    Predict(predict::Arguments),
    /// The main job without a window: the sample, the starter, F1 before and after.
    Demo(demo::Arguments),
    /// List what can compute here: the processor, a GPU.
    Devices(devices::Arguments),
    /// List the formats.
    Formats(formats::Arguments),
}

/// What the command line asks for.
pub enum Request {
    /// The window, with these paths opened.
    Window(Vec<PathBuf>),
    /// A subcommand that has run.
    Done(ExitCode),
}

/// Parses the command line and runs a subcommand if there is one.
pub fn run() -> Request {
    let Arguments { command, paths } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => return Request::Done(usage(&e)),
    };
    let Some(command) = command else { return Request::Window(paths) };
    let result = match hand_over(&command) {
        Ok(Some(code)) => return Request::Done(ExitCode::from(code)),
        Ok(None) => perform(command),
        Err(e) => Err(e),
    };
    Request::Done(match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has gone (`| head`): nobody is left to tell.
        Err(e) if output::is_closed_pipe(e.as_ref()) => ExitCode::SUCCESS,
        Err(e) => {
            terminal::tell(&format!("error: {e}"));
            ExitCode::from(1)
        }
    })
}

/// Shows what clap answers: help and version (0) on standard output, wrong usage (2) on standard error.
fn usage(answer: &clap::Error) -> ExitCode {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        terminal::tell_text(&text);
        return ExitCode::from(2);
    }
    match terminal::text(&text) {
        Err(e) if !output::is_closed_pipe(&e) => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    }
}

/// Lets the helper do what is to be computed on a GPU; its exit code if so.
fn hand_over(command: &Command) -> Result<Option<u8>, Failure> {
    let device = match command {
        Command::Train(a) => a.device(),
        Command::Evaluate(a) => a.device(),
        Command::Predict(a) => a.device(),
        Command::Demo(_) => DeviceChoice::Auto,
        Command::Inspect(_) | Command::Convert(_) | Command::Devices(_) | Command::Formats(_) => return Ok(None),
    };
    match gpu::select_target(device, CudaHelper::find())? {
        ExecutionTarget::Helper(helper, _) => Ok(Some(helper.forward_command()?)),
        ExecutionTarget::Here(why) => {
            if let Some(why) = why {
                terminal::tell(&format!("note: {why}"));
            }
            Ok(None)
        }
    }
}

fn perform(command: Command) -> Result<(), Failure> {
    match command {
        Command::Inspect(a) => inspect::run(&a),
        Command::Convert(a) => convert::run(&a),
        Command::Train(a) => train::run(&a),
        Command::Evaluate(a) => evaluate::run(&a),
        Command::Predict(a) => predict::run(&a),
        Command::Demo(a) => demo::run(&a),
        Command::Devices(a) => devices::run(&a),
        Command::Formats(a) => formats::run(&a),
    }
}
