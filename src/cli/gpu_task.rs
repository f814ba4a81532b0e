//! A task of the window: the side of the helper in the [`protocol`].

use super::output::json_line;
use super::train::{RunPrinter, listen};
use super::{CliError, input};
use crate::failure::{Failure, FailureKind};
use crate::gpu::protocol::{self, Task, TaskHeader};
use crate::model::weights::SaveDtype;
use crate::train::checkpoint::Checkpoint;
use crate::train::run_data::RunData;
use crate::train::{
    self, EncodedData, ExistingFiles, JobData, RunFolder, TrainError, TrainJob, TrainingArguments, json, measure,
    settings,
};
use serde_json::{Value, json as object};
use std::ffi::OsString;
use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub struct Arguments {
    /// Directory of the base model, or its name
    #[arg(long)]
    model: Option<OsString>,
    /// Output directory of the model
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<(), CliError> {
    json_line(&protocol::hello())?;
    let result = perform(arguments);
    json_line(&result.unwrap_or_else(|failure| protocol::failed(&failure)))
}

/// Performs the task of the standard input and returns the last message.
fn perform(arguments: &Arguments) -> Result<Value, Failure> {
    let (header, data) = read_task()?;
    let invalid = |reason: &str| Failure::new(FailureKind::Content, format!("invalid task: {reason}"));
    let given = settings::from_map(&header.arguments).map_err(|e| invalid(&e.to_string()))?;
    let device = header.device.parse().map_err(|_| invalid("unknown device"))?;
    let settings = TrainingArguments { device, ..given };
    let run_data = RunData::from_bytes(&data).ok_or_else(|| invalid("damaged data"))?;
    drop(data);
    let data = JobData::Encoded(EncodedData { labels: header.labels, run_data: Arc::new(run_data) });
    let base = header.base_kind.model(arguments.model.clone().unwrap_or_default());
    let load = || {
        let base = base.ok_or_else(|| invalid("no base model"))?;
        input::model(&base).map_err(|e| Failure::new(FailureKind::Other, e.to_string()))
    };
    let job = |base, resume| TrainJob {
        data,
        base: Arc::new(base),
        arguments: settings,
        out: arguments.out.clone(),
        save_dtype: SaveDtype::F32,
        resume,
    };
    let mut printer = RunPrinter::new(true);
    printer.listen_to_signals().map_err(|e| Failure::new(FailureKind::Internal, e.to_string()))?;
    listen(printer.control());
    match header.task {
        Task::Run => {
            let folder = RunFolder::acquire(&arguments.out, ExistingFiles::Fresh, None)?;
            train(&folder, &job(load()?, None), &mut printer)
        }
        Task::Resume => {
            let folder = RunFolder::acquire(&arguments.out, ExistingFiles::Resume, None)?;
            let checkpoint = Checkpoint::latest(&folder)?;
            train(&folder, &job(checkpoint.model()?, Some(checkpoint)), &mut printer)
        }
        Task::Estimate => {
            let estimate = measure::estimate(&job(load()?, None), &printer)?;
            Ok(estimate.as_ref().map_or_else(canceled, json::estimate))
        }
        Task::LrSweep => {
            let sweep = measure::find_learning_rate(&job(load()?, None), &printer)?;
            Ok(sweep.as_ref().map_or_else(canceled, json::lr_sweep_to_json))
        }
    }
}

fn train(folder: &RunFolder, job: &TrainJob, printer: &mut RunPrinter) -> Result<Value, Failure> {
    match train::run_in(folder, job, printer) {
        Ok(output) => Ok(json::output_to_json(&output)),
        Err(TrainError::Suspended) => Ok(object!({"event": "suspended"})),
        Err(error) => Err(error.into()),
    }
}

fn canceled() -> Value {
    protocol::failed(&Failure::canceled())
}

/// Reads the header and the data of the task. Control values follow on the same stream.
fn read_task() -> Result<(TaskHeader, Vec<u8>), Failure> {
    let invalid = |reason: String| Failure::new(FailureKind::Content, format!("invalid task: {reason}"));
    let mut stdin = std::io::stdin().lock();
    let mut line = String::new();
    stdin.read_line(&mut line).map_err(|e| invalid(e.to_string()))?;
    let value: Value = serde_json::from_str(&line).map_err(|e| invalid(e.to_string()))?;
    if !protocol::is_same_version(&value) {
        return Err(protocol::other_version());
    }
    let header: TaskHeader = serde_json::from_value(value).map_err(|e| invalid(e.to_string()))?;
    let mut data = Vec::new();
    stdin.take(header.n_data_bytes).read_to_end(&mut data).map_err(|e| invalid(e.to_string()))?;
    if data.len() as u64 != header.n_data_bytes {
        return Err(invalid("incomplete data".into()));
    }
    Ok((header, data))
}
