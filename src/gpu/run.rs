//! A training run in the helper. The data is passed as files; events and control commands are passed as lines.
//!
//! If the window ends, the input of the helper ends, and the helper suspends the run with a checkpoint. If the
//! helper ends, the window shows a message.

use super::CudaHelper;
use super::helper::describe_failure;
use crate::corpus::{Corpus, Scheme, Split};
use crate::disk::{self, DiskError};
use crate::failure::{Failure, FailureKind};
use crate::format;
use crate::hub::ModelRef;
use crate::model::DeviceChoice;
use crate::train::event::TrainerControl;
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::settings::SETTINGS;
use crate::train::{Observer, TrainOutput, TrainingArguments, json};
use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::thread::JoinHandle;
use std::time::Duration;

/// Task of the helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Run a training.
    Run,
    /// Resume the run in the directory from its latest checkpoint, with its settings.
    Resume,
    /// Only estimate the duration of the run.
    Estimate,
    /// Only measure the loss by learning rate.
    LrSweep,
}

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
    /// The data.
    pub corpus: &'a Corpus,
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
/// Returns an error if the run fails, the data cannot be written, or the helper ends without a result.
pub fn run(helper: &CudaHelper, request: &HelperRequest, observer: &mut dyn Observer) -> Result<HelperResult, Failure> {
    let other = |message: String| Failure::new(FailureKind::Other, message);
    let folder = tempfile::tempdir().map_err(|e| other(format!("failed to create a temporary directory: {e}")))?;
    let files = write_splits(request.corpus, folder.path())?;
    let mut child = helper.start(command_line(request, &files)).map_err(other)?;
    let (lines, stderr) = (spawn_line_reader(&mut child), drain_stderr(&mut child));
    let mut controls = ControlSender { to: child.stdin.take(), last_sent: TrainerControl::Continue };
    let answer = forward_events(request, &lines, &mut controls, observer);
    // At the end of its input, the helper writes a checkpoint and ends.
    drop(controls);
    let status = child.wait().map_err(|e| other(format!("failed to wait for the GPU helper: {e}")))?;
    let stated = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
    match answer {
        Some(answer) => Ok(answer),
        None if status.success() => Ok(match request.task {
            Task::Estimate => HelperResult::Estimate(None),
            Task::LrSweep => HelperResult::Rates(None),
            Task::Run | Task::Resume => return Err(other("GPU helper exited without a result".into())),
        }),
        // Exit code 1 is an error reported by the helper; any other code is an unexpected end.
        None if status.code() == Some(1) => Err(other(describe_failure(status, &stated))),
        None => Err(other(format!(
            "{} ({status}); resume the run from its latest checkpoint, if any, or use the CPU",
            describe_failure(status, &stated)
        ))),
    }
}

/// Writes the splits of a corpus as files, and returns their command-line flags and paths.
fn write_splits(corpus: &Corpus, folder: &Path) -> Result<Vec<(&'static str, PathBuf)>, DiskError> {
    let flags = [(Split::Train, "--train"), (Split::Dev, "--dev"), (Split::Test, "--test")];
    let there = corpus.splits();
    let written = flags.into_iter().filter(|(split, _)| there.contains(split)).map(|(split, flag)| {
        let path = folder.join(format!("{}.conll", split.name()));
        let text = format::write_columns(corpus, Some(split), format::CONLL2003, Scheme::Iob2);
        disk::write(&path, text.as_bytes())?;
        Ok((flag, path))
    });
    written.collect()
}

fn command_line(request: &HelperRequest, files: &[(&'static str, PathBuf)]) -> Vec<OsString> {
    let mut line: Vec<OsString> = vec!["train".into(), "--json".into(), "--wishes".into()];
    for (flag, path) in files {
        line.extend([(*flag).into(), path.clone().into_os_string()]);
    }
    line.extend(["--out".into(), request.out.as_os_str().to_owned()]);
    line.extend(["--device".into(), request.device.to_string().into()]);
    if request.task == Task::Resume {
        line.push("--resume".into());
        return line;
    }
    let base: OsString = match request.base {
        ModelRef::Starter => "starter".into(),
        ModelRef::Folder(path) => path.clone().into_os_string(),
        ModelRef::Hub(id) => id.into(),
    };
    line.extend(["--model".into(), base]);
    let settings = request.arguments;
    line.extend(SETTINGS.iter().map(|setting| format!("--{}={}", setting.flag, setting.get(settings)).into()));
    match request.task {
        Task::Estimate => line.push("--estimate".into()),
        Task::LrSweep => line.push("--find-learning-rate".into()),
        Task::Run | Task::Resume => {}
    }
    line
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
        if let Some(to) = &mut self.to
            && let Err(e) = writeln!(to, "{}", control.name()).and_then(|()| to.flush())
        {
            log::debug!("failed to send to the GPU helper: {e}");
        }
    }
}

/// Forwards events until the helper's output ends. Returns the result of the helper, if any.
fn forward_events(
    request: &HelperRequest,
    lines: &Receiver<String>,
    controls: &mut ControlSender,
    observer: &mut dyn Observer,
) -> Option<HelperResult> {
    let mut answer = None;
    loop {
        controls.report(observer.control());
        let line = match lines.recv_timeout(POLL_INTERVAL) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return answer,
        };
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            log::warn!("GPU helper sent a line that is not an event");
            log::debug!("{line}");
            continue;
        };
        match value["event"].as_str() {
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
