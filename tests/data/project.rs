//! The project file: what was said to be saved is there again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagwright::corpus::{Edit, History};
use tagwright::project::{Commit, Committer, Dataset, Project, RunOutcome, RunRecord, sample};

fn new_project(at: &Path) -> (Project, Dataset) {
    let dataset = sample::dataset().expect("the sample");
    let mut project = Project::open(at).expect("a project");
    project.fill(&dataset).expect("a filled project");
    (project, dataset)
}

fn some_edit(dataset: &Dataset, sentence: usize) -> Edit {
    let d = dataset.corpus.document(0);
    let span = d.span_at(sentence, 1..2, 0);
    let removed = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    Edit::Spans { document: 0, removed, added: vec![span] }
}

#[test]
fn a_dataset_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    assert!(project.holds(&dataset).expect("an answer"));
    drop(project);
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(contents.dataset.corpus.documents, dataset.corpus.documents);
    assert_eq!(contents.dataset.corpus.labels, dataset.corpus.labels);
    assert_eq!(contents.dataset.corpus.columns, dataset.corpus.columns);
    assert_eq!(contents.dataset.files.len(), 3);
}

#[test]
fn edits_undo_and_runs_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut committer = Committer::new(project, Arc::new(|| {}));
    for sentence in 0..4 {
        let change = some_edit(&dataset, sentence);
        assert!(history.make(change.clone(), &mut corpus));
        committer.send(Commit::Edit { change, log: true, position: history.position() });
    }
    let change = history.undo(&mut corpus).expect("an edit").inverse();
    committer.send(Commit::Edit { change, log: false, position: history.position() });
    // The first run is told of twice: when it begins and when it ends. The second one the program does not outlive.
    let begun = |number| RunRecord { number, ..RunRecord::default() };
    committer.send(Commit::Run(begun(1)));
    committer.send(Commit::Run(RunRecord { outcome: RunOutcome::Completed, dev_f1: Some(0.5), ..begun(1) }));
    committer.send(Commit::Run(begun(2)));
    let started = Instant::now();
    while !committer.is_durable() {
        assert!(started.elapsed() < Duration::from_secs(20), "never durable");
        assert_eq!(committer.poll(), None);
    }
    drop(committer);
    let mut again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(again.dataset.corpus.documents, corpus.documents);
    assert_eq!(again.history.position(), 3);
    let runs: Vec<_> = again.runs.iter().map(|r| (r.number, r.outcome, r.dev_f1)).collect();
    assert_eq!(runs, [(1, RunOutcome::Completed, Some(0.5)), (2, RunOutcome::Interrupted, None)]);
    assert!(again.history.redo(&mut again.dataset.corpus).is_some());
    while again.history.undo(&mut again.dataset.corpus).is_some() {}
    assert_eq!(again.dataset.corpus.documents, dataset.corpus.documents);
}

#[test]
fn what_is_no_project_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.tagwright");
    std::fs::write(&text, "this is a letter, not a database, and it is long enough to be looked at").expect("a file");
    assert!(Project::open(&text).err().expect("no project").to_string().contains("text.tagwright"));
    let empty = Project::open(&folder.path().join("new.tagwright")).expect("a project");
    assert!(empty.read().err().expect("empty").to_string().contains("empty"));
}

#[test]
fn every_older_version_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    for (version, tables) in [(1, include_str!("../golden/project-1.sql"))] {
        let at = folder.path().join(format!("{version}.tagwright"));
        rusqlite::Connection::open(&at).and_then(|c| c.execute_batch(tables)).expect("an old project");
        for opened in 0..2 {
            let contents = Project::open(&at).expect("a project").read().expect("contents");
            let document = contents.dataset.corpus.document(0);
            let sizes = (document.len(), document.spans.len(), contents.history.position());
            assert_eq!(sizes, (2, 2, 1), "version {version}, opened {opened} times before");
            assert_eq!((document.token(0), document.place), ("Oslo", 0));
        }
    }
}

#[test]
fn documents_with_and_without_columns_lie_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("train.conll", "Oslo NNP I-NP I-LOC\nrain NN I-NP O\n");
    write("test.jsonl", "{\"text\":\"In Köln.\",\"label\":[[3,7,\"LOC\"]]}\n{\"text\":\"\",\"label\":[]}\n");
    let dataset = Dataset::open(folder.path()).expect("a dataset");
    let at = folder.path().join("x.tagwright");
    Project::open(&at).expect("a project").fill(&dataset).expect("it is filled");
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(contents.dataset.corpus.documents, dataset.corpus.documents);
    assert_eq!(contents.dataset.files[1].found.unit, dataset.files[1].found.unit);
    assert_eq!(dataset.corpus.documents.len(), 3);
    assert!(dataset.corpus.documents[2].is_empty(), "a text without a word is kept");
}

#[test]
fn compressed_files_open_and_are_not_saved_back() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("a.conll.gz");
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(b"Oslo B-LOC\nrain O\n").expect("bytes");
    std::fs::write(&at, writer.finish().expect("a file")).expect("a file");
    let dataset = Dataset::open(&at).expect("a dataset");
    assert_eq!(dataset.corpus.counts(None).tokens, 2);
    let refused = tagwright::project::source::rewritten(&dataset.files[0], 0, &dataset.corpus);
    assert!(refused.is_err_and(|e| e.to_string().contains("compressed files are read and not saved back")));
}
