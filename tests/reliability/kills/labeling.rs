//! Kills while the labels of a project change, while its sources are saved, and while it is filled.

use super::{Tally, Victim, child, leftovers, names};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tagwright::corpus::{Corpus, Edit, History, LabelId, ReviewState};
use tagwright::model::rng::splitmix64;
use tagwright::project::opening::open;
use tagwright::project::source::{SourceFile, rewrite_bytes};
use tagwright::project::{AppDirs, Dataset, News, Opened, Opening, Project, ProjectWriter, Save, WriteOp};

/// The variable with the folder in which the child works.
const DESK: &str = "TAGWRIGHT_KILLS_DESK";

/// A folder with a dataset `data` of several files and the program's own folder.
struct Desk(PathBuf);

impl Desk {
    fn of_child() -> Option<Self> {
        std::env::var_os(DESK).map(|path| Self(path.into()))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn places(&self) -> AppDirs {
        AppDirs::with_root(&self.0.join("own"))
    }

    /// Writes the sample and a file of texts as the dataset.
    fn write_data(&self) {
        std::fs::create_dir_all(self.data()).expect("a folder");
        for split in ["train", "dev"] {
            std::fs::copy(crate::cli::sample(split), self.data().join(format!("{split}.conll"))).expect("a copy");
        }
        let record = |i| format!("{{\"text\":\"In Köln rains it {i} days\",\"label\":[[3,8,\"LOC\"]]}}\n");
        let texts: String = (0..400).map(record).collect();
        std::fs::write(self.data().join("test.jsonl"), texts).expect("a file");
    }

    /// Opens the dataset as the window does, or says why that is not as it should be.
    fn open(&self) -> Result<Box<Opened>, String> {
        match open(&self.data(), &self.places(), None)? {
            Opening::Changed(_) => Err("the source counts as changed by another program".into()),
            Opening::Opened(opened) => match &opened.notice {
                Some((title, what)) => Err(format!("{title}: {what}")),
                None => Ok(opened),
            },
        }
    }

    /// Opens the dataset for the first time and fills its project, which it closes again.
    fn filled(&self) -> (Dataset, History) {
        let mut opened = self.open().expect("it opens");
        fill(&mut opened);
        let Opened { dataset, history, .. } = *opened;
        (dataset, history)
    }

    /// The names of project files: there must be one, and nothing set aside.
    fn projects(&self) -> Vec<String> {
        names(&self.places().projects()).into_iter().filter(|n| n.ends_with(".tagwright")).collect()
    }

    fn child(&self, test: &str) -> Victim {
        let mut command = child(&format!("labeling::{test}"));
        command.env(DESK, &self.0);
        Victim::start(command)
    }
}

/// A span on the second word of a sentence comes, or goes.
fn toggled(corpus: &Corpus, document: u32, sentence: usize) -> Edit {
    let d = corpus.document(document);
    let words = d.sentence_range(sentence).len().min(2);
    let span = d.span_from_tokens(sentence, words.saturating_sub(1)..words, LabelId::default());
    let removed: Vec<_> = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end).copied().collect();
    let added = if removed.is_empty() { vec![span] } else { Vec::new() };
    Edit::Spans { document, removed, added }
}

/// The `number`-th act on a corpus, a function of its arguments alone: a span, a mark, an undo or a redo.
fn act(number: usize, corpus: &mut Corpus, history: &mut History) -> Option<WriteOp> {
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
                    let after = ReviewState { done: !before.done, comment: format!("act {number}"), ..before.clone() };
                    Edit::Review { document, sentence: sentence as u32, before, after }
                }
                _ => toggled(corpus, document, sentence),
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

/// Works on a project until it is killed, and says after each act that is on disk how many are.
#[test]
fn label_until_killed() {
    let Some(desk) = Desk::of_child() else { return };
    let first = std::env::var("TAGWRIGHT_KILLS_FIRST").expect("a number").parse().expect("a number");
    let Opened { mut dataset, mut history, project, .. } = *desk.open().expect("it opens");
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    let mut told = 0;
    for number in first.. {
        if let Some(commit) = act(number, &mut dataset.corpus, &mut history) {
            committer.send(commit);
        }
        // Several are on their way at once, as many as a burst of keys.
        let burst = number % 8;
        while !committer.is_durable() && burst == 0 {
            assert_eq!(committer.poll(), []);
            std::thread::yield_now();
        }
        if committer.is_durable() && number > told {
            println!("\ndurable {}", number + 1);
            told = number;
        }
    }
}

