//! Rules of the corpus that no other test covers. They were found by mutation of the code.

use std::sync::Arc;
use tagwright::corpus::carry_over::carry_over;
use tagwright::corpus::holdout::holdout;
use tagwright::corpus::scheme::encode;
use tagwright::corpus::{
    Corpus, DataSelection, DevSource, Document, DocumentBuilder, Edit, EditTitle, EditTitleKind, LabelId, LabelSet,
    LabelSnapshot, Origin, Prefix, ReviewState, RunSentences, Scheme, SentenceId, Span, Split, TokenSpan, TrainOn,
};

fn labels(names: &[&str]) -> LabelSet {
    let mut labels = LabelSet::default();
    for name in names {
        labels.intern(name).expect("few labels");
    }
    labels
}

/// Corpus with one document per text, without spans.
fn texts(texts: &[&str], names: &[&str]) -> Corpus {
    let document = |text: &&str| Document::from_text(Split::Train, 0, 0, (*text).to_owned(), Vec::new(), None);
    let documents = texts.iter().map(|t| Arc::new(document(t))).collect();
    Corpus { documents, labels: labels(names), ..Corpus::default() }
}

#[test]
fn boundary_tags_separate_only_spans_of_same_label() {
    let (a, b) = (LabelId::new(0), LabelId::new(1));
    let check = |second: LabelId, scheme: Scheme, expected: [Prefix; 2]| {
        let spans = [TokenSpan { start: 0, end: 1, label: a }, TokenSpan { start: 1, end: 2, label: second }];
        let tags: Vec<_> = encode(&spans, 2, scheme).into_iter().flatten().map(|(prefix, _)| prefix).collect();
        assert_eq!(tags, expected, "{scheme:?}");
    };
    check(a, Scheme::Iob1, [Prefix::I, Prefix::B]);
    check(b, Scheme::Iob1, [Prefix::I, Prefix::I]);
    check(a, Scheme::Ioe1, [Prefix::E, Prefix::I]);
    check(b, Scheme::Ioe1, [Prefix::I, Prefix::I]);
}

#[test]
fn popping_duplicate_label_keeps_first() {
    let mut labels = labels(&["PER"]);
    let second = labels.get(LabelId::default()).expect("a label").clone();
    labels.push(second).expect("few labels");
    assert!(labels.pop().is_some());
    assert_eq!(labels.id("PER"), Some(LabelId::default()));
    assert!(labels.pop().is_some());
    assert_eq!(labels.id("PER"), None);
}

#[test]
fn edit_group_is_atomic() {
    let mut corpus = texts(&["Anna sings"], &["PER"]);
    let before = (corpus.documents.clone(), corpus.labels.clone());
    let span = Span::new(0..4, LabelId::default());
    let fits = Edit::Spans { document: 0, removed: Vec::new(), added: vec![span] };
    let new = Edit::AddLabel(corpus.labels.new_label("LOC"));
    let strange = Edit::Spans { document: 0, removed: vec![Span::new(5..10, LabelId::default())], added: Vec::new() };
    let together = Edit::Group { title: EditTitle::new(EditTitleKind::Text, ["all"]), edits: vec![new, fits, strange] };
    assert!(!together.apply(&mut corpus));
    assert_eq!((&corpus.documents, &corpus.labels), (&before.0, &before.1));
}

#[test]
fn range_comments_are_sorted_by_position() {
    let mark = ReviewState::default().with_comment_at(5, 9, "later".into()).with_comment_at(0, 4, "earlier".into());
    assert_eq!(mark.range_comments.iter().map(|r| r.start).collect::<Vec<_>>(), [0, 5]);
    let other = ReviewState::default().with_comment_at(0, 4, "earlier".into()).with_comment_at(5, 9, "later".into());
    assert_eq!(mark, other);
}

#[test]
fn adjacent_spans_do_not_overlap() {
    let span = |range| Span::new(range, LabelId::default());
    assert!(span(0..4).overlaps(&span(3..6)) && span(3..6).overlaps(&span(0..4)));
    assert!(!span(0..4).overlaps(&span(4..6)) && !span(4..6).overlaps(&span(0..4)));
}

#[test]
fn comment_on_removed_sentence_is_reported_lost() {
    let mut old = texts(&["Anna sings.", "Rain falls."], &["PER"]);
    let after = ReviewState { comment: "look again".into(), ..ReviewState::default() };
    assert!(Edit::Review { document: 0, sentence: 0, before: ReviewState::default(), after }.apply(&mut old));
    let carried = carry_over(&old, &texts(&["Snow melts.", "Rain falls."], &["PER"]));
    assert_eq!(carried.lost, [SentenceId { document: 0, sentence: 0 }]);
}

#[test]
fn carry_over_requires_same_tokenization() {
    let corpus = |words: &[(u32, u32)]| {
        let own = Some(words.to_vec());
        let document = Document::from_text(Split::Train, 0, 0, "New York".into(), Vec::new(), own);
        Corpus { documents: vec![Arc::new(document)], labels: labels(&["LOC"]), ..Corpus::default() }
    };
    let carried = carry_over(&corpus(&[(0, 3), (4, 8)]), &corpus(&[(0, 8)]));
    assert_eq!((carried.unchanged, carried.changed), (0, 1));
    let carried = carry_over(&corpus(&[(0, 8)]), &corpus(&[(0, 8)]));
    assert_eq!((carried.unchanged, carried.changed), (1, 0));
}

