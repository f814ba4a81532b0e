//! The GPU helper. The program itself is used as the helper, because the protocol does not depend on the device.

use crate::support::golden;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tagwright::corpus::holdout::holdout;
use tagwright::corpus::{Corpus, Split};
use tagwright::failure::Failure;
use tagwright::gpu::protocol::Task;
use tagwright::gpu::run::{HelperRequest, HelperResult, run};
use tagwright::gpu::{CudaHelper, ExecutionTarget, select_target};
use tagwright::hub::ModelRef;
use tagwright::model::DeviceChoice;
use tagwright::model::PretrainedModel;
use tagwright::model::device::DeviceError;
use tagwright::model::weights::SaveDtype;
use tagwright::project::{Dataset, sample};
use tagwright::train::event::{Observer, TrainerControl};
use tagwright::train::{CorpusData, EncodedData, JobData, Outcome, TrainEvent, TrainJob, TrainingArguments};

/// Records events, and returns a control value after a number of steps.
#[derive(Default)]
struct Listener {
    events: Vec<TrainEvent>,
    after: Option<(usize, TrainerControl)>,
    steps: Mutex<usize>,
}

impl Observer for Listener {
    fn on_event(&mut self, event: TrainEvent) {
        if let TrainEvent::Step(step) = &event {
            *self.steps.lock().expect("a lock") = step.step;
        }
        self.events.push(event);
    }

    fn control(&self) -> TrainerControl {
        let done = *self.steps.lock().expect("a lock");
        self.after.filter(|(steps, _)| done >= *steps).map_or(TrainerControl::Continue, |(_, control)| control)
    }
}

fn helper() -> CudaHelper {
    CudaHelper::at(Path::new(env!("CARGO_BIN_EXE_tagwright")))
}

fn corpus() -> Corpus {
    sample::dataset().expect("the sample").corpus
}

/// Runs a task in the helper. Returns the result and the events.
fn run_helper(
    task: Task,
    out: &Path,
    epochs: usize,
    after: Option<(usize, TrainerControl)>,
) -> (Result<HelperResult, Failure>, Vec<TrainEvent>) {
    let arguments = TrainingArguments { num_train_epochs: epochs, ..TrainingArguments::default() };
    let mut listener = Listener { after, ..Listener::default() };
    let data = encode(corpus(), &arguments);
    let result = run_data(&helper(), task, &data, &arguments, out, &mut listener);
    (result, listener.events)
}

/// Returns the data of a run on all splits of a corpus.
fn corpus_data(corpus: Corpus) -> CorpusData {
    let test = corpus.sentences(Some(Split::Test));
    CorpusData { holdout: holdout(&corpus, 0.1, 42), test, corpus: Arc::new(corpus) }
}

fn tiny() -> PretrainedModel {
    PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model")
}

fn encode(corpus: Corpus, arguments: &TrainingArguments) -> EncodedData {
    corpus_data(corpus).encode(&tiny(), arguments, false).expect("tokenized data")
}

fn run_data(
    helper: &CudaHelper,
    task: Task,
    data: &EncodedData,
    arguments: &TrainingArguments,
    out: &Path,
    listener: &mut Listener,
) -> Result<HelperResult, Failure> {
    let base = ModelRef::Folder(golden("tiny"));
    let request = HelperRequest { task, device: DeviceChoice::Cpu, data, base: &base, arguments, out };
    run(helper, &request, listener)
}

fn count_steps(events: &[TrainEvent]) -> usize {
    let merged = |e: &TrainEvent| match e {
        TrainEvent::Step(s) => s.merged,
        _ => 0,
    };
    events.iter().map(merged).sum()
}

