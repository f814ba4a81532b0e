//! What reaches a terminal, and what happens when a message cannot be shown.

use super::{run, sample, text};
use crate::support::golden;
use std::path::Path;
use std::process::{Command, Output};

/// Sets a window's title, clears the screen by C1, turns the direction of the text.
const HOSTILE: &str = "P\x1b]0;fooled\x07\u{9b}2J\u{202e}R";

/// The word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The program's call as a line for a shell.
fn call(arguments: &[&str]) -> String {
    let words = [env!("CARGO_BIN_EXE_tagwright")].into_iter().chain(arguments.iter().copied());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// Runs a line in a shell, without a display.
fn shell(line: &str) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", line]).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.stdin(std::process::Stdio::null()).output().expect("bash")
}

/// What the program shows on a terminal.
#[cfg(target_os = "linux")]
fn on_terminal(arguments: &[&str]) -> String {
    let line = format!("script -qec {} /dev/null", quoted(&call(arguments)));
    String::from_utf8_lossy(&shell(&line).stdout).into_owned()
}

/// On a terminal the program shows nothing of the hostile word that is obeyed.
#[cfg(target_os = "linux")]
fn check_nothing_obeyed(arguments: &[&str]) -> String {
    let shown = on_terminal(arguments);
    for obeyed in ["\x1b]", "\x07", "\u{9b}", "\u{202e}"] {
        assert!(!shown.contains(obeyed), "{arguments:?} shows {obeyed:?}: {shown:?}");
    }
    shown
}

/// On a terminal the program shows the hostile word escaped.
#[cfg(target_os = "linux")]
fn check(arguments: &[&str]) {
    let shown = check_nothing_obeyed(arguments);
    assert!(shown.contains(r"\x1b]0;fooled\x07\x9b2J\u{202e}R"), "{arguments:?} shows {shown:?}");
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file");
    text(&path).to_owned()
}

/// The tiny model with a part of its configuration replaced.
#[cfg(target_os = "linux")]
fn model(folder: &Path, old: &str, new: &str) -> String {
    std::fs::create_dir_all(folder).expect("a folder");
    for entry in std::fs::read_dir(golden("tiny")).expect("the tiny model").flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
    }
    let config = std::fs::read_to_string(folder.join("config.json")).expect("a configuration");
    let word = serde_json::to_string(HOSTILE).expect("JSON");
    let changed = config.replace(old, &new.replace("WORD", word.trim_matches('"')));
    assert_ne!(changed, config);
    write(folder, "config.json", &changed);
    text(folder).to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_not_given_the_control_sequences_of_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let tiny = text(&golden("tiny")).to_owned();
    let labels = write(folder.path(), "labels.conll", &format!("Anna B-{HOSTILE}\nsings O\n\nOslo B-{HOSTILE}\n"));
    let doubtful =
        write(folder.path(), "doubtful.jsonl", &format!("{{\"text\": \"a\", \"label\": [[0, 9, {HOSTILE:?}]]}}\n"));
    let fields = serde_json::json!({"text": "Anna sings", "label": [[0, 4, "PER"]], HOSTILE: 1}).to_string();
    let fields = write(folder.path(), "fields.jsonl", &fields);
    let name = write(folder.path(), &format!("{HOSTILE}.conll"), "Anna B-PER\nsings O\n");
    let words = write(folder.path(), "words.conll", &format!("Anna{HOSTILE} B-PER\nsings O\n"));
    // Labels, fields, names of files, problems.
    check(&["inspect", &labels]);
    check(&["inspect", &name]);
    check(&["inspect", &at(HOSTILE)]);
    check(&["convert", &labels, &at("a.conll"), "--rename", &format!("{HOSTILE}=PER")]);
    check(&["convert", &labels, &at("b.conll"), "--drop", HOSTILE]);
    check(&["convert", &labels, &at(&format!("{HOSTILE}.c"))]);
    check(&["convert", &fields, &at("c.conll")]);
    // Texts, also as the bytes of a file.
    check(&["predict", "--model", &tiny, "--text", &format!("Anna {HOSTILE} sings")]);
    check(&["predict", "--model", &tiny, "--tokens", &words]);
    // Models and their labels.
    check(&["predict", "--model", &model(&folder.path().join("m1"), "\"bert\"", "\"WORD\""), "--text", "Anna"]);
    check(&["predict", "--model", &at(HOSTILE), "--text", "Anna"]);
    check(&["evaluate", "--model", &tiny, &labels]);
    // Wrong usage: clap drops some of it by itself.
    check_nothing_obeyed(&["predict", "--model", &tiny, "--text", "Anna", "--aggregation", HOSTILE]);
    check_nothing_obeyed(&[&format!("--{HOSTILE}")]);
    check_nothing_obeyed(&["inspect", &doubtful]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_on_a_terminal_shows_labels_escaped() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "a.conll", &format!("Anna B-{HOSTILE}\nsings O\n\n").repeat(4));
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    check(&["train", "--train", &data, "--dev", &data, "--model", text(&tiny), "--epochs", "1", "--out", text(&out)]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_terminal_is_escaped() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = sample("dev");
    let out = folder.path().join(HOSTILE);
    let line = format!(
        "RUST_LOG=trace {}",
        call(&["train", "--train", &data, "--out", text(&out), "--epochs", "1", "--model", text(&golden("tiny"))])
    );
    let output = shell(&format!("script -qec {} /dev/null", quoted(&line)));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("[INFO"), "{shown:?}");
    assert!(shown.contains("fooled") && !shown.contains("\x1b]"), "{shown:?}");
}

