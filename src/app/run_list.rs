//! The runs of the project: the shown run, comparison, names and notes, deletion, and their settings as a template.

use super::data_page;
use super::editing::writer;
use super::effect::Effect;
use super::notifications::{NoticeAction, Notification};
use super::opening::deselect_models;
use super::page_commands::RunCommand;
use super::pages::Page;
use super::requests::{Purpose, Slot};
use super::runs::resume;
use super::state::App;
use super::train_commands::{fill_form, inspect_base_model};
use super::train_page::BaseModelInput;
use crate::eval::errors::UnitDifference;
use crate::failure::Failure;
use crate::hub::ModelRef;
use crate::i18n::tr;
use crate::project::{RunRecord, RunStatus};
use crate::session::run::LiveRun;
use crate::session::runs::{MAX_COMPARED, RunCurves, TrainView, run_name};
use crate::train::{TrainEvent, settings};
use crate::worker::{FileWork, InteractiveWork, RunId, Work};

/// Number of runs that are compared when the list is opened for the first time.
const N_COMPARED_FIRST: usize = 3;

/// Shows a view of the Train page.
pub(super) fn show_view(app: &mut App, view: TrainView) {
    app.page = Page::Train;
    let Some(session) = &mut app.session else { return };
    session.runs_view.view = view;
    if view == TrainView::AllRuns && session.runs_view.compared().next().is_none() {
        let latest =
            session.runs().iter().rev().filter(|run| run.outcome.has_model() || run.outcome == RunStatus::Running);
        let mut latest: Vec<RunId> = latest.map(|run| run.number).take(N_COMPARED_FIRST).collect();
        latest.reverse();
        for run in latest {
            session.runs_view.compare(run, true);
        }
    }
}

/// Adds a run to the comparison, or removes it.
pub(super) fn compare(app: &mut App, run: RunId, is_compared: bool) {
    let Some(session) = &mut app.session else { return };
    if !session.runs_view.compare(run, is_compared) {
        let text = tr!("Deselect a run first. At most {n} runs can be compared.", n = MAX_COMPARED);
        app.notifications.push(Notification::info(tr!("Too many runs"), text));
    }
}

/// Requests the curves of a visible run, or the difference of the compared runs, if they are not known.
pub(super) fn request_missing(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = app.session.as_ref().filter(|_| app.page == Page::Train) else { return };
    if let Some(record) = session.run_without_curves().filter(|_| !app.requests.is_pending(Slot::RunCurves)) {
        let (run, dir) = (record.number, record.dir.clone());
        app.requests.submit(Purpose::ReadRun(run), Work::Files(FileWork::ReadRun { run, dir }), effects);
    }
    let Some(session) = &app.session else { return };
    let Some(runs) = session.compared_pair().filter(|_| session.run_difference().is_none()) else { return };
    let purpose = Purpose::CompareRuns(runs);
    let is_requested = app.requests.pending(Slot::RunDifference).is_some_and(|pending| pending.purpose == purpose);
    let [Some(first), Some(second)] = runs.map(|run| session.dev_units(run)) else { return };
    if !is_requested {
        let scores = [first, second].map(|scores| Box::new(scores.clone()));
        let work = InteractiveWork::CompareRuns { runs, scores };
        app.requests.submit(purpose, Work::Interactive(work), effects);
    }
}

/// Stores the curves of a run.
pub(super) fn on_read(app: &mut App, run: RunId, events: Result<Vec<TrainEvent>, Failure>) {
    let Some(session) = &mut app.session else { return };
    let Some(record) = session.run_record(run).filter(|record| record.outcome != RunStatus::Running) else { return };
    let (events, error) = match events {
        Ok(events) => (events, None),
        Err(failure) => (Vec::new(), Some(failure.message)),
    };
    let curves = RunCurves { run: Box::new(LiveRun::restored(record, events)), error };
    session.runs_view.set_curves(run, curves);
}

/// Stores the difference of two runs.
pub(super) fn on_compared(app: &mut App, runs: [RunId; 2], difference: Option<UnitDifference>) {
    if let Some(session) = &mut app.session {
        session.runs_view.set_difference(runs, difference);
    }
}

/// Changes the record of a run.
pub(super) fn change(app: &mut App, run: RunId, effects: &mut Vec<Effect>, change: impl FnOnce(&mut RunRecord)) {
    let Some(session) = &mut app.session else { return };
    if let Some(mut writer) = writer(session, effects) {
        writer.update_run(run, change);
    }
}