#[test]
fn helper_run_equals_local_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let (result, events) = run_helper(Task::Run, &out, 2, None);
    let Ok(HelperResult::Finished(finished)) = result else { panic!("{result:?}") };
    assert_eq!((finished.outcome, &finished.out), (Outcome::Completed, &out));
    assert!(finished.dev.is_some() && finished.test.is_some() && out.join("model.safetensors").is_file());
    let Some(TrainEvent::Started(started)) = events.first() else { panic!("{events:?}") };
    assert_eq!(started.train_sentences, corpus().sentences(Some(Split::Train)).len());
    assert_eq!(started.labels.len(), corpus().labels.names().len());
    assert_eq!(count_steps(&events), started.steps, "steps can be merged, but not lost");
    let scored = events.iter().filter(|e| matches!(e, TrainEvent::Evaluated { split: Split::Dev, .. }));
    assert_eq!(scored.count(), 2);
    assert!(events.iter().any(|e| matches!(e, TrainEvent::Log(..))), "log lines are missing");
}

#[test]
fn helper_learns_from_the_data_of_the_window() {
    // Content that columns cannot represent: spaces in labels and tokens, a document without sentences, an unused label.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("texts.jsonl");
    let texts = [
        r#"{"text":"Anna sings","label":[[0,4,"PERSON NAME"]]}"#,
        r#"{"text":"","label":[]}"#,
        r#"{"text":"Oslo in rain","label":[[0,4,"A PLACE"]]}"#,
    ];
    std::fs::write(&file, texts.join("\n").repeat(20).replace("}{", "}\n{")).expect("a file");
    let mut corpus = Dataset::open(&file).expect("a dataset").corpus;
    corpus.labels.intern("UNUSED LABEL").expect("a label");
    let arguments = TrainingArguments { num_train_epochs: 1, ..TrainingArguments::default() };
    let data = encode(corpus.clone(), &arguments);
    let mut helped = Listener::default();
    let out = folder.path().join("helped");
    let result = run_data(&helper(), Task::Run, &data, &arguments, &out, &mut helped);
    assert!(matches!(result, Ok(HelperResult::Finished(_))), "{result:?}");
    let mut local = Listener::default();
    let job = TrainJob {
        data: JobData::Corpus(corpus_data(corpus)),
        base: Arc::new(tiny()),
        arguments: TrainingArguments { device: DeviceChoice::Cpu, ..arguments },
        out: folder.path().join("local"),
        save_dtype: SaveDtype::F32,
        resume: None,
    };
    tagwright::train::run(&job, &mut local).expect("a run");
    let labels = |listener: &Listener| match &listener.events[0] {
        TrainEvent::Started(started) => (started.labels.clone(), started.dev_sentences, started.subwords_per_epoch),
        other => panic!("{other:?}"),
    };
    assert_eq!(labels(&helped), labels(&local));
    assert_eq!(labels(&local).0, ["PERSON NAME", "A PLACE"]);
    let weights = |name: &str| std::fs::read(folder.path().join(name).join("model.safetensors")).expect("weights");
    assert!(weights("helped") == weights("local"), "the same data gives the same weights");
}