#[test]
fn a_pipe_gets_bytes_as_they_are_and_json_that_no_terminal_obeys() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "labels.conll", &format!("Anna B-{HOSTILE}\nsings O\n"));
    let plain = String::from_utf8_lossy(&run(&["inspect", &data]).stdout).into_owned();
    assert!(plain.contains(HOSTILE), "{plain:?}");
    let json = String::from_utf8_lossy(&run(&["inspect", &data, "--json"]).stdout).into_owned();
    assert!(json.contains("\\u009b") && !json.contains('\u{9b}') && json.contains('\u{202e}'), "{json:?}");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["labels"][HOSTILE], 1);
    // A text that is answered in parts.
    let long = "Anna\u{9b} sings. ".repeat(10_000);
    let path = write(folder.path(), "long.txt", &long);
    let json = run(&["predict", "--model", text(&golden("tiny")), "--json", "--whole", &path]).stdout;
    let json = String::from_utf8(json).expect("text");
    assert!(!json.contains('\u{9b}'));
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["text"], long);
}

/// A line in a shell ends with this code; `PROGRAM` stands for the program.
#[cfg(target_os = "linux")]
fn ends_with(line: &str, code: i32) {
    let output = shell(&line.replace("PROGRAM", &quoted(env!("CARGO_BIN_EXE_tagwright"))));
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{line}: {told}");
    assert!(!told.contains("panicked") && !told.contains("program has failed"), "{line}: {told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_message_that_cannot_be_shown_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = quoted(&sample("dev"));
    for (i, closed) in ["2>/dev/full", "2>&-", "2>/dev/full >&-", ">&- 2>&-"].iter().enumerate() {
        let out = folder.path().join(format!("{i}.conll"));
        ends_with(&format!("PROGRAM convert {data} {} {closed}", quoted(text(&out))), 0);
        assert!(out.is_file(), "{closed}");
        ends_with(&format!("RUST_LOG=trace PROGRAM inspect no-such-file {closed}"), 1);
        ends_with(&format!("PROGRAM inspect {closed}"), 2);
        // No display.
        ends_with(&format!("PROGRAM {closed}"), 1);
        ends_with(&format!("PROGRAM --version {closed}"), 0);
    }
    let out = quoted(text(&folder.path().join("run")));
    let tiny = quoted(text(&golden("tiny")));
    ends_with(&format!("PROGRAM train --train {data} --model {tiny} --epochs 1 --out {out} 2>/dev/full"), 0);
    ends_with(&format!("PROGRAM inspect {data} >/dev/full"), 1);
    ends_with(&format!("PROGRAM inspect {data} --json >/dev/full"), 1);
    ends_with("PROGRAM --help >/dev/full", 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let data = quoted(&sample("train"));
    let tiny = quoted(text(&golden("tiny")));
    for command in [
        "formats",
        "formats --json",
        "--help",
        "train --help",
        &format!("inspect {data}"),
        &format!("inspect {data} --json"),
        &format!("predict --model {tiny} {data}"),
        &format!("predict --model {tiny} --tokens {data}"),
        &format!("evaluate --model {tiny} {data}"),
    ] {
        // The reader is gone before the first byte.
        ends_with(&format!("(sleep 0.2; exec PROGRAM {command}) | true; exit ${{PIPESTATUS[0]}}"), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_is_one_line_without_a_stack() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiny = text(&golden("tiny")).to_owned();
    let config = |name: &str, old: &str, new: &str| model(&folder.path().join(name), old, new);
    // A tensor of a type that candle refuses, with a stack.
    let strange = folder.path().join("strange");
    std::fs::create_dir(&strange).expect("a folder");
    for entry in std::fs::read_dir(golden("tiny")).expect("the tiny model").flatten() {
        std::fs::copy(entry.path(), strange.join(entry.file_name())).expect("a copy");
    }
    let header = r#"{"extra":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 4]].concat();
    std::fs::write(strange.join("model.safetensors"), bytes).expect("weights");
    for m in [
        text(&strange).to_owned(),
        config("width", "\"hidden_size\": 32", "\"hidden_size\": 64"),
        config("epsilon", "\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": -1"),
        config("layers", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 9"),
        format!("{tiny}/none"),
    ] {
        let output = shell(&format!("RUST_BACKTRACE=1 {}", call(&["predict", "--model", &m, "--text", "Anna"])));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!told.contains("backtrace") && !told.contains("::") && told.lines().count() <= 1, "{told}");
    }
}
