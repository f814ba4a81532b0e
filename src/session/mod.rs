//! A session: the open dataset and everything that belongs to it. Opening another dataset replaces it as a whole.
//!
//! - `writer`: the only way to change the dataset. Each change is also stored.
//! - [`totals`]: counts that follow from the applied edits.
//! - [`labeling`], [`matching`], `suggestions`, [`comparison`]: edits for the selection, for equal words, for
//!   suggestions, and for differences to other annotations.
//! - `place`: sentence and filter of the user, for the next window.
//! - [`export_part`]: the part of the dataset that is exported.
//! - `sentence_numbers`: numbers of sentences in their splits; [`splitting`]: edits of splits.
//! - `selection_unit`: selection by character or word in text without spaces.
//! - [`run`]: state of a run; [`runs`]: presentation of all runs; [`results`]: findings and measurements.
//! - [`evaluation`]: scores and errors of a model; [`evidence`]: the sentences of a number.
//! - [`query`]: the search language of the sentence list; [`work_timer`]: the time worked.

#![deny(clippy::wildcard_enum_match_arm)]

pub mod comparison;
pub mod evaluation;
pub mod evidence;
pub mod export_part;
pub mod labeling;
pub mod matching;
mod place;
pub mod query;
pub mod results;
pub mod run;
pub mod runs;
mod selection_unit;
mod sentence_numbers;
pub mod splitting;
mod stored;
mod suggestions;
pub mod totals;
pub mod work_timer;
mod writer;

pub use totals::Totals;
pub use writer::{ReadOnly, Writer};

use crate::corpus::{
    Corpus, Document, Edit, EditTitle, EditTitleKind, History, LabelId, LabelSnapshot, ReviewState, SentenceId, Split,
};
use crate::hub::ModelRef;
use crate::model::Alignment;
use crate::model::align::AlignmentOptions;
use crate::project::label_maps::LabelMaps;
use crate::project::{
    DailyProgress, Dataset, Opened, Place, RunRecord, SavedSearch, SelectionUnit, SourceFile, SourceProblem, WriteOp,
};
use crate::train::preview::{RunDataKey, RunPreview};
use crate::worker::{SessionId, Stamp};
use evaluation::Evaluation;
use query::{Query, QueryContext, QueryError, Status, TextPattern};
use results::{Checks, Measurements};
use run::LiveRun;
use runs::RunsView;
use sentence_numbers::SentenceNumbers;
use splitting::ListSelection;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use work_timer::WorkTimer;
use writer::Access;

/// Filter of the sentence list by label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelFilter {
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
    pub query_error: Option<QueryError>,
    /// Filter by label.
    pub label: LabelFilter,
    /// Filter by split.
    pub split: Option<Split>,
    /// Filter by review status.
    pub status: Option<Status>,
}

/// The last undone or redone edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// The edit was undone.
    Undone(EditTitle),
    /// The edit was applied again.
    Redone(EditTitle),
}

/// Target of the label that the user is choosing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerTarget {
    /// The selected words.
    Selection,
    /// The whole document.
    Document,
}

/// State of the subword lens.
#[derive(Clone, Debug, Default)]
pub struct SubwordView {
    /// True if the lens is on.
    pub is_on: bool,
    /// Subwords of the current sentence, when the response has arrived.
    pub alignment: Option<Box<Alignment>>,
    /// State of the dataset, sentence, model and options of the last request.
    pub requested_for: Option<(Stamp, usize, ModelRef, AlignmentOptions)>,
}

