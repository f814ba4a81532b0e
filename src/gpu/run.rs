//! A task in the helper: this side of the [`protocol`](super::protocol).
//!
//! If the window ends, the input of the helper ends, and the helper suspends the run with a checkpoint. If the
//! helper ends, the window shows a message.

use super::CudaHelper;
use super::helper::describe_failure;
use super::protocol::{self, Task, TaskHeader};
use crate::failure::{Failure, FailureKind};
use crate::hub::ModelRef;
use crate::model::DeviceChoice;
use crate::train::event::TrainerControl;
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::{EncodedData, Observer, TrainOutput, TrainingArguments, json, settings};
use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use serde_json::Value;
use std::ffi::OsString;
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
    /// Estimate. `None` if it was canceled.
    Estimate(Option<RunEstimate>),
    /// Learning rate sweep. `None` if it was canceled.
    Rates(Option<LrSweep>),
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
    let data = request.data.sentences.to_bytes()?;
    let header = TaskHeader {
        protocol: protocol::VERSION,
        task: request.task,
        device: request.device.to_string(),
        arguments: settings::to_map(request.arguments),
        labels: request.data.labels.clone(),
        n_data_bytes: data.len() as u64,
    };
    let header = serde_json::to_string(&header).map_err(|e| other(e.to_string()))?;
    let mut child = helper.start(command_line(request)).map_err(other)?;
    let (lines, stderr) = (spawn_line_reader(&mut child), drain_stderr(&mut child));
    let mut controls = ControlSender { to: child.stdin.take(), last_sent: TrainerControl::Continue };
    // If the helper has ended, its answer or its exit status contains the reason.
    controls.write(&[header.as_bytes(), b"\n", &data]);
    let answer = forward_events(request, &lines, &mut controls, observer);
    // At the end of its input, the helper writes a checkpoint and ends.
    drop(controls);
    let status = child.wait().map_err(|e| other(format!("failed to wait for the GPU helper: {e}")))?;
    let stated = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
    match answer? {
        Some(answer) => Ok(answer),
        None if status.success() => Ok(match request.task {
            Task::Estimate => HelperResult::Estimate(None),
            Task::LrSweep => HelperResult::Rates(None),
            Task::Run | Task::Resume => return Err(other("GPU helper exited without a result".into())),
        }),
        // An older helper does not know the subcommand.
        None if status.code() == Some(2) => Err(protocol::other_version()),
        None if status.code() == Some(1) => Err(other(describe_failure(status, &stated))),
        None => Err(other(format!(
            "{} ({status}); resume the run from its latest checkpoint, if any, or use the CPU",
            describe_failure(status, &stated)
        ))),
    }
}

fn command_line(request: &HelperRequest) -> Vec<OsString> {
    let base: OsString = match request.base {
        ModelRef::Starter => "starter".into(),
        ModelRef::Folder(path) => path.clone().into_os_string(),
        ModelRef::Hub(id) => id.into(),
    };
    vec![protocol::SUBCOMMAND.into(), "--model".into(), base, "--out".into(), request.out.as_os_str().to_owned()]
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

/// Sends control commands to the helper.
struct ControlSender {
    to: Option<ChildStdin>,
    last_sent: TrainerControl,
}

impl ControlSender {
    fn report(&mut self, control: TrainerControl) {
        if control == self.last_sent {
            return;
        }
        self.last_sent = control;
        self.write(&[control.name().as_bytes(), b"\n"]);
    }

    fn write(&mut self, parts: &[&[u8]]) {
        if let Some(to) = &mut self.to
            && let Err(e) = parts.iter().try_for_each(|part| to.write_all(part)).and_then(|()| to.flush())
        {
            log::debug!("failed to send to the GPU helper: {e}");
        }
    }
}

/// Forwards events until the helper's output ends. Returns the result of the helper, if any.
///
/// # Errors
/// Returns an error if the task failed, or if the helper has another version.
fn forward_events(
    request: &HelperRequest,
    lines: &Receiver<String>,
    controls: &mut ControlSender,
    observer: &mut dyn Observer,
) -> Result<Option<HelperResult>, Failure> {
    let mut answer = None;
    let mut is_same_version = false;
    loop {
        controls.report(observer.control());
        let line = match lines.recv_timeout(POLL_INTERVAL) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(answer),
        };
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            log::warn!("GPU helper sent a line that is not an event");
            log::debug!("{line}");
            continue;
        };
        match value["event"].as_str() {
            Some("hello") if value["protocol"] == protocol::VERSION => is_same_version = true,
            _ if !is_same_version => return Err(protocol::other_version()),
            Some("failed") => return Err(protocol::failure_from(&value)),
            Some("finished") => {
                answer = json::output_from_json(&value, request.out).map(|f| HelperResult::Finished(Box::new(f)))
            }
            Some("suspended") => answer = Some(HelperResult::Suspended),
            Some("estimate") => answer = json::estimate_from(&value).map(|e| HelperResult::Estimate(Some(e))),
            Some("learning_rates") => answer = json::lr_sweep_from_json(&value).map(|r| HelperResult::Rates(Some(r))),
            _ => match json::from_json(&value) {
                Some(event) => observer.on_event(event),
                None => {
                    log::warn!("GPU helper sent an unknown event");
                    log::debug!("{line}");
                }
            },
        }
    }
}