#[test]
fn labels_that_were_said_to_be_saved_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk(folder.path().to_owned());
    desk.write_data();
    let (mut dataset, mut history) = desk.filled();
    let mut tally = Tally::new("labeling", 6);
    let mut done = 0;
    while tally.goes_on() {
        let mut command = child("labeling::label_until_killed");
        command.env(DESK, &desk.0).env("TAGWRIGHT_KILLS_FIRST", done.to_string());
        let victim = Victim::start(command);
        let said = |line: &str| line.strip_prefix("durable ").and_then(|n| n.parse::<usize>().ok());
        let first = victim.until(said).expect("an act on disk");
        let ended = victim.kill_after(tally.delay(Duration::from_millis(30)));
        tally.count(&ended);
        let durable = ended.lines.iter().filter_map(|l| said(l)).max().unwrap_or(first);
        let found = match desk.open() {
            Ok(found) => found,
            Err(why) => return tally.fail(why),
        };
        // The acts that were told must be there; of those after them a beginning may be.
        let same = |corpus: &Corpus, history: &History| {
            found.history == *history && spans_and_marks(&found.dataset.corpus) == spans_and_marks(corpus)
        };
        let mut before = None;
        while done < durable {
            if before.is_none() && same(&dataset.corpus, &history) {
                before = Some(done);
            }
            act(done, &mut dataset.corpus, &mut history);
            done += 1;
        }
        let most = durable + 16;
        while done < most && !same(&dataset.corpus, &history) {
            act(done, &mut dataset.corpus, &mut history);
            done += 1;
        }
        let is_there = same(&dataset.corpus, &history);
        if !is_there && let Some(before) = before {
            tally.kept(false, || format!("{durable} acts were said to be saved, {before} are"));
        } else {
            tally.right(is_there, || format!("spans, marks or log are of no moment after {durable} acts"));
        }
        if !is_there {
            break;
        }
        let projects = desk.projects();
        tally.right(projects.len() == 1, || format!("{projects:?}"));
    }
    tally.end();
}

/// Fills the project of a dataset that was just opened.
fn fill(opened: &mut Opened) {
    if opened.is_new {
        let from = tagwright::project::project_file::Filled::FromSource;
        opened.project.import(&opened.dataset, from, &|_, _| true).expect("it is filled");
    }
}

/// The edit at a position of a project whose sources are saved again and again: each save has one for each document.
fn next_edit(corpus: &Corpus, position: usize, documents: u32) -> Edit {
    let document = position as u32 % documents;
    toggled(corpus, document, position / documents as usize % corpus.document(document).len())
}

