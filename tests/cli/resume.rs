//! A run that is killed goes on as if it had never stopped.

use super::{refused, run, sample, text};
use crate::support::golden;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const RECIPE: [&str; 8] = ["--epochs", "2", "--batch-size", "8", "--save-strategy", "steps", "--save-steps", "9"];

/// The command line of the run; a resumed one has its settings from its checkpoint.
fn arguments(out: &Path, resume: bool) -> Vec<String> {
    let (train, dev, base) = (sample("train"), sample("dev"), golden("tiny"));
    let common = ["train", "--train", &train, "--dev", &dev, "--out", text(out), "--json"];
    let further: Vec<&str> = if resume { vec!["--resume"] } else { [&["--model", text(&base)], &RECIPE[..]].concat() };
    common.iter().chain(&further).map(|a| (*a).to_owned()).collect()
}

/// Starts the run and kills it (SIGKILL) right after its next checkpoint; `false` when it had ended before.
fn killed(out: &Path, resume: bool) -> bool {
    killed_with(&arguments(out, resume))
}

fn killed_with(arguments: &[String]) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let saved = lines.map_while(Result::ok).any(|line| line.contains(r#""event":"saved""#));
    if saved {
        child.kill().expect("it is killed");
    }
    child.wait().expect("it has ended");
    saved
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    let in_one = arguments(&whole, false);
    assert!(run(&in_one).status.success());
    let mut kills = usize::from(killed(&broken, false));
    while killed(&broken, true) {
        kills += 1;
        assert!(kills < 20, "it never ends");
    }
    // 66 steps: a checkpoint after 9, 18, ... 63, and the epoch's end at 33 is none of them.
    assert!(kills >= 6, "killed {kills} times");
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&whole) == weights(&broken), "the weights differ");
    let left = |run: &Path| {
        let names = std::fs::read_dir(run).expect("a folder").map(|e| e.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(left(&whole), left(&broken), "no checkpoint and no temporary file stays");
    refused(&["train", "--train", &sample("train"), "--out", text(&whole), "--resume"], 1, "no checkpoint");
}

#[test]
fn adapters_come_back_with_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    let with_lora = |out: &Path| [arguments(out, false), ["--lora-rank", "4"].map(str::to_owned).to_vec()].concat();
    assert!(run(&with_lora(&whole)).status.success());
    assert!(killed_with(&with_lora(&broken)) && killed(&broken, true));
    let resumed = arguments(&broken, true);
    assert!(run(&resumed).status.success());
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    assert!(weights(&whole) == weights(&broken), "the weights differ");
}

#[test]
fn what_does_not_belong_to_the_run_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(killed(&out, false));
    let other = ["train", "--train", &sample("test"), "--dev", &sample("dev"), "--out", text(&out), "--resume"];
    // Of a run that has not kept its own data, as older versions left it.
    std::fs::remove_file(out.join("plan.safetensors")).expect("a file less");
    refused(&other, 1, "not those the run began with");
    refused(&["train", "--train", "x", "--out", text(&out), "--resume", "--epochs", "3"], 2, "--epochs");
    let anew = arguments(&out, false);
    refused(&anew, 1, "holds checkpoints of another run");
    let state = out.join("checkpoint-9/trainer_state.json");
    let whole = std::fs::read_to_string(&state).expect("a state");
    std::fs::write(&state, whole.replace(r#""parts":""#, r#""parts":"99999999"#)).expect("a damaged file");
    let resumed = arguments(&out, true);
    refused(&resumed, 1, "parts");
    std::fs::write(&state, "{").expect("a damaged file");
    refused(&resumed, 1, "damaged");
}

#[test]
fn checkpoints_stay_as_asked_and_are_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut all = arguments(&out, false);
    all.extend(["--save-total-limit".into(), "2".into()]);
    assert!(run(&all).status.success());
    let kept = tagwright::disk::list_dirs(&out);
    let names: Vec<_> = kept.iter().filter_map(|p| p.file_name()?.to_str()).collect();
    assert_eq!(names, ["checkpoint-54", "checkpoint-63"]);
    let found = run(&["predict", "--model", text(&kept[0]), "--text", "Zoë left Ghent."]);
    assert!(found.status.success());
}

/// The command line that goes on with a run, with other data.
fn resumed_with(train: &Path, dev: &Path, out: &Path) -> Vec<String> {
    let words = ["train", "--train", text(train), "--dev", text(dev), "--out", text(out), "--json", "--resume"];
    words.map(str::to_owned).to_vec()
}

/// The command line of the run, with so many steps between checkpoints.
fn saving_every(steps: &str, out: &Path) -> Vec<String> {
    arguments(out, false).into_iter().map(|a| if a == "9" { steps.to_owned() } else { a }).collect()
}

