//! Long inputs, words of several pieces, scores of unknown labels: rules that a tagger follows, compared with their definition.

use crate::support::golden;
use std::sync::Arc;
use tagwright::corpus::{Corpus, Document, LabelId, LabelSet, SentenceId, Span, Split};
use tagwright::model::tokenizer::SubwordEncoding;
use tagwright::model::{Device, PretrainedModel};
use tagwright::predict::tagger::{argmax, softmax};
use tagwright::predict::{PredictOptions, Tagger, evaluate, find_unlearnable_spans, predict, predict_long, suggest};

fn folder() -> PretrainedModel {
    PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model")
}

fn tiny() -> Tagger {
    Tagger::new(&folder(), &Device::Cpu).expect("a tagger")
}

/// Words of one to several pieces, so many of them.
fn words(count: usize) -> Vec<&'static str> {
    ["Angela", "Merkelsson", "travelled", "from", "Unobtainium", "to", "Antofagasta", "yesterday"]
        .into_iter()
        .cycle()
        .take(count)
        .collect()
}

/// A corpus of one document and a span of its first words, in bytes.
fn corpus(text: &str, span: (u32, u32), label: &str) -> (Corpus, Vec<SentenceId>) {
    let mut labels = LabelSet::default();
    labels.intern(label).expect("few labels");
    let spans = vec![Span::new(span.0..span.1, LabelId::default())];
    let document = Document::from_text(Split::Test, 0, 0, text.to_owned(), spans, None);
    let corpus = Corpus { documents: vec![Arc::new(document)], labels, ..Corpus::default() };
    let sentences = corpus.sentences(None);
    (corpus, sentences)
}

fn pieces(tagger: &Tagger, words: &[&str]) -> (SubwordEncoding, Vec<f32>) {
    let pieces = tagger.tokenizer.encode_words(words).expect("pieces");
    let logits = tagger.subword_logits(&[&pieces], |_| true).expect("scores").remove(0);
    (pieces, logits)
}

#[test]
fn a_piece_is_read_where_it_is_farthest_from_the_edge_of_its_window() {
    let tagger = tiny();
    let words = words(tagger.max_length);
    let (pieces, logits) = pieces(&tagger, &words);
    let windows = pieces.windows(tagger.max_length, tagger.default_stride());
    assert!(windows.len() > 2, "{} windows", windows.len());
    let rows: Vec<Vec<u32>> = windows.iter().map(|w| w.iter().map(|i| pieces.ids[*i]).collect()).collect();
    let scores = tagger.logits(&rows, |_| true).expect("scores");
    let tags = tagger.tags.len();
    let mut contested = 0;
    for piece in 0..pieces.len() {
        let readings = windows.iter().zip(&scores).filter_map(|(window, scores)| {
            let at = window.iter().position(|i| *i == piece)?;
            Some((at.min(window.len() - 1 - at), &scores[at * tags..(at + 1) * tags]))
        });
        let readings: Vec<(usize, &[f32])> = readings.collect();
        let most = readings.iter().map(|(margin, _)| *margin).max().expect("it is read");
        let (_, expected) = readings.iter().find(|(margin, _)| *margin == most).expect("the first of them");
        assert_eq!(&logits[piece * tags..(piece + 1) * tags], *expected, "piece {piece}");
        contested += usize::from(readings.last().is_some_and(|(margin, _)| *margin < most));
    }
    assert!(contested > 0, "the last window is always the best one here");
}

#[test]
fn a_word_has_the_tag_of_its_first_piece() {
    let tagger = tiny();
    let words = words(24);
    let (pieces, logits) = pieces(&tagger, &words);
    let tags = tagger.word_tags(std::slice::from_ref(&words)).expect("tags").remove(0);
    let row = |piece: usize| argmax(&logits[piece * tagger.tags.len()..(piece + 1) * tagger.tags.len()]);
    let mut differ = 0;
    for (word, tag) in tags.iter().enumerate() {
        let of_word: Vec<usize> = (0..pieces.len()).filter(|i| pieces.words[*i] == Some(word as u32)).collect();
        assert_eq!(*tag, row(of_word[0]), "{}", words[word]);
        differ += usize::from(row(of_word[of_word.len() - 1]) != *tag);
    }
    assert!(differ > 0, "no word's last piece has another tag here");
}

#[test]
fn probabilities_of_large_scores_are_numbers() {
    let found = softmax(&[1000.0, 999.0, -1000.0]);
    assert!((found[0] - 0.731_058_6).abs() < 1e-6 && (found[1] - 0.268_941_4).abs() < 1e-6, "{found:?}");
    assert_eq!(found[2], 0.0);
}

