//! Reading and writing column files.

use proptest::prelude::*;
use tagwright::corpus::{Corpus, LabelId, Scheme, Split};
use tagwright::format::{self, CONLL, CONLL2003, Problem, ReadReport, RewriteContext, SourceInput, WNUT};

fn read_bytes(bytes: &[u8], corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    format::read(&SourceInput::from_bytes(bytes, "data", Split::Train, 0), corpus)
}

fn read(text: &str) -> (Corpus, ReadReport) {
    let mut corpus = Corpus::default();
    let found = read_bytes(text.as_bytes(), &mut corpus).expect("a column file");
    (corpus, found)
}

/// Returns a file after saving it with these spans.
fn saved(bytes: &[u8], found: &ReadReport, corpus: &Corpus) -> Vec<u8> {
    let rewrite = found.format.rewrite.expect("columns can be saved");
    let source = SourceInput::from_bytes(bytes, "data", Split::Train, 0);
    rewrite(&source, &RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false }).expect("bytes")
}

/// Checks the format, the scheme, and the numbers of documents, sentences, tokens, spans and problems.
fn check(text: &str, format: &str, scheme: Scheme, sizes: [usize; 5]) {
    let (corpus, found) = read(text);
    let c = corpus.counts(None);
    let spans = c.labels.iter().sum::<usize>();
    assert_eq!((found.format.name, found.scheme), (format, scheme), "{text:?}");
    assert_eq!([c.documents, c.sentences, c.tokens, spans, found.problem_count], sizes, "{text:?}");
}

#[test]
fn detects_column_formats() {
    check("Rain O\n", "conll", Scheme::Iob2, [1, 1, 1, 0, 0]);
    check("Zoë B-PER\nsails O\n\nOslo B-LOC\n", "conll", Scheme::Iob2, [1, 2, 3, 2, 0]);
    check("Zoë\tB-person\n\n\n\nOslo\tB-location\n\n", "wnut", Scheme::Iob2, [1, 2, 2, 2, 0]);
    check(
        "-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\n\n-DOCSTART- -X- O O\n\nRain NN I-NP O\n",
        "conll2003",
        Scheme::Iob1,
        [2, 2, 2, 1, 0],
    );
    check("-DOCSTART- O\nOslo I-LOC\n-DOCSTART- O\nRain O\n", "conll", Scheme::Iob1, [2, 2, 2, 1, 0]);
    check("\u{feff}Oslo B-LOC\r\nrain O\r\n\r\nVay B-LOC\r\n", "conll", Scheme::Iob2, [1, 2, 3, 2, 0]);
    check("a S-X\nb O\nc B-X\nd E-X\n", "conll", Scheme::Iobes, [1, 1, 4, 2, 0]);
    check("a U-X\nb O\nc B-X\nd L-X\n", "conll", Scheme::Bilou, [1, 1, 4, 2, 0]);
}

/// Checks that a file has the expected tokens and spans in any layout, and that a label is changed in place.
fn check_layout(text: &str, scheme: Scheme, from: &str, to: &str) {
    let (mut corpus, found) = read(text);
    assert_eq!((found.scheme, found.problem_count), (scheme, 0), "{text:?} {found:?}");
    let document = corpus.document(0);
    assert_eq!(document.sentence_tokens(0), ["Zoë", "Vay", "sails", "to", "Oslo"], "{text:?}");
    let spans: Vec<_> = document.to_token_spans(0).iter().map(|s| (s.start, s.end, s.label)).collect();
    assert_eq!(spans, [(0, 2, LabelId::new(0)), (4, 5, LabelId::new(1))], "{text:?}");
    assert_eq!(String::from_utf8_lossy(&saved(text.as_bytes(), &found, &corpus)), text);
    let loc = corpus.document(0).spans[1];
    let org = corpus.labels.intern("ORG").expect("few labels");
    corpus.document_mut(0).remove_span(loc);
    corpus.document_mut(0).insert_span(tagwright::corpus::Span { label: org, ..loc });
    let expected = text.replace(from, to);
    assert_ne!(expected, text);
    assert_eq!(String::from_utf8_lossy(&saved(text.as_bytes(), &found, &corpus)), expected);
}

