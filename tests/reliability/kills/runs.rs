//! Kills of a training run at any moment, and while its model is written at the end.

use super::{Tally, Victim, leftovers, names};
use crate::cli::{run, sample, text};
use crate::support::golden;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tagwright::disk;
use tagwright::model::PretrainedModel;
use tagwright::model::pretrained::FILES;

fn program(arguments: &[String]) -> Victim {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tagwright"));
    command.args(arguments);
    Victim::start(command)
}

/// The command line of a run, with further words.
fn arguments(out: &Path, further: &[&str]) -> Vec<String> {
    let (train, dev) = (sample("train"), sample("dev"));
    let common = ["train", "--train", &train, "--dev", &dev, "--out", text(out), "--json"];
    common.iter().chain(further).map(|a| (*a).to_owned()).collect()
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("model.safetensors")).expect("a model")
}

/// The number behind a name in a line of JSON.
fn number_of(line: &str, name: &str) -> Option<usize> {
    let rest = line.split_once(name)?.1;
    let digits: String = rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_with_the_same_bits() {
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
    while tally.goes_on() {
        let out = folder.path().join(format!("run-{runs}"));
        let resumes = begun && disk::list_dirs(&out).iter().any(|f| f.join("trainer_state.json").is_file());
        tally.kept(resumes || saved == 0, || format!("no checkpoint is there, step {saved} was said to be saved"));
        let words = if resumes { arguments(&out, &["--resume"]) } else { arguments(&out, &recipe) };
        begun = true;
        let ended = program(&words).kill_after(tally.delay(time / 2));
        tally.count(&ended);
        if let Some(step) = ended.lines.iter().find_map(|l| number_of(l, "resumed at step ")) {
            tally.kept(step >= saved, || format!("it goes on at step {step}, step {saved} was said to be saved"));
        }
        let is_saved = |line: &&String| line.contains(r#""event":"saved""#);
        saved = ended.lines.iter().filter(is_saved).filter_map(|l| number_of(l, r#""step""#)).max().unwrap_or(saved);
        if !ended.killed || out.join("model.safetensors").exists() {
            // It has ended, or it was killed between its model and its end.
            let finished = out.join("model.safetensors").exists();
            tally.kept(finished, || format!("the run ended without a model: {:?}", ended.lines.last()));
            tally.right(finished && weights(&out) == weights(&whole), || "the weights differ".into());
            (runs, saved, begun) = (runs + 1, 0, false);
        }
    }
    // The last one comes to its end.
    let out = folder.path().join(format!("run-{runs}"));
    if begun {
        let resumes = disk::list_dirs(&out).iter().any(|f| f.join("trainer_state.json").is_file());
        let words = if resumes { arguments(&out, &["--resume"]) } else { arguments(&out, &recipe) };
        let output = run(&words);
        tally.right(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned());
        tally.right(output.status.success() && weights(&out) == weights(&whole), || "the weights differ".into());
        let left = names(&out);
        tally.right(left == names(&whole), || format!("{left:?} are left"));
    }
    tally.end();
}

/// The files of a model as this program finds them, without the card, which has the seconds of the run.
fn found(folder: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let names = FILES.names.iter().filter(|n| **n != "README.md");
    names.filter_map(|n| Some((*n, std::fs::read(disk::current_path(folder, n)).ok()?))).collect()
}

/// The files of a model as another program finds them; `None` where it takes the folder for none.
fn plain(folder: &Path) -> Option<BTreeMap<&'static str, Vec<u8>>> {
    let names = FILES.names.iter().filter(|n| **n != "README.md");
    let files = names.filter_map(|n| Some((*n, std::fs::read(folder.join(n)).ok()?))).collect();
    folder.join(FILES.key).is_file().then_some(files)
}

#[test]
fn a_model_that_was_being_written_is_old_or_new() {
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
        found(&at)
    });
    let time = started.elapsed() / 2;
    assert!(models[0] != models[1]);
    assert!(run(&words(&out, 0)).status.success());
    let mut tally = Tally::new("writing a model", 6);
    let mut now = 0;
    while tally.goes_on() {
        let new = 1 - now;
        let mut victim = program(&words(&out, new));
        // In three of four rounds while it writes: its temporary folder is there.
        let delay = if tally.number(1, 4) > 0 {
            victim.wait_for(|| !leftovers(&out).is_empty() || out.join(".tagwright-new").exists());
            tally.delay(Duration::from_millis(40))
        } else {
            tally.delay(time)
        };
        let ended = victim.kill_after(delay);
        tally.count(&ended);
        let is = found(&out);
        let which = models.iter().position(|m| *m == is);
        tally.right(which.is_some(), || format!("{:?} are neither the old nor the new model", names(&out)));
        let others = plain(&out);
        tally.right(others.is_none_or(|m| models.contains(&m)), || "another program finds a mixture".into());
        tally.right(PretrainedModel::from_pretrained(&out).is_ok(), || "the model does not open".into());
        let told = ended.lines.iter().any(|l| l.contains(r#""event":"finished""#));
        tally.kept(!told || which == Some(new), || "the model was said to be saved, the old one is there".into());
        match which {
            Some(which) => now = which,
            None => return tally.end(),
        }
    }
    assert!(run(&words(&out, 1)).status.success());
    let hidden: Vec<_> = names(&out).into_iter().filter(|n| n.starts_with('.')).collect();
    tally.right(hidden.is_empty(), || format!("{hidden:?} stay"));
    tally.end();
}
