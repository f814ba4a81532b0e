//! Saving: after an interruption at any step the project recognizes its sources, and no source gets labels of another
//! text.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tagwright::corpus::{Edit, History, LabelId};
use tagwright::disk::fault::{self, Fault};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{Dataset, Project, Save, SaveError, Saved, saving};

/// Two files with one sentence each.
const FILES: [(&str, &str); 2] = [("train.conll", "Anna B-PER\nsings O\n"), ("dev.conll", "Oslo B-LOC\nrains O\n")];

/// Dataset of two files with its project, and a label on the second token of each file.
struct Edited {
    folder: tempfile::TempDir,
    dataset: Dataset,
    history: History,
}

impl Edited {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a folder");
        for (name, text) in FILES {
            std::fs::write(data.join(name), text).expect("a file");
        }
        let mut edited =
            Self { folder, dataset: Dataset::open(&data).expect("a dataset"), history: History::default() };
        let mut project = edited.project();
        project.import(&edited.dataset, ImportOrigin::FromSource, &|_, _| true).expect("it is filled");
        for document in 0..2 {
            edited.label(&mut project, document);
        }
        edited
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn project(&self) -> Project {
        Project::open(&self.folder.path().join("x.tagwright")).expect("a project")
    }

    /// Labels the second token of a document, in memory and in the project.
    fn label(&mut self, project: &mut Project, document: u32) {
        let span = self.dataset.corpus.document(document).span_from_tokens(0, 1..2, LabelId::default());
        let edit = Edit::Spans { document, removed: Vec::new(), added: vec![span] };
        assert!(self.history.apply(edit.clone(), &mut self.dataset.corpus));
        project.commit(&edit, true, self.history.position()).expect("stored");
    }

    fn save(&self, project: &mut Project) -> Saved {
        let (files, corpus) = (self.dataset.files.clone(), self.dataset.corpus.clone());
        saving::save(project, Save { files, corpus, rewrite_all: false })
    }

    /// True if the project recognizes the current sources.
    fn is_recognized(&self) -> bool {
        self.project().recognizes(&Dataset::open(&self.data()).expect("a dataset")).expect("an answer")
    }

    /// Returns the number of files with new labels. Each file must have its old or its new content.
    fn saved_files(&self) -> usize {
        let is_new = |(name, text): (&str, &str)| {
            let found = std::fs::read_to_string(self.data().join(name)).expect("a file");
            let changed = text.replace(" O\n", " B-PER\n");
            assert!(found == text || found == changed, "{found:?}");
            found == changed
        };
        FILES.into_iter().filter(|f| is_new(*f)).count()
    }
}

#[test]
fn interrupted_save_is_recognized_and_repeatable() {
    fault::plan(None);
    let edited = Edited::new();
    let mut project = edited.project();
    fault::plan(None);
    assert_eq!(edited.save(&mut project).outcome, Ok(()));
    let steps = fault::steps();
    assert_eq!(edited.saved_files(), 2);
    assert!(steps > 10, "{steps} steps");
    for fault in [Fault::Fail, Fault::End] {
        for step in 0..steps {
            fault::plan(None);
            let edited = Edited::new();
            let mut project = edited.project();
            fault::plan(Some((step, fault)));
            let outcome = catch_unwind(AssertUnwindSafe(|| edited.save(&mut project).outcome));
            fault::plan(None);
            drop(project);
            let what = format!("{fault:?} at step {step} of {steps}");
            assert_eq!(outcome.is_err(), fault == Fault::End, "{what}");
            edited.saved_files();
            assert!(edited.is_recognized(), "{what}: the project does not recognize its sources");
            // No temporary files remain.
            let left = std::fs::read_dir(edited.data()).expect("a folder").count();
            assert_eq!(left, 2, "{what}");
            let again = edited.save(&mut edited.project());
            assert_eq!(again.outcome, Ok(()), "{what}");
            assert_eq!(edited.saved_files(), 2, "{what}");
            assert!(edited.is_recognized(), "{what}: after the second save");
        }
    }
}

#[test]
fn unrecorded_save_is_repeatable_without_reopening() {
    let edited = Edited::new();
    let mut project = edited.project();
    let counted = Edited::new();
    let mut other = counted.project();
    fault::plan(None);
    assert_eq!(counted.save(&mut other).outcome, Ok(()));
    // The last step is the transaction that stores the new hashes.
    fault::plan(Some((fault::steps() - 1, Fault::Fail)));
    assert!(edited.save(&mut project).outcome.is_err());
    fault::plan(None);
    assert_eq!(edited.saved_files(), 2);
    assert_eq!(edited.save(&mut project).outcome, Ok(()));
}

#[test]
fn repeated_save_with_old_hashes_succeeds() {
    let mut edited = Edited::new();
    let mut project = edited.project();
    assert_eq!(edited.save(&mut project).outcome, Ok(()));
    assert_eq!(edited.save(&mut project).outcome, Ok(()));
    let span = edited.dataset.corpus.document(0).spans[0];
    let edit = Edit::Spans { document: 0, removed: vec![span], added: Vec::new() };
    assert!(edited.history.apply(edit, &mut edited.dataset.corpus));
    assert_eq!(edited.save(&mut project).outcome, Ok(()));
}

#[test]
fn failed_replacement_keeps_all_files() {
    let edited = Edited::new();
    let at = edited.data().join("dev.conll");
    let mut permissions = std::fs::metadata(&at).expect("a file").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&at, permissions).expect("read only");
    let outcome = edited.save(&mut edited.project()).outcome;
    assert!(outcome.is_err_and(|e| e.to_string().contains("dev.conll")));
    assert_eq!(edited.saved_files(), 0);
    assert!(edited.is_recognized());
}

