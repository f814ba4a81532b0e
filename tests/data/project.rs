//! The project file: what was said to be saved is there again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tagwright::corpus::label::Label;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::{Corpus, Edit, History, LabelId, ReviewState};
use tagwright::project::project_file::Filled;
use tagwright::project::{Dataset, News, Project, ProjectWriter, RunRecord, RunStatus, WriteOp, sample};

fn new_project(at: &Path) -> (Project, Dataset) {
    let dataset = sample::dataset().expect("the sample");
    let mut project = Project::open(at).expect("a project");
    project.import(&dataset, Filled::FromSource, &|_, _| true).expect("a filled project");
    (project, dataset)
}

fn some_edit(dataset: &Dataset, sentence: usize) -> Edit {
    let d = dataset.corpus.document(0);
    let span = d.span_from_tokens(sentence, 1..2, LabelId::default());
    let removed = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    Edit::Spans { document: 0, removed, added: vec![span] }
}

#[test]
fn a_dataset_comes_back_as_it_was() {
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
fn edits_undo_and_runs_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    for sentence in 0..4 {
        let change = some_edit(&dataset, sentence);
        assert!(history.apply(change.clone(), &mut corpus));
        committer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
    let change = history.undo(&mut corpus).expect("an edit").inverse();
    committer.send(WriteOp::Edit { change, log: false, position: history.position() });
    // The first run is told of twice: when it begins and when it ends. The second one the program does not outlive.
    let begun = |number| RunRecord { number, ..RunRecord::default() };
    committer.send(WriteOp::Run(begun(1)));
    committer.send(WriteOp::Run(RunRecord { outcome: RunStatus::Completed, dev_f1: Some(0.5), ..begun(1) }));
    committer.send(WriteOp::Run(begun(2)));
    let started = Instant::now();
    while !committer.is_durable() {
        assert!(started.elapsed() < Duration::from_secs(20), "never durable");
        assert_eq!(committer.poll(), []);
    }
    drop(committer);
    let mut again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(again.dataset.corpus.documents, corpus.documents);
    assert_eq!(again.history.position(), 3);
    let runs: Vec<_> = again.kept.runs.iter().map(|r| (r.number, r.outcome, r.dev_f1)).collect();
    assert_eq!(runs, [(1, RunStatus::Completed, Some(0.5)), (2, RunStatus::Interrupted, None)]);
    assert!(again.history.redo(&mut again.dataset.corpus).is_some());
    while again.history.undo(&mut again.dataset.corpus).is_some() {}
    assert_eq!(again.dataset.corpus.documents, dataset.corpus.documents);
}

#[test]
fn labels_that_are_merged_and_dropped_are_stored_and_come_back() {
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
    let class = |before: &[&str], after: &[&str]| {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect();
        Edit::DocLabels { document: 2, before: names(before), after: names(after) }
    };
    let before = corpus.labels.get(LabelId::default()).expect("a label").clone();
    let lettered =
        Edit::ChangeLabel { id: LabelId::default(), after: Label { shortcut: Some('Q'), ..before.clone() }, before };
    for edit in [class(&[], &["news", "a town"]), class(&["news", "a town"], &["news"]), lettered] {
        assert!(history.apply(edit.clone(), &mut corpus));
        project.commit(&edit, true, history.position()).expect("stored");
        same(&project, &corpus);
    }
    assert_eq!(corpus.doc_labels, ["news", "a town"]);
    assert_eq!(project.read().expect("contents").kept.progress.done_today(), 1);
    for _ in 0..6 {
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
    for (version, tables) in [
        (1, include_str!("../golden/project-1.sql")),
        (3, include_str!("../golden/project-3.sql")),
        (4, include_str!("../golden/project-4.sql")),
        (5, include_str!("../golden/project-5.sql")),
        (6, include_str!("../golden/project-6.sql")),
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
fn labels_of_documents_come_into_a_project_that_was_filled_before_they_were_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.jsonl");
    std::fs::write(&file, "{\"text\":\"EU\",\"label\":[[0,2,\"ORG\"]],\"cats\":[\"trade\"]}\n").expect("a file");
    let dataset = Dataset::open(&file).expect("a dataset");
    let mut before = dataset.clone();
    before.corpus.doc_labels.clear();
    before.corpus.document_mut(0).doc_labels.clear();
    let at = folder.path().join("x.tagwright");
    let mut project = Project::open(&at).expect("a project");
    project.import(&before, Filled::FromSource, &|_, _| true).expect("it is filled");
    rusqlite::Connection::open(&at)
        .and_then(|c| c.execute("DELETE FROM meta WHERE key='classes'", []))
        .expect("as it was");
    let classes = |corpus: &Corpus| corpus.doc_label_names(corpus.document(0)).cloned().collect::<Vec<_>>();
    let mut held = project.read().expect("contents").dataset.corpus;
    assert!(classes(&held).is_empty());
    project.backfill_doc_labels(|| Some(dataset.corpus.clone()), &mut held).expect("adopted");
    assert_eq!(classes(&held), ["trade"]);
    assert_eq!(classes(&project.read().expect("contents").dataset.corpus), ["trade"]);
    // Once: what a person takes away does not come back.
    let gone = Edit::DocLabels { document: 0, before: vec!["trade".into()], after: Vec::new() };
    project.commit(&gone, true, 1).expect("stored");
    let mut held = project.read().expect("contents").dataset.corpus;
    project.backfill_doc_labels(|| Some(dataset.corpus.clone()), &mut held).expect("nothing to adopt");
    assert!(classes(&held).is_empty());
}

#[test]
fn documents_with_and_without_columns_lie_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("train.conll", "Oslo NNP I-NP I-LOC\nrain NN I-NP O\n");
    write("test.jsonl", "{\"text\":\"In Köln.\",\"label\":[[3,7,\"LOC\"]]}\n{\"text\":\"\",\"label\":[]}\n");
    let dataset = Dataset::open(folder.path()).expect("a dataset");
    let at = folder.path().join("x.tagwright");
    Project::open(&at).expect("a project").import(&dataset, Filled::FromSource, &|_, _| true).expect("it is filled");
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!(contents.dataset.corpus.documents, dataset.corpus.documents);
    assert_eq!(contents.dataset.files[1].report.offset_unit, dataset.files[1].report.offset_unit);
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
    let refused = tagwright::project::source::rewrite(&dataset.files[0], 0, &dataset.corpus, false);
    assert!(refused.is_err_and(|e| e.to_string().contains("compressed files are read and not saved back")));
}

/// Makes edits until it is killed or one fails, and says after each how many are on disk. Started by the next test; alone it does nothing.
#[test]
fn edits_until_killed() {
    let Some(at) = std::env::var_os("TAGWRIGHT_EDIT") else { return };
    let project = Project::open(Path::new(&at)).expect("a project");
    let contents = project.read().expect("contents");
    let (mut corpus, mut history) = (contents.dataset.corpus, contents.history);
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    let sentences = corpus.document(0).len();
    for number in 0.. {
        let change = toggled(&corpus, (history.position() * 7 + number) % sentences);
        assert!(history.apply(change.clone(), &mut corpus));
        committer.send(WriteOp::Edit { change, log: true, position: history.position() });
        // Now and then several are on their way at once.
        while number % 3 == 0 && !committer.is_durable() {
            if let Some(News::Failed(message)) = committer.poll().pop() {
                return println!("\nfailed {message}");
            }
            std::thread::yield_now();
        }
        if committer.is_durable() {
            println!("\ndurable {}", history.position());
        }
    }
}

/// A span on the second word of a sentence comes, or goes.
fn toggled(corpus: &tagwright::corpus::Corpus, sentence: usize) -> Edit {
    let d = corpus.document(0);
    let range = d.sentence_range(sentence);
    let span = d.span_from_tokens(sentence, range.len().min(2) - 1..range.len().min(2), LabelId::default());
    let touched: Vec<_> = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    let added = if touched.is_empty() { vec![span] } else { Vec::new() };
    Edit::Spans { document: 0, removed: touched, added }
}

/// Two hundred times: what was said to be on disk is there, what is there follows from the log, and nothing needs repair.
#[test]
fn nothing_that_was_said_to_be_saved_is_lost_by_a_kill() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    drop(project);
    let mut stood = 0;
    for round in 0..200u64 {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "data::project::edits_until_killed", "--nocapture"])
            .env("TAGWRIGHT_EDIT", &at)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let said = |line: String| line.strip_prefix("durable ").and_then(|n| n.parse::<usize>().ok());
        let first = lines.by_ref().find_map(said).expect("an edit on disk");
        std::thread::sleep(Duration::from_micros(round * 7919 % 9000));
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
        let last = lines.filter_map(said).last().unwrap_or(first);
        let contents = Project::open(&at).expect("a project").read().expect("it opens as it is");
        let position = contents.history.position();
        assert!(position >= last && last > stood, "round {round}: {last} were said to be saved, {position} are");
        let (mut corpus, mut history) = (contents.dataset.corpus.clone(), contents.history);
        while history.undo(&mut corpus).is_some() {}
        assert_eq!(corpus.documents, dataset.corpus.documents, "round {round}");
        stood = position;
    }
}

