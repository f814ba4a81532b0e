//! All formats: reading, byte-identical saving without changes, saving with changes, and round trips of written files.

use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::Arc;
use tagwright::corpus::{
    Corpus, Document, DocumentBuilder, Field, FieldValue, LabelId, Scheme, Span, Split, TokenSpan,
};
use tagwright::format::{self, FORMATS, Format, NoteKind, ReadOptions, RewriteContext, SourceInput};

/// Text with several scripts, an emoji, combining marks, a line separator and CRLF.
const MIXED_SCRIPT_TEXT: &str =
    "Dr. Zoë Müller 😀 met 习近平 in Köln.\r\nقال محمد مرحبا\u{2028}שלום e\u{301}te\u{301} 👩‍👩‍👧 Paris";

fn source<'a>(name: &'a str, bytes: &'a [u8], siblings: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> SourceInput<'a> {
    SourceInput { read_sibling: siblings, ..SourceInput::from_bytes(bytes, name, Split::Train, 0) }
}

/// Renders a corpus: sentences are separated by ` / `, documents by ` // `, spans are `[tokens LABEL]`, and document
/// labels follow as ` <news, town>`.
pub(super) fn render(corpus: &Corpus) -> String {
    let sentence = |d: &Document, s: usize| {
        let spans = d.to_token_spans(s);
        let words: Vec<String> = d
            .sentence_tokens(s)
            .iter()
            .enumerate()
            .map(|(i, word)| {
                let open = "[".repeat(spans.iter().filter(|s| s.start == i).count());
                let close: String = spans
                    .iter()
                    .filter(|s| s.end == i + 1)
                    .map(|s| format!(" {}]", corpus.labels.name(s.label)))
                    .collect();
                format!("{open}{word}{close}")
            })
            .collect();
        words.join(" ")
    };
    let document = |d: &Arc<Document>| {
        let mut doc_labels: Vec<&str> = corpus.doc_label_names(d).map(String::as_str).collect();
        doc_labels.sort_unstable();
        let doc_labels = if doc_labels.is_empty() { String::new() } else { format!(" <{}>", doc_labels.join(", ")) };
        (0..d.len()).map(|s| sentence(d, s)).collect::<Vec<_>>().join(" / ") + &doc_labels
    };
    corpus.documents.iter().map(document).collect::<Vec<_>>().join(" // ")
}

/// Reads and compares a file, saves it without a change, and saves it with another label of the first span.
fn check_with(format: Format, name: &str, text: &str, siblings: &dyn Fn(&str) -> Option<Vec<u8>>, expected: &str) {
    let source = source(name, text.as_bytes(), siblings);
    assert_eq!(format::detect_format(&source).name, format.name, "{text}");
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).unwrap_or_else(|p| panic!("{}: {p}", format.name));
    assert_eq!(render(&corpus), expected, "{}", format.name);
    let Some(rewrite) = format.rewrite else { return };
    let current = |corpus: &Corpus| {
        let current = RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
        rewrite(&source, &current).unwrap_or_else(|p| panic!("{}: {p}", format.name))
    };
    assert_eq!(String::from_utf8(current(&corpus)).expect("text"), text, "{}: saved without changes", format.name);
    let mut changed = corpus.clone();
    let label = changed
        .labels
        .intern(if corpus.labels.id("PER") == Some(LabelId::new(0)) { "LOC" } else { "PER" })
        .expect("few labels");
    let at = changed.documents.iter().position(|d| !d.spans.is_empty()).expect("a span") as u32;
    let document = changed.document_mut(at);
    let first = document.spans[0];
    document.remove_span(first);
    document.insert_span(Span { label, ..first });
    if format.capabilities.doc_labels {
        let news = changed.intern_doc_label("news");
        changed.document_mut(at).doc_labels = vec![news];
    }
    let saved = current(&changed);
    let again = SourceInput { bytes: &saved, ..source };
    let mut read = Corpus::default();
    format::read(&again.with_format(format), &mut read).unwrap_or_else(|p| panic!("{}: {p}", format.name));
    assert_eq!(render(&read), render(&changed), "{}: {}", format.name, String::from_utf8_lossy(&saved));
}

fn check(format: Format, name: &str, text: &str, expected: &str) {
    check_with(format, name, text, &|_| None, expected);
}

#[test]
fn hf_jsonl_roundtrips() {
    let lines = "{\"id\":\"0\",\"tokens\":[\"EU\",\"rejects\"],\"ner_tags\":[\"B-ORG\",\"O\"],\"pos\":[1, 2]}\n\
                 {\"id\":\"1\",\"tokens\":[\"Peter\",\"Blackburn\"],\"ner_tags\":[\"B-PER\",\"I-PER\"]}\n";
    check(format::HF_JSONL, "a.jsonl", lines, "[EU ORG] rejects / [Peter Blackburn PER]");
    let numbered = "[{\"tokens\":[\"EU\",\"x\"],\"ner_tags\":[2,0]},\n{\"tokens\":[\"Z\"],\"ner_tags\":[1]}]";
    let names = |name: &str| (name == "labels.txt").then(|| b"O\nB-PER\nB-ORG\nI-PER\n".to_vec());
    check_with(format::HF_JSONL, "a.json", numbered, &names, "[EU ORG] x / [Z PER]");
}

#[test]
fn hf_jsonl_reads_alternative_names() {
    let ids = "{\"str_words\":[\"EU\",\"x\"],\"tags\":[2,0]}\n{\"str_words\":[\"Z\"],\"tags\":[1]}\n";
    let forwards = "{\"O\": 0, \"B-PER\": 1, \"B-ORG\": 2, \"B-LOC\": 3}";
    let backwards = "{\"0\": \"O\", \"1\": \"B-PER\", \"2\": \"B-ORG\", \"3\": \"B-LOC\"}";
    for (file, text) in [
        ("label.json", forwards.to_owned()),
        ("label2id.json", forwards.to_owned()),
        ("tag_to_id.json", forwards.to_owned()),
        ("id2label.json", backwards.to_owned()),
        ("config.json", format!("{{\"model_type\": \"bert\", \"id2label\": {backwards}}}")),
        ("config.json", format!("{{\"label2id\": {forwards}}}")),
    ] {
        let siblings = |name: &str| (name == file).then(|| text.clone().into_bytes());
        check_with(format::HF_JSONL, "a.json", ids, &siblings, "[EU ORG] x / [Z PER]");
    }
    let why = format::read(&source("a.json", ids.as_bytes(), &|_| None), &mut Corpus::default()).expect_err("no names");
    assert!(why.message.contains("label.json"), "{why}");
    let letters = "{\"x\":[\"EU\",\"x\"],\"y\":[\"B-ORG\",\"O\"]}\n";
    check(format::HF_JSONL, "a.json", letters, "[EU ORG] x");
}

/// Checks the spans of a record of the tokens a to d with these tags, and the tags after removal of the first span.
fn check_spelling(tags: &[&str], expected: &str, cleared: &[&str]) {
    let record = |tags: &[&str]| serde_json::json!({"tokens": ["a", "b", "c", "d"], "ner_tags": tags}).to_string();
    let text = record(tags);
    let source = source("a.jsonl", text.as_bytes(), &|_| None);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!((render(&corpus).as_str(), found.problem_count), (expected, 0), "{found:?}");
    let saved = |corpus: &Corpus| {
        let current = RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
        format::HF_JSONL.rewrite.expect("it is saved")(&source, &current)
    };
    assert_eq!(saved(&corpus).expect("bytes"), text.as_bytes());
    let first = corpus.document(0).spans[0];
    corpus.document_mut(0).remove_span(first);
    assert_eq!(String::from_utf8(saved(&corpus).expect("bytes")).expect("text"), record(cleared));
    // Labels that the notation cannot represent are rejected.
    let (other, touching) =
        (corpus.labels.intern("OTHER").expect("few labels"), corpus.document(0).spans.first().copied());
    corpus.document_mut(0).insert_span(Span { label: other, ..first });
    if touching.is_some_and(|s| corpus.labels.name(s.label) == "ENT") {
        assert!(saved(&corpus).is_err_and(|why| why.message.contains("OTHER cannot be written")));
    }
}

#[test]
fn hf_jsonl_preserves_tag_notation() {
    check_spelling(&["B", "I", "O", "B"], "[a b ENT] c [d ENT]", &["O", "O", "O", "B"]);
    check_spelling(&["PER", "PER", "O", "LOC"], "[a b PER] c [d LOC]", &["O", "O", "O", "LOC"]);
    check_spelling(&["B_PER", "I_PER", "O", "B_LOC"], "[a b PER] c [d LOC]", &["O", "O", "O", "B_LOC"]);
    check_spelling(&["B-PER", "L-PER", "O", "U-LOC"], "[a b PER] c [d LOC]", &["O", "O", "O", "U-LOC"]);
    // Ids of names that are prefixes only.
    let names = |name: &str| (name == "labels.txt").then(|| b"O\nB\nI\n".to_vec());
    let ids = "{\"tokens\":[\"a\",\"b\",\"c\"],\"ner_tags\":[1,2,0]}";
    let mut corpus = Corpus::default();
    let found = format::read(&source("a.jsonl", ids.as_bytes(), &names), &mut corpus).expect("a corpus");
    assert_eq!(render(&corpus), "[a b ENT] c");
    assert_eq!(found.notes.iter().map(|n| n.kind).collect::<Vec<_>>(), [format::NoteKind::TagWithoutLabel]);
}

