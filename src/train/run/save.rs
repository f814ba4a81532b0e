//! How a run comes onto the disk and back: checkpoints, pausing, and going on.

use super::{Best, Progress, Run, TrainError};
use crate::train::arguments::SaveStrategy;
use crate::train::checkpoint::{self, Checkpoint, Snapshot, State};
use crate::train::event::{Event, Observer, Weight, Wish};
use crate::train::{fields, json};
use std::time::Duration;

/// How often a paused run looks whether it may go on.
const PAUSE: Duration = Duration::from_millis(50);

impl Run<'_> {
    /// Takes the state of a checkpoint over, whose model is already here.
    pub(super) fn go_on_from(
        &mut self,
        checkpoint: &Checkpoint,
        observer: &mut dyn Observer,
    ) -> Result<(), TrainError> {
        let state = &checkpoint.state;
        if state.step > self.schedule.steps {
            let at = checkpoint.folder.display();
            return Err(TrainError::Data(format!("{at}: damaged, it is past the end of the run; delete it to resume")));
        }
        if state.data != self.plan.fingerprint() {
            let message = "the training sentences or their labels are not those the run began with; start a new run";
            return Err(TrainError::Data(message.into()));
        }
        checkpoint.restore(&mut self.optimizer, &self.tagger.bert)?;
        let mut highest = f64::NEG_INFINITY;
        let mut history: Vec<Event> = state.log_history.iter().filter_map(json::from_json).collect();
        for event in &mut history {
            if let Event::Evaluated { scores, best, .. } = event {
                *best = scores.overall.f1 > highest;
                highest = highest.max(scores.overall.f1);
            }
        }
        observer.on(Event::History(history));
        self.loss_scale = self.loss_scale.map(|fresh| state.loss_scale.unwrap_or(fresh));
        self.progress = Progress {
            step: state.step,
            pieces: state.pieces,
            padded: state.padded,
            seconds: state.seconds,
            without_gain: state.without_gain,
            saved: Some(state.step),
            history: state.log_history.clone(),
            recent_loss: state.recent_loss,
            ..Progress::default()
        };
        if let Some((step, epoch)) = state.best {
            let bert = match checkpoint.best(&self.tagger.bert)? {
                Some(bert) => bert,
                None => self.tagger.bert.kept()?,
            };
            // Scored again rather than stored: nothing to keep in step with the data.
            let scores = self.score(&bert, &self.job.holdout.dev)?;
            self.best = Some(Best { step, epoch, bert, scores });
        }
        observer.on(Event::Note(Weight::Good, format!("resumed at step {}", state.step)));
        Ok(())
    }

    /// Does what a person wishes before a batch; `false` to end here. While paused it waits, and the run is on disk.
    pub(super) fn may_go_on(&mut self, observer: &mut dyn Observer) -> Result<bool, TrainError> {
        let mut paused = false;
        loop {
            match observer.wish() {
                Wish::GoOn => {
                    self.progress.last_epoch = false;
                    return Ok(true);
                }
                Wish::StopAfterEpoch => {
                    self.progress.last_epoch = true;
                    return Ok(true);
                }
                Wish::Stop => return Ok(false),
                Wish::Suspend => {
                    self.save(observer)?;
                    return Err(TrainError::Suspended);
                }
                Wish::Pause => {
                    if !paused {
                        paused = true;
                        self.save(observer)?;
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    pub(super) fn is_due_after_epoch(&self, better: bool) -> bool {
        match self.arguments.save_strategy {
            SaveStrategy::No => false,
            SaveStrategy::Epoch => true,
            SaveStrategy::Steps => self.progress.step.is_multiple_of(self.arguments.save_steps),
            SaveStrategy::Best => better,
        }
    }

    /// Writes a checkpoint, unless this step has one.
    pub(super) fn save(&mut self, observer: &mut dyn Observer) -> Result<(), TrainError> {
        let step = self.progress.step;
        if self.progress.saved == Some(step) || step == self.schedule.steps {
            return Ok(());
        }
        self.tell_unlogged(observer);
        let best = self.best.as_ref();
        let state = State {
            version: State::VERSION,
            base: self.job.base.name.clone(),
            data: self.plan.fingerprint(),
            arguments: fields::described(&self.arguments),
            head_kept: self.head_kept,
            step,
            pieces: self.progress.pieces,
            padded: self.progress.padded,
            seconds: self.progress.seconds,
            best: best.map(|b| (b.step, b.epoch)),
            without_gain: self.progress.without_gain,
            recent_loss: self.progress.recent_loss,
            loss_scale: self.loss_scale,
            log_history: self.progress.history.clone(),
        };
        let snapshot = Snapshot {
            state,
            bert: &self.tagger.bert,
            optimizer: &self.optimizer,
            best: best.filter(|b| b.step != step).map(|b| &b.bert),
            base: &self.job.base,
            tags: &self.tagger.tags,
        };
        match snapshot.write(&self.job.out) {
            Ok(()) => {
                self.progress.saved = Some(step);
                checkpoint::keep_newest(&self.job.out, self.arguments.save_total_limit.max(1));
                observer.on(Event::Saved { step });
            }
            // The run goes on, and the checkpoint before this one is still there.
            Err(TrainError::Disk(e)) => {
                let note = format!("step {step} could not be saved, the checkpoint before it stays: {e}");
                observer.on(Event::Note(Weight::Warning, note));
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }
}