/// The open dataset, and the position of the user in it.
#[derive(Debug)]
pub struct Session {
    stamp: Stamp,
    /// Path that the user opened.
    path: PathBuf,
    corpus: Corpus,
    history: History,
    totals: Totals,
    access: Access,
    /// Source files of the dataset.
    files: Vec<SourceFile>,
    /// Problems in the source files.
    problems: Vec<SourceProblem>,
    /// Training runs, oldest first.
    runs: Vec<RunRecord>,
    /// The run that was started or resumed last.
    pub run: Option<LiveRun>,
    /// Saved searches.
    views: Vec<SavedSearch>,
    /// Snapshots of all labels, oldest first.
    snapshots: Vec<Arc<LabelSnapshot>>,
    /// Highest number of a run directory on disk. It can be above all numbers in `runs` if an older project was set
    /// aside.
    max_run_number: usize,
    /// Path of the project file.
    project: PathBuf,
    /// All sentences, in order.
    pub sentences: Vec<SentenceId>,
    /// Unique number of the sentence list. The layout of the list can be cached until it changes.
    pub list_version: u64,
    /// Indices into [`Session::sentences`] that match the filter.
    pub visible: Vec<usize>,
    /// The filter.
    pub filter: Filter,
    /// Index of the current sentence in [`Session::sentences`].
    pub current: usize,
    /// Selected words of the current sentence: anchor and moving end.
    pub selection: Option<(usize, usize)>,
    /// Selected byte range of the document, if the selection covers only a part of the words.
    pub char_selection: Option<(u32, u32)>,
    /// The subword lens.
    pub subwords: SubwordView,
    /// Progress by day.
    progress: DailyProgress,
    /// Time worked today.
    work_timer: WorkTimer,
    /// Scores of a model.
    pub evaluation: Evaluation,
    /// Statistics, findings and comparison.
    pub checks: Checks,
    /// Measurements for the next run.
    pub measurements: Measurements,
    /// Data of the next run, with the state and the choice for which it was computed.
    run_preview: Option<(Stamp, RunDataKey, Option<Box<RunPreview>>)>,
    /// Presentation of the runs.
    pub runs_view: RunsView,
    /// Annotation guidelines, in Markdown.
    guidelines: String,
    /// True if spans may overlap. A new span then replaces only spans of the same words.
    allow_overlaps: bool,
    /// Unit of the selection in text without spaces.
    selection_unit: SelectionUnit,
    /// Label maps of models.
    label_maps: LabelMaps,
    /// Place of the user when the project was stored.
    place: Place,
    /// Used labels, most recent first.
    pub recent_labels: Vec<LabelId>,
    /// The words that were labeled last, and their label.
    pub last_labeled: Option<(Vec<String>, LabelId)>,
    /// Target of the label chooser, while it is open.
    pub label_picker: Option<PickerTarget>,
    /// Label that is applied immediately to each mouse selection.
    pub active_label: Option<LabelId>,
    /// The last undone or redone edit, and the state after it.
    reversal: Option<(Stamp, Reversal)>,
    /// Texts of the query, for the display of their matches.
    search_patterns: Vec<TextPattern>,
    /// Sentences that are selected in the list.
    list_selection: ListSelection,
    /// Numbers of the sentences in their splits.
    numbers: SentenceNumbers,
}

/// Returns a number of a sentence list, unique in the program.
fn next_list_version() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

