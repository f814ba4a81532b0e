//! A project keeps more than spans: proposers, suggestions, notes of a person; and what waits when it is closed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::{Corpus, Edit, History, LabelId, LabelSnapshot, Origin, SentenceId, Span};
use tagwright::project::opening::{decide, open};
use tagwright::project::project_file::Filled;
use tagwright::project::{AppDirs, DailyProgress, Dataset, Decision, Opened, Opening, Project, ProjectWriter, WriteOp};

/// A dataset of a file of this text.
fn dataset(folder: &Path, text: &str) -> Dataset {
    std::fs::write(folder.join("a.jsonl"), text).expect("a file");
    Dataset::open(&folder.join("a.jsonl")).expect("a dataset")
}

const TEXT: &str = "{\"text\":\"Anna sings\",\"label\":[[0,4,\"PER\"],[5,10,\"DATE\"]]}\n{\"text\":\"Oslo rains\",\"label\":[[0,4,\"LOC\"]]}\n";

fn filled(folder: &Path, dataset: &Dataset) -> Project {
    let mut project = Project::open(&folder.join("x.tagwright")).expect("a project");
    project.import(dataset, Filled::FromSource, &|_, _| true).expect("it is filled");
    project
}

/// Makes an edit in memory and in the project, whose content must be the same then.
fn check_stored(project: &mut Project, corpus: &mut Corpus, edit: &Edit) {
    assert!(edit.apply(corpus), "{edit:?}");
    project.commit(edit, true, 1).expect("stored");
    let stored = project.read().expect("contents").dataset.corpus;
    let shown = |corpus: &Corpus| {
        let all = corpus.documents.iter().map(|d| (d.spans.clone(), d.suggestions.clone()));
        all.collect::<Vec<_>>()
    };
    assert_eq!((shown(&stored), &stored.labels), (shown(corpus), &corpus.labels), "{edit:?}");
}

#[test]
fn proposers_are_filled_in_with_the_dataset() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dataset = dataset(folder.path(), TEXT);
    let who = dataset.corpus.intern_agent("a model").expect("few proposers");
    let span = Span { origin: Origin::suggested(who, 0.5), ..Span::new(5..10, LabelId::default()) };
    dataset.corpus.document_mut(1).suggestions.push(span);
    let read = filled(folder.path(), &dataset).read().expect("contents").dataset.corpus;
    assert_eq!(read.agents, ["a model"]);
    assert_eq!(read.document(1).suggestions, [span]);
    assert_eq!(read.document(1).suggestions[0].origin, span.origin);
}

#[test]
fn suggestions_keep_their_labels_when_one_before_them_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = dataset(folder.path(), TEXT);
    let mut project = filled(folder.path(), &dataset);
    let mut corpus = dataset.corpus.clone();
    let last = corpus.labels.id("LOC").expect("a label");
    let who = corpus.intern_agent("a model").expect("few proposers");
    let span = Span { origin: Origin::suggested(who, 0.5), ..Span::new(5..10, last) };
    let suggested = Edit::Suggestions { document: 1, removed: Vec::new(), added: vec![span] };
    check_stored(&mut project, &mut corpus, &suggested);
    let dropped = relabel(&corpus, &[("PER".to_owned(), None)].into_iter().collect()).expect("a change");
    check_stored(&mut project, &mut corpus, &dropped);
    assert_eq!(corpus.labels.name(corpus.document(1).suggestions[0].label), "LOC");
    check_stored(&mut project, &mut corpus, &dropped.inverse());
}

#[test]
fn of_two_equal_spans_one_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = dataset(folder.path(), TEXT);
    let mut project = filled(folder.path(), &dataset);
    let mut corpus = dataset.corpus.clone();
    let span = corpus.document(0).spans[0];
    let again = Edit::Spans { document: 0, removed: Vec::new(), added: vec![span] };
    check_stored(&mut project, &mut corpus, &again);
    assert_eq!(corpus.document(0).spans.len(), 3);
    let removed = Edit::Spans { document: 0, removed: vec![span], added: Vec::new() };
    check_stored(&mut project, &mut corpus, &removed);
    assert_eq!(corpus.document(0).spans.len(), 2);
}

#[test]
fn a_sentence_that_is_not_done_any_more_does_not_count() {
    let mut progress = DailyProgress::default();
    let id = |sentence| SentenceId { document: 0, sentence };
    progress.record(id(0), false, true);
    progress.record(id(1), false, true);
    assert_eq!(progress.done_today(), 2);
    progress.record(id(0), true, false);
    assert_eq!(progress.done_today(), 1);
    progress.record(id(1), true, true);
    assert_eq!(progress.done_today(), 1);
    progress.record(id(0), false, true);
    assert_eq!(progress.done_today(), 2);
}

