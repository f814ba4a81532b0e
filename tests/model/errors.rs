//! Errors of a model: kinds as in nervaluate, and scores as in seqeval.

use crate::support::{golden, golden_json};
use tagwright::corpus::{Corpus, Edit, LabelId, Split};
use tagwright::eval::errors::{
    EntityRange, ErrorAnalysis, ModelComparison, Outcome, Predictions, ResamplingUnit, TrainTexts, pair_entities,
};
use tagwright::model::{DeviceChoice, PretrainedModel, choose};
use tagwright::predict::{EvalMetrics, Tagger, evaluate};
use tagwright::project::sample;

/// Returns the entities of a text such as `0-2A 3-4B`.
fn entities(text: &str) -> Vec<EntityRange> {
    let entity = |part: &str| {
        let (range, label) = part.split_at(part.len() - 1);
        let (start, end) = range.split_once('-').expect("a range");
        let number = |text: &str| text.parse().expect("a number");
        EntityRange { start: number(start), end: number(end), label: usize::from(label.as_bytes()[0] - b'A') }
    };
    text.split_whitespace().map(entity).collect()
}

#[test]
fn kinds_of_errors_match_nervaluate() {
    let cases = golden_json("errors.json");
    let cases = cases.as_array().expect("cases");
    assert_eq!(cases.len(), 1000);
    for case in cases {
        let parts: Vec<&str> = case.as_str().expect("a case").split('|').collect();
        let pairs = pair_entities(&entities(parts[0]), &entities(parts[1]));
        let count = |of: &[Outcome]| pairs.iter().filter(|pair| of.contains(&pair.outcome)).count();
        let incorrect = [Outcome::WrongLabel, Outcome::WrongBoundary, Outcome::Both];
        let found = [&[Outcome::Correct][..], &incorrect, &[Outcome::Missed], &[Outcome::Spurious]].map(count);
        assert_eq!(found.map(|n| n.to_string()).join(" "), parts[2], "{case}");
    }
}

/// Evaluates a model on a split of the sample.
fn predictions(name: &str, corpus: &Corpus, split: Split) -> (EvalMetrics, Predictions) {
    let model = PretrainedModel::from_pretrained(&golden(name)).expect("a model");
    let tagger = Tagger::new(&model, &choose(DeviceChoice::Cpu).expect("a device").device).expect("a tagger");
    let sentences = corpus.sentences(Some(split));
    let found = evaluate(&tagger, corpus, &sentences, true, None, |_, _| true).expect("scores").expect("all");
    (found.metrics, sentences.into_iter().zip(found.predictions).collect())
}

#[test]
fn scores_of_analysis_are_those_of_seqeval() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let train = TrainTexts::collect(&corpus);
    for split in [Split::Train, Split::Dev, Split::Test] {
        let (metrics, predictions) = predictions("tiny", &corpus, split);
        let errors = ErrorAnalysis::new(&corpus, &predictions, &train);
        assert_eq!(errors.overall.score, metrics.overall, "{}", split.name());
        let mut by_label: Vec<_> =
            errors.by_label.iter().map(|l| (errors.labels[l.label].clone(), l.score.score)).collect();
        by_label.sort_by(|a, b| a.0.cmp(&b.0));
        let expected: Vec<_> = metrics.labels.iter().map(|l| (l.label.clone(), l.score)).collect();
        assert_eq!(by_label, expected, "{}", split.name());
        check_totals(&errors);
    }
}

/// Checks that each entity is counted once in kinds, matrix, labels and slices.
fn check_totals(errors: &ErrorAnalysis) {
    let count = |outcome| errors.count(outcome);
    let paired =
        count(Outcome::Correct) + count(Outcome::WrongLabel) + count(Outcome::WrongBoundary) + count(Outcome::Both);
    let score = errors.overall.score;
    assert_eq!((paired + count(Outcome::Missed), paired + count(Outcome::Spurious)), (score.support, score.predicted));
    let n = errors.labels.len();
    let rows: usize = errors.confusion[..n].iter().flatten().sum();
    let columns: usize = errors.confusion.iter().flat_map(|row| &row[..n]).sum();
    assert_eq!((rows, columns), (score.support, score.predicted));
    let diagonal: usize = (0..n).map(|i| errors.confusion[i][i]).sum();
    assert_eq!((diagonal, errors.confusion[n][n]), (score.correct, 0));
    let sum = |of: &dyn Fn(usize) -> usize| errors.slices[..2].iter().enumerate().map(|(i, _)| of(i)).sum::<usize>();
    assert_eq!(sum(&|i| errors.slices[i].1.score.support), score.support, "seen and unseen are all");
    assert_eq!(sum(&|i| errors.slices[i].1.score.predicted), score.predicted);
    let f1 = errors.overall.f1.expect("an interval");
    assert!(f1.low <= score.f1 && score.f1 <= f1.high, "{f1:?}");
}

