//! Every format: what is read from it, that saving without a change keeps every byte, that a change is read back, and
//! that what is written is read again.

use proptest::prelude::*;
use std::sync::Arc;
use tagwright::corpus::{Corpus, Document, LabelId, Scheme, Span, Split};
use tagwright::format::{self, Choices, Current, FORMATS, Format, NoteKind, Source};

/// Texts of many scripts, with an emoji, combining marks, a line separator and line ends of two characters.
const FAMILY: &str = "Dr. Zoë Müller 😀 met 习近平 in Köln.\r\nقال محمد مرحبا\u{2028}שלום e\u{301}te\u{301} 👩‍👩‍👧 Paris";

fn source<'a>(name: &'a str, bytes: &'a [u8], beside: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> Source<'a> {
    Source { beside, ..Source::alone(bytes, name, Split::Train, 0) }
}

/// Sentences by ` / `, documents by ` // `, spans as `[words LABEL]`, labels of a document behind it as ` <news, town>`.
fn shown(corpus: &Corpus) -> String {
    let sentence = |d: &Document, s: usize| {
        let spans = d.token_spans(s);
        let words: Vec<String> = d
            .words(s)
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
        let mut classes: Vec<&str> = corpus.class_names(d).map(String::as_str).collect();
        classes.sort_unstable();
        let classes = if classes.is_empty() { String::new() } else { format!(" <{}>", classes.join(", ")) };
        (0..d.len()).map(|s| sentence(d, s)).collect::<Vec<_>>().join(" / ") + &classes
    };
    corpus.documents.iter().map(document).collect::<Vec<_>>().join(" // ")
}

/// Reads, compares, saves without a change, and saves with the first span's label changed.
fn check_with(format: Format, name: &str, text: &str, beside: &dyn Fn(&str) -> Option<Vec<u8>>, expected: &str) {
    let source = source(name, text.as_bytes(), beside);
    assert_eq!(format::recognize(&source).name, format.name, "{text}");
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).unwrap_or_else(|p| panic!("{}: {p}", format.name));
    assert_eq!(shown(&corpus), expected, "{}", format.name);
    let Some(rewrite) = format.rewrite else { return };
    let current = |corpus: &Corpus| {
        let current = Current { corpus, file: 0, scheme: found.scheme, anew: false };
        rewrite(&source, &current).unwrap_or_else(|p| panic!("{}: {p}", format.name))
    };
    assert_eq!(String::from_utf8(current(&corpus)).expect("text"), text, "{}: saved without a change", format.name);
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
    if format.holds.classes {
        let news = changed.class("news");
        changed.document_mut(at).classes = vec![news];
    }
    let saved = current(&changed);
    let again = Source { bytes: &saved, ..source };
    let mut read = Corpus::default();
    format::read(&again.said_to_be(format), &mut read).unwrap_or_else(|p| panic!("{}: {p}", format.name));
    assert_eq!(shown(&read), shown(&changed), "{}: {}", format.name, String::from_utf8_lossy(&saved));
}

fn check(format: Format, name: &str, text: &str, expected: &str) {
    check_with(format, name, text, &|_| None, expected);
}

#[test]
fn hugging_face() {
    let lines = "{\"id\":\"0\",\"tokens\":[\"EU\",\"rejects\"],\"ner_tags\":[\"B-ORG\",\"O\"],\"pos\":[1, 2]}\n\
                 {\"id\":\"1\",\"tokens\":[\"Peter\",\"Blackburn\"],\"ner_tags\":[\"B-PER\",\"I-PER\"]}\n";
    check(format::HF_JSONL, "a.jsonl", lines, "[EU ORG] rejects / [Peter Blackburn PER]");
    let numbered = "[{\"tokens\":[\"EU\",\"x\"],\"ner_tags\":[2,0]},\n{\"tokens\":[\"Z\"],\"ner_tags\":[1]}]";
    let names = |name: &str| (name == "labels.txt").then(|| b"O\nB-PER\nB-ORG\nI-PER\n".to_vec());
    check_with(format::HF_JSONL, "a.json", numbered, &names, "[EU ORG] x / [Z PER]");
}