impl Session {
    /// Creates the session of an opened dataset. A new project imports the dataset first.
    pub fn new(opened: Opened) -> (Self, crate::project::Project) {
        let Opened { path, dataset, history, extras, highest_run, project, is_new, notice: _ } = opened;
        let import = is_new.then(|| WriteOp::Import(Box::new(dataset.clone())));
        let Dataset { corpus, files, problems } = dataset;
        let sentences = corpus.sentences(None);
        let has_overlaps = || corpus.documents.iter().any(|d| d.spans.windows(2).any(|w| w[0].overlaps(&w[1])));
        let has_runs = !extras.runs.is_empty();
        let session = Self {
            stamp: Stamp { session: SessionId::next(), revision: 0, label_revision: 0 },
            path,
            project: project.path().to_owned(),
            access: if project.is_read_only() { Access::ReadOnly } else { Access::Write(import.into_iter().collect()) },
            totals: Totals::of(&corpus),
            history,
            files,
            problems,
            runs: extras.runs,
            run: None,
            views: extras.views,
            snapshots: extras.snapshots,
            max_run_number: highest_run,
            guidelines: extras.guidelines,
            selection_unit: extras.selection_unit,
            label_maps: extras.label_maps,
            place: extras.place,
            evaluation: Evaluation::new(*corpus.splits().last().unwrap_or(&Split::Test)),
            checks: Checks::default(),
            measurements: Measurements::default(),
            run_preview: None,
            runs_view: RunsView::new(has_runs),
            allow_overlaps: extras.allow_overlaps.unwrap_or_else(has_overlaps),
            work_timer: WorkTimer::from_stored(&extras.work_time, &extras.progress.today.date),
            progress: extras.progress,
            list_version: next_list_version(),
            visible: (0..sentences.len()).collect(),
            filter: Filter::default(),
            current: 0,
            selection: None,
            char_selection: None,
            subwords: SubwordView::default(),
            recent_labels: Vec::new(),
            last_labeled: None,
            label_picker: None,
            active_label: None,
            reversal: None,
            search_patterns: Vec::new(),
            list_selection: ListSelection::default(),
            numbers: SentenceNumbers::new(&corpus),
            sentences,
            corpus,
        };
        (session, project)
    }

    /// Returns the dataset.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Returns the undo and redo history.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Returns the last undone or redone edit, until another edit is applied.
    pub fn last_reversal(&self) -> Option<&Reversal> {
        self.reversal.as_ref().filter(|(stamp, _)| *stamp == self.stamp).map(|(_, reversal)| reversal)
    }

    /// Returns the counts of the whole dataset.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Returns the data of the next run with this choice. `None` until it is determined for the current labels.
    pub fn run_preview(&self, key: RunDataKey) -> Option<&RunPreview> {
        self.latest_run_preview().filter(|_| self.has_run_preview(key))
    }

    /// Returns the latest data of the next run. Labels or choice can have changed since.
    pub fn latest_run_preview(&self) -> Option<&RunPreview> {
        self.run_preview.as_ref()?.2.as_deref()
    }

    /// Returns true if the data of the next run is determined for the current labels and this choice, or cannot be.
    pub fn has_run_preview(&self, key: RunDataKey) -> bool {
        self.run_preview.as_ref().is_some_and(|(stamp, of, _)| (*stamp, *of) == (self.stamp, key))
    }

    /// Stores the data of the next run, and the state and the choice for which it was determined. `None` is a failure.
    pub fn set_run_preview(&mut self, stamp: Stamp, key: RunDataKey, preview: Option<Box<RunPreview>>) {
        self.run_preview = Some((stamp, key, preview));
    }

    /// Returns the run in progress.
    pub fn active_run(&self) -> Option<&LiveRun> {
        self.run.as_ref().filter(|run| run.state.is_running())
    }

    /// Returns the current state of the dataset. Drawings can be cached until it changes.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Returns the number of sentences of a split.
    pub fn size_of(&self, split: Split) -> usize {
        self.numbers.size_of(split)
    }

    /// Returns the splits that have sentences.
    pub fn splits(&self) -> Vec<Split> {
        Split::ALL.into_iter().filter(|s| self.size_of(*s) > 0).collect()
    }

    /// Returns the id of the current sentence.
    pub fn current_id(&self) -> SentenceId {
        self.sentences[self.current]
    }

    /// Returns the document of a sentence, by index in [`Session::sentences`].
    pub fn document_at(&self, index: usize) -> &Document {
        self.corpus.document(self.sentences[index].document)
    }

    /// Returns the name of a sentence, for example `train-0412`. The number counts from 0 within the split.
    pub fn sentence_name(&self, index: usize) -> String {
        format!("{}-{:04}", self.split_at(index).name(), self.numbers.get(index))
    }

    /// Returns the split of a sentence, by index in [`Session::sentences`].
    pub fn split_at(&self, index: usize) -> Split {
        self.corpus.split_of(self.sentences[index])
    }

    /// Returns the number of words of the current sentence.
    pub fn n_tokens(&self) -> usize {
        self.document_at(self.current).sentence_range(self.current_id().sentence as usize).len()
    }

