//! Record of a text with spans.

use super::tags::word_places;
use crate::corpus::{FieldValue, Split};
use crate::format::note::NoteKind;
use crate::format::offsets::OffsetPair;
use serde_json::Value;

/// Labeled range of a record, in the offsets of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::format) struct RecordSpan {
    pub start: usize,
    pub end: usize,
    pub label: String,
    /// Text of the span according to the file.
    pub surface: Option<String>,
}

impl RecordSpan {
    pub(super) fn offset_pair(&self, extra: usize) -> OffsetPair<'_> {
        let surface = self.surface.as_deref().map(Into::into);
        OffsetPair { start: self.start, end: self.end.saturating_add(extra), text: surface }
    }
}

/// Text with its spans, labels and notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::format) struct TextRecord {
    pub text: String,
    pub spans: Vec<RecordSpan>,
    /// Labels of the whole text.
    pub doc_labels: Vec<String>,
    /// Token ranges, if the record has tokens.
    pub words: Option<Vec<(usize, usize)>>,
    /// Sentence starts, if the record has sentences.
    pub sentences: Option<Vec<usize>>,
    /// Id or title of the record.
    pub name: String,
    /// Other fields of the record.
    pub fields: Vec<(String, FieldValue)>,
    /// Split of the record.
    pub split: Option<Split>,
    /// Content that is left out, and decisions about the record, each with an example.
    pub notes: Vec<(NoteKind, String)>,
    /// Invalid entries of a span list. Each is reported with its line.
    pub unread: Vec<String>,
    /// Reason if the spans cannot be written back.
    pub read_only: Option<&'static str>,
}

impl TextRecord {
    /// Adds the spans of the entries of a list. `spans` returns the spans of an entry; `None` if the entry is not a
    /// span.
    pub(super) fn take_spans<'v>(
        &mut self,
        entries: impl Iterator<Item = &'v Value>,
        spans: impl Fn(&Value) -> Option<Vec<RecordSpan>>,
    ) {
        for entry in entries {
            match spans(entry) {
                Some(marks) if marks.is_empty() => self.notes.push((NoteKind::SpanWithoutLabel, entry.to_string())),
                Some(marks) => self.spans.extend(marks),
                None => self.unread.push(entry.to_string()),
            }
        }
    }

    /// Converts token indices to offsets if only this interpretation is possible: the record has tokens, and no span
    /// ends after the last one. As a character offset, some start or end would be inside a word.
    pub(super) fn count_in_words(&mut self, value: &Value) {
        let words = value.get("tokens").or_else(|| value.get("words")).and_then(Value::as_array);
        let words: Option<Vec<&str>> = words.and_then(|w| w.iter().map(Value::as_str).collect());
        let Some(words) = words.filter(|w| !w.is_empty() && !self.spans.is_empty()) else { return };
        let chars: Vec<char> = self.text.chars().collect();
        let is_inside = |at: usize| {
            let letter = |i: usize| chars.get(i).is_some_and(|c| c.is_alphanumeric());
            at > 0 && letter(at - 1) && letter(at)
        };
        let cuts = self.spans.iter().any(|m| is_inside(m.start) || is_inside(m.end));
        if !cuts || self.spans.iter().any(|m| m.end > words.len() || m.start >= m.end) {
            return;
        }
        let Ok(places) = word_places(&self.text, &words) else { return };
        self.read_only = Some("its offsets are token indices");
        self.notes.push((NoteKind::OffsetUnit, "tokens".into()));
        for mark in &mut self.spans {
            (mark.start, mark.end) = (places[mark.start].0, places[mark.end - 1].1);
        }
    }

    /// Removes duplicate spans.
    pub(super) fn remove_duplicates(&mut self) {
        let mut seen = std::collections::HashSet::new();
        let before = self.spans.len();
        self.spans.retain(|mark| seen.insert(mark.clone()));
        let has_annotators = self.notes.iter().any(|(kind, _)| *kind == NoteKind::SecondAnnotator);
        if let (true, Some(first)) = (self.spans.len() < before && !has_annotators, self.spans.first()) {
            let example = format!("{} {}..{}", first.label, first.start, first.end);
            self.notes.push((NoteKind::DuplicateSpan, example));
        }
    }
}
