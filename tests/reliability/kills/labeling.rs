//! Kills during changes of labels, during saving of the sources, and during the import into a project.

use super::{ChildProcess, Tally, child, leftovers, names};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tagwright::corpus::{Corpus, Edit, History, LabelId, ReviewState};
use tagwright::model::rng::splitmix64;
use tagwright::project::opening::open;
use tagwright::project::source::{SourceFile, rewrite_bytes};
use tagwright::project::{AppDirs, Dataset, Opened, Opening, Project, ProjectWriter, Save, WriteOp, WriterEvent};

/// Environment variable with the working directory of the child process.
const DIR_VARIABLE: &str = "TAGWRIGHT_KILLS_DIR";

/// Directory with a dataset `data` of several files and a directory for the files of the program.
struct TestDirs(PathBuf);

impl TestDirs {
    fn of_child() -> Option<Self> {
        std::env::var_os(DIR_VARIABLE).map(|path| Self(path.into()))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn app_dirs(&self) -> AppDirs {
        AppDirs::with_root(&self.0.join("own"))
    }

    /// Writes the dataset: the sample and a file of texts.
    fn write_data(&self) {
        std::fs::create_dir_all(self.data()).expect("a folder");
        for split in ["train", "dev"] {
            std::fs::copy(crate::cli::sample(split), self.data().join(format!("{split}.conll"))).expect("a copy");
        }
        let record = |i| format!("{{\"text\":\"In Köln rains it {i} days\",\"label\":[[3,8,\"LOC\"]]}}\n");
        let texts: String = (0..400).map(record).collect();
        std::fs::write(self.data().join("test.jsonl"), texts).expect("a file");
    }

    /// Opens the dataset like the window. Returns an error if it has changed or opens with a notice.
    fn open(&self) -> Result<Box<Opened>, String> {
        match open(&self.data(), &self.app_dirs(), None).map_err(|e| e.message)? {
            Opening::Changed(_) => Err("the source is detected as changed by another program".into()),
            Opening::Opened(opened) => match &opened.notice {
                Some((title, what)) => Err(format!("{title}: {what}")),
                None => Ok(opened),
            },
        }
    }

    /// Opens the dataset for the first time, imports it into its project, and closes the project.
    fn import_dataset(&self) -> (Dataset, History) {
        let mut opened = self.open().expect("it opens");
        import_into_project(&mut opened);
        let Opened { dataset, history, .. } = *opened;
        (dataset, history)
    }

    /// Returns the names of project files. There must be one, and none set aside.
    fn projects(&self) -> Vec<String> {
        names(&self.app_dirs().projects()).into_iter().filter(|n| n.ends_with(".tagwright")).collect()
    }

    fn child(&self, test: &str) -> ChildProcess {
        let mut command = child(&format!("labeling::{test}"));
        command.env(DIR_VARIABLE, &self.0);
        ChildProcess::start(command)
    }
}

/// Adds a span on the second token of a sentence, or removes the spans there.
fn toggle_span(corpus: &Corpus, document: u32, sentence: usize) -> Edit {
    let d = corpus.document(document);
    let words = d.sentence_range(sentence).len().min(2);
    let span = d.span_from_tokens(sentence, words.saturating_sub(1)..words, LabelId::default());
    let removed: Vec<_> = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    let added = if removed.is_empty() { vec![span] } else { Vec::new() };
    Edit::Spans { document, removed, added }
}

/// Applies the `number`-th action to a corpus: a span, a review state, an undo or a redo. It depends only on the
/// arguments.
fn apply_action(number: usize, corpus: &mut Corpus, history: &mut History) -> Option<WriteOp> {
    let chance = splitmix64(number as u64);
    let document = (chance >> 8) as u32 % corpus.documents.len() as u32;
    let sentence = (chance >> 40) as usize % corpus.document(document).len();
    let (change, log) = match chance % 8 {
        0 => (history.undo(corpus)?.inverse(), false),
        1 => (history.redo(corpus)?.clone(), false),
        kind => {
            let before = corpus.document(document).reviews.get(sentence as u32).cloned().unwrap_or_default();
            let edit = match kind {
                2 => {
                    let after =
                        ReviewState { done: !before.done, comment: format!("action {number}"), ..before.clone() };
                    Edit::Review { document, sentence: sentence as u32, before, after }
                }
                _ => toggle_span(corpus, document, sentence),
            };
            (history.apply(edit.clone(), corpus).then_some(edit)?, true)
        }
    };
    Some(WriteOp::Edit { change, log, position: history.position() })
}

fn spans_and_marks(corpus: &Corpus) -> Vec<(&[tagwright::corpus::Span], Vec<ReviewState>)> {
    let marks = |d: &tagwright::corpus::Document| {
        (0..d.len() as u32).map(|s| d.reviews.get(s).cloned().unwrap_or_default()).collect()
    };
    corpus.documents.iter().map(|d| (d.spans.as_slice(), marks(d))).collect()
}

/// Child process entry point (no-op in a normal test run): edits a project until the process is killed, and prints the
/// number of actions after each durable one.
#[test]
fn label_until_killed() {
    let Some(dirs) = TestDirs::of_child() else { return };
    let first = std::env::var("TAGWRIGHT_KILLS_FIRST").expect("a number").parse().expect("a number");
    let Opened { mut dataset, mut history, project, .. } = *dirs.open().expect("it opens");
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    let mut reported = 0;
    for number in first.. {
        if let Some(commit) = apply_action(number, &mut dataset.corpus, &mut history) {
            writer.send(commit);
        }
        // Several actions are pending at once, like during fast typing.
        let burst = number % 8;
        while !writer.is_durable() && burst == 0 {
            assert_eq!(writer.poll(), []);
            std::thread::yield_now();
        }
        if writer.is_durable() && number > reported {
            println!("\ndurable {}", number + 1);
            reported = number;
        }
    }
}

#[test]
fn durable_labels_survive_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let dirs = TestDirs(folder.path().to_owned());
    dirs.write_data();
    let (mut dataset, mut history) = dirs.import_dataset();
    let mut tally = Tally::new("labeling", 6);
    let mut done = 0;
    while tally.should_continue() {
        let mut command = child("labeling::label_until_killed");
        command.env(DIR_VARIABLE, &dirs.0).env("TAGWRIGHT_KILLS_FIRST", done.to_string());
        let process = ChildProcess::start(command);
        let parse_line = |line: &str| line.strip_prefix("durable ").and_then(|n| n.parse::<usize>().ok());
        let first = process.find_line(parse_line).expect("a durable action");
        let ended = process.kill_after(tally.delay(Duration::from_millis(30)));
        tally.count(&ended);
        let durable = ended.lines.iter().filter_map(|l| parse_line(l)).max().unwrap_or(first);
        let found = match dirs.open() {
            Ok(found) => found,
            Err(why) => return tally.fail(why),
        };
        // The reported actions must be present. Some of the following actions can be present.
        let same = |corpus: &Corpus, history: &History| {
            found.history == *history && spans_and_marks(&found.dataset.corpus) == spans_and_marks(corpus)
        };
        let mut before = None;
        while done < durable {
            if before.is_none() && same(&dataset.corpus, &history) {
                before = Some(done);
            }
            apply_action(done, &mut dataset.corpus, &mut history);
            done += 1;
        }
        let most = durable + 16;
        while done < most && !same(&dataset.corpus, &history) {
            apply_action(done, &mut dataset.corpus, &mut history);
            done += 1;
        }
        let is_there = same(&dataset.corpus, &history);
        if !is_there && let Some(before) = before {
            tally.check_durable(false, || format!("{durable} actions were reported as durable, {before} are present"));
        } else {
            tally.check_valid(is_there, || {
                format!("spans, review states or log match no state after {durable} actions")
            });
        }
        if !is_there {
            break;
        }
        let projects = dirs.projects();
        tally.check_valid(projects.len() == 1, || format!("{projects:?}"));
    }
    tally.end();
}

