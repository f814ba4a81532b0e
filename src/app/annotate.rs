//! The Annotate room: an open dataset, which sentences are in view, what is selected, and the edits on it.

use super::query::Query;
use crate::corpus::store::Counts;
use crate::corpus::{
    Corpus, Directions, Document, Edit, History, LabelId, Mark, Origin, SentenceId, Snapshot, Span, Split,
};
use crate::model::Alignment;
use crate::project::{RunRecord, SourceFile, SourceProblem, View};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which sentences the list shows by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilterLabel {
    /// Any.
    #[default]
    Any,
    /// With a span of this label.
    With(LabelId),
    /// Without any span.
    Without,
}

/// Which sentences the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// That fit this query.
    pub text: String,
    /// What is wrong with the query; then the list stays as it was.
    pub problem: Option<String>,
    /// By label.
    pub label: FilterLabel,
    /// Of this split.
    pub split: Option<Split>,
}

/// The pieces lens.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// Whether it is on.
    pub on: bool,
    /// The ticket of the newest request.
    pub ticket: u64,
    /// The sentence's pieces, once they have come.
    pub alignment: Option<Box<Alignment>>,
}

/// An open dataset and where the person is in it.
#[derive(Debug)]
pub struct Annotate {
    /// What was opened.
    pub path: PathBuf,
    /// The data.
    pub corpus: Corpus,
    /// Where it came from.
    pub files: Vec<SourceFile>,
    /// What is wrong in the sources.
    pub problems: Vec<SourceProblem>,
    /// Undo and redo.
    pub history: History,
    /// Runs, oldest first.
    pub runs: Vec<RunRecord>,
    /// Searches kept under names.
    pub views: Vec<View>,
    /// Snapshots of all labels, oldest first.
    pub snapshots: Vec<Arc<Snapshot>>,
    /// The highest number of a run's folder on disk: one of a project set aside may be higher than any of `runs`.
    pub highest_run: usize,
    /// The project file.
    pub project: PathBuf,
    /// Whether another window has it open, so that nothing can be changed in this one.
    pub read_only: bool,
    /// Every sentence, in order.
    pub sentences: Vec<SentenceId>,
    /// Another number for each list that was shown: what is laid out of it may be kept until then.
    pub listing: u64,
    /// Places in [`Annotate::sentences`] that the filter shows.
    pub shown: Vec<usize>,
    /// The filter.
    pub filter: Filter,
    /// Place of the current sentence in [`Annotate::sentences`].
    pub current: usize,
    /// Selected words of the current sentence: where the selection began and where it is.
    pub selection: Option<(usize, usize)>,
    /// Spans by label, of everything.
    pub counts: Counts,
    /// The pieces lens.
    pub pieces: Pieces,
    /// Changes with every change of the spans or labels: what is drawn may be kept until then.
    pub revision: u64,
    /// How many sentences are done.
    pub done: usize,
    /// First sentence number of each split, so that ids count from 0 in each.
    split_starts: [usize; 3],
    /// Sentences of each split.
    split_sizes: [usize; 3],
}

/// A number that no list had before, of this dataset or another.
fn next_listing() -> u64 {
    static LISTINGS: AtomicU64 = AtomicU64::new(0);
    LISTINGS.fetch_add(1, Ordering::Relaxed)
}

impl Annotate {
    /// The state of a dataset that was just opened.
    pub fn new(path: PathBuf, corpus: Corpus, files: Vec<SourceFile>, history: History, project: PathBuf) -> Self {
        let sentences = corpus.sentences(None);
        let starts =
            |split: Split| sentences.iter().position(|s| corpus.document(s.document).split == split).unwrap_or(0);
        let split_starts = Split::ALL.map(starts);
        let size = |split: Split| corpus.documents.iter().filter(|d| d.split == split).map(|d| d.len()).sum();
        let split_sizes = Split::ALL.map(size);
        let shown = (0..sentences.len()).collect();
        let counts = corpus.counts(None);
        Self {
            path,
            files,
            problems: Vec::new(),
            history,
            runs: Vec::new(),
            views: Vec::new(),
            snapshots: Vec::new(),
            highest_run: 0,
            project,
            read_only: false,
            listing: next_listing(),
            shown,
            sentences,
            filter: Filter::default(),
            current: 0,
            selection: None,
            counts,
            pieces: Pieces::default(),
            revision: 0,
            done: corpus.documents.iter().flat_map(|d| d.marks.iter()).filter(|(_, m)| m.done).count(),
            split_starts,
            split_sizes,
            corpus,
        }
    }

    /// How many sentences a split has.
    pub fn size_of(&self, split: Split) -> usize {
        self.split_sizes[split as usize]
    }

