//! Training runs: preconditions, start, measurement, resume and control.

use super::annotate::Annotate;
use super::effect::Effect;
use super::notifications::Notification;
use super::requests::{Purpose, Slot};
use super::state::{App, Page};
use super::train_page::{LiveRun, RunState};
use super::try_page;
use crate::app::i18n::tr;
use crate::clock::unix_now;
use crate::corpus::Split;
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use crate::failure::Failure;
use crate::hub::ModelRef;
use crate::project::{RunRecord, RunStatus, WriteOp};
use crate::train::event::{LogLevel, Outcome, TrainerControl};
use crate::train::{TrainEvent, TrainOutput, TrainingArguments};
use crate::worker::{Measurement, RunId, TrainRequest, TrainingWork, Work};
use std::path::PathBuf;

/// Returns the number of training sentences of the next run.
pub fn training_sentences(app: &App) -> usize {
    app.annotate.as_ref().map_or(0, |a| a.size_of(Split::Train))
}

/// Returns the reason why training cannot start, or `None` if it can.
pub fn training_blocker(app: &App) -> Option<String> {
    let Some(a) = &app.annotate else { return Some(tr!("Open a dataset first").into()) };
    if app.requests.is_pending(Slot::Opening) {
        return Some(tr!("Another dataset is being opened").into());
    }
    if app.train_page.is_running() {
        return Some(tr!("Run {number} is in progress", number = app.train_page.run.as_ref().map_or(0, |r| r.id)));
    }
    if app.requests.measurement().is_some() {
        return Some(tr!("A measurement is running").into());
    }
    if app.train_page.errors.iter().any(Option::is_some) {
        return Some(tr!("Correct the highlighted settings").into());
    }
    if app.train_page.base.name().is_none() {
        return Some(tr!("Choose a base model").into());
    }
    if let Some(Err(reason)) = &app.train_page.model_info {
        return Some(reason.clone());
    }
    if training_sentences(app) == 0 {
        return Some(tr!("The train split is empty").into());
    }
    let train = a.corpus.counts(Some(Split::Train));
    (train.labels.iter().sum::<usize>() == 0).then(|| tr!("The train split has no labels").into())
}

/// Starts a run with the settings of the form.
pub(super) fn start(app: &mut App, effects: &mut Vec<Effect>) {
    if let Some(reason) = training_blocker(app) {
        app.notifications.push(Notification::info(tr!("Cannot train yet"), reason));
        return;
    }
    let (Some(a), Some(base)) = (&mut app.annotate, app.train_page.base.name()) else { return };
    let run = a.runs.iter().map(|r| r.number).max().unwrap_or(0).max(a.max_run_number) + 1;
    let arguments = app.train_page.arguments.clone();
    let out = app.dirs.run_dir(&a.project, run);
    // The run is recorded at its start, so that it is listed as interrupted if the program terminates.
    let record = RunRecord {
        number: run,
        started_at: unix_now(),
        base: base.to_string(),
        summary: arguments.summary(),
        dir: out.clone(),
        ..RunRecord::default()
    };
    let max_grad_norm = Some(app.train_page.arguments.max_grad_norm);
    app.train_page.run = Some(LiveRun { max_grad_norm, ..LiveRun::new(run, base.to_string()) });
    app.page = Page::Train;
    let request = Box::new(train_request(a, run, base, arguments, out, false));
    app.requests.submit(Purpose::Train(run), Work::Training(TrainingWork::Run(request)), effects);
    a.runs.push(record.clone());
    effects.push(Effect::Commit(WriteOp::Run(record)));
}

/// Creates the request of a run on the current dataset.
fn train_request(
    a: &Annotate,
    run: usize,
    base: ModelRef,
    arguments: TrainingArguments,
    out: PathBuf,
    resume: bool,
) -> TrainRequest {
    TrainRequest {
        run,
        corpus: a.corpus.clone(),
        holdout: holdout(&a.corpus, DEFAULT_HOLDOUT_RATIO, arguments.seed),
        test: a.corpus.sentences(Some(Split::Test)),
        base,
        arguments,
        out,
        resume,
    }
}

/// Starts a measurement with the settings of the form.
pub(super) fn measure(app: &mut App, measurement: Measurement, effects: &mut Vec<Effect>) {
    if let Some(reason) = training_blocker(app) {
        app.notifications.push(Notification::info(tr!("Cannot measure yet"), reason));
        return;
    }
    let (Some(a), Some(base)) = (&app.annotate, app.train_page.base.name()) else { return };
    let arguments = app.train_page.arguments.clone();
    let out = app.dirs.run_dir(&a.project, 0);
    let purpose = Purpose::Measure(measurement, app.train_page.base.clone(), Box::new(arguments.clone()));
    let request = Box::new(train_request(a, 0, base, arguments, out, false));
    app.requests.submit(purpose, Work::Training(TrainingWork::Measure(measurement, request)), effects);
    app.page = Page::Train;
}

