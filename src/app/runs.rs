//! Training runs: preconditions, start, measurement, resume and control.

use super::annotate::Annotate;
use super::effect::Effect;
use super::events::unix_now;
use super::notifications::Notification;
use super::state::{App, Page};
use super::train_page::{LiveRun, RunState};
use crate::app::i18n::tr;
use crate::corpus::Split;
use crate::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use crate::hub::ModelRef;
use crate::project::{RunRecord, RunStatus, WriteOp};
use crate::train::TrainingArguments;
use crate::train::event::TrainerControl;
use crate::worker::{TrainRequest, Trial};
use std::path::PathBuf;

/// Returns the number of training sentences of the next run.
pub fn training_sentences(app: &App) -> usize {
    app.annotate.as_ref().map_or(0, |a| a.size_of(Split::Train))
}

/// Returns the reason why training cannot start, or `None` if it can.
pub fn training_blocker(app: &App) -> Option<String> {
    let Some(a) = &app.annotate else { return Some(tr!("Open a dataset first").into()) };
    if app.opening.is_some() {
        return Some(tr!("Another dataset is being opened").into());
    }
    if app.train_page.is_running() {
        return Some(tr!("Run {number} is in progress", number = app.train_page.run.as_ref().map_or(0, |r| r.id)));
    }
    if app.train_page.measurement.is_some() {
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
    app.train_page.download = None;
    app.page = Page::Train;
    effects.push(Effect::Train(Box::new(train_request(a, run, base, arguments, out, false))));
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
pub(super) fn measure(app: &mut App, trial: Trial, effects: &mut Vec<Effect>) {
    if let Some(reason) = training_blocker(app) {
        app.notifications.push(Notification::info(tr!("Cannot measure yet"), reason));
        return;
    }
    let (Some(a), Some(base)) = (&app.annotate, app.train_page.base.name()) else { return };
    let arguments = app.train_page.arguments.clone();
    let out = app.dirs.run_dir(&a.project, 0);
    effects.push(Effect::Measure(Box::new(train_request(a, 0, base, arguments, out, false)), trial));
    app.train_page.measurement = Some(trial);
    app.train_page.measured_for = Some((app.train_page.base.clone(), app.train_page.arguments.clone()));
    app.train_page.download = None;
    app.page = Page::Train;
}

/// Resumes an interrupted run.
pub(super) fn resume(app: &mut App, number: usize, effects: &mut Vec<Effect>) {
    if app.train_page.is_busy() || app.opening.is_some() {
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
    effects.push(Effect::Train(Box::new(train_request(a, number, base, arguments, folder, true))));
}

/// Changes the control value of the current run, or stops the current measurement. A requested stop cannot be revoked.
pub(super) fn control(app: &mut App, effects: &mut Vec<Effect>, change: impl FnOnce(TrainerControl) -> TrainerControl) {
    if app.train_page.measurement.is_some() {
        effects.push(Effect::ControlRun(TrainerControl::Stop));
    } else if let Some(run) = &mut app.train_page.run
        && let RunState::Running(control) = &mut run.state
        && *control != TrainerControl::Stop
    {
        *control = change(*control);
        effects.push(Effect::ControlRun(*control));
    }
}

/// Returns the notification that a run is in progress. The dataset must stay open, because its project stores the model
/// of the run.
pub(super) fn busy_notification() -> Notification {
    Notification::info(tr!("A run is in progress"), tr!("Stop it or wait until it finishes"))
}
