//! Reversible changes. Every change of a corpus is an [`Edit`].

use super::document::Document;
use super::edit_title::{EditTitle, EditTitleKind as Kind};
use super::label::{Label, LabelId, LabelSet};
use super::review::ReviewState;
use super::span::Span;
use super::split::Split;
use super::store::Corpus;
use std::sync::Arc;

/// One change. Applying an edit and then its inverse restores the corpus exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Removes and adds spans of one document.
    Spans {
        /// Index of the document.
        document: u32,
        /// Spans to remove; the document must contain them.
        removed: Vec<Span>,
        /// Spans to add.
        added: Vec<Span>,
    },
    /// Removes and adds suggestions of one document.
    Suggestions {
        /// Index of the document.
        document: u32,
        /// Suggestions to remove; the document must contain them.
        removed: Vec<Span>,
        /// Suggestions to add.
        added: Vec<Span>,
    },
    /// Changes the review state of a sentence.
    Review {
        /// Index of the document.
        document: u32,
        /// Index of the sentence in the document.
        sentence: u32,
        /// Current review state.
        before: ReviewState,
        /// New review state.
        after: ReviewState,
    },
    /// Changes the document labels, given by name.
    DocLabels {
        /// Index of the document.
        document: u32,
        /// Current names.
        before: Vec<String>,
        /// New names.
        after: Vec<String>,
    },
    /// Changes the splits of the sentences of one document.
    Splits {
        /// Index of the document.
        document: u32,
        /// Current split of each sentence.
        before: Vec<Split>,
        /// New split of each sentence.
        after: Vec<Split>,
    },
    /// Appends a new label to the label set.
    AddLabel(Label),
    /// Removes the last label: the inverse of [`Edit::AddLabel`]. No span may use the label.
    PopLabel(Label),
    /// Removes a label that no span uses. The ids of later labels decrease by one.
    RemoveLabel {
        /// Id of the label.
        id: LabelId,
        /// Label to remove.
        label: Label,
    },
    /// Inserts a label: the inverse of [`Edit::RemoveLabel`]. Ids from `id` on increase by one.
    InsertLabel {
        /// Id of the new label.
        id: LabelId,
        /// Label to insert.
        label: Label,
    },
    /// Changes the name, color or shortcut of a label.
    ChangeLabel {
        /// Id of the label.
        id: LabelId,
        /// Current label.
        before: Label,
        /// New label.
        after: Label,
    },
    /// Several edits that are applied and undone as one.
    Group {
        /// Title of the group.
        title: EditTitle,
        /// Edits in the order of application.
        edits: Vec<Edit>,
    },
}

