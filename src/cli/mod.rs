//! Command-line interface. Each subcommand is a thin layer over the library.
//!
//! Results go to standard output, as text or with `--json` as JSON. Logs go to standard error.
//! Exit codes: 0 (success), 1 (failure), 2 (usage error).

mod convert;
mod demo;
mod devices;
mod errors;
mod evaluate;
mod evaluation;
mod formats;
mod gpu_task;
mod input;
mod inspect;
mod label_map;
mod output;
mod predict;
mod progress;
mod settings;
mod signals;
#[allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "implements the escaped output")]
pub mod terminal;
mod train;
mod value_error;

use crate::gpu::{self, CudaHelper, ExecutionTarget};
use crate::model::DeviceChoice;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A failure with a one-line message that states what to do.
type CliError = Box<dyn std::error::Error>;

/// Annotate text with named entities, train token-classification models and find entities in new text, offline
#[derive(Parser)]
#[command(name = "tagwright", bin_name = "tagwright", version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Dataset or project to open in the window
    paths: Vec<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Show format, tag scheme, splits, labels and problems of a dataset
    Inspect(inspect::Arguments),
    /// Convert a dataset to another format or tag scheme
    Convert(Box<convert::Arguments>),
    /// Train a model
    Train(Box<train::Arguments>),
    /// Evaluate a model on labeled data
    Evaluate(evaluate::Arguments),
    /// List the errors of a model on labeled data, or the differences of two models
    Errors(errors::Arguments),
    /// Find entities in text
    Predict(predict::Arguments),
    /// Fine-tune the starter model on the sample dataset and print F1 before and after
    Demo(demo::Arguments),
    /// List compute devices
    Devices(devices::Arguments),
    /// List supported formats
    Formats(formats::Arguments),
    /// Perform a task of the window in the GPU helper
    #[command(name = gpu::protocol::SUBCOMMAND, hide = true)]
    GpuTask(gpu_task::Arguments),
}

/// Result of the command line.
pub enum Invocation {
    /// Open the window with these paths.
    Window(Vec<PathBuf>),
    /// A subcommand ran, with this exit code.
    Done(ExitCode),
}

/// Parses the command line and runs the subcommand, if any.
pub fn run() -> Invocation {
    let Arguments { command, paths } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => return Invocation::Done(usage(&e)),
    };
    let Some(command) = command else { return Invocation::Window(paths) };
    let result = match forward_to_helper(&command) {
        Ok(Some(code)) => return Invocation::Done(ExitCode::from(code)),
        Ok(None) => run_command(command),
        Err(e) => Err(e),
    };
    Invocation::Done(match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe (`| head`), so no message is needed.
        Err(e) if output::is_closed_pipe(e.as_ref()) => ExitCode::SUCCESS,
        Err(e) => {
            terminal::print_error_line(&format!("error: {e}"));
            ExitCode::from(1)
        }
    })
}

/// Prints clap's output: help and version (exit code 0) on standard output, usage errors (2) on standard error.
fn usage(answer: &clap::Error) -> ExitCode {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        terminal::print_error_text(&text);
        return ExitCode::from(2);
    }
    match terminal::text(&text) {
        Err(e) if !output::is_closed_pipe(&e) => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    }
}

/// Runs the command in the helper if it needs an NVIDIA GPU. Returns the helper's exit code in that case.
fn forward_to_helper(command: &Command) -> Result<Option<u8>, CliError> {
    let device = match command {
        Command::Train(a) => a.device(),
        Command::Evaluate(a) => a.device(),
        Command::Errors(a) => a.device(),
        Command::Predict(a) => a.device(),
        Command::Demo(_) => DeviceChoice::Auto,
        Command::Inspect(_) | Command::Convert(_) | Command::Devices(_) | Command::Formats(_) | Command::GpuTask(_) => {
            return Ok(None);
        }
    };
    match gpu::select_target(device, CudaHelper::find())? {
        ExecutionTarget::Helper(helper, _) => Ok(Some(helper.forward_command()?)),
        ExecutionTarget::Here(reason) => {
            if let Some(reason) = reason {
                terminal::print_error_line(&format!("note: {reason}"));
            }
            Ok(None)
        }
    }
}

fn run_command(command: Command) -> Result<(), CliError> {
    match command {
        Command::Inspect(a) => inspect::run(&a),
        Command::Convert(a) => convert::run(&a),
        Command::Train(a) => train::run(&a),
        Command::Evaluate(a) => evaluate::run(&a),
        Command::Errors(a) => errors::run(&a),
        Command::Predict(a) => predict::run(&a),
        Command::Demo(a) => demo::run(&a),
        Command::Devices(a) => devices::run(&a),
        Command::Formats(a) => formats::run(&a),
        Command::GpuTask(a) => gpu_task::run(&a),
    }
}