#[test]
fn holdout_keeps_documents_whole() {
    let document = |number: usize| {
        let mut builder = DocumentBuilder::new(Split::Train, 0, 0, 0);
        for sentence in 0..6 {
            builder.push_token(&format!("w{number}-{sentence}"), []);
            builder.end_sentence(&[]);
        }
        Arc::new(builder.into_document())
    };
    let corpus = Corpus { documents: (0..10).map(document).collect(), ..Corpus::default() };
    let held = holdout(&corpus, 0.2, 7);
    assert_eq!((held.n_held_out, held.dev.len(), held.train.len()), (Some((2, 10)), 12, 48));
    let in_both = |id: &SentenceId| held.train.iter().any(|other| other.document == id.document);
    assert!(!held.dev.iter().any(in_both), "a document is in both");
}

#[test]
fn snapshot_compares_label_names() {
    let mut corpus = texts(&["Anna sings", "Oslo rains"], &["PER", "LOC"]);
    let spans = vec![Span::new(0..4, LabelId::default())];
    assert!(Edit::Spans { document: 0, removed: Vec::new(), added: spans }.apply(&mut corpus));
    let snapshot = LabelSnapshot::capture(&corpus, "before".into(), 0);
    assert_eq!(snapshot.changed_sentences(&corpus), []);
    let before = corpus.labels.get(LabelId::default()).expect("a label").clone();
    let after = tagwright::corpus::label::Label { name: "POET".into(), ..before.clone() };
    assert!(Edit::ChangeLabel { id: LabelId::default(), before, after }.apply(&mut corpus));
    assert_eq!(snapshot.changed_sentences(&corpus), [SentenceId { document: 0, sentence: 0 }]);
}

#[test]
fn data_selection_leaves_out_unfinished_sentences() {
    // Four documents of one sentence in train, one in dev, one in test.
    let splits = [Split::Train, Split::Train, Split::Train, Split::Train, Split::Dev, Split::Test];
    let document =
        |split: &Split| Arc::new(Document::from_text(*split, 0, 0, "Anna sings".to_owned(), Vec::new(), None));
    let documents = splits.iter().map(document).collect();
    let mut corpus = Corpus { documents, labels: labels(&["PER"]), ..Corpus::default() };
    let add = |corpus: &mut Corpus, document: u32, origin: Origin| {
        let span = Span { origin, ..Span::new(0..4, LabelId::default()) };
        assert!(Edit::Spans { document, removed: Vec::new(), added: vec![span] }.apply(corpus));
    };
    let mark_done = |corpus: &mut Corpus, document: u32| {
        let (before, after) = (ReviewState::default(), ReviewState { done: true, ..ReviewState::default() });
        assert!(Edit::Review { document, sentence: 0, before, after }.apply(corpus));
    };
    let ids = |ids: &[SentenceId]| ids.iter().map(|id| id.document).collect::<Vec<_>>();
    let check = |corpus: &Corpus, selection: DataSelection, train: &[u32], dev: &[u32], test: &[u32]| {
        let RunSentences { holdout, test: of_test } = selection.sentences(corpus, 1);
        assert_eq!((ids(&holdout.train).as_slice(), ids(&holdout.dev).as_slice()), (train, dev), "{selection:?}");
        assert_eq!(ids(&of_test), test, "{selection:?}");
    };
    let on = |train_on| DataSelection { train_on: Some(train_on), ..DataSelection::default() };
    add(&mut corpus, 0, Origin::Human);
    mark_done(&mut corpus, 1);
    // No label comes from the source, so only done sentences are used. All of dev and test are open.
    assert_eq!(TrainOn::suggested(&corpus), TrainOn::Done);
    check(&corpus, DataSelection::default(), &[1], &[4], &[5]);
    check(&corpus, on(TrainOn::Labeled), &[0, 1], &[4], &[5]);
    check(&corpus, on(TrainOn::All), &[0, 1, 2, 3], &[4], &[5]);
    check(&corpus, DataSelection { test: false, ..on(TrainOn::All) }, &[0, 1, 2, 3], &[4], &[]);
    let held = DataSelection { dev: DevSource::HoldOut, ..on(TrainOn::Labeled) }.sentences(&corpus, 1).holdout;
    assert_eq!((held.n_held_out, held.train.len(), held.dev.len()), (Some((1, 2)), 1, 1));
    // With labels of the source, all sentences are used until one is done.
    let mut imported = Corpus { documents: splits.iter().map(document).collect(), ..corpus.clone() };
    add(&mut imported, 2, Origin::Import);
    assert_eq!(TrainOn::suggested(&imported), TrainOn::All);
    mark_done(&mut imported, 4);
    assert_eq!(TrainOn::suggested(&imported), TrainOn::All, "a done dev sentence says nothing about train");
    mark_done(&mut imported, 3);
    assert_eq!(TrainOn::suggested(&imported), TrainOn::Done);
    check(&imported, DataSelection::default(), &[3], &[4], &[5]);
    // A second dev sentence: the labels of dev do not come from the source, so only the done one is used. Labels of the
    // source are complete.
    let mut more = imported.clone();
    more.documents.push(Arc::new(Document::from_text(Split::Dev, 0, 0, "Anna sings".to_owned(), Vec::new(), None)));
    check(&more, DataSelection::default(), &[3], &[4], &[5]);
    add(&mut more, 6, Origin::Import);
    check(&more, DataSelection::default(), &[3], &[4, 6], &[5]);
}