/// Resumes an interrupted run.
pub(super) fn resume(app: &mut App, number: usize, effects: &mut Vec<Effect>) {
    if app.is_training() || app.requests.is_pending(Slot::Opening) {
        app.notifications.push(busy_notification());
        return;
    }
    let Some(a) = &mut app.annotate else { return };
    let Some(record) = a.runs.iter_mut().find(|r| r.number == number) else { return };
    record.outcome = RunStatus::Running;
    let arguments = app.train_page.arguments.clone();
    effects.push(Effect::Commit(WriteOp::Run(record.clone())));
    app.train_page.run = Some(LiveRun { resumed: true, ..LiveRun::new(number, record.base.clone()) });
    app.page = Page::Train;
    let folder = record.dir.clone();
    // Base model and settings come from the checkpoint.
    let base = ModelRef::Folder(folder.clone());
    let request = Box::new(train_request(a, number, base, arguments, folder, true));
    app.requests.submit(Purpose::Train(number), Work::Training(TrainingWork::Run(request)), effects);
}

/// Changes the control value of the current run, or stops the current measurement. A requested stop cannot be revoked.
pub(super) fn control(app: &mut App, effects: &mut Vec<Effect>, change: impl FnOnce(TrainerControl) -> TrainerControl) {
    if app.requests.measurement().is_some() {
        app.requests.cancel(Slot::Training, effects);
    } else if let Some(run) = &mut app.train_page.run
        && let RunState::Running(control) = &mut run.state
        && *control != TrainerControl::Stop
    {
        *control = change(*control);
        app.requests.control(Slot::Training, *control, effects);
    }
}

/// Returns the notification that a run is in progress. The dataset must stay open, because its project stores the model
/// of the run.
pub(super) fn busy_notification() -> Notification {
    Notification::info(tr!("A run is in progress"), tr!("Stop it or wait until it finishes"))
}

/// Handles an event of a run.
pub(super) fn on_event(app: &mut App, run: RunId, event: TrainEvent) {
    if let Some(live) = app.train_page.run.as_mut().filter(|live| live.id == run) {
        live.on(event);
    }
}

/// Handles the end of a run with a model.
pub(super) fn on_finished(app: &mut App, run: RunId, output: TrainOutput, effects: &mut Vec<Effect>) {
    update_run_record(app, run, effects, |record| {
        record.outcome = match output.outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Stopped => RunStatus::Stopped,
            Outcome::Diverged => RunStatus::Diverged,
        };
        record.dev_f1 = output.dev.as_ref().map(|s| s.overall.f1);
        record.test_f1 = output.test.as_ref().map(|s| s.overall.f1);
        record.train_seconds = output.train_seconds;
    });
    // The other pages select the new model.
    let model = ModelRef::Folder(output.out.clone());
    app.evaluate_page.model = model.clone();
    app.suggestions.model = model.clone();
    try_page::select_model(app, model, effects);
    if let Some(live) = app.train_page.run.as_mut().filter(|live| live.id == run) {
        let text = tr!(
            "{outcome}. Saved the best model (epoch {best_epoch})",
            outcome = output.outcome.name(),
            best_epoch = output.best_epoch
        );
        let level = if output.outcome == Outcome::Diverged { LogLevel::Warning } else { LogLevel::Success };
        live.log_line(level, text);
        live.state = RunState::Ended(Box::new(output));
    }
}

/// Handles the failure of a run.
pub(super) fn on_failed(app: &mut App, run: RunId, failure: Failure, effects: &mut Vec<Effect>) {
    end_without_model(app, run, RunStatus::Failed, RunState::Failed(failure.message.clone()), effects);
    if let Some(live) = app.train_page.run.as_mut().filter(|live| live.id == run) {
        live.log_line(LogLevel::Info, failure.message.clone());
    }
    app.notifications.push(Notification::error(tr!("Run failed"), failure.message));
}

/// Handles the end of a run that was canceled before it had a model, or suspended because the window closes.
pub(super) fn on_canceled(app: &mut App, run: RunId, effects: &mut Vec<Effect>) {
    end_without_model(app, run, RunStatus::Cancelled, RunState::Canceled, effects);
    app.notifications.push(Notification::info(tr!("Run canceled"), tr!("No model was saved")));
}

fn end_without_model(app: &mut App, run: RunId, status: RunStatus, state: RunState, effects: &mut Vec<Effect>) {
    let Some(live) = app.train_page.run.as_mut().filter(|live| live.id == run) else { return };
    live.state = state;
    // A checkpoint remains, so the run can be resumed.
    let has_checkpoint = live.resumed || live.saved.is_some();
    let status = if has_checkpoint { RunStatus::Interrupted } else { status };
    update_run_record(app, run, effects, |record| record.outcome = status);
}

/// Changes the record of a run in the state and in the project.
fn update_run_record(app: &mut App, run: RunId, effects: &mut Vec<Effect>, change: impl FnOnce(&mut RunRecord)) {
    let records = app.annotate.iter_mut().flat_map(|a| &mut a.runs);
    if let Some(record) = records.filter(|r| r.number == run).last() {
        change(record);
        effects.push(Effect::Commit(WriteOp::Run(record.clone())));
    }
}
