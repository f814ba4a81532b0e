//! Runs that do not get better, and dropout from step to step: whole runs of one step an epoch, which change next to nothing.

use crate::support::golden;
use std::path::Path;
use std::sync::Arc;
use tagwright::corpus::Split;
use tagwright::corpus::holdout::holdout;
use tagwright::model::PretrainedModel;
use tagwright::model::weights::SaveDtype;
use tagwright::project::sample;
use tagwright::train::checkpoint::Checkpoint;
use tagwright::train::event::TrainerControl;
use tagwright::train::{
    Beginning, Observer, RunFolder, TrainError, TrainEvent, TrainJob, TrainingArguments, run, run_in,
};

/// Counts scores of dev and remembers losses; suspends the run after so many scores.
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

/// A run over one sentence with next to no learning rate.
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
        test: Vec::new(),
        corpus: Arc::new(corpus),
        holdout: held,
        base: Arc::new(PretrainedModel::from_pretrained(&golden("tiny")).expect("the tiny model")),
        arguments,
        out: out.to_owned(),
        precision: SaveDtype::F32,
        resume: None,
    }
}

/// How many epochs are scored with this patience.
fn check_patience(patience: usize, expected: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut listener = Listener::default();
    run(&job(&folder.path().join("run"), patience), &mut listener).expect("a run");
    assert_eq!(listener.scored, expected, "patience {patience}");
}

#[test]
fn a_run_ends_after_so_many_epochs_without_a_gain() {
    // The first epoch is a gain over nothing.
    check_patience(1, 2);
    check_patience(2, 3);
    check_patience(0, 6);
}

#[test]
fn a_resumed_run_remembers_its_epochs_without_a_gain() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut first = Listener { suspends_after: Some(2), ..Listener::default() };
    let ended = run(&job(&out, 2), &mut first);
    assert!(matches!(ended, Err(TrainError::Suspended)), "{ended:?}");
    let taken = RunFolder::take(&out, Beginning::Resume, None).expect("the folder");
    let checkpoint = Checkpoint::latest(&taken).expect("a checkpoint");
    let base = Arc::new(checkpoint.model().expect("its model"));
    let mut second = Listener::default();
    let resumed = TrainJob { base, resume: Some(checkpoint), ..job(&out, 2) };
    run_in(&taken, &resumed, &mut second).expect("a run");
    assert_eq!((first.scored, second.scored), (2, 1));
}

#[test]
fn each_step_drops_other_elements() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut listener = Listener::default();
    run(&job(&folder.path().join("run"), 0), &mut listener).expect("a run");
    let losses = &listener.losses;
    assert_eq!(losses.len(), 6);
    // One sentence and the same weights: only dropout differs.
    assert!(losses.windows(2).all(|pair| (pair[0] - pair[1]).abs() > 1e-5), "{losses:?}");
}
