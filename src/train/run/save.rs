//! Checkpoints, pausing and resuming of a run.

use super::{BestModel, EvalResult, RunCounters, TrainError, TrainingRun};
use crate::corpus::Split;
use crate::eval::token_metrics::F1;
use crate::train::arguments::SaveStrategy;
use crate::train::checkpoint::{Checkpoint, CheckpointData, TrainerState};
use crate::train::checkpoint_dirs;
use crate::train::event::{LogLevel, Observer, TrainEvent, TrainerControl};
use crate::train::history::History;
use crate::train::{json, settings};
use std::time::Duration;

/// Interval at which a paused run checks the control value.
const PAUSE_POLL_INTERVAL: Duration = Duration::from_millis(50);

impl TrainingRun<'_> {
    /// Restores the state of a checkpoint. Its model is already loaded.
    pub(super) fn resume_from(
        &mut self,
        checkpoint: &Checkpoint,
        observer: &mut dyn Observer,
    ) -> Result<(), TrainError> {
        let state = &checkpoint.state;
        if state.step > self.schedule.steps {
            let at = checkpoint.folder.display();
            return Err(TrainError::Data(format!(
                "{at}: damaged (step after the end of the run); delete it to resume"
            )));
        }
        let [train, dev, _] = &self.fingerprints;
        if state.data != *train {
            let message = "the training sentences or labels have changed since the start of the run; start a new run";
            return Err(TrainError::Data(message.into()));
        }
        // Always false with the stored data of the run. With other dev data, old scores are not comparable.
        let other_dev = state.dev.as_ref().is_some_and(|before| before != dev);
        checkpoint.restore(&mut self.optimizer, &self.tagger.bert)?;
        let history = match state.history_lines {
            Some(lines) => History::read(&self.job.out, lines),
            None => None,
        };
        let history = history.unwrap_or_else(|| History::of(state.log_history.clone()));
        let mut highest = f64::NAN;
        let parsed = history.events().iter().map(json::from_json);
        let mut reported: Vec<TrainEvent> = parsed
            .filter_map(|event| event.inspect_err(|e| log::warn!("an event of the history is lost: {e}")).ok())
            .collect();
        let requested = self.arguments.metric_for_best_model;
        let has_value = |event: &TrainEvent| match event {
            TrainEvent::Evaluated { split: Split::Dev, scores, .. } => scores.values.get(requested).is_some(),
            _ => false,
        };
        let metric = if reported.iter().any(has_value) { requested } else { &F1 };
        for event in &mut reported {
            if let TrainEvent::Evaluated { split: Split::Dev, scores, best, .. } = event {
                let value = scores.values.get(metric).unwrap_or(f64::NAN);
                *best = metric.is_better(value, highest, 0.0);
                highest = if *best { value } else { highest };
            }
        }
        observer.on_event(TrainEvent::History(reported));
        self.loss_scale = self.loss_scale.map(|fresh| state.loss_scale.unwrap_or(fresh));
        self.progress = RunCounters {
            step: state.step,
            n_updates: state.n_updates(),
            n_subwords: state.pieces,
            n_padded: state.padded,
            seconds: state.seconds,
            n_evaluations_without_gain: state.without_gain,
            saved: Some(state.step),
            eval_pending: state.unscored,
            history,
            recent_loss: state.recent_loss,
            ..RunCounters::default()
        };
        if other_dev {
            self.progress.n_evaluations_without_gain = 0;
            let note = "sentences or labels of dev have changed since the start of the run; \
                        the best epoch is selected from the remaining epochs";
            observer.on_event(TrainEvent::Log(LogLevel::Warning, note.into()));
        }
        if let Some((step, epoch)) = state.best.filter(|_| !other_dev) {
            let bert = match checkpoint.best(&self.tagger.bert)? {
                Some(bert) => bert,
                None => self.tagger.bert.clone_state()?,
            };
            // The best model is evaluated again, so no stored score can differ from the data.
            let scores = match self.evaluate(&bert, &self.data.dev, observer)? {
                EvalResult::Complete(scores) => scores,
                // The checkpoint remains and can be resumed again.
                EvalResult::Stopped if observer.control() == TrainerControl::Suspend => {
                    return Err(TrainError::Suspended);
                }
                EvalResult::Stopped => None,
            };
            let scores = scores.map(|result| result.metrics);
            self.best = Some(BestModel { step, epoch, bert, scores });
        }
        observer.on_event(TrainEvent::Log(LogLevel::Success, format!("resumed from step {}", state.step)));
        Ok(())
    }

    /// Applies the control value before a batch. Returns false if the run must end. A paused run writes a checkpoint
    /// and waits.
    pub(super) fn apply_control(&mut self, observer: &mut dyn Observer) -> Result<bool, TrainError> {
        let mut paused = false;
        loop {
            match observer.control() {
                TrainerControl::Continue => {
                    self.progress.last_epoch = false;
                    return Ok(true);
                }
                TrainerControl::StopAfterEpoch => {
                    self.progress.last_epoch = true;
                    return Ok(true);
                }
                TrainerControl::Stop => return Ok(false),
                TrainerControl::Suspend => return Err(self.suspend(observer)),
                TrainerControl::Pause => {
                    if !paused {
                        paused = true;
                        self.save(observer)?;
                    }
                    std::thread::sleep(PAUSE_POLL_INTERVAL);
                }
            }
        }
    }

    pub(super) fn should_save_after_epoch(&self, better: bool) -> bool {
        match self.arguments.save_strategy {
            SaveStrategy::No => false,
            SaveStrategy::Epoch => true,
            SaveStrategy::Steps => self.progress.step.is_multiple_of(self.arguments.save_steps),
            SaveStrategy::Best => better,
        }
    }

    /// Writes a checkpoint before the run ends without a result. Returns the error to report.
    pub(super) fn suspend(&mut self, observer: &mut dyn Observer) -> TrainError {
        match self.write_checkpoint(observer) {
            Ok(()) if self.progress.saved == Some(self.progress.step) => TrainError::Suspended,
            Ok(()) => {
                let before = checkpoint_dirs::latest(&self.job.out);
                let rest = before.map_or("the run cannot be resumed".to_owned(), |at| {
                    format!("--resume continues from {}", at.display())
                });
                TrainError::Data(format!("run ended, but saving step {} failed; {rest}", self.progress.step))
            }
            Err(e) => e,
        }
    }

    /// Returns the error to report if the model could not be saved. Its message names the checkpoint with the result.
    pub(super) fn save_error(&mut self, reason: &TrainError, observer: &mut dyn Observer) -> TrainError {
        let out = self.job.out.display();
        let whole = format!("{reason}. The model was not saved, {out} is unchanged");
        if checkpoint_dirs::latest(&self.job.out).is_none() && self.progress.divergence.is_none() {
            // This can succeed if the problem concerns only one file of the model.
            if let Err(e) = self.write_checkpoint(observer) {
                log::warn!("failed to write a checkpoint: {e}");
            }
        }
        TrainError::Data(match checkpoint_dirs::latest(&self.job.out) {
            Some(at) => format!("{whole}. Fix the cause, then resume from {} with --resume", at.display()),
            None => format!("{whole}. No checkpoint was written either, so the trained weights are lost"),
        })
    }

    /// Writes a checkpoint unless this step has one, or it is the last step: the model is saved instead.
    pub(super) fn save(&mut self, observer: &mut dyn Observer) -> Result<(), TrainError> {
        if self.progress.step == self.schedule.steps {
            return Ok(());
        }
        self.write_checkpoint(observer)
    }

    /// Writes a checkpoint unless this step has one.
    fn write_checkpoint(&mut self, observer: &mut dyn Observer) -> Result<(), TrainError> {
        let step = self.progress.step;
        if self.progress.saved == Some(step) {
            return Ok(());
        }
        self.flush_steps(observer);
        match self.try_to_save() {
            Ok(()) => {
                self.progress.saved = Some(step);
                checkpoint_dirs::rotate(&self.job.out, self.arguments.save_total_limit.max(1));
                observer.on_event(TrainEvent::Saved { step });
            }
            // The run continues, and the previous checkpoint is unchanged.
            Err(TrainError::Disk(e)) => {
                let note = format!("failed to save step {step}, the previous checkpoint is kept: {e}");
                observer.on_event(TrainEvent::Log(LogLevel::Warning, note));
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }

    /// Writes the shared files of all checkpoints if they are missing or incomplete, then the checkpoint.
    fn try_to_save(&mut self) -> Result<(), TrainError> {
        let out = &self.job.out;
        if !self.data_kept {
            self.data.keep(out)?;
            self.data_kept = true;
        }
        let history_lines = self.progress.history.keep(out)?;
        let step = self.progress.step;
        let best = self.best.as_ref();
        let [data, dev, test] = self.fingerprints.clone();
        let state = TrainerState {
            version: TrainerState::VERSION,
            base: self.job.base.name.clone(),
            data,
            dev: Some(dev),
            test: Some(test),
            device: Some(self.device.clone()),
            arithmetic: Some(self.compute_dtype.name().to_owned()),
            arguments: settings::to_map(&self.arguments),
            head_kept: self.head_kept,
            step,
            updates: Some(self.progress.n_updates),
            pieces: self.progress.n_subwords,
            padded: self.progress.n_padded,
            seconds: self.progress.seconds,
            best: best.map(|b| (b.step, b.epoch)),
            without_gain: self.progress.n_evaluations_without_gain,
            recent_loss: self.progress.recent_loss,
            loss_scale: self.loss_scale,
            unscored: self.progress.eval_pending,
            history_lines: Some(history_lines),
            log_history: self.progress.history.scores(),
        };
        let snapshot = CheckpointData {
            state,
            bert: &self.tagger.bert,
            optimizer: &self.optimizer,
            best: best.filter(|b| b.step != step).map(|b| &b.bert),
            base: &self.job.base,
            tags: &self.tagger.tags,
        };
        snapshot.write(out)
    }
}