#[test]
fn gliner_roundtrips_token_spans() {
    let expected = "[Zoë [Vay PER] X] sails / rain / [Oslo LOC]";
    let array = "[{\"tokenized_text\": [\"Zoë\", \"Vay\", \"sails\"], \"ner\": [[1, 1, \"X\"], [0, 1, \"PER\"]], \"label\": [\"PER\"]},\n \
                 {\"tokenized_text\": [\"rain\"], \"ner\": []},\n {\"tokenized_text\":[\"Oslo\"],\"ner\":[[0,0,\"LOC\"]]}]";
    check(format::GLINER, "a.json", array, expected);
    let lines = array.trim_matches(['[', ']']).replace(",\n ", "\n");
    check(format::GLINER, "a.jsonl", &lines, expected);
    let splits = "{\"train\": [{\"tokenized_text\": [\"a\"], \"ner\": [[0, 0, \"X\"]]}], \"test\": [{\"tokenized_text\": [\"b\"]}]}";
    check(format::GLINER, "a.json", splits, "[a X] // b");
    let (saved, _) = with_span(format::GLINER, "a.json", array, &|_| None, "sails");
    let first = "{\"tokenized_text\":[\"Zoë\",\"Vay\",\"sails\"],\"ner\":[[1,1,\"X\"],[0,1,\"PER\"],[2,2,\"NEW\"]],\"label\":[\"PER\"]}";
    assert_eq!(saved, format!("[{first}{}", &array[array.find(",\n").expect("a second record")..]));
}

#[test]
fn gliner_reports_invalid_spans() {
    let text = "{\"tokenized_text\": [\"a\", \"b\"], \"ner\": [[0, 2, \"X\"], [1, 0, \"X\"], [0.5, 1, \"X\"], [\"0\", 1, \"X\"], [-1, 1, \"X\"], \
                null, [0, 0], [0, 0, 7], [0, 0, \"\"], [1, 1, \"Y\"], [1, 1, \"Y\"]]}\n{\"tokenized_text\": []}\n{\"tokenized_text\": [\" \"]}\n\
                {\"tokenized_text\": [7]}\n{\"tokenized_text\": [\"c\"], \"ner\": {}}\n{broken\n";
    let mut corpus = Corpus::default();
    let source = source("a.jsonl", text.as_bytes(), &|_| None);
    let found = format::read(&source, &mut corpus).expect("a corpus");
    let lines: Vec<usize> = found.problems.iter().map(|p| p.line).collect();
    assert_eq!((render(&corpus).as_str(), lines), ("a [b Y] / c", vec![1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6]));
    let notes: Vec<_> = found.notes.iter().map(|n| (n.kind, n.count)).collect();
    assert_eq!(notes, [(format::NoteKind::DuplicateSpan, 1), (format::NoteKind::SpanWithoutLabel, 1)]);
    assert!(found.problems[0].message.contains("outside the 2 tokens"), "{:?}", found.problems);
    // Invalid entries are kept when a span is added.
    let (saved, again) = with_span(format::GLINER, "a.jsonl", text, &|_| None, "a");
    assert!(
        saved.starts_with("{\"tokenized_text\":[\"a\",\"b\"],\"ner\":[[0,2,\"X\"],[1,0,\"X\"],[0.5,1,\"X\"]"),
        "{saved}"
    );
    assert_eq!(again, "[a NEW] [b Y] / c");
}

#[test]
fn parquet_stores_tag_names_in_footer() {
    let words = "Zoë B-PER\nsails O\n\nOslo B-LOC\nBay I-LOC\n\n-DOCSTART- O\n\nrain O\n";
    let mut corpus = Corpus::default();
    format::read(&SourceInput::from_bytes(words.as_bytes(), "a.conll", Split::Train, 0), &mut corpus)
        .expect("a corpus");
    for scheme in [Scheme::Iob2, Scheme::Bilou] {
        let bytes = (format::HF_PARQUET.single_file_writer().expect("it is written"))(&corpus, None, scheme);
        let source = SourceInput::from_bytes(&bytes, "train-00000-of-00001.parquet", Split::Train, 0);
        assert_eq!(format::detect_format(&source), format::HF_PARQUET);
        let mut read = Corpus::default();
        let found = format::read(&source, &mut read).expect("a corpus");
        assert_eq!((render(&read), found.scheme), (render(&corpus).replace(" // ", " / "), scheme));
        let rewrite = format::HF_PARQUET.rewrite.expect("it is saved");
        let saved = |corpus: &Corpus| {
            rewrite(&source, &RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false })
                .expect("it is saved")
        };
        assert_eq!(saved(&read), bytes, "saved without changes");
        let mut changed = read.clone();
        let new = changed.labels.intern("NEW").expect("few labels");
        let document = changed.document_mut(0);
        let first = document.spans[0];
        document.remove_span(first);
        document.insert_span(Span { label: new, ..first });
        let after = saved(&changed);
        let mut again = Corpus::default();
        let found = format::read(&SourceInput { bytes: &after, ..source }, &mut again).expect("a corpus");
        assert_eq!((render(&again), found.problem_count), (render(&changed), 0));
        for cut in (0..bytes.len()).step_by(97) {
            let damaged = SourceInput { bytes: &bytes[..cut], ..source };
            assert!(format::read(&damaged.with_format(format::HF_PARQUET), &mut Corpus::default()).is_err());
        }
    }
}

/// Four rows in two groups, written by `datasets` 4: an empty row, an emoji, additional columns, a null number.
#[test]
fn parquet_preserves_other_columns() {
    let bytes = include_bytes!("../golden/datasets.parquet");
    let source = SourceInput::from_bytes(bytes, "datasets.parquet", Split::Train, 0);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    // Each row has its own values of the other columns, so it is a document.
    assert_eq!(render(&corpus), "[Zoë Müller PER] rests // 😀 [Oslo LOC] // rain");
    let rewrite = format::HF_PARQUET.rewrite.expect("it is saved");
    let saved = |corpus: &Corpus| {
        rewrite(&source, &RewriteContext { corpus, source_id: 0, scheme: found.scheme, rewrite_all: false })
            .expect("bytes")
    };
    assert_eq!(saved(&corpus), bytes);
    let new = corpus.labels.intern("WEATHER").expect("few labels");
    let span = corpus.document(2).span_from_tokens(0, 0..1, new);
    corpus.document_mut(2).insert_span(span);
    let after = saved(&corpus);
    let mut again = Corpus::default();
    format::read(&SourceInput { bytes: &after, ..source }, &mut again).expect("a corpus");
    assert_eq!(render(&again), "[Zoë Müller PER] rests // 😀 [Oslo LOC] // [rain WEATHER]");
}

/// Checks the rendered corpus of an Arrow file, with the names of its documents.
fn check_arrow(name: &str, bytes: &[u8], info: Option<&str>, expected: &str) -> format::ReadReport {
    let siblings = |name: &str| info.filter(|_| name == "dataset_info.json").map(|text| text.as_bytes().to_vec());
    let source = source(name, bytes, &siblings);
    assert_eq!(format::detect_format(&source), format::ARROW);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    let names: Vec<&str> = corpus.documents.iter().map(|d| d.name.as_str()).filter(|n| !n.is_empty()).collect();
    assert_eq!(format!("{} | {}", render(&corpus), names.join(" ")), expected);
    for cut in (0..bytes.len() - 9).step_by(29) {
        let damaged = SourceInput { bytes: &bytes[..cut], ..source };
        assert!(format::read(&damaged.with_format(format::ARROW), &mut Corpus::default()).is_err(), "{cut}");
    }
    let open = SourceInput { bytes: &bytes[..bytes.len() - 8], ..source };
    let problems = format::read(&open, &mut Corpus::default()).expect("a corpus").problems;
    assert!(problems[0].message.contains("missing end-of-stream marker"), "{problems:?}");
    found
}

#[test]
fn arrow_reads_sentences_or_texts() {
    let tokens: &[u8] = include_bytes!("../golden/tokens.arrow");
    let texts: &[u8] = include_bytes!("../golden/texts.arrow");
    let sentences = "[Zoë Vay PER] sails to [Oslo LOC] / rain / 😀 [Bern LOC] | ";
    let found = check_arrow("data-00000-of-00001.arrow", tokens, None, sentences);
    assert_eq!((found.unsupported.len(), found.problem_count), (1, 0), "{found:?}");
    let found = check_arrow("a.arrow", texts, None, "In Oslo it rains . <neg> // Good . <pos> // Bad : 😀 | 0 1 3");
    assert_eq!(found.notes.iter().map(|n| n.kind).collect::<Vec<_>>(), [format::NoteKind::RecordWithoutText]);
    // Names in the same directory are used if the schema has no names. Without names, ids are document labels, but not
    // tags.
    let nameless = |bytes: &[u8]| {
        let at = bytes.windows(11).position(|w| w == b"huggingface").expect("the key");
        [&bytes[..at], b"huggingfacE", &bytes[at + 11..]].concat()
    };
    let info = "{\"features\": {\"ner_tags\": {\"feature\": {\"names\": [\"O\", \"B-A\", \"I-A\", \"B-B\"], \"_type\": \"ClassLabel\"}}, \
                \"label\": {\"names\": [\"no\", \"yes\"]}}}";
    check_arrow("a.arrow", &nameless(tokens), Some(info), "[Zoë Vay A] sails to [Oslo B] / rain / 😀 [Bern B] | ");
    check_arrow("a.arrow", &nameless(texts), Some(info), "In Oslo it rains . <no> // Good . <yes> // Bad : 😀 | 0 1 3");
    check_arrow("a.arrow", &nameless(texts), None, "In Oslo it rains . <0> // Good . <1> // Bad : 😀 <-1> | 0 1 3");
    let tokens = nameless(tokens);
    let why = format::read(&SourceInput::from_bytes(&tokens, "a.arrow", Split::Train, 0), &mut Corpus::default())
        .expect_err("no names");
    assert!(why.message.contains("numbers without names") && why.message.contains("dataset_info.json"), "{why}");
}