#[test]
fn a_second_program_reads_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    // The same window may open it again.
    assert!(!Project::open(&at).expect("again").is_read_only());
    drop(project);
    // Another program has the lock.
    let held = std::fs::File::create(folder.path().join("x.tagwright-lock")).expect("the lock's file");
    held.lock().expect("the lock");
    let mut second = Project::open(&at).expect("it opens");
    assert!(second.is_read_only());
    assert_eq!(second.read().expect("contents").dataset.corpus.documents, dataset.corpus.documents);
    assert!(second.commit(&some_edit(&dataset, 0), true, 1).is_err());
    drop((second, held));
    assert!(!Project::open(&at).expect("it opens").is_read_only());
}

/// Whatever is overwritten, the project opens, or says that it is damaged and gives what is left; it never panics.
#[test]
fn a_damaged_project_gives_what_is_left() {
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
    assert!(damaged > 10 && read > 5, "{damaged} damaged, {read} of them still give sentences");
}

/// A disk without room: it is said, what was said to be on disk is there, and the project opens as it is.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_nothing_that_was_saved() {
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
    let said =
        out.lines().filter_map(|l| l.strip_prefix("durable ")?.parse::<usize>().ok()).max().expect("an edit on disk");
    let message = out.lines().find_map(|l| l.strip_prefix("failed ")).expect("it is said");
    assert!(message.contains("x.tagwright") && message.contains("could not be"), "{message}");
    let contents = Project::open(&at).expect("a project").read().expect("contents");
    assert!(contents.history.position() >= said);
    let (mut corpus, mut history) = (contents.dataset.corpus, contents.history);
    while history.undo(&mut corpus).is_some() {}
    assert_eq!(corpus.documents, dataset.corpus.documents);
}

/// An edit that cannot be stored waits, and goes to disk before all later ones as soon as that is possible.
#[test]
fn what_could_not_be_stored_is_stored_later_and_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("x.tagwright");
    let (project, dataset) = new_project(&at);
    let other = rusqlite::Connection::open(&at).expect("another connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("it holds the file");
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    // The second takes the first back: stored alone it would make no sense.
    for _ in 0..2 {
        let change = toggled(&corpus, 0);
        assert!(history.apply(change.clone(), &mut corpus));
        committer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
    let wait = |committer: &mut ProjectWriter, until: fn(&ProjectWriter) -> bool| {
        let started = Instant::now();
        while !until(committer) {
            assert!(started.elapsed() < Duration::from_secs(60), "it takes too long");
            committer.poll();
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait(&mut committer, |c| c.failure().is_some());
    assert!(!committer.is_durable());
    other.execute_batch("COMMIT").expect("it lets go");
    wait(&mut committer, ProjectWriter::is_durable);
    assert_eq!(committer.failure(), None);
    drop(committer);
    let again = Project::open(&at).expect("a project").read().expect("contents");
    assert_eq!((again.history.position(), again.dataset.corpus.documents), (2, corpus.documents));
}