/// Imports a dataset that was just opened into its project.
fn import_into_project(opened: &mut Opened) {
    if opened.is_new {
        let from = tagwright::project::project_file::ImportOrigin::FromSource;
        opened.project.import(&opened.dataset, from, &|_, _| true).expect("it is filled");
    }
}

/// Returns the edit at a position of the history. Before each save, each document gets one edit.
fn next_edit(corpus: &Corpus, position: usize, documents: u32) -> Edit {
    let document = position as u32 % documents;
    toggle_span(corpus, document, position / documents as usize % corpus.document(document).len())
}

/// Child process entry point (no-op in a normal test run): labels the first documents and saves all sources until the
/// process is killed, and prints the number of edits after each save.
#[test]
fn save_until_killed() {
    let Some(dirs) = TestDirs::of_child() else { return };
    let Opened { mut dataset, mut history, project, .. } = *dirs.open().expect("it opens");
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    loop {
        if history.position().is_multiple_of(EDITED as usize) {
            let (files, corpus) = (dataset.files.clone(), dataset.corpus.clone());
            writer.send(WriteOp::Save(Box::new(Save { files, corpus, rewrite_all: false })));
            let saved = loop {
                match writer.poll().pop() {
                    Some(WriterEvent::Saved(saved)) => break saved,
                    Some(other) => panic!("{other:?}"),
                    None => std::thread::yield_now(),
                }
            };
            assert_eq!(saved.outcome, Ok(()));
            dataset.files = saved.files;
            println!("\nsaved {}", history.position());
        }
        let change = next_edit(&dataset.corpus, history.position(), EDITED);
        assert!(history.apply(change.clone(), &mut dataset.corpus));
        writer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
}

/// Number of documents that get an edit before each save: one of each source, and more of the last one.
const EDITED: u32 = 5;

/// Returns the bytes of all sources with the labels of a corpus.
fn sources(originals: &[(SourceFile, Vec<u8>)], corpus: &Corpus) -> Vec<Vec<u8>> {
    let rewritten = |(number, (file, bytes)): (u32, &(SourceFile, Vec<u8>))| {
        rewrite_bytes(bytes, file, number, corpus, false).expect("a source with labels")
    };
    (0u32..).zip(originals).map(rewritten).collect()
}

#[test]
fn saved_sources_survive_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let dirs = TestDirs(folder.path().to_owned());
    dirs.write_data();
    let (mut dataset, mut history) = dirs.import_dataset();
    let originals: Vec<_> =
        dataset.files.iter().map(|f| (f.clone(), std::fs::read(&f.path).expect("a source"))).collect();
    let mut tally = Tally::new("saving", 6);
    while tally.should_continue() {
        let process = dirs.child("save_until_killed");
        let parse_line = |line: &str| line.strip_prefix("saved ").and_then(|n| n.parse::<usize>().ok());
        let first = process.find_line(parse_line).expect("a save");
        let ended = process.kill_after(tally.delay(Duration::from_millis(60)));
        tally.count(&ended);
        let saved = ended.lines.iter().filter_map(|l| parse_line(l)).max().unwrap_or(first);
        let now: Vec<Vec<u8>> =
            originals.iter().map(|(file, _)| std::fs::read(&file.path).expect("a source")).collect();
        // The files are read before the dataset is opened, because opening records their state.
        let found = match dirs.open() {
            Ok(found) => found,
            Err(why) => return tally.fail(why),
        };
        let position = found.history.position();
        tally.check_durable(position >= saved, || format!("saved at {saved} edits, the project has {position}"));
        let mut versions = Vec::new();
        while history.position() <= position {
            if history.position() == saved || history.position() == saved + EDITED as usize {
                versions.push(sources(&originals, &dataset.corpus));
            }
            if history.position() == position {
                break;
            }
            let edit = next_edit(&dataset.corpus, history.position(), EDITED);
            assert!(history.apply(edit, &mut dataset.corpus));
        }
        let matches_history = spans_and_marks(&found.dataset.corpus) == spans_and_marks(&dataset.corpus);
        tally.check_valid(matches_history, || "the spans do not match the log".into());
        for (number, bytes) in now.iter().enumerate() {
            let is_of = |version: &Vec<Vec<u8>>| version[number] == *bytes;
            tally.check_valid(versions.iter().any(is_of), || {
                format!("{} matches neither the save at {saved} nor the next one", originals[number].0.path.display())
            });
        }
        let files = Dataset::open(&dirs.data()).expect("the dataset").files.len();
        tally.check_valid(files == originals.len(), || {
            format!("{files} files are detected as data: {:?}", names(&dirs.data()))
        });
        let projects = dirs.projects();
        tally.check_valid(projects.len() == 1, || format!("{projects:?}"));
        super::make_old(&leftovers(&dirs.data()));
    }
    // The last program is killed after a save. It has removed the leftovers of the others.
    let process = dirs.child("save_until_killed");
    process.find_line(|line| line.strip_prefix("saved ").map(drop)).expect("a save");
    process.find_line(|line| line.strip_prefix("saved ").map(drop)).expect("another save");
    process.kill_after(Duration::ZERO);
    let left = leftovers(&dirs.data()).len();
    tally.check_valid(left <= 1, || format!("{left} incomplete files remain"));
    tally.end();
}