/// Two documents written by spaCy 3.8 (its tokens, an emoji, Chinese, two spaces, an empty line).
#[test]
fn docbin_roundtrips() {
    let bytes = include_bytes!("../golden/two.spacy");
    let mut corpus = Corpus::default();
    let source = SourceInput::from_bytes(bytes, "two.spacy", Split::Train, 0);
    assert_eq!(format::detect_format(&source), format::SPACY);
    format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(corpus.documents[0].text, "Dr. Zoë Müller 😀 met 习近平  in Köln.\n\nIt rained.");
    assert_eq!(render(&corpus), "Dr. [Zoë Müller PER] 😀 met 习近平 [in Köln LOC] . / It rained . // [EU ORG] rejects");
    let write = format::SPACY.single_file_writer().expect("it is written");
    let mut again = Corpus::default();
    let written = write(&corpus, None, Scheme::Iob2);
    format::read(&SourceInput::from_bytes(&written, "a.spacy", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(again.documents, corpus.documents);
    for cut in (0..bytes.len()).step_by(7) {
        let damaged = SourceInput { bytes: &bytes[..cut], ..source };
        assert!(format::read(&damaged, &mut Corpus::default()).is_err());
    }
}

#[test]
fn doccano_reads_all_versions() {
    let expected = "[EU ORG] rejects [German MISC]";
    let triples = "{\"id\": 15, \"text\": \"EU rejects German\", \"label\": [[0,2,\"ORG\"],[11,17,\"MISC\"]], \"Comments\": []}\n";
    check(format::DOCCANO, "a.jsonl", triples, expected);
    let objects = "{\"text\":\"EU rejects German\",\"entities\":[{\"id\":0,\"label\":\"ORG\",\"start_offset\":0,\"end_offset\":2},\
                   {\"id\":1,\"label\":\"MISC\",\"start_offset\":11,\"end_offset\":17}],\"relations\":[]}";
    check(format::DOCCANO, "a.jsonl", objects, expected);
    let old = "{\"text\":\"EU rejects German\",\"labels\":[[0,2,\"ORG\"],[11,17,\"MISC\"]],\"meta\":{\"a\":1}}";
    check(format::DOCCANO, "a.json", old, expected);
    let cats = "{\"text\":\"EU rejects German\",\"cats\":[\"trade\"],\"entities\":[{\"id\":0,\"label\":\"ORG\",\"start_offset\":0,\"end_offset\":2}]}";
    check(format::DOCCANO, "a.jsonl", cats, "[EU ORG] rejects German <trade>");
    let mixed =
        "{\"text\":\"EU rejects\",\"label\":[[0,2,\"ORG\"],\"trade\"]}\n{\"text\":\"EU\",\"label\":[[0,2,\"ORG\"]]}";
    check(format::DOCCANO, "a.jsonl", mixed, "[EU ORG] rejects <trade> // [EU ORG]");
}

/// Returns a record after its document labels are set.
fn with_doc_labels(format: Format, name: &str, record: &str, doc_labels: &[&str]) -> serde_json::Value {
    let source = source(name, record.as_bytes(), &|_| None);
    let mut corpus = Corpus::default();
    let found = format::read(&source.with_format(format), &mut corpus).expect("a corpus");
    let names: Vec<String> = doc_labels.iter().map(|n| (*n).to_owned()).collect();
    let ids = corpus.doc_label_ids(&names);
    corpus.document_mut(0).doc_labels = ids;
    let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = format.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    serde_json::from_slice(&saved).expect("JSON")
}

#[test]
fn doc_label_edits_change_only_affected_fields() {
    let check =
        |format: Format, name: &str, record: &str, doc_labels: &[&str], at: &str, expected: serde_json::Value| {
            let saved = with_doc_labels(format, name, record, doc_labels);
            assert_eq!(saved.pointer(at), Some(&expected), "{at} of {saved}");
        };
    // Each of two controls keeps its labels. A choice about a region is not a document label.
    let studio = r#"[{"data":{"text":"EU rejects"},"annotations":[{"result":[
        {"type":"choices","from_name":"mood","value":{"choices":["bad"]}},
        {"type":"choices","from_name":"topic","value":{"choices":["trade","law"]}},
        {"type":"choices","from_name":"sure","value":{"start":0,"end":2,"choices":["yes"]}}]}]}]"#;
    let results = "/0/annotations/0/result";
    let ls = format::LABEL_STUDIO;
    let only = |names: &[&str]| serde_json::json!({"choices": names});
    check(ls, "a.json", studio, &["bad", "law"], &format!("{results}/1/value"), only(&["law"]));
    check(ls, "a.json", studio, &["bad", "trade", "law", "new"], &format!("{results}/0/value"), only(&["bad", "new"]));
    let region = serde_json::json!({"start": 0, "end": 2, "choices": ["yes"]});
    check(ls, "a.json", studio, &[], &format!("{results}/2/value"), region);
    // A rejected record has no labels. A new label accepts it.
    let rejected = r#"{"text":"EU","spans":[{"start":0,"end":2,"label":"ORG"}],"accept":["old"],"_input_hash":1,"answer":"reject"}"#;
    let prodigy = format::PRODIGY;
    check(prodigy, "a.jsonl", rejected, &["new"], "/accept", serde_json::json!(["new"]));
    check(prodigy, "a.jsonl", rejected, &["new"], "/answer", "accept".into());
    check(prodigy, "a.jsonl", rejected, &["new"], "/spans", serde_json::json!([]));
    let both = r#"{"text":"EU","label":[[0,2,"ORG"],"trade"],"cats":["law"]}"#;
    let doccano = format::DOCCANO;
    check(doccano, "a.jsonl", both, &["trade"], "/cats", serde_json::json!([]));
    check(doccano, "a.jsonl", both, &["law"], "/label", serde_json::json!([[0, 2, "ORG"]]));
    check(doccano, "a.jsonl", both, &["trade", "law", "new"], "/cats", serde_json::json!(["law", "new"]));
    let scored = r#"[["EU",{"entities":[],"cats":{"A":0.7,"B":0.6,"C":0.2}}]]"#;
    let cats = serde_json::json!({"A": 0.7, "B": 0.0, "C": 0.2});
    check(format::SPACY_JSON, "a.json", scored, &["A"], "/0/1/cats", cats);
}

#[test]
fn label_studio_reads_full_and_minimal_json() {
    let full = r#"[{"id":1,"data":{"text":"EU rejects"},"annotations":[{"id":9,"was_cancelled":false,"result":[
 {"id":"a1","from_name":"l","to_name":"t","type":"labels","value":{"start":0,"end":2,"text":"EU","labels":["ORG"]}},
 {"from_id":"a1","to_id":"a1","type":"relation"}]}],"predictions":[{"score":0.7,"result":[]}]},
 {"id":2,"data":{"text":"Paris"},"annotations":[{"result":[{"value":{"start":0,"end":5,"labels":["LOC"]}}]}]}]"#;
    let choices = r#"[{"id":1,"data":{"text":"EU rejects"},"annotations":[{"result":[
 {"id":"a1","from_name":"l","to_name":"t","type":"labels","value":{"start":0,"end":2,"text":"EU","labels":["ORG"]}},
 {"id":"a2","from_name":"topic","to_name":"t","type":"choices","value":{"choices":["trade","politics"]}}]}]}]"#;
    check(format::LABEL_STUDIO, "a.json", choices, "[EU ORG] rejects <politics, trade>");
    check(format::LABEL_STUDIO, "a.json", full, "[EU ORG] rejects // [Paris LOC]");
    let minimal = r#"[{"text":"EU rejects","label":[{"start":0,"end":2,"text":"EU","labels":["ORG"]}],"annotator":1}]"#;
    check(format::LABEL_STUDIO, "a.json", minimal, "[EU ORG] rejects");
    // Until version 0.4.8, end offsets were inclusive.
    let inclusive = r#"[{"data":{"text":"In Paris now"},"completions":[{"result":[{"value":{"start":3,"end":7,"text":"Paris","labels":["LOC"]}}]}]}]"#;
    check(format::LABEL_STUDIO, "a.json", inclusive, "In [Paris LOC] now");
}

#[test]
fn prodigy_reads_tokens_and_answers() {
    let lines = r#"{"text":"Hello Apple","tokens":[{"text":"Hello","start":0,"end":5,"id":0,"ws":true},{"text":"Apple","start":6,"end":11,"id":1,"ws":false}],"spans":[{"start":6,"end":11,"token_start":1,"token_end":1,"label":"ORG"}],"_input_hash":123,"answer":"accept"}
{"text":"Not Apple","spans":[{"start":4,"end":9,"label":"ORG"}],"_input_hash":5,"answer":"reject"}
"#;
    check(format::PRODIGY, "a.jsonl", lines, "Hello [Apple ORG] // Not Apple");
    let choice = r#"{"text":"Hello Apple","spans":[{"start":6,"end":11,"label":"ORG"}],"options":[{"id":"fruit","text":"Fruit"}],"accept":["fruit"],"_input_hash":123,"answer":"accept"}"#;
    check(format::PRODIGY, "a.jsonl", choice, "Hello [Apple ORG] <fruit>");
}