/// Fills the form with the settings, the base model and the choice of sentences of a run.
pub(super) fn copy_settings(app: &mut App, run: RunId, effects: &mut Vec<Effect>) {
    let Some(record) = app.session.as_ref().and_then(|session| session.run_record(run)).cloned() else { return };
    match settings::from_map(&record.details.settings) {
        Ok(arguments) => {
            let base = BaseModelInput::parse(&record.details.base);
            fill_form(app, base, arguments, record.details.selection);
            inspect_base_model(app, effects);
            data_page::invalidate_report(app, effects);
            show_view(app, TrainView::NewRun);
        }
        Err(error) => {
            let title = tr!("Settings cannot be copied");
            app.notifications.push(Notification::error(title, error.to_string()));
        }
    }
}

/// Removes a run from the list, and offers to restore it.
pub(super) fn delete(app: &mut App, run: RunId, effects: &mut Vec<Effect>) {
    let Some(session) = &mut app.session else { return };
    let Some(record) = session.run_record(run).filter(|record| record.outcome != RunStatus::Running) else { return };
    let (name, model) = (run_name(record), record.dir.clone());
    let Some(mut writer) = writer(session, effects) else { return };
    let before = writer.remove_run(run);
    before.into_iter().for_each(|record| delete_files(app, record, effects));
    forget_model(app, ModelRef::Folder(model), effects);
    app.notifications.close_with_action(NoticeAction::RestoreRun);
    let notice = Notification::info(tr!("{name} deleted", name), tr!("Its model and checkpoints will be deleted"));
    app.notifications.push(notice.with_action(NoticeAction::RestoreRun));
}

/// Deselects the model of a deleted run.
fn forget_model(app: &mut App, model: ModelRef, effects: &mut Vec<Effect>) {
    if let Some(evaluation) = app.session.as_mut().map(|session| &mut session.evaluation) {
        evaluation.second_model.take_if(|second| *second == model);
    }
    if app.train_page.base.name().as_ref() == Some(&model) {
        (app.train_page.base, app.train_page.model_info) = (BaseModelInput::Starter, None);
        inspect_base_model(app, effects);
    }
    deselect_models(app, &[model], effects);
}

/// Restores the run that was deleted last.
pub(super) fn restore(app: &mut App) {
    if let Some(Ok(mut writer)) = app.session.as_mut().map(|session| session.writer()) {
        writer.restore_run();
    }
}

/// Deletes the run that was removed from the list, and its files.
pub(super) fn confirm_deletion(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(Ok(mut writer)) = app.session.as_mut().map(|session| session.writer()) else { return };
    let removed = writer.confirm_removed_run();
    app.notifications.close_with_action(NoticeAction::RestoreRun);
    removed.into_iter().for_each(|record| delete_files(app, record, effects));
}

fn delete_files(app: &mut App, record: RunRecord, effects: &mut Vec<Effect>) {
    let work = FileWork::DeleteRunDir { run: record.number, dir: record.dir };
    app.requests.submit(Purpose::DeleteRunDir, Work::Files(work), effects);
}

/// Runs a command of the runs.
pub(super) fn run_command(app: &mut App, command: RunCommand, effects: &mut Vec<Effect>) {
    match command {
        RunCommand::ShowView(view) => show_view(app, view),
        RunCommand::Show(run) => app.session.iter_mut().for_each(|session| session.runs_view.choose(Some(run))),
        RunCommand::Resume(run) => resume(app, run, effects),
        RunCommand::Compare(run, is_compared) => compare(app, run, is_compared),
        RunCommand::SetBaseline(run) => {
            app.session.iter_mut().for_each(|session| session.runs_view.baseline = Some(run));
        }
        RunCommand::SetAxis(axis) => app.session.iter_mut().for_each(|session| session.runs_view.axis = axis),
        RunCommand::Rename(run, name) => {
            change(app, run, effects, |record| name.trim().clone_into(&mut record.details.name));
        }
        RunCommand::SetNote(run, note) => change(app, run, effects, |record| record.details.note = note),
        RunCommand::CopySettings(run) => copy_settings(app, run, effects),
        RunCommand::Delete(run) => delete(app, run, effects),
    }
}
