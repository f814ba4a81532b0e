//! 10,000 random edits: undoing all restores the bytes of the source, redoing all restores the edited file.

use std::sync::Arc;
use tagwright::corpus::label::Label;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::splitting::{SplitRatios, stratified_split};
use tagwright::corpus::{Corpus, Document, Edit, History, LabelId, LabelSnapshot, Origin, ReviewState, Span, Split};
use tagwright::model::rng::RngStream;
use tagwright::project::Dataset;
use tagwright::project::sample;
use tagwright::project::source::rewrite_bytes;

const TRAIN: &[u8] = include_bytes!("../../assets/sample/train.conll");

fn bytes(dataset: &Dataset, corpus: &Corpus) -> Vec<u8> {
    rewrite_bytes(TRAIN, &dataset.files[0], 0, corpus, false).expect("bytes")
}

/// Returns a random edit that is valid for the corpus.
fn random_edit(corpus: &Corpus, draw: &mut RngStream) -> Edit {
    let mut below = |n: usize| (draw.next_u64() % n.max(1) as u64) as usize;
    match below(40) {
        0 if corpus.labels.len() < 20 => {
            let name = format!("L{}", corpus.labels.len());
            Edit::AddLabel(corpus.labels.new_label(&name))
        }
        1 => {
            let id = LabelId::try_from(below(corpus.labels.len())).expect("a label");
            let before = corpus.labels.get(id).expect("a label").clone();
            let letter = [None, Some('A'), Some('Q')][below(3)];
            let after = Label { name: format!("R{}", below(1_000_000)), shortcut: letter, ..before.clone() };
            Edit::ChangeLabel { id, before, after }
        }
        4 => {
            let document = below(corpus.documents.len()) as u32;
            let d = corpus.document(document);
            let sentence = below(d.len()) as u32;
            let before = d.reviews.get(sentence).cloned().unwrap_or_default();
            let comment = if below(2) == 0 { String::new() } else { format!("c{}", below(9)) };
            Edit::Review {
                document,
                sentence,
                before,
                after: ReviewState { done: below(2) == 0, flagged: below(2) == 0, comment, range_comments: Vec::new() }
                    .with_comment_at(0, 1 + below(9) as u32, if below(2) == 0 { String::new() } else { "r".into() }),
            }
        }
        5 => {
            let document = below(corpus.documents.len()) as u32;
            let before = corpus.doc_label_names(corpus.document(document)).cloned().collect();
            let mut after: Vec<String> = (0..below(3)).map(|_| format!("class {}", below(5))).collect();
            after.sort();
            after.dedup();
            Edit::DocLabels { document, before, after }
        }
        2 if corpus.labels.len() > 3 => {
            let number = below(1_000_000);
            let name = |id: usize| corpus.labels.name(LabelId::try_from(id).expect("a label")).to_owned();
            let (a, b, c) = (name(below(3)), name(0), name(corpus.labels.len() - 1));
            relabel(corpus, &[(a, Some(c)), (b, Some(format!("Z{number}")))].into()).expect("something changes")
        }
        3 if corpus.labels.len() > 3 => {
            let name = corpus.labels.name(LabelId::try_from(below(corpus.labels.len())).expect("a label")).to_owned();
            relabel(corpus, &[(name, None)].into()).expect("something changes")
        }
        _ => {
            let document = below(corpus.documents.len()) as u32;
            let d = corpus.document(document);
            let sentence = below(d.len());
            let length = d.sentence_range(sentence).len();
            let start = below(length);
            let end = start + 1 + below((length - start).min(4));
            let span = d.span_from_tokens(
                sentence,
                start..end,
                LabelId::try_from(below(corpus.labels.len())).expect("a label"),
            );
            let touched = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end);
            let removed: Vec<_> = touched.copied().collect();
            let origin = match below(3) {
                0 => Origin::Import,
                1 => Origin::Human,
                _ => Origin::suggested(below(9) as u8, below(1000) as f32 / 999.0),
            };
            let span = Span { origin, ..span };
            let added = if below(3) == 0 { vec![] } else { vec![span] };
            if below(4) == 0 {
                let touched = d.suggestions.iter().filter(|s| s.start < span.end && span.start < s.end);
                return Edit::Suggestions { document, removed: touched.copied().collect(), added };
            }
            Edit::Spans { document, removed, added }
        }
    }
}