#[test]
fn detects_any_column_layout() {
    let (iob2, io) = (Scheme::Iob2, Scheme::Io);
    // Tag in the first or middle column, or after a comma.
    check_layout("B-PER\tZoë\nI-PER\tVay\nO\tsails\nO\tto\nB-LOC\tOslo\n", iob2, "LOC", "ORG");
    check_layout("Zoë B-PER N\nVay I-PER N\nsails O V\nto O P\nOslo B-LOC N\n", iob2, "LOC", "ORG");
    check_layout("Zoë,B-PER\nVay,I-PER\nsails,O\nto,O\nOslo,B-LOC\n", iob2, "LOC", "ORG");
    // Token index, comments and a second layer (GermEval).
    check_layout(
        "#\tn-tv.de\n1\tZoë\tB-PER\tO\n2\tVay\tI-PER\tB-PER\n3\tsails\tO\tO\n4\tto\tO\tO\n5\tOslo\tB-LOC\tO\n",
        iob2,
        "B-LOC",
        "B-ORG",
    );
    // Labels without a prefix, and suffixes.
    check_layout("Zoë PER\nVay PER\nsails O\nto O\nOslo LOC\n", io, "LOC", "ORG");
    check_layout("Zoë PER-B\nVay PER-I\nsails O\nto O\nOslo LOC-B\n", iob2, "LOC", "ORG");
    check_layout("Zoë B_PER\nVay I_PER\nsails O\nto O\nOslo B_LOC\n", iob2, "LOC", "ORG");
    // Schemes with end tags.
    check_layout("Zoë I-PER\nVay E-PER\nsails O\nto O\nOslo E-LOC\n", Scheme::Ioe2, "LOC", "ORG");
    check_layout(
        "Zoë B-PER\nVay E-PER\nsails O\nto O\nOslo S-LOC\n\na B-X\nb M-X\nc E-X\n",
        Scheme::Bmes,
        "LOC",
        "ORG",
    );
}

#[test]
fn token_may_equal_delimiter() {
    let (corpus, found) = read("Oslo,B-LOC\n,,O\n1,000,O\nrain,O\n");
    assert_eq!(corpus.document(0).sentence_tokens(0), ["Oslo", ",", "1,000", "rain"], "{found:?}");
}

/// Lines without a tag get one when their token gets a label.
#[test]
fn missing_tag_is_added_after_token() {
    let save = |text: &str, word: usize| {
        let (mut corpus, found) = read(text);
        let span = corpus.document(0).span_from_tokens(0, word..word + 1, LabelId::default());
        corpus.document_mut(0).insert_span(span);
        let rewrite = found.format.rewrite.expect("columns can be saved");
        let source = SourceInput::from_bytes(text.as_bytes(), "data", Split::Train, 0);
        let saved = rewrite(
            &source,
            &RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false },
        );
        saved.map(|bytes| String::from_utf8(bytes).expect("text")).map_err(|p| p.message)
    };
    let numbered = |line: &str| format!("1\tAnna\tB-PER\n2\tis\tO\n3\tin\tO\n{line}\n");
    assert_eq!(save(&numbered("4\tOslo\t"), 3), Ok(numbered("4\tOslo\tB-PER")));
    assert_eq!(save(&numbered("4\tOslo"), 3), Ok(numbered("4\tOslo\tB-PER")));
    assert!(save(&numbered("Oslo"), 3).is_err_and(|why| why.contains("too few columns")));
    let middle = |line: &str| format!("Anna\tB-PER\tN\nis\tO\tV\n{line}\n");
    assert_eq!(save(&middle("Oslo\t\t"), 2), Ok(middle("Oslo\tB-PER")));
    assert_eq!(save("Anna\tB-PER\nis\tO\nOslo\t\n", 2), Ok("Anna\tB-PER\nis\tO\nOslo\tB-PER\n".into()));
}

