//! Changes that can be taken back. Everything that alters a corpus is one of these.

use super::document::Document;
use super::edit_title::{EditTitle, EditTitleKind as Kind};
use super::label::{Label, LabelId, LabelSet};
use super::review::ReviewState;
use super::span::Span;
use super::store::Corpus;
use std::sync::Arc;

/// One change. `apply` then `apply(inverse)` gives the corpus back exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Spans of one document: some go, some come.
    Spans {
        /// Index of the document.
        document: u32,
        /// Spans that are there and will not be.
        removed: Vec<Span>,
        /// Spans that are not there and will be.
        added: Vec<Span>,
    },
    /// Suggestions of one document: some go, some come.
    Suggestions {
        /// Index of the document.
        document: u32,
        /// Suggestions that are there and will not be.
        removed: Vec<Span>,
        /// Suggestions that are not there and will be.
        added: Vec<Span>,
    },
    /// What is noted about a sentence.
    Review {
        /// Index of the document.
        document: u32,
        /// Index of the sentence in it.
        sentence: u32,
        /// As it is.
        before: ReviewState,
        /// As it will be.
        after: ReviewState,
    },
    /// The labels of a whole document, by their names.
    DocLabels {
        /// Index of the document.
        document: u32,
        /// As they are.
        before: Vec<String>,
        /// As they will be.
        after: Vec<String>,
    },
    /// A new label at the end of the list.
    AddLabel(Label),
    /// The inverse of [`Edit::AddLabel`]: the last label goes (no span can carry it by then).
    PopLabel(Label),
    /// A label that no span carries goes, wherever it stands; those behind it move up.
    RemoveLabel {
        /// Which.
        id: LabelId,
        /// As it is.
        label: Label,
    },
    /// The inverse of [`Edit::RemoveLabel`]: those from its place on move down.
    InsertLabel {
        /// Where.
        id: LabelId,
        /// As it will be.
        label: Label,
    },
    /// A label's name, colour or letter.
    ChangeLabel {
        /// Which.
        id: LabelId,
        /// As it is.
        before: Label,
        /// As it will be.
        after: Label,
    },
    /// Several that are made and taken back as one.
    Group {
        /// The title of all together.
        title: EditTitle,
        /// In the order in which they are made.
        edits: Vec<Edit>,
    },
}

impl Edit {
    /// The change that takes this one back.
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

    /// The same, with what goes as it is in the corpus: whoever made the edit may not have known who decided.
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

    /// Makes the change. False when the corpus is not what the edit was made for; then nothing has happened.
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

    /// The title: "Label Univision as ORG".
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
                    (None, Some(gone)) => EditTitle::new(Kind::UnlabelDocument, [gone]),
                    (None, None) => plain(Kind::NoChange),
                }
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

/// The id of a label in `labels`, which gets it, and `edits` its addition, if it is new; `None` where no more labels fit.
pub fn label_for(labels: &mut LabelSet, name: &str, edits: &mut Vec<Edit>) -> Option<LabelId> {
    labels.id(name).or_else(|| {
        let label = labels.new_label(name);
        let id = labels.push(label.clone()).ok()?;
        edits.push(Edit::AddLabel(label));
        Some(id)
    })
}

/// A span's text in quotes, cut where it is long.
pub fn quoted_text(document: &Document, span: &Span) -> String {
    let text = document.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let short: String = text.chars().take(24).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// Takes spans out of a list of a document and puts others in; false, and nothing happens, where one is not there or has a label that
/// is none.
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
    let mut gone: Vec<Span> = removed.to_vec();
    gone.sort_unstable();
    if !contains_all(list, &gone) {
        return false;
    }
    if removed.len() + added.len() <= MAX_LINEAR_EDITS {
        for span in &gone {
            if let Ok(at) = list.binary_search(span) {
                list.remove(at);
            }
        }
        added.iter().for_each(|span| list.insert(list.partition_point(|s| s < span), *span));
        return true;
    }
    // Both are sorted: each that goes is met in turn.
    let mut next = gone.iter().peekable();
    list.retain(|s| next.next_if(|g| *g == s).is_none());
    list.extend_from_slice(added);
    list.sort();
    true
}

/// Fewer spans are put in and taken out one by one, which spares looking at the whole list.
const MAX_LINEAR_EDITS: usize = 16;

/// Whether a sorted list has each of these sorted spans, and as often.
fn contains_all(list: &[Span], wanted: &[Span]) -> bool {
    let mut from = 0;
    wanted.iter().all(|span| {
        let at = from + list[from..].partition_point(|s| s < span);
        from = at + 1;
        list.get(at) == Some(span)
    })
}

/// Spans that go, with who decided them in the corpus: they are taken back as they were.
fn copy_origins(list: &[Span], removed: &mut [Span]) {
    for span in removed {
        if let Ok(at) = list.binary_search(span) {
            *span = list[at];
        }
    }
}

/// Gives every span's label its new number. The order of the labels stays, and so does that of the spans.
fn remap_label_ids(corpus: &mut Corpus, new: impl Fn(LabelId) -> LabelId) {
    for document in &mut corpus.documents {
        if document.spans.iter().chain(&document.suggestions).any(|s| new(s.label) != s.label) {
            let d = Arc::make_mut(document);
            d.spans.iter_mut().chain(&mut d.suggestions).for_each(|s| s.label = new(s.label));
        }
    }
}
