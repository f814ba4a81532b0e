//! The Annotate page: the open dataset, the filtered sentence list, the selection, and the edits.

use super::query::{Known, Query, Status};
use super::work_timer::WorkTimer;
use crate::corpus::store::CorpusCounts;
use crate::corpus::{
    Corpus, Document, Edit, EditTitle, EditTitleKind, History, LabelId, LabelSnapshot, ReviewState, SentenceId, Split,
};
use crate::model::Alignment;
use crate::project::{
    DailyProgress, Dataset, Memory, ProjectExtras, RunRecord, SavedSearch, SourceFile, SourceProblem,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Filter of the sentence list by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilterLabel {
    /// Any sentence.
    #[default]
    Any,
    /// Sentences with a span of this label.
    With(LabelId),
    /// Sentences without spans.
    Without,
}

/// Filter of the sentence list. A sentence must match all parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Query text in the search language.
    pub text: String,
    /// Error in the query. The list is unchanged until the query is valid.
    pub problem: Option<String>,
    /// Filter by label.
    pub label: FilterLabel,
    /// Filter by split.
    pub split: Option<Split>,
    /// Filter by review status.
    pub status: Option<Status>,
}

/// Target of the label that the user is choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// The selected words.
    Span,
    /// The whole document.
    Class,
}

/// State of the subword lens.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// True if the lens is on.
    pub on: bool,
    /// Ticket of the latest request.
    pub ticket: u64,
    /// Subwords of the current sentence, when the response has arrived.
    pub alignment: Option<Box<Alignment>>,
}

impl Annotate {
    /// Returns all data that a project stores of the dataset, to rewrite the project file.
    pub fn memory(&self) -> Memory {
        let dataset =
            Dataset { corpus: self.corpus.clone(), files: self.files.clone(), problems: self.problems.clone() };
        let kept = ProjectExtras {
            runs: self.runs.clone(),
            views: self.views.clone(),
            snapshots: self.snapshots.clone(),
            progress: self.progress.clone(),
            work_time: self.worked.to_text(&self.progress.today.date),
            allow_overlaps: Some(self.overlaps),
            guidelines: self.guidelines.clone(),
        };
        Memory { dataset, history: self.history.clone(), kept }
    }
}

/// An open dataset and the position of the user in it.
#[derive(Debug)]
pub struct Annotate {
    /// Path that the user opened.
    pub path: PathBuf,
    /// The dataset.
    pub corpus: Corpus,
    /// Source files of the dataset.
    pub files: Vec<SourceFile>,
    /// Problems in the source files.
    pub problems: Vec<SourceProblem>,
    /// Undo and redo history.
    pub history: History,
    /// Training runs, oldest first.
    pub runs: Vec<RunRecord>,
    /// Saved searches.
    pub views: Vec<SavedSearch>,
    /// Snapshots of all labels, oldest first.
    pub snapshots: Vec<Arc<LabelSnapshot>>,
    /// Highest number of a run directory on disk. It can be above all numbers in `runs` if an older project was set
    /// aside.
    pub highest_run: usize,
    /// Path of the project file.
    pub project: PathBuf,
    /// True if nothing can be changed: another window has the project open, a newer version created it, or it was
    /// released until the user decides.
    pub read_only: bool,
    /// All sentences, in order.
    pub sentences: Vec<SentenceId>,
    /// Unique number of the sentence list. The layout of the list can be cached until it changes.
    pub listing: u64,
    /// Indices into [`Annotate::sentences`] that match the filter.
    pub shown: Vec<usize>,
    /// The filter.
    pub filter: Filter,
    /// Index of the current sentence in [`Annotate::sentences`].
    pub current: usize,
    /// Selected words of the current sentence: anchor and moving end.
    pub selection: Option<(usize, usize)>,
    /// Selected byte range of the document, if the selection covers only a part of the words.
    pub part: Option<(u32, u32)>,
    /// Counts of the whole dataset, for example spans by label.
    pub counts: CorpusCounts,
    /// The subword lens.
    pub pieces: Pieces,
    /// Changes with every change of spans or labels. Drawings can be cached until then.
    pub revision: u64,
    /// Number of done sentences.
    pub done: usize,
    /// Progress by day.
    pub progress: DailyProgress,
    /// Time worked today.
    pub worked: WorkTimer,
    /// Number of flagged sentences.
    pub flagged: usize,
    /// Number of open suggestions.
    pub suggested: usize,
    /// Changes when label ids are reassigned to other labels.
    pub renumbered: u64,
    /// Annotation guidelines, in Markdown.
    pub guidelines: String,
    /// True if spans may overlap. A new span then replaces only spans of the same words.
    pub overlaps: bool,
    /// Used labels, most recent first.
    pub last_labels: Vec<LabelId>,
    /// The words that were labeled last, and their label.
    pub last_given: Option<(Vec<String>, LabelId)>,
    /// Target of the label chooser, while it is open.
    pub choosing: Option<Choosing>,
    /// Label that is applied immediately to each mouse selection.
    pub brush: Option<LabelId>,
    /// First sentence number of each split. Sentence ids count from 0 in each split.
    split_starts: [usize; 3],
    /// Number of sentences of each split.
    split_sizes: [usize; 3],
}

