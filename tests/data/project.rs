//! The project file: everything that was reported as durable is read again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagwright::corpus::label::Label;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::splitting;
use tagwright::corpus::{
    Corpus, DataSelection, DevSource, Edit, EditTitle, EditTitleKind, History, LabelId, ReviewState, Split, TrainOn,
};
use tagwright::disk::append_suffix;
use tagwright::eval::MetricValues;
use tagwright::eval::token_metrics::{F1, LOSS};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{
    Dataset, Project, ProjectWriter, RunDetails, RunMetrics, RunRecord, RunStatus, WriteOp, WriterEvent, sample,
};

fn new_project(at: &Path) -> (Project, Dataset) {
    let dataset = sample::dataset().expect("the sample");
    let mut project = Project::open(at).expect("a project");
    project.import(&dataset, ImportOrigin::FromSource, &|_, _| true).expect("a filled project");
    (project, dataset)
}

fn some_edit(dataset: &Dataset, sentence: usize) -> Edit {
    let d = dataset.corpus.document(0);
    let span = d.span_from_tokens(sentence, 1..2, LabelId::default());
    let removed = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    Edit::Spans { document: 0, removed, added: vec![span] }
}

#[test]
fn project_roundtrips_dataset() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (mut project, dataset) = new_project(&at);
    assert!(project.recognizes(&dataset).expect("an answer"));
    drop(project);
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(contents.dataset.corpus.documents, dataset.corpus.documents);
    assert_eq!(contents.dataset.corpus.labels, dataset.corpus.labels);
    assert_eq!(contents.dataset.corpus.columns, dataset.corpus.columns);
    assert_eq!(contents.dataset.files.len(), 3);
}

#[test]
fn edits_undo_and_runs_survive_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    for sentence in 0..4 {
        let change = some_edit(&dataset, sentence);
        assert!(history.apply(change.clone(), &mut corpus));
        writer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
    let change = history.undo(&mut corpus).expect("an edit").inverse();
    writer.send(WriteOp::Edit { change, log: false, position: history.position() });
    // The first run is reported twice: at its start and at its end. The program ends before the second run does.
    let begun = |number| RunRecord { number, ..RunRecord::default() };
    let values = |f1| [("f1", f1), ("loss", 0.25)].into_iter().collect();
    let metrics = RunMetrics { selected_by: &LOSS, dev: values(0.5), test: values(f64::NAN) };
    writer.send(WriteOp::Run(Box::new(begun(1))));
    writer.send(WriteOp::Run(Box::new(RunRecord {
        outcome: RunStatus::Completed,
        metrics: metrics.clone(),
        ..begun(1)
    })));
    let details = RunDetails {
        name: "a \"name\"".into(),
        settings: [("seed".to_owned(), "7".to_owned())].into(),
        selection: DataSelection { train_on: Some(TrainOn::Labeled), dev: DevSource::HoldOut, test: false },
        f1_interval: Some([0.25, 0.5]),
        epochs: [1, 3],
        ..RunDetails::default()
    };
    writer.send(WriteOp::Run(Box::new(RunRecord { details: details.clone(), ..begun(2) })));
    writer.send(WriteOp::Run(Box::new(begun(3))));
    writer.send(WriteOp::DeleteRun(3));
    let started = Instant::now();
    while !writer.is_durable() {
        assert!(started.elapsed() < Duration::from_secs(20), "timeout: edits are not durable");
        assert_eq!(writer.poll(), []);
    }
    drop(writer);
    let mut again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(again.dataset.corpus.documents, corpus.documents);
    assert_eq!(again.history.position(), 3);
    let runs: Vec<_> = again.extras.runs.iter().map(|r| (r.number, r.outcome, r.metrics.clone())).collect();
    assert_eq!(again.extras.runs[1].details, details);
    let stored = RunMetrics { test: [("loss", 0.25)].into_iter().collect(), ..metrics };
    assert_eq!(
        runs,
        [(1, RunStatus::Completed, stored), (2, RunStatus::Interrupted, RunMetrics::default())],
        "JSON has no NaN"
    );
    assert!(again.history.redo(&mut again.dataset.corpus).is_some());
    while again.history.undo(&mut again.dataset.corpus).is_some() {}
    assert_eq!(again.dataset.corpus.documents, dataset.corpus.documents);
}

