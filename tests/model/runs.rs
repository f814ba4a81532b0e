//! Complete runs: selection of the best epoch, and control during an evaluation.

use crate::support::golden;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use tagwright::corpus::holdout::{Holdout, holdout};
use tagwright::corpus::{Corpus, Split};
use tagwright::eval::PrfScore;
use tagwright::eval::errors::EntityCounts;
use tagwright::hub::{Hub, ModelRef, load_model};
use tagwright::model::device::n_threads;
use tagwright::model::weights::SaveDtype;
use tagwright::model::{Device, PretrainedModel};
use tagwright::predict::{Tagger, evaluate};
use tagwright::project::{Dataset, sample};
use tagwright::train::checkpoint::Checkpoint;
use tagwright::train::event::TrainerControl;
use tagwright::train::{CorpusData, JobData};
use tagwright::train::{
    ExistingFiles, Observer, Outcome, RunFolder, TrainError, TrainEvent, TrainJob, TrainOutput, TrainingArguments, run,
    run_in,
};

/// Records events. Returns a control value after a number of reads.
#[derive(Default)]
struct Listener {
    events: Vec<TrainEvent>,
    n_control_reads: Cell<usize>,
    control_after: Option<(usize, TrainerControl)>,
}

impl Observer for Listener {
    fn on_event(&mut self, event: TrainEvent) {
        self.events.push(event);
    }

    fn control(&self) -> TrainerControl {
        self.n_control_reads.set(self.n_control_reads.get() + 1);
        self.control_after
            .filter(|(from, _)| self.n_control_reads.get() > *from)
            .map_or(TrainerControl::Continue, |(_, control)| control)
    }
}

impl Listener {
    /// Returns the F1 scores of a split.
    fn scored(&self, which: Split) -> Vec<f64> {
        let f1 = |e: &TrainEvent| match e {
            TrainEvent::Evaluated { split, scores, .. } if *split == which => Some(scores.overall.f1),
            _ => None,
        };
        self.events.iter().filter_map(f1).collect()
    }
}

fn job(base: PretrainedModel, corpus: Corpus, holdout: Holdout, arguments: TrainingArguments, out: &Path) -> TrainJob {
    TrainJob {
        data: JobData::Corpus(CorpusData {
            test: corpus.sentences(Some(Split::Test)),
            corpus: Arc::new(corpus),
            holdout,
        }),
        base: Arc::new(base),
        arguments: TrainingArguments { n_shards: n_threads(), ..arguments },
        out: out.to_owned(),
        save_dtype: SaveDtype::F32,
        resume: None,
    }
}

#[test]
fn keeps_best_epoch_instead_of_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut corpus = sample::dataset().expect("the sample").corpus;
    // The training data has almost no spans, so dev F1 of the starter model falls with every epoch.
    let mut remaining = 1;
    for document in corpus.documents.iter_mut().filter(|d| d.splits.first() == Split::Train) {
        let kept = remaining.min(document.spans.len());
        Arc::make_mut(document).spans.truncate(kept);
        remaining -= kept;
    }
    let mut held = holdout(&corpus, 0.1, 1);
    held.train.truncate(64);
    let starter = load_model(&ModelRef::Starter, &Hub::default(), |_| true).expect("the starter");
    let arguments = TrainingArguments { learning_rate: 1e-4, num_train_epochs: 4, ..TrainingArguments::default() };
    let job = job(starter, corpus.clone(), held.clone(), arguments, &out);
    let mut listener = Listener::default();
    let finished = run(&job, &mut listener).expect("a run");
    let scores = listener.scored(Split::Dev);
    let best = scores.iter().copied().fold(0.0, f64::max);
    assert!(best > 0.15 && scores[3] < 0.5 * best, "dev F1 does not fall: {scores:?}");
    assert_eq!(finished.best_epoch, scores.iter().position(|f1| *f1 == best).expect("the best") + 1);
    let tagger =
        Tagger::new(&PretrainedModel::from_pretrained(&out).expect("a model"), &Device::Cpu).expect("a tagger");
    let saved = evaluate(&tagger, &corpus, &held.dev, true, None, |_, _| true).expect("scores").expect("all");
    assert_eq!(saved.metrics.overall.f1, best, "the saved weights are those of the best epoch");
    counts_by_document_add_up(&listener.events, &corpus);
}

