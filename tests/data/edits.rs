//! 10,000 random edits: undoing all restores the bytes of the source, redoing all restores the edited file.

use std::sync::Arc;
use tagwright::corpus::label::Label;
use tagwright::corpus::relabel::relabel;
use tagwright::corpus::splitting::{self, SplitOptions, SplitUnit};
use tagwright::corpus::{
    Corpus, Document, Edit, History, LabelId, LabelSnapshot, Origin, ReviewState, SentenceId, Span, Split,
};
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
        6 => {
            let document = below(corpus.documents.len()) as u32;
            let d = corpus.document(document);
            let before = d.splits.to_vec(d.len());
            let mut after = before.clone();
            (0..1 + below(3)).for_each(|_| after[below(d.len())] = Split::ALL[below(3)]);
            Edit::Splits { document, before, after }
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

const OPTIONS: SplitOptions = SplitOptions {
    dev: 0.2,
    test: 0.2,
    seed: 1,
    unit: SplitUnit::Document,
    is_stratified: true,
    keeps_near_duplicates: true,
};

/// Returns the corpus with new splits.
fn split(corpus: &Corpus, options: SplitOptions) -> Corpus {
    let mut corpus = corpus.clone();
    assert!(splitting::assign(&corpus, options).edit.expect("new splits").apply(&mut corpus));
    corpus
}

#[test]
fn splits_are_stratified_by_document() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let parted = split(&corpus, OPTIONS);
    let counts = |split| parted.counts(Some(split));
    let all = parted.counts(None);
    assert_eq!(all, corpus.counts(None));
    for (split, share) in [(Split::Train, 0.6), (Split::Dev, 0.2), (Split::Test, 0.2)] {
        for (has, total) in counts(split).labels.iter().zip(&all.labels) {
            let (has, wanted) = (*has as f64, *total as f64 * share);
            assert!((has - wanted).abs() <= 0.25 * wanted + 3.0, "{split:?}: {has} of {wanted}");
        }
    }
    assert!(parted.documents.iter().all(|d| Split::ALL.iter().filter(|s| d.splits.contains(**s)).count() == 1));
    assert_eq!(split(&corpus, OPTIONS).documents, parted.documents, "the result depends only on the seed");
    assert_ne!(split(&corpus, SplitOptions { seed: 2, ..OPTIONS }).documents, parted.documents);
    assert_eq!(splitting::assign(&parted, OPTIONS).edit, None, "the current splits have no effect");
}

#[test]
fn unstratified_splits_have_their_shares() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let check = |dev: f64, test: f64| {
        let unit = SplitUnit::Sentence;
        let keeps_near_duplicates = false;
        let options = SplitOptions { dev, test, unit, is_stratified: false, keeps_near_duplicates, ..OPTIONS };
        let parted = split(&corpus, options);
        let total = corpus.sentences(None).len() as f64;
        for (split, share) in [(Split::Dev, dev), (Split::Test, test)] {
            let n = parted.sentences(Some(split)).len() as f64;
            assert!((n - share * total).abs() <= 1.0, "{split:?}: {n} of {total}");
        }
    };
    check(0.1, 0.1);
    check(0.25, 0.0);
    check(0.0, 0.5);
}

#[test]
fn splits_keep_near_duplicates_together() {
    // The comparison of near-duplicates ignores digits, so the words differ in letters.
    let word = |i: usize| format!("word{}{}", (b'a' + (i / 26) as u8) as char, (b'a' + (i % 26) as u8) as char);
    let line = |i: usize| format!("Report {i} O\nfrom O\nOslo B-LOC\nabout O\nrain O\n{} O\n\n", word(i / 2));
    let text: String = (0..200).map(line).collect::<String>().replace("Report ", "Report");
    let corpus = Dataset::from_bytes("a", &[("a.conll", text.as_bytes(), Split::Train)]).expect("a dataset").corpus;
    assert_eq!(SplitUnit::suggested(&corpus), SplitUnit::Sentence);
    let options = SplitOptions { dev: 0.1, test: 0.1, seed: 3, unit: SplitUnit::Sentence, ..OPTIONS };
    let found = splitting::assign(&corpus, options);
    assert_eq!((found.n_units, found.n_near_duplicates), (200, 100));
    let parted = split(&corpus, options);
    let words = |split: Split| {
        let ids = parted.sentences(Some(split));
        let last = |id: SentenceId| parted.document(id.document).sentence_tokens(id.sentence as usize).pop();
        ids.into_iter().filter_map(last).map(str::to_owned).collect::<std::collections::HashSet<_>>()
    };
    let sets = Split::ALL.map(words);
    assert_eq!(sets.iter().map(|set| set.len()).sum::<usize>(), 100);
    assert!(sets[0].is_disjoint(&sets[1]) && sets[0].is_disjoint(&sets[2]) && sets[1].is_disjoint(&sets[2]));
}

/// Returns the sentences of a split: tokens, spans with their labels, and comments.
fn sentences(corpus: &Corpus, split: Split) -> Vec<[Vec<String>; 3]> {
    let one = |id: SentenceId| {
        let d = corpus.document(id.document);
        let sentence = id.sentence as usize;
        let text = |start: u32, end: u32| d.text[start as usize..end as usize].to_owned();
        let spans = &d.spans[d.span_range(sentence)];
        let review = d.reviews.get(id.sentence).cloned().unwrap_or_default();
        let comments = review.range_comments.iter().map(|c| format!("{} {}", text(c.start, c.end), c.text));
        [
            d.sentence_tokens(sentence).into_iter().map(str::to_owned).collect(),
            spans.iter().map(|s| format!("{} {}", text(s.start, s.end), corpus.labels.name(s.label))).collect(),
            comments.chain([review.comment.clone()]).collect(),
        ]
    };
    corpus.sentences(Some(split)).into_iter().map(one).collect()
}

#[test]
fn separated_splits_have_the_same_sentences() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let mut history = History::default();
    let mut draw = RngStream::new(5, 6);
    for _ in 0..2_000 {
        let edit = random_edit(&corpus, &mut draw);
        history.apply(edit, &mut corpus);
    }
    // Comments on byte ranges can be anywhere in the document. Such a comment is kept, but not its range.
    corpus.documents.iter_mut().for_each(|d| Arc::make_mut(d).reviews = Default::default());
    let first = corpus.document(0).span_from_tokens(1, 0..2, LabelId::default());
    let review = ReviewState { comment: "seen".into(), ..ReviewState::default() };
    let review = review.with_comment_at(first.start, first.end, "two words".into());
    corpus.document_mut(0).reviews.insert(1, review);
    let separated = corpus.separate_splits();
    assert!(separated.documents.len() > corpus.documents.len());
    for split in Split::ALL {
        assert_eq!(sentences(&separated, split), sentences(&corpus, split), "{split:?}");
        assert_eq!(separated.counts(Some(split)).labels, corpus.counts(Some(split)).labels);
    }
    assert!(separated.documents.iter().all(|d| Split::ALL.iter().filter(|s| d.splits.contains(**s)).count() == 1));
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
