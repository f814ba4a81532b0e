//! Rasa's older JSON: `rasa_nlu_data` with `common_examples` of `text`, `intent` and `entities`.

use super::{Context, Dialect, INTENT, Item, entry, identity, string};
use crate::corpus::Corpus;
use crate::format::inline::RASA;
use crate::format::{Found, Problem, Source};
use serde_json::Value;

const DIALECT: Dialect =
    Dialect { known: &["text", "intent", "entities"], classes: Some(INTENT), ..Dialect::only_read(RASA, read) };

/// Reads a file of JSON.
pub(in crate::format) fn read_rasa(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    super::read(source, corpus, &DIALECT)
}

fn read(value: &Value, _: &Context) -> Result<Item, String> {
    let text = string(value, "text").ok_or("there is no text under “text”")?.to_owned();
    let mut item = Item { text, name: identity(value), ..Item::default() };
    item.take(value.get("entities").and_then(Value::as_array).into_iter().flatten(), entity);
    Ok(item)
}

/// An entity. Its `value` is what it means, not its surface.
fn entity(value: &Value) -> Option<Vec<super::Mark>> {
    let marks = entry::spans(value)?;
    Some(marks.into_iter().map(|mark| super::Mark { surface: None, ..mark }).collect())
}
