//! Bad input: a clear message that says where and what to do, no panic, nothing half-written.

use super::{refused, run, text};
use crate::support::golden;
use std::path::{Path, PathBuf};
use std::process::Command;

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn sample() -> String {
    format!("{}/assets/sample/dev.conll", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn data_that_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(&["inspect", "no/such/file"], 1, "does not exist");
    refused(&["inspect", text(&file(folder.path(), "empty", b""))], 1, "empty");
    refused(&["inspect", text(&file(folder.path(), "binary", b"\x89PNG\r\n\x1a\n\0\0"))], 1, "a PNG picture");
    refused(&["inspect", text(&file(folder.path(), "prose", b"Dear all,\nplease come.\n"))], 1, "column");
    refused(&["inspect", text(&file(folder.path(), "broken.jsonl", b"{\"text\": 1}\n{\n"))], 1, "line 2");
    let pictures = tempfile::tempdir().expect("a folder");
    file(pictures.path(), "a.png", b"\x89PNG");
    refused(&["inspect", text(pictures.path())], 1, "train, dev and test");
    refused(
        &[
            "train",
            "--train",
            text(&file(folder.path(), "o.conll", b"a O\nb O\n")),
            "--out",
            text(&folder.path().join("m")),
        ],
        1,
        "has a label",
    );
    assert!(!folder.path().join("m").exists());
}

#[test]
fn wrong_usage_ends_with_2() {
    refused(&["inspect"], 2, "DATA");
    refused(&["train", "--train", "x", "--out", "y", "--epochs", "0"], 2, "1 to 1,000");
    refused(&["train", "--train", "x", "--out", "y", "--learning-rate", "fast"], 2, "2e-5");
    refused(&["train", "--train", "x", "--out", "y", "--device", "tpu"], 2, "no device");
    refused(&["predict", "--model", "starter"], 2, "FILE");
    refused(&["predict", "--model", "starter", "--text", "x", "--aggregation", "best"], 2, "unknown strategy");
}

/// A copy of the tiny model with one file changed or taken away, and a part of what is said of it.
fn broken_model(name: &str, change: Option<&dyn Fn(Vec<u8>) -> Vec<u8>>, said: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(golden("tiny")).expect("the tiny model").flatten() {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
    }
    let path = folder.path().join(name);
    match change {
        Some(change) => {
            let bytes = change(std::fs::read(&path).expect("a file"));
            std::fs::write(&path, bytes).expect("a file");
        }
        None => std::fs::remove_file(&path).expect("a file less"),
    }
    refused(&["predict", "--model", text(folder.path()), "--text", "x"], 1, said);
}

#[test]
fn models_that_are_broken() {
    refused(&["predict", "--model", "no/such/folder/here", "--text", "x"], 1, "no such folder");
    broken_model("config.json", None, "config.json");
    broken_model("model.safetensors", None, "model.safetensors");
    broken_model("config.json", Some(&|_| b"{".to_vec()), "not valid JSON");
    broken_model(
        "config.json",
        Some(&|b| String::from_utf8(b).expect("text").replace("\"bert\"", "\"roberta\"").into_bytes()),
        "roberta",
    );
    broken_model("model.safetensors", Some(&|b| b[..b.len() / 2].to_vec()), "no whole safetensors file");
    broken_model(
        "model.safetensors",
        Some(&|b| {
            let mut b = b;
            let n = b.len();
            b[n - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
            b
        }),
        "NaN",
    );
    broken_model(
        "config.json",
        Some(&|b| {
            String::from_utf8(b).expect("text").replace("\"hidden_size\": 32", "\"hidden_size\": 64").into_bytes()
        }),
        "shape",
    );
    broken_model("tokenizer.json", Some(&|_| b"[]".to_vec()), "tokenizer");
}

#[cfg(target_os = "linux")]
#[test]
fn disks_that_cannot_take_it() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(&["convert", &sample(), "/dev/full"], 1, "full");
    refused(&["convert", &sample(), text(&folder.path().join("no/such/place.conll"))], 1, "exist");
    // A file may be 1 kB at most: nothing is left behind, and what was there stays.
    let there = file(folder.path(), "there.conll", b"old O\n");
    let script = format!(
        "ulimit -f 1; trap '' XFSZ; exec '{}' convert '{}' '{}'",
        env!("CARGO_BIN_EXE_tagwright"),
        sample(),
        text(&there)
    );
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(&there).expect("a file"), b"old O\n");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn without_a_display_the_demo_is_named() {
    let output = run(&[] as &[&str]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("tagwright demo"), "{told}");
}
