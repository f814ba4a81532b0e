//! Writers of formats: content that readers need in addition to tokens and spans.

use std::sync::Arc;
use tagwright::corpus::{
    Corpus, Document, DocumentBuilder, Edit, EditTitle, EditTitleKind, LabelId, LabelSet, Scheme, Span, Split,
    TokenSpan,
};
use tagwright::format::{self, Format, Writer};
use tagwright::project::Dataset;
use tagwright::project::source::rewrite_bytes;

fn labels() -> LabelSet {
    let mut labels = LabelSet::default();
    labels.intern("PER").expect("few labels");
    labels.intern("LOC").expect("few labels");
    labels
}

/// Document of one sentence with a span on the first token.
fn sentence(words: &[&str]) -> Arc<Document> {
    let mut builder = DocumentBuilder::new(Split::Train, 0, 0, 0);
    words.iter().for_each(|word| builder.push_token(word, []));
    builder.end_sentence(&[TokenSpan { start: 0, end: 1, label: LabelId::default() }]);
    Arc::new(builder.into_document())
}

fn write_to_string(corpus: &Corpus, to: Format) -> String {
    let write = to.single_file_writer().expect("a format of one file");
    String::from_utf8(write(corpus, None, Scheme::Iob2)).expect("text")
}

fn corpus_of(documents: Vec<Arc<Document>>) -> Corpus {
    Corpus { documents, labels: labels(), ..Corpus::default() }
}

/// Returns the source after an edit.
fn rewritten(name: &str, source: &str, siblings: &[(&str, &str)], edit: impl Fn(&Corpus) -> Edit) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [&[(name, source)], siblings].concat() {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let mut dataset = Dataset::open(&folder.path().join(name)).expect("a dataset");
    let edit = edit(&dataset.corpus);
    assert!(edit.apply(&mut dataset.corpus));
    let bytes = rewrite_bytes(source.as_bytes(), &dataset.files[0], 0, &dataset.corpus, false);
    String::from_utf8(bytes.expect("a source with labels")).expect("text")
}

fn remove_first(corpus: &Corpus) -> Edit {
    Edit::Spans { document: 0, removed: vec![corpus.document(0).spans[0]], added: Vec::new() }
}

#[test]
fn conll_separates_documents() {
    let two = corpus_of(vec![sentence(&["Anna", "sings"]), sentence(&["Oslo", "rains"])]);
    let text = write_to_string(&two, format::CONLL);
    assert_eq!(text, "-DOCSTART- O\n\nAnna B-PER\nsings O\n\n-DOCSTART- O\n\nOslo B-PER\nrains O\n\n");
    assert!(!write_to_string(&corpus_of(vec![sentence(&["Anna"])]), format::CONLL).contains("-DOCSTART-"));
}

#[test]
fn gmb_numbers_each_sentence_once() {
    let text = write_to_string(&corpus_of(vec![sentence(&["Anna", "sings"]), sentence(&["Oslo"])]), format::GMB);
    let expected = "Sentence #,Word,POS,Tag\nSentence: 1,Anna,,B-PER\n,sings,,O\nSentence: 2,Oslo,,B-PER\n";
    assert_eq!(text, expected);
}

#[test]
fn conllu_marks_missing_spaces() {
    let span = Span::new(0..4, LabelId::default());
    let document = Document::from_text(Split::Train, 0, 0, "Anna's cat.".into(), vec![span], None);
    let text = write_to_string(&corpus_of(vec![Arc::new(document)]), format::CONLLU);
    let misc: Vec<&str> = text.lines().filter_map(|l| l.split('\t').nth(9)).collect();
    let forms: Vec<&str> = text.lines().filter_map(|l| l.split('\t').nth(1)).collect();
    assert_eq!(forms, ["Anna's", "cat", "."]);
    assert_eq!(misc, ["NER=B-PER", "SpaceAfter=No", "_"]);
}

#[test]
fn conllu_preserves_key_of_misc_tag() {
    let line = |misc: &str| format!("1\tAnna\t_\t_\t_\t_\t_\t_\t_\t{misc}\n2\tsings\t_\t_\t_\t_\t_\t_\t_\t_\n");
    for name in ["NER", "NE", "Entity"] {
        let source = line(&format!("Gloss=x|{name}=B-PER"));
        assert_eq!(rewritten("a.conllu", &source, &[], remove_first), line("Gloss=x"), "{name}");
        let relabeled = rewritten("a.conllu", &source, &[], |corpus| {
            let mut labels = corpus.labels.clone();
            let new = labels.new_label("LOC");
            let id = labels.push(new.clone()).expect("few labels");
            let old = corpus.document(0).spans[0];
            let spans = Edit::Spans { document: 0, removed: vec![old], added: vec![Span { label: id, ..old }] };
            Edit::Group { title: EditTitle::new(EditTitleKind::Text, ["all"]), edits: vec![Edit::AddLabel(new), spans] }
        });
        assert_eq!(relabeled, line(&format!("Gloss=x|{name}=B-LOC")), "{name}");
    }
}

#[test]
fn brat_removes_references_to_removed_annotation() {
    let kept = "T2\tLOC 14 18\tOslo\nA2\tSure T2\n#2\tAnnotatorNotes T2\tT1 is a name\n";
    let gone = "T1\tPER 0 4\tAnna\nA1\tSure T1\n#1\tAnnotatorNotes T1\ta note\nR1\tin Arg1:T1 Arg2:T2\n";
    let text = [("a.txt", "Anna lives in Oslo")];
    assert_eq!(rewritten("a.ann", &format!("{gone}{kept}"), &text, remove_first), kept);
}

#[test]
fn brat_assigns_unused_id_to_new_annotation() {
    let source = "T7\tPER 0 4\tAnna\n";
    let added = rewritten("a.ann", source, &[("a.txt", "Anna lives in Oslo")], |corpus| {
        let span = corpus.document(0).span_from_tokens(0, 3..4, LabelId::default());
        Edit::Spans { document: 0, removed: Vec::new(), added: vec![span] }
    });
    assert_eq!(added, format!("{source}T8\tPER 14 18\tOslo\n"));
}

/// Checks the brat annotations of a text with one span.
fn check_brat(text: &str, span: (u32, u32), expected: &str) {
    let spans = vec![Span::new(span.0..span.1, LabelId::default())];
    let corpus = corpus_of(vec![Arc::new(Document::from_text(Split::Train, 0, 0, text.into(), spans, None))]);
    let Some(Writer::PerDocument(write, _)) = format::BRAT.write else { panic!("files for each document") };
    let files = write(&corpus, corpus.document(0));
    assert_eq!(String::from_utf8_lossy(&files[0].1), expected, "{text:?}");
}

#[test]
fn brat_offsets_count_crlf_as_one_and_skip_empty_lines() {
    check_brat("in\nOslo", (3, 7), "T1\tPER 3 7\tOslo\n");
    check_brat("in\r\nOslo", (4, 8), "T1\tPER 3 7\tOslo\n");
    check_brat("New\nYork", (0, 8), "T1\tPER 0 3;4 8\tNew York\n");
    check_brat("New\n\nYork", (0, 9), "T1\tPER 0 3;5 9\tNew  York\n");
}
