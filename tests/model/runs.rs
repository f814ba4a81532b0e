//! Whole runs by the library: which epoch is kept, and wishes while a split is scored.

use crate::support::golden;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use tagwright::corpus::holdout::{Holdout, holdout};
use tagwright::corpus::{Corpus, Split};
use tagwright::hub::{Hub, ModelRef, load_model};
use tagwright::model::device::n_threads;
use tagwright::model::weights::SaveDtype;
use tagwright::model::{Device, PretrainedModel};
use tagwright::predict::{Tagger, evaluate};
use tagwright::project::sample;
use tagwright::train::checkpoint::Checkpoint;
use tagwright::train::event::TrainerControl;
use tagwright::train::{
    Beginning, Observer, Outcome, RunFolder, TrainError, TrainEvent, TrainJob, TrainOutput, TrainingArguments, run,
    run_in,
};

/// Remembers what it is told; from one question on, it wishes something.
#[derive(Default)]
struct Listener {
    events: Vec<TrainEvent>,
    asked: Cell<usize>,
    wish: Option<(usize, TrainerControl)>,
}

impl Observer for Listener {
    fn on_event(&mut self, event: TrainEvent) {
        self.events.push(event);
    }

    fn control(&self) -> TrainerControl {
        self.asked.set(self.asked.get() + 1);
        self.wish.filter(|(from, _)| self.asked.get() > *from).map_or(TrainerControl::Continue, |(_, wish)| wish)
    }
}

impl Listener {
    /// The scores told of a split.
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
        test: corpus.sentences(Some(Split::Test)),
        corpus: Arc::new(corpus),
        holdout,
        base: Arc::new(base),
        arguments: TrainingArguments { n_shards: n_threads(), ..arguments },
        out: out.to_owned(),
        precision: SaveDtype::F32,
        resume: None,
    }
}

#[test]
fn the_best_epoch_is_kept_and_not_the_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut corpus = sample::dataset().expect("the sample").corpus;
    // The starter knows names. What it learns here is that almost nothing is one, so dev F1 falls with every epoch.
    let mut left = 1;
    for document in corpus.documents.iter_mut().filter(|d| d.split == Split::Train) {
        let kept = left.min(document.spans.len());
        Arc::make_mut(document).spans.truncate(kept);
        left -= kept;
    }
    let mut held = holdout(&corpus, 0.1, 1);
    held.train.truncate(64);
    let starter = load_model(&ModelRef::Starter, &Hub::default(), |_| true).expect("the starter");
    let arguments = TrainingArguments { learning_rate: 1e-4, num_train_epochs: 4, ..TrainingArguments::default() };
    let job = job(starter, corpus, held, arguments, &out);
    let mut listener = Listener::default();
    let finished = run(&job, &mut listener).expect("a run");
    let scores = listener.scored(Split::Dev);
    let best = scores.iter().copied().fold(0.0, f64::max);
    assert!(best > 0.15 && scores[3] < 0.5 * best, "dev F1 falls: {scores:?}");
    assert_eq!(finished.best_epoch, scores.iter().position(|f1| *f1 == best).expect("the best") + 1);
    let tagger =
        Tagger::new(&PretrainedModel::from_pretrained(&out).expect("a model"), &Device::Cpu).expect("a tagger");
    let saved =
        evaluate(&tagger, &job.corpus, &job.holdout.dev, true, None, |_, _| true).expect("scores").expect("all");
    assert_eq!(saved.overall.f1, best, "the saved weights are those of the best epoch");
}

/// A run of two epochs of 33 steps over the sample by the tiny model.
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
fn a_run_that_is_suspended_while_it_scores_goes_on_with_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    let mut undisturbed = Listener::default();
    two_epochs(&whole, None, &mut undisturbed).expect("a run");
    let questions = undisturbed.asked.get();
    let weights = |run: &Path| std::fs::read(run.join("model.safetensors")).expect("a model");
    // Dev of the first epoch, dev of the last, test: the wish comes after a batch of each.
    for (name, from, step) in
        [("first", STEPS + 1, STEPS), ("last", questions - 6, 2 * STEPS), ("test", questions - 1, 2 * STEPS)]
    {
        let out = folder.path().join(name);
        let mut listener = Listener { wish: Some((from, TrainerControl::Suspend)), ..Listener::default() };
        let ended = two_epochs(&out, None, &mut listener);
        assert!(matches!(ended, Err(TrainError::Suspended)), "{name}: {ended:?}");
        assert_eq!(tagwright::disk::list_dirs(&out).last(), Some(&out.join(format!("checkpoint-{step}"))), "{name}");
        let mut rest = Listener::default();
        let taken = RunFolder::take(&out, Beginning::Resume, None).expect("the folder");
        let finished = two_epochs(&out, Some(&taken), &mut rest).expect("a run");
        assert_eq!(finished.outcome, Outcome::Completed, "{name}");
        assert!(weights(&whole) == weights(&out), "{name}: the weights differ");
        let all = [listener.scored(Split::Dev), rest.scored(Split::Dev)].concat();
        assert_eq!(all, undisturbed.scored(Split::Dev), "{name}: each epoch is scored once");
        assert_eq!(rest.scored(Split::Test), undisturbed.scored(Split::Test), "{name}");
    }
}

#[test]
fn stop_ends_a_scoring_and_keeps_the_best_so_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("early");
    let mut listener = Listener { wish: Some((STEPS + 1, TrainerControl::Stop)), ..Listener::default() };
    let finished = two_epochs(&out, None, &mut listener).expect("a run");
    assert_eq!((finished.outcome, finished.dev, finished.test), (Outcome::Stopped, None, None));
    assert!(listener.scored(Split::Dev).is_empty() && listener.scored(Split::Test).is_empty());
    assert!(PretrainedModel::from_pretrained(&out).is_ok());
}
