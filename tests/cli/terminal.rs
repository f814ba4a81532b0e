//! Output to a terminal: escaping of control sequences, and output that cannot be written.

use super::{run, sample, text};
use crate::support::golden;
use std::path::Path;
use std::process::{Command, Output};

/// Sets the window title, clears the screen (C1), and reverses the text direction.
const HOSTILE: &str = "P\x1b]0;fooled\x07\u{9b}2J\u{202e}R";

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Returns the command line of the program for a shell.
fn command_line(arguments: &[&str]) -> String {
    let words = [env!("CARGO_BIN_EXE_tagwright")].into_iter().chain(arguments.iter().copied());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// Runs a shell command without a display.
fn shell(line: &str) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", line]).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.stdin(std::process::Stdio::null()).output().expect("bash")
}

/// Returns the output of the program on a terminal.
#[cfg(target_os = "linux")]
fn terminal_output(arguments: &[&str]) -> String {
    let line = format!("script -qec {} /dev/null", quoted(&command_line(arguments)));
    String::from_utf8_lossy(&shell(&line).stdout).into_owned()
}

/// Checks that the output on a terminal contains no control sequence of [`HOSTILE`].
#[cfg(target_os = "linux")]
fn check_no_control_sequences(arguments: &[&str]) -> String {
    let printed = terminal_output(arguments);
    for sequence in ["\x1b]", "\x07", "\u{9b}", "\u{202e}"] {
        assert!(!printed.contains(sequence), "{arguments:?} prints {sequence:?}: {printed:?}");
    }
    printed
}

/// Checks that the output on a terminal contains [`HOSTILE`] in escaped form.
#[cfg(target_os = "linux")]
fn check(arguments: &[&str]) {
    let printed = check_no_control_sequences(arguments);
    assert!(printed.contains(r"\x1b]0;fooled\x07\x9b2J\u{202e}R"), "{arguments:?} prints {printed:?}");
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file");
    text(&path).to_owned()
}

/// Copies the tiny model and replaces part of its configuration.
#[cfg(target_os = "linux")]
fn tiny_model_with(folder: &Path, old: &str, new: &str) -> String {
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
fn terminal_output_escapes_control_sequences_of_data() {
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
    // Labels, fields, file names, problems.
    check(&["inspect", &labels]);
    check(&["inspect", &name]);
    check(&["inspect", &at(HOSTILE)]);
    check(&["convert", &labels, &at("a.conll"), "--rename", &format!("{HOSTILE}=PER")]);
    check(&["convert", &labels, &at("b.conll"), "--drop", HOSTILE]);
    check(&["convert", &labels, &at(&format!("{HOSTILE}.c"))]);
    check(&["convert", &fields, &at("c.conll")]);
    // Input texts, also from a file.
    check(&["predict", "--model", &tiny, "--text", &format!("Anna {HOSTILE} sings")]);
    check(&["predict", "--model", &tiny, "--tokens", &words]);
    // Model names and labels.
    check(&[
        "predict",
        "--model",
        &tiny_model_with(&folder.path().join("m1"), "\"bert\"", "\"WORD\""),
        "--text",
        "Anna",
    ]);
    check(&["predict", "--model", &at(HOSTILE), "--text", "Anna"]);
    check(&["evaluate", "--model", &tiny, &labels]);
    // Usage errors: clap removes some control sequences.
    check_no_control_sequences(&["predict", "--model", &tiny, "--text", "Anna", "--aggregation", HOSTILE]);
    check_no_control_sequences(&[&format!("--{HOSTILE}")]);
    check_no_control_sequences(&["inspect", &doubtful]);
}

#[cfg(target_os = "linux")]
#[test]
fn terminal_run_escapes_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "a.conll", &format!("Anna B-{HOSTILE}\nsings O\n\n").repeat(4));
    let (tiny, out) = (golden("tiny"), folder.path().join("out"));
    check(&["train", "--train", &data, "--dev", &data, "--model", text(&tiny), "--epochs", "1", "--out", text(&out)]);
}