#[test]
fn spacy_training_tuples_roundtrip() {
    let pairs =
        "[[\"Uber blew through $1 million\", {\"entities\": [[0, 4, \"ORG\"]]}],\n[\"Nothing\", {\"entities\": []}]]";
    let cats = "[[\"Uber blew\", {\"entities\": [[0, 4, \"ORG\"]], \"cats\": {\"GOOD\": 1.0, \"BAD\": 0.0}}]]";
    check(format::SPACY_JSON, "a.json", cats, "[Uber ORG] blew <GOOD>");
    check(format::SPACY_JSON, "a.json", pairs, "[Uber ORG] blew through $ 1 million // Nothing");
}

#[test]
fn spacy_training_json_roundtrips() {
    let token = |orth: &str, ner: &str| serde_json::json!({"id": 0, "orth": orth, "tag": "NN", "head": 0, "dep": "", "ner": ner});
    let sentences = serde_json::json!([
        {"tokens": [token("Zoë", "B-PER"), token("Vay", "L-PER"), token("sails", "O"), token(".", "O")], "brackets": []},
        {"tokens": [token("\n", "O"), token("Oslo", "U-LOC"), token("rain", "-"), token("now", "")]},
    ]);
    let raw = "Zoë Vay  sails.\nOslo rain now";
    let cats = serde_json::json!([{"label": "news", "value": 1.0}, {"label": "old", "value": 0.0}]);
    let document = serde_json::json!({"id": "a", "paragraphs": [{"raw": raw, "sentences": sentences, "cats": cats}, {"sentences": sentences}]});
    let expected = "[Zoë Vay PER] sails . / [Oslo LOC] rain now <news> // [Zoë Vay PER] sails . / [Oslo LOC] rain now";
    let pretty = serde_json::to_string_pretty(&serde_json::json!([document])).expect("JSON");
    for (name, text) in [("a.json", pretty), ("a.json", document.to_string()), ("a.jsonl", format!("{document}\n"))] {
        check(format::SPACY_TRAIN_JSON, name, &text, expected);
        let mut corpus = Corpus::default();
        let found = format::read(&source(name, text.as_bytes(), &|_| None), &mut corpus).expect("a corpus");
        assert_eq!(
            (corpus.documents[0].text.as_str(), corpus.documents[1].text.as_str()),
            (raw, "Zoë Vay sails .\nOslo rain now")
        );
        assert_eq!((corpus.documents[1].name.as_str(), found.scheme, found.problem_count), ("a", Scheme::Bilou, 0));
        let notes: Vec<_> = found.notes.iter().map(|n| (n.kind, n.count)).collect();
        assert_eq!(notes, [(format::NoteKind::UnannotatedToken, 4)]);
        let written =
            format::SPACY_TRAIN_JSON.single_file_writer().expect("it is written")(&corpus, None, Scheme::Iob2);
        let mut again = Corpus::default();
        format::read(&source("a.json", &written, &|_| None), &mut again).expect("a corpus");
        assert_eq!((&again.documents, again.labels.names()), (&corpus.documents, corpus.labels.names()));
    }
    // The first document is longer than the preview for detection.
    let long = serde_json::json!([{"id": 0, "paragraphs": vec![serde_json::json!({"sentences": sentences}); 500]}]);
    let long = serde_json::to_string_pretty(&long).expect("JSON");
    assert_eq!(format::detect_format(&source("a.json", long.as_bytes(), &|_| None)), format::SPACY_TRAIN_JSON);
}

#[test]
fn spacy_training_json_reports_problems() {
    let check = |document: serde_json::Value, expected: &str, message: &str| {
        let good = serde_json::json!({"paragraphs": [{"sentences": [{"tokens": [{"orth": "good", "ner": "O"}]}]}]});
        let text = format!("{good}\n{document}\n");
        let mut corpus = Corpus::default();
        let found = format::read(
            &source("a.jsonl", text.as_bytes(), &|_| None).with_format(format::SPACY_TRAIN_JSON),
            &mut corpus,
        );
        let problems = found.expect("a corpus").problems;
        assert_eq!(render(&corpus), expected);
        assert!(problems.len() == 1 && problems[0].line == 2 && problems[0].message.contains(message), "{problems:?}");
    };
    let of = |raw: &str, tokens: serde_json::Value| serde_json::json!({"paragraphs": [{"raw": raw, "sentences": [{"tokens": tokens}]}]});
    check(
        of("In Bergen", serde_json::json!([{"orth": "In", "ner": "O"}, {"orth": "Oslo", "ner": "U-LOC"}])),
        "good // In [Oslo LOC]",
        "“Oslo” not found in “raw”",
    );
    check(of("In", serde_json::json!([{"orth": "In", "ner": "X"}])), "good // In", "invalid tag “X”");
    check(of("In", serde_json::json!([{"ner": "O"}])), "good", "paragraph 1: sentence 1: a token has no “orth”");
    check(
        of(" b", serde_json::json!([{"orth": " ", "ner": "U-X"}, {"orth": "b", "ner": "O"}])),
        "good // b",
        "whitespace token",
    );
    check(serde_json::json!({"paragraphs": [{}]}), "good", "no list “sentences”");
    check(serde_json::json!({"text": "x"}), "good", "no list “paragraphs”");
    check(
        of("a b", serde_json::json!([{"orth": "a", "ner": "B-X"}, {"orth": "b", "ner": "U-X"}])),
        "good // [a X] [b X]",
        "without an end tag",
    );
}

#[test]
fn python_source_roundtrips() {
    let text = "import spacy\n\nTRAIN_DATA = [\n    # the first\n    ('Uber blew \\u00e9 $1', {'entities': [(0, 4, 'ORG')]}),\n    \
                (\"It's nothing\", {\"entities\": []}),\n]\n\nTEST_DATA = [(\"In Oslo\", {\"entities\": [(3, 7, 'LOC')]})]\nrun()\n";
    check(format::SPACY_JSON, "data.py", text, "[Uber ORG] blew é $ 1 // It's nothing // In [Oslo LOC]");
    let mut corpus = Corpus::default();
    format::read(&source("data.py", text.as_bytes(), &|_| None), &mut corpus).expect("a corpus");
    let splits: Vec<Split> = corpus.documents.iter().map(|d| d.splits.first()).collect();
    assert_eq!(splits, [Split::Train, Split::Train, Split::Test]);
}

#[test]
fn reads_records_nested_under_keys() {
    let data = "{\"version\": \"1\", \"data\": [\n  {\"tokens\": [\"EU\"], \"ner_tags\": [\"B-ORG\"]}\n]}\n";
    check(format::HF_JSONL, "a.json", data, "[EU ORG]");
    let splits = "{\n \"train\": [{\"tokens\": [\"EU\"], \"ner_tags\": [\"B-ORG\"]}, {\"tokens\": [\"a\"], \"ner_tags\": [\"O\"]}],\n \"test\": \
                  [{\"tokens\": [\"Rome\"], \"ner_tags\": [\"B-LOC\"]}]\n}";
    check(format::HF_JSONL, "a.json", splits, "[EU ORG] / a // [Rome LOC]");
    let annotator = "{\"classes\": [\"LOC\"], \"annotations\": [[\"In Oslo\", {\"entities\": [[3, 7, \"LOC\"]]}]]}";
    check(format::SPACY_JSON, "a.json", annotator, "In [Oslo LOC]");
    let pretty = "{\n  \"text\": \"In Oslo\",\n  \"label\": [\n    [3, 7, \"LOC\"]\n  ]\n}\n";
    check(format::DOCCANO, "a.json", pretty, "In [Oslo LOC]");
}

#[test]
fn argilla_reads_all_versions() {
    let expected = "[Zoë PER] met [Ann PER] .";
    let nested = r#"[{"id": "r1", "fields": {"text": "Zo\u00eb met Ann."}, "metadata": {"a": 1}, "suggestions": {"span": {"value": [{"start": 0, "end": 3, "label": "X"}], "score": [0.9], "agent": "m"}}, "responses": {"q": [{"value": "yes"}], "span": [{"value": [{"start": 0, "end": 3, "label": "PER"}, {"start": 8, "end": 11, "label": "PER"}], "user_id": "18398b7a-81f9-44d7-ab46-f91e7dfd8cac"}]}, "vectors": {}, "status": "pending", "_server_id": null}]"#;
    check(format::ARGILLA, "a.json", nested, expected);
    let flat = r#"[{"id":"r1","status":"pending","text":"Zoë met Ann.","a":1,"span.responses":[[{"start":0,"end":3,"label":"PER"},{"start":8,"end":11,"label":"PER"}]],"span.responses.users":["u"],"span.suggestion":null}]"#;
    check(format::ARGILLA, "a.json", flat, expected);
    let first = r#"{"text":"Zoë met Ann.","tokens":["Zoë","met","Ann","."],"prediction":null,"annotation":[["PER",0,3],["PER",8,11]],"status":"Validated"}"#;
    check(format::ARGILLA, "a.jsonl", first, expected);
}