impl Edit {
    /// Returns the edit that reverts this one.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Spans { document, removed, added } => Self::Spans { document, removed: added, added: removed },
            Self::Suggestions { document, removed, added } => {
                Self::Suggestions { document, removed: added, added: removed }
            }
            Self::Review { document, sentence, before, after } => {
                Self::Review { document, sentence, before: after, after: before }
            }
            Self::DocLabels { document, before, after } => Self::DocLabels { document, before: after, after: before },
            Self::Splits { document, before, after } => Self::Splits { document, before: after, after: before },
            Self::AddLabel(label) => Self::PopLabel(label),
            Self::PopLabel(label) => Self::AddLabel(label),
            Self::RemoveLabel { id, label } => Self::InsertLabel { id, label },
            Self::InsertLabel { id, label } => Self::RemoveLabel { id, label },
            Self::ChangeLabel { id, before, after } => Self::ChangeLabel { id, before: after, after: before },
            Self::Group { title, edits } => {
                Self::Group { title, edits: edits.iter().rev().map(Self::inverse).collect() }
            }
        }
    }

    /// Returns the edits that are not groups, in the order of application.
    pub fn parts(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Group { edits, .. } => Box::new(edits.iter().flat_map(Self::parts)),
            edit => Box::new(std::iter::once(edit)),
        }
    }

    /// True if label ids belong to other labels after this edit. A group is examined by its parts.
    pub fn reassigns_labels(&self) -> bool {
        matches!(self, Self::PopLabel(_) | Self::RemoveLabel { .. } | Self::InsertLabel { .. })
    }

    /// Returns the id of a label after this edit, or `None` if the edit removed the label. A group is examined by its
    /// parts.
    pub fn new_label_id(&self, label: LabelId) -> Option<LabelId> {
        match self {
            Self::RemoveLabel { id, .. } => (label != *id).then(|| if label > *id { label.before() } else { label }),
            Self::InsertLabel { id, .. } => Some(if label >= *id { label.after() } else { label }),
            _ => Some(label),
        }
    }

    /// Returns the edit with the current origins of the removed spans. The caller does not need to know them.
    #[must_use]
    pub fn with_current_origins(mut self, corpus: &Corpus) -> Self {
        match &mut self {
            Self::Spans { document, removed, .. } => {
                if let Some(d) = corpus.documents.get(*document as usize) {
                    copy_origins(&d.spans, removed);
                }
            }
            Self::Suggestions { document, removed, .. } => {
                if let Some(d) = corpus.documents.get(*document as usize) {
                    copy_origins(&d.suggestions, removed);
                }
            }
            Self::Group { edits, .. } => {
                *edits = std::mem::take(edits).into_iter().map(|e| e.with_current_origins(corpus)).collect();
            }
            _ => {}
        }
        self
    }

    /// Applies the edit. Returns false without effect if the corpus does not match the edit.
    pub fn apply(&self, corpus: &mut Corpus) -> bool {
        match self {
            Self::Spans { document, removed, added } => {
                replace_spans(corpus, *document, |d| &mut d.spans, removed, added)
            }
            Self::Suggestions { document, removed, added } => {
                replace_spans(corpus, *document, |d| &mut d.suggestions, removed, added)
            }
            Self::Review { document, sentence, before, after } => {
                let Some(current) = corpus.documents.get(*document as usize) else { return false };
                let fits = (*sentence as usize) < current.len();
                if !fits || current.reviews.get(*sentence).cloned().unwrap_or_default() != *before {
                    return false;
                }
                corpus.document_mut(*document).reviews.insert(*sentence, after.clone());
                true
            }
            Self::DocLabels { document, before, after } => {
                let there = corpus.documents.get(*document as usize).map(|d| sorted(corpus.doc_label_names(d)));
                let fits = there == Some(sorted(before.iter()));
                if fits {
                    let classes = corpus.doc_label_ids(after);
                    corpus.document_mut(*document).doc_labels = classes;
                }
                fits
            }
            Self::Splits { document, before, after } => {
                let Some(current) = corpus.documents.get(*document as usize) else { return false };
                let fits = after.len() == current.len() && current.splits.to_vec(current.len()) == *before;
                if fits {
                    corpus.document_mut(*document).splits.set(after);
                }
                fits
            }
            Self::AddLabel(label) => corpus.labels.push(label.clone()).is_ok(),
            Self::PopLabel(_) => corpus.labels.pop().is_some(),
            Self::ChangeLabel { id, after, .. } => corpus.labels.set(*id, after.clone()),
            Self::RemoveLabel { id, .. } => {
                let carried = |d: &Arc<Document>| d.spans.iter().chain(&d.suggestions).any(|s| s.label == *id);
                if corpus.documents.iter().any(carried) || corpus.labels.remove(*id).is_none() {
                    return false;
                }
                remap_label_ids(corpus, |label| if label > *id { label.before() } else { label });
                true
            }
            Self::InsertLabel { id, label } => {
                if usize::from(*id) > corpus.labels.len() || corpus.labels.insert(*id, label.clone()).is_err() {
                    return false;
                }
                remap_label_ids(corpus, |label| if label >= *id { label.after() } else { label });
                true
            }
            Self::Group { edits, .. } => {
                let made = edits.iter().take_while(|edit| edit.apply(corpus)).count();
                if made < edits.len() {
                    edits[..made].iter().rev().for_each(|edit| {
                        edit.inverse().apply(corpus);
                    });
                }
                made == edits.len()
            }
        }
    }

    /// Returns the title, for example "Label Univision as ORG".
    pub fn title(&self, corpus: &Corpus) -> EditTitle {
        let quoted = |document: u32, span: &Span| quoted_text(corpus.document(document), span);
        let label = |span: &Span| corpus.labels.name(span.label).to_owned();
        let plain = EditTitle::plain;
        match self {
            Self::Spans { document, removed, added } => match (removed.first(), added.first()) {
                (_, Some(span)) => EditTitle::new(Kind::LabelSpan, [quoted(*document, span), label(span)]),
                (Some(span), None) => EditTitle::new(Kind::ClearSpan, [quoted(*document, span)]),
                (None, None) => plain(Kind::NoChange),
            },
            Self::Suggestions { document, removed, .. } => match removed.first() {
                Some(span) => EditTitle::new(Kind::RejectSuggestion, [quoted(*document, span), label(span)]),
                None => plain(Kind::Suggest),
            },
            Self::Review { before, after, .. }
                if before.comment != after.comment || before.range_comments != after.range_comments =>
            {
                plain(Kind::Comment)
            }
            Self::Review { before, after, .. } if before.done != after.done => {
                plain(if after.done { Kind::MarkDone } else { Kind::MarkNotDone })
            }
            Self::Review { after, .. } => plain(if after.flagged { Kind::Flag } else { Kind::RemoveFlag }),
            Self::DocLabels { before, after, .. } => {
                let other = |of: &[String], than: &[String]| of.iter().find(|name| !than.contains(name)).cloned();
                match (other(after, before), other(before, after)) {
                    (Some(new), _) => EditTitle::new(Kind::LabelDocument, [new]),
                    (None, Some(missing)) => EditTitle::new(Kind::UnlabelDocument, [missing]),
                    (None, None) => plain(Kind::NoChange),
                }
            }
            Self::Splits { before, after, .. } => {
                let moved = || before.iter().zip(after).filter(|(before, after)| before != after);
                let to = moved().next().map_or("", |(_, after)| after.name());
                EditTitle::new(Kind::MoveToSplit, [moved().count().to_string(), to.to_owned()])
            }
            Self::AddLabel(label) | Self::PopLabel(label) | Self::InsertLabel { label, .. } => {
                EditTitle::new(Kind::AddLabel, [label.name.as_str()])
            }
            Self::RemoveLabel { label, .. } => EditTitle::new(Kind::RemoveLabel, [label.name.as_str()]),
            Self::Group { title, .. } => title.clone(),
            Self::ChangeLabel { before, after, .. } if before.name != after.name => {
                EditTitle::new(Kind::RenameLabel, [before.name.as_str(), &after.name])
            }
            Self::ChangeLabel { before, after, .. } if before.shortcut != after.shortcut => {
                EditTitle::new(Kind::ChangeShortcut, [after.name.as_str()])
            }
            Self::ChangeLabel { after, .. } => EditTitle::new(Kind::ChangeColor, [after.name.as_str()]),
        }
    }
}

