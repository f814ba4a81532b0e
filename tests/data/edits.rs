//! Ten thousand random edits: undo all gives the source's bytes, redo all the edited file.

use tagwright::corpus::label::Label;
use tagwright::corpus::{Corpus, Edit, History};
use tagwright::model::rng::Stream;
use tagwright::project::Dataset;
use tagwright::project::sample;
use tagwright::project::source::rewritten_bytes;

const TRAIN: &[u8] = include_bytes!("../../assets/sample/train.conll");

fn bytes(dataset: &Dataset, corpus: &Corpus) -> Vec<u8> {
    rewritten_bytes(TRAIN, &dataset.files[0], 0, corpus).expect("bytes")
}

/// A random edit that fits the corpus as it is.
fn random_edit(corpus: &Corpus, draw: &mut Stream) -> Edit {
    let mut below = |n: usize| (draw.next_u64() % n.max(1) as u64) as usize;
    match below(40) {
        0 if corpus.labels.len() < 20 => {
            let name = format!("L{}", corpus.labels.len());
            Edit::AddLabel(Label { name, colour: corpus.labels.free_colour() })
        }
        1 => {
            let id = below(corpus.labels.len()) as u16;
            let before = corpus.labels.get(id).expect("a label").clone();
            let after = Label { name: format!("R{}", below(1_000_000)), ..before.clone() };
            Edit::ChangeLabel { id, before, after }
        }
        _ => {
            let document = below(corpus.documents.len()) as u32;
            let d = corpus.document(document);
            let sentence = below(d.len());
            let length = d.sentence(sentence).len();
            let start = below(length);
            let end = start + 1 + below((length - start).min(4));
            let span = d.span_at(sentence, start..end, below(corpus.labels.len()) as u16);
            let touched = d.spans.iter().filter(|s| s.start < span.end && span.start < s.end);
            let removed: Vec<_> = touched.copied().collect();
            let added = if below(3) == 0 { vec![] } else { vec![span] };
            Edit::Spans { document, removed, added }
        }
    }
}

#[test]
fn undo_gives_the_source_back_and_redo_the_edited_file() {
    let dataset = sample::dataset().expect("the sample");
    let mut corpus = dataset.corpus.clone();
    let mut history = History::default();
    let mut draw = Stream::new(3, 4);
    for _ in 0..10_000 {
        let edit = random_edit(&corpus, &mut draw);
        assert!(history.make(edit, &mut corpus));
    }
    let edited = bytes(&dataset, &corpus);
    assert_ne!(edited, TRAIN);
    while history.undo(&mut corpus).is_some() {}
    assert_eq!(history.position(), 0);
    assert_eq!(bytes(&dataset, &corpus), TRAIN);
    assert_eq!(corpus.labels, dataset.corpus.labels);
    while history.redo(&mut corpus).is_some() {}
    assert_eq!(history.position(), 10_000);
    assert_eq!(bytes(&dataset, &corpus), edited);
}

#[test]
fn an_edit_that_does_not_fit_changes_nothing() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let before = corpus.documents.clone();
    let absent = tagwright::corpus::Span { start: 0, end: 1, label: 9 };
    let edit = Edit::Spans { document: 0, removed: vec![absent], added: vec![] };
    assert!(!History::default().make(edit, &mut corpus));
    assert_eq!(corpus.documents, before);
}