#[test]
fn a_proposal_is_as_sure_as_its_words_are_on_average() {
    let tagger = tiny();
    let text = words(24).join(" ");
    let (corpus, sentences) = corpus(&text, (0, 6), "PER");
    let (_, found) = suggest(&tagger, &corpus, &sentences, |_| true).expect("proposals");
    let (pieces, logits) = pieces(&tagger, &corpus.document(0).sentence_tokens(0));
    let sure = |word: usize| {
        let at = pieces.words.iter().position(|w| *w == Some(word as u32)).expect("a piece");
        let found = softmax(&logits[at * tagger.tags.len()..(at + 1) * tagger.tags.len()]);
        found[argmax(&found)]
    };
    let mut longer = 0;
    for proposal in found.iter().flat_map(|(_, proposals)| proposals) {
        let mean = proposal.words.clone().map(sure).sum::<f32>() / proposal.words.len() as f32;
        assert!((proposal.score - mean).abs() < 1e-6, "{proposal:?} instead of {mean}");
        longer += usize::from(proposal.words.len() > 1);
    }
    assert!(longer > 0, "no proposal has two words here");
}

#[test]
fn a_text_read_in_parts_has_the_entities_of_the_whole() {
    let tagger = tiny();
    let text = words(400).join(" ");
    let whole = predict(&tagger, &[&text], PredictOptions::default()).expect("entities").remove(0);
    assert!(whole.windows > 5 && whole.entities.len() > 5, "{} windows", whole.windows);
    let mut entities = Vec::new();
    let told = predict_long(&tagger, &text, PredictOptions::default(), 300, |e| {
        entities.push((e.label.clone(), e.start, e.end));
        Ok::<_, tagwright::model::ModelError>(())
    });
    assert_eq!(told.expect("entities").windows, whole.windows);
    let expected: Vec<_> = whole.entities.iter().map(|e| (e.label.clone(), e.start, e.end)).collect();
    assert_eq!(entities, expected);
}

#[test]
fn a_loss_is_told_where_the_model_knows_all_labels() {
    let tagger = tiny();
    let loss = |label: &str| {
        let (corpus, sentences) = corpus("Anna sings in Oslo today", (0, 4), label);
        let found = evaluate(&tagger, &corpus, &sentences, true, None, |_, _| true).expect("scores").expect("whole");
        (found.loss, corpus)
    };
    let known = tagger.tags.labels().remove(0);
    let (told, corpus) = loss(&known);
    let (pieces, logits) = pieces(&tagger, &corpus.document(0).sentence_tokens(0));
    // The mean over the pieces of words, each of which has its word's tag.
    let inner: Vec<usize> = (0..pieces.len()).filter(|i| pieces.words[*i].is_some()).collect();
    let of_piece = |i: &usize| {
        let found = softmax(&logits[i * tagger.tags.len()..(i + 1) * tagger.tags.len()]);
        let first = pieces.words[*i] == Some(0) && (*i == 0 || pieces.words[*i - 1] != Some(0));
        let tag = match pieces.words[*i] {
            Some(0) if first => format!("B-{known}"),
            Some(0) => format!("I-{known}"),
            _ => "O".to_owned(),
        };
        -f64::from(found[tagger.tags.id(&tag).expect("a tag")]).ln()
    };
    let mean = inner.iter().map(of_piece).sum::<f64>() / inner.len() as f64;
    assert!((told.expect("a loss") - mean).abs() < 1e-4, "{told:?} instead of {mean}");
    assert_eq!(loss("SPACESHIP").0, None);
}

#[test]
fn a_span_is_learnable_up_to_the_last_word_that_is_read() {
    let model = folder();
    let most = 20;
    let words = words(30);
    let pieces = model.tokenizer.encode_words(&words).expect("pieces");
    let kept = pieces.windows(most, 0).remove(0);
    let seen = kept.iter().rev().find_map(|i| pieces.words[*i]).expect("a word") as usize + 1;
    let check = |last: usize, expected: usize| {
        let text = words.join(" ");
        let start = words[..last].iter().map(|w| w.len() as u32 + 1).sum::<u32>();
        let (corpus, _) = corpus(&text, (start, start + words[last].len() as u32), "PER");
        let found = find_unlearnable_spans(&model, &corpus, most, || true).expect("an answer").expect("whole");
        assert_eq!(found.len(), expected, "word {last} of {seen} that are read: {found:?}");
    };
    check(seen - 1, 0);
    check(seen, 1);
}
