//! The subcommand `demo`: fine-tuning adds a label that the starter model lacks.

use super::json;

#[test]
fn demo_improves_f1() {
    let v = json(&["demo", "--json"]);
    let (before, after) = (v["before"].as_f64().expect("a score"), v["after"].as_f64().expect("a score"));
    assert!(before < 0.6 && after > 0.75, "{before} to {after}");
    assert!(v["entities"].as_array().is_some_and(|e| e.iter().any(|e| e["label"] == "DATE")), "{v}");
}