/// Stacked, sub-token and multi-token annotations, other layers, and an empty last field, like in the tests of WebAnno
/// and INCEpTION.
#[test]
fn webanno_preserves_subtokens_and_layers() {
    let text = "#FORMAT=WebAnno TSV 3.2\n#T_SP=a.POS|PosValue\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n\
                #Text=Zoë 😀 met Annlike\n#Text=people.\n1-1\t0-3\tZoë\tNE\t*[1]|*[2]\tPER[1]|X[2]\t\n1-2\t4-6\t😀\tSYM\t*[1]\tPER[1]\t\n1-3\t7-10\tmet\tV\t_\t_\t\n\
                1-4\t11-18\tAnnlike\tADJ\t_\t_\t\n1-4.1\t11-14\tAnn\t_\thttp://x\tPER\t\n1-5\t19-25\tpeople\tN\t_\t_\t\n1-6\t25-26\t.\tP\t_\t_\t\n\n\
                #Text=In Köln\n2-1\t27-29\tIn\tP\t_\t_\t\n2-2\t30-34\tKöln\tNE\t*\tLOC\\_a\t\n";
    check(format::WEBANNO_TSV, "a.tsv", text, "[[Zoë X] 😀 PER] met [Annlike PER] people . / In [Köln LOC_a]");
    let (saved, again) = with_span(format::WEBANNO_TSV, "a.tsv", text, &|_| None, "like\npeo");
    assert_eq!(again, "[[Zoë X] 😀 PER] met [[Annlike PER] people NEW] . / In [Köln LOC_a]");
    assert!(saved.contains("1-4.1\t11-14\tAnn\t_\thttp://x\tPER\t\n"), "{saved}");
    assert!(saved.contains("1-4.2\t14-18\tlike\t_\t*[3]\tNEW[3]\t\n1-5\t19-25\tpeople\tN\t_\t_\t\n1-5.1\t19-22\tpeo\t_\t*[3]\tNEW[3]\t\n"), "{saved}");
}

/// Files written by dkpro-cassis 0.12.
#[test]
fn uima_reads_xmi_and_json() {
    let expected = "[Zoë PER] 😀 met [Ann PER] . / In [Köln LOC] & \" < [Oslo LOC] > é";
    let check = |format: Format, name: &str, bytes: &[u8]| {
        let source = source(name, bytes, &|_| None);
        assert_eq!(format::detect_format(&source).name, format.name);
        let mut corpus = Corpus::default();
        let found = format::read(&source, &mut corpus).expect("a corpus");
        assert_eq!(
            (render(&corpus).as_str(), found.offset_unit),
            (expected, Some(format::OffsetUnit::Utf16)),
            "{found:?}"
        );
        assert_eq!(corpus.documents[0].text, "Zoë 😀 met Ann.\nIn Köln & \"<Oslo>\" é.");
        for cut in (0..bytes.len() - 2).step_by(31) {
            assert!(
                format::read(
                    &(SourceInput { bytes: &bytes[..cut], ..source }).with_format(format),
                    &mut Corpus::default()
                )
                .is_err()
            );
        }
    };
    check(format::UIMA_XMI, "a.xmi", include_bytes!("../golden/uima.xmi"));
    check(format::UIMA_JSON, "a.json", include_bytes!("../golden/uima.json"));
}

/// A file written by openpyxl 3.1: a header row with empty cells, numbers, an empty cell.
#[test]
fn reads_spreadsheets_and_region_tables() {
    let bytes = include_bytes!("../golden/texts.xlsx");
    let mut corpus = Corpus::default();
    let source = source("texts.xlsx", bytes, &|_| None);
    assert_eq!(format::detect_format(&source), format::XLSX);
    format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(render(&corpus), "Angela , in Paris // Zoë 😀");
    assert_eq!(corpus.documents[1].splits.first(), Split::Test);
    check(
        format::CSV,
        "a.csv",
        "\"One thing, said.\"\n\"Another, with a comma.\"\n",
        "One thing , said . // Another , with a comma .",
    );
    let regions = "text,label\nIn Oslo,\"[{\"\"start\"\":3,\"\"end\"\":7,\"\"text\"\":\"\"Oslo\"\",\"\"labels\"\":[\"\"LOC\"\"]}]\"\nnone,\n";
    check(format::CSV, "a.csv", regions, "In [Oslo LOC] // none");
}

#[test]
fn conllu_preserves_other_columns() {
    let text = "# sent_id = 1\n# text = Anna lives.\n1\tAnna\tAnna\tPROPN\tNNP\t_\t2\tnsubj\t_\tNER=B-PER\n\
                2-3\tlives.\t_\t_\t_\t_\t_\t_\t_\t_\n2\tlives\tlive\tVERB\tVBZ\t_\t0\troot\t_\tSpaceAfter=No\n\
                3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_\n\n";
    check(format::CONLLU, "a.conllu", text, "[Anna PER] lives .");
    // CoNLL-U Plus names its columns.
    let text = "# global.columns = ID FORM UPOS NE:NER\n1\tAnna\tPROPN\tB-PER\n2-3\tdunno\t_\t_\n2\tlives\tVERB\t_\n\n";
    check(format::CONLLU, "a.conllup", text, "[Anna PER] lives");
}

#[test]
fn conll2012_roundtrips_brackets() {
    let row =
        |word: &str, name: &str| format!("a/01   0   7   {word}   NN   (S*)   -   -   -   -   {name}   (ARG0*   -\n");
    let one = [row("Bank", "(ORG*"), row("of", "*"), row("Oslo", "(GPE))"), "\n".to_owned(), row("rain", "-")].concat();
    let two = [row("Zoë", "(PER)"), row("spoke", "*")].concat();
    let parts = format!(
        "#begin document (a/01); part 000\r\n{one}\n#end document\n#begin document (a/01); part 001\n{two}\n#end document\n\
         #begin document (b); part 000\n# a comment\n{two}"
    );
    let expected = "[Bank of [Oslo ORG] GPE] / rain // [Zoë PER] spoke // [Zoë PER] spoke";
    check(format::CONLL2012, "a.v4_gold_conll", &parts, expected);
    let mut corpus = Corpus::default();
    let found = format::read(&source("a", parts.as_bytes(), &|_| None), &mut corpus).expect("a corpus");
    let names: Vec<&str> = corpus.documents.iter().map(|d| d.name.as_str()).collect();
    assert_eq!((names, found.problem_count), (vec!["a/01 part 000", "a/01 part 001", "b"], 0));
    let (saved, _) = with_span(format::CONLL2012, "a", &parts, &|_| None, "Bank");
    assert_eq!(saved, parts.replace("(ORG*   ", "(ORG(NEW*)   "));
    // Nested spans and documents roundtrip. Crossing spans are a loss.
    let write =
        |corpus: &Corpus| format::CONLL2012.single_file_writer().expect("it is written")(corpus, None, Scheme::Iob2);
    let mut again = Corpus::default();
    format::read(&source("a", &write(&corpus), &|_| None), &mut again).expect("a corpus");
    assert_eq!(render(&again), expected);
    assert_eq!(
        again.documents.iter().map(|d| &d.name).collect::<Vec<_>>(),
        corpus.documents.iter().map(|d| &d.name).collect::<Vec<_>>()
    );
    let crossing = corpus.document(0).span_from_tokens(0, 1..3, LabelId::default());
    assert!(format::conversion_losses(&corpus, format::CONLL2012, Scheme::Iob2).is_empty());
    corpus.document_mut(0).insert_span(crossing);
    assert!(
        format::conversion_losses(&corpus, format::CONLL2012, Scheme::Iob2).is_empty(),
        "nested spans are supported"
    );
    let crossing = corpus.document(2).span_from_tokens(0, 0..2, LabelId::default());
    corpus.document_mut(2).insert_span(crossing);
    let inside = format!("{}{}{}", row("a", "(X*"), row("b", "*)"), row("c", "*"));
    let mut other = Corpus::default();
    let begin = "#begin document (c); part 000\n";
    format::read(&source("a", format!("{begin}{inside}").as_bytes(), &|_| None), &mut other).expect("a corpus");
    let crossing = other.document(0).span_from_tokens(0, 1..3, LabelId::default());
    other.document_mut(0).insert_span(crossing);
    assert!(format::conversion_losses(&other, format::CONLL2012, Scheme::Iob2)[0].contains("crossing spans (1)"));
}

/// Checks the spans and the lines of problems of a sentence with these bracket cells.
fn check_brackets(names: &[&str], expected: &str, problems: &[usize]) {
    let row = |(i, name): (usize, &&str)| format!("a 0 {i} w{i} - * - - - - {name} -\n");
    let text = format!("#begin document (a); part 000\n{}", names.iter().enumerate().map(row).collect::<String>());
    let mut corpus = Corpus::default();
    let source = source("a", text.as_bytes(), &|_| None);
    let found = format::read(&source.with_format(format::CONLL2012), &mut corpus).expect("a corpus");
    let lines: Vec<usize> = found.problems.iter().map(|p| p.line).collect();
    assert_eq!((render(&corpus).as_str(), lines.as_slice()), (expected, problems), "{:?}", found.problems);
    assert!(corpus.documents[0].name == "a" && found.problems.iter().all(|p| p.column == 11));
    let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = format::CONLL2012.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    assert_eq!(String::from_utf8(saved).expect("text"), text);
}

#[test]
fn conll2012_reports_invalid_brackets() {
    check_brackets(&["(A*", "*", "*)"], "[w0 w1 w2 A]", &[]);
    check_brackets(&["(A*", "(B)", "*"], "w0 [w1 B] w2", &[2]);
    check_brackets(&["*)", "(B)"], "w0 [w1 B]", &[2]);
    check_brackets(&["(*", "*)", "(B)"], "w0 w1 [w2 B]", &[2]);
    check_brackets(&["B-PER", "(B)"], "w0 [w1 B]", &[2]);
    check_brackets(&["(A(A))", "*"], "[w0 A] w1", &[]);
    check_brackets(&["(A(B))", "*"], "[[w0 B] A] w1", &[]);
}

