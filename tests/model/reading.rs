//! Rules of the tagger, compared with their definitions: windows, tokens with several subwords, unknown labels.

use crate::support::golden;
use std::sync::Arc;
use tagwright::corpus::{Corpus, Document, LabelId, LabelSet, SentenceId, Span, Split};
use tagwright::eval::token_metrics::LOSS;
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

/// Returns `count` words with one or more subwords.
fn words(count: usize) -> Vec<&'static str> {
    ["Angela", "Merkelsson", "travelled", "from", "Unobtainium", "to", "Antofagasta", "yesterday"]
        .into_iter()
        .cycle()
        .take(count)
        .collect()
}

/// Returns a corpus with one document and one span, whose range is in bytes.
fn corpus(text: &str, span: (u32, u32), label: &str) -> (Corpus, Vec<SentenceId>) {
    let mut labels = LabelSet::default();
    labels.intern(label).expect("few labels");
    let spans = vec![Span::new(span.0..span.1, LabelId::default())];
    let document = Document::from_text(Split::Test, 0, 0, text.to_owned(), spans, None);
    let corpus = Corpus { documents: vec![Arc::new(document)], labels, ..Corpus::default() };
    let sentences = corpus.sentences(None);
    (corpus, sentences)
}

fn subwords(tagger: &Tagger, words: &[&str]) -> (SubwordEncoding, Vec<f32>) {
    let subwords = tagger.tokenizer.encode_words(words).expect("subwords");
    let logits = tagger.subword_logits(&[&subwords], |_| true).expect("scores").remove(0);
    (subwords, logits)
}

#[test]
fn overlapping_windows_use_most_central_prediction() {
    let tagger = tiny();
    let words = words(tagger.max_length);
    let (subwords, logits) = subwords(&tagger, &words);
    let windows = subwords.windows(tagger.max_length, tagger.default_stride());
    assert!(windows.len() > 2, "{} windows", windows.len());
    let rows: Vec<Vec<u32>> = windows.iter().map(|w| w.iter().map(|i| subwords.ids[*i]).collect()).collect();
    let scores = tagger.logits(&rows, |_| true).expect("scores");
    let tags = tagger.tags.len();
    let mut contested = 0;
    for subword in 0..subwords.len() {
        let readings = windows.iter().zip(&scores).filter_map(|(window, scores)| {
            let at = window.iter().position(|i| *i == subword)?;
            Some((at.min(window.len() - 1 - at), &scores[at * tags..(at + 1) * tags]))
        });
        let readings: Vec<(usize, &[f32])> = readings.collect();
        let most = readings.iter().map(|(margin, _)| *margin).max().expect("a window");
        let (_, expected) = readings.iter().find(|(margin, _)| *margin == most).expect("a reading");
        assert_eq!(&logits[subword * tags..(subword + 1) * tags], *expected, "subword {subword}");
        contested += usize::from(readings.last().is_some_and(|(margin, _)| *margin < most));
    }
    assert!(contested > 0, "the test data has no subword whose best window is not the last");
}

#[test]
fn word_tag_is_tag_of_first_subword() {
    let tagger = tiny();
    let words = words(24);
    let (subwords, logits) = subwords(&tagger, &words);
    let tags = tagger.word_tags(std::slice::from_ref(&words)).expect("tags").remove(0);
    let row = |subword: usize| argmax(&logits[subword * tagger.tags.len()..(subword + 1) * tagger.tags.len()]);
    let mut differ = 0;
    for (word, tag) in tags.iter().enumerate() {
        let of_word: Vec<usize> = (0..subwords.len()).filter(|i| subwords.word_ids[*i] == Some(word as u32)).collect();
        assert_eq!(*tag, row(of_word[0]), "{}", words[word]);
        differ += usize::from(row(of_word[of_word.len() - 1]) != *tag);
    }
    assert!(differ > 0, "the test data has no word whose last subword has another tag");
}

#[test]
fn softmax_of_large_logits_is_finite() {
    let found = softmax(&[1000.0, 999.0, -1000.0]);
    assert!((found[0] - 0.731_058_6).abs() < 1e-6 && (found[1] - 0.268_941_4).abs() < 1e-6, "{found:?}");
    assert_eq!(found[2], 0.0);
}