#[test]
fn label_edits_are_stored_and_undone() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (mut project, dataset) = new_project(&at);
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let same = |project: &Project, corpus: &Corpus| {
        let stored = project.read().expect("contents").dataset.corpus;
        assert_eq!((&stored.documents, &stored.labels), (&corpus.documents, &corpus.labels));
    };
    for renames in [[("ORG", Some("LOC")), ("PER", None)], [("LOC", Some("MISC")), ("MISC", Some("X"))]] {
        let renames = renames.into_iter().map(|(old, new)| (old.to_owned(), new.map(str::to_owned))).collect();
        let edit = relabel(&corpus, &renames).expect("something changes");
        assert!(history.apply(edit.clone(), &mut corpus));
        project.commit(&edit, true, history.position()).expect("stored");
        same(&project, &corpus);
    }
    let after =
        ReviewState { done: true, flagged: true, comment: "Is this a person?".into(), range_comments: Vec::new() }
            .with_comment_at(3, 9, "this one".into());
    let edit = Edit::Review { document: 1, sentence: 2, before: ReviewState::default(), after };
    assert!(history.apply(edit.clone(), &mut corpus));
    project.commit(&edit, true, history.position()).expect("stored");
    same(&project, &corpus);
    let doc_label_edit = |before: &[&str], after: &[&str]| {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect();
        Edit::DocLabels { document: 2, before: names(before), after: names(after) }
    };
    let before = corpus.labels.get(LabelId::default()).expect("a label").clone();
    let with_shortcut =
        Edit::ChangeLabel { id: LabelId::default(), after: Label { shortcut: Some('Q'), ..before.clone() }, before };
    let ids = corpus.sentences(Some(Split::Train));
    let moves = [(ids[1], Split::Dev), (ids[3], Split::Test), (ids[30], Split::Dev)];
    let moved = splitting::move_edit(&corpus, moves, || EditTitle::plain(EditTitleKind::SplitDataset));
    for edit in [
        doc_label_edit(&[], &["news", "a town"]),
        doc_label_edit(&["news", "a town"], &["news"]),
        with_shortcut,
        moved.expect("sentences to move"),
    ] {
        assert!(history.apply(edit.clone(), &mut corpus));
        project.commit(&edit, true, history.position()).expect("stored");
        same(&project, &corpus);
    }
    assert_eq!(corpus.doc_labels, ["news", "a town"]);
    assert_eq!(project.read().expect("contents").extras.progress.done_today(), 1);
    for _ in 0..7 {
        let edit = history.undo(&mut corpus).expect("an edit").inverse();
        project.commit(&edit, false, history.position()).expect("stored");
        same(&project, &corpus);
    }
    assert_eq!((&corpus.documents, &corpus.labels), (&dataset.corpus.documents, &dataset.corpus.labels));
    drop(project);
    let mut again = Project::open(&at).expect("a project").read().expect("contents");
    assert!(again.history.redo(&mut again.dataset.corpus).is_some());
    assert_eq!(again.dataset.corpus.labels.names(), ["LOC", "MISC", "DATE"]);
}

#[test]
fn rejects_invalid_project_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.tagwright");
    std::fs::write(&text, "this is a letter, not a database, and it is long enough to be looked at").expect("a file");
    assert!(Project::open(&text).err().expect("no project").to_string().contains("text.tagwright"));
    let empty = Project::open(&folder.path().join("new.tagwright")).expect("a project");
    assert!(empty.read().err().expect("empty").to_string().contains("empty"));
}