/// Returns a list number that is unique across all datasets of the process.
fn next_listing() -> u64 {
    static LISTINGS: AtomicU64 = AtomicU64::new(0);
    LISTINGS.fetch_add(1, Ordering::Relaxed)
}

impl Annotate {
    /// Creates the state of a newly opened dataset.
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
            part: None,
            counts,
            pieces: Pieces::default(),
            revision: 0,
            done: corpus.documents.iter().flat_map(|d| d.reviews.iter()).filter(|(_, m)| m.done).count(),
            overlaps: corpus.documents.iter().any(|d| d.spans.windows(2).any(|w| w[0].overlaps(&w[1]))),
            flagged: corpus.documents.iter().flat_map(|d| d.reviews.iter()).filter(|(_, m)| m.flagged).count(),
            suggested: corpus.documents.iter().map(|d| d.suggestions.len()).sum(),
            renumbered: 0,
            progress: DailyProgress::default(),
            worked: WorkTimer::default(),
            guidelines: String::new(),
            last_labels: Vec::new(),
            last_given: None,
            choosing: None,
            brush: None,
            split_starts,
            split_sizes,
            corpus,
        }
    }

    /// Returns the number of sentences of a split.
    pub fn size_of(&self, split: Split) -> usize {
        self.split_sizes[split as usize]
    }

    /// Returns the splits that have sentences.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|s| self.size_of(*s) > 0).collect()
    }

    /// Returns the id of the current sentence.
    pub fn current_id(&self) -> SentenceId {
        self.sentences[self.current]
    }

    /// Returns the document of a sentence, by index in [`Annotate::sentences`].
    pub fn document_of(&self, place: usize) -> &Document {
        self.corpus.document(self.sentences[place].document)
    }

    /// Returns the name of a sentence, for example `train-0412`. The number counts from 0 within the split.
    pub fn name_of(&self, place: usize) -> String {
        let split = self.document_of(place).split;
        format!("{}-{:04}", split.name(), place - self.split_starts[split as usize])
    }

    /// Returns the number of words of the current sentence.
    pub fn length(&self) -> usize {
        self.document_of(self.current).sentence_range(self.current_id().sentence as usize).len()
    }

    /// Makes another sentence the current one.
    pub fn go_to(&mut self, place: usize) {
        if place < self.sentences.len() && place != self.current {
            self.current = place;
            self.select(None);
            self.choosing = None;
            self.pieces.alignment = None;
        }
    }

    /// Selects whole words of the current sentence, or clears the selection.
    pub fn select(&mut self, words: Option<(usize, usize)>) {
        self.selection = words;
        self.part = None;
    }

    /// Moves to the next or previous sentence in the filtered list.
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

    /// Returns the review state of the current sentence.
    pub fn mark(&self) -> ReviewState {
        self.corpus.review(self.current_id())
    }

    /// Returns the review state of a sentence, by index in [`Annotate::sentences`].
    pub fn mark_of(&self, place: usize) -> Option<&ReviewState> {
        let id = self.sentences[place];
        self.corpus.document(id.document).reviews.get(id.sentence)
    }

    /// Returns the edit that marks the current sentence and all listed sentences before it as done. Flagged sentences
    /// are unchanged. Returns `None` if there is nothing to mark.
    pub fn done_up_to_here(&self) -> Option<Edit> {
        let before = self.shown.partition_point(|place| *place <= self.current);
        let open = |place: &&usize| self.mark_of(**place).is_none_or(|m| !m.done && !m.flagged);
        let done = |place: &usize| {
            let id = self.sentences[*place];
            let before = self.corpus.review(id);
            let after = ReviewState { done: true, ..before.clone() };
            Edit::Review { document: id.document, sentence: id.sentence, before, after }
        };
        let edits: Vec<Edit> = self.shown[..before].iter().filter(open).map(done).collect();
        let title = EditTitle::new(EditTitleKind::MarkDoneUpToHere, [edits.len().to_string()]);
        (!edits.is_empty()).then_some(Edit::Group { title, edits })
    }

    /// Updates counts and position after an edit. Shows the sentence that the edit changed. A new edit of several
    /// sentences leaves the position unchanged; undo and redo show the first changed sentence.
    pub fn after(&mut self, edit: &Edit, is_new: bool) {
        self.revision += 1;
        self.counts.apply_edit(edit);
        self.pieces.alignment = None;
        let filtered = self.filter.label;
        self.follow_labels(edit);
        if self.filter.label != filtered {
            self.refilter();
        }
        self.follow_marks(edit);
        if let Some((first, last)) = self.touched(edit)
            && (first == last || !is_new)
        {
            self.go_to(first);
        }
    }

    /// Updates the numbers of done sentences and open suggestions after an edit.
    fn follow_marks(&mut self, edit: &Edit) {
        match edit {
            Edit::Suggestions { removed, added, .. } => {
                self.suggested = self.suggested + added.len() - removed.len();
            }
            Edit::Review { document, sentence, before, after } => {
                self.done = self.done + usize::from(after.done) - usize::from(before.done);
                let id = SentenceId { document: *document, sentence: *sentence };
                self.progress.record(id, before.done, after.done);
                self.flagged = self.flagged + usize::from(after.flagged) - usize::from(before.flagged);
            }
            Edit::Group { edits, .. } => edits.iter().for_each(|e| self.follow_marks(e)),
            _ => {}
        }
    }

    /// Returns the first and the last sentence that an edit changed, or `None` if it changed none.
    fn touched(&self, edit: &Edit) -> Option<(usize, usize)> {
        match edit {
            Edit::Review { document, sentence, .. } => {
                let place = self.place_of_sentence(*document, *sentence)?;
                Some((place, place))
            }
            Edit::Spans { document, removed, added } | Edit::Suggestions { document, removed, added } => {
                let starts = || removed.iter().chain(added).map(|s| s.start);
                Some((self.place_of(*document, starts().min()?)?, self.place_of(*document, starts().max()?)?))
            }
            Edit::DocLabels { document, .. } => {
                // The current sentence, if it is in this document.
                if self.current_id().document == *document {
                    return Some((self.current, self.current));
                }
                let place = self.place_of_sentence(*document, 0)?;
                Some((place, place))
            }
            Edit::Group { edits, .. } => {
                let places = || edits.iter().filter_map(|e| self.touched(e));
                Some((places().map(|p| p.0).min()?, places().map(|p| p.1).max()?))
            }
            _ => None,
        }
    }

    /// Returns the index of the sentence that contains this byte of a document or starts after it.
    pub fn place_of(&self, document: u32, byte: u32) -> Option<usize> {
        let sentence = self.corpus.document(document).sentence_at(byte)? as u32;
        self.place_of_sentence(document, sentence)
    }

    fn place_of_sentence(&self, document: u32, sentence: u32) -> Option<usize> {
        self.sentences.binary_search(&SentenceId { document, sentence }).ok()
    }

    /// Adapts stored label ids after labels were added or removed.
    fn follow_labels(&mut self, edit: &Edit) {
        let new = |label: LabelId| match edit {
            Edit::RemoveLabel { id, .. } => (label != *id).then(|| if label > *id { label.before() } else { label }),
            Edit::InsertLabel { id, .. } => Some(if label >= *id { label.after() } else { label }),
            Edit::PopLabel(_) => (usize::from(label) < self.corpus.labels.len()).then_some(label),
            _ => Some(label),
        };
        match edit {
            Edit::Group { edits, .. } => return edits.iter().for_each(|e| self.follow_labels(e)),
            Edit::RemoveLabel { .. } | Edit::InsertLabel { .. } | Edit::PopLabel(_) => {}
            _ => return,
        }
        self.last_labels = self.last_labels.iter().filter_map(|l| new(*l)).collect();
        self.brush = self.brush.and_then(new);
        self.last_given = self.last_given.take().and_then(|(words, l)| Some((words, new(l)?)));
        if let FilterLabel::With(label) = self.filter.label {
            self.filter.label = new(label).map_or(FilterLabel::Any, FilterLabel::With);
        }
        self.renumbered += 1;
    }

    /// Applies the filter. An invalid query only sets [`Filter::problem`].
    pub fn refilter(&mut self) {
        let known = Known { corpus: &self.corpus, snapshots: &self.snapshots, progress: &self.progress };
        let query = match Query::parse(&self.filter.text, &known) {
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
        let by_status = self.filter.status.map_or(Query::All, Query::Status);
        let all = [by_split, by_status, by_label]
            .into_iter()
            .fold(query, |all, more| Query::And(Box::new(more), Box::new(all)));
        self.shown = all.places(&self.corpus);
        self.listing = next_listing();
        if let Some(first) = self.shown.first().copied()
            && self.shown.binary_search(&self.current).is_err()
        {
            self.go_to(first);
        }
    }
}
