//! A task in the helper: this side of the [`protocol`].
//!
//! If the window ends, the input of the helper ends, and the helper suspends the run with a checkpoint. If the
//! helper ends, the window shows a message.

use super::CudaHelper;
use super::helper::{HelperError, exit_error};
use super::protocol::{self, BaseKind, Task, TaskHeader};
use crate::failure::{Failure, FailureKind};
use crate::hub::ModelRef;
use crate::model::DeviceChoice;
use crate::train::event::TrainerControl;
use crate::train::json::JsonError;
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::{EncodedData, Observer, TrainOutput, TrainingArguments, json, settings};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin};
use std::thread::JoinHandle;
use std::time::Duration;

/// Result of the helper.
#[derive(Clone, Debug, PartialEq)]
pub enum HelperResult {
    /// The run finished.
    Finished(Box<TrainOutput>),
    /// The run was suspended with a checkpoint, as requested.
    Suspended,
    /// Estimate.
    Estimate(RunEstimate),
    /// Learning rate sweep.
    LrSweep(LrSweep),
}

/// A task for the helper, with its data.
pub struct HelperRequest<'a> {
    /// Task.
    pub task: Task,
    /// GPU that the helper uses.
    pub device: DeviceChoice,
    /// Tokenized data.
    pub data: &'a EncodedData,
    /// Base model.
    pub base: &'a ModelRef,
    /// Training arguments.
    pub arguments: &'a TrainingArguments,
    /// Directory of the model.
    pub out: &'a Path,
}

/// Interval of the checks for new control commands.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Runs a task in the helper. `observer` receives the events and controls the run, as in a run of this program.
///
/// # Errors
/// Returns an error if the run fails, the helper has another version, or it ends without a result.
pub fn run(helper: &CudaHelper, request: &HelperRequest, observer: &mut dyn Observer) -> Result<HelperResult, Failure> {
    let other = |message: String| Failure::new(FailureKind::Other, message);
    let data = request.data.run_data.to_bytes()?;
    let (base_kind, base) = match request.task {
        Task::Resume => (BaseKind::Checkpoint, None),
        Task::Run | Task::Estimate | Task::LrSweep => BaseKind::of(request.base),
    };
    let header = TaskHeader {
        protocol: protocol::VERSION,
        program: protocol::program(),
        task: request.task,
        base_kind,
        device: request.device.to_string(),
        arguments: settings::to_map(request.arguments),
        labels: request.data.labels.clone(),
        n_data_bytes: data.len() as u64,
    };
    let header = serde_json::to_string(&header).map_err(|e| other(e.to_string()))?;
    let mut command_line = vec![protocol::SUBCOMMAND.into(), "--out".into(), request.out.as_os_str().to_owned()];
    command_line.extend(base.into_iter().flat_map(|base| ["--model".into(), base]));
    let mut child = helper.start(command_line).map_err(|e| other(e.to_string()))?;
    let (lines, stderr) = (spawn_line_reader(&mut child), drain_stderr(&mut child));
    let controls = ControlSender::start(child.stdin.take(), [format!("{header}\n").into_bytes(), data]);
    let answer = forward_events(request, &lines, &controls, observer);
    if answer.is_err() {
        // The helper does not follow the protocol, so it might not end.
        let _ = child.kill();
    }
    // At the end of its input, the helper writes a checkpoint and ends.
    drop(controls);
    let status = child.wait().map_err(|e| other(HelperError::Wait(e).to_string()))?;
    let stated = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
    match answer? {
        (_, Some(answer)) => Ok(answer),
        // An older helper does not know the subcommand.
        (false, None) if status.code() == Some(2) => Err(protocol::other_version()),
        (_, None) if status.success() => Err(other("GPU helper exited without a result".into())),
        (_, None) if status.code() == Some(1) => Err(other(exit_error(status, &stated).to_string())),
        (_, None) => Err(other(format!(
            "{} ({status}); resume the run from its latest checkpoint, if any, or use the CPU",
            exit_error(status, &stated)
        ))),
    }
}

/// Returns the helper's standard output line by line.
fn spawn_line_reader(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = unbounded();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

/// Reads the helper's entire standard error in a thread, so that the helper never blocks on a full pipe.
fn drain_stderr(child: &mut Child) -> Option<JoinHandle<String>> {
    let mut errors = child.stderr.take()?;
    Some(std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Err(e) = errors.read_to_end(&mut bytes) {
            log::debug!("failed to read the errors of the GPU helper: {e}");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }))
}

/// Sends the task and then control values to the helper, in a thread of its own: the helper can be slow to read.
struct ControlSender {
    controls: Sender<TrainerControl>,
}

impl ControlSender {
    /// Starts sending these parts of the task. Without a receiver, the helper has ended; its answer or its exit status
    /// contains the reason.
    fn start(to: Option<ChildStdin>, task: [Vec<u8>; 2]) -> Self {
        let (controls, receiver) = unbounded();
        std::thread::spawn(move || {
            let Some(mut to) = to else { return };
            let mut send = |bytes: &[u8]| to.write_all(bytes).and_then(|()| to.flush());
            let mut result = task.iter().try_for_each(|part| send(part));
            drop(task);
            let mut last_sent = TrainerControl::Continue;
            for control in receiver {
                if result.is_ok() && control != last_sent {
                    last_sent = control;
                    result = send(format!("{}\n", control.name()).as_bytes());
                }
            }
            if let Err(e) = result {
                log::debug!("failed to send to the GPU helper: {e}");
            }
        });
        Self { controls }
    }

    fn send(&self, control: TrainerControl) {
        // The thread ends only after this sender.
        let _ = self.controls.send(control);
    }
}

/// Forwards events until the helper's output ends. Returns true if the helper has the version of this program, and its
/// result, if any.
///
/// # Errors
/// Returns an error if the task failed, or if the helper has another version.
fn forward_events(
    request: &HelperRequest,
    lines: &Receiver<String>,
    controls: &ControlSender,
    observer: &mut dyn Observer,
) -> Result<(bool, Option<HelperResult>), Failure> {
    let mut answer = None;
    let mut is_same_version = false;
    let invalid = |e: JsonError| Failure::new(FailureKind::Content, format!("GPU helper sent an invalid message: {e}"));
    loop {
        controls.send(observer.control());
        let line = match lines.recv_timeout(POLL_INTERVAL) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok((is_same_version, answer)),
        };
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            log::warn!("GPU helper sent a line that is not an event");
            log::debug!("{line}");
            continue;
        };
        match value["event"].as_str() {
            Some("hello") if protocol::is_same_version(&value) => is_same_version = true,
            _ if !is_same_version => return Err(protocol::other_version()),
            Some("failed") => return Err(protocol::failure_from(&value)),
            Some("finished") => {
                let output = json::output_from_json(&value, request.out).map_err(invalid)?;
                answer = Some(HelperResult::Finished(Box::new(output)));
            }
            Some("suspended") => answer = Some(HelperResult::Suspended),
            Some("estimate") => {
                answer = Some(HelperResult::Estimate(json::estimate_from(&value).map_err(invalid)?));
            }
            Some("learning_rates") => {
                answer = Some(HelperResult::LrSweep(json::lr_sweep_from_json(&value).map_err(invalid)?));
            }
            // A run is not ended because of an event that cannot be shown.
            _ => match json::from_json(&value) {
                Ok(event) => observer.on_event(event),
                Err(e) => log::warn!("GPU helper sent an event that cannot be read: {e}"),
            },
        }
    }
}
