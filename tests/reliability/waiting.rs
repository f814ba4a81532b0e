//! Special files: pipes, devices and cyclic links are rejected at once, as data and as files in the same directory.

#![cfg(unix)]

use super::{check_inspect, file, run_watched};
use crate::cli::{run, text};
use crate::support::golden;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn rejects_special_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    check_inspect(Path::new("/dev/zero"), 1, "not a regular file");
    check_inspect(Path::new("/dev/null"), 1, "not a regular file");
    pipe(&at("a.conll"));
    check_inspect(&at("a.conll"), 1, "not a regular file");
    symlink("/dev/zero", at("b.conll")).expect("a link");
    check_inspect(&at("b.conll"), 1, "not a regular file");
    symlink("c.conll", at("c.conll")).expect("a link");
    check_inspect(&at("c.conll"), 1, "c.conll");
    std::os::unix::net::UnixListener::bind(at("d.conll")).expect("a socket");
    check_inspect(&at("d.conll"), 1, "not a regular file");
    check_inspect(folder.path(), 1, "");
    // A pipe on standard input is allowed with `-`.
    assert!(run(&["predict", "--model", text(&golden("tiny")), "-"]).status.success());
    let done = run_watched(&["predict", "--model", text(&golden("tiny")), text(&at("a.conll"))], 400);
    assert_eq!(done.code, Some(1), "{}", done.output);
}

#[test]
fn special_cards_and_label_lists_are_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    file(folder.path(), "train.conll", "Anna B-PER\nsings O\n");
    let tags = file(folder.path(), "train.jsonl", "{\"tokens\":[\"Anna\"],\"ner_tags\":[1]}\n");
    pipe(&at("README.md"));
    check_inspect(folder.path(), 0, "train");
    check_inspect(&tags, 1, "dataset_info.json");
    std::fs::remove_file(at("README.md")).expect("a file less");
    symlink("/dev/zero", at("README.md")).expect("a link");
    check_inspect(folder.path(), 0, "train");
    // A list of names of this length is rejected.
    std::fs::remove_file(at("README.md")).expect("a file less");
    file(folder.path(), "labels.txt", "O\n".repeat(9 << 20));
    check_inspect(&tags, 1, "dataset_info.json");
    file(folder.path(), "labels.txt", "O\nB-PER\n");
    check_inspect(&tags, 0, "no problems");
}

#[test]
fn models_reject_special_files() {
    for name in ["config.json", "tokenizer.json", "model.safetensors", "tokenizer_config.json"] {
        let folder = super::models::tiny();
        let at = folder.path().join(name);
        std::fs::remove_file(&at).expect("a file less");
        pipe(&at);
        super::models::check_rejected(folder.path(), "not a regular file");
        std::fs::remove_file(&at).expect("a file less");
        symlink("/dev/zero", &at).expect("a link");
        super::models::check_rejected(folder.path(), "not a regular file");
    }
    let folder = super::models::tiny();
    file(folder.path(), "config.json", " ".repeat(17 << 20));
    super::models::check_rejected(folder.path(), "larger than the limit of 16 MiB");
}
