//! Texts of the clipboard for the result of the Try page.

use crate::corpus::{Corpus, Document, LabelId, LabelSet, Origin, Scheme, Span, Split};
use crate::format::{CONLL, write_columns};
use crate::predict::Entity;
use crate::predict::json::prediction_to_json;
use std::sync::Arc;

/// Form of a copied result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// The text with each entity in brackets, followed by its label: `[Oslo](LOC)`.
    Text,
    /// The JSON object that `tagwright predict --json` prints.
    Json,
    /// A token and its IOB2 tag on each line.
    Bio,
}

/// Returns the result in this form.
pub fn copied(text: &str, entities: &[Entity], form: CopyForm) -> String {
    match form {
        CopyForm::Text => bracketed(text, entities),
        CopyForm::Json => prediction_to_json(text, entities).to_string(),
        CopyForm::Bio => write_columns(&corpus_of(text, entities), None, CONLL, Scheme::Iob2),
    }
}

fn bracketed(text: &str, entities: &[Entity]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for e in entities.iter() {
        // Entities do not overlap, but a text must never be copied twice.
        if e.byte_start < at {
            continue;
        }
        out.push_str(&text[at..e.byte_start]);
        out.push_str(&format!("[{}]({})", &text[e.byte_start..e.byte_end], e.label));
        at = e.byte_end;
    }
    out + &text[at..]
}

/// Returns a corpus of this text with the entities as spans.
fn corpus_of(text: &str, entities: &[Entity]) -> Corpus {
    let mut labels = LabelSet::default();
    let span = |e: &Entity| {
        let label: LabelId = labels.intern(&e.label).ok()?;
        Some(Span { start: e.byte_start as u32, end: e.byte_end as u32, label, origin: Origin::Import })
    };
    let spans: Vec<Span> = entities.iter().filter_map(span).collect();
    let document = Document::from_text(Split::Train, 0, 0, text.to_owned(), spans, None);
    Corpus { documents: vec![Arc::new(document)], labels, ..Corpus::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_is_copied_as_text_json_and_bio() {
        let text = "Ada saw Österby.\nThen home.";
        let entity = |label: &str, word: &str| {
            let byte_start = text.find(word).expect("a word");
            let start = text[..byte_start].chars().count();
            let (end, byte_end) = (start + word.chars().count(), byte_start + word.len());
            Entity { label: label.to_owned(), start, end, byte_start, byte_end, score: 0.5 }
        };
        let entities = [entity("PER", "Ada"), entity("LOC", "Österby")];
        let check = |form, expected: &str| assert_eq!(copied(text, &entities, form), expected);
        check(CopyForm::Text, "[Ada](PER) saw [Österby](LOC).\nThen home.");
        check(CopyForm::Bio, "Ada B-PER\nsaw O\nÖsterby B-LOC\n. O\n\nThen O\nhome O\n. O\n\n");
        let json: serde_json::Value = serde_json::from_str(&copied(text, &entities, CopyForm::Json)).expect("JSON");
        assert_eq!(
            (json["entities"][1]["start"].as_u64(), json["entities"][1]["byte_end"].as_u64()),
            (Some(8), Some(16))
        );
    }
}
