//! Entities, compared with `TokenClassificationPipeline` of transformers.

use crate::support::{golden, golden_json};
use serde_json::Value;
use tagwright::model::{Device, PretrainedModel};
use tagwright::predict::aggregate::STRATEGIES;
use tagwright::predict::{AggregationStrategy, PredictOptions, Tagger, predict};

fn tiny() -> Tagger {
    let folder = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    Tagger::new(&folder, &Device::Cpu).expect("a tagger")
}

/// Compares the entities of one text for all strategies of the fixture.
fn check(tagger: &Tagger, case: &Value, stride: Option<usize>) {
    let text = case["text"].as_str().expect("a text");
    for (name, aggregation) in STRATEGIES {
        let Some(expected) = case[name].as_array() else { continue };
        let found = predict(tagger, &[text], PredictOptions { aggregation, stride }).expect("entities").remove(0);
        if stride.is_none() && found.windows > 1 {
            return; // transformers truncates such a text, Tagwright does not
        }
        let label = if aggregation == AggregationStrategy::None { "entity" } else { "entity_group" };
        let theirs: Vec<(&str, u64, u64)> = expected
            .iter()
            .map(|e| {
                (e[label].as_str().unwrap_or(""), e["start"].as_u64().unwrap_or(0), e["end"].as_u64().unwrap_or(0))
            })
            .collect();
        let ours: Vec<(&str, u64, u64)> =
            found.entities.iter().map(|e| (e.label.as_str(), e.start as u64, e.end as u64)).collect();
        assert_eq!(ours, theirs, "{name} of {text:?}");
        for (e, t) in found.entities.iter().zip(expected) {
            let score = t["score"].as_f64().expect("a score");
            assert!((f64::from(e.score) - score).abs() < 2e-5, "{name} of {text:?}: {} instead of {score}", e.score);
            let slice: String = text.chars().skip(e.start).take(e.end - e.start).collect();
            assert_eq!(slice, text[e.byte_start..e.byte_end]);
        }
    }
}

#[test]
fn entities_match_transformers() {
    let tagger = tiny();
    let json = golden_json("pipeline.json");
    let texts = json["texts"].as_array().expect("texts");
    assert_eq!(texts.len(), 40);
    texts.iter().for_each(|case| check(&tagger, case, None));
}

#[test]
fn windows_match_transformers() {
    let tagger = tiny();
    let json = golden_json("pipeline.json");
    json["long"].as_array().expect("texts").iter().for_each(|case| check(&tagger, case, Some(16)));
}

#[test]
fn rejects_too_large_stride() {
    let wrong = PredictOptions { stride: Some(62), ..PredictOptions::default() };
    let error = predict(&tiny(), &["a"], wrong).expect_err("an error");
    assert!(error.to_string().contains("at most 61"), "{error}");
}