#[test]
fn edit_changes_scores_without_prediction() {
    let mut corpus = sample::dataset().expect("the sample").corpus;
    let (_, predictions) = predictions("tiny", &corpus, Split::Dev);
    let train = TrainTexts::collect(&corpus);
    let before = ErrorAnalysis::new(&corpus, &predictions, &train);
    let spurious = before.cases.iter().find(|case| case.outcome == Outcome::Spurious).expect("an error").clone();
    let predicted = spurious.predicted.expect("a prediction").range;
    let document = spurious.sentence.document;
    let label = LabelId::new(u16::try_from(predicted.label).expect("a label"));
    let range = predicted.start..predicted.end;
    let span = corpus.document(document).span_from_tokens(spurious.sentence.sentence as usize, range, label);
    assert!(Edit::Spans { document, removed: Vec::new(), added: vec![span] }.apply(&mut corpus));
    let after = ErrorAnalysis::new(&corpus, &predictions, &train);
    assert_eq!(after.overall.score.correct, before.overall.score.correct + 1);
    assert_eq!(after.count(Outcome::Spurious), before.count(Outcome::Spurious) - 1);
}

#[test]
fn model_compared_with_itself_does_not_differ() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let (metrics, predictions) = predictions("tiny", &corpus, Split::Dev);
    let comparison = ModelComparison::new(&corpus, [&predictions, &predictions], &TrainTexts::collect(&corpus));
    assert_eq!((comparison.p_value, comparison.n_different_sentences), (1.0, 0));
    let difference = comparison.overall.difference.expect("an interval");
    assert_eq!((difference.low, difference.high, comparison.overall.is_clear()), (0.0, 0.0, false));
    let [both, first, second, neither] = comparison.agreement(None);
    assert_eq!((both, first, second), (metrics.overall.correct, 0, 0));
    assert_eq!(both + neither, metrics.overall.support);
}

#[test]
fn correct_model_is_better_than_empty_one() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let (_, predictions) = predictions("tiny", &corpus, Split::Train);
    let gold: Predictions = predictions
        .iter()
        .map(|(id, _)| {
            let spans = corpus.document(id.document).to_token_spans(id.sentence as usize);
            let entity = |s: tagwright::corpus::TokenSpan| tagwright::eval::errors::PredictedEntity {
                words: s.start..s.end,
                label: corpus.labels.name(s.label).to_owned(),
                score: 1.0,
            };
            (*id, spans.into_iter().map(entity).collect())
        })
        .collect();
    let empty: Predictions = predictions.iter().map(|(id, _)| (*id, Vec::new())).collect();
    let comparison = ModelComparison::new(&corpus, [&empty, &gold], &TrainTexts::collect(&corpus));
    assert_eq!((comparison.overall.f1, comparison.overall.value()), ([Some(0.0), Some(1.0)], Some(1.0)));
    assert!(comparison.p_value < 0.001 && comparison.overall.is_clear());
    let [both, first, second, neither] = comparison.agreement(None);
    assert_eq!((both, first, second, neither), (0, 0, comparison.overall.gold, 0));
}

#[test]
fn unit_is_the_document_if_there_are_several() {
    let corpus = sample::dataset().expect("the sample").corpus;
    let (_, predictions) = predictions("tiny", &corpus, Split::Dev);
    let documents = predictions.iter().map(|(id, _)| id.document).collect::<std::collections::BTreeSet<_>>().len();
    let train = TrainTexts::collect(&corpus);
    let errors = ErrorAnalysis::new(&corpus, &predictions, &train);
    let expected = match documents {
        1 => (ResamplingUnit::Sentences, predictions.len()),
        _ => (ResamplingUnit::Documents, documents),
    };
    assert_eq!((errors.unit, errors.n_units), expected);
    let one: Predictions =
        predictions.iter().filter(|(id, _)| id.document == predictions[0].0.document).cloned().collect();
    let errors = ErrorAnalysis::new(&corpus, &one, &train);
    assert_eq!((errors.unit, errors.n_units), (ResamplingUnit::Sentences, one.len()));
}