#[test]
fn gmb_reads_quoted_tokens() {
    let text = "Sentence #,Word,POS,Tag\nSentence: 1,Thousands,NNS,O\n,of,IN,O\n,\"\"\"\",``,O\n,London,NNP,B-geo\n\
                Sentence: 2,\"a, b\",NN,O\n,Iraq,NNP,B-gpe\n";
    check(format::GMB, "ner_dataset.csv", text, "Thousands of \" [London geo] / a, b [Iraq gpe]");
}

#[test]
fn brat_preserves_unknown_annotations() {
    let text = "Sony opened in North America\nand Asia.";
    let siblings = |name: &str| (name == "a.txt").then(|| text.as_bytes().to_vec());
    let annotations = "T1\tORG 0 4\tSony\nT2\tLOC 15 28;29 37\tNorth America and Asia\nR1\tOrigin Arg1:T1 Arg2:T2\n\
                       A1\tNegation T1\n#1\tAnnotatorNotes T1\tcheck\n";
    check_with(format::BRAT, "a.ann", annotations, &siblings, "[Sony ORG] opened in [North America and Asia LOC] .");
    // An existing label with a character that is invalid in new labels is preserved.
    check_with(
        format::BRAT,
        "a.ann",
        "T1\t\rRG 0 4\tSony\n",
        &siblings,
        "[Sony \rRG] opened in North America / and Asia .",
    );
    let long = "Sony\r\nopened in Paris";
    let siblings = |name: &str| (name == "a.txt").then(|| long.as_bytes().to_vec());
    check_with(format::BRAT, "a.ann", "T1\tLOC 15 20\tParis\n", &siblings, "Sony / opened in [Paris LOC]");
}

#[test]
fn reads_texts_and_tables() {
    check(format::TEXT, "a.txt", "One line. Another.\nMore", "One line . / Another . / More");
    check(format::CSV, "a.csv", "id,text\n1,\"Angela, in Paris\"\n2,Rome\n", "Angela , in Paris // Rome");
    check(format::CSV, "a.tsv", "text\tyear\nParis is big\t1999\n", "Paris is big");
}

/// The same span of a text with several scripts, in each offset unit.
#[test]
fn detects_offset_unit_of_record() {
    let at = MIXED_SCRIPT_TEXT.find("Köln").expect("a word");
    let points = MIXED_SCRIPT_TEXT[..at].chars().count();
    let utf16: usize = MIXED_SCRIPT_TEXT[..at].chars().map(char::len_utf16).sum();
    for (start, length, unit) in [(points, 4, "code-points"), (utf16, 4, "utf-16"), (at, 5, "bytes")] {
        let record =
            serde_json::json!({"text": MIXED_SCRIPT_TEXT, "label": [[start, start + length, "LOC"]]}).to_string();
        let mut corpus = Corpus::default();
        let source = SourceInput::from_bytes(record.as_bytes(), "a.jsonl", Split::Train, 0);
        let found = format::read(&source, &mut corpus).expect("a corpus");
        assert_eq!(found.offset_unit.map(format::OffsetUnit::name), Some(unit));
        let d = &corpus.documents[0];
        assert_eq!(d.spans, [Span::new(at as u32..at as u32 + 5, LabelId::default())], "{unit}");
        assert_eq!(d.text, MIXED_SCRIPT_TEXT);
    }
}