#[test]
fn older_schema_versions_open() {
    let folder = tempfile::tempdir().expect("a folder");
    for (version, tables) in [
        (1, include_str!("../golden/project-1.sql")),
        (3, include_str!("../golden/project-3.sql")),
        (4, include_str!("../golden/project-4.sql")),
        (5, include_str!("../golden/project-5.sql")),
        (6, include_str!("../golden/project-6.sql")),
        (7, include_str!("../golden/project-7.sql")),
        (8, include_str!("../golden/project-8.sql")),
        (9, include_str!("../golden/project-9.sql")),
    ] {
        let at = folder.path().join(format!("{version}.tagwright"));
        rusqlite::Connection::open(&at).and_then(|c| c.execute_batch(tables)).expect("an old project");
        for opened in 0..2 {
            let contents = Project::open(&at).expect("a project").read().expect("contents");
            let document = contents.dataset.corpus.document(0);
            let sizes = (document.len(), document.spans.len(), contents.history.position());
            assert_eq!(sizes, (2, 2, 1), "version {version}, opened {opened} times before");
            assert_eq!((document.token(0), document.source_index), ("Oslo", 0));
        }
    }
}

#[test]
fn older_project_of_another_program_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("7.tagwright");
    let tables = include_str!("../golden/project-7.sql");
    rusqlite::Connection::open(&at).and_then(|c| c.execute_batch(tables)).expect("an old project");
    // `Lock` is shared within a process, so the other process is represented by a lock of its own.
    let lock = std::fs::File::create(append_suffix(&at, "-lock")).expect("a lock file");
    lock.lock().expect("it is free");
    let error = Project::open(&at).err().expect("refused").to_string();
    assert!(error.contains("older version") && error.contains("close it in the other program"), "{error}");
    drop(lock);
    assert!(Project::open(&at).is_ok());
}

#[test]
fn metrics_of_older_runs_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("7.tagwright");
    let tables = include_str!("../golden/project-7.sql");
    rusqlite::Connection::open(&at).and_then(|c| c.execute_batch(tables)).expect("an old project");
    for _ in 0..2 {
        let runs = Project::open(&at).expect("a project").read().expect("contents").extras.runs;
        // Parsing of JSON can change the last digit.
        let value = |values: &MetricValues| values.get(&F1).map(|value| (value * 1e12).round() / 1e12);
        let found: Vec<_> = runs
            .iter()
            .map(|run| (run.number, value(&run.metrics.dev), value(&run.metrics.test), run.train_seconds))
            .collect();
        assert_eq!(
            found,
            [(1, Some(0.851234567890), None, 12.5), (2, None, None, 0.0), (3, Some(0.5), Some(0.25), 1.5)]
        );
        assert!(runs.iter().all(|run| *run.metrics.selected_by == F1 && run.dir.starts_with("runs/old")));
    }
}

#[test]
fn doc_labels_are_backfilled_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.jsonl");
    std::fs::write(&file, "{\"text\":\"EU\",\"label\":[[0,2,\"ORG\"]],\"cats\":[\"trade\"]}\n").expect("a file");
    let dataset = Dataset::open(&file).expect("a dataset");
    let mut before = dataset.clone();
    before.corpus.doc_labels.clear();
    before.corpus.document_mut(0).doc_labels.clear();
    let at = folder.path().join("x.tagwright");
    let mut project = Project::open(&at).expect("a project");
    project.import(&before, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
    rusqlite::Connection::open(&at)
        .and_then(|c| c.execute("DELETE FROM meta WHERE key='classes'", []))
        .expect("the marker is deleted");
    let doc_labels = |corpus: &Corpus| corpus.doc_label_names(corpus.document(0)).cloned().collect::<Vec<_>>();
    let mut corpus = project.read().expect("contents").dataset.corpus;
    assert!(doc_labels(&corpus).is_empty());
    project.backfill(|| Some(dataset.corpus.clone()), &mut corpus).expect("adopted");
    assert_eq!(doc_labels(&corpus), ["trade"]);
    assert_eq!(doc_labels(&project.read().expect("contents").dataset.corpus), ["trade"]);
    // Backfilled once only: a label that the user removes does not return.
    let gone = Edit::DocLabels { document: 0, before: vec!["trade".into()], after: Vec::new() };
    project.commit(&gone, true, 1).expect("stored");
    let mut corpus = project.read().expect("contents").dataset.corpus;
    project.backfill(|| Some(dataset.corpus.clone()), &mut corpus).expect("nothing to adopt");
    assert!(doc_labels(&corpus).is_empty());
}

