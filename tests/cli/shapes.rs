//! JSON output of the subcommands, and the files that they write.

use super::{assert_fails, json, run, text};
use crate::support::golden;
use std::path::Path;

fn sample() -> String {
    text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")).to_owned()
}

#[test]
fn inspect_counts_sample() {
    let v = json(&["inspect", &sample(), "--json"]);
    assert_eq!((v["format"].as_str(), v["scheme"].as_str()), (Some("conll"), Some("IOB2")));
    assert_eq!(
        (v["documents"].as_u64(), v["sentences"].as_u64(), v["tokens"].as_u64()),
        (Some(46), Some(369), Some(7444))
    );
    assert_eq!(v["splits"]["train"]["labels"]["DATE"].as_u64(), Some(134));
    assert_eq!(v["problems"].as_array().map(Vec::len), Some(0));
}

#[test]
fn predict_returns_character_and_byte_offsets() {
    let input = "😀 Zoë Okafor moved from Ghent to Lisbon.\r\nمن القاهرة e\u{301}";
    let v = json(&["predict", "--model", "starter", "--text", input, "--json"]);
    assert_eq!(v["text"].as_str(), Some(input));
    let entities = v["entities"].as_array().expect("entities");
    assert!(entities.iter().any(|e| e["label"] == "LOC" && e["text"] == "Lisbon"), "{v}");
    for e in entities {
        let n = |key: &str| e[key].as_u64().expect("a number") as usize;
        let by_characters: String = input.chars().skip(n("start")).take(n("end") - n("start")).collect();
        assert_eq!(by_characters, input[n("byte_start")..n("byte_end")]);
        assert_eq!(e["text"].as_str(), Some(by_characters.as_str()));
    }
}

#[test]
fn predict_finds_person_in_default_text() {
    let v = json(&["predict", "--model", "starter", "--text", "My name is Maarten.", "--json"]);
    assert_eq!((v["entities"][0]["label"].as_str(), v["entities"][0]["text"].as_str()), (Some("PER"), Some("Maarten")));
}

#[test]
fn evaluate_and_formats_match_json_contract() {
    let v = json(&["evaluate", "--model", "starter", &sample(), "--split", "test", "--json"]);
    for key in ["precision", "recall", "f1", "accuracy", "piece_f1"] {
        assert!(v["overall"][key].as_f64().is_some(), "{key}");
    }
    assert_eq!(v["labels"]["DATE"]["support"].as_u64(), Some(30));
    assert_eq!((v["sentences"].as_u64(), v["tokens"].as_u64()), (Some(53), Some(1080)));
    let v = json(&["formats", "--json"]);
    assert!(
        v["formats"].as_array().is_some_and(|f| f.iter().all(|f| f["name"].is_string() && f["extensions"].is_array()))
    );
}

#[test]
fn convert_roundtrips_scheme() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bilou, back) = (folder.path().join("bilou.conll"), folder.path().join("back.conll"));
    let source = format!("{}/dev.conll", sample());
    assert!(run(&["convert", &source, text(&bilou), "--scheme", "bilou"]).status.success());
    assert_eq!(json(&["inspect", text(&bilou), "--json"])["scheme"].as_str(), Some("BILOU"));
    assert!(run(&["convert", text(&bilou), text(&back), "--scheme", "iob2"]).status.success());
    assert_eq!(std::fs::read(&back).expect("a file"), std::fs::read(&source).expect("a file"));
    let all = folder.path().join("all");
    assert!(run(&["convert", &sample(), text(&all), "--to", "wnut"]).status.success());
    assert_eq!(json(&["inspect", text(&all), "--json"])["sentences"].as_u64(), Some(369));
    assert_fails(
        &["convert", &sample(), text(&folder.path().join("strict")), "--to", "wnut", "--strict"],
        1,
        "nothing written",
    );
    assert!(!folder.path().join("strict").exists());
}

#[test]
fn predict_tokens_writes_tags() {
    let source = format!("{}/test.conll", sample());
    let output = run(&["predict", "--model", "starter", &source, "--tokens"]);
    let stdout = String::from_utf8(output.stdout).expect("text");
    assert!(stdout.contains("B-PER") && stdout.lines().count() > 1000, "{stdout}");
}

