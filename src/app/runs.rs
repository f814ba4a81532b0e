//! Training runs: preconditions, start, measurement, resume and control.

use super::editing::writer;
use super::effect::Effect;
use super::notifications::Notification;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::state::App;
use super::try_page;
use crate::clock::unix_now;
use crate::corpus::{DataSelection, Split, TrainOn};
use crate::failure::Failure;
use crate::hub::ModelRef;
use crate::i18n::{thousands, tr};
use crate::predict::EvalMetrics;
use crate::project::{RunDetails, RunMetrics, RunRecord, RunStatus};
use crate::session::Session;
use crate::session::run::{LiveRun, RunState, end_text};
use crate::train::event::{Outcome, TrainerControl};
use crate::train::measure::{LrSweep, RunEstimate};
use crate::train::preview::RunPreview;
use crate::train::settings;
use crate::train::{TrainEvent, TrainOutput};
use crate::worker::{InteractiveWork, Measurement, RunId, SessionId, TrainRequest, TrainingWork, Work};

/// Returns the data of the next run with the settings of the form. `None` until it is determined.
pub fn run_preview<'a>(app: &App, session: &'a Session) -> Option<&'a RunPreview> {
    session.run_preview(app.train_page.data_key())
}

/// Requests the data of the next run, if the Train page shows it and it is not known for the current state.
pub(super) fn request_preview(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = app.session.as_ref().filter(|_| app.page == Page::Train) else { return };
    let (stamp, key) = (session.stamp(), app.train_page.data_key());
    let purpose = Purpose::PreviewRun(stamp, key);
    let is_requested = app.requests.pending(Slot::RunPreview).is_some_and(|pending| pending.purpose == purpose);
    if is_requested || session.has_run_preview(key) {
        return;
    }
    let work = InteractiveWork::PreviewRun { corpus: session.corpus().clone(), key, stamp };
    app.requests.submit(purpose, Work::Interactive(work), effects);
}

/// Returns the reason why training cannot start, or `None` if it can.
pub fn training_blocker(app: &App) -> Option<String> {
    let Some(session) = &app.session else { return Some(tr!("Open a dataset first").into()) };
    if app.requests.is_replacing_dataset() {
        return Some(tr!("Another dataset is being opened").into());
    }
    if let Some((running, run)) = app.active_run() {
        let (number, dataset) = (run.id, &running.corpus().name);
        return Some(tr!("Run {number} of {dataset} is in progress", number, dataset));
    }
    if app.requests.measurement().is_some() {
        return Some(tr!("A measurement is running").into());
    }
    if !app.train_page.errors.is_empty() {
        return Some(tr!("Correct the highlighted settings").into());
    }
    if app.train_page.base.name().is_none() {
        return Some(tr!("Choose a base model").into());
    }
    if let Some(Err(failure)) = &app.train_page.model_info {
        return Some(failure.message.clone());
    }
    blocker_of_data(session, run_preview(app, session)?)
}

/// Returns the reason why a run or a measurement cannot start. Determines the data of the run if the worker has not done
/// it yet.
fn start_blocker(app: &mut App) -> Option<String> {
    let of_form = training_blocker(app);
    let key = app.train_page.data_key();
    let Some(session) = app.session.as_mut().filter(|session| of_form.is_none() && session.run_preview(key).is_none())
    else {
        return of_form;
    };
    let preview = Box::new(RunPreview::new(session.corpus(), key));
    let blocker = blocker_of_data(session, &preview);
    session.set_run_preview(session.stamp(), key, Some(preview));
    blocker
}

fn blocker_of_data(session: &Session, preview: &RunPreview) -> Option<String> {
    if session.size_of(Split::Train) == 0 {
        return Some(tr!("The train split is empty").into());
    }
    let [n_done, n_labeled, _] = preview.n_by_choice;
    if preview.train_on == TrainOn::Done && n_done == 0 && n_labeled > 0 {
        return Some(tr!("No sentence of the train split is marked as done").into());
    }
    preview.labels.is_empty().then(|| tr!("The train split has no labels").into())
}