    /// Returns the matches of the query in a sentence as byte ranges of its text, by index in the list of all sentences.
    pub fn search_hits(&self, index: usize) -> Vec<Range<usize>> {
        if self.search_patterns.is_empty() {
            return Vec::new();
        }
        let (document, sentence) = self.sentence(index);
        let text = document.sentence_text(sentence);
        self.search_patterns.iter().flat_map(|pattern| pattern.ranges(text)).collect()
    }

    /// Makes another sentence the current one.
    pub fn go_to_sentence(&mut self, index: usize) {
        if index < self.sentences.len() && index != self.current {
            self.current = index;
            self.select(None);
            self.label_picker = None;
            self.subwords.alignment = None;
        }
    }

    /// Selects whole words of the current sentence, or clears the selection.
    pub fn select(&mut self, words: Option<(usize, usize)>) {
        self.selection = words;
        self.char_selection = None;
    }

    /// Moves to the next or previous sentence in the filtered list.
    pub fn move_by(&mut self, forward: bool) {
        let at = self.visible.partition_point(|p| *p < self.current);
        let next = if forward {
            self.visible.get(at + usize::from(self.visible.get(at) == Some(&self.current)))
        } else {
            at.checked_sub(1).and_then(|i| self.visible.get(i))
        };
        if let Some(index) = next {
            self.go_to_sentence(*index);
        }
    }

    /// Returns the review state of the current sentence.
    pub fn review(&self) -> ReviewState {
        self.corpus.review(self.current_id())
    }

    /// Returns the review state of a sentence, by index in [`Session::sentences`].
    pub fn review_at(&self, index: usize) -> Option<&ReviewState> {
        let id = self.sentences[index];
        self.corpus.document(id.document).reviews.get(id.sentence)
    }

    /// Returns the edit that marks the current sentence and all listed sentences before it as done. Flagged sentences
    /// are unchanged. Returns `None` if there is nothing to mark.
    pub fn mark_done_up_to_here_edit(&self) -> Option<Edit> {
        let before = self.visible.partition_point(|index| *index <= self.current);
        let open = |index: &&usize| self.review_at(**index).is_none_or(|m| !m.done && !m.flagged);
        let done = |index: &usize| {
            let id = self.sentences[*index];
            let before = self.corpus.review(id);
            let after = ReviewState { done: true, ..before.clone() };
            Edit::Review { document: id.document, sentence: id.sentence, before, after }
        };
        let edits: Vec<Edit> = self.visible[..before].iter().filter(open).map(done).collect();
        let title = EditTitle::new(EditTitleKind::MarkDoneUpToHere, [edits.len().to_string()]);
        (!edits.is_empty()).then_some(Edit::Group { title, edits })
    }

    /// Updates totals, stored label ids and position after an applied edit. Shows the sentence that the edit changed. A
    /// new edit of several sentences leaves the position unchanged; undo and redo show the first changed sentence.
    fn on_applied(&mut self, edit: &Edit, is_new: bool) {
        self.stamp.revision += 1;
        self.subwords.alignment = None;
        let filtered = self.filter.label;
        for part in edit.parts() {
            self.totals.after(part);
            if let Edit::Review { document, sentence, before, after } = part {
                let id = SentenceId { document: *document, sentence: *sentence };
                self.progress.record(id, before.done, after.done);
            }
            if part.reassigns_labels() {
                self.update_label_ids(part);
            }
        }
        if edit.parts().any(|part| matches!(part, Edit::Splits { .. })) {
            self.numbers = SentenceNumbers::new(&self.corpus);
            self.list_version = next_list_version();
        }
        if self.filter.label != filtered {
            self.apply_filter();
        }
        if let Some((first, last)) = self.affected_range(edit)
            && (first == last || !is_new)
        {
            self.go_to_sentence(first);
        }
    }