#[test]
fn parquet_has_its_names_in_its_footer() {
    let words = "Zoë B-PER\nsails O\n\nOslo B-LOC\nBay I-LOC\n\n-DOCSTART- O\n\nrain O\n";
    let mut corpus = Corpus::default();
    format::read(&Source::alone(words.as_bytes(), "a.conll", Split::Train, 0), &mut corpus).expect("a corpus");
    for scheme in [Scheme::Iob2, Scheme::Bilou] {
        let bytes = (format::HF_PARQUET.writes_whole().expect("it is written"))(&corpus, None, scheme);
        let source = Source::alone(&bytes, "train-00000-of-00001.parquet", Split::Train, 0);
        assert_eq!(format::recognize(&source), format::HF_PARQUET);
        let mut read = Corpus::default();
        let found = format::read(&source, &mut read).expect("a corpus");
        assert_eq!((shown(&read), found.scheme), (shown(&corpus).replace(" // ", " / "), scheme));
        let rewrite = format::HF_PARQUET.rewrite.expect("it is saved");
        let saved = |corpus: &Corpus| {
            rewrite(&source, &Current { corpus, file: 0, scheme: found.scheme, anew: false }).expect("it is saved")
        };
        assert_eq!(saved(&read), bytes, "saved without a change");
        let mut changed = read.clone();
        let new = changed.labels.intern("NEW").expect("few labels");
        let document = changed.document_mut(0);
        let first = document.spans[0];
        document.remove_span(first);
        document.insert_span(Span { label: new, ..first });
        let after = saved(&changed);
        let mut again = Corpus::default();
        let found = format::read(&Source { bytes: &after, ..source }, &mut again).expect("a corpus");
        assert_eq!((shown(&again), found.problem_count), (shown(&changed), 0));
        for cut in (0..bytes.len()).step_by(97) {
            let damaged = Source { bytes: &bytes[..cut], ..source };
            assert!(format::read(&damaged.said_to_be(format::HF_PARQUET), &mut Corpus::default()).is_err());
        }
    }
}

/// Four rows in two groups that `datasets` 4 wrote: an empty one, an emoji, further columns, a missing number.
#[test]
fn parquet_of_datasets_keeps_its_other_columns() {
    let bytes = include_bytes!("../golden/datasets.parquet");
    let source = Source::alone(bytes, "datasets.parquet", Split::Train, 0);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(shown(&corpus), "[Zoë Müller PER] rests / 😀 [Oslo LOC] / rain");
    let rewrite = format::HF_PARQUET.rewrite.expect("it is saved");
    let saved = |corpus: &Corpus| {
        rewrite(&source, &Current { corpus, file: 0, scheme: found.scheme, anew: false }).expect("bytes")
    };
    assert_eq!(saved(&corpus), bytes);
    let new = corpus.labels.intern("WEATHER").expect("few labels");
    let span = corpus.document(0).span_at(2, 0..1, new);
    corpus.document_mut(0).insert_span(span);
    let after = saved(&corpus);
    let mut again = Corpus::default();
    format::read(&Source { bytes: &after, ..source }, &mut again).expect("a corpus");
    assert_eq!(shown(&again), "[Zoë Müller PER] rests / 😀 [Oslo LOC] / [rain WEATHER]");
}