#[test]
fn an_edit_that_waits_for_the_filling_is_stored_when_the_window_closes() {
    let folder = tempfile::tempdir().expect("a folder");
    // So many documents that the filling is under way when the window closes.
    let dataset = dataset(folder.path(), &TEXT.repeat(10_000));
    let at = folder.path().join("x.tagwright");
    let close = |edit: Option<Edit>| {
        let mut committer = ProjectWriter::new(Project::open(&at).expect("a project"), Arc::new(|| {}));
        committer.send(WriteOp::Import(Box::new(dataset.clone())));
        if let Some(change) = edit {
            committer.send(WriteOp::Edit { change, log: true, position: 1 });
        }
        drop(committer);
    };
    // One that nothing was done with is read again the next time.
    close(None);
    assert!(Project::open(&at).expect("a project").is_empty().expect("an answer"));
    let (mut corpus, mut history) = (dataset.corpus.clone(), History::default());
    let edit = Edit::Spans { document: 0, removed: vec![corpus.document(0).spans[0]], added: Vec::new() };
    assert!(history.apply(edit.clone(), &mut corpus));
    close(Some(edit));
    let read = Project::open(&at).and_then(|p| p.read()).expect("contents");
    assert_eq!((read.history, read.dataset.corpus.documents), (history, corpus.documents));
}

/// A desk with a dataset, and its project as the window makes it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        desk.write("a.jsonl", TEXT);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn places(&self) -> AppDirs {
        AppDirs::with_root(&self.path("own"))
    }

    /// Opens a dataset; its project is filled where it is new.
    fn opened(&self, name: &str) -> Box<Opened> {
        let Ok(Opening::Opened(mut opened)) = open(&self.path(name), &self.places(), None) else {
            panic!("{name} does not open")
        };
        if opened.is_new {
            opened.project.import(&opened.dataset, Filled::FromSource, &|_, _| true).expect("it is filled");
        }
        opened
    }

    /// Opens it as a dataset that another program has changed, and decides to read it anew.
    fn start_over(&self, name: &str) -> Opened {
        let Ok(Opening::Changed(changed)) = open(&self.path(name), &self.places(), None) else {
            panic!("{name} counts as unchanged")
        };
        decide(*changed, Decision::StartOver, &self.places()).expect("it opens")
    }
}

#[test]
fn guidelines_outlive_a_source_that_is_read_anew_and_snapshots_do_not() {
    let desk = Desk::new();
    let mut first = desk.opened("a.jsonl");
    first.project.set_meta("guidelines", "Names only.").expect("stored");
    let snapshot = LabelSnapshot::capture(&first.dataset.corpus, "before".into(), 0);
    first.project.save_snapshot(&snapshot).expect("stored");
    drop(first);
    desk.write("a.jsonl", &TEXT.replace("sings", "dances"));
    let opened = desk.start_over("a.jsonl");
    let check = |kept: &tagwright::project::ProjectExtras| {
        assert_eq!(kept.guidelines, "Names only.");
        assert_eq!(kept.snapshots.len(), 0, "its documents are others now");
    };
    check(&opened.kept);
    drop(opened);
    check(&desk.opened("a.jsonl").kept);
}

#[test]
fn a_project_that_was_set_aside_is_not_that_of_a_moved_dataset() {
    let desk = Desk::new();
    drop(desk.opened("a.jsonl"));
    desk.write("a.jsonl", &TEXT.replace("sings", "dances"));
    drop(desk.start_over("a.jsonl"));
    // Another file has the bytes of before, and the first one is gone.
    std::fs::remove_file(desk.path("a.jsonl")).expect("a file less");
    desk.write("b.jsonl", TEXT);
    let opened = desk.opened("b.jsonl");
    assert!(opened.is_new && opened.notice.is_none(), "{:?}", opened.notice);
    assert!(!opened.project.path().to_string_lossy().contains("before"));
}

#[test]
fn what_sqlite_had_not_taken_in_goes_aside_with_its_project() {
    let desk = Desk::new();
    let mut first = desk.opened("a.jsonl");
    let project = first.project.path().to_owned();
    // Another reader, for whom SQLite keeps its log when the window closes the project.
    let reader = rusqlite::Connection::open(&project).expect("a database");
    reader.query_row("SELECT COUNT(*) FROM edits", [], |r| r.get::<_, i64>(0)).expect("a number");
    let span = first.dataset.corpus.document(0).spans[0];
    let edit = Edit::Spans { document: 0, removed: vec![span], added: Vec::new() };
    first.project.commit(&edit, true, 1).expect("stored");
    drop(first);
    let log = std::fs::metadata(tagwright::disk::append_suffix(&project, "-wal")).expect("a log of SQLite");
    assert!(log.len() > 0);
    desk.write("a.jsonl", &TEXT.replace("sings", "dances"));
    drop(desk.start_over("a.jsonl"));
    drop(reader);
    let stem = project.file_stem().expect("a name").to_string_lossy().into_owned();
    let aside = project.with_file_name(format!("{stem}-before-1.tagwright"));
    let edits = |at: &Path| Project::open(at).and_then(|p| p.read()).expect("contents").history.position();
    assert_eq!((edits(&aside), edits(&project)), (1, 0));
}