#[test]
fn stores_documents_with_and_without_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("train.conll", "Oslo NNP I-NP I-LOC\nrain NN I-NP O\n");
    write("test.jsonl", "{\"text\":\"In Köln.\",\"label\":[[3,7,\"LOC\"]]}\n{\"text\":\"\",\"label\":[]}\n");
    let dataset = Dataset::open(folder.path()).expect("a dataset");
    let at = folder.path().join("x.tagwright");
    Project::open(&at)
        .expect("a project")
        .import(&dataset, ImportOrigin::FromSource, &|_, _| true)
        .expect("it is filled");
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(contents.dataset.corpus.documents, dataset.corpus.documents);
    assert_eq!(contents.dataset.files[1].report.offset_unit, dataset.files[1].report.offset_unit);
    assert_eq!(dataset.corpus.documents.len(), 3);
    assert!(dataset.corpus.documents[2].is_empty(), "a text without tokens is kept");
}

#[test]
fn compressed_files_are_read_only() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("a.conll.gz");
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(b"Oslo B-LOC\nrain O\n").expect("bytes");
    std::fs::write(&at, writer.finish().expect("a file")).expect("a file");
    let dataset = Dataset::open(&at).expect("a dataset");
    assert_eq!(dataset.corpus.counts(None).tokens, 2);
    let refused = tagwright::project::source::rewrite(&dataset.files[0], 0, &dataset.corpus, false);
    assert!(refused.is_err_and(|e| e.to_string().contains("compressed files cannot be saved in place")));
}

/// Makes edits until the process is killed or an edit fails, and prints the number of durable edits after each one.
/// Started by another test; does nothing otherwise.
#[test]
fn edits_until_killed() {
    let Some(at) = std::env::var_os("TAGWRIGHT_EDIT") else { return };
    let project = Project::open(Path::new(&at)).expect("a project");
    let contents = project.read().expect("contents");
    let (mut corpus, mut history) = (contents.dataset.corpus, contents.history);
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    let sentences = corpus.document(0).len();
    for number in 0.. {
        let change = toggle_span(&corpus, (history.position() * 7 + number) % sentences);
        assert!(history.apply(change.clone(), &mut corpus));
        writer.send(WriteOp::Edit { change, log: true, position: history.position() });
        // Some edits are sent before the previous ones are durable.
        while number % 3 == 0 && !writer.is_durable() {
            if let Some(WriterEvent::Failed(message)) = writer.poll().pop() {
                return println!("\nfailed {message}");
            }
            std::thread::yield_now();
        }
        if writer.is_durable() {
            println!("\ndurable {}", history.position());
        }
    }
}

/// Adds a span on the second token of a sentence, or removes the spans there.
fn toggle_span(corpus: &tagwright::corpus::Corpus, sentence: usize) -> Edit {
    let d = corpus.document(0);
    let range = d.sentence_range(sentence);
    let span = d.span_from_tokens(sentence, range.len().min(2) - 1..range.len().min(2), LabelId::default());
    let touched: Vec<_> = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    let added = if touched.is_empty() { vec![span] } else { Vec::new() };
    Edit::Spans { document: 0, removed: touched, added }
}

/// Kills the process 200 times. Each time, all durable edits are present, the content matches the log, and the project
/// opens without recovery.
#[test]
fn durable_edits_survive_kill() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    drop(project);
    let mut previous = 0;
    for round in 0..200u64 {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "data::project::edits_until_killed", "--nocapture"])
            .env("TAGWRIGHT_EDIT", &at)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let durable = |line: String| line.strip_prefix("durable ").and_then(|n| n.parse::<usize>().ok());
        let first = lines.by_ref().find_map(durable).expect("an edit on disk");
        std::thread::sleep(Duration::from_micros(round * 7919 % 9000));
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
        let last = lines.filter_map(durable).last().unwrap_or(first);
        let contents = Project::open(&at).expect("a project").read().expect("it opens as it is");
        let position = contents.history.position();
        assert!(
            position >= last && last > previous,
            "round {round}: {last} edits were durable, {position} are present"
        );
        let (mut corpus, mut history) = (contents.dataset.corpus.clone(), contents.history);
        while history.undo(&mut corpus).is_some() {}
        assert_eq!(corpus.documents, dataset.corpus.documents, "round {round}");
        previous = position;
    }
}