#[test]
fn externally_changed_source_is_not_written() {
    let edited = Edited::new();
    std::fs::write(edited.data().join("dev.conll"), "Oslo B-LOC\nsnows O\n").expect("a file");
    let outcome = edited.save(&mut edited.project()).outcome;
    assert!(matches!(outcome, Err(SaveError::SourceChanged(why)) if why.contains("dev.conll")));
    assert_eq!(std::fs::read_to_string(edited.data().join("train.conll")).expect("a file"), FILES[0].1);
    assert!(!edited.is_recognized());
}

#[test]
fn files_of_another_project_are_not_written() {
    let (edited, other) = (Edited::new(), Edited::new());
    let outcome = other.save(&mut edited.project()).outcome;
    assert!(outcome.is_err_and(|e| e.to_string().contains("do not belong to this project")));
    assert_eq!((edited.saved_files(), other.saved_files()), (0, 0));
}

/// Checks that saving labels of `text` to a source with the text `other`, of the same shape, is rejected.
fn check_other_text(name: &str, text: &str, other: &str, siblings: &[(&str, &str, &str)]) {
    let write = |folder: &Path, text: &str, second: bool| {
        for (name, first, other) in siblings {
            std::fs::write(folder.join(name), if second { other } else { first }).expect("a file");
        }
        std::fs::write(folder.join(name), text).expect("a file");
    };
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), text, false);
    let mut dataset = Dataset::open(&folder.path().join(name)).expect("a dataset");
    let here = dataset.files[0].clone();
    let document = dataset.corpus.documents.iter().position(|d| !d.spans.is_empty()).expect("a span");
    let span = dataset.corpus.documents[document].spans[0];
    assert!(dataset.corpus.document_mut(document as u32).remove_span(span));
    let rewrite = |dataset: &Dataset, bytes: &str| {
        tagwright::project::source::rewrite_bytes(bytes.as_bytes(), &here, 0, &dataset.corpus, false)
    };
    assert_ne!(rewrite(&dataset, text).expect("its own source").as_slice(), text.as_bytes(), "{name}");
    write(folder.path(), other, true);
    let refused = rewrite(&dataset, other).expect_err(name);
    assert!(refused.message.contains("the text differs from the open dataset"), "{name}: {refused}");
}

#[test]
fn save_rejects_different_text() {
    check_other_text("a.conll", "Anna B-PER\nsings O\n", "Oslo B-LOC\nrains O\n", &[]);
    check_other_text(
        "a.conllu",
        "1\tAnna\t_\t_\t_\t_\t_\t_\t_\tNER=B-PER\n",
        "1\tOslo\t_\t_\t_\t_\t_\t_\t_\tNER=B-LOC\n",
        &[],
    );
    check_other_text(
        "a.jsonl",
        "{\"tokens\":[\"Anna\",\"sings\"],\"ner_tags\":[\"B-PER\",\"O\"]}\n",
        "{\"tokens\":[\"Oslo\",\"rains\"],\"ner_tags\":[\"B-LOC\",\"O\"]}\n",
        &[],
    );
    check_other_text(
        "a.csv",
        "Sentence #,Word,POS,Tag\nSentence: 1,Anna,NNP,B-per\n",
        "Sentence #,Word,POS,Tag\nSentence: 1,Oslo,NNP,B-geo\n",
        &[],
    );
    check_other_text(
        "a.jsonl",
        "{\"text\":\"Anna sings\",\"label\":[[0,4,\"PER\"]]}\n",
        "{\"text\":\"Oslo rains\",\"label\":[[0,4,\"LOC\"]]}\n",
        &[],
    );
    check_other_text("a.ann", "T1\tPER 0 4\tAnna\n", "T1\tLOC 0 4\tOslo\n", &[("a.txt", "Anna sings", "Oslo rains")]);
    check_other_text(
        "a.tsv",
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value\n\n\n#Text=Anna sings\n1-1\t0-4\tAnna\tPER\t\n1-2\t5-10\tsings\t_\t\n",
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value\n\n\n#Text=Oslo rains\n1-1\t0-4\tOslo\tLOC\t\n1-2\t5-10\trains\t_\t\n",
        &[],
    );
}

#[test]
fn save_rejects_source_with_fewer_sentences() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("a.conll");
    std::fs::write(&at, "Anna B-PER\n\nOslo B-LOC\n").expect("a file");
    let dataset = Dataset::open(&at).expect("a dataset");
    let short =
        tagwright::project::source::rewrite_bytes(b"Anna B-PER\n", &dataset.files[0], 0, &dataset.corpus, false);
    assert!(short.is_err_and(|e| e.message.contains("fewer")));
}

/// doccano stores imported offsets in code points and annotated ones in UTF-16.
#[test]
fn mixed_offset_units_are_preserved() {
    let text = "Zoë 😀 met Ann in Köln.";
    let at = text.find("Köln").expect("a word");
    let (points, utf16) = (text[..at].chars().count(), text[..at].encode_utf16().count());
    let record = |start: usize| format!("{{\"text\":\"{text}\",\"label\":[[{start},{},\"LOC\"]]}}\n", start + 4);
    let lines = [record(points), record(points), record(utf16)].concat();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, &lines).expect("a file");
    let dataset = Dataset::open(&path).expect("a dataset");
    let file = &dataset.files[0];
    let saved = tagwright::project::source::rewrite_bytes(lines.as_bytes(), file, 0, &dataset.corpus, false);
    assert_eq!(String::from_utf8(saved.expect("bytes")).expect("text"), lines);
}