#[test]
fn label_only_tags_reject_adjacent_entities() {
    let text = "Zoë PER\nMax O\nsails O\n";
    let (mut corpus, found) = read(text);
    assert!(format::conversion_losses(&corpus, CONLL, Scheme::Io).is_empty());
    let span = corpus.document(0).span_from_tokens(0, 1..2, LabelId::default());
    corpus.document_mut(0).insert_span(span);
    assert!(format::conversion_losses(&corpus, CONLL, Scheme::Io)[0].contains("adjacent"));
    let rewrite = found.format.rewrite.expect("columns can be saved");
    let source = SourceInput::from_bytes(text.as_bytes(), "data", Split::Train, 0);
    let why =
        rewrite(&source, &RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false })
            .expect_err("refused");
    assert!(why.message.contains("adjacent entities of one label"), "{why}");
}

#[test]
fn column_options_override_detection() {
    use tagwright::format::ReadOptions;
    use tagwright::format::conll::{ColumnOptions, Delimiter};
    let text = "Oslo NNP B-NP B-LOC\nrain NN I-NP O\n";
    let columns = ColumnOptions { separator: Some(Delimiter::Space), word: Some(1), tag: Some(2) };
    let source = SourceInput {
        options: ReadOptions { columns, ..ReadOptions::default() },
        ..SourceInput::from_bytes(text.as_bytes(), "a", Split::Train, 0)
    };
    let mut corpus = Corpus::default();
    format::read(&source, &mut corpus).expect("a column file");
    assert_eq!(
        (corpus.document(0).sentence_tokens(0), corpus.labels.names()),
        (vec!["NNP", "NN"], vec!["NP".to_owned()])
    );
    let nowhere = ColumnOptions { tag: Some(7), ..ColumnOptions::default() };
    let source = SourceInput { options: ReadOptions { columns: nowhere, ..ReadOptions::default() }, ..source };
    let why = format::read(&source, &mut Corpus::default()).expect_err("no such column");
    assert!(why.message.contains("column 8 does not exist"), "{why}");
}

#[test]
fn invalid_lines_are_reported_with_position() {
    let (corpus, found) = read("Zoë B-PER\nsails O\nhome\nOslo WRONG\nx y O\nrain O\nrain O\n");
    assert_eq!(corpus.counts(None).tokens, 7);
    let positions: Vec<(usize, usize)> = found.problems.iter().map(|p| (p.line, p.column)).collect();
    assert_eq!(positions, [(3, 1), (4, 2), (5, 3)]);
    assert!(found.problems[1].message.contains("WRONG"));
}

/// Checks that bytes are rejected with this message.
fn check_rejected(bytes: &[u8], message: &str) {
    let mut corpus = Corpus::default();
    let error = read_bytes(bytes, &mut corpus).expect_err("not a column file").to_string();
    assert!(error.contains(message), "{error}");
    assert!(corpus.documents.is_empty());
}

#[test]
fn rejects_invalid_column_files() {
    check_rejected(b"", "empty");
    check_rejected(b" \n\n\t\n", "empty");
    check_rejected(b"\x7fELF\x00\x01", "a program");
    check_rejected(b"a\x00b O\n", "binary");
    check_rejected(b"just\nwords\nhere\n", "one column");
    check_rejected(b"two words\nno tags\n", "expected a tag");
}