#[cfg(target_os = "linux")]
#[test]
fn terminal_log_is_escaped() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = sample("dev");
    let out = folder.path().join(HOSTILE);
    let line = format!(
        "RUST_LOG=trace {}",
        command_line(&[
            "train",
            "--train",
            &data,
            "--out",
            text(&out),
            "--epochs",
            "1",
            "--model",
            text(&golden("tiny"))
        ])
    );
    let output = shell(&format!("script -qec {} /dev/null", quoted(&line)));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("[INFO"), "{printed:?}");
    assert!(printed.contains("fooled") && !printed.contains("\x1b]"), "{printed:?}");
}

#[test]
fn pipe_output_is_unchanged_and_json_is_escaped() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "labels.conll", &format!("Anna B-{HOSTILE}\nsings O\n"));
    let plain = String::from_utf8_lossy(&run(&["inspect", &data]).stdout).into_owned();
    assert!(plain.contains(HOSTILE), "{plain:?}");
    let json = String::from_utf8_lossy(&run(&["inspect", &data, "--json"]).stdout).into_owned();
    assert!(json.contains("\\u009b") && !json.contains('\u{9b}') && json.contains('\u{202e}'), "{json:?}");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["labels"][HOSTILE], 1);
    // The output of a long text is printed in several parts.
    let long = "Anna\u{9b} sings. ".repeat(10_000);
    let path = write(folder.path(), "long.txt", &long);
    let json = run(&["predict", "--model", text(&golden("tiny")), "--json", "--whole", &path]).stdout;
    let json = String::from_utf8(json).expect("text");
    assert!(!json.contains('\u{9b}'));
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["text"], long);
}

/// Checks the exit code of a shell command. `PROGRAM` is replaced by the executable.
#[cfg(target_os = "linux")]
fn check_exit_code(line: &str, code: i32) {
    let output = shell(&line.replace("PROGRAM", &quoted(env!("CARGO_BIN_EXE_tagwright"))));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{line}: {stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("internal error"), "{line}: {stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn unwritable_stderr_does_not_change_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = quoted(&sample("dev"));
    for (i, closed) in ["2>/dev/full", "2>&-", "2>/dev/full >&-", ">&- 2>&-"].iter().enumerate() {
        let out = folder.path().join(format!("{i}.conll"));
        check_exit_code(&format!("PROGRAM convert {data} {} {closed}", quoted(text(&out))), 0);
        assert!(out.is_file(), "{closed}");
        check_exit_code(&format!("RUST_LOG=trace PROGRAM inspect no-such-file {closed}"), 1);
        check_exit_code(&format!("PROGRAM inspect {closed}"), 2);
        // The window cannot be opened without a display.
        check_exit_code(&format!("PROGRAM {closed}"), 1);
        check_exit_code(&format!("PROGRAM --version {closed}"), 0);
    }
    let out = quoted(text(&folder.path().join("run")));
    let tiny = quoted(text(&golden("tiny")));
    check_exit_code(&format!("PROGRAM train --train {data} --model {tiny} --epochs 1 --out {out} 2>/dev/full"), 0);
    check_exit_code(&format!("PROGRAM inspect {data} >/dev/full"), 1);
    check_exit_code(&format!("PROGRAM inspect {data} --json >/dev/full"), 1);
    check_exit_code("PROGRAM --help >/dev/full", 1);
}

#[cfg(target_os = "linux")]
#[test]
fn closed_pipe_is_not_a_failure() {
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
        // The reader closes the pipe before the first byte.
        check_exit_code(&format!("(sleep 0.2; exec PROGRAM {command}) | true; exit ${{PIPESTATUS[0]}}"), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn error_is_one_line_without_backtrace() {
    let folder = tempfile::tempdir().expect("a folder");
    let tiny = text(&golden("tiny")).to_owned();
    let config = |name: &str, old: &str, new: &str| tiny_model_with(&folder.path().join(name), old, new);
    // candle rejects the type of this tensor, with a backtrace.
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
        let output =
            shell(&format!("RUST_BACKTRACE=1 {}", command_line(&["predict", "--model", &m, "--text", "Anna"])));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("backtrace") && !stderr.contains("::") && stderr.lines().count() <= 1, "{stderr}");
    }
}
