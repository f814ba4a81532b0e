//! Document labels as categories with scores, as in spaCy: `{"A": 1.0, "B": 0.0}`.

use serde_json::{Map, Value, json};

/// True if the score of a category is at least 0.5 or `true`.
pub(in crate::format) fn is_positive(score: &Value) -> bool {
    score.as_bool().unwrap_or_else(|| score.as_f64().is_some_and(|v| v >= 0.5))
}

/// Returns the names of the positive categories.
pub(in crate::format) fn positive_names(scores: &Map<String, Value>) -> Vec<String> {
    scores.iter().filter(|(_, score)| is_positive(score)).map(|(name, _)| name.clone()).collect()
}

/// Sets new positive categories to 1 and removed ones to 0. The others keep their scores.
pub(super) fn put(scores: &mut Map<String, Value>, classes: &[String]) {
    for (name, score) in scores.iter_mut().filter(|(name, score)| is_positive(score) != classes.contains(name)) {
        *score = json!(if classes.contains(name) { 1.0 } else { 0.0 });
    }
    for name in classes {
        scores.entry(name).or_insert_with(|| json!(1.0));
    }
}
