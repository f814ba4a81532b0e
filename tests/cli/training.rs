//! Metrics files, early stopping, divergence, unwritable checkpoints, measurements.

use super::{assert_fails, run, sample, text};
use crate::support::golden;
use serde_json::Value;
use std::path::Path;

/// Returns the arguments of a short run with extra flags.
fn arguments(out: &Path, extra_flags: &[&str]) -> Vec<String> {
    let (train, dev, base) = (sample("train"), sample("dev"), golden("tiny"));
    let common = ["train", "--train", &train, "--dev", &dev, "--model", text(&base), "--out", text(out), "--json"];
    common.iter().chain(extra_flags).map(|a| (*a).to_owned()).collect()
}

/// Runs the program and returns the events of one kind.
fn events(out: &Path, extra_flags: &[&str], kind: &str) -> Vec<Value> {
    let all = arguments(out, extra_flags);
    let output = run(&all);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    let events = lines.lines().map(|l| serde_json::from_str::<Value>(l).expect("JSON"));
    events.filter(|e| e["event"] == kind).collect()
}

#[test]
fn run_writes_metrics_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lines, board) = (folder.path().join("lines"), folder.path().join("board"));
    events(&lines, &["--epochs", "2", "--report-to", "jsonl", "--logging-steps", "5"], "finished");
    let written = std::fs::read_to_string(lines.join("metrics.jsonl")).expect("a report");
    let all: Vec<Value> = written.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let steps: Vec<u64> = all.iter().filter(|e| e["event"] == "step").filter_map(|e| e["step"].as_u64()).collect();
    assert_eq!(steps, [5, 10, 15, 17, 22, 27, 32, 34], "every fifth step of an epoch, and the last step");
    assert_eq!(all.iter().filter(|e| e["event"] == "evaluated").count(), 2);
    events(&board, &["--epochs", "1", "--report-to", "tensorboard"], "finished");
    // TensorBoard has read this file once; this test checks that the records are complete.
    let records = std::fs::read(board.join("runs/events.out.tfevents.0.tagwright")).expect("a report");
    let (mut at, mut count) = (0, 0);
    while at < records.len() {
        let length = u64::from_le_bytes(records[at..at + 8].try_into().expect("eight bytes")) as usize;
        (at, count) = (at + 16 + length, count + 1);
    }
    assert_eq!((at, count), (records.len(), 1 + 17 + 1), "header, steps and one evaluation");
}

#[test]
fn early_stopping_ends_run() {
    let folder = tempfile::tempdir().expect("a folder");
    // The learning rate is too low for an improvement in the second epoch.
    let flags = ["--epochs", "9", "--learning-rate", "1e-9", "--patience", "2"];
    assert_eq!(events(&folder.path().join("run"), &flags, "evaluated").len(), 3);
    let flags = ["--epochs", "4", "--learning-rate", "1e-9"];
    assert_eq!(events(&folder.path().join("other"), &flags, "evaluated").len(), 4);
}

#[test]
fn diverged_run_reports_step_and_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let all = arguments(&out, &["--epochs", "3", "--learning-rate", "1", "--max-grad-norm", "1e9"]);
    assert_fails(&all, 1, "learning_rate 1e0 is too high");
    assert!(!out.join("model.safetensors").exists());
}

#[test]
fn unwritable_checkpoint_does_not_end_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    std::fs::create_dir_all(&out).expect("a folder");
    // A file has the name of the second checkpoint, and a directory cannot replace it.
    std::fs::write(out.join("checkpoint-34"), "in the way").expect("a file");
    let flags = ["--epochs", "4", "--save-total-limit", "9", "--overwrite"];
    let saved: Vec<u64> = events(&out, &flags, "saved").iter().filter_map(|e| e["step"].as_u64()).collect();
    assert_eq!(saved, [17, 51]);
    assert!(out.join("model.safetensors").is_file());
    assert_eq!(std::fs::read_to_string(out.join("checkpoint-34")).expect("the file"), "in the way");
}

#[test]
fn rejects_decimal_comma() {
    let check = |flag: &str, value: &str, expected: &str| {
        assert_fails(&["train", "--train", "x", "--out", "y", flag, value], 2, expected);
    };
    check("--learning-rate", "0,1", "Use a decimal point, not a comma");
    check("--learning-rate", "2,5e-5", "2.5e-5");
    check("--epochs", "1,5", "only allowed between thousands");
}

#[test]
fn measuring_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let extra_flags = ["--epochs", "2", "--report-to", "jsonl"];
    let estimate = events(&out, &[&extra_flags[..], &["--estimate"]].concat(), "estimate");
    assert!(estimate[0]["seconds"].as_f64().is_some_and(|s| s > 0.0), "{estimate:?}");
    let sweep = events(&out, &[&extra_flags[..], &["--find-learning-rate"]].concat(), "learning_rates");
    let points = sweep[0]["points"].as_array().expect("points");
    let rates: Vec<f64> = points.iter().filter_map(|p| p[0].as_f64()).collect();
    assert!(rates.len() > 40 && rates.is_sorted(), "{rates:?}");
    assert!(sweep[0]["suggestion"].as_f64().is_some_and(|r| r > 1e-6 && r < 1e-1), "{sweep:?}");
    assert!(!out.exists());
}
