//! Copies and exports roundtrip the dataset, in every format and for every kind of source.

use std::path::{Path, PathBuf};
use tagwright::corpus::{Corpus, Scheme, Split};
use tagwright::format::{self, FORMATS, ReadOptions};
use tagwright::project::copying::copy;
use tagwright::project::export::export;
use tagwright::project::target::Existing;
use tagwright::project::{Dataset, SourceFile};

/// Renders the documents of a dataset, one line for the split and tokens of each, and one line per span.
fn render(corpus: &Corpus) -> Vec<String> {
    let mut lines = Vec::new();
    for d in Split::ALL.iter().flat_map(|s| corpus.documents.iter().filter(move |d| d.splits.first() == *s)) {
        lines.push(format!(
            "{} {}",
            d.splits.first().name(),
            d.tokens.iter().map(|t| &d.text[t.0 as usize..t.1 as usize]).collect::<Vec<_>>().join(" ")
        ));
        lines.extend(
            d.spans
                .iter()
                .map(|s| format!("{} {}", corpus.labels.name(s.label), &d.text[s.start as usize..s.end as usize])),
        );
    }
    lines
}

/// Returns the relative paths of all files of a directory tree, with slashes.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/")),
            }
        }
    }
    found.sort();
    found
}

/// Creates a temporary directory with these files.
fn folder(entries: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in entries {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

/// Opens `opened` in a directory with these files, removes the last span, and checks that the copy has these files and
/// the same content.
fn check_copy(entries: &[(&str, &str)], opened: &str, expected: &[&str]) {
    let source = folder(entries);
    let target = tempfile::tempdir().expect("a folder");
    let root = source.path().join(opened);
    let mut dataset = Dataset::open(&root).expect("a dataset");
    let last = dataset.corpus.documents.iter().rposition(|d| !d.spans.is_empty()).expect("a span");
    let span = *dataset.corpus.documents[last].spans.last().expect("a span");
    assert!(dataset.corpus.document_mut(last as u32).remove_span(span));
    let to = if dataset.files.len() > 1 { target.path().join("copy") } else { target.path().join(expected[0]) };
    let notes = copy(&to, &root, &dataset.corpus, &dataset.files, Existing::Keep).expect("a copy");
    assert!(notes.is_empty(), "{notes:?}");
    let written = if dataset.files.len() > 1 { files(&to) } else { files(target.path()) };
    assert_eq!(written, expected, "{opened}");
    let again = Dataset::open(&to).expect("the copy opens");
    assert_eq!(render(&again.corpus), render(&dataset.corpus), "{opened}");
    assert!(again.problems.is_empty(), "{:?}", again.problems);
}

#[test]
fn copy_preserves_dataset() {
    let conll = |word: &str| format!("{word} B-PER\nsings O\n");
    let (train, dev) = (conll("Anna"), conll("Ida"));
    check_copy(&[("a.conll", &train)], "a.conll", &["b.conll"]);
    check_copy(&[("train.conll", &train), ("dev.conll", &dev)], ".", &["dev.conll", "train.conll"]);
    let nested = [("train/data.conll", train.as_str()), ("dev/data.conll", &dev), ("test/data.conll", &dev)];
    check_copy(&nested, ".", &["dev/data.conll", "test/data.conll", "train/data.conll"]);
    check_copy(
        &[("data/train.conll", &train), ("data/dev.conll", &dev), ("README.md", "# Songs\n")],
        ".",
        &["README.md", "data/dev.conll", "data/train.conll"],
    );
    let card =
        "---\nconfigs:\n- data_files:\n  - split: train\n    path: a.conll\n  - split: test\n    path: b.conll\n---\n";
    check_copy(
        &[("README.md", card), ("a.conll", &train), ("b.conll", &dev)],
        ".",
        &["README.md", "a.conll", "b.conll"],
    );
    let brat = [
        ("train/1.ann", "T1\tPER 0 4\tAnna\n"),
        ("train/1.txt", "Anna sings"),
        ("test/1.ann", "T1\tPER 0 3\tIda\n"),
        ("test/1.txt", "Ida sings"),
        ("annotation.conf", "[entities]\nPER\n"),
    ];
    check_copy(&brat, ".", &["annotation.conf", "test/1.ann", "test/1.txt", "train/1.ann", "train/1.txt"]);
    check_copy(&[("a.ann", "T1\tPER 0 4\tAnna\n"), ("a.txt", "Anna sings")], "a.txt", &["b.ann", "b.txt"]);
    let numbered = "{\"tokens\":[\"Anna\",\"sings\"],\"ner_tags\":[1,0]}\n";
    check_copy(
        &[("train.jsonl", numbered), ("dev.jsonl", numbered), ("labels.txt", "O\nB-PER\nI-PER\n")],
        ".",
        &["dev.jsonl", "labels.txt", "train.jsonl"],
    );
    let lines = "{\"text\":\"Anna sings\",\"label\":[[0,4,\"PER\"]],\"annotator\":\"x\"}\n";
    check_copy(&[("a.jsonl", lines)], "a.jsonl", &["b.jsonl"]);
}

/// Checks that a copy is rejected with this message and writes no files.
fn check_refused(change: impl Fn(&Path, &mut Vec<SourceFile>) -> PathBuf, entries: &[(&str, &str)], message: &str) {
    let source = folder(entries);
    let dataset = Dataset::open(source.path()).expect("a dataset");
    let mut sources = dataset.files.clone();
    let to = change(source.path(), &mut sources);
    let before: Vec<_> = files(source.path());
    let why = copy(&to, source.path(), &dataset.corpus, &sources, Existing::Keep).expect_err("refused");
    assert!(why.message.contains(message), "{why}");
    assert_eq!(files(source.path()), before);
}

#[test]
fn copy_rejects_other_formats_and_existing_files() {
    let text = [("a.txt", "Anna sings."), ("b.txt", "Ida sings.")];
    check_refused(|folder, _| folder.join("copy"), &text, "export to another format");
    let table = [("a.csv", "text\nAnna sings in the long hall of the town.\nIda sings.\n")];
    check_refused(|folder, _| folder.join("copy.csv"), &table, "export to another format");
    let conll = [("train.conll", "Anna B-PER\n"), ("dev.conll", "Ida B-PER\n")];
    check_refused(|folder, _| folder.to_owned(), &conll, "is the directory of the sources");
    check_refused(
        |folder, _| {
            std::fs::create_dir(folder.join("copy")).expect("a folder");
            std::fs::write(folder.join("copy/test.conll"), "Eva B-PER\n").expect("a file");
            folder.join("copy")
        },
        &conll,
        "read together",
    );
    check_refused(
        |folder, files| {
            files[1].path = folder.join("dev.conll").join("..").join("..").join("x.conll");
            folder.join("copy")
        },
        &conll,
        "x.conll",
    );
}

#[test]
fn missing_source_is_copied_from_project() {
    let source = folder(&[("train.conll", "Anna B-PER\n"), ("more/train.conll", ""), ("dev.conll", "Ida B-PER\n")]);
    let dataset = Dataset::open(source.path()).expect("a dataset");
    let before = render(&dataset.corpus);
    std::fs::remove_file(source.path().join("train.conll")).expect("it is removed");
    let to = source.path().join("copy");
    let notes = copy(&to, source.path(), &dataset.corpus, &dataset.files, Existing::Keep).expect("a copy");
    assert!(notes[0].contains("train.conll"), "{notes:?}");
    assert_eq!(render(&Dataset::open(&to).expect("it opens").corpus), before);
}

#[test]
fn exports_roundtrip_in_every_format() {
    let text = "{\"text\":\"Anna sings in Oslo\",\"label\":[[0,4,\"PER\"],[14,18,\"LOC\"]]}\n";
    let other = "{\"text\":\"Rain falls\",\"label\":[[0,4,\"LOC\"]]}\n";
    for one in [true, false] {
        let entries = [("train.jsonl", text), ("test.jsonl", other)];
        let source = folder(if one { &entries[..1] } else { &entries });
        let dataset = Dataset::open(source.path()).expect("a dataset");
        for to in FORMATS.iter().filter(|f| f.write.is_some()) {
            let target = tempfile::tempdir().expect("a folder");
            let path = match one {
                true => target.path().join("a").with_extension(to.extensions[0]),
                false => target.path().join("folder"),
            };
            let write = || export(&dataset.corpus, *to, Scheme::Iob2, &path, Existing::Keep);
            write().unwrap_or_else(|e| panic!("{}: {e}", to.name));
            let options = ReadOptions { format: Some(*to), ..ReadOptions::default() };
            let again = Dataset::open_with(&path, options).unwrap_or_else(|e| panic!("{}: {e}", to.name));
            let flat = |corpus: &Corpus| render(corpus).join("\n").replace("train ", "").replace("test ", "");
            assert_eq!(flat(&again.corpus), flat(&dataset.corpus), "{}", to.name);
            if !one {
                let refused = write().expect_err(to.name);
                assert!(refused.message.contains("would be replaced"), "{}: {refused}", to.name);
            }
        }
    }
}

#[test]
fn export_rejects_mixed_directories() {
    let source = folder(&[("train.conll", "Anna B-PER\n"), ("dev.conll", "Ida B-PER\n")]);
    let dataset = Dataset::open(source.path()).expect("a dataset");
    let check = |entries: &[(&str, &str)], to: format::Format, existing, message: &str| {
        let target = folder(entries);
        let before = files(target.path());
        let why = export(&dataset.corpus, to, Scheme::Iob2, target.path(), existing).expect_err(message);
        assert!(why.message.contains(message), "{why}");
        assert_eq!(files(target.path()), before);
    };
    check(&[("test.conll", "Eva B-PER\n")], format::CONLL, Existing::Replace, "test.conll");
    check(&[("train/x.conll", "Eva B-PER\n")], format::CONLL, Existing::Replace, "x.conll");
    check(&[("train.conll", "Eva B-PER\n")], format::CONLL, Existing::Keep, "train.conll would be replaced");
    check(&[("9.ann", ""), ("9.txt", "Eva")], format::BRAT, Existing::Replace, "9.ann");
    // An image is not data. A file of the same name is replaced if the user allows it.
    let target = folder(&[("a.png", ""), ("train.conll", "Eva B-PER\n")]);
    export(&dataset.corpus, format::CONLL, Scheme::Iob2, target.path(), Existing::Replace).expect("it is written");
    assert_eq!(files(target.path()), ["a.png", "dev.conll", "train.conll"]);
    // The text of an exported annotation file does not replace another file.
    let one = Dataset::open(&source.path().join("train.conll")).expect("a dataset");
    let target = folder(&[("n.txt", "existing notes")]);
    let why = export(&one.corpus, format::BRAT, Scheme::Iob2, &target.path().join("n.ann"), Existing::Keep);
    assert!(why.is_err_and(|e| e.message.contains("n.txt")));
    assert_eq!(std::fs::read_to_string(target.path().join("n.txt")).expect("a file"), "existing notes");
}
