//! Conversion losses: each is reported before anything is written, and `--strict` rejects all of them.

use crate::cli::{run, text};
use std::path::PathBuf;
use tagwright::corpus::{Corpus, Scheme, Split};
use tagwright::format::{self, Format, SourceInput};
use tagwright::project::export::check_round_trip;

/// Checks the conversion losses of a token file; none if `expected` is empty. The round trip must agree.
fn check(name: &str, source: &str, to: Format, expected: &str) {
    let mut corpus = Corpus::default();
    format::read(&SourceInput::from_bytes(source.as_bytes(), name, Split::Train, 0), &mut corpus).expect("a corpus");
    let losses = format::conversion_losses(&corpus, to, Scheme::Iob2).join("; ");
    assert!(if expected.is_empty() { losses.is_empty() } else { losses.contains(expected) }, "{}: {losses}", to.name);
    assert_eq!(check_round_trip(&corpus, to, Scheme::Iob2).is_ok(), expected.is_empty(), "{} {source}", to.name);
}

#[test]
fn unsupported_tokens_are_losses() {
    let words =
        |word: &str| format!("{{\"tokens\":[{},\"sings\"],\"ner_tags\":[\"B-PER\",\"O\"]}}\n", serde_json::json!(word));
    for to in [format::CONLL, format::CONLL2003, format::WNUT, format::CONLLU] {
        check("w.jsonl", &words("Anna"), to, "");
        check("w.jsonl", &words("An na"), to, "inside tokens (1)");
        check("w.jsonl", &words("An\u{a0}na"), to, "");
        check("w.jsonl", &words("An\tna"), to, "inside tokens (1)");
        check("w.jsonl", &words("An\0na"), to, "U+0000");
        let marked = if to == format::CONLLU { "" } else { "U+FEFF" };
        check("w.jsonl", &words("\u{feff}Anna"), to, marked);
    }
    check("w.jsonl", &words("-DOCSTART-"), format::CONLL, "-DOCSTART-");
    check("w.jsonl", &words("-DOCSTART-"), format::HF_JSONL, "");
    check("w.jsonl", &words("An na"), format::HF_JSONL, "");
    check("w.jsonl", &words("An na"), format::HF_PARQUET, "");
    check("w.jsonl", &words("An na"), format::GMB, "");
    for to in [format::DOCCANO, format::BRAT, format::LABEL_STUDIO, format::ARGILLA, format::SPACY_JSON] {
        check("w.jsonl", &words("Anna"), to, "");
        let losses = |word: &str| {
            let mut corpus = Corpus::default();
            let source = words(word);
            format::read(&SourceInput::from_bytes(source.as_bytes(), "w.jsonl", Split::Train, 0), &mut corpus)
                .expect("a corpus");
            format::conversion_losses(&corpus, to, Scheme::Iob2)
        };
        assert_eq!(losses("a|b"), ["token boundaries (1); the text is tokenized again"], "{}", to.name);
    }
    check("w.jsonl", &words("a|b"), format::PRODIGY, "");
    check("w.jsonl", &words("a|b"), format::SPACY, "");
    check("w.jsonl", &words("a|b"), format::SPACY_TRAIN_JSON, "");
    check("w.jsonl", &words("An na"), format::SPACY_TRAIN_JSON, "");
    check("w.jsonl", &words("An na"), format::GLINER, "");
    check("w.jsonl", &words("An\0na"), format::GLINER, "");
    check("w.jsonl", &words("An(na*"), format::CONLL2012, "");
    check("w.jsonl", &words("An na"), format::CONLL2012, "inside tokens (1)");
    check("w.jsonl", &words("An\0na"), format::CONLL2012, "U+0000");
}

#[test]
fn gmb_preserves_part_of_speech() {
    let mut corpus = Corpus::default();
    let source = "Sentence #,Word,POS,Tag\nSentence: 1,Anna,NNP,B-per\n,sings,VBZ,O\n";
    format::read(&SourceInput::from_bytes(source.as_bytes(), "g.csv", Split::Train, 0), &mut corpus).expect("a corpus");
    let written = format::CONLL2003.single_file_writer().expect("it is written")(&corpus, None, Scheme::Iob2);
    assert_eq!(String::from_utf8_lossy(&written), "Anna NNP _ B-per\nsings VBZ _ O\n\n");
}