/// Labels the first words of the first documents and saves all sources until it is killed; says after each save how many edits
/// are in them.
#[test]
fn save_until_killed() {
    let Some(desk) = Desk::of_child() else { return };
    let Opened { mut dataset, mut history, project, .. } = *desk.open().expect("it opens");
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    loop {
        if history.position().is_multiple_of(EDITED as usize) {
            let (files, corpus) = (dataset.files.clone(), dataset.corpus.clone());
            committer.send(WriteOp::Save(Box::new(Save { files, corpus, anew: false })));
            let saved = loop {
                match committer.poll().pop() {
                    Some(News::Saved(saved)) => break saved,
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
        committer.send(WriteOp::Edit { change, log: true, position: history.position() });
    }
}

/// So many documents get an edit before each save: one of each source, and more of the last.
const EDITED: u32 = 5;

/// The bytes of all sources with the labels of a corpus.
fn sources(originals: &[(SourceFile, Vec<u8>)], corpus: &Corpus) -> Vec<Vec<u8>> {
    let rewritten = |(number, (file, bytes)): (u32, &(SourceFile, Vec<u8>))| {
        rewrite_bytes(bytes, file, number, corpus, false).expect("a source with labels")
    };
    (0u32..).zip(originals).map(rewritten).collect()
}

#[test]
fn sources_that_were_said_to_be_saved_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk(folder.path().to_owned());
    desk.write_data();
    let (mut dataset, mut history) = desk.filled();
    let originals: Vec<_> =
        dataset.files.iter().map(|f| (f.clone(), std::fs::read(&f.path).expect("a source"))).collect();
    let mut tally = Tally::new("saving", 6);
    while tally.goes_on() {
        let victim = desk.child("save_until_killed");
        let said = |line: &str| line.strip_prefix("saved ").and_then(|n| n.parse::<usize>().ok());
        let first = victim.until(said).expect("a save");
        let ended = victim.kill_after(tally.delay(Duration::from_millis(60)));
        tally.count(&ended);
        let saved = ended.lines.iter().filter_map(|l| said(l)).max().unwrap_or(first);
        let now: Vec<Vec<u8>> =
            originals.iter().map(|(file, _)| std::fs::read(&file.path).expect("a source")).collect();
        // Read before it is opened, which records what is there.
        let found = match desk.open() {
            Ok(found) => found,
            Err(why) => return tally.fail(why),
        };
        let position = found.history.position();
        tally.kept(position >= saved, || format!("saved at {saved} edits, the project has {position}"));
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
        let of_history = spans_and_marks(&found.dataset.corpus) == spans_and_marks(&dataset.corpus);
        tally.right(of_history, || "the spans are not those of the log".into());
        for (number, bytes) in now.iter().enumerate() {
            let is_of = |version: &Vec<Vec<u8>>| version[number] == *bytes;
            tally.right(versions.iter().any(is_of), || {
                format!("{} is neither of the save at {saved} nor of the next", originals[number].0.path.display())
            });
        }
        let files = Dataset::open(&desk.data()).expect("the dataset").files.len();
        tally.right(files == originals.len(), || format!("{files} files count as data: {:?}", names(&desk.data())));
        let projects = desk.projects();
        tally.right(projects.len() == 1, || format!("{projects:?}"));
        super::make_old(&leftovers(&desk.data()));
    }
    // A last program, which ends by a kill after a save: it has removed what the others left.
    let victim = desk.child("save_until_killed");
    victim.until(|line| line.strip_prefix("saved ").map(drop)).expect("a save");
    victim.until(|line| line.strip_prefix("saved ").map(drop)).expect("another save");
    victim.kill_after(Duration::ZERO);
    let left = leftovers(&desk.data()).len();
    tally.right(left <= 1, || format!("{left} half-written files stay"));
    tally.end();
}

/// Opens a dataset for the first time, fills its project, labels a word, and says what of it is on disk.
#[test]
fn import_until_killed() {
    let Some(desk) = Desk::of_child() else { return };
    let Opened { mut dataset, mut history, project, is_new, .. } = *desk.open().expect("it opens");
    let mut committer = ProjectWriter::new(project, Arc::new(|| {}));
    println!("\nopened");
    if is_new {
        committer.send(WriteOp::Import(Box::new(dataset.clone())));
    }
    let wait = |committer: &mut ProjectWriter| {
        while !committer.is_durable() {
            assert_eq!(committer.poll(), []);
            std::thread::yield_now();
        }
    };
    wait(&mut committer);
    println!("\nfilled");
    while history.position() < 50 {
        let change = toggled(&dataset.corpus, 0, history.position());
        assert!(history.apply(change.clone(), &mut dataset.corpus));
        committer.send(WriteOp::Edit { change, log: true, position: history.position() });
        wait(&mut committer);
        println!("\nlabeled {}", history.position());
    }
}

#[test]
fn a_dataset_that_was_being_imported_opens() {
    let mut tally = Tally::new("importing", 6);
    while tally.goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk(folder.path().to_owned());
        desk.write_data();
        let texts = desk.data().join("test.jsonl");
        let many = std::fs::read_to_string(&texts).expect("texts").repeat(5);
        std::fs::write(&texts, many).expect("a file");
        let before = Dataset::open(&desk.data()).expect("a dataset").corpus;
        let victim = desk.child("import_until_killed");
        // From the first moment in one of four rounds, else from the beginning of the filling.
        if tally.number(1, 4) > 0 {
            victim.until(|line| (line == "opened").then_some(()));
        }
        let ended = victim.kill_after(tally.delay(Duration::from_millis(250)));
        tally.count(&ended);
        let labeled = ended.lines.iter().filter_map(|l| l.strip_prefix("labeled ")?.parse::<usize>().ok()).max();
        let was_filled = ended.lines.iter().any(|l| l == "filled");
        // Twice: at once, and after the filling was made up for.
        for _ in 0..2 {
            let mut found = match desk.open() {
                Ok(found) => found,
                Err(why) => return tally.fail(why),
            };
            let position = found.history.position();
            tally.kept(position >= labeled.unwrap_or(0), || {
                format!("{labeled:?} edits were told, {position} are there")
            });
            tally.kept(!(was_filled && found.is_new), || "the project was said to be filled, and is empty".into());
            while found.history.undo(&mut found.dataset.corpus).is_some() {}
            let same =
                found.dataset.corpus.documents == before.documents && found.dataset.corpus.labels == before.labels;
            tally.right(same, || "the documents are not those of the source".into());
            fill(&mut found);
            let at = found.project.path().to_owned();
            drop(found);
            let stored = Project::open(&at).and_then(|p| p.read()).map(|c| c.dataset.corpus.documents.len());
            let all = before.documents.len();
            tally.right(stored.as_ref().is_ok_and(|n| *n == all), || format!("{stored:?} documents of {all}"));
        }
        let projects = desk.projects();
        tally.right(projects.len() == 1, || format!("{projects:?}"));
    }
    tally.end();
}
