//! Changes that can be taken back. Everything that alters a corpus is one of these.

use super::document::Span;
use super::label::{Label, LabelId};
use super::store::Corpus;

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
    /// A new label at the end of the list.
    AddLabel(Label),
    /// The inverse of [`Edit::AddLabel`]: the last label goes (no span can carry it by then).
    RemoveLastLabel(Label),
    /// A label's name or colour.
    ChangeLabel {
        /// Which.
        id: LabelId,
        /// As it is.
        before: Label,
        /// As it will be.
        after: Label,
    },
}

impl Edit {
    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Spans { document, removed, added } => Self::Spans { document, removed: added, added: removed },
            Self::AddLabel(label) => Self::RemoveLastLabel(label),
            Self::RemoveLastLabel(label) => Self::AddLabel(label),
            Self::ChangeLabel { id, before, after } => Self::ChangeLabel { id, before: after, after: before },
        }
    }

    /// Makes the change. False when the corpus is not what the edit was made for; then nothing has happened.
    pub fn apply(&self, corpus: &mut Corpus) -> bool {
        match self {
            Self::Spans { document, removed, added } => {
                let Some(current) = corpus.documents.get(*document as usize) else { return false };
                if removed.iter().any(|s| current.spans.binary_search(s).is_err()) {
                    return false;
                }
                let document = corpus.document_mut(*document);
                for span in removed {
                    document.remove_span(*span);
                }
                for span in added {
                    document.insert_span(*span);
                }
                true
            }
            Self::AddLabel(label) => {
                corpus.labels.push(label.clone());
                true
            }
            Self::RemoveLastLabel(_) => corpus.labels.pop().is_some(),
            Self::ChangeLabel { id, after, .. } => match corpus.labels.get_mut(*id) {
                Some(label) => {
                    *label = after.clone();
                    true
                }
                None => false,
            },
        }
    }

    /// The document it touches, if it touches one.
    pub fn document(&self) -> Option<u32> {
        match self {
            Self::Spans { document, .. } => Some(*document),
            _ => None,
        }
    }

    /// What to call it: "Label Univision as ORG".
    pub fn describe(&self, corpus: &Corpus) -> String {
        let quoted = |document: u32, span: &Span| {
            let text = &corpus.document(document).text[span.start as usize..span.end as usize];
            let short: String = text.chars().take(24).collect();
            if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
        };
        match self {
            Self::Spans { document, removed, added } => match (removed.first(), added.first()) {
                (_, Some(span)) => format!("Label {} as {}", quoted(*document, span), corpus.labels.name(span.label)),
                (Some(span), None) => format!("Clear {}", quoted(*document, span)),
                (None, None) => "Nothing".into(),
            },
            Self::AddLabel(label) | Self::RemoveLastLabel(label) => format!("Label {}", label.name),
            Self::ChangeLabel { before, after, .. } if before.name != after.name => {
                format!("Rename {} to {}", before.name, after.name)
            }
            Self::ChangeLabel { after, .. } => format!("Recolour {}", after.name),
        }
    }
}
