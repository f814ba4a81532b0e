//! Scores, compared with seqeval on 2,000 random pairs of tag sequences.

use crate::support::{golden_json, numbers};
use serde_json::Value;
use tagwright::eval::seqeval::{StrictScheme, entities, strict_entities};
use tagwright::eval::{PrfScore, Scorer};

fn strict(name: &str) -> StrictScheme {
    match name {
        "IOB1" => StrictScheme::Iob1,
        "IOB2" => StrictScheme::Iob2,
        "IOE2" => StrictScheme::Ioe2,
        "IOBES" => StrictScheme::Iobes,
        "BILOU" => StrictScheme::Bilou,
        other => panic!("unknown scheme {other}"),
    }
}

fn check(case: &Value) {
    let text = |key: &str| case[key].as_str().expect("tags").to_owned();
    let (gold, predicted) = (text("y_true"), text("y_pred"));
    let mut scorer = Scorer::default();
    let mut accuracy = Scorer::default();
    for (gold, predicted) in gold.split('|').zip(predicted.split('|')) {
        let (gold, predicted): (Vec<&str>, Vec<&str>) = (gold.split(' ').collect(), predicted.split(' ').collect());
        accuracy.add(&gold, &predicted);
        match case["scheme"].as_str() {
            None => scorer.add_entities(&entities(&gold), &entities(&predicted)),
            Some(name) => {
                scorer.add_entities(&strict_entities(&gold, strict(name)), &strict_entities(&predicted, strict(name)));
            }
        }
    }
    let check_scores = |s: PrfScore, expected: &Value, what: &str| {
        for (found, expected) in [s.precision, s.recall, s.f1, s.support as f64].iter().zip(numbers(expected)) {
            assert!((found - expected).abs() < 1e-12, "{what}: {found} instead of {expected} in {case}");
        }
    };
    check_scores(scorer.overall(), &case["overall"], "all");
    let labels = scorer.labels();
    let expected = case["types"].as_object().expect("types");
    assert_eq!(labels.len(), expected.len(), "labels of {case}");
    for label in labels {
        check_scores(label.score, &expected[&label.label], &label.label);
    }
    let expected = case["accuracy"].as_f64().expect("an accuracy");
    assert!((accuracy.accuracy() - expected).abs() < 1e-12);
}

#[test]
fn scores_match_seqeval() {
    let json = golden_json("seqeval.json");
    let cases = json["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 400);
    cases.iter().for_each(check);
}
