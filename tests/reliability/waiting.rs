//! Files that are none: pipes, devices and circles of links are refused at once, as data and beside it.

#![cfg(unix)]

use super::{file, inspected, watched};
use crate::cli::{run, text};
use crate::support::golden;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    inspected(Path::new("/dev/zero"), 1, "not a regular file");
    inspected(Path::new("/dev/null"), 1, "not a regular file");
    pipe(&at("a.conll"));
    inspected(&at("a.conll"), 1, "not a regular file");
    symlink("/dev/zero", at("b.conll")).expect("a link");
    inspected(&at("b.conll"), 1, "not a regular file");
    symlink("c.conll", at("c.conll")).expect("a link");
    inspected(&at("c.conll"), 1, "c.conll");
    std::os::unix::net::UnixListener::bind(at("d.conll")).expect("a socket");
    inspected(&at("d.conll"), 1, "not a regular file");
    inspected(folder.path(), 1, "");
    // A pipe on standard input is what `-` is for.
    assert!(run(&["predict", "--model", text(&golden("tiny")), "-"]).status.success());
    let done = watched(&["predict", "--model", text(&golden("tiny")), text(&at("a.conll"))], 400);
    assert_eq!(done.code, Some(1), "{}", done.said);
}

#[test]
fn cards_and_lists_beside_data_are_regular_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    file(folder.path(), "train.conll", "Anna B-PER\nsings O\n");
    let tags = file(folder.path(), "train.jsonl", "{\"tokens\":[\"Anna\"],\"ner_tags\":[1]}\n");
    pipe(&at("README.md"));
    inspected(folder.path(), 0, "train");
    inspected(&tags, 1, "dataset_info.json");
    std::fs::remove_file(at("README.md")).expect("a file less");
    symlink("/dev/zero", at("README.md")).expect("a link");
    inspected(folder.path(), 0, "train");
    // A list of names is never so long.
    std::fs::remove_file(at("README.md")).expect("a file less");
    file(folder.path(), "labels.txt", "O\n".repeat(9 << 20));
    inspected(&tags, 1, "dataset_info.json");
    file(folder.path(), "labels.txt", "O\nB-PER\n");
    inspected(&tags, 0, "no problems");
}

#[test]
fn files_of_a_model_are_regular_files() {
    for name in ["config.json", "tokenizer.json", "model.safetensors", "tokenizer_config.json"] {
        let folder = super::models::tiny();
        let at = folder.path().join(name);
        std::fs::remove_file(&at).expect("a file less");
        pipe(&at);
        super::models::refused(folder.path(), "not a regular file");
        std::fs::remove_file(&at).expect("a file less");
        symlink("/dev/zero", &at).expect("a link");
        super::models::refused(folder.path(), "not a regular file");
    }
    let folder = super::models::tiny();
    file(folder.path(), "config.json", " ".repeat(17 << 20));
    super::models::refused(folder.path(), "larger than 16 MiB");
}
