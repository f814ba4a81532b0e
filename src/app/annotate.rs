//! The Annotate room: an open dataset, which sentences are in view, what is selected, and the edits on it.

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
    /// Of this status.
    pub status: Option<Status>,
}

/// What a label is being chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// The selected words.
    Span,
    /// The whole document.
    Class,
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

impl Annotate {
    /// All that a project holds of it, to be written again.
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
    pub views: Vec<SavedSearch>,
    /// Snapshots of all labels, oldest first.
    pub snapshots: Vec<Arc<LabelSnapshot>>,
    /// The highest number of a run's folder on disk: one of a project set aside may be higher than any of `runs`.
    pub highest_run: usize,
    /// The project file.
    pub project: PathBuf,
    /// Whether nothing can be changed: another window has it open, a newer version made it, or it was let go for a decision.
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
    /// Bytes of the document that are selected where it is a part of those words.
    pub part: Option<(u32, u32)>,
    /// Spans by label, of everything.
    pub counts: CorpusCounts,
    /// The pieces lens.
    pub pieces: Pieces,
    /// Changes with every change of the spans or labels: what is drawn may be kept until then.
    pub revision: u64,
    /// How many sentences are done.
    pub done: usize,
    /// What was done on which day.
    pub progress: DailyProgress,
    /// How long was worked today.
    pub worked: WorkTimer,
    /// How many are flagged.
    pub flagged: usize,
    /// How many suggestions are open.
    pub suggested: usize,
    /// Changes whenever numbers of labels come to mean other labels.
    pub renumbered: u64,
    /// What is to be labelled how, in Markdown.
    pub guidelines: String,
    /// Whether spans may overlap: then a label is put beside spans of other words.
    pub overlaps: bool,
    /// Labels in the order in which they were given, the last one first.
    pub last_labels: Vec<LabelId>,
    /// The words that were labelled last, and as what.
    pub last_given: Option<(Vec<String>, LabelId)>,
    /// Whether a label is being chosen, and for what.
    pub choosing: Option<Choosing>,
    /// The label that every selection by mouse gets at once.
    pub brush: Option<LabelId>,
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

    /// Words of the current sentence.
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

    /// Selects whole words of the current sentence, or nothing.
    pub fn select(&mut self, words: Option<(usize, usize)>) {
        self.selection = words;
        self.part = None;
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

    /// What is noted about the current sentence.
    pub fn mark(&self) -> ReviewState {
        self.corpus.review(self.current_id())
    }

    /// What is noted about a sentence (by its place in the list of all).
    pub fn mark_of(&self, place: usize) -> Option<&ReviewState> {
        let id = self.sentences[place];
        self.corpus.document(id.document).reviews.get(id.sentence)
    }

    /// The edit that marks the current sentence and all before it in view as done; those that are flagged stay as they are. `None`
    /// where there is nothing to mark.
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

    /// After an edit: counts, and the sentence it touched comes into view. One that is new and touches several leaves the person
    /// where they are; one that is undone or made again shows what it touched first.
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

    /// How many sentences are done, and how many suggestions are open, after an edit.
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

    /// The first and the last sentence that an edit touched; `None` where it touched none.
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
                // Where the person is, if that is in this document.
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

    /// The place of the sentence that holds this byte of a document, or begins behind it.
    pub fn place_of(&self, document: u32, byte: u32) -> Option<usize> {
        let sentence = self.corpus.document(document).sentence_at(byte)? as u32;
        self.place_of_sentence(document, sentence)
    }

    fn place_of_sentence(&self, document: u32, sentence: u32) -> Option<usize> {
        self.sentences.binary_search(&SentenceId { document, sentence }).ok()
    }

    /// Labels have other numbers after some have come or gone.
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

    /// Applies the filter. A query that cannot be read changes nothing but [`Filter::problem`].
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