#[test]
fn reads_mixed_offset_units() {
    // Like in doccano: imported records use code points, annotated ones use UTF-16.
    let record =
        |start: usize| serde_json::json!({"text": MIXED_SCRIPT_TEXT, "label": [[start, start + 4, "LOC"]]}).to_string();
    let before = &MIXED_SCRIPT_TEXT[..MIXED_SCRIPT_TEXT.find("Köln").expect("a word")];
    let (points, utf16) = (before.chars().count(), before.encode_utf16().count());
    let lines = [record(points), record(points), record(utf16)].map(|line| line + "\n").concat();
    let mut corpus = Corpus::default();
    let source = SourceInput::from_bytes(lines.as_bytes(), "a.jsonl", Split::Train, 0);
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert!(found.detection_notes.iter().any(|e| e.starts_with("offsets of 1 records")), "{:?}", found.detection_notes);
    for d in &corpus.documents {
        assert_eq!(d.spans.iter().map(|s| &d.text[s.start as usize..s.end as usize]).collect::<Vec<_>>(), ["Köln"]);
    }
    // Saved offsets have the unit of their record.
    for document in 0..3 {
        corpus.document_mut(document).insert_span(Span::new(0..4, LabelId::default()));
    }
    let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = found.format.rewrite.expect("it is saved")(&source, &current).expect("it is saved");
    let mut again = Corpus::default();
    format::read(&SourceInput::from_bytes(&saved, "a.jsonl", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(
        again.documents.iter().map(|d| &d.spans).collect::<Vec<_>>(),
        corpus.documents.iter().map(|d| &d.spans).collect::<Vec<_>>()
    );
    assert!(String::from_utf8(saved).expect("text").contains(&format!("[{utf16},")));
}

#[test]
fn invalid_records_are_reported_and_kept() {
    let text = "{\"text\":\"Paris\",\"label\":[[0,5,\"LOC\"],[3,99,\"PER\"]]}\n{broken\n{\"no\":\"text\"}\n{\"text\":\"Rome\",\"label\":[]}\n";
    let source = SourceInput::from_bytes(text.as_bytes(), "a.jsonl", Split::Train, 0);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(render(&corpus), "[Paris LOC] // Rome");
    let lines: Vec<usize> = found.problems.iter().map(|p| p.line).collect();
    assert_eq!((found.problem_count, lines), (3, vec![1, 2, 3]));
    corpus.document_mut(1).insert_span(Span::new(0..4, LabelId::default()));
    let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: Scheme::Iob2, rewrite_all: false };
    let saved = format::DOCCANO.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    let expected = text.replace("{\"text\":\"Rome\",\"label\":[]}", "{\"text\":\"Rome\",\"label\":[[0,4,\"LOC\"]]}");
    assert_eq!(String::from_utf8(saved).expect("text"), expected);
}

/// Reads a file, adds a span to its first document, saves it, and returns the saved file and the rendered corpus.
fn with_span(
    format: Format,
    name: &str,
    text: &str,
    siblings: &dyn Fn(&str) -> Option<Vec<u8>>,
    word: &str,
) -> (String, String) {
    let source = source(name, text.as_bytes(), siblings);
    let mut corpus = Corpus::default();
    let found = format::read(&source.with_format(format), &mut corpus).expect("a corpus");
    let label = corpus.labels.intern("NEW").expect("few labels");
    let document = corpus.document_mut(0);
    let start = document.text.find(word).expect("the word") as u32;
    document.insert_span(Span::new(start..start + word.len() as u32, label));
    let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
    let saved = (format.rewrite.expect("it is saved"))(&source, &current).expect("bytes");
    let mut again = Corpus::default();
    format::read(&(SourceInput { bytes: &saved, ..source }).with_format(format), &mut again).expect("a corpus");
    (String::from_utf8(saved).expect("text"), render(&again))
}

#[test]
fn labels_of_rejected_records_survive_reload() {
    let canceled = r#"[{"data":{"text":"In Oslo"},"annotations":[{"was_cancelled":true,"result":[{"value":{"start":0,"end":2,"labels":["X"]}}]}]}]"#;
    let (saved, again) = with_span(format::LABEL_STUDIO, "a.json", canceled, &|_| None, "Oslo");
    assert_eq!(again, "In [Oslo NEW]");
    assert!(saved.contains(r#""was_cancelled":true,"result":[{"value":{"start":0"#), "{saved}");
    let rejected = r#"{"text":"In Oslo","spans":[{"start":0,"end":2,"label":"X"}],"_input_hash":1,"answer":"reject"}"#;
    assert_eq!(with_span(format::PRODIGY, "a.jsonl", rejected, &|_| None, "Oslo").1, "In [Oslo NEW]");
}

#[test]
fn preserves_crlf() {
    let text = "Sentence #,Word,POS,Tag\r\nSentence: 1,In,IN,O\r\n,Oslo,NNP,O\r\n,now,RB,O\r\n";
    let (saved, again) = with_span(format::GMB, "a.csv", text, &|_| None, "Oslo");
    assert_eq!((saved, again), (text.replace("NNP,O", "NNP,B-NEW"), "In [Oslo NEW] now".to_owned()));
    let siblings = |_: &str| Some(b"One\r\nIn Oslo".to_vec());
    let (saved, again) = with_span(format::BRAT, "a.ann", "", &siblings, "Oslo");
    assert_eq!((saved.as_str(), again.as_str()), ("T1\tNEW 7 11\tOslo\n", "One / In [Oslo NEW]"));
}

#[test]
fn gmb_reads_sentence_number_on_every_row() {
    check(
        format::GMB,
        "a.csv",
        "Sentence #,Word,Tag\n1,Anna,B-per\n1,Smith,I-per\n2,left,O\n",
        "[Anna Smith per] / left",
    );
}

#[test]
fn detects_format_of_long_first_record() {
    let text = format!("{{\"text\":\"Oslo {}\",\"label\":[[0,4,\"LOC\"]]}}\n", "é ".repeat(60_000));
    assert_eq!(
        format::detect_format(&SourceInput::from_bytes(text.as_bytes(), "a.jsonl", Split::Train, 0)),
        format::DOCCANO
    );
    let unknown = SourceInput::from_bytes(b"{\"data\":[]}", "a.json", Split::Train, 0);
    let why = format::read(&unknown, &mut Corpus::default()).expect_err("no format").message;
    assert!(why.contains("unknown JSON format"), "{why}");
}

#[test]
fn multiline_text_is_one_record() {
    let text = "{\"text\":\"Anna lives in Oslo.  She works.\\n\\nBob too.\",\"label\":[[14,18,\"LOC\"]]}";
    let mut corpus = Corpus::default();
    format::read(&SourceInput::from_bytes(text.as_bytes(), "a.jsonl", Split::Train, 0), &mut corpus).expect("a corpus");
    let written = (format::DOCCANO.single_file_writer().expect("it is written"))(&corpus, None, Scheme::Iob2);
    let record: serde_json::Value = serde_json::from_slice(&written).expect("one record");
    assert_eq!(record["text"], "Anna lives in Oslo.  She works.\n\nBob too.");
}

#[test]
fn whitespace_in_label_is_reported_and_replaced() {
    let text = "{\"text\":\"Bob is a cook\",\"label\":[[9,13,\"job title\"],[0,3,\"\"]]}";
    let mut corpus = Corpus::default();
    let found = format::read(&SourceInput::from_bytes(text.as_bytes(), "a.jsonl", Split::Train, 0), &mut corpus)
        .expect("a corpus");
    assert_eq!(render(&corpus), "Bob is a [cook job title]");
    assert!(found.notes.iter().any(|note| note.kind == NoteKind::SpanWithoutLabel), "{:?}", found.notes);
    assert!(
        format::conversion_losses(&corpus, format::CONLL, Scheme::Iob2)
            .iter()
            .any(|l| l.contains("whitespace in label names"))
    );
    let written = (format::CONLL.single_file_writer().expect("it is written"))(&corpus, None, Scheme::Iob2);
    let mut again = Corpus::default();
    format::read(&SourceInput::from_bytes(&written, "a.conll", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(render(&again), "Bob is a [cook job_title]");
}

/// Corpus of texts with arbitrary spans at character boundaries.
fn corpora() -> impl Strategy<Value = Corpus> {
    let document =
        (".{1,40}", prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3u16), 0..4));
    prop::collection::vec(document, 1..4).prop_map(|documents| {
        let mut corpus = Corpus::default();
        for name in ["PER", "ORG", "LOC"] {
            corpus.labels.intern(name).expect("few labels");
        }
        for (place, (text, spans)) in documents.into_iter().enumerate() {
            let borders: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
            let span = |(a, b, label): (prop::sample::Index, prop::sample::Index, u16)| {
                let (a, b) = (*a.get(&borders), *b.get(&borders));
                Span::new(a.min(b)..a.max(b), LabelId::new(label))
            };
            let mut spans: Vec<Span> = spans.into_iter().map(span).filter(|s| s.start < s.end).collect();
            spans.sort_unstable();
            spans.dedup();
            corpus.documents.push(Arc::new(Document::from_text(Split::Train, 0, place as u32, text, spans, None)));
        }
        corpus
    })
}

/// Corpus of tokens with arbitrary spans inside sentences.
fn token_corpora() -> impl Strategy<Value = Corpus> {
    let index = any::<prop::sample::Index>;
    let sentence =
        (prop::collection::vec("[a-z#()*é-]{1,5}", 1..6), prop::collection::vec((index(), index(), 0..3u16), 0..5));
    prop::collection::vec(prop::collection::vec(sentence, 1..4), 1..4).prop_map(|documents| {
        let mut corpus = Corpus::default();
        for name in ["PER", "ORG-1", "B"] {
            corpus.labels.intern(name).expect("few labels");
        }
        let mut place = 0;
        for (number, sentences) in documents.into_iter().enumerate() {
            let mut builder = DocumentBuilder::new(Split::Train, 0, place, 0);
            builder.set_name(&format!("d {number}"));
            for (words, spans) in sentences {
                words.iter().for_each(|word| builder.push_token(word, []));
                let range = |a: usize, b: usize, label| TokenSpan { start: a.min(b), end: a.max(b) + 1, label };
                let span = |(a, b, label): (prop::sample::Index, prop::sample::Index, u16)| {
                    range(a.index(words.len()), b.index(words.len()), LabelId::new(label))
                };
                let mut spans: Vec<TokenSpan> = spans.into_iter().map(span).collect();
                spans.sort_unstable();
                spans.dedup();
                builder.end_sentence(&spans);
                place += 1;
            }
            corpus.documents.push(Arc::new(builder.into_document()));
        }
        corpus
    })
}

/// Tokens of a sentence, and its spans with label names.
type Sentence = (Vec<String>, Vec<(usize, usize, String)>);

fn sentences(corpus: &Corpus) -> Vec<Sentence> {
    let of = |d: &Document, s: usize| {
        let name = |s: &TokenSpan| (s.start, s.end, corpus.labels.name(s.label).to_owned());
        let mut spans: Vec<_> = d.to_token_spans(s).iter().map(name).collect();
        spans.sort();
        (d.sentence_tokens(s).into_iter().map(str::to_owned).collect(), spans)
    };
    corpus.documents.iter().flat_map(|d| (0..d.len()).map(move |s| of(d, s))).collect()
}

/// Text of a document, and its spans with label names.
type Contents = (String, Vec<(u32, u32, String)>);

/// Returns the content that offset formats represent.
fn contents(corpus: &Corpus) -> Vec<Contents> {
    let spans = |d: &Document| {
        let mut all: Vec<_> =
            d.spans.iter().map(|s| (s.start, s.end, corpus.labels.name(s.label).to_owned())).collect();
        all.sort();
        all
    };
    corpus.documents.iter().map(|d| (d.text.clone(), spans(d))).collect()
}

proptest! {
    #[test]
    fn offset_formats_roundtrip_texts(corpus in corpora()) {
        let holds_any_text = |f: &&Format| {
            f.capabilities.original_text && f.capabilities.overlapping_spans && f.capabilities.any_character
        };
        for format in FORMATS.iter().filter(holds_any_text) {
            let Some(write) = format.single_file_writer() else { continue };
            let bytes = write(&corpus, None, Scheme::Iob2);
            let source = SourceInput::from_bytes(&bytes, "a.json", Split::Train, 0);
            let options = ReadOptions { offset_unit: Some(format::OffsetUnit::CodePoints), ..ReadOptions::default() };
            let source = SourceInput { options, ..source };
            let mut read = Corpus::default();
            format::read(&source.with_format(*format), &mut read).expect("it was written");
            let (whole, found) = (contents(&corpus), contents(&read));
            if found.len() == whole.len() {
                prop_assert_eq!(found, whole, "{}", format.name);
            }
        }
    }

    #[test]
    fn csv_roundtrips_texts_spans_labels_and_fields(corpus in corpora(), values in vec("[a-z0-9 ,;\"\n]{0,12}", 0..4)) {
        let mut corpus = corpus;
        let is_text = |d: &Arc<Document>| !d.text.trim().is_empty() && !d.text.contains('\0') && !d.text.contains('\r');
        corpus.documents.retain(is_text);
        let class = corpus.intern_doc_label("a; b");
        for (number, document) in corpus.documents.iter_mut().enumerate() {
            let document = Arc::make_mut(document);
            let fields = values.iter().filter(|value| !value.trim().is_empty()).enumerate();
            document.fields = fields
                .map(|(i, value)| Field { name: format!("field {i}").into(), value: FieldValue::Text(value.clone()) })
                .collect();
            document.doc_labels = if number % 2 == 0 { vec![class] } else { Vec::new() };
        }
        prop_assume!(!corpus.documents.is_empty());
        let bytes = format::CSV.single_file_writer().expect("it is written")(&corpus, None, Scheme::Iob2);
        let mut read = Corpus::default();
        let source = SourceInput::from_bytes(&bytes, "a.csv", Split::Train, 0);
        format::read(&source.with_format(format::CSV), &mut read).expect("it was written");
        let whole = contents(&corpus);
        prop_assume!(read.documents.len() == whole.len());
        prop_assert_eq!(contents(&read), whole);
        for (before, after) in corpus.documents.iter().zip(&read.documents) {
            prop_assert_eq!(&before.fields, &after.fields);
            prop_assert_eq!(before.doc_labels.len(), after.doc_labels.len());
        }
    }

    #[test]
    fn spacy_training_json_roundtrips_any_text(corpus in corpora()) {
        let bytes = format::SPACY_TRAIN_JSON.single_file_writer().expect("it is written")(&corpus, None, Scheme::Iob2);
        let mut read = Corpus::default();
        let source = SourceInput::from_bytes(&bytes, "a", Split::Train, 0);
        let found = format::read(&source.with_format(format::SPACY_TRAIN_JSON), &mut read);
        let with_words: Vec<&str> = corpus.documents.iter().filter(|d| !d.is_empty()).map(|d| d.text.as_str()).collect();
        prop_assert_eq!(found.is_ok(), !with_words.is_empty());
        prop_assert_eq!(read.documents.iter().map(|d| d.text.as_str()).collect::<Vec<_>>(), with_words);
        let side_by_side = |c: &Corpus| {
            let names = |s: &TokenSpan| (s.start, s.end, c.labels.name(s.label).to_owned());
            let of = |d: &Document, s: usize| {
                let spans = tagwright::corpus::scheme::drop_overlapping(&d.to_token_spans(s));
                (d.sentence_tokens(s).join(" "), spans.iter().map(names).collect::<Vec<_>>())
            };
            c.documents.iter().flat_map(|d| (0..d.len()).map(|s| of(d, s))).collect::<Vec<_>>()
        };
        prop_assert_eq!(side_by_side(&read), side_by_side(&corpus));
    }

    #[test]
    fn token_formats_roundtrip_overlapping_spans(corpus in token_corpora()) {
        for format in FORMATS.iter().filter(|f| f.capabilities.overlapping_spans && !f.capabilities.original_text) {
            let Some(write) = format.single_file_writer() else { continue };
            let bytes = write(&corpus, None, Scheme::Iob2);
            let mut read = Corpus::default();
            let source = SourceInput::from_bytes(&bytes, "a", Split::Train, 0);
            let found = format::read(&source.with_format(*format), &mut read).expect("it was written");
            if !format::conversion_losses(&corpus, *format, Scheme::Iob2).iter().any(|l| l.contains("cross")) {
                prop_assert_eq!(sentences(&read), sentences(&corpus), "{}", format.name);
            }
            prop_assert_eq!(found.problem_count, 0);
            if format.capabilities.document_boundaries {
                let names = |c: &Corpus| c.documents.iter().map(|d| d.name.clone()).collect::<Vec<_>>();
                prop_assert_eq!(names(&read), names(&corpus));
            }
        }
    }

    #[test]
    fn no_reader_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:a-z0-9 \t\n#-]{0,120}") {
        for format in FORMATS {
            for bytes in [&bytes[..], text.as_bytes()] {
                let source = SourceInput::from_bytes(bytes, "a.ann", Split::Train, 0);
                let mut corpus = Corpus::default();
                let _ = format::read(&source.with_format(*format), &mut corpus);
            }
        }
    }

    #[test]
    fn damaged_files_never_panic(
        seed in 0..DAMAGE_SEEDS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let (name, text) = DAMAGE_SEEDS[seed];
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, kind) in damage {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                // Bytes of the file are more likely to be valid syntax.
                _ => bytes.insert(at.min(bytes.len()), *text.as_bytes().get(usize::from(byte) % text.len()).unwrap_or(&0)),
            }
        }
        let siblings = |_: &str| Some("Sony opened in North America 😀\r\nand Asia.".as_bytes().to_vec());
        let source = source(name, &bytes, &siblings);
        for format in FORMATS {
            let mut corpus = Corpus::default();
            let Ok(found) = format::read(&source.with_format(*format), &mut corpus) else { continue };
            for d in &corpus.documents {
                prop_assert!(d.spans.iter().all(|s| d.text.get(s.start as usize..s.end as usize).is_some_and(|t| !t.is_empty())));
                for sentence in 0..d.len() {
                    prop_assert!(!d.sentence_tokens(sentence).is_empty());
                }
            }
            if let Some(rewrite) = format.rewrite {
                let current = RewriteContext { corpus: &corpus, source_id: 0, scheme: found.scheme, rewrite_all: false };
                if let Ok(saved) = rewrite(&source, &current) {
                    prop_assert_eq!(&saved, &bytes, "{}: saved without changes", format.name);
                }
            }
        }
    }
}

