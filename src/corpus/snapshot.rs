//! Snapshots of all labels, for comparison with the current labels and for restoring them.

use super::edit::{Edit, label_for};
use super::edit_title::{EditTitle, EditTitleKind};
use super::label::LabelId;
use super::span::Span;
use super::store::{Corpus, SentenceId};
use super::to_u32::to_u32;

/// Spans of every document at one point in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSnapshot {
    /// Name that the user chose.
    pub name: String,
    /// Creation time as a Unix timestamp in seconds.
    pub created_at: u64,
    /// Label names by the label ids of the snapshot.
    pub labels: Vec<String>,
    /// Spans of each document, sorted.
    pub spans: Vec<Vec<Span>>,
}

impl LabelSnapshot {
    /// Creates a snapshot of the current labels. `made` is a Unix timestamp in seconds.
    pub fn capture(corpus: &Corpus, name: String, made: u64) -> Self {
        let spans = corpus.documents.iter().map(|d| d.spans.clone()).collect();
        Self { name, created_at: made, labels: corpus.labels.names(), spans }
    }

    fn name(&self, label: LabelId) -> &str {
        self.labels.get(usize::from(label)).map_or("?", String::as_str)
    }

    /// Returns the sentences whose spans differ from the snapshot, in order.
    pub fn changed_sentences(&self, corpus: &Corpus) -> Vec<SentenceId> {
        let mut found = Vec::new();
        // If no label changed, label ids can be compared instead of names.
        let same_labels = self.labels == corpus.labels.names();
        for ((document, d), then) in (0u32..).zip(&corpus.documents).zip(&self.spans) {
            if same_labels && d.spans == *then {
                continue;
            }
            let before = super::Document { spans: then.clone(), ..d.as_ref().clone() };
            for sentence in 0..d.len() {
                let now = d.spans[d.span_range(sentence)].iter().map(|s| (s.start, s.end, corpus.labels.name(s.label)));
                let then =
                    before.spans[before.span_range(sentence)].iter().map(|s| (s.start, s.end, self.name(s.label)));
                let (mut now, mut then): (Vec<_>, Vec<_>) = (now.collect(), then.collect());
                now.sort_unstable();
                then.sort_unstable();
                if now != then {
                    found.push(SentenceId { document, sentence: to_u32(sentence) });
                }
            }
        }
        found
    }

    /// Returns the edit that restores the snapshot, or `None` if nothing differs. Newer labels remain, without spans.
    pub fn restore(&self, corpus: &Corpus) -> Option<Edit> {
        let mut labels = corpus.labels.clone();
        let mut edits = Vec::new();
        let new_id: Vec<Option<LabelId>> =
            self.labels.iter().map(|name| label_for(&mut labels, name, &mut edits)).collect();
        for ((document, d), then) in (0u32..).zip(&corpus.documents).zip(&self.spans) {
            let as_now = |s: &Span| Some(Span { label: (*new_id.get(usize::from(s.label))?)?, ..*s });
            let mut wanted: Vec<Span> = then.iter().filter_map(as_now).collect();
            wanted.sort_unstable();
            let removed: Vec<Span> = d.spans.iter().filter(|s| wanted.binary_search(s).is_err()).copied().collect();
            let added: Vec<Span> = wanted.iter().filter(|s| d.spans.binary_search(s).is_err()).copied().collect();
            if !removed.is_empty() || !added.is_empty() {
                edits.push(Edit::Spans { document, removed, added });
            }
        }
        let title = EditTitle::new(EditTitleKind::RestoreSnapshot, [self.name.as_str()]);
        (!edits.is_empty()).then_some(Edit::Group { title, edits })
    }
}
