//! Labels of whole texts as categories with scores, as spaCy has them: `{"A": 1.0, "B": 0.0}`.

use serde_json::{Map, Value, json};

/// True if a category with this score holds.
pub(in crate::format) fn is_positive(score: &Value) -> bool {
    score.as_bool().unwrap_or_else(|| score.as_f64().is_some_and(|v| v >= 0.5))
}

/// The categories that hold.
pub(in crate::format) fn positive_names(scores: &Map<String, Value>) -> Vec<String> {
    scores.iter().filter(|(_, score)| is_positive(score)).map(|(name, _)| name.clone()).collect()
}

/// Those that hold now get 1, those that do no more 0; the others keep their scores.
pub(super) fn put(scores: &mut Map<String, Value>, classes: &[String]) {
    for (name, score) in scores.iter_mut().filter(|(name, score)| is_positive(score) != classes.contains(name)) {
        *score = json!(if classes.contains(name) { 1.0 } else { 0.0 });
    }
    for name in classes {
        scores.entry(name).or_insert_with(|| json!(1.0));
    }
}
