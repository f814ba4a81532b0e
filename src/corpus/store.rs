//! The corpus: documents, labels and extra columns of a dataset.
//!
//! Agents are only appended, because spans contain indices into the list. At most 60 fit into the stored form of a
//! span.

use super::document::{DocLabelId, Document};
use super::edit::Edit;
use super::label::LabelSet;
use super::review::ReviewState;
use super::scheme::Scheme;
use super::split::Split;
use super::to_u32::to_u32;
use std::collections::HashSet;
use std::sync::Arc;

/// Address of a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceId {
    /// Index of the document.
    pub document: u32,
    /// Index of the sentence in the document.
    pub sentence: u32,
}

/// Extra column of the source (pos, chunk). Tokens store indices of values, in two or four bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenColumn {
    /// Column name.
    pub name: String,
    /// Distinct values. The value id of a token is an index into this list.
    pub values: Vec<String>,
}

/// All documents of a dataset. Cloning is cheap: documents are shared until one is changed.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// Display name.
    pub name: String,
    /// Entity types.
    pub labels: LabelSet,
    /// Names of document labels, append-only: [`Document::doc_labels`] contains indices into this list.
    pub doc_labels: Vec<String>,
    /// Documents in file order: train, dev, test.
    pub documents: Vec<Arc<Document>>,
    /// Extra columns, the same for every document.
    pub columns: Vec<TokenColumn>,
    /// Agents that suggested spans: models or other files. [`Origin::Suggested`](super::Origin::Suggested) contains
    /// indices into this list.
    pub agents: Vec<String>,
    /// Tag scheme of the source, if it has one.
    pub scheme: Option<Scheme>,
}

/// Counts of a corpus or of one split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusCounts {
    /// Number of documents.
    pub documents: usize,
    /// Number of sentences.
    pub sentences: usize,
    /// Number of tokens.
    pub tokens: usize,
    /// Number of spans by label id.
    pub labels: Vec<usize>,
    /// Number of documents by document label id.
    pub doc_labels: Vec<usize>,
}

impl CorpusCounts {
    /// Updates the counts after an edit.
    pub fn apply_edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Spans { removed, added, .. } => {
                removed.iter().for_each(|s| self.labels[usize::from(s.label)] -= 1);
                added.iter().for_each(|s| self.labels[usize::from(s.label)] += 1);
            }
            Edit::AddLabel(_) => self.labels.push(0),
            Edit::PopLabel(_) => drop(self.labels.pop()),
            Edit::InsertLabel { id, .. } => self.labels.insert(usize::from(*id), 0),
            Edit::RemoveLabel { id, .. } => drop(self.labels.remove(usize::from(*id))),
            Edit::ChangeLabel { .. }
            | Edit::Review { .. }
            | Edit::Suggestions { .. }
            | Edit::DocLabels { .. }
            | Edit::Splits { .. } => {}
            Edit::Group { edits, .. } => edits.iter().for_each(|e| self.apply_edit(e)),
        }
    }
}

impl Corpus {
    /// Returns the document with this index.
    pub fn document(&self, index: u32) -> &Document {
        &self.documents[index as usize]
    }

    /// Returns the document with this index for modification. Copies it first if it is shared.
    pub fn document_mut(&mut self, index: u32) -> &mut Document {
        Arc::make_mut(&mut self.documents[index as usize])
    }

    /// Maximum number of agents.
    pub const MAX_AGENTS: usize = 60;

    /// Returns the index of an agent; appends it if it is new. Returns `None` if there are [`Corpus::MAX_AGENTS`]
    /// others.
    pub fn intern_agent(&mut self, name: &str) -> Option<u8> {
        let at = self.agents.iter().position(|p| p == name).unwrap_or(self.agents.len());
        if at >= Self::MAX_AGENTS {
            return None;
        }
        if at == self.agents.len() {
            self.agents.push(name.to_owned());
        }
        u8::try_from(at).ok()
    }

    /// Returns the review state of a sentence.
    pub fn review(&self, id: SentenceId) -> ReviewState {
        self.document(id.document).reviews.get(id.sentence).cloned().unwrap_or_default()
    }