/// Starts a run with the settings of the form.
pub(super) fn start(app: &mut App, effects: &mut Vec<Effect>) {
    if let Some(reason) = start_blocker(app) {
        app.notifications.push(Notification::info(tr!("Cannot train yet"), reason));
        return;
    }
    let name = app.train_page.name.trim().to_owned();
    let (Some(session), Some(base)) = (&mut app.session, app.train_page.base.name()) else { return };
    let run = session.next_run_number();
    let arguments = app.train_page.arguments.clone();
    let preview = session.run_preview(app.train_page.data_key()).cloned().unwrap_or_default();
    // Later changes of the dataset must not change the choice of a resumed run.
    let selection = DataSelection { train_on: Some(preview.train_on), ..app.train_page.selection };
    let out = app.dirs.run_dir(session.project(), run);
    // The run is recorded at its start, so that it is listed as interrupted if the program terminates.
    let record = RunRecord {
        number: run,
        started_at: unix_now(),
        base: base.to_string(),
        summary: arguments.summary(),
        dir: out.clone(),
        details: RunDetails {
            name,
            base: app.train_page.base.stored(),
            settings: settings::to_map(&arguments),
            selection,
            n_train: preview.n_train,
            n_dev: preview.n_dev,
            train_id: preview.train_id.clone(),
            dev_id: preview.dev_id.clone(),
            epochs: [0, arguments.num_train_epochs],
            ..RunDetails::default()
        },
        ..RunRecord::default()
    };
    let live = LiveRun { max_grad_norm: Some(arguments.max_grad_norm), ..LiveRun::new(run, base.to_string()) };
    let Some(mut writer) = writer(session, effects) else { return };
    writer.add_run(record, live);
    app.train_page.name.clear();
    notify_left_out(app, &preview);
    let Some(session) = &app.session else { return };
    app.page = Page::Train;
    let request = TrainRequest { corpus: session.corpus().clone(), selection, base, arguments, out, resume: false };
    submit_run(app, run, request, effects);
}

/// Notifies the user if the choice of sentences leaves out a part of the train split.
fn notify_left_out(app: &mut App, preview: &RunPreview) {
    let [n_done, n_labeled, n_all] = preview.n_by_choice;
    let (n_chosen, reason) = match preview.train_on {
        TrainOn::Done => (n_done, tr!("The others are not marked as done")),
        TrainOn::Labeled => (n_labeled, tr!("The others have no labels")),
        TrainOn::All => return,
    };
    if n_chosen < n_all {
        let (n, all) = (thousands(n_chosen), thousands(n_all));
        app.notifications.push(Notification::info(tr!("Training on {n} of {all} sentences", n, all), reason));
    }
}

/// Submits the request of a run of the open dataset.
fn submit_run(app: &mut App, run: RunId, request: TrainRequest, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    let purpose = Purpose::Train(session.stamp().session, run);
    app.requests.submit(purpose, Work::Training(TrainingWork::Run(Box::new(request))), effects);
}

/// Starts a measurement with the settings of the form.
pub(super) fn measure(app: &mut App, measurement: Measurement, effects: &mut Vec<Effect>) {
    if let Some(reason) = start_blocker(app) {
        app.notifications.push(Notification::info(tr!("Cannot measure yet"), reason));
        return;
    }
    let (Some(session), Some(base)) = (&app.session, app.train_page.base.name()) else { return };
    let arguments = app.train_page.arguments.clone();
    let out = app.dirs.run_dir(session.project(), 0);
    let form = &app.train_page;
    let purpose = Purpose::Measure(measurement, form.base.clone(), Box::new(arguments.clone()), form.selection);
    let (corpus, selection) = (session.corpus().clone(), app.train_page.selection);
    let request = Box::new(TrainRequest { corpus, selection, base, arguments, out, resume: false });
    app.requests.submit(purpose, Work::Training(TrainingWork::Measure(measurement, request)), effects);
    app.page = Page::Train;
}

