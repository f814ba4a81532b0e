//! Invalid input: error messages with location and action, no panic, no partial output.

use super::{assert_fails, run, text};
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
fn rejects_invalid_data() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_fails(&["inspect", "no/such/file"], 1, "not found");
    assert_fails(&["inspect", text(&file(folder.path(), "empty", b""))], 1, "empty");
    assert_fails(&["inspect", text(&file(folder.path(), "binary", b"\x89PNG\r\n\x1a\n\0\0"))], 1, "a PNG image");
    assert_fails(&["inspect", text(&file(folder.path(), "prose", b"Dear all,\nplease come.\n"))], 1, "column");
    assert_fails(&["inspect", text(&file(folder.path(), "broken.jsonl", b"{\"text\": 1}\n{\n"))], 1, "line 2");
    let pictures = tempfile::tempdir().expect("a folder");
    file(pictures.path(), "a.png", b"\x89PNG");
    assert_fails(&["inspect", text(pictures.path())], 1, "train, dev and test");
    assert_fails(
        &[
            "train",
            "--train",
            text(&file(folder.path(), "o.conll", b"a O\nb O\n")),
            "--out",
            text(&folder.path().join("m")),
        ],
        1,
        "no labeled sentences",
    );
    assert!(!folder.path().join("m").exists());
}

#[test]
fn usage_errors_exit_with_2() {
    assert_fails(&["inspect"], 2, "DATA");
    assert_fails(&["train", "--train", "x", "--out", "y", "--epochs", "0"], 2, "1 to 1,000");
    assert_fails(&["train", "--train", "x", "--out", "y", "--learning-rate", "fast"], 2, "2e-5");
    assert_fails(&["train", "--train", "x", "--out", "y", "--device", "tpu"], 2, "unknown device");
    assert_fails(&["predict", "--model", "starter"], 2, "FILE");
    assert_fails(&["predict", "--model", "starter", "--text", "x", "--aggregation", "best"], 2, "unknown strategy");
}

/// Copies the tiny model, changes or removes one file, and checks the error message.
fn broken_model(name: &str, change: Option<&dyn Fn(Vec<u8>) -> Vec<u8>>, expected: &str) {
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
    assert_fails(&["predict", "--model", text(folder.path()), "--text", "x"], 1, expected);
}

#[test]
fn rejects_broken_models() {
    assert_fails(&["predict", "--model", "no/such/folder/here", "--text", "x"], 1, "directory not found");
    broken_model("config.json", None, "config.json");
    broken_model("model.safetensors", None, "model.safetensors");
    broken_model("config.json", Some(&|_| b"{".to_vec()), "not valid JSON");
    broken_model(
        "config.json",
        Some(&|b| String::from_utf8(b).expect("text").replace("\"bert\"", "\"roberta\"").into_bytes()),
        "roberta",
    );
    broken_model("model.safetensors", Some(&|b| b[..b.len() / 2].to_vec()), "invalid or incomplete safetensors file");
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
fn reports_unwritable_targets() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_fails(&["convert", &sample(), "/dev/full"], 1, "full");
    assert_fails(&["convert", &sample(), text(&folder.path().join("no/such/place.conll"))], 1, "not found");
    // The maximum file size is 1 kB. The existing file is unchanged, and no temporary file remains.
    let existing = file(folder.path(), "there.conll", b"old O\n");
    let script = format!(
        "ulimit -f 1; trap '' XFSZ; exec '{}' convert '{}' '{}'",
        env!("CARGO_BIN_EXE_tagwright"),
        sample(),
        text(&existing)
    );
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(&existing).expect("a file"), b"old O\n");
    let entries: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
}

#[test]
fn missing_display_error_suggests_demo() {
    let output = run(&[] as &[&str]);
    assert_eq!(output.status.code(), Some(1));
    let stderr_text = String::from_utf8_lossy(&output.stderr);
    assert!(stderr_text.contains("tagwright demo"), "{stderr_text}");
}