#[cfg(unix)]
#[test]
fn helper_of_another_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = encode(corpus(), &TrainingArguments::default());
    let check = |script: &str| {
        let helper = fake_helper(folder.path(), script);
        let arguments = TrainingArguments::default();
        let out = folder.path().join("run");
        let result = run_data(&helper, Task::Run, &data, &arguments, &out, &mut Listener::default());
        assert!(result.as_ref().is_err_and(|e| e.message.contains("another version")), "{script}: {result:?}");
    };
    check(r#"echo '{"event":"hello","protocol":999}'"#);
    check(r#"echo '{"event":"started"}'"#);
    check("echo \"error: unrecognized subcommand\" >&2; exit 2");
}

#[test]
fn invalid_tasks_are_refused() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let data = encode(corpus(), &TrainingArguments::default()).run_data.to_bytes().expect("bytes");
    let header = |n_data_bytes: usize, program: &str| {
        let arguments = tagwright::train::settings::to_map(&TrainingArguments::default());
        serde_json::json!({"protocol": 1, "program": program, "task": "run", "base_kind": "starter", "device": "cpu",
            "arguments": arguments, "labels": ["PER"], "n_data_bytes": n_data_bytes})
        .to_string()
    };
    let check = |input: &[u8], expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_tagwright"))
            .args(["gpu-task", "--out"])
            .arg(folder.path().join("run"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the helper");
        // The helper can end before it has read everything.
        let _ = child.stdin.take().expect("its input").write_all(input);
        let output = child.wait_with_output().expect("its end");
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = lines.lines().last().unwrap_or_default();
        assert!(last.contains("\"failed\"") && last.contains(expected), "{expected}: {lines}");
    };
    let version = env!("CARGO_PKG_VERSION");
    let task = |header: String, data: &[u8]| [header.as_bytes(), b"\n", data].concat();
    check(b"", "invalid task");
    check(b"{}\n", "another version");
    check(&task(header(data.len(), "0.0.0"), &data), "another version");
    check(&task(header(data.len() + 1, version), &data), "incomplete data");
    check(&task(header(data.len(), version), &vec![7; data.len()]), "damaged data");
}

#[cfg(unix)]
#[test]
fn slow_or_dying_helper_does_not_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = encode(corpus(), &TrainingArguments::default());
    assert!(data.run_data.to_bytes().expect("bytes").len() > 1 << 16, "the data does not fit into a pipe");
    let check = |script: &str, expected: &str| {
        let helper = fake_helper(folder.path(), script);
        let started = std::time::Instant::now();
        let arguments = TrainingArguments::default();
        let out = folder.path().join("run");
        let result = run_data(&helper, Task::Run, &data, &arguments, &out, &mut Listener::default());
        assert!(result.as_ref().is_err_and(|e| e.message.contains(expected)), "{script}: {result:?}");
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "{script}");
    };
    check("echo 'error: no memory' >&2; exit 1", "no memory");
    check(r#"echo '{"event":"hello","protocol":999}'; exec sleep 60"#, "another version");
}

#[cfg(unix)]
#[test]
fn terminated_helper_writes_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    // The wrapper passes its input to the helper and terminates it after two seconds.
    let program = env!("CARGO_BIN_EXE_tagwright");
    let script = format!(r#"exec 3<&0; {program} "$@" <&3 & child=$!; (sleep 2; kill -TERM $child) & wait $child"#);
    let helper = fake_helper(folder.path(), &script);
    let arguments = TrainingArguments { num_train_epochs: 1000, ..TrainingArguments::default() };
    let data = encode(corpus(), &arguments);
    let result = run_data(&helper, Task::Run, &data, &arguments, &out, &mut Listener::default());
    assert_eq!(result, Ok(HelperResult::Suspended));
    assert!(
        std::fs::read_dir(&out)
            .expect("the run")
            .flatten()
            .any(|e| e.file_name().to_string_lossy().starts_with("checkpoint-"))
    );
}

#[test]
fn suspended_helper_run_resumes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let (result, _) = run_helper(Task::Run, &out, 400, Some((20, TrainerControl::Suspend)));
    assert_eq!(result, Ok(HelperResult::Suspended));
    let (result, events) = run_helper(Task::Resume, &out, 1, Some((30, TrainerControl::Stop)));
    let Ok(HelperResult::Finished(finished)) = result else { panic!("{result:?}") };
    assert_eq!(finished.outcome, Outcome::Stopped);
    let n_steps = events.iter().find_map(|e| match e {
        TrainEvent::History(past) => Some(count_steps(past)),
        _ => None,
    });
    assert!(n_steps.is_some_and(|past| past >= 20), "{n_steps:?}");
}

#[test]
fn helper_returns_measurements() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let (result, _) = run_helper(Task::Estimate, &out, 1, None);
    assert!(matches!(result, Ok(HelperResult::Estimate(e)) if e.seconds > 0.0), "{result:?}");
    let (result, _) = run_helper(Task::LrSweep, &out, 1, None);
    assert!(matches!(&result, Ok(HelperResult::LrSweep(r)) if r.points.len() > 40), "{result:?}");
    assert!(!out.exists());
}