#[test]
fn undo_restores_source_and_redo_restores_edits() {
    let dataset = sample::dataset().expect("the sample");
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut draw = RngStream::new(3, 4);
    for _ in 0..10_000 {
        let edit = random_edit(&corpus, &mut draw);
        assert!(history.apply(edit, &mut corpus));
    }
    let edited = bytes(&dataset, &corpus);
    assert_ne!(edited, TRAIN);
    let decided = origins(&corpus);
    while history.undo(&mut corpus).is_some() {}
    assert_eq!(history.position(), 0);
    assert_eq!(bytes(&dataset, &corpus), TRAIN);
    assert_eq!(corpus.labels, dataset.corpus.labels);
    assert_eq!(origins(&corpus), origins(&dataset.corpus));
    while history.redo(&mut corpus).is_some() {}
    assert_eq!(history.position(), 10_000);
    assert_eq!(bytes(&dataset, &corpus), edited);
    assert_eq!(origins(&corpus), decided);
}

/// Returns the spans and suggestions of all documents with their origins, which equality of spans ignores.
fn origins(corpus: &Corpus) -> Vec<(Span, Origin)> {
    let of = |d: &Arc<Document>| d.spans.iter().chain(&d.suggestions).map(|s| (*s, s.origin)).collect::<Vec<_>>();
    corpus.documents.iter().flat_map(of).collect()
}

#[test]
fn undo_restores_span_origins() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let mut history = History::default();
    let there = corpus.document(0).spans[0];
    let decided = Span { origin: Origin::suggested(1, 0.5), ..there };
    let change = |removed: Span, added: Span| Edit::Spans { document: 0, removed: vec![removed], added: vec![added] };
    assert!(history.apply(change(there, decided), &mut corpus));
    // The removed span is given with its original origin.
    let gone = Edit::Spans { document: 0, removed: vec![there], added: Vec::new() };
    assert!(history.apply(gone, &mut corpus));
    assert!(history.undo(&mut corpus).is_some());
    assert_eq!(corpus.document(0).spans[0].origin, decided.origin);
}

#[test]
fn large_span_edits_match_small_ones() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let d = corpus.document(0);
    let twice: Vec<Span> = d.spans.iter().chain(&d.spans[..2]).copied().collect();
    let check = |removed: Vec<Span>, added: Vec<Span>, expected: bool| {
        let mut changed = corpus.clone();
        let edit = Edit::Spans { document: 0, removed, added };
        assert_eq!(edit.apply(&mut changed), expected);
        assert!(changed.document(0).spans.is_sorted());
        if expected {
            assert!(edit.inverse().apply(&mut changed));
        }
        assert_eq!(changed.document(0), corpus.document(0));
    };
    assert!(d.spans.len() > 20);
    check(d.spans.clone(), Vec::new(), true);
    check(d.spans[3..].to_vec(), d.spans[5..].iter().map(|s| Span { end: s.end + 1, ..*s }).collect(), true);
    check(twice, Vec::new(), false);
    check(vec![d.spans[0], d.spans[0]], Vec::new(), false);
    check(Vec::new(), vec![Span::new(0..1, LabelId::new(99))], false);
}

#[test]
fn relabel_renames_merges_and_drops_labels() {
    let text = "{\"text\":\"Ann in Oslo\",\"label\":[[0,3,\"PER\"],[0,3,\"HUMAN\"],[7,11,\"LOC\"],[7,11,\"DATE\"]]}";
    let corpus = Dataset::from_bytes("a", &[("a.jsonl", text.as_bytes(), Split::Train)]).expect("a dataset").corpus;
    let check = |renames: &[(&str, Option<&str>)], expected: &str| {
        let renames = renames.iter().map(|(old, new)| ((*old).to_owned(), new.map(str::to_owned))).collect();
        let mut changed = corpus.clone();
        let Some(edit) = relabel(&corpus, &renames) else { return assert_eq!(expected, "nothing") };
        assert!(edit.apply(&mut changed), "{edit:?}");
        let d = changed.document(0);
        let spans: Vec<String> = d
            .spans
            .iter()
            .map(|s| format!("{} {}", &d.text[s.start as usize..s.end as usize], changed.labels.name(s.label)))
            .collect();
        assert_eq!(format!("{} | {}", changed.labels.names().join(" "), spans.join(", ")), expected);
        assert!(edit.inverse().apply(&mut changed));
        assert_eq!((changed.document(0), &changed.labels), (corpus.document(0), &corpus.labels));
    };
    check(&[], "nothing");
    check(&[("PER", Some("PER"))], "nothing");
    check(&[("HUMAN", Some("PER")), ("DATE", None)], "PER LOC | Ann PER, Oslo LOC");
    check(&[("LOC", Some("PLACE"))], "PER PLACE HUMAN DATE | Ann PER, Ann HUMAN, Oslo PLACE, Oslo DATE");
    check(&[("PER", Some("X")), ("HUMAN", Some("X")), ("LOC", None)], "X DATE | Ann X, Oslo DATE");
    // Swapped names.
    check(
        &[("PER", Some("LOC")), ("LOC", Some("PER")), ("HUMAN", None), ("DATE", None)],
        "LOC PER | Ann LOC, Oslo PER",
    );
}

