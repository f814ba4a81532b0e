//! Early stopping and dropout. The runs have one step per epoch and a learning rate of almost zero.

use crate::support::golden;
use std::path::Path;
use std::sync::Arc;
use tagwright::corpus::Split;
use tagwright::corpus::holdout::holdout;
use tagwright::eval::token_metrics::LOSS;
use tagwright::model::PretrainedModel;
use tagwright::model::weights::SaveDtype;
use tagwright::project::sample;
use tagwright::train::checkpoint::Checkpoint;
use tagwright::train::event::TrainerControl;
use tagwright::train::{
    CorpusData, ExistingFiles, JobData, Observer, RunFolder, TrainError, TrainEvent, TrainJob, TrainingArguments, run,
    run_in,
};

/// Counts evaluations of dev and records losses. Suspends the run after `suspends_after` evaluations.
#[derive(Default)]
struct Listener {
    scored: usize,
    losses: Vec<f64>,
    suspends_after: Option<usize>,
}

impl Observer for Listener {
    fn on_event(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Evaluated { split: Split::Dev, .. } => self.scored += 1,
            TrainEvent::Step(step) => self.losses.push(step.loss),
            _ => {}
        }
    }

    fn control(&self) -> TrainerControl {
        if self.suspends_after == Some(self.scored) { TrainerControl::Suspend } else { TrainerControl::Continue }
    }
}

/// Returns a run over one sentence with a learning rate of almost zero.
fn job(out: &Path, patience: usize) -> TrainJob {
    let corpus = sample::dataset().expect("the sample").corpus;
    let mut held = holdout(&corpus, 0.1, 1);
    held.train.truncate(1);
    held.dev.truncate(8);
    let arguments = TrainingArguments {
        num_train_epochs: 6,
        learning_rate: 1e-9,
        early_stopping_patience: patience,
        logging_steps: 1,
        n_shards: 1,
        ..TrainingArguments::default()
    };
    TrainJob {
        data: JobData::Corpus(CorpusData { test: Vec::new(), corpus: Arc::new(corpus), holdout: held }),
        base: Arc::new(PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model")),
        arguments,
        out: out.to_owned(),
        save_dtype: SaveDtype::F32,
        resume: None,
    }
}

/// Checks the number of evaluated epochs with this patience.
fn check_patience(patience: usize, expected: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut listener = Listener::default();
    run(&job(&folder.path().join("run"), patience), &mut listener).expect("a run");
    assert_eq!(listener.scored, expected, "patience {patience}");
}

#[test]
fn run_ends_after_patience_epochs_without_improvement() {
    // The first epoch always counts as an improvement.
    check_patience(1, 2);
    check_patience(2, 3);
    check_patience(0, 6);
}

#[test]
fn lowest_loss_selects_the_epoch() {
    /// Records the dev loss of each epoch, and the epochs that were the best so far.
    #[derive(Default)]
    struct Recorder {
        losses: Vec<f64>,
        best: Vec<usize>,
    }

    impl Observer for Recorder {
        fn on_event(&mut self, event: TrainEvent) {
            if let TrainEvent::Evaluated { epoch, scores, best, .. } = event {
                self.losses.push(scores.values.get(&LOSS).expect("a loss"));
                self.best.extend(best.then_some(epoch));
            }
        }
    }

    let folder = tempfile::tempdir().expect("a folder");
    let mut job = job(&folder.path().join("run"), 2);
    // These sentences have all labels, so the loss on dev is known.
    if let JobData::Corpus(data) = &mut job.data {
        data.holdout.train = holdout(&data.corpus, 0.1, 1).train[..64].to_vec();
    }
    // At this rate the network leaves the minimum of the dev loss after a few epochs.
    job.arguments =
        TrainingArguments { learning_rate: 0.01, num_train_epochs: 30, metric_for_best_model: &LOSS, ..job.arguments };
    let mut recorder = Recorder::default();
    let output = run(&job, &mut recorder).expect("a run");
    let Recorder { losses, best } = recorder;
    let is_lowest = |epoch: &usize| losses[..epoch - 1].iter().all(|before| *before > losses[epoch - 1]);
    let expected: Vec<usize> = (1..=losses.len()).filter(is_lowest).collect();
    assert_eq!((best.last(), &best), (Some(&output.best_epoch), &expected), "{losses:?}");
    assert!(best.len() > 1, "the loss falls first: {losses:?}");
    assert_eq!(losses.len(), output.best_epoch + 2, "two epochs without improvement end the run: {losses:?}");
}

#[test]
fn metric_without_value_is_replaced_by_f1() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut job = job(&folder.path().join("run"), 0);
    // The only training sentence lacks labels of dev, so the loss on dev is unknown.
    job.arguments.metric_for_best_model = &LOSS;
    let mut notes = Vec::new();
    struct Notes<'a>(&'a mut Vec<String>);
    impl Observer for Notes<'_> {
        fn on_event(&mut self, event: TrainEvent) {
            if let TrainEvent::Log(_, text) = event {
                self.0.push(text);
            }
        }
    }
    run(&job, &mut Notes(&mut notes)).expect("a run");
    let warned = notes.iter().filter(|note| note.contains("the best epoch is selected by F1")).count();
    assert_eq!(warned, 1, "{notes:?}");
}

#[test]
fn resumed_run_keeps_early_stopping_counter() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut first = Listener { suspends_after: Some(2), ..Listener::default() };
    let ended = run(&job(&out, 2), &mut first);
    assert!(matches!(ended, Err(TrainError::Suspended)), "{ended:?}");
    let run_folder = RunFolder::acquire(&out, ExistingFiles::Resume, None).expect("the folder");
    let checkpoint = Checkpoint::latest(&run_folder).expect("a checkpoint");
    let base = Arc::new(checkpoint.model().expect("its model"));
    let mut second = Listener::default();
    let resumed = TrainJob { base, resume: Some(checkpoint), ..job(&out, 2) };
    run_in(&run_folder, &resumed, &mut second).expect("a run");
    assert_eq!((first.scored, second.scored), (2, 1));
}

#[test]
fn dropout_differs_between_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut listener = Listener::default();
    run(&job(&folder.path().join("run"), 0), &mut listener).expect("a run");
    let losses = &listener.losses;
    assert_eq!(losses.len(), 6);
    // Sentence and weights are the same, so only dropout changes the loss.
    assert!(losses.windows(2).all(|pair| (pair[0] - pair[1]).abs() > 1e-5), "{losses:?}");
}