#[test]
fn helper_errors_are_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("out"), "a file").expect("a file");
    let (result, _) = run_helper(Task::Run, &folder.path().join("out"), 1, None);
    assert!(result.as_ref().is_err_and(|why| why.message.contains("out")), "{result:?}");
    let nothing = CudaHelper::at(&folder.path().join("nothing"));
    let refused = select_target(DeviceChoice::Cuda(0), Some(nothing));
    assert!(refused.as_ref().is_err_and(|why| why.reason.contains("failed to start")), "{refused:?}");
}

/// Creates a helper that runs a shell script.
#[cfg(unix)]
fn fake_helper(folder: &Path, script: &str) -> CudaHelper {
    let path = folder.join("helper");
    // Another process writes the file, because a file that is open for writing cannot be executed.
    let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod +x "$0""#;
    let status = std::process::Command::new("sh").arg("-c").arg(write).arg(&path).arg(script).status();
    assert!(status.expect("a shell").success());
    CudaHelper::at(&path)
}

#[cfg(unix)]
#[test]
fn forwarded_command_replaces_process() {
    // On the file system of the executable, because a hard link is created.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let program = folder.path().join("tagwright");
    std::fs::hard_link(env!("CARGO_BIN_EXE_tagwright"), &program).expect("a link");
    let gpu = r#"{"devices":[{"device":"cuda:0","name":"a GPU"}],"missing":null}"#;
    let script = format!(r#"case "$1" in devices) echo '{gpu}' ;; *) echo "$$ $*"; exit 3 ;; esac"#);
    let helper = fake_helper(folder.path(), &script);
    std::fs::rename(folder.path().join("helper"), folder.path().join(CudaHelper::file_name())).expect("a name");
    drop(helper);
    let mut command = std::process::Command::new(&program);
    command.args(["train", "--train", "x", "--out", "y"]).stdout(std::process::Stdio::piped());
    let child = command.spawn().expect("the program runs");
    let pid = child.id();
    let output = child.wait_with_output().expect("its end");
    // Same process id, so signals reach the helper.
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!((stdout.trim(), output.status.code()), (format!("{pid} train --train x --out y").as_str(), Some(3)));
}

#[cfg(unix)]
#[test]
fn auto_selects_gpu_or_reports_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |script: &str, expected: Result<(), &str>| {
        let helper = fake_helper(folder.path(), script);
        let auto = select_target(DeviceChoice::Auto, Some(helper.clone()));
        let named = select_target(DeviceChoice::Cuda(0), Some(helper.clone()));
        match expected {
            Ok(()) => {
                assert_eq!(auto, Ok(ExecutionTarget::Helper(helper, DeviceChoice::Cuda(0))));
                assert_eq!(named, auto);
            }
            Err(why) => {
                assert_eq!(auto, Ok(ExecutionTarget::Here(Some(format!("{why}; using the CPU")))));
                assert_eq!(named, Err(DeviceError { reason: why.to_owned() }));
            }
        }
        assert_eq!(
            select_target(DeviceChoice::Cpu, Some(fake_helper(folder.path(), script))),
            Ok(ExecutionTarget::Here(None))
        );
    };
    check(r#"echo '{"devices":[{"device":"cuda:0","name":"a GPU"}],"missing":null}'"#, Ok(()));
    check(r#"echo '{"devices":[],"missing":"no NVIDIA GPU responds"}'"#, Err("no NVIDIA GPU responds"));
    let loader = "x: error while loading shared libraries: libcuda.so.1: cannot open shared object file: No such file";
    check(&format!("echo '{loader}' >&2; exit 127"), Err("CUDA 13 is not installed (libcuda.so.1 is missing)"));
    check("exit 3", Err("GPU helper exited without output (exit status: 3)"));
    assert_eq!(select_target(DeviceChoice::Auto, None), Ok(ExecutionTarget::Here(None)));
    assert!(select_target(DeviceChoice::Cuda(1), None).is_err_and(|why| why.reason.contains("tagwright-cuda")));
}