#[test]
fn suggestion_score_is_mean_of_token_scores() {
    let tagger = tiny();
    let text = words(24).join(" ");
    let (corpus, sentences) = corpus(&text, (0, 6), "PER");
    let found = suggest(&tagger, &corpus, &sentences, |_| true).expect("suggestions").predictions;
    let (subwords, logits) = subwords(&tagger, &corpus.document(0).sentence_tokens(0));
    let confidence = |word: usize| {
        let at = subwords.word_ids.iter().position(|w| *w == Some(word as u32)).expect("a subword");
        let found = softmax(&logits[at * tagger.tags.len()..(at + 1) * tagger.tags.len()]);
        found[argmax(&found)]
    };
    let mut longer = 0;
    for suggestion in found.iter().flat_map(|(_, suggestions)| suggestions) {
        let mean = suggestion.words.clone().map(confidence).sum::<f32>() / suggestion.words.len() as f32;
        assert!((suggestion.score - mean).abs() < 1e-6, "{suggestion:?} instead of {mean}");
        longer += usize::from(suggestion.words.len() > 1);
    }
    assert!(longer > 0, "the test data has no suggestion with two tokens");
}

#[test]
fn chunked_prediction_equals_whole_prediction() {
    let tagger = tiny();
    let text = words(400).join(" ");
    let whole = predict(&tagger, &[&text], PredictOptions::default()).expect("entities").remove(0);
    assert!(whole.windows > 5 && whole.entities.len() > 5, "{} windows", whole.windows);
    let mut entities = Vec::new();
    let streamed = predict_long(&tagger, &text, PredictOptions::default(), 300, |e| {
        entities.push((e.label.clone(), e.start, e.end));
        Ok::<_, tagwright::model::ModelError>(())
    });
    assert_eq!(streamed.expect("entities").windows, whole.windows);
    let expected: Vec<_> = whole.entities.iter().map(|e| (e.label.clone(), e.start, e.end)).collect();
    assert_eq!(entities, expected);
}

#[test]
fn loss_requires_all_labels_in_model() {
    let tagger = tiny();
    let loss = |label: &str| {
        let (corpus, sentences) = corpus("Anna sings in Oslo today", (0, 4), label);
        let found = evaluate(&tagger, &corpus, &sentences, true, None, |_, _| true).expect("scores").expect("whole");
        (found.metrics.values.get(&LOSS), corpus)
    };
    let known = tagger.tags.labels().remove(0);
    let (found_loss, corpus) = loss(&known);
    let (subwords, logits) = subwords(&tagger, &corpus.document(0).sentence_tokens(0));
    // Mean over all subwords of words. Each subword has the tag of its word.
    let inner: Vec<usize> = (0..subwords.len()).filter(|i| subwords.word_ids[*i].is_some()).collect();
    let of_piece = |i: &usize| {
        let found = softmax(&logits[i * tagger.tags.len()..(i + 1) * tagger.tags.len()]);
        let first = subwords.word_ids[*i] == Some(0) && (*i == 0 || subwords.word_ids[*i - 1] != Some(0));
        let tag = match subwords.word_ids[*i] {
            Some(0) if first => format!("B-{known}"),
            Some(0) => format!("I-{known}"),
            _ => "O".to_owned(),
        };
        -f64::from(found[tagger.tags.id(&tag).expect("a tag")]).ln()
    };
    let mean = inner.iter().map(of_piece).sum::<f64>() / inner.len() as f64;
    assert!((found_loss.expect("a loss") - mean).abs() < 1e-4, "{found_loss:?} instead of {mean}");
    assert_eq!(loss("SPACESHIP").0, None);
}

#[test]
fn spans_beyond_limit_are_unlearnable() {
    let model = folder();
    let most = 20;
    let words = words(30);
    let subwords = model.tokenizer.encode_words(&words).expect("subwords");
    let kept = subwords.windows(most, 0).remove(0);
    let seen = kept.iter().rev().find_map(|i| subwords.word_ids[*i]).expect("a word") as usize + 1;
    let check = |last: usize, expected: usize| {
        let text = words.join(" ");
        let start = words[..last].iter().map(|w| w.len() as u32 + 1).sum::<u32>();
        let (corpus, _) = corpus(&text, (start, start + words[last].len() as u32), "PER");
        let found = find_unlearnable_spans(&model, &corpus, most, || true).expect("an answer").expect("whole");
        assert_eq!(found.len(), expected, "word {last}, {seen} words within the limit: {found:?}");
    };
    check(seen - 1, 0);
    check(seen, 1);
}