#[test]
fn second_process_opens_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    // The same process can open the project again.
    assert!(!Project::open(&at).expect("again").is_read_only());
    drop(project);
    // Simulates a lock of another process.
    let lock = std::fs::File::create(folder.path().join("x.tagwright-lock")).expect("the lock's file");
    lock.lock().expect("the lock");
    let mut second = Project::open(&at).expect("it opens");
    assert!(second.is_read_only());
    assert_eq!(second.read().expect("contents").dataset.corpus.documents, dataset.corpus.documents);
    assert!(second.commit(&some_edit(&dataset, 0), true, 1).is_err());
    drop((second, lock));
    assert!(!Project::open(&at).expect("it opens").is_read_only());
}

/// After any overwrite, the project opens or reports damage and recovers the rest. It never panics.
#[test]
fn recovers_damaged_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole.tagwright");
    drop(new_project(&whole).0);
    let bytes = std::fs::read(&whole).expect("a file");
    let (mut damaged, mut read) = (0, 0);
    for (round, at) in (100..bytes.len()).step_by(bytes.len() / 60).enumerate() {
        let mut bytes = bytes.clone();
        let end = (at + 3000).min(bytes.len());
        bytes[at..end].fill([0, 0xff, 0x41][round % 3]);
        let path = folder.path().join(format!("{round}.tagwright"));
        std::fs::write(&path, bytes).expect("a file");
        let Ok(project) = Project::open(&path) else { continue };
        if project.read().is_err() {
            damaged += 1;
            if let Ok((contents, lost)) = project.recover() {
                assert!(!lost.is_empty());
                read += usize::from(contents.dataset.corpus.counts(None).sentences > 0);
            }
        }
    }
    assert!(damaged > 10 && read > 5, "{damaged} damaged, sentences recovered from {read}");
}

/// Full disk: the failure is reported, all durable edits are present, and the project opens without recovery.
#[test]
#[cfg(target_os = "linux")]
fn full_disk_preserves_durable_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    drop(project);
    let size = std::fs::metadata(&at).expect("a file").len();
    let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", size / 1024 + 40);
    let out = std::process::Command::new("bash")
        .args(["-c", &limited])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "data::project::edits_until_killed", "--nocapture"])
        .env("TAGWRIGHT_EDIT", &at)
        .output()
        .expect("it ran");
    let out = String::from_utf8_lossy(&out.stdout);
    let durable =
        out.lines().filter_map(|l| l.strip_prefix("durable ")?.parse::<usize>().ok()).max().expect("an edit on disk");
    let message = out.lines().find_map(|l| l.strip_prefix("failed ")).expect("a failure message");
    assert!(message.contains("x.tagwright") && message.contains("failed to read or write"), "{message}");
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert!(contents.history.position() >= durable);
    let (mut corpus, mut history) = (contents.dataset.corpus, contents.history);
    while history.undo(&mut corpus).is_some() {}
    assert_eq!(corpus.documents, dataset.corpus.documents);
}

/// An edit that cannot be stored is retried, and is stored before all later edits.
#[test]
fn failed_writes_are_retried_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    let other = rusqlite::Connection::open(&at).expect("another connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("it holds the file");
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    // The second edit reverts the first one, so it is invalid if stored alone.
    for _ in 0..2 {
        let change = toggle_span(&corpus, 0);
        assert!(history.apply(change.clone(), &mut corpus));
        writer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
    let wait = |writer: &mut ProjectWriter, condition: fn(&ProjectWriter) -> bool| {
        let started = Instant::now();
        while !condition(writer) {
            assert!(started.elapsed() < Duration::from_secs(60), "timeout");
            writer.poll();
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait(&mut writer, |c| c.failure().is_some());
    assert!(!writer.is_durable());
    other.execute_batch("COMMIT").expect("it lets go");
    wait(&mut writer, ProjectWriter::is_durable);
    assert_eq!(writer.failure(), None);
    drop(writer);
    let again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!((again.history.position(), again.dataset.corpus.documents), (2, corpus.documents));
}
