//! A run that is killed goes on as if it had never stopped.

use super::{refused, run, sample, text};
use crate::support::golden;
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
    let kept = tagwright::disk::folders(&out);
    let names: Vec<_> = kept.iter().filter_map(|p| p.file_name()?.to_str()).collect();
    assert_eq!(names, ["checkpoint-54", "checkpoint-63"]);
    let found = run(&["predict", "--model", text(&kept[0]), "--text", "Zoë left Ghent."]);
    assert!(found.status.success());
}