    /// Which splits have sentences.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|s| self.size_of(*s) > 0).collect()
    }

    /// The current sentence's address.
    pub fn current_id(&self) -> SentenceId {
        self.sentences[self.current]
    }

    /// The document of a sentence (by its place in the list of all).
    pub fn document_of(&self, place: usize) -> &Document {
        self.corpus.document(self.sentences[place].document)
    }

    /// A sentence's name: `train-0412`, counted within its split from 0.
    pub fn name_of(&self, place: usize) -> String {
        let split = self.document_of(place).split;
        format!("{}-{:04}", split.name(), place - self.split_starts[split as usize])
    }

    /// The selected words, first to last.
    pub fn selected(&self) -> Option<RangeInclusive<usize>> {
        self.selection.map(|(a, b)| a.min(b)..=a.max(b))
    }

    /// Words of the current sentence.
    pub fn length(&self) -> usize {
        self.document_of(self.current).sentence(self.current_id().sentence as usize).len()
    }

    /// Makes another sentence the current one.
    pub fn go_to(&mut self, place: usize) {
        if place < self.sentences.len() && place != self.current {
            self.current = place;
            self.selection = None;
            self.pieces.alignment = None;
        }
    }

    /// Goes to the next or previous sentence in view.
    pub fn step(&mut self, forward: bool) {
        let at = self.shown.partition_point(|p| *p < self.current);
        let next = if forward {
            self.shown.get(at + usize::from(self.shown.get(at) == Some(&self.current)))
        } else {
            at.checked_sub(1).and_then(|i| self.shown.get(i))
        };
        if let Some(place) = next {
            self.go_to(*place);
        }
    }

    /// Moves the selection by a word; `extend` keeps where it began.
    /// `right`: towards the right of the window, which is backwards in a right-to-left sentence.
    pub fn move_selection(&mut self, right: bool, extend: bool) {
        let id = self.current_id();
        let words = self.corpus.document(id.document).words(id.sentence as usize);
        let forward = right != Directions::of(&words).right_to_left;
        let last = self.length() - 1;
        let (anchor, head) = match self.selection {
            None => {
                let at = if forward { 0 } else { last };
                self.selection = Some((at, at));
                return;
            }
            Some(selection) => selection,
        };
        let head = if forward { (head + 1).min(last) } else { head.saturating_sub(1) };
        self.selection = Some(if extend { (anchor, head) } else { (head, head) });
    }

    /// The edit that gives the selected words a label (`None`: no label). Spans they touch go. `None` when nothing is
    /// selected or nothing would change.
    pub fn label_edit(&self, label: Option<LabelId>) -> Option<Edit> {
        let words = self.selected()?;
        let id = self.current_id();
        let document = self.corpus.document(id.document);
        let sentence = id.sentence as usize;
        let touched = document.span_at(sentence, *words.start()..*words.end() + 1, 0);
        let removed: Vec<Span> = document.spans[document.span_indices(sentence)]
            .iter()
            .filter(|s| s.start < touched.end && touched.start < s.end)
            .copied()
            .collect();
        let added: Vec<Span> =
            label.map(|label| Span { label, origin: Origin::Person, ..touched }).into_iter().collect();
        (removed != added).then_some(Edit::Spans { document: id.document, removed, added })
    }

    /// What is noted about the current sentence.
    pub fn mark(&self) -> Mark {
        self.mark_of(self.current).cloned().unwrap_or_default()
    }

    /// What is noted about a sentence (by its place in the list of all).
    pub fn mark_of(&self, place: usize) -> Option<&Mark> {
        let id = self.sentences[place];
        self.corpus.document(id.document).marks.of(id.sentence)
    }

    /// The edit that notes this about the current sentence; `None` when it is noted already.
    pub fn mark_edit(&self, after: Mark) -> Option<Edit> {
        let (SentenceId { document, sentence }, before) = (self.current_id(), self.mark());
        (before != after).then_some(Edit::Mark { document, sentence, before, after })
    }

    /// After an edit: counts, and the sentence it touched comes into view.
    pub fn after(&mut self, edit: &Edit) {
        self.revision += 1;
        self.counts.after(edit);
        self.pieces.alignment = None;
        let filtered = self.filter.label;
        self.follow_labels(edit);
        if self.filter.label != filtered {
            self.refilter();
        }
        if let Edit::Mark { document, sentence, before, after } = edit {
            self.done = self.done + usize::from(after.done) - usize::from(before.done);
            let id = SentenceId { document: *document, sentence: *sentence };
            if let Ok(place) = self.sentences.binary_search(&id) {
                self.go_to(place);
            }
        }
        if let Edit::Spans { document, removed, added } = edit
            && let Some(span) = added.first().or(removed.first())
        {
            let d = self.corpus.document(*document);
            let inside = |s: &SentenceId| {
                s.document == *document && {
                    let range = d.sentence(s.sentence as usize);
                    d.tokens[range.start].0 <= span.start && span.start < d.tokens[range.end - 1].1
                }
            };
            let first = self.sentences.partition_point(|s| s.document < *document);
            if let Some(offset) = self.sentences[first..].iter().position(inside) {
                let place = first + offset;
                if place != self.current {
                    self.go_to(place);
                }
            }
        }
    }

    /// The filter's label has another number after labels have come or gone.
    fn follow_labels(&mut self, edit: &Edit) {
        let FilterLabel::With(label) = self.filter.label else { return };
        self.filter.label = match edit {
            Edit::RemoveLabel { id, .. } if *id == label => FilterLabel::Any,
            Edit::RemoveLabel { id, .. } if *id < label => FilterLabel::With(label - 1),
            Edit::InsertLabel { id, .. } if *id <= label => FilterLabel::With(label + 1),
            Edit::Together { edits, .. } => return edits.iter().for_each(|e| self.follow_labels(e)),
            _ => return,
        };
    }

    /// Applies the filter. A query that cannot be read changes nothing but [`Filter::problem`].
    pub fn refilter(&mut self) {
        let query = match Query::parse(&self.filter.text, &self.corpus, &self.snapshots) {
            Ok(query) => query,
            Err(problem) => {
                self.filter.problem = Some(problem);
                return;
            }
        };
        self.filter.problem = None;
        let by_label = match self.filter.label {
            FilterLabel::Any => Query::All,
            FilterLabel::Without => Query::Not(Box::new(Query::AnySpan)),
            FilterLabel::With(label) => Query::Label(vec![label]),
        };
        let by_split = self.filter.split.map_or(Query::All, Query::Split);
        let all = Query::And(Box::new(by_split), Box::new(Query::And(Box::new(by_label), Box::new(query))));
        self.shown = all.places(&self.corpus);
        self.listing = next_listing();
        if let Some(first) = self.shown.first().copied()
            && self.shown.binary_search(&self.current).is_err()
        {
            self.go_to(first);
        }
    }
}