/// Stores an estimate, unless the base model or the arguments have changed since the request.
pub(super) fn on_estimated(app: &mut App, purpose: &Purpose, estimate: RunEstimate) {
    if let (Purpose::Measure(_, base, arguments, selection), Some(session)) = (purpose, &mut app.session)
        && *base == app.train_page.base
        && **arguments == app.train_page.arguments
        && *selection == app.train_page.selection
    {
        session.measurements.estimate = Some(estimate);
    }
}

/// Stores the loss by learning rate, unless the base model has changed since the request.
pub(super) fn on_lr_sweep(app: &mut App, purpose: &Purpose, sweep: LrSweep) {
    if let (Purpose::Measure(_, base, ..), Some(session)) = (purpose, &mut app.session)
        && *base == app.train_page.base
    {
        session.measurements.lr_sweep = Some(sweep);
    }
}

/// Resumes an interrupted run.
pub(super) fn resume(app: &mut App, number: usize, effects: &mut Vec<Effect>) {
    if app.is_training() || app.requests.is_replacing_dataset() {
        let text = tr!("Stop it or wait until it finishes");
        return app.notifications.push(Notification::info(tr!("A run is in progress"), text));
    }
    let Some(session) = &mut app.session else { return };
    let selection = session.run_record(number).map(|record| record.details.selection).unwrap_or_default();
    // Runs of older versions used all sentences.
    let selection = DataSelection { train_on: selection.train_on.or(Some(TrainOn::All)), ..selection };
    let Some(mut writer) = writer(session, effects) else { return };
    let Some(folder) = writer.resume_run(number) else { return };
    app.page = Page::Train;
    // Base model and settings come from the checkpoint.
    let base = ModelRef::Folder(folder.clone());
    let arguments = app.train_page.arguments.clone();
    let corpus = session.corpus().clone();
    let request = TrainRequest { corpus, selection, base, arguments, out: folder, resume: true };
    submit_run(app, number, request, effects);
}

/// Changes the control value of the current run, or stops the current measurement. A requested stop cannot be revoked.
pub(super) fn control(app: &mut App, effects: &mut Vec<Effect>, change: impl FnOnce(TrainerControl) -> TrainerControl) {
    if app.requests.measurement().is_some() {
        app.requests.cancel(Slot::Training, effects);
    } else if let Some(RunState::Running(control)) = active_state(app)
        && *control != TrainerControl::Stop
    {
        *control = change(*control);
        let control = *control;
        app.requests.control(Slot::Training, control, effects);
    }
}

/// Returns the state of the run in progress.
fn active_state(app: &mut App) -> Option<&mut RunState> {
    let sessions = app.session.iter_mut().chain(&mut app.parked);
    let mut states = sessions.filter_map(|session| Some(&mut session.run.as_mut()?.state));
    states.find(|state| matches!(state, RunState::Running(_)))
}

/// Handles an event of a run.
pub(super) fn on_event(app: &mut App, session: SessionId, run: RunId, event: TrainEvent) {
    let changes_dev_scores = matches!(event, TrainEvent::Evaluated { .. } | TrainEvent::History(_));
    if let Some(live) = run_of(app, session, run) {
        live.on(event);
    }
    if let Some(session) = app.session_with_id(session).filter(|_| changes_dev_scores) {
        session.runs_view.invalidate_difference(run);
    }
}

fn run_of(app: &mut App, session: SessionId, run: RunId) -> Option<&mut LiveRun> {
    app.session_with_id(session)?.run.as_mut().filter(|live| live.id == run)
}