    /// Returns the id of a document label; appends it if it is new.
    pub fn intern_doc_label(&mut self, name: &str) -> DocLabelId {
        let at = self.doc_labels.iter().position(|c| c == name).unwrap_or(self.doc_labels.len());
        if at == self.doc_labels.len() {
            self.doc_labels.push(name.to_owned());
        }
        // Does not overflow: a corpus has fewer names than its sources have bytes.
        DocLabelId::new(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Returns the sorted, unique ids of document labels; appends new ones.
    pub fn doc_label_ids(&mut self, names: &[String]) -> Vec<DocLabelId> {
        let mut ids: Vec<DocLabelId> = names.iter().map(|name| self.intern_doc_label(name)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Returns the names of the labels of a document, in the order of [`Corpus::doc_labels`].
    pub fn doc_label_names<'c>(&'c self, document: &'c Document) -> impl Iterator<Item = &'c String> {
        document.doc_labels.iter().filter_map(|id| self.doc_labels.get(usize::from(*id)))
    }

    /// Returns the value of a token in an extra column, or an empty string if the document has no such column.
    pub fn value(&self, column: usize, document: &Document, token: usize) -> &str {
        let values = self.columns.get(column).map_or(&[][..], |c| &c.values);
        document.value(column, token).and_then(|id| values.get(id as usize)).map_or("", String::as_str)
    }

    /// Returns the addresses of all sentences of a split in order. `None` selects all splits.
    pub fn sentences(&self, split: Option<Split>) -> Vec<SentenceId> {
        let wanted = |d: &Document| split.is_none_or(|s| d.splits.contains(s));
        let sentences = (0u32..).zip(&self.documents).filter(|(_, d)| wanted(d)).flat_map(|(document, d)| {
            let chosen = (0..to_u32(d.len())).filter(move |i| split.is_none_or(|s| d.splits.of(*i as usize) == s));
            chosen.map(move |sentence| SentenceId { document, sentence })
        });
        sentences.collect()
    }

    /// Returns the split of a sentence.
    pub fn split_of(&self, id: SentenceId) -> Split {
        self.document(id.document).splits.of(id.sentence as usize)
    }

    /// Returns the names of the fields of all records, in order of their first occurrence.
    pub fn field_names(&self) -> Vec<Arc<str>> {
        let mut known = HashSet::new();
        let names = self.documents.iter().flat_map(|d| &d.fields).map(|field| &field.name);
        names.filter(|name| known.insert(Arc::clone(name))).cloned().collect()
    }

    /// Returns the splits that have documents.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|s| self.documents.iter().any(|d| d.splits.contains(*s))).collect()
    }

    /// Returns the counts of a split, or of the whole corpus for `None`. A document counts in each split that has
    /// sentences of it.
    pub fn counts(&self, split: Option<Split>) -> CorpusCounts {
        let (labels, classes) = (vec![0; self.labels.len()], vec![0; self.doc_labels.len()]);
        let mut counts = CorpusCounts { labels, doc_labels: classes, ..CorpusCounts::default() };
        let parts = split.map(|_| self.separate_splits());
        for d in parts.as_ref().unwrap_or(self).documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s)))
        {
            counts.documents += 1;
            counts.sentences += d.len();
            counts.tokens += d.tokens.len();
            for span in &d.spans {
                counts.labels[usize::from(span.label)] += 1;
            }
            for class in &d.doc_labels {
                counts.doc_labels[usize::from(*class)] += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_have_distinct_ids() {
        let mut corpus = Corpus::default();
        let all: Vec<Option<u8>> =
            (0..Corpus::MAX_AGENTS + 1).map(|i| corpus.intern_agent(&format!("run {i}"))).collect();
        assert_eq!((all[0], all[59], all[60]), (Some(0), Some(59), None));
        assert_eq!((corpus.intern_agent("run 7"), corpus.agents.len()), (Some(7), Corpus::MAX_AGENTS));
    }
}