/// Child process entry point (no-op in a normal test run): opens a dataset for the first time, imports it into its
/// project, labels tokens, and prints each durable step.
#[test]
fn import_until_killed() {
    let Some(dirs) = TestDirs::of_child() else { return };
    let Opened { mut dataset, mut history, project, is_new, .. } = *dirs.open().expect("it opens");
    let mut writer = ProjectWriter::new(project, Arc::new(|| {}));
    println!("\nopened");
    if is_new {
        writer.send(WriteOp::Import(Box::new(dataset.clone())));
    }
    let wait = |writer: &mut ProjectWriter| {
        while !writer.is_durable() {
            assert_eq!(writer.poll(), []);
            std::thread::yield_now();
        }
    };
    wait(&mut writer);
    println!("\nfilled");
    while history.position() < 50 {
        let change = toggle_span(&dataset.corpus, 0, history.position());
        assert!(history.apply(change.clone(), &mut dataset.corpus));
        writer.send(WriteOp::Edit { change, log: true, position: history.position() });
        wait(&mut writer);
        println!("\nlabeled {}", history.position());
    }
}

#[test]
fn interrupted_import_opens() {
    let mut tally = Tally::new("importing", 6);
    while tally.should_continue() {
        let folder = tempfile::tempdir().expect("a folder");
        let dirs = TestDirs(folder.path().to_owned());
        dirs.write_data();
        let texts = dirs.data().join("test.jsonl");
        let many = std::fs::read_to_string(&texts).expect("texts").repeat(5);
        std::fs::write(&texts, many).expect("a file");
        let before = Dataset::open(&dirs.data()).expect("a dataset").corpus;
        let process = dirs.child("import_until_killed");
        // In one of four rounds the delay starts with the process, in the others with the import.
        if tally.number(1, 4) > 0 {
            process.find_line(|line| (line == "opened").then_some(()));
        }
        let ended = process.kill_after(tally.delay(Duration::from_millis(250)));
        tally.count(&ended);
        let labeled = ended.lines.iter().filter_map(|l| l.strip_prefix("labeled ")?.parse::<usize>().ok()).max();
        let was_filled = ended.lines.iter().any(|l| l == "filled");
        // Opened twice: at once, and after the import was repeated.
        for _ in 0..2 {
            let mut found = match dirs.open() {
                Ok(found) => found,
                Err(why) => return tally.fail(why),
            };
            let position = found.history.position();
            tally.check_durable(position >= labeled.unwrap_or(0), || {
                format!("{labeled:?} edits were reported, {position} are present")
            });
            tally.check_durable(!(was_filled && found.is_new), || {
                "the import was reported as finished, but the project is empty".into()
            });
            while found.history.undo(&mut found.dataset.corpus).is_some() {}
            let same =
                found.dataset.corpus.documents == before.documents && found.dataset.corpus.labels == before.labels;
            tally.check_valid(same, || "the documents do not match the source".into());
            import_into_project(&mut found);
            let at = found.project.path().to_owned();
            drop(found);
            let stored = Project::open(&at).and_then(|p| p.read()).map(|c| c.dataset.corpus.documents.len());
            let all = before.documents.len();
            tally.check_valid(stored.as_ref().is_ok_and(|n| *n == all), || format!("{stored:?} documents of {all}"));
        }
        let projects = dirs.projects();
        tally.check_valid(projects.len() == 1, || format!("{projects:?}"));
    }
    tally.end();
}