#[test]
fn preserves_legacy_encodings() {
    let german = "Jürgen B-PER\nMüller I-PER\nträgt O\nGrößen O\naus O\nKöln B-LOC\n";
    let latin: Vec<u8> = german.chars().map(|c| c as u8).collect();
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(german.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [latin, utf16] {
        let mut corpus = Corpus::default();
        let found = read_bytes(&bytes, &mut corpus).expect("a column file");
        assert_eq!(corpus.document(0).token(1), "Müller");
        assert!(found.detection_notes.iter().any(|e| e.starts_with("encoding")), "{:?}", found.detection_notes);
        assert_eq!(saved(&bytes, &found, &corpus), bytes);
    }
}

#[test]
fn save_without_edits_is_byte_identical() {
    for text in [
        "Zoë B-PER\nsails O\n\nOslo B-LOC\n",
        "Zoë\tI-PER\r\n\r\n\r\nOslo\tI-LOC\r\nVay\tB-LOC",
        "-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\n\n\n",
        "\u{feff}a B-X\nb WRONG\nc\nd   O  \n",
        "a I-X\nb I-X\n\nc B-X\n",
    ] {
        let (corpus, found) = read(text);
        let out = saved(text.as_bytes(), &found, &corpus);
        assert_eq!(String::from_utf8_lossy(&out), text);
    }
}

#[test]
fn edit_changes_only_lines_of_sentence() {
    let text = "-DOCSTART- -X- O O\r\n\r\nOslo NNP I-NP I-LOC\r\nrain NN I-NP O\r\n\r\n\r\nVay NNP I-NP I-LOC\r\nBay NNP I-NP I-LOC\r\n";
    let (mut corpus, found) = read(text);
    let label = corpus.labels.intern("ORG").expect("few labels");
    let span = corpus.document(0).span_from_tokens(1, 0..1, label);
    let document = corpus.document_mut(0);
    document.spans.remove(1);
    document.insert_span(span);
    let out = saved(text.as_bytes(), &found, &corpus);
    let expected = text.replace("Vay NNP I-NP I-LOC\r\nBay NNP I-NP I-LOC", "Vay NNP I-NP I-ORG\r\nBay NNP I-NP O");
    assert_eq!(String::from_utf8_lossy(&out), expected);
}

#[test]
fn column_files_roundtrip() {
    let (corpus, _) =
        read("-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\nrain NN I-NP O\n\n-DOCSTART- -X- O O\n\nVay NNP I-NP I-LOC\n");
    for (format, scheme) in
        [(CONLL2003, Scheme::Iob1), (CONLL2003, Scheme::Bilou), (CONLL, Scheme::Iobes), (WNUT, Scheme::Iob2)]
    {
        let text = format::write_columns(&corpus, None, format, scheme);
        let (again, _) = read(&text);
        assert_eq!(again.counts(None).labels, corpus.counts(None).labels, "{text}");
        assert_eq!(again.counts(None).tokens, corpus.counts(None).tokens);
    }
    assert!(format::conversion_losses(&corpus, CONLL2003, Scheme::Iob1).is_empty());
    assert_eq!(format::conversion_losses(&corpus, WNUT, Scheme::Iob2).len(), 2);
}

#[test]
fn conll2003_ids_match_hugging_face() {
    use tagwright::format::conll2003_ids::{chunk_tags_to_iob2, column_value_id};
    assert_eq!(
        (column_value_id("pos", "NNP"), column_value_id("pos", "WRB"), column_value_id("chunk", "B-NP")),
        (Some(22), Some(46), Some(11))
    );
    assert_eq!((column_value_id("pos", "nonsense"), column_value_id("other", "NNP")), (None, None));
    assert_eq!(chunk_tags_to_iob2(&["I-NP", "I-NP", "B-NP", "O", "I-VP"]), ["B-NP", "I-NP", "B-NP", "O", "B-VP"]);
}

proptest! {
    #[test]
    fn reader_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut corpus = Corpus::default();
        let _ = read_bytes(&bytes, &mut corpus);
    }

    // Tokens have no vowels, so the first line is not a header: `ne a` names a column of tags.
    #[test]
    fn lines_roundtrip(lines in proptest::collection::vec("[b-dé]{1,6}( [f-h]{1,3})?( (O|B-X|I-X|I-Y|E-X|Q))?", 1..30)) {
        let text = lines.join("\n");
        let mut corpus = Corpus::default();
        if let Ok(found) = read_bytes(text.as_bytes(), &mut corpus) {
            prop_assert_eq!(corpus.counts(None).tokens, lines.len());
            for p in &found.problems {
                prop_assert!(p.line <= lines.len());
            }
            let out = saved(text.as_bytes(), &found, &corpus);
            prop_assert_eq!(String::from_utf8(out).expect("text"), text);
        }
    }
}