/// Handles the end of a run with a model.
pub(super) fn on_finished(
    app: &mut App,
    session: SessionId,
    run: RunId,
    output: TrainOutput,
    effects: &mut Vec<Effect>,
) {
    let model = ModelRef::Folder(output.out.clone());
    let text = end_text(&output);
    let live = run_of(app, session, run);
    let selected_by = live.as_ref().map(|live| live.metric()).unwrap_or_default();
    let interval = live.as_ref().and_then(|live| live.best_evaluation()?.units.as_ref()?.f1_interval);
    let epochs = live.as_ref().map(|live| live.epochs());
    update_record(app, session, run, |record| {
        record.outcome = match output.outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Stopped => RunStatus::Stopped,
            Outcome::Diverged => RunStatus::Diverged,
        };
        let values = |scores: &Option<EvalMetrics>| scores.as_ref().map(|s| s.values.clone()).unwrap_or_default();
        record.metrics = RunMetrics { selected_by, dev: values(&output.dev), test: values(&output.test) };
        record.train_seconds = output.train_seconds;
        record.details.f1_interval = interval;
        record.details.epochs = epochs.unwrap_or(record.details.epochs);
    });
    if let Some(live) = run_of(app, session, run) {
        live.end(RunState::Ended(Box::new(output)));
    }
    if let Some(name) = parked_name(app, session) {
        let title = tr!("Run {run} of {name} has ended", run, name);
        app.notifications.push(Notification::success(title, text));
    } else {
        // The other pages select the new model.
        app.evaluation_model = model.clone();
        app.suggestions.model = model.clone();
        try_page::select_model(app, model, effects);
    }
}

/// Handles the failure of a run.
pub(super) fn on_failed(app: &mut App, session: SessionId, run: RunId, failure: Failure) {
    end_without_model(app, session, run, RunStatus::Failed, RunState::Failed(failure.message.clone()));
    let title = match parked_name(app, session) {
        Some(name) => tr!("Run {run} of {name} failed", run, name),
        None => tr!("Run failed").to_owned(),
    };
    app.notifications.push(Notification::error(title, failure.message));
}

/// Handles the end of a run that was canceled before it had a model, or suspended because the window closes.
pub(super) fn on_canceled(app: &mut App, session: SessionId, run: RunId) {
    end_without_model(app, session, run, RunStatus::Cancelled, RunState::Canceled);
    app.notifications.push(Notification::info(tr!("Run canceled"), tr!("No model was saved")));
}

fn end_without_model(app: &mut App, session: SessionId, run: RunId, status: RunStatus, state: RunState) {
    let Some(live) = run_of(app, session, run) else { return };
    // If a checkpoint remains, the run can be resumed.
    let has_checkpoint = live.resumed || live.saved.is_some();
    let failure = if let RunState::Failed(reason) = &state { reason.clone() } else { String::new() };
    let is_canceled = matches!(state, RunState::Canceled);
    live.end(if has_checkpoint && is_canceled { RunState::Interrupted } else { state });
    let epochs = Some(live.epochs()).filter(|_| !live.steps.is_empty());
    update_record(app, session, run, |record| {
        record.outcome = if has_checkpoint { RunStatus::Interrupted } else { status };
        record.details.failure = failure;
        record.details.epochs = epochs.unwrap_or(record.details.epochs);
    });
}

/// Changes the record of a run. A session with a run has write access.
fn update_record(app: &mut App, session: SessionId, run: RunId, change: impl FnOnce(&mut RunRecord)) {
    if let Some(Ok(mut writer)) = app.session_with_id(session).map(Session::writer) {
        writer.update_run(run, change);
    }
}

/// Returns the name of the dataset of a parked session.
fn parked_name(app: &App, session: SessionId) -> Option<String> {
    let parked = app.parked.as_ref().filter(|parked| parked.stamp().session == session)?;
    Some(parked.corpus().name.clone())
}

/// Closes the parked session after its run. While a dataset is being opened, the session stays: it can be that dataset.
pub(super) fn close_ended_session(app: &mut App, effects: &mut Vec<Effect>) {
    if app.requests.is_replacing_dataset() {
        return;
    }
    if let Some(parked) = app.parked.take_if(|parked| parked.active_run().is_none()) {
        effects.push(Effect::CloseParkedProject(Box::new(parked)));
    }
}