/// Checks that the counts of each evaluation add up to its scores, and that the interval of F1 contains F1.
fn counts_by_document_add_up(events: &[TrainEvent], corpus: &Corpus) {
    let mut n_checked = 0;
    for event in events {
        let TrainEvent::Evaluated { split, scores, units: Some(units), .. } = event else { continue };
        let n_documents = corpus.documents.iter().filter(|document| document.splits.first() == *split).count();
        let sum = |count: fn(&EntityCounts) -> u32| units.counts.iter().map(|counts| count(counts) as usize).sum();
        let sums: [usize; 3] = [sum(|c| c.correct), sum(|c| c.predicted), sum(|c| c.gold)];
        let PrfScore { correct, predicted, support, f1, .. } = scores.overall;
        assert_eq!((units.counts.len(), sums), (n_documents, [correct, predicted, support]));
        let [low, high] = units.f1_interval.expect("an interval");
        assert!(low <= f1 && f1 <= high && low < high, "{low} {f1} {high}");
        n_checked += 1;
    }
    assert_eq!(n_checked, 5, "four evaluations on dev and one on test");
}

#[test]
fn truncation_note_names_the_limit_of_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("train.conll");
    let long = "Ada B-PER\n".repeat(100);
    std::fs::write(&data, format!("{long}\nOslo B-LOC\n\nrain O\n")).expect("a file");
    let corpus = Dataset::open(&data).expect("a dataset").corpus;
    let held = holdout(&corpus, 0.1, 1);
    let tiny = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let positions = tiny.config.max_position_embeddings;
    let arguments = TrainingArguments { max_length: 4096, num_train_epochs: 1, ..TrainingArguments::default() };
    let mut listener = Listener::default();
    let held = Holdout { train: corpus.sentences(None), ..held };
    run(&job(tiny, corpus, held, arguments, &folder.path().join("run")), &mut listener).expect("a run");
    let expected = format!("truncated at {positions} subwords");
    let is_noted = |e: &TrainEvent| matches!(e, TrainEvent::Log(_, text) if text.contains(&expected));
    assert!(listener.events.iter().any(is_noted), "{:?}", listener.events);
}

/// Runs two epochs of 33 steps with the tiny model on the sample dataset.
fn two_epochs(out: &Path, folder: Option<&RunFolder>, listener: &mut Listener) -> Result<TrainOutput, TrainError> {
    let corpus = sample::dataset().expect("the sample").corpus;
    let held = holdout(&corpus, 0.1, 1);
    let tiny = PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model");
    let arguments = TrainingArguments {
        num_train_epochs: 2,
        per_device_train_batch_size: 8,
        learning_rate: 1e-3,
        ..TrainingArguments::default()
    };
    let mut job = job(tiny, corpus, held, arguments, out);
    let Some(folder) = folder else { return run(&job, listener) };
    let checkpoint = Checkpoint::latest(folder).expect("a checkpoint");
    job.base = Arc::new(checkpoint.model().expect("its model"));
    job.resume = Some(checkpoint);
    run_in(folder, &job, listener)
}

const STEPS: usize = 33;

#[test]
fn run_suspended_during_evaluation_resumes_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let reference = folder.path().join("reference");
    let mut uninterrupted = Listener::default();
    two_epochs(&reference, None, &mut uninterrupted).expect("a run");
    let total_control_reads = uninterrupted.n_control_reads.get();
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    // Suspend after one batch of each evaluation: dev of the first epoch, dev of the last epoch, test.
    for (name, from, step) in [
        ("first", STEPS + 1, STEPS),
        ("last", total_control_reads - 6, 2 * STEPS),
        ("test", total_control_reads - 1, 2 * STEPS),
    ] {
        let out = folder.path().join(name);
        let mut listener = Listener { control_after: Some((from, TrainerControl::Suspend)), ..Listener::default() };
        let ended = two_epochs(&out, None, &mut listener);
        assert!(matches!(ended, Err(TrainError::Suspended)), "{name}: {ended:?}");
        assert_eq!(tagwright::disk::list_dirs(&out).last(), Some(&out.join(format!("checkpoint-{step}"))), "{name}");
        let mut rest = Listener::default();
        let run_folder = RunFolder::acquire(&out, ExistingFiles::Resume, None).expect("the folder");
        let finished = two_epochs(&out, Some(&run_folder), &mut rest).expect("a run");
        assert_eq!(finished.outcome, Outcome::Completed, "{name}");
        assert!(weights(&reference) == weights(&out), "{name}: the weights differ");
        let all = [listener.scored(Split::Dev), rest.scored(Split::Dev)].concat();
        assert_eq!(all, uninterrupted.scored(Split::Dev), "{name}: an epoch was evaluated twice");
        assert_eq!(rest.scored(Split::Test), uninterrupted.scored(Split::Test), "{name}");
    }
}

#[test]
fn stop_ends_evaluation_and_keeps_best_epoch() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("early");
    let mut listener = Listener { control_after: Some((STEPS + 1, TrainerControl::Stop)), ..Listener::default() };
    let finished = two_epochs(&out, None, &mut listener).expect("a run");
    assert_eq!((finished.outcome, finished.dev, finished.test), (Outcome::Stopped, None, None));
    assert!(listener.scored(Split::Dev).is_empty() && listener.scored(Split::Test).is_empty());
    assert!(PretrainedModel::from_pretrained(&out).is_ok());
}
