//! A record as a text with spans.

use super::tags::word_places;
use crate::corpus::Split;
use crate::format::note::NoteKind;
use crate::format::offsets::Claim;
use serde_json::Value;

/// A labelled stretch of a record's text, in the file's own offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::format) struct Mark {
    pub start: usize,
    pub end: usize,
    pub label: String,
    /// What the file says stands there.
    pub surface: Option<String>,
}

impl Mark {
    pub(super) fn claim(&self, extra: usize) -> Claim<'_> {
        let surface = self.surface.as_deref().map(Into::into);
        Claim { start: self.start, end: self.end.saturating_add(extra), surface }
    }
}

/// A record as a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::format) struct Item {
    pub text: String,
    pub marks: Vec<Mark>,
    /// Labels of the whole text.
    pub classes: Vec<String>,
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

impl Item {
    /// Takes the spans of the entries of a list. `spans` gives those of an entry; `None` where it is no span.
    pub(super) fn take<'v>(
        &mut self,
        entries: impl Iterator<Item = &'v Value>,
        spans: impl Fn(&Value) -> Option<Vec<Mark>>,
    ) {
        for entry in entries {
            match spans(entry) {
                Some(marks) if marks.is_empty() => self.notes.push((NoteKind::SpanWithoutLabel, entry.to_string())),
                Some(marks) => self.marks.extend(marks),
                None => self.unread.push(entry.to_string()),
            }
        }
    }

    /// Takes offsets as numbers of words where they can be nothing else: the record has its words, no span lies behind the last of
    /// them, and as characters one would begin or end inside a word.
    pub(super) fn count_in_words(&mut self, value: &Value) {
        let words = value.get("tokens").or_else(|| value.get("words")).and_then(Value::as_array);
        let words: Option<Vec<&str>> = words.and_then(|w| w.iter().map(Value::as_str).collect());
        let Some(words) = words.filter(|w| !w.is_empty() && !self.marks.is_empty()) else { return };
        let chars: Vec<char> = self.text.chars().collect();
        let is_inside = |at: usize| {
            let letter = |i: usize| chars.get(i).is_some_and(|c| c.is_alphanumeric());
            at > 0 && letter(at - 1) && letter(at)
        };
        let cuts = self.marks.iter().any(|m| is_inside(m.start) || is_inside(m.end));
        if !cuts || self.marks.iter().any(|m| m.end > words.len() || m.start >= m.end) {
            return;
        }
        let Ok(places) = word_places(&self.text, &words) else { return };
        self.read_only = Some("its offsets count words");
        self.notes.push((NoteKind::OffsetUnit, "words".into()));
        for mark in &mut self.marks {
            (mark.start, mark.end) = (places[mark.start].0, places[mark.end - 1].1);
        }
    }

    /// Removes spans that are there twice.
    pub(super) fn dedup(&mut self) {
        let mut seen = std::collections::HashSet::new();
        let before = self.marks.len();
        self.marks.retain(|mark| seen.insert(mark.clone()));
        let has_annotators = self.notes.iter().any(|(kind, _)| *kind == NoteKind::SecondAnnotator);
        if let (true, Some(first)) = (self.marks.len() < before && !has_annotators, self.marks.first()) {
            let example = format!("{} {}..{}", first.label, first.start, first.end);
            self.notes.push((NoteKind::DuplicateSpan, example));
        }
    }
}