#[test]
fn snapshot_lists_changes_and_restores_labels() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let snapshot = LabelSnapshot::capture(&corpus, "first".into(), 0);
    assert!(snapshot.changed_sentences(&corpus).is_empty() && snapshot.restore(&corpus).is_none());
    let before = corpus.clone();
    let mut draw = RngStream::new(5, 6);
    for _ in 0..200 {
        assert!(random_edit(&corpus, &mut draw).apply(&mut corpus));
    }
    let changed = snapshot.changed_sentences(&corpus);
    assert!(!changed.is_empty());
    let edit = snapshot.restore(&corpus).expect("something changed");
    let edited = corpus.clone();
    assert!(edit.apply(&mut corpus));
    assert!(snapshot.changed_sentences(&corpus).is_empty());
    let named = |c: &Corpus| {
        let of = |d: &Arc<Document>| {
            d.spans.iter().map(|s| (s.start, s.end, c.labels.name(s.label).to_owned())).collect::<Vec<_>>()
        };
        c.documents
            .iter()
            .map(|d| {
                let mut spans = of(d);
                spans.sort();
                spans
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(named(&corpus), named(&before));
    assert!(edit.inverse().apply(&mut corpus));
    assert_eq!((&corpus.documents, &corpus.labels), (&edited.documents, &edited.labels));
}

#[test]
fn splits_are_stratified_by_document() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let shares = SplitRatios { dev: 0.2, test: 0.2, seed: 1 };
    let (parted, found) = stratified_split(&corpus, shares);
    assert!(found.by_document);
    assert_eq!(parted.documents.len(), corpus.documents.len());
    let counts = |split| parted.counts(Some(split));
    let all = parted.counts(None);
    assert_eq!(all, corpus.counts(None));
    for (split, share) in [(Split::Train, 0.6), (Split::Dev, 0.2), (Split::Test, 0.2)] {
        for (has, total) in counts(split).labels.iter().zip(&all.labels) {
            let (has, wanted) = (*has as f64, *total as f64 * share);
            assert!((has - wanted).abs() <= 0.25 * wanted + 3.0, "{split:?}: {has} of {wanted}");
        }
    }
    assert_eq!(stratified_split(&corpus, shares).0.documents, parted.documents, "the result depends only on the seed");
    assert_ne!(stratified_split(&corpus, SplitRatios { seed: 2, ..shares }).0.documents, parted.documents);
}

#[test]
fn splits_keep_near_duplicates_together() {
    // The comparison of near-duplicates ignores digits, so the words differ in letters.
    let word = |i: usize| format!("word{}{}", (b'a' + (i / 26) as u8) as char, (b'a' + (i % 26) as u8) as char);
    let line = |i: usize| format!("Report {i} O\nfrom O\nOslo B-LOC\nabout O\nrain O\n{} O\n\n", word(i / 2));
    let text: String = (0..200).map(line).collect::<String>().replace("Report ", "Report");
    let corpus = Dataset::from_bytes("a", &[("a.conll", text.as_bytes(), Split::Train)]).expect("a dataset").corpus;
    let (parted, found) = stratified_split(&corpus, SplitRatios { dev: 0.1, test: 0.1, seed: 3 });
    assert_eq!((found.by_document, found.n_items, found.n_near_duplicates), (false, 200, 100), "{found:?}");
    assert_eq!(parted.documents.len(), 3);
    assert_eq!(parted.counts(None).labels, [200]);
    let words = |d: &Document| {
        d.tokens
            .iter()
            .map(|(a, b)| &d.text[*a as usize..*b as usize])
            .filter(|w| w.starts_with("word"))
            .map(str::to_owned)
            .collect::<std::collections::HashSet<_>>()
    };
    let sets: Vec<_> = parted.documents.iter().map(|d| words(d)).collect();
    assert!(sets[0].is_disjoint(&sets[1]) && sets[0].is_disjoint(&sets[2]) && sets[1].is_disjoint(&sets[2]));
    assert_eq!(parted.documents.iter().map(|d| d.len()).sum::<usize>(), 200);
}

#[test]
fn invalid_edit_changes_nothing() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let before = corpus.documents.clone();
    let absent = tagwright::corpus::Span::new(0..1, LabelId::new(9));
    let edit = Edit::Spans { document: 0, removed: vec![absent], added: vec![] };
    assert!(!History::default().apply(edit, &mut corpus));
    assert_eq!(corpus.documents, before);
}