/// Two documents that spaCy 3.8 wrote (its tokens, an emoji, Chinese, two blanks, an empty line).
#[test]
fn docbin_is_read_and_comes_back() {
    let bytes = include_bytes!("../golden/two.spacy");
    let mut corpus = Corpus::default();
    let source = Source::alone(bytes, "two.spacy", Split::Train, 0);
    assert_eq!(format::recognize(&source), format::SPACY);
    format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(corpus.documents[0].text, "Dr. Zoë Müller 😀 met 习近平  in Köln.\n\nIt rained.");
    assert_eq!(shown(&corpus), "Dr. [Zoë Müller PER] 😀 met 习近平 [in Köln LOC] . / It rained . // [EU ORG] rejects");
    let write = format::SPACY.writes_whole().expect("it is written");
    let mut again = Corpus::default();
    let written = write(&corpus, None, Scheme::Iob2);
    format::read(&Source::alone(&written, "a.spacy", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(again.documents, corpus.documents);
    for cut in (0..bytes.len()).step_by(7) {
        let damaged = Source { bytes: &bytes[..cut], ..source };
        assert!(format::read(&damaged, &mut Corpus::default()).is_err());
    }
}

#[test]
fn doccano_of_all_generations() {
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

/// A record whose text's own labels become these: the record afterwards.
fn classified(format: Format, name: &str, record: &str, classes: &[&str]) -> serde_json::Value {
    let source = source(name, record.as_bytes(), &|_| None);
    let mut corpus = Corpus::default();
    let found = format::read(&source.said_to_be(format), &mut corpus).expect("a corpus");
    let names: Vec<String> = classes.iter().map(|n| (*n).to_owned()).collect();
    let ids = corpus.class_ids(&names);
    corpus.document_mut(0).classes = ids;
    let current = Current { corpus: &corpus, file: 0, scheme: found.scheme, anew: false };
    let saved = format.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    serde_json::from_slice(&saved).expect("JSON")
}

#[test]
fn labels_of_a_text_change_only_where_they_changed() {
    let check = |format: Format, name: &str, record: &str, classes: &[&str], at: &str, expected: serde_json::Value| {
        let saved = classified(format, name, record, classes);
        assert_eq!(saved.pointer(at), Some(&expected), "{at} of {saved}");
    };
    // Each of two controls keeps its own; a choice about a region is none of the text's.
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
    // What was rejected is no decision, and one that comes makes it none.
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
fn label_studio_full_and_minimal() {
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
    // Up to 0.4.8 an end was the last character.
    let inclusive = r#"[{"data":{"text":"In Paris now"},"completions":[{"result":[{"value":{"start":3,"end":7,"text":"Paris","labels":["LOC"]}}]}]}]"#;
    check(format::LABEL_STUDIO, "a.json", inclusive, "In [Paris LOC] now");
}

#[test]
fn prodigy_with_tokens_and_answers() {
    let lines = r#"{"text":"Hello Apple","tokens":[{"text":"Hello","start":0,"end":5,"id":0,"ws":true},{"text":"Apple","start":6,"end":11,"id":1,"ws":false}],"spans":[{"start":6,"end":11,"token_start":1,"token_end":1,"label":"ORG"}],"_input_hash":123,"answer":"accept"}
{"text":"Not Apple","spans":[{"start":4,"end":9,"label":"ORG"}],"_input_hash":5,"answer":"reject"}
"#;
    check(format::PRODIGY, "a.jsonl", lines, "Hello [Apple ORG] // Not Apple");
    let choice = r#"{"text":"Hello Apple","spans":[{"start":6,"end":11,"label":"ORG"}],"options":[{"id":"fruit","text":"Fruit"}],"accept":["fruit"],"_input_hash":123,"answer":"accept"}"#;
    check(format::PRODIGY, "a.jsonl", choice, "Hello [Apple ORG] <fruit>");
}

#[test]
fn spacy_tuples() {
    let pairs =
        "[[\"Uber blew through $1 million\", {\"entities\": [[0, 4, \"ORG\"]]}],\n[\"Nothing\", {\"entities\": []}]]";
    let cats = "[[\"Uber blew\", {\"entities\": [[0, 4, \"ORG\"]], \"cats\": {\"GOOD\": 1.0, \"BAD\": 0.0}}]]";
    check(format::SPACY_JSON, "a.json", cats, "[Uber ORG] blew <GOOD>");
    check(format::SPACY_JSON, "a.json", pairs, "[Uber ORG] blew through $ 1 million // Nothing");
}

#[test]
fn python_is_read_and_saved_as_python() {
    let text = "import spacy\n\nTRAIN_DATA = [\n    # the first\n    ('Uber blew \\u00e9 $1', {'entities': [(0, 4, 'ORG')]}),\n    \
                (\"It's nothing\", {\"entities\": []}),\n]\n\nTEST_DATA = [(\"In Oslo\", {\"entities\": [(3, 7, 'LOC')]})]\nrun()\n";
    check(format::SPACY_JSON, "data.py", text, "[Uber ORG] blew é $ 1 // It's nothing // In [Oslo LOC]");
    let mut corpus = Corpus::default();
    format::read(&source("data.py", text.as_bytes(), &|_| None), &mut corpus).expect("a corpus");
    let splits: Vec<Split> = corpus.documents.iter().map(|d| d.split).collect();
    assert_eq!(splits, [Split::Train, Split::Train, Split::Test]);
}

#[test]
fn records_may_lie_under_names() {
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
fn argilla_of_all_generations() {
    let expected = "[Zoë PER] met [Ann PER] .";
    let nested = r#"[{"id": "r1", "fields": {"text": "Zo\u00eb met Ann."}, "metadata": {"a": 1}, "suggestions": {"span": {"value": [{"start": 0, "end": 3, "label": "X"}], "score": [0.9], "agent": "m"}}, "responses": {"q": [{"value": "yes"}], "span": [{"value": [{"start": 0, "end": 3, "label": "PER"}, {"start": 8, "end": 11, "label": "PER"}], "user_id": "18398b7a-81f9-44d7-ab46-f91e7dfd8cac"}]}, "vectors": {}, "status": "pending", "_server_id": null}]"#;
    check(format::ARGILLA, "a.json", nested, expected);
    let flat = r#"[{"id":"r1","status":"pending","text":"Zoë met Ann.","a":1,"span.responses":[[{"start":0,"end":3,"label":"PER"},{"start":8,"end":11,"label":"PER"}]],"span.responses.users":["u"],"span.suggestion":null}]"#;
    check(format::ARGILLA, "a.json", flat, expected);
    let first = r#"{"text":"Zoë met Ann.","tokens":["Zoë","met","Ann","."],"prediction":null,"annotation":[["PER",0,3],["PER",8,11]],"status":"Validated"}"#;
    check(format::ARGILLA, "a.jsonl", first, expected);
}

/// As the two programs' own tests have it: stacked, sub-token and multi-token annotations, other layers, an empty last field.
#[test]
fn webanno_with_parts_of_tokens_and_other_layers() {
    let text = "#FORMAT=WebAnno TSV 3.2\n#T_SP=a.POS|PosValue\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n\
                #Text=Zoë 😀 met Annlike\n#Text=people.\n1-1\t0-3\tZoë\tNE\t*[1]|*[2]\tPER[1]|X[2]\t\n1-2\t4-6\t😀\tSYM\t*[1]\tPER[1]\t\n1-3\t7-10\tmet\tV\t_\t_\t\n\
                1-4\t11-18\tAnnlike\tADJ\t_\t_\t\n1-4.1\t11-14\tAnn\t_\thttp://x\tPER\t\n1-5\t19-25\tpeople\tN\t_\t_\t\n1-6\t25-26\t.\tP\t_\t_\t\n\n\
                #Text=In Köln\n2-1\t27-29\tIn\tP\t_\t_\t\n2-2\t30-34\tKöln\tNE\t*\tLOC\\_a\t\n";
    check(format::WEBANNO_TSV, "a.tsv", text, "[[Zoë X] 😀 PER] met [Annlike PER] people . / In [Köln LOC_a]");
    let (saved, again) = labelled(format::WEBANNO_TSV, "a.tsv", text, &|_| None, "like\npeo");
    assert_eq!(again, "[[Zoë X] 😀 PER] met [[Annlike PER] people NEW] . / In [Köln LOC_a]");
    assert!(saved.contains("1-4.1\t11-14\tAnn\t_\thttp://x\tPER\t\n"), "{saved}");
    assert!(saved.contains("1-4.2\t14-18\tlike\t_\t*[3]\tNEW[3]\t\n1-5\t19-25\tpeople\tN\t_\t_\t\n1-5.1\t19-22\tpeo\t_\t*[3]\tNEW[3]\t\n"), "{saved}");
}

/// What dkpro-cassis 0.12 wrote.
#[test]
fn uima_as_xmi_and_as_json() {
    let expected = "[Zoë PER] 😀 met [Ann PER] . / In [Köln LOC] & \" < [Oslo LOC] > é";
    let check = |format: Format, name: &str, bytes: &[u8]| {
        let source = source(name, bytes, &|_| None);
        assert_eq!(format::recognize(&source).name, format.name);
        let mut corpus = Corpus::default();
        let found = format::read(&source, &mut corpus).expect("a corpus");
        assert_eq!((shown(&corpus).as_str(), found.unit), (expected, Some(format::Unit::Utf16)), "{found:?}");
        assert_eq!(corpus.documents[0].text, "Zoë 😀 met Ann.\nIn Köln & \"<Oslo>\" é.");
        for cut in (0..bytes.len() - 2).step_by(31) {
            assert!(
                format::read(&(Source { bytes: &bytes[..cut], ..source }).said_to_be(format), &mut Corpus::default())
                    .is_err()
            );
        }
    };
    check(format::UIMA_XMI, "a.xmi", include_bytes!("../golden/uima.xmi"));
    check(format::UIMA_JSON, "a.json", include_bytes!("../golden/uima.json"));
}

/// What openpyxl 3.1 wrote: a title row above none, numbers, an empty cell.
#[test]
fn spreadsheets_and_tables_of_regions() {
    let bytes = include_bytes!("../golden/texts.xlsx");
    let mut corpus = Corpus::default();
    let source = source("texts.xlsx", bytes, &|_| None);
    assert_eq!(format::recognize(&source), format::XLSX);
    format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(shown(&corpus), "Angela , in Paris // Zoë 😀");
    assert_eq!(corpus.documents[1].split, Split::Test);
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
fn conllu_keeps_its_other_columns() {
    let text = "# sent_id = 1\n# text = Anna lives.\n1\tAnna\tAnna\tPROPN\tNNP\t_\t2\tnsubj\t_\tNER=B-PER\n\
                2-3\tlives.\t_\t_\t_\t_\t_\t_\t_\t_\n2\tlives\tlive\tVERB\tVBZ\t_\t0\troot\t_\tSpaceAfter=No\n\
                3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_\n\n";
    check(format::CONLLU, "a.conllu", text, "[Anna PER] lives .");
    // CoNLL-U Plus names its columns.
    let text = "# global.columns = ID FORM UPOS NE:NER\n1\tAnna\tPROPN\tB-PER\n2-3\tdunno\t_\t_\n2\tlives\tVERB\t_\n\n";
    check(format::CONLLU, "a.conllup", text, "[Anna PER] lives");
}

#[test]
fn gmb_with_its_quotes() {
    let text = "Sentence #,Word,POS,Tag\nSentence: 1,Thousands,NNS,O\n,of,IN,O\n,\"\"\"\",``,O\n,London,NNP,B-geo\n\
                Sentence: 2,\"a, b\",NN,O\n,Iraq,NNP,B-gpe\n";
    check(format::GMB, "ner_dataset.csv", text, "Thousands of \" [London geo] / a, b [Iraq gpe]");
}

#[test]
fn brat_keeps_what_it_does_not_know() {
    let text = "Sony opened in North America\nand Asia.";
    let beside = |name: &str| (name == "a.txt").then(|| text.as_bytes().to_vec());
    let annotations = "T1\tORG 0 4\tSony\nT2\tLOC 15 28;29 37\tNorth America and Asia\nR1\tOrigin Arg1:T1 Arg2:T2\n\
                       A1\tNegation T1\n#1\tAnnotatorNotes T1\tcheck\n";
    check_with(format::BRAT, "a.ann", annotations, &beside, "[Sony ORG] opened in [North America and Asia LOC] .");
    // A label with a character that no new one may have stays as it is.
    check_with(
        format::BRAT,
        "a.ann",
        "T1\t\rRG 0 4\tSony\n",
        &beside,
        "[Sony \rRG] opened in North America / and Asia .",
    );
    let long = "Sony\r\nopened in Paris";
    let beside = |name: &str| (name == "a.txt").then(|| long.as_bytes().to_vec());
    check_with(format::BRAT, "a.ann", "T1\tLOC 15 20\tParis\n", &beside, "Sony / opened in [Paris LOC]");
}

#[test]
fn texts_and_tables() {
    check(format::TEXT, "a.txt", "One line. Another.\nMore", "One line . / Another . / More");
    check(format::CSV, "a.csv", "id,text\n1,\"Angela, in Paris\"\n2,Rome\n", "Angela , in Paris // Rome");
    check(format::CSV, "a.tsv", "text\tyear\nParis is big\t1999\n", "Paris is big");
}

/// The same span of a text of many scripts, counted in each unit.
#[test]
fn offsets_of_every_unit_are_understood() {
    let at = FAMILY.find("Köln").expect("a word");
    let points = FAMILY[..at].chars().count();
    let utf16: usize = FAMILY[..at].chars().map(char::len_utf16).sum();
    for (start, length, unit) in [(points, 4, "code-points"), (utf16, 4, "utf-16"), (at, 5, "bytes")] {
        let record = serde_json::json!({"text": FAMILY, "label": [[start, start + length, "LOC"]]}).to_string();
        let mut corpus = Corpus::default();
        let source = Source::alone(record.as_bytes(), "a.jsonl", Split::Train, 0);
        let found = format::read(&source, &mut corpus).expect("a corpus");
        assert_eq!(found.unit.map(format::Unit::name), Some(unit));
        let d = &corpus.documents[0];
        assert_eq!(d.spans, [Span::new(at as u32..at as u32 + 5, LabelId::default())], "{unit}");
        assert_eq!(d.text, FAMILY);
    }
}

#[test]
fn records_of_two_units_lie_in_one_file() {
    // As doccano leaves them: imported ones count code points, the one drawn in its window counts UTF-16.
    let record = |start: usize| serde_json::json!({"text": FAMILY, "label": [[start, start + 4, "LOC"]]}).to_string();
    let before = &FAMILY[..FAMILY.find("Köln").expect("a word")];
    let (points, utf16) = (before.chars().count(), before.encode_utf16().count());
    let lines = [record(points), record(points), record(utf16)].map(|line| line + "\n").concat();
    let mut corpus = Corpus::default();
    let source = Source::alone(lines.as_bytes(), "a.jsonl", Split::Train, 0);
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert!(found.evidence.iter().any(|e| e.starts_with("in 1 records")), "{:?}", found.evidence);
    for d in &corpus.documents {
        assert_eq!(d.spans.iter().map(|s| &d.text[s.start as usize..s.end as usize]).collect::<Vec<_>>(), ["Köln"]);
    }
    // What is saved counts as its record does.
    for document in 0..3 {
        corpus.document_mut(document).insert_span(Span::new(0..4, LabelId::default()));
    }
    let current = Current { corpus: &corpus, file: 0, scheme: found.scheme, anew: false };
    let saved = found.format.rewrite.expect("it is saved")(&source, &current).expect("it is saved");
    let mut again = Corpus::default();
    format::read(&Source::alone(&saved, "a.jsonl", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(
        again.documents.iter().map(|d| &d.spans).collect::<Vec<_>>(),
        corpus.documents.iter().map(|d| &d.spans).collect::<Vec<_>>()
    );
    assert!(String::from_utf8(saved).expect("text").contains(&format!("[{utf16},")));
}

#[test]
fn bad_records_are_told_and_left_in_the_file() {
    let text = "{\"text\":\"Paris\",\"label\":[[0,5,\"LOC\"],[3,99,\"PER\"]]}\n{broken\n{\"no\":\"text\"}\n{\"text\":\"Rome\",\"label\":[]}\n";
    let source = Source::alone(text.as_bytes(), "a.jsonl", Split::Train, 0);
    let mut corpus = Corpus::default();
    let found = format::read(&source, &mut corpus).expect("a corpus");
    assert_eq!(shown(&corpus), "[Paris LOC] // Rome");
    let lines: Vec<usize> = found.problems.iter().map(|p| p.line).collect();
    assert_eq!((found.problem_count, lines), (3, vec![2, 3, 1]));
    corpus.document_mut(1).insert_span(Span::new(0..4, LabelId::default()));
    let current = Current { corpus: &corpus, file: 0, scheme: Scheme::Iob2, anew: false };
    let saved = format::DOCCANO.rewrite.expect("it is saved")(&source, &current).expect("bytes");
    let expected = text.replace("{\"text\":\"Rome\",\"label\":[]}", "{\"text\":\"Rome\",\"label\":[[0,4,\"LOC\"]]}");
    assert_eq!(String::from_utf8(saved).expect("text"), expected);
}

/// Reads a file, puts a span into its first document, saves, and reads again.
fn labelled(
    format: Format,
    name: &str,
    text: &str,
    beside: &dyn Fn(&str) -> Option<Vec<u8>>,
    word: &str,
) -> (String, String) {
    let source = source(name, text.as_bytes(), beside);
    let mut corpus = Corpus::default();
    let found = format::read(&source.said_to_be(format), &mut corpus).expect("a corpus");
    let label = corpus.labels.intern("NEW").expect("few labels");
    let document = corpus.document_mut(0);
    let start = document.text.find(word).expect("the word") as u32;
    document.insert_span(Span::new(start..start + word.len() as u32, label));
    let current = Current { corpus: &corpus, file: 0, scheme: found.scheme, anew: false };
    let saved = (format.rewrite.expect("it is saved"))(&source, &current).expect("bytes");
    let mut again = Corpus::default();
    format::read(&(Source { bytes: &saved, ..source }).said_to_be(format), &mut again).expect("a corpus");
    (String::from_utf8(saved).expect("text"), shown(&again))
}

#[test]
fn what_is_labelled_in_records_that_were_not_taken_is_there_again() {
    let cancelled = r#"[{"data":{"text":"In Oslo"},"annotations":[{"was_cancelled":true,"result":[{"value":{"start":0,"end":2,"labels":["X"]}}]}]}]"#;
    let (saved, again) = labelled(format::LABEL_STUDIO, "a.json", cancelled, &|_| None, "Oslo");
    assert_eq!(again, "In [Oslo NEW]");
    assert!(saved.contains(r#""was_cancelled":true,"result":[{"value":{"start":0"#), "{saved}");
    let rejected = r#"{"text":"In Oslo","spans":[{"start":0,"end":2,"label":"X"}],"_input_hash":1,"answer":"reject"}"#;
    assert_eq!(labelled(format::PRODIGY, "a.jsonl", rejected, &|_| None, "Oslo").1, "In [Oslo NEW]");
}

#[test]
fn line_ends_of_two_characters_stay() {
    let text = "Sentence #,Word,POS,Tag\r\nSentence: 1,In,IN,O\r\n,Oslo,NNP,O\r\n,now,RB,O\r\n";
    let (saved, again) = labelled(format::GMB, "a.csv", text, &|_| None, "Oslo");
    assert_eq!((saved, again), (text.replace("NNP,O", "NNP,B-NEW"), "In [Oslo NEW] now".to_owned()));
    let beside = |_: &str| Some(b"One\r\nIn Oslo".to_vec());
    let (saved, again) = labelled(format::BRAT, "a.ann", "", &beside, "Oslo");
    assert_eq!((saved.as_str(), again.as_str()), ("T1\tNEW 7 11\tOslo\n", "One / In [Oslo NEW]"));
}

#[test]
fn every_row_may_name_its_sentence() {
    check(
        format::GMB,
        "a.csv",
        "Sentence #,Word,Tag\n1,Anna,B-per\n1,Smith,I-per\n2,left,O\n",
        "[Anna Smith per] / left",
    );
}

#[test]
fn a_long_first_record_is_recognised() {
    let text = format!("{{\"text\":\"Oslo {}\",\"label\":[[0,4,\"LOC\"]]}}\n", "é ".repeat(60_000));
    assert_eq!(format::recognize(&Source::alone(text.as_bytes(), "a.jsonl", Split::Train, 0)), format::DOCCANO);
    let unknown = Source::alone(b"{\"data\":[]}", "a.json", Split::Train, 0);
    let why = format::read(&unknown, &mut Corpus::default()).expect_err("no format").message;
    assert!(why.contains("this JSON"), "{why}");
}

#[test]
fn one_text_stays_one_record() {
    let text = "{\"text\":\"Anna lives in Oslo.  She works.\\n\\nBob too.\",\"label\":[[14,18,\"LOC\"]]}";
    let mut corpus = Corpus::default();
    format::read(&Source::alone(text.as_bytes(), "a.jsonl", Split::Train, 0), &mut corpus).expect("a corpus");
    let written = (format::DOCCANO.writes_whole().expect("it is written"))(&corpus, None, Scheme::Iob2);
    let record: serde_json::Value = serde_json::from_slice(&written).expect("one record");
    assert_eq!(record["text"], "Anna lives in Oslo.  She works.\n\nBob too.");
}

#[test]
fn space_in_a_labels_name_is_told_and_survives_columns() {
    let text = "{\"text\":\"Bob is a cook\",\"label\":[[9,13,\"job title\"],[0,3,\"\"]]}";
    let mut corpus = Corpus::default();
    let found =
        format::read(&Source::alone(text.as_bytes(), "a.jsonl", Split::Train, 0), &mut corpus).expect("a corpus");
    assert_eq!(shown(&corpus), "Bob is a [cook job title]");
    assert!(found.notes.iter().any(|note| note.kind == NoteKind::SpanWithoutLabel), "{:?}", found.notes);
    assert!(format::losses(&corpus, format::CONLL, Scheme::Iob2).iter().any(|l| l.contains("space in the names")));
    let written = (format::CONLL.writes_whole().expect("it is written"))(&corpus, None, Scheme::Iob2);
    let mut again = Corpus::default();
    format::read(&Source::alone(&written, "a.conll", Split::Train, 0), &mut again).expect("a corpus");
    assert_eq!(shown(&again), "Bob is a [cook job_title]");
}

/// A corpus of texts with any spans on character borders.
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
            corpus.documents.push(Arc::new(Document::of_text(Split::Train, 0, place as u32, text, spans, None)));
        }
        corpus
    })
}

/// A text, and its spans with the names of their labels.
type Held = (String, Vec<(u32, u32, String)>);

/// What formats of texts hold.
fn held(corpus: &Corpus) -> Vec<Held> {
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
    fn texts_come_back_from_every_format_of_texts(corpus in corpora()) {
        for format in FORMATS.iter().filter(|f| f.holds.text && f.holds.overlaps) {
            let Some(write) = format.writes_whole() else { continue };
            let bytes = write(&corpus, None, Scheme::Iob2);
            let source = Source::alone(&bytes, "a.json", Split::Train, 0);
            let choices = Choices { unit: Some(format::Unit::CodePoints), ..Choices::default() };
            let source = Source { choices, ..source };
            let mut read = Corpus::default();
            format::read(&source.said_to_be(*format), &mut read).expect("it was written");
            let (whole, found) = (held(&corpus), held(&read));
            if found.len() == whole.len() {
                prop_assert_eq!(found, whole, "{}", format.name);
            }
        }
    }

    #[test]
    fn no_reader_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:a-z0-9 \t\n#-]{0,120}") {
        for format in FORMATS {
            for bytes in [&bytes[..], text.as_bytes()] {
                let source = Source::alone(bytes, "a.ann", Split::Train, 0);
                let mut corpus = Corpus::default();
                let _ = format::read(&source.said_to_be(*format), &mut corpus);
            }
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        which in 0..DAMAGED.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let (name, text) = DAMAGED[which];
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, kind) in damage {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                // What is in the file already is likelier to mean something.
                _ => bytes.insert(at.min(bytes.len()), *text.as_bytes().get(usize::from(byte) % text.len()).unwrap_or(&0)),
            }
        }
        let beside = |_: &str| Some("Sony opened in North America 😀\r\nand Asia.".as_bytes().to_vec());
        let source = source(name, &bytes, &beside);
        for format in FORMATS {
            let mut corpus = Corpus::default();
            let Ok(found) = format::read(&source.said_to_be(*format), &mut corpus) else { continue };
            for d in &corpus.documents {
                prop_assert!(d.spans.iter().all(|s| d.text.get(s.start as usize..s.end as usize).is_some_and(|t| !t.is_empty())));
                for sentence in 0..d.len() {
                    prop_assert!(!d.words(sentence).is_empty());
                }
            }
            if let Some(rewrite) = format.rewrite {
                let current = Current { corpus: &corpus, file: 0, scheme: found.scheme, anew: false };
                if let Ok(saved) = rewrite(&source, &current) {
                    prop_assert_eq!(&saved, &bytes, "{}: saved without a change", format.name);
                }
            }
        }
    }
}

/// Files to be damaged.
const DAMAGED: &[(&str, &str)] = &[
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
    ("a.json", "[[\"Uber é\", {\"entities\": [[0, 4, \"ORG\"]]}]]"),
    (
        "a.conllu",
        "# text = A b\n1\tA\t_\t_\t_\t_\t_\t_\t_\tNER=B-PER\n1-2\tx\t_\t_\t_\t_\t_\t_\t_\t_\n2\tb\t_\t_\t_\t_\t_\t_\t_\t_\n\n",
    ),
    ("a.csv", "Sentence #,Word,POS,Tag\nSentence: 1,\"a, b\",NN,O\n,\"\"\"\",X,B-geo\nSentence: 2,Zoë,N,O\n"),
    ("a.ann", "T1\tORG 0 4\tSony\nT2\tLOC 15 28;33 41\tNorth America and Asia\nR1\tO Arg1:T1 Arg2:T2\n#1\tN T1\tx\n"),
    ("a.csv", "id;text\n1;\"Angela; in Paris\"\n2;Rome\n"),
    ("a.conll", "-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\r\nrain NN I-NP O\n\nVay NNP I-NP B-LOC\n"),
];