#[test]
fn train_streams_events_and_saves_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("model");
    let tiny = golden("tiny");
    let output = run(&[
        "train",
        "--train",
        &sample(),
        "--model",
        text(&tiny),
        "--out",
        text(&out),
        "--epochs",
        "2",
        "--learning-rate",
        "1e-3",
        "--max-length",
        "64",
        "--json",
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let events: Vec<serde_json::Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let names: Vec<&str> = events.iter().filter_map(|e| e["event"].as_str()).collect();
    assert_eq!((names[0], names[names.len() - 1]), ("started", "finished"));
    assert!(names.contains(&"step") && names.iter().filter(|n| **n == "evaluated").count() == 3, "{names:?}");
    assert_eq!(events[events.len() - 1]["outcome"].as_str(), Some("completed"));
    for file in ["config.json", "model.safetensors", "tokenizer.json", "README.md"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("config.json")).expect("a file")).expect("JSON");
    assert_eq!(config["architectures"][0].as_str(), Some("BertForTokenClassification"));
    assert_eq!(config["id2label"]["9"].as_str(), Some("B-DATE"));
    let again = json(&["evaluate", "--model", text(&out), &sample(), "--split", "test", "--json"]);
    assert_eq!(again["overall"]["f1"], events[events.len() - 1]["test"]["f1"]);
}

#[test]
fn convert_keeps_unsupported_content_or_reports_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("a.jsonl");
    let record = r#"{"id":7,"text":"Ann in Oslo","label":[[0,3,"PER"]],"cats":["news"]}"#;
    std::fs::write(&source, format!("{record}\n")).expect("a file");
    let own = folder.path().join("b.jsonl");
    let arguments = ["convert", text(&source), text(&own), "--to", "doccano", "--rename", "PER=HUMAN", "--strict"];
    assert!(run(&arguments).status.success());
    let expected = record.replace("PER", "HUMAN");
    assert_eq!(std::fs::read_to_string(own).expect("a file").trim_end(), expected);
    let other = folder.path().join("c.conll");
    let stderr = String::from_utf8(run(&["convert", text(&source), text(&other)]).stderr).expect("text");
    assert!(
        stderr.contains("document labels (1)") && stderr.contains("other content of the source: “id” (1)"),
        "{stderr}"
    );
    assert_fails(&["convert", text(&source), text(&other), "--strict"], 1, "--strict");
}

/// The suggested `--map` for a model and data with different label names is valid.
#[test]
fn suggested_label_map_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("d.tsv");
    std::fs::write(&path, "Anna\tB-PERSON\nBerg\tI-PERSON\nleft\tO\nOslo\tB-GPE\n.\tO\n").expect("a file");
    let arguments = ["evaluate", "--model", "starter", text(&path), "--json"];
    let stderr = String::from_utf8_lossy(&run(&arguments).stderr).into_owned();
    let suggested =
        stderr.split("--map ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a suggestion");
    assert_eq!(suggested, "PER=PERSON,LOC=GPE", "{stderr}");
    let scores = json(&[&arguments[..], &["--map", suggested]].concat());
    assert_eq!(scores["overall"]["f1"], 1.0, "{scores}");
    assert_fails(&["evaluate", "--model", "starter", text(&path), "--map", "X=GPE"], 1, "no label X");
}

/// Training with `--map` keeps the head of a model whose labels have other names in the data.
#[test]
fn map_keeps_head_under_renamed_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, out) = (folder.path().join("d.tsv"), folder.path().join("model"));
    let sentence = "Anna\tB-PERSON\nBerg\tI-PERSON\nleft\tO\nOslo\tB-GPE\n.\tO\n\n";
    std::fs::write(&path, sentence.repeat(20)).expect("a file");
    let train = |map: &str| {
        run(&["train", "--train", text(&path), "--out", text(&out), "--map", map, "--epochs", "1", "--overwrite"])
    };
    let output = train("PER=PERSON,LOC=GPE");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scores = json(&["evaluate", "--model", text(&out), text(&path), "--json"]);
    assert_eq!(scores["overall"]["f1"], 1.0, "{scores}");
    let config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("config.json")).expect("a file")).expect("JSON");
    let names: Vec<&str> = config["id2label"].as_object().expect("names").values().filter_map(|v| v.as_str()).collect();
    let expected = ["O", "B-PERSON", "I-PERSON", "B-GPE", "I-GPE", "B-ORG", "I-ORG", "B-MISC", "I-MISC"];
    assert_eq!(names.len(), expected.len());
    expected.iter().for_each(|name| assert!(names.contains(name), "{name} of {names:?}"));
    let other = folder.path().join("other");
    let arguments = |map: &'static str| vec!["train", "--train", text(&path), "--out", text(&other), "--map", map];
    assert_fails(&arguments("X=GPE"), 1, "no label X");
    assert_fails(&arguments("PER=X"), 1, "no label X");
    assert_fails(&arguments("PER=PERSON"), 1, "labels of the data: GPE");
    assert_fails(&arguments("PER=PERSON,LOC=GPE,ORG=GPE"), 1, "two labels");
    assert_fails(&[&arguments("PER=PERSON,LOC=GPE")[..], &["--new-head"]].concat(), 2, "--new-head");
    assert_fails(&arguments("PER"), 2, "MODEL=DATA");
}
