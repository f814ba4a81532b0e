//! The inference thread: texts, evaluations, subwords, facts about models. The last used models stay in memory.

use super::{Event, EventSender, ReadRequest};
use crate::corpus::{Corpus, SentenceId};
use crate::eval::{DatasetReport, lint};
use crate::hub::{self, Hub, ModelRef};
use crate::model::align::{AlignmentOptions, align};
use crate::model::{Device, PretrainedModel, TagSet, parity};
use crate::predict::{self, AggregationStrategy, PredictOptions, Tagger, evaluate, predict, suggest};
use crate::project::{SourceFile, source};
use crossbeam_channel::Receiver;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Kind of work that a failure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Opening or writing files.
    Files,
    /// A run.
    Run,
    /// Inference on texts, evaluation, or check of a model.
    Text,
    /// Suggestions of a model.
    Suggestions,
}

/// Facts about a base model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelFacts {
    /// Layers and width, for example "5 layers of 384".
    pub shape: String,
    /// Number of parameter values.
    pub size: usize,
    /// Labels of its head. Empty if there is no head.
    pub labels: Vec<String>,
    /// Maximum sentence length in subwords.
    pub max_length: usize,
    /// Largest difference between the logits of Tagwright and candle-transformers on three sentences.
    pub difference: Option<f32>,
}

/// Models in memory, in order of their last use; the most recent is last.
pub(super) struct Models {
    hub: Hub,
    kept: Vec<(ModelRef, PretrainedModel, Option<Tagger>)>,
}

/// Options of inference. A word gets the label of its first subword, as in training and evaluation.
const READING: PredictOptions = PredictOptions { aggregation: AggregationStrategy::First, stride: None };

/// Maximum number of models in memory.
const MAX_MODELS: usize = 2;

impl Models {
    /// Creates an empty cache. Models with an id are loaded from this hub.
    pub(super) fn new(hub: Hub) -> Self {
        Self { hub, kept: Vec::new() }
    }

    fn get(
        &mut self,
        name: &ModelRef,
        outbox: &EventSender,
        stop: &AtomicBool,
    ) -> Result<&mut (ModelRef, PretrainedModel, Option<Tagger>), String> {
        if let Some(at) = self.kept.iter().position(|(n, ..)| n == name) {
            let found = self.kept.remove(at);
            self.kept.push(found);
        } else {
            let folder = hub::load_model(name, &self.hub, |progress| {
                outbox.send(Event::Downloading(name.clone(), progress));
                !stop.load(Ordering::Relaxed)
            });
            if self.kept.len() == MAX_MODELS {
                self.kept.remove(0);
            }
            self.kept.push((name.clone(), folder.map_err(|e| e.to_string())?, None));
        }
        self.kept.last_mut().ok_or_else(|| "no model loaded".into())
    }

    /// Returns a model for tagging on the CPU: a text is short, and the GPU can be busy with a run.
    fn tagger(&mut self, name: &ModelRef, outbox: &EventSender, stop: &AtomicBool) -> Result<&Tagger, String> {
        let (_, folder, tagger) = self.get(name, outbox, stop)?;
        if tagger.is_none() {
            *tagger = Some(Tagger::new(folder, &Device::Cpu).map_err(|e| e.to_string())?);
        }
        tagger.as_ref().ok_or_else(|| "no model loaded".into())
    }
}

pub(super) fn perform(
    request: ReadRequest,
    waiting: &Receiver<ReadRequest>,
    models: &mut Models,
    outbox: &EventSender,
    stop: &AtomicBool,
) -> Result<(), String> {
    let mut queue = vec![request];
    queue.extend(waiting.try_iter());
    for at in 0..queue.len() {
        // Only the newest of several waiting texts or sentences is processed.
        let newer = |same: fn(&ReadRequest) -> bool| queue[at + 1..].iter().any(same);
        let stale = match &queue[at] {
            ReadRequest::Predict { .. } => newer(|r| matches!(r, ReadRequest::Predict { .. })),
            ReadRequest::Pieces { .. } => newer(|r| matches!(r, ReadRequest::Pieces { .. })),
            _ => false,
        };
        if stale {
            continue;
        }
        if let Err(message) = one(&queue[at], models, outbox, stop) {
            let asked = match &queue[at] {
                ReadRequest::Suggest { .. } => RequestKind::Suggestions,
                _ => RequestKind::Text,
            };
            outbox.send(Event::Failed(asked, message));
        }
    }
    Ok(())
}

