//! Kills of a training run at random times, and while its model is written at the end.

use super::{ChildProcess, Tally, leftovers, names};
use crate::cli::{run, sample, text};
use crate::support::golden;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tagwright::disk;
use tagwright::model::PretrainedModel;
use tagwright::model::pretrained::FILES;

fn program(arguments: &[String]) -> ChildProcess {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
    command.args(arguments);
    ChildProcess::start(command)
}

/// Returns the command line of a run, with additional arguments.
fn arguments(out: &Path, additional: &[&str]) -> Vec<String> {
    let (train, dev) = (sample("train"), sample("dev"));
    let common = ["train", "--train", &train, "--dev", &dev, "--out", text(out), "--json"];
    common.iter().chain(additional).map(|a| (*a).to_owned()).collect()
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

/// Returns the number after a name in a line of JSON.
fn number_of(line: &str, name: &str) -> Option<usize> {
    let rest = line.split_once(name)?.1;
    let digits: String = rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[test]
fn run_killed_at_any_time_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = golden("tiny");
    let recipe =
        ["--model", text(&base), "--epochs", "4", "--batch-size", "8", "--save-strategy", "steps", "--save-steps", "7"];
    let whole = folder.path().join("whole");
    let started = Instant::now();
    assert!(run(&arguments(&whole, &recipe)).status.success());
    let time = started.elapsed();
    let mut tally = Tally::new("training", 6);
    let mut runs = 0;
    let mut saved = 0;
    let mut begun = false;
    while tally.should_continue() {
        let out = folder.path().join(format!("run-{runs}"));
        let resumes = begun && disk::list_dirs(&out).iter().any(|f| f.join("trainer_state.json").is_file());
        tally.check_durable(resumes || saved == 0, || {
            format!("no checkpoint found, step {saved} was reported as saved")
        });
        let words = if resumes { arguments(&out, &["--resume"]) } else { arguments(&out, &recipe) };
        begun = true;
        let ended = program(&words).kill_after(tally.delay(time / 2));
        tally.count(&ended);
        if let Some(step) = ended.lines.iter().find_map(|l| number_of(l, "resumed from step ")) {
            tally
                .check_durable(step >= saved, || format!("resumed at step {step}, step {saved} was reported as saved"));
        }
        let is_saved = |line: &&String| line.contains(r#""event":"saved""#);
        saved = ended.lines.iter().filter(is_saved).filter_map(|l| number_of(l, r#""step""#)).max().unwrap_or(saved);
        if !ended.killed || out.join("model.safetensors").exists() {
            // The run has ended, or it was killed between writing its model and its end.
            let finished = out.join("model.safetensors").exists();
            tally.check_durable(finished, || format!("the run ended without a model: {:?}", ended.lines.last()));
            tally.check_valid(finished && weights(&out) == weights(&whole), || "the weights differ".into());
            (runs, saved, begun) = (runs + 1, 0, false);
        }
    }
    // The last run finishes.
    let out = folder.path().join(format!("run-{runs}"));
    if begun {
        let resumes = disk::list_dirs(&out).iter().any(|f| f.join("trainer_state.json").is_file());
        let words = if resumes { arguments(&out, &["--resume"]) } else { arguments(&out, &recipe) };
        let output = run(&words);
        tally.check_valid(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned());
        tally.check_valid(output.status.success() && weights(&out) == weights(&whole), || "the weights differ".into());
        let left = names(&out);
        tally.check_valid(left == names(&whole), || format!("remaining files: {left:?}"));
    }
    tally.end();
}

/// Returns the files of a model as Tagwright reads them, without the card, which contains the duration of the run.
fn own_files(folder: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let names = FILES.names.iter().filter(|n| **n != "README.md");
    names.filter_map(|n| Some((*n, std::fs::read(disk::current_path(folder, n)).ok()?))).collect()
}

/// Returns the files of a model as other programs read them. `None` if the directory is not a model for them.
fn plain_files(folder: &Path) -> Option<BTreeMap<&'static str, Vec<u8>>> {
    let names = FILES.names.iter().filter(|n| **n != "README.md");
    let files = names.filter_map(|n| Some((*n, std::fs::read(folder.join(n)).ok()?))).collect();
    folder.join(FILES.key).is_file().then_some(files)
}

#[test]
fn interrupted_model_write_leaves_old_or_new_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = golden("tiny");
    let few = folder.path().join("few.conll");
    let lines = std::fs::read_to_string(sample("train")).expect("the sample");
    std::fs::write(&few, lines.lines().take(200).collect::<Vec<_>>().join("\n")).expect("a file");
    let out = folder.path().join("out");
    let words = |out: &Path, seed: usize| {
        let seed = seed.to_string();
        let mut words = arguments(out, &["--model", text(&base), "--epochs", "1", "--seed", &seed, "--overwrite"]);
        words[2] = text(&few).to_owned();
        words
    };
    let started = Instant::now();
    let models = [0, 1].map(|seed| {
        let at = folder.path().join(format!("seed-{seed}"));
        assert!(run(&words(&at, seed)).status.success());
        own_files(&at)
    });
    let time = started.elapsed() / 2;
    assert!(models[0] != models[1]);
    assert!(run(&words(&out, 0)).status.success());
    let mut tally = Tally::new("writing a model", 6);
    let mut now = 0;
    while tally.should_continue() {
        let new = 1 - now;
        let mut process = program(&words(&out, new));
        // In three of four rounds, the kill comes during the write: the temporary directory exists.
        let delay = if tally.number(1, 4) > 0 {
            process.wait_for(|| !leftovers(&out).is_empty() || out.join(".tagwright-new").exists());
            tally.delay(Duration::from_millis(40))
        } else {
            tally.delay(time)
        };
        let ended = process.kill_after(delay);
        tally.count(&ended);
        let is = own_files(&out);
        let which = models.iter().position(|m| *m == is);
        tally.check_valid(which.is_some(), || format!("{:?} are neither the old nor the new model", names(&out)));
        let others = plain_files(&out);
        tally.check_valid(others.is_none_or(|m| models.contains(&m)), || "another program reads a mixture".into());
        tally.check_valid(PretrainedModel::from_pretrained(&out).is_ok(), || "the model does not open".into());
        let is_finished = ended.lines.iter().any(|l| l.contains(r#""event":"finished""#));
        tally.check_durable(!is_finished || which == Some(new), || {
            "the model was reported as saved, but the old one is present".into()
        });
        match which {
            Some(which) => now = which,
            None => return tally.end(),
        }
    }
    assert!(run(&words(&out, 1)).status.success());
    let hidden: Vec<_> = names(&out).into_iter().filter(|n| n.starts_with('.')).collect();
    tally.check_valid(hidden.is_empty(), || format!("remaining hidden files: {hidden:?}"));
    tally.end();
}
