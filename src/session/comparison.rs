//! Comparison of the open dataset with other annotations of the same text.

use super::{Session, Writer};
use crate::corpus::edit::label_for;
use crate::corpus::{Edit, EditTitle, EditTitleKind, Origin, Span};
use crate::eval::Agreement;
use crate::eval::agreement::Difference;
use std::path::PathBuf;

/// Resolution of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Keeps the labels of the open dataset.
    Mine,
    /// Replaces them with the labels of the other dataset.
    Theirs,
    /// Adds the labels of the other dataset to those of the open one.
    Both,
    /// Removes both.
    Neither,
}

/// Comparison of the open dataset with other annotations.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Path of the other annotations.
    pub path: PathBuf,
    /// Agreement of both.
    pub agreement: Agreement,
    /// Index of the current difference.
    pub current: usize,
    /// Resolution of each difference, `None` if it is open.
    pub verdicts: Vec<Option<Resolution>>,
    n_open: usize,
}

impl Comparison {
    /// Returns the number of differences without a resolution.
    pub fn n_open(&self) -> usize {
        self.n_open
    }

    /// Creates the comparison with the annotations at a path.
    pub fn new(path: PathBuf, agreement: Agreement) -> Self {
        let n_open = agreement.differences.len();
        Self { path, current: 0, verdicts: vec![None; n_open], n_open, agreement }
    }

    /// Returns the name of the other annotations: their file name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Records the resolution of the current difference, and selects the next open one.
    fn resolve_current(&mut self, resolution: Resolution) {
        if self.verdicts[self.current].replace(resolution).is_none() {
            self.n_open -= 1;
        }
        let open = |from: usize| (from..self.verdicts.len()).find(|i| self.verdicts[*i].is_none());
        self.current = open(self.current).or_else(|| open(0)).unwrap_or(self.current);
    }

    /// Makes a difference the current one; the last one if the index is too large.
    pub fn select(&mut self, index: usize) {
        self.current = index.min(self.verdicts.len().saturating_sub(1));
    }

    /// Makes the next or the previous difference the current one.
    pub fn step(&mut self, forward: bool) {
        self.select(if forward { self.current + 1 } else { self.current.saturating_sub(1) });
    }

    /// Returns the current difference.
    pub fn difference(&self) -> Option<&Difference> {
        self.agreement.differences.get(self.current)
    }
}

impl Writer<'_> {
    /// Implements the resolution of the current difference, and selects the next open one.
    pub fn resolve(&mut self, difference: &Difference, resolution: Resolution) {
        let Some(mut comparison) = self.checks().comparison.take() else { return };
        if let Some(edit) = self.resolution_edit(&comparison, difference, resolution) {
            self.apply(edit);
        }
        comparison.resolve_current(resolution);
        self.checks().comparison = Some(comparison);
    }

    fn resolution_edit(&mut self, c: &Comparison, difference: &Difference, resolution: Resolution) -> Option<Edit> {
        let document = difference.sentence.document;
        let (keeps_mine, adds_theirs) = match resolution {
            Resolution::Mine => (true, false),
            Resolution::Theirs => (false, true),
            Resolution::Both => (true, true),
            Resolution::Neither => (false, false),
        };
        // Label ids can have changed since the comparison, so the labels are found by name.
        let name_of = |span: Span| c.agreement.merged_labels.name(span.label);
        let labels = &self.corpus().labels;
        let mine = difference.left.and_then(|span| Some(Span { label: labels.id(name_of(span))?, ..span }));
        let is_there = |session: &Session, s: &Span| session.corpus().document(document).spans.binary_search(s).is_ok();
        let mut edits = Vec::new();
        let mut removed: Vec<Span> = mine.filter(|s| !keeps_mine && is_there(self, s)).into_iter().collect();
        let mut added: Vec<Span> = mine.filter(|s| keeps_mine && !is_there(self, s)).into_iter().collect();
        if let Some(theirs) = difference.right {
            let label = label_for(&mut labels.clone(), name_of(theirs), &mut edits)?;
            let span = Span { label, ..theirs };
            match (adds_theirs, is_there(self, &span)) {
                (true, false) => {
                    let agent = self.intern_agent(&c.name());
                    let origin = agent.map_or(Origin::Human, |agent| Origin::suggested(agent, 1.0));
                    added.push(Span { origin, ..span });
                }
                (false, true) => removed.push(span),
                (true, true) | (false, false) => edits.clear(),
            }
        }
        if removed.is_empty() && added.is_empty() {
            return None;
        }
        if resolution != Resolution::Both {
            let spans = &self.corpus().document(document).spans;
            removed.extend(self.replaced_spans(spans, &added));
            removed.sort_unstable();
            removed.dedup();
        }
        edits.push(Edit::Spans { document, removed, added });
        Some(match edits.len() {
            1 => edits.remove(0),
            _ => Edit::Group { title: EditTitle::new(EditTitleKind::TakeSide, [c.name()]), edits },
        })
    }
}