/// Valid files that the test damages.
const DAMAGE_SEEDS: &[(&str, &str)] = &[
    (
        "a.tsv",
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=a.POS|p\n#T_SP=b.NamedEntity|identifier|value\n\n\n#Text=Zoë 😀 met\n1-1\t0-3\tZoë\tN\t*[1]\tPER[1]\t\n\
         1-2\t4-6\t😀\t_\t*[1]\tPER[1]\t\n1-3\t7-10\tmet\t_\t_\t_\t\n1-3.1\t7-8\tm\t_\t*\tX\\_|Y[2]\t\n\n#Text=In\n2-1\t11-13\tIn\t_\t_\t_\t\n",
    ),
    (
        "a.xmi",
        "<?xml version=\"1.0\"?>\n<xmi:XMI><t:Token xmi:id=\"2\" sofa=\"1\" begin=\"0\" end=\"3\"/><t:Sentence xmi:id=\"4\" sofa=\"1\" begin=\"0\" end=\"6\"/>\
         <t:NamedEntity xmi:id=\"3\" sofa=\"1\" begin=\"0\" end=\"3\" value=\"PER\"/><cas:Sofa xmi:id=\"1\" sofaString=\"Zoë &#10;😀\"/></xmi:XMI>",
    ),
    (
        "a.json",
        "{\"%TYPES\":{},\"%FEATURE_STRUCTURES\":[{\"%ID\":1,\"%TYPE\":\"uima.cas.Sofa\",\"sofaString\":\"Zoë 😀 a\"},{\"%ID\":2,\"%TYPE\":\"t.NamedEntity\",\
         \"@sofa\":1,\"begin\":0,\"end\":3,\"value\":\"PER\"}]}",
    ),
    (
        "data.py",
        "TRAIN = [('Zoë \\u00e9 $1', {'entities': [(0, 3, 'PER')]}),\n (\"b\", {\"entities\": []})]\nTEST = [(\"In Oslo\", {\"entities\": [(3, 7, 'LOC')]})]\n",
    ),
    (
        "a.json",
        "[{\"id\":\"1\",\"fields\":{\"text\":\"Zoë 😀 met\"},\"suggestions\":{},\"responses\":{\"span\":[{\"value\":[{\"start\":0,\"end\":3,\"label\":\"PER\"}]}]}}]",
    ),
    (
        "a.json",
        "{\"data\": [{\"tokens\":[\"EU\"],\"ner_tags\":[\"B-ORG\"]}],\n \"test\": [{\"tokens\":[\"a\",\"b\"],\"ner_tags\":[\"O\",\"B-X\"]}]}",
    ),
    (
        "a.csv",
        "text,label,split\nIn Oslo,\"[{\"\"start\"\":3,\"\"end\"\":7,\"\"labels\"\":[\"\"LOC\"\"]}]\",train\nb,,test\n",
    ),
    (
        "a.jsonl",
        "{\"id\":\"0\",\"tokens\":[\"EU\",\"x\"],\"ner_tags\":[\"B-ORG\",\"O\"]}\n{\"tokens\":[\"Zoë\"],\"ner_tags\":[\"I-PER\"]}\n",
    ),
    (
        "a.jsonl",
        "{\"text\":\"EU 😀 rejects\",\"label\":[[0,2,\"ORG\"],[3,4,\"X\"]]}\n{\"text\":\"é\",\"entities\":[{\"label\":1,\"start_offset\":0,\"end_offset\":1}]}\n",
    ),
    (
        "a.json",
        r#"[{"data":{"text":"EU é"},"annotations":[{"result":[{"value":{"start":0,"end":2,"text":"EU","labels":["ORG"]}}]}]}]"#,
    ),
    (
        "a.jsonl",
        r#"{"text":"Hi Apple","tokens":[{"start":0,"end":2},{"start":3,"end":8}],"spans":[{"start":3,"end":8,"label":"ORG"}],"answer":"accept"}"#,
    ),
    (
        "a.json",
        "[{\"tokenized_text\": [\"Zoë\", \"b\"], \"ner\": [[0, 1, \"X\"], [1, 1, \"Y\"]]},\n{\"tokenized_text\": [\"c\"], \"ner\": []}]",
    ),
    (
        "a.json",
        "[{\"id\":\"d\",\"paragraphs\":[{\"raw\":\"Zoë b. c\",\"sentences\":[{\"tokens\":[{\"orth\":\"Zoë\",\"ner\":\"B-X\"},{\"orth\":\"b\",\"ner\":\"L-X\"}\
         ]},{\"tokens\":[{\"orth\":\"c\",\"ner\":\"-\"}]}],\"cats\":[{\"label\":\"n\",\"value\":1.0}]},{\"sentences\":[{\"tokens\":[{\"orth\":\"d\"}]}]}]}]",
    ),
    ("a.json", "[[\"Uber é\", {\"entities\": [[0, 4, \"ORG\"]]}]]"),
    (
        "a.conllu",
        "# text = A b\n1\tA\t_\t_\t_\t_\t_\t_\t_\tNER=B-PER\n1-2\tx\t_\t_\t_\t_\t_\t_\t_\t_\n2\tb\t_\t_\t_\t_\t_\t_\t_\t_\n\n",
    ),
    ("a.csv", "Sentence #,Word,POS,Tag\nSentence: 1,\"a, b\",NN,O\n,\"\"\"\",X,B-geo\nSentence: 2,Zoë,N,O\n"),
    ("a.ann", "T1\tORG 0 4\tSony\nT2\tLOC 15 28;33 41\tNorth America and Asia\nR1\tO Arg1:T1 Arg2:T2\n#1\tN T1\tx\n"),
    ("a.csv", "id;text\n1;\"Angela; in Paris\"\n2;Rome\n"),
    (
        "a.v4_gold_conll",
        "#begin document (a); part 000\na 0 0 Zoë N (S* - - - - (PER(X)* * -\na 0 1 b N *) - - - - *) * -\n\n#end document\n\
         #begin document (a); part 001\na 1 0 c N (S*) - - - - (Y) * -\n#end document\n",
    ),
    ("a.conll", "-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\r\nrain NN I-NP O\n\nVay NNP I-NP B-LOC\n"),
];
