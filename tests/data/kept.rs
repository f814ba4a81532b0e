//! Project content in addition to spans: agents, suggestions, guidelines and snapshots; pending edits at close.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::{Corpus, Edit, History, LabelId, LabelSnapshot, Origin, SentenceId, Span};
use tagwright::project::opening::{decide, open};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{
    AppDirs, DailyProgress, Dataset, Opened, Opening, Project, ProjectWriter, SourceDecision, WriteOp,
};

/// Dataset of a file with this text.
fn dataset(folder: &Path, text: &str) -> Dataset {
    std::fs::write(folder.join("a.jsonl"), text).expect("a file");
    Dataset::open(&folder.join("a.jsonl")).expect("a dataset")
}

const TEXT: &str = "{\"text\":\"Anna sings\",\"label\":[[0,4,\"PER\"],[5,10,\"DATE\"]]}\n{\"text\":\"Oslo rains\",\"label\":[[0,4,\"LOC\"]]}\n";

fn imported_project(folder: &Path, dataset: &Dataset) -> Project {
    let mut project = Project::open(&folder.join("x.tagwright")).expect("a project");
    project.import(dataset, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
    project
}

/// Makes an edit in memory and in the project, and checks that both have the same content.
fn check_stored(project: &mut Project, corpus: &mut Corpus, edit: &Edit) {
    assert!(edit.apply(corpus), "{edit:?}");
    project.commit(edit, true, 1).expect("stored");
    let stored = project.read().expect("contents").dataset.corpus;
    let contents = |corpus: &Corpus| {
        let all = corpus.documents.iter().map(|d| (d.spans.clone(), d.suggestions.clone()));
        all.collect::<Vec<_>>()
    };
    assert_eq!((contents(&stored), &stored.labels), (contents(corpus), &corpus.labels), "{edit:?}");
}

#[test]
fn import_stores_agents() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dataset = dataset(folder.path(), TEXT);
    let agent = dataset.corpus.intern_agent("a model").expect("few agents");
    let span = Span { origin: Origin::suggested(agent, 0.5), ..Span::new(5..10, LabelId::default()) };
    dataset.corpus.document_mut(1).suggestions.push(span);
    let read = imported_project(folder.path(), &dataset).read().expect("contents").dataset.corpus;
    assert_eq!(read.agents, ["a model"]);
    assert_eq!(read.document(1).suggestions, [span]);
    assert_eq!(read.document(1).suggestions[0].origin, span.origin);
}

#[test]
fn suggestions_keep_labels_after_label_removal() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = dataset(folder.path(), TEXT);
    let mut project = imported_project(folder.path(), &dataset);
    let mut corpus = dataset.corpus.clone();
    let last = corpus.labels.id("LOC").expect("a label");
    let agent = corpus.intern_agent("a model").expect("few agents");
    let span = Span { origin: Origin::suggested(agent, 0.5), ..Span::new(5..10, last) };
    let suggested = Edit::Suggestions { document: 1, removed: Vec::new(), added: vec![span] };
    check_stored(&mut project, &mut corpus, &suggested);
    let dropped = relabel(&corpus, &[("PER".to_owned(), None)].into_iter().collect()).expect("a change");
    check_stored(&mut project, &mut corpus, &dropped);
    assert_eq!(corpus.labels.name(corpus.document(1).suggestions[0].label), "LOC");
    check_stored(&mut project, &mut corpus, &dropped.inverse());
}