    /// Returns the first and the last sentence that an edit changed, or `None` if it changed none.
    fn affected_range(&self, edit: &Edit) -> Option<(usize, usize)> {
        match edit {
            Edit::Review { document, sentence, .. } => {
                let index = self.place_of_sentence(*document, *sentence)?;
                Some((index, index))
            }
            Edit::Spans { document, removed, added } | Edit::Suggestions { document, removed, added } => {
                let starts = || removed.iter().chain(added).map(|s| s.start);
                Some((
                    self.sentence_index_at(*document, starts().min()?)?,
                    self.sentence_index_at(*document, starts().max()?)?,
                ))
            }
            Edit::DocLabels { document, .. } => {
                // The current sentence, if it is in this document.
                if self.current_id().document == *document {
                    return Some((self.current, self.current));
                }
                let index = self.place_of_sentence(*document, 0)?;
                Some((index, index))
            }
            Edit::Group { edits, .. } => {
                let places = || edits.iter().filter_map(|e| self.affected_range(e));
                Some((places().map(|p| p.0).min()?, places().map(|p| p.1).max()?))
            }
            Edit::Splits { document, before, after } => {
                let moved: Vec<u32> =
                    (0..).zip(before.iter().zip(after)).filter(|(_, (a, b))| a != b).map(|m| m.0).collect();
                let index = |sentence: Option<&u32>| self.place_of_sentence(*document, *sentence?);
                Some((index(moved.first())?, index(moved.last())?))
            }
            Edit::AddLabel(_)
            | Edit::PopLabel(_)
            | Edit::RemoveLabel { .. }
            | Edit::InsertLabel { .. }
            | Edit::ChangeLabel { .. } => None,
        }
    }

    /// Returns the index of the sentence that contains this byte of a document or starts after it.
    pub fn sentence_index_at(&self, document: u32, byte: u32) -> Option<usize> {
        let sentence = self.corpus.document(document).sentence_at(byte)? as u32;
        self.place_of_sentence(document, sentence)
    }

    fn place_of_sentence(&self, document: u32, sentence: u32) -> Option<usize> {
        self.sentences.binary_search(&SentenceId { document, sentence }).ok()
    }

    /// Adapts stored label ids after an edit that reassigned them.
    fn update_label_ids(&mut self, edit: &Edit) {
        let new = |label: LabelId| edit.new_label_id(label);
        self.recent_labels = self.recent_labels.iter().filter_map(|l| new(*l)).collect();
        self.active_label = self.active_label.and_then(new);
        self.last_labeled = self.last_labeled.take().and_then(|(words, l)| Some((words, new(l)?)));
        if let LabelFilter::With(label) = self.filter.label {
            self.filter.label = new(label).map_or(LabelFilter::Any, LabelFilter::With);
        }
        self.stamp.label_revision += 1;
    }

    /// Applies the filter. An invalid query only sets [`Filter::query_error`].
    pub fn apply_filter(&mut self) {
        let known = QueryContext { corpus: &self.corpus, snapshots: &self.snapshots, progress: &self.progress };
        let query = match Query::parse(&self.filter.text, &known) {
            Ok(query) => query,
            Err(problem) => {
                self.filter.query_error = Some(problem);
                return;
            }
        };
        self.filter.query_error = None;
        self.search_patterns = query.text_patterns();
        let by_label = match self.filter.label {
            LabelFilter::Any => Query::All,
            LabelFilter::Without => Query::Not(Box::new(Query::AnySpan)),
            LabelFilter::With(label) => Query::Label(vec![label]),
        };
        let by_split = self.filter.split.map_or(Query::All, Query::Split);
        let by_status = self.filter.status.map_or(Query::All, Query::Status);
        let all = [by_split, by_status, by_label]
            .into_iter()
            .fold(query, |all, more| Query::And(Box::new(more), Box::new(all)));
        self.visible = all.matching_sentences(&self.corpus);
        self.clear_list_selection();
        self.list_version = next_list_version();
        if let Some(first) = self.visible.first().copied()
            && self.visible.binary_search(&self.current).is_err()
        {
            self.go_to_sentence(first);
        }
    }
}
