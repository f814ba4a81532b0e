//! A record as a text with spans.

use super::tags::word_places;
use crate::corpus::Split;
use crate::format::note::NoteKind;
use crate::format::offsets::OffsetPair;
use serde_json::Value;

/// A labelled stretch of a record's text, in the file's own offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::format) struct RecordSpan {
    pub start: usize,
    pub end: usize,
    pub label: String,
    /// What the file says stands there.
    pub surface: Option<String>,
}

impl RecordSpan {
    pub(super) fn offset_pair(&self, extra: usize) -> OffsetPair<'_> {
        let surface = self.surface.as_deref().map(Into::into);
        OffsetPair { start: self.start, end: self.end.saturating_add(extra), text: surface }
    }
}

/// A record as a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::format) struct TextRecord {
    pub text: String,
    pub spans: Vec<RecordSpan>,
    /// Labels of the whole text.
    pub doc_labels: Vec<String>,
    /// Words, where the record has its own.
    pub words: Option<Vec<(usize, usize)>>,
    /// The beginnings of sentences, if the record has its own.
    pub sentences: Option<Vec<usize>>,
    /// The id or title of the record.
    pub name: String,
    /// The split that the record names.
    pub split: Option<Split>,
    /// Parts of the record that are left out, and decisions about it, each with an example.
    pub notes: Vec<(NoteKind, String)>,
    /// Entries where spans are expected and that are none: each is told with its line.
    pub unread: Vec<String>,
    /// Why its spans cannot be written back where they stand.
    pub read_only: Option<&'static str>,
}

impl TextRecord {
    /// Takes the spans of the entries of a list. `spans` gives those of an entry; `None` where it is no span.
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

    /// Takes offsets as numbers of words where they can be nothing else: the record has its words, no span lies behind the last of
    /// them, and as characters one would begin or end inside a word.
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
        self.read_only = Some("its offsets count words");
        self.notes.push((NoteKind::OffsetUnit, "words".into()));
        for mark in &mut self.spans {
            (mark.start, mark.end) = (places[mark.start].0, places[mark.end - 1].1);
        }
    }

    /// Removes spans that are there twice.
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
