//! Tests of a run with access to its state.

use super::*;
use crate::corpus::holdout::holdout;
use crate::model::PretrainedModel;
use crate::model::weights::SaveDtype;
use crate::train::checkpoint::TrainerState;
use crate::train::job::{CorpusData, JobData};
use std::sync::Arc;

#[derive(Default)]
struct Recorder(Vec<TrainEvent>);

impl Observer for Recorder {
    fn on_event(&mut self, event: TrainEvent) {
        self.0.push(event);
    }
}

#[test]
fn skipped_first_step_delays_only_its_own_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Arc::new(crate::project::sample::dataset().expect("the sample").corpus);
    let mut holdout = holdout(&corpus, 0.1, 1);
    holdout.train.truncate(8);
    holdout.dev.truncate(2);
    let tiny = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tiny");
    let job = TrainJob {
        data: JobData::Corpus(CorpusData { corpus, holdout, test: Vec::new() }),
        base: Arc::new(PretrainedModel::from_pretrained(&tiny).expect("the tiny model")),
        arguments: TrainingArguments {
            num_train_epochs: 1,
            per_device_train_batch_size: 1,
            save_strategy: SaveStrategy::Steps,
            save_steps: 1,
            save_total_limit: 100,
            ..TrainingArguments::default()
        },
        out: folder.path().join("run"),
        save_dtype: SaveDtype::F32,
        resume: None,
    };
    std::fs::create_dir(&job.out).expect("a folder");
    let mut recorder = Recorder::default();
    let mut run = TrainingRun::prepare(&job, &mut recorder).expect("a run");
    // The norm of the scaled gradient of the first steps is infinite, as at the start of a run in fp16.
    let mut scale = GradScaler::default();
    scale.factor = 2f64.powi(64);
    run.loss_scale = Some(scale);
    run.run_to_end(&mut recorder).expect("a result");
    let saved = recorder.0.iter().filter(|e| matches!(e, TrainEvent::Saved { .. })).count();
    let steps: Vec<usize> =
        recorder.0.iter().filter_map(|e| if let TrainEvent::Step(s) = e { Some(s.step) } else { None }).collect();
    let is_coverage = |e: &TrainEvent| matches!(e, TrainEvent::Log(_, text) if text.contains("received gradients"));
    assert!(steps[0] > 1 && steps.last() == Some(&8), "{steps:?}");
    assert!(recorder.0.iter().any(is_coverage), "{:?}", recorder.0);
    assert_eq!(saved, 7, "each step but the last has a checkpoint");
    let state = std::fs::read(job.out.join("checkpoint-7/trainer_state.json")).expect("the state");
    let state: TrainerState = serde_json::from_slice(&state).expect("the state");
    assert_eq!(state.n_updates(), 8 - steps[0]);
}
