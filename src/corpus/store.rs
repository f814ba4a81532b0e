//! A corpus: documents, labels, and what its source files were.

use super::document::{DocLabelId, Document, Split};
use super::edit::Edit;
use super::label::LabelSet;
use super::review::ReviewState;
use super::scheme::Scheme;
use super::to_u32::to_u32;
use std::sync::Arc;

/// A sentence's address: document, then sentence in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceId {
    /// Index of the document.
    pub document: u32,
    /// Index of the sentence in the document.
    pub sentence: u32,
}

/// A further column of the source (pos, chunk): its name and the values seen, so that tokens hold two or four bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenColumn {
    /// What it holds.
    pub name: String,
    /// The distinct values; a token's value is an index into it.
    pub values: Vec<String>,
}

/// All documents. Cheap to clone: documents are shared until one is changed.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// What people call it.
    pub name: String,
    /// Entity types.
    pub labels: LabelSet,
    /// Labels of whole documents. Names are only added: [`Document::classes`] counts through them.
    pub doc_labels: Vec<String>,
    /// In file order: train, dev, test.
    pub documents: Vec<Arc<Document>>,
    /// Further columns, the same for every document.
    pub columns: Vec<TokenColumn>,
    /// Who proposed spans: models, or other files. [`Origin::Proposer`](super::Origin) counts through them.
    pub agents: Vec<String>,
    /// How the source writes spans.
    pub scheme: Option<Scheme>,
}

/// Sizes of a corpus or one split of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusCounts {
    /// Documents.
    pub documents: usize,
    /// Sentences.
    pub sentences: usize,
    /// Tokens.
    pub tokens: usize,
    /// Spans by label id.
    pub labels: Vec<usize>,
    /// Documents by label of whole documents.
    pub doc_labels: Vec<usize>,
}

impl CorpusCounts {
    /// Follows a change of the corpus.
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
            Edit::ChangeLabel { .. } | Edit::Review { .. } | Edit::Suggestions { .. } | Edit::DocLabels { .. } => {}
            Edit::Group { edits, .. } => edits.iter().for_each(|e| self.apply_edit(e)),
        }
    }
}

impl Corpus {
    /// The document with this index.
    pub fn document(&self, index: u32) -> &Document {
        &self.documents[index as usize]
    }

    /// The document with this index, to change it (copied first if someone else still holds it).
    pub fn document_mut(&mut self, index: u32) -> &mut Document {
        Arc::make_mut(&mut self.documents[index as usize])
    }

    /// So many proposers are told apart.
    pub const MAX_AGENTS: usize = 60;

    /// The number of a proposer, who is added if new; `None` where there are [`Corpus::MOST_PROPOSERS`] others already.
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

    /// What is noted about a sentence.
    pub fn review(&self, id: SentenceId) -> ReviewState {
        self.document(id.document).reviews.get(id.sentence).cloned().unwrap_or_default()
    }

    /// The number of a label of whole documents, which is added if new.
    pub fn intern_doc_label(&mut self, name: &str) -> DocLabelId {
        let at = self.doc_labels.iter().position(|c| c == name).unwrap_or(self.doc_labels.len());
        if at == self.doc_labels.len() {
            self.doc_labels.push(name.to_owned());
        }
        // A corpus has fewer names than its sources have bytes.
        DocLabelId::new(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The numbers of labels of whole documents, sorted; those that are new are added.
    pub fn doc_label_ids(&mut self, names: &[String]) -> Vec<DocLabelId> {
        let mut ids: Vec<DocLabelId> = names.iter().map(|name| self.intern_doc_label(name)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The names of a document's own labels, in the order of [`Corpus::classes`].
    pub fn doc_label_names<'c>(&'c self, document: &'c Document) -> impl Iterator<Item = &'c String> {
        document.doc_labels.iter().filter_map(|id| self.doc_labels.get(usize::from(*id)))
    }

    /// A token's value in a further column; empty where its document has no such column.
    pub fn value(&self, column: usize, document: &Document, token: usize) -> &str {
        let values = self.columns.get(column).map_or(&[][..], |c| &c.values);
        document.value(column, token).and_then(|id| values.get(id as usize)).map_or("", String::as_str)
    }

    /// Addresses of all sentences of a split (all splits: `None`), in order.
    pub fn sentences(&self, split: Option<Split>) -> Vec<SentenceId> {
        let wanted = |d: &Document| split.is_none_or(|s| d.split == s);
        (0u32..)
            .zip(&self.documents)
            .filter(|(_, d)| wanted(d))
            .flat_map(|(document, d)| (0..to_u32(d.len())).map(move |sentence| SentenceId { document, sentence }))
            .collect()
    }

    /// Which splits have documents.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|s| self.documents.iter().any(|d| d.split == *s)).collect()
    }

    /// Sizes of a split, or of everything.
    pub fn counts(&self, split: Option<Split>) -> CorpusCounts {
        let (labels, classes) = (vec![0; self.labels.len()], vec![0; self.doc_labels.len()]);
        let mut counts = CorpusCounts { labels, doc_labels: classes, ..CorpusCounts::default() };
        for d in self.documents.iter().filter(|d| split.is_none_or(|s| d.split == s)) {
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
    fn no_proposer_is_taken_for_another() {
        let mut corpus = Corpus::default();
        let all: Vec<Option<u8>> =
            (0..Corpus::MAX_AGENTS + 1).map(|i| corpus.intern_agent(&format!("run {i}"))).collect();
        assert_eq!((all[0], all[59], all[60]), (Some(0), Some(59), None));
        assert_eq!((corpus.intern_agent("run 7"), corpus.agents.len()), (Some(7), Corpus::MAX_AGENTS));
    }
}
