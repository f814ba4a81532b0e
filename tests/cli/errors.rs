//! The subcommand `errors`.

use super::{assert_fails, json, run, text};
use crate::support::golden;
use serde_json::Value;
use std::path::Path;

fn sample() -> String {
    text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")).to_owned()
}

/// Runs the command and returns its objects.
fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_error_is_an_object() {
    let data = sample();
    let errors = lines(&["errors", "--model", "starter", &data, "--split", "dev", "--json"]);
    let summary = json(&["errors", "--model", "starter", &data, "--split", "dev", "--json", "--summary"]);
    let scores = json(&["evaluate", "--model", "starter", &data, "--split", "dev", "--json"]);
    for kind in ["missed", "spurious", "label", "boundary", "both"] {
        let of_kind = errors.iter().filter(|e| e["kind"] == kind).count();
        assert_eq!(summary["kinds"][kind].as_u64(), Some(of_kind as u64), "{kind}");
    }
    assert_eq!(summary["overall"]["f1"], scores["overall"]["f1"]);
    assert_eq!(summary["labels"]["PER"]["recall"], scores["labels"]["PER"]["recall"]);
    for error in &errors {
        assert_eq!(
            (error["gold"].is_null(), error["kind"] == "spurious"),
            (error["kind"] == "spurious", error["gold"].is_null())
        );
        assert!(error["seen_in_train"].is_boolean() && error["split"] == "dev", "{error}");
        for side in ["gold", "model"].iter().filter(|side| !error[**side].is_null()) {
            let entity = &error[*side];
            let length = entity["text"].as_str().map(|text| text.chars().count() as u64);
            let range = entity["end"].as_u64().zip(entity["start"].as_u64()).map(|(end, start)| end - start);
            assert_eq!((range, entity["score"].is_number()), (length, *side == "model"), "{error}");
        }
    }
}

#[test]
fn two_models_are_compared() {
    let (data, tiny) = (sample(), golden("tiny"));
    let arguments = ["errors", "--model", "starter", &data, "--split", "dev", "--against", text(&tiny), "--json"];
    let differences = lines(&arguments);
    assert!(differences.len() > 20);
    for difference in &differences {
        assert_ne!(difference["model"], difference["against"], "{difference}");
    }
    let summary = json(&[&arguments[..], &["--summary"]].concat());
    let difference = summary["overall"]["difference"].as_f64().expect("a difference");
    let interval = &summary["overall"]["difference_interval"];
    assert!(difference < 0.0 && interval["high"].as_f64() < Some(0.0), "{summary}");
    assert!(summary["p_value"].as_f64() < Some(0.01));
    let same = ["errors", "--model", "starter", &data, "--split", "dev", "--against", "starter", "--json"];
    assert!(lines(&same).is_empty());
    assert_eq!(json(&[&same[..], &["--summary"]].concat())["p_value"].as_f64(), Some(1.0));
}

#[test]
fn text_output_has_table_and_errors() {
    let output = run(&["errors", "--model", "starter", &sample(), "--split", "dev"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for expected in
        ["95 % interval", "unseen in train", "bootstrap over", "dev-0000  missed    gold “Harbour Line” ORG"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn invalid_arguments_are_reported() {
    let data = sample();
    assert_fails(&["errors", "--model", "starter", &data, "--split", "nothing"], 2, "train, dev or test");
    assert_fails(&["errors", "--model", "starter", &data, "--map", "X=PER"], 1, "no label X");
    let both = ["errors", "--model", "starter", &data, "--against", "starter", "--map", "X=PER"];
    assert_fails(&both, 1, "no label X");
    assert_fails(&["errors", "--model", "starter", &data, "--against", "/nowhere"], 1, "/nowhere");
}