fn one(request: &ReadRequest, models: &mut Models, outbox: &EventSender, stop: &AtomicBool) -> Result<(), String> {
    match request {
        ReadRequest::Predict { model, text, ticket } => {
            let tagger = models.tagger(model, outbox, stop)?;
            let started = Instant::now();
            let prediction = predict(tagger, &[text], READING).map_err(|e| e.to_string())?.remove(0);
            let seconds = started.elapsed().as_secs_f64();
            outbox.send(Event::Predicted { ticket: *ticket, text: text.clone(), prediction, seconds });
        }
        ReadRequest::Evaluate { model, corpus, sentences } => {
            score(models.tagger(model, outbox, stop)?, model, corpus, sentences, outbox, stop)?;
        }
        ReadRequest::Suggest { model, corpus, sentences, ticket } => {
            let tagger = models.tagger(model, outbox, stop)?;
            let watch = |done| {
                outbox.send(Event::Suggesting(*ticket, done));
                !stop.load(Ordering::Relaxed)
            };
            let (read, found) = suggest(tagger, corpus, sentences, watch).map_err(|e| e.to_string())?;
            outbox.send(Event::Suggested { ticket: *ticket, read, found });
        }
        ReadRequest::Survey { corpus, files, learner, revision, ticket } => {
            let survey = survey(corpus, files, learner.as_ref(), models, outbox, stop).map(Box::new);
            outbox.send(Event::Surveyed { ticket: *ticket, revision: *revision, survey });
        }
        ReadRequest::Pieces { model, words, tags, labels, rule, ticket } => {
            let (_, folder, _) = models.get(model, outbox, stop)?;
            let tag_set = TagSet::from_labels(labels);
            let ids: Vec<usize> = tags.iter().map(|t| tag_set.id(t).unwrap_or(0)).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let rule = AlignmentOptions { max_length: rule.max_length.min(folder.max_length), ..*rule };
            let aligned = align(&folder.tokenizer, &words, &ids, &tag_set, rule).map_err(|e| e.to_string())?;
            outbox.send(Event::Subwords(*ticket, Box::new(aligned)));
        }
        ReadRequest::Check(model) => {
            let facts = models.get(model, outbox, stop).map(|(_, folder, _)| facts(folder));
            outbox.send(Event::Checked(model.clone(), facts));
        }
    }
    Ok(())
}

/// Computes the report of a dataset: statistics, invalid tags of its sources, and spans that a model cannot learn.
fn survey(
    corpus: &Corpus,
    files: &[SourceFile],
    learner: Option<&(ModelRef, usize)>,
    models: &mut Models,
    outbox: &EventSender,
    stop: &AtomicBool,
) -> Option<DatasetReport> {
    let should_continue = || !stop.load(Ordering::Relaxed);
    let mut survey = DatasetReport::build(corpus, should_continue)?;
    for (number, file) in (0u32..).zip(files).filter(|_| should_continue()) {
        survey.add_findings(lint::invalid_tag_findings(corpus, number, &source::invalid_tags(file)));
    }
    if let Some((name, max_length)) = learner.filter(|_| should_continue()) {
        let found = models.get(name, outbox, stop).and_then(|(_, folder, _)| {
            predict::find_unlearnable_spans(folder, corpus, *max_length, should_continue).map_err(|e| e.to_string())
        });
        match found {
            Ok(found) => survey.add_findings(found?),
            Err(e) => {
                log::warn!("subword boundaries were not checked");
                log::debug!("{e}");
            }
        }
    }
    should_continue().then_some(survey)
}

fn score(
    tagger: &Tagger,
    model: &ModelRef,
    corpus: &Corpus,
    sentences: &[SentenceId],
    outbox: &EventSender,
    stop: &AtomicBool,
) -> Result<(), String> {
    let watch = |done, total| {
        outbox.send(Event::Scoring(done, total));
        !stop.load(Ordering::Relaxed)
    };
    match evaluate(tagger, corpus, sentences, true, None, watch).map_err(|e| e.to_string())? {
        Some(scores) => outbox.send(Event::Scored(model.clone(), Box::new(scores))),
        None => return Err("evaluation canceled".into()),
    }
    Ok(())
}

fn facts(folder: &PretrainedModel) -> ModelFacts {
    let c = &folder.config;
    ModelFacts {
        shape: format!("{} layers of {}", c.num_hidden_layers, c.hidden_size),
        size: folder.tensors().values().map(crate::model::Tensor::elem_count).sum(),
        labels: folder.tags.as_ref().map(TagSet::labels).unwrap_or_default(),
        max_length: folder.max_length,
        difference: parity::max_logit_difference(folder).map_err(|e| log::warn!("parity check failed: {e}")).ok(),
    }
}