fn sorted<'n>(names: impl Iterator<Item = &'n String>) -> Vec<&'n String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}

/// Returns the id of a label.
///
/// A new label is added to `labels`, and its addition to `edits`. Returns `None` if no more labels fit.
pub fn label_for(labels: &mut LabelSet, name: &str, edits: &mut Vec<Edit>) -> Option<LabelId> {
    labels.id(name).or_else(|| {
        let label = labels.new_label(name);
        let id = labels.push(label.clone()).ok()?;
        edits.push(Edit::AddLabel(label));
        Some(id)
    })
}

/// Returns the text of a span in quotes, truncated to 24 characters.
pub fn quoted_text(document: &Document, span: &Span) -> String {
    let text = document.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let short: String = text.chars().take(24).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// Removes spans from a list of a document and adds others.
///
/// Returns false without effect if a span to remove is missing or a span to add has an unknown label.
fn replace_spans(
    corpus: &mut Corpus,
    document: u32,
    list: fn(&mut Document) -> &mut Vec<Span>,
    removed: &[Span],
    added: &[Span],
) -> bool {
    let known = |s: &Span| usize::from(s.label) < corpus.labels.len();
    if document as usize >= corpus.documents.len() || !added.iter().all(known) {
        return false;
    }
    let list = list(corpus.document_mut(document));
    let mut missing: Vec<Span> = removed.to_vec();
    missing.sort_unstable();
    if !contains_all(list, &missing) {
        return false;
    }
    if removed.len() + added.len() <= MAX_LINEAR_EDITS {
        for span in &missing {
            if let Ok(at) = list.binary_search(span) {
                list.remove(at);
            }
        }
        added.iter().for_each(|span| list.insert(list.partition_point(|s| s < span), *span));
        return true;
    }
    // Both lists are sorted, so one pass finds all spans to remove.
    let mut next = missing.iter().peekable();
    list.retain(|s| next.next_if(|g| *g == s).is_none());
    list.extend_from_slice(added);
    list.sort();
    true
}

/// Maximum number of changes that are applied one by one. Larger edits rebuild the whole list.
const MAX_LINEAR_EDITS: usize = 16;

/// Returns true if the sorted list contains all of these sorted spans, with multiplicity.
fn contains_all(list: &[Span], wanted: &[Span]) -> bool {
    let mut from = 0;
    wanted.iter().all(|span| {
        let at = from + list[from..].partition_point(|s| s < span);
        from = at + 1;
        list.get(at) == Some(span)
    })
}

/// Copies the origins of the spans in the corpus to `removed`, so that the inverse edit restores them.
fn copy_origins(list: &[Span], removed: &mut [Span]) {
    for span in removed {
        if let Ok(at) = list.binary_search(span) {
            *span = list[at];
        }
    }
}

/// Maps the label ids of all spans. The map must preserve the order of ids, so the spans remain sorted.
fn remap_label_ids(corpus: &mut Corpus, new: impl Fn(LabelId) -> LabelId) {
    for document in &mut corpus.documents {
        if document.spans.iter().chain(&document.suggestions).any(|s| new(s.label) != s.label) {
            let d = Arc::make_mut(document);
            d.spans.iter_mut().chain(&mut d.suggestions).for_each(|s| s.label = new(s.label));
        }
    }
}
