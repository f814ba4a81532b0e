//! Inference. Interactive and long-running work have separate threads.

use super::answer::{Done, Evaluated, ModelsCompared, Progress};
use super::models::ModelCache;
use super::request::{BackgroundWork, ComparedModel, InteractiveWork};
use super::stamp::Stamp;
use super::thread::RequestContext;
use crate::corpus::relabel::LabelMap;
use crate::corpus::{Corpus, SentenceId, Split, label_guess, splitting};
use crate::eval::errors::{ErrorAnalysis, ModelComparison, Predictions, TrainTexts, UnitScores};
use crate::eval::{DatasetReport, lint};
use crate::failure::Failure;
use crate::hub::ModelRef;
use crate::model::TagSet;
use crate::model::align::{AlignmentOptions, align};
use crate::predict::{self, AggregationStrategy, EvalMetrics, PredictOptions, TagMap, evaluate, predict, suggest};
use crate::project::{SourceFile, export, source};
use crate::train::preview::RunPreview;
use std::sync::Arc;
use std::time::Instant;

/// Options of inference. A token gets the label of its first subword, as in training and evaluation.
const PREDICT_OPTIONS: PredictOptions = PredictOptions { aggregation: AggregationStrategy::First, stride: None };

/// Performs inference that the user waits for.
pub(super) fn perform_interactive(
    work: InteractiveWork,
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Result<Done, Failure> {
    match work {
        InteractiveWork::Predict { model, text } => {
            let tagger = models.get(&model, context)?.tagger()?;
            let started = Instant::now();
            let prediction = predict(&tagger, &[&text], PREDICT_OPTIONS)?.remove(0);
            Ok(Done::Predicted { model, text, prediction, seconds: started.elapsed().as_secs_f64() })
        }
        InteractiveWork::Align { model, tokens, tags, labels, options } => {
            let model = models.get(&model, context)?;
            let model = &model.model;
            let tag_set = TagSet::from_labels(&labels);
            let ids: Vec<usize> = tags.iter().map(|t| tag_set.id(t).unwrap_or(0)).collect();
            let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
            let options = AlignmentOptions { max_length: options.max_length.min(model.max_length), ..options };
            Ok(Done::Aligned(Box::new(align(&model.tokenizer, &tokens, &ids, &tag_set, options)?)))
        }
        InteractiveWork::ListExportLosses { corpus, files } => {
            Ok(Done::ExportLosses(export::losses_by_format(&corpus, &files)))
        }
        InteractiveWork::CompareSnapshots { corpus, snapshots } => {
            let changes = snapshots.iter().map(|s| s.changed_sentences(&corpus).len());
            Ok(Done::SnapshotChanges(changes.collect()))
        }
        InteractiveWork::PreviewRun { corpus, key, stamp } => {
            Ok(Done::RunPreviewed { stamp, key, preview: Box::new(RunPreview::new(&corpus, key)) })
        }
        InteractiveWork::AssignSplits { mut corpus, options, stamp } => {
            let splits = Box::new(splitting::assign(&corpus, options));
            if let Some(edit) = &splits.edit {
                edit.apply(&mut corpus);
            }
            let counts = Box::new(Split::ALL.map(|split| corpus.counts(Some(split))));
            Ok(Done::SplitsAssigned { stamp, options, splits, counts })
        }
        InteractiveWork::CompareRuns { runs, scores: [first, second] } => {
            Ok(Done::RunsCompared { runs, difference: UnitScores::difference(&first, &second) })
        }
        InteractiveWork::CompareErrors { corpus, predictions: [first, second], stamp } => {
            let comparison = ModelComparison::new(&corpus, [&first, &second], &TrainTexts::collect(&corpus));
            Ok(Done::ErrorsCompared { stamp, comparison: Box::new(comparison) })
        }
        InteractiveWork::AnalyzeErrors { corpus, predictions, stamp } => {
            let errors = ErrorAnalysis::new(&corpus, &predictions, &TrainTexts::collect(&corpus));
            Ok(Done::ErrorsAnalyzed { stamp, errors: Box::new(errors) })
        }
        InteractiveWork::Inspect(model) => Ok(Done::Inspected(models.get(&model, context)?.facts().clone())),
    }
}

/// Performs long-running inference.
pub(super) fn perform_background(
    work: BackgroundWork,
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Result<Done, Failure> {
    match work {
        BackgroundWork::Evaluate { model, labels, split, corpus, sentences, stamp } => {
            if let Some(differ) = differing_labels(&model, &labels, &corpus, models, context)? {
                return Ok(differ);
            }
            evaluate_split(model, &labels, split, stamp, (&corpus, &sentences), models, context)
        }
        BackgroundWork::CompareModels { models: [first, second], split, corpus, sentences, stamp } => {
            for compared in [&first, &second] {
                if let Some(differ) = differing_labels(&compared.model, &compared.labels, &corpus, models, context)? {
                    return Ok(differ);
                }
            }
            let started = Instant::now();
            let n_unknown = [&first, &second].iter().filter(|compared| compared.known.is_none()).count();
            let mut n_done = 0;
            let mut predicted = |ComparedModel { model, labels, known }: ComparedModel| {
                let before = n_done;
                n_done += usize::from(known.is_none()) * sentences.len();
                let progress = (before, n_unknown * sentences.len());
                let found = match known {
                    Some(known) => known,
                    None => {
                        let data = (&corpus, &*sentences);
                        Arc::new(evaluated(&model, &labels, data, progress, models, context)?.1)
                    }
                };
                Ok::<_, Failure>((model, found))
            };
            let (first, second) = (predicted(first)?, predicted(second)?);
            let comparison = ModelComparison::new(&corpus, [&first.1, &second.1], &TrainTexts::collect(&corpus));
            let seconds = started.elapsed().as_secs_f64();
            let models = [first, second];
            Ok(Done::ModelsCompared(Box::new(ModelsCompared { models, split, stamp, comparison, seconds })))
        }
        BackgroundWork::Suggest { model, labels, corpus, mut sentences } => {
            if let Some(differ) = differing_labels(&model, &labels, &corpus, models, context)? {
                return Ok(differ);
            }
            let tagger = models.get(&model, context)?.tagger()?;
            let total = sentences.len();
            let watch = |done| {
                context.progress(Progress::Sentences(done, total));
                !context.is_canceled()
            };
            let suggestions = suggest(&tagger, &corpus, &sentences, watch)?;
            sentences.truncate(suggestions.n_sentences);
            Ok(Done::Suggested { model, sentences, suggestions })
        }
        BackgroundWork::Report { corpus, files, base, stamp } => {
            let report = report(&corpus, &files, base.as_ref(), models, context).ok_or_else(Failure::canceled)?;
            Ok(Done::Reported { stamp, report: Box::new(report) })
        }
    }
}

/// Returns an answer if the model has a label that the dataset does not have, and the map has no decision about it.
fn differing_labels(
    model: &ModelRef,
    labels: &LabelMap,
    corpus: &Corpus,
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Result<Option<Done>, Failure> {
    let of_model = models.get(model, context)?.model.tags.as_ref().map(TagSet::labels).unwrap_or_default();
    let is_decided = label_guess::is_decided(&of_model, &corpus.labels.names(), labels);
    Ok((!is_decided).then(|| Done::LabelsDiffer { model: model.clone(), labels: of_model }))
}

fn evaluate_split(
    model: ModelRef,
    labels: &LabelMap,
    split: Split,
    stamp: Stamp,
    (corpus, sentences): (&Corpus, &[SentenceId]),
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Result<Done, Failure> {
    let (metrics, predictions) = evaluated(&model, labels, (corpus, sentences), (0, sentences.len()), models, context)?;
    let errors = ErrorAnalysis::new(corpus, &predictions, &TrainTexts::collect(corpus));
    let predictions = Arc::new(predictions);
    Ok(Done::Evaluated(Box::new(Evaluated { model, split, stamp, metrics, predictions, errors })))
}

/// Returns the metrics and predictions of a model. `progress` is the number of sentences of the request that were
/// completed before, and of all.
fn evaluated(
    model: &ModelRef,
    labels: &LabelMap,
    (corpus, sentences): (&Corpus, &[SentenceId]),
    (n_before, n_all): (usize, usize),
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Result<(EvalMetrics, Predictions), Failure> {
    let tagger = models.get(model, context)?.tagger()?;
    let watch = |done, _| {
        context.progress(Progress::Sentences(n_before + done, n_all));
        !context.is_canceled()
    };
    let map = (!labels.is_empty()).then(|| TagMap::new(&tagger.tags, labels, &corpus.labels.names()));
    let evaluation = evaluate(&tagger, corpus, sentences, true, map.as_ref(), watch)?.ok_or_else(Failure::canceled)?;
    Ok((evaluation.metrics, sentences.iter().copied().zip(evaluation.predictions).collect()))
}

/// Computes the report of a dataset: statistics, invalid tags of its sources, and spans that the base model cannot
/// learn. Returns `None` if the request was canceled.
fn report(
    corpus: &Corpus,
    files: &[SourceFile],
    base: Option<&(ModelRef, usize)>,
    models: &ModelCache,
    context: &RequestContext<'_>,
) -> Option<DatasetReport> {
    let should_continue = || !context.is_canceled();
    let mut report = DatasetReport::build(corpus, should_continue)?;
    for (number, file) in (0u32..).zip(files).filter(|_| should_continue()) {
        report.add_findings(lint::invalid_tag_findings(corpus, number, &source::invalid_tags(file)));
    }
    if let Some((base, max_length)) = base.filter(|_| should_continue()) {
        let findings = models.get(base, context).and_then(|cached| {
            Ok(predict::find_unlearnable_spans(&cached.model, corpus, *max_length, should_continue)?)
        });
        match findings {
            Ok(findings) => report.add_findings(findings?),
            Err(e) => {
                log::warn!("could not check for spans that do not align with subwords; see the debug log");
                log::debug!("{e}");
            }
        }
    }
    should_continue().then_some(report)
}