/// The sample's split without one of its labels.
fn edited(split: &str, folder: &Path) -> std::path::PathBuf {
    let path = folder.join(format!("{split}.conll"));
    let content = std::fs::read_to_string(sample(split)).expect("the sample");
    let without: Vec<&str> = content.lines().map(|l| if l.ends_with("-LOC") { "Word O" } else { l }).collect();
    std::fs::write(&path, without.join("\n")).expect("a file");
    path
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

/// The lines of standard output of one kind, and standard error.
fn told(arguments: &[String], kind: &str) -> (Vec<Value>, String) {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let events = lines.lines().map(|l| serde_json::from_str::<Value>(l).expect("JSON"));
    (events.filter(|e| e["event"] == kind).collect(), errors)
}

#[test]
fn edits_made_meanwhile_do_not_stop_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    let (scores, _) = told(&arguments(&whole, false), "evaluated");
    assert!(killed(&broken, false));
    let (train, dev) = (edited("train", folder.path()), edited("dev", folder.path()));
    let (resumed_scores, errors) = told(&resumed_with(&train, &dev, &broken), "evaluated");
    assert!(errors.contains("of train and dev have changed since the run began"), "{errors}");
    assert!(weights(&whole) == weights(&broken), "the weights differ");
    let f1 = |scores: &[Value]| scores.iter().map(|s| s["f1"].as_f64()).collect::<Vec<_>>();
    assert_eq!(f1(&scores), f1(&resumed_scores), "scored on the run's own dev");
    assert!(!broken.join("plan.safetensors").exists() && !broken.join("history.jsonl").exists());
}

#[test]
fn a_run_without_its_data_compares_dev_and_chooses_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    // An epoch is scored, and a checkpoint follows.
    assert!(killed_with(&saving_every("40", &out)));
    std::fs::remove_file(out.join("plan.safetensors")).expect("a file less");
    let dev = edited("dev", folder.path());
    let (ended, errors) = told(&resumed_with(Path::new(&sample("train")), &dev, &out), "finished");
    assert!(errors.contains("dev has other sentences or labels"), "{errors}");
    assert_eq!(ended[0]["best_epoch"], 2, "the first epoch was chosen by other labels");
}

#[test]
fn checkpoints_of_the_version_before_are_resumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, broken) = (folder.path().join("whole"), folder.path().join("broken"));
    assert!(run(&arguments(&whole, false)).status.success());
    assert!(killed(&broken, false));
    let at = broken.join("checkpoint-9/trainer_state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&at).expect("a state")).expect("JSON");
    let history = std::fs::read_to_string(broken.join("history.jsonl")).expect("a history");
    let history: Vec<Value> = history.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((history.len(), &state["history_lines"]), (9, &json!(9)));
    let fields = state.as_object_mut().expect("an object");
    for newer in ["dev", "test", "device", "arithmetic", "unscored", "history_lines"] {
        assert!(fields.remove(newer).is_some(), "{newer}");
    }
    fields.insert("version".into(), json!(1));
    fields.insert("log_history".into(), json!(history));
    std::fs::write(&at, state.to_string()).expect("a state");
    std::fs::remove_file(broken.join("history.jsonl")).expect("a file less");
    std::fs::remove_file(broken.join("plan.safetensors")).expect("a file less");
    let (past, _) = told(&arguments(&broken, true), "history");
    assert_eq!(past[0]["events"].as_array().map(Vec::len), Some(9));
    assert!(weights(&whole) == weights(&broken), "the weights differ");
}

#[test]
fn a_checkpoint_costs_the_same_however_long_the_run_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut all = saving_every("1", &out);
    all.extend(["--save-total-limit".into(), "1000".into()]);
    assert!(run(&all).status.success());
    let size = |step: usize| {
        let at = out.join(format!("checkpoint-{step}/trainer_state.json"));
        std::fs::metadata(at).expect("a state").len()
    };
    // The 33rd step ends an epoch; up to there nothing is scored.
    assert!(size(32) < size(2) + 100, "{} and {} bytes", size(2), size(32));
    let lines = std::fs::read_to_string(out.join("history.jsonl")).expect("a history");
    assert_eq!(
        lines.lines().filter(|l| l.contains(r#""event":"step""#)).count(),
        65,
        "the last step has no checkpoint"
    );
}

#[test]
fn another_device_is_told_and_the_arithmetic_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    assert!(killed(&out, false));
    let at = out.join("checkpoint-9/trainer_state.json");
    let state = std::fs::read_to_string(&at).expect("a state");
    let other = state.replace(r#""device":"the processor""#, r#""device":"a GPU""#);
    assert_ne!(state, other);
    std::fs::write(&at, other.replace(r#""arithmetic":"fp32""#, r#""arithmetic":"bf16""#)).expect("a state");
    let (_, errors) = told(&arguments(&out, true), "finished");
    assert!(errors.contains("computed on a GPU before, and goes on with the processor"), "{errors}");
    assert!(errors.contains("computed in bf16, which CPU"), "{errors}");
}

#[test]
fn a_run_that_the_previous_version_of_the_program_suspended_goes_on() {
    // Made by the release before checkpoints had their data beside them: 27 of 200 steps.
    let folder = tempfile::tempdir().expect("a folder");
    let (golden, out) = (golden("run-1"), folder.path().join("run"));
    let checkpoint = out.join("checkpoint-27");
    std::fs::create_dir_all(&checkpoint).expect("a folder");
    for entry in std::fs::read_dir(golden.join("checkpoint-27")).expect("the checkpoint").flatten() {
        std::fs::copy(entry.path(), checkpoint.join(entry.file_name())).expect("a copy");
    }
    let (train, dev) = (golden.join("train.conll"), golden.join("dev.conll"));
    let output =
        run(&["train", "--train", text(&train), "--dev", text(&dev), "--out", text(&out), "--resume", "--json"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["event"], &last["outcome"]), (&json!("finished"), &json!("completed")), "{last}");
    let steps: Vec<u64> = lines
        .lines()
        .filter_map(|l| serde_json::from_str::<Value>(l).ok())
        .filter(|e| e["event"] == "step")
        .filter_map(|e| e["step"].as_u64())
        .collect();
    assert!(steps.first().is_some_and(|s| *s > 27) && steps.last() == Some(&200), "{steps:?}");
}