#[test]
fn removes_one_of_two_equal_spans() {
    let folder = tempfile::tempdir().expect("a folder");
    let dataset = dataset(folder.path(), TEXT);
    let mut project = imported_project(folder.path(), &dataset);
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
fn progress_ignores_undone_sentences() {
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
fn edit_during_import_is_stored_on_close() {
    let folder = tempfile::tempdir().expect("a folder");
    // Enough documents that the import is still running at close.
    let dataset = dataset(folder.path(), &TEXT.repeat(10_000));
    let at = folder.path().join("x.tagwright");
    let close = |edit: Option<Edit>| {
        let mut writer = ProjectWriter::new(Project::open(&at).expect("a project"), Arc::new(|| {}));
        writer.send(WriteOp::Import(Box::new(dataset.clone())));
        if let Some(change) = edit {
            writer.send(WriteOp::Edit { change, log: true, position: 1 });
        }
        drop(writer);
    };
    // A project without edits is imported again the next time.
    close(None);
    assert!(Project::open(&at).expect("a project").is_empty().expect("an answer"));
    let (mut corpus, mut history) = (dataset.corpus.clone(), History::default());
    let edit = Edit::Spans { document: 0, removed: vec![corpus.document(0).spans[0]], added: Vec::new() };
    assert!(history.apply(edit.clone(), &mut corpus));
    close(Some(edit));
    let read = Project::open(&at).and_then(|p| p.read()).expect("contents");
    assert_eq!((read.history, read.dataset.corpus.documents), (history, corpus.documents));
}

/// Temporary directory with a dataset, and its project like the window creates it.
struct TestDirs(tempfile::TempDir);

impl TestDirs {
    fn new() -> Self {
        let dirs = Self(tempfile::tempdir().expect("a folder"));
        dirs.write("a.jsonl", TEXT);
        dirs
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn app_dirs(&self) -> AppDirs {
        AppDirs::with_root(&self.path("own"))
    }

    /// Opens a dataset and imports it if its project is new.
    fn opened(&self, name: &str) -> Box<Opened> {
        let Ok(Opening::Opened(mut opened)) = open(&self.path(name), &self.app_dirs(), None) else {
            panic!("{name} does not open")
        };
        if opened.is_new {
            opened.project.import(&opened.dataset, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
        }
        opened
    }

    /// Opens a dataset that another program changed, with the decision to start over.
    fn start_over(&self, name: &str) -> Opened {
        let Ok(Opening::Changed(changed)) = open(&self.path(name), &self.app_dirs(), None) else {
            panic!("{name} is detected as unchanged")
        };
        decide(*changed, SourceDecision::Reimport, &self.app_dirs()).expect("it opens")
    }
}

#[test]
fn start_over_keeps_guidelines_and_drops_snapshots() {
    let dirs = TestDirs::new();
    let mut first = dirs.opened("a.jsonl");
    first.project.set_meta("guidelines", "Names only.").expect("stored");
    let snapshot = LabelSnapshot::capture(&first.dataset.corpus, "before".into(), 0);
    first.project.save_snapshot(&snapshot).expect("stored");
    drop(first);
    dirs.write("a.jsonl", &TEXT.replace("sings", "dances"));
    let opened = dirs.start_over("a.jsonl");
    let check = |kept: &tagwright::project::ProjectExtras| {
        assert_eq!(kept.guidelines, "Names only.");
        assert_eq!(kept.snapshots.len(), 0, "its documents have changed");
    };
    check(&opened.extras);
    drop(opened);
    check(&dirs.opened("a.jsonl").extras);
}

#[test]
fn set_aside_project_does_not_match_moved_dataset() {
    let dirs = TestDirs::new();
    drop(dirs.opened("a.jsonl"));
    dirs.write("a.jsonl", &TEXT.replace("sings", "dances"));
    drop(dirs.start_over("a.jsonl"));
    // Another file has the previous bytes, and the first file is removed.
    std::fs::remove_file(dirs.path("a.jsonl")).expect("a file less");
    dirs.write("b.jsonl", TEXT);
    let opened = dirs.opened("b.jsonl");
    assert!(opened.is_new && opened.notice.is_none(), "{:?}", opened.notice);
    assert!(!opened.project.path().to_string_lossy().contains("before"));
}

#[test]
fn write_ahead_log_is_set_aside_with_project() {
    let dirs = TestDirs::new();
    let mut first = dirs.opened("a.jsonl");
    let project = first.project.path().to_owned();
    // While another connection reads, SQLite keeps the write-ahead log when the project is closed.
    let reader = rusqlite::Connection::open(&project).expect("a database");
    reader.query_row("SELECT COUNT(*) FROM edits", [], |r| r.get::<_, i64>(0)).expect("a number");
    let span = first.dataset.corpus.document(0).spans[0];
    let edit = Edit::Spans { document: 0, removed: vec![span], added: Vec::new() };
    first.project.commit(&edit, true, 1).expect("stored");
    drop(first);
    let log = std::fs::metadata(tagwright::disk::append_suffix(&project, "-wal")).expect("a log of SQLite");
    assert!(log.len() > 0);
    dirs.write("a.jsonl", &TEXT.replace("sings", "dances"));
    drop(dirs.start_over("a.jsonl"));
    drop(reader);
    let stem = project.file_stem().expect("a name").to_string_lossy().into_owned();
    let aside = project.with_file_name(format!("{stem}-before-1.tagwright"));
    let edits = |at: &Path| Project::open(at).and_then(|p| p.read()).expect("contents").history.position();
    assert_eq!((edits(&aside), edits(&project)), (1, 0));
}