#[test]
fn supports_many_values_and_limits_labels() {
    use std::fmt::Write;
    let mut source = String::new();
    for i in 0..66_000 {
        let _ = write!(source, "w{i} lemma{i} B-L{}\n\n", i % 500);
    }
    check("a.conll", &source, format::CONLL, "");
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("a.conll"), folder.path().join("b.conll"));
    let labels: String = (0..66_000).map(|i| format!("w B-L{i}\n\n")).collect();
    std::fs::write(&from, labels).expect("a file");
    let output = run(&["convert", text(&from), text(&to)]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("a.conll") && message.contains("65536 distinct labels"), "{message}");
    assert!(!to.exists());
}

/// Checks that `convert --strict` rejects a file with this message and writes nothing, or converts it if the message is
/// empty.
fn check_strict(name: &str, source: &str, to: &str, message: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, out): (PathBuf, PathBuf) = (folder.path().join(name), folder.path().join("out"));
    std::fs::write(&from, source).expect("a file");
    let output = run(&["convert", text(&from), text(&out), "--to", to, "--strict"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let code = i32::from(!message.is_empty());
    assert_eq!((output.status.code(), out.exists()), (Some(code), code == 0), "{source}: {errors}");
    assert!(errors.contains(message), "{source}: {errors}");
}

#[test]
fn strict_rejects_any_loss() {
    let spans =
        |spans: &str| format!("{{\"text\":\"Tom runs\",\"label\":{spans}}}\n{{\"text\":\"Ada\",\"label\":[]}}\n");
    check_strict("d.jsonl", &spans("[[0,3,\"PER\"]]"), "conll", "");
    for wrong in [
        "[[-1,3,\"PER\"]]",
        "[[0.5,3,\"PER\"]]",
        "[[\"a\",3,\"PER\"]]",
        "[[0,99,\"PER\"]]",
        "[[0,3]]",
        "[[3,0,\"PER\"]]",
    ] {
        check_strict("d.jsonl", &spans(&format!("[[4,8,\"VERB\"],{}]", &wrong[1..wrong.len() - 1])), "conll", "line 1");
    }
    check_strict("g.csv", "Sentence #,Word,POS,Tag\nSentence: 1,Anna,NNP,B-per\n", "conll2003", "");
    check_strict(
        "w.jsonl",
        "{\"tokens\":[\"An na\",\"sings\"],\"ner_tags\":[\"B-PER\",\"O\"]}\n",
        "conll",
        "inside tokens",
    );
    check_strict(
        "w.jsonl",
        "{\"tokens\":[\"a|b\",\"sings\"],\"ner_tags\":[\"B-PER\",\"O\"]}\n",
        "doccano",
        "token boundaries",
    );
    check_strict("c.conll", "Anna B-PER\nsings\nOslo B-LOC\n", "conll", "line 2");
}

#[test]
fn reads_labels_of_records_with_unknown_fields() {
    let check = |record: &str| {
        let mut corpus = Corpus::default();
        let found = format::read(&SourceInput::from_bytes(record.as_bytes(), "d.jsonl", Split::Train, 0), &mut corpus);
        let found = found.expect(record);
        assert_eq!(corpus.document(0).spans.len(), 1, "{record} read as {}", found.format.name);
    };
    for field in ["\"annotator\":\"x\"", "\"lead_time\":1.5", "\"annotation_id\":7", "\"spans\":[]", "\"tokens\":[]"] {
        check(&format!("{{\"text\":\"Anna sings\",\"label\":[[0,4,\"PER\"]],{field}}}\n"));
    }
    for field in ["\"annotation\":null", "\"annotator\":\"x\"", "\"meta\":{}"] {
        check(&format!(
            "{{\"text\":\"Anna sings\",\"tokens\":[{{\"text\":\"Anna\",\"start\":0,\"end\":4,\"id\":0}}],\"spans\":[{{\"start\":0,\"end\":4,\"label\":\"PER\"}}],{field}}}\n"
        ));
    }
}

#[test]
fn convert_does_not_overwrite_its_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("ds")).expect("a folder");
    for (name, bytes) in [("ds/train.conll", "Anna B-PER\n"), ("a.ann", "T1\tPER 0 4\tAnna\n"), ("a.txt", "Anna sings")]
    {
        std::fs::write(at(name), bytes).expect("a file");
    }
    let check = |from: &str, to: &str| {
        let before = std::fs::read(at(to)).expect("a file");
        let output = run(&["convert", text(&at(from)), text(&at(to)), "--scheme", "iobes"]);
        assert_eq!(output.status.code(), Some(1), "{from} to {to}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--overwrite"), "{from} to {to}");
        assert_eq!(std::fs::read(at(to)).expect("a file"), before);
    };
    check("ds", "ds/train.conll");
    check("ds/train.conll", "ds/train.conll");
    check("a.txt", "a.ann");
    check("a.ann", "a.txt");
}
