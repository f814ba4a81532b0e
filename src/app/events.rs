//! State changes caused by worker events.

use super::annotate::Annotate;
use super::data_page::{self, DataState};
use super::effect::Effect;
use super::import;
use super::notifications::Notification;
use super::source_change;
use super::state::{App, Page};
use super::suggestions::{self, SuggestionState};
use super::train_page::RunState;
use super::update::apply_edit;
use super::work_timer::WorkTimer;
use crate::app::i18n::{tr, trn};
use crate::corpus::Split;
use crate::corpus::relabel::relabel;
use crate::hub::ModelRef;
use crate::project::settings::Recent;
use crate::project::{Opened, RunRecord, RunStatus, SaveError, Saved, WriteOp};
use crate::train::event::{LogLevel, TrainerControl};
use crate::train::{Outcome, TrainOutput};
use crate::worker::{Event, RequestKind};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Handles a worker event and returns the effects.
pub fn handle_event(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Opened { asked, opened } => return on_opened(app, &asked, *opened),
        Event::Looked { path, choices, found } => import::on_previewed(app, path, choices, found),
        Event::SourceChanged(changed) => {
            (app.opening, app.previewing, app.import_preview) = (None, None, None);
            app.source_change = Some(changed);
        }
        Event::Exported(path, notes) => {
            let what = std::iter::once(path.display().to_string()).chain(notes).collect::<Vec<_>>().join(". ");
            app.notifications.push(Notification::success(tr!("File written"), what));
        }
        Event::Run(id, reported) => {
            if let Some(run) = app.train_page.run.as_mut().filter(|r| r.id == id) {
                app.train_page.download = None;
                run.on(reported);
            }
        }
        Event::Estimated(found) => app.train_page.on_measured(found, None),
        Event::Rates(found) => app.train_page.on_measured(None, found),
        Event::RunEnded(id, finished) => return on_run_finished(app, id, *finished),
        Event::Predicted { ticket, text, prediction, seconds } => {
            let t = &mut app.try_page;
            if ticket == t.ticket {
                t.answered_request = ticket;
                t.analyzed_text = text;
                t.prediction = prediction;
                t.seconds = seconds;
            }
        }
        Event::Scoring(done, total) => app.evaluate_page.progress = Some((done, total)),
        Event::Scored(model, scores) => {
            app.evaluate_page.progress = None;
            app.evaluate_page.result = Some((model, app.evaluate_page.split, scores));
        }
        Event::Suggesting(ticket, done) => {
            if let Some(progress) = app.suggestions.progress.as_mut().filter(|_| app.suggestions.ticket == ticket) {
                progress.0 = done;
            }
        }
        Event::Suggested { ticket, read, found } => {
            if app.suggestions.ticket == ticket && app.suggestions.progress.is_some() {
                return suggestions::on_suggestions(app, read, &found);
            }
        }
        Event::Surveyed { ticket, revision, survey } => data_page::on_report(app, ticket, revision, survey),
        Event::Compared { path, project, agreement } => data_page::on_compared(app, path, &project, *agreement),
        Event::Subwords(ticket, alignment) => {
            if let Some(a) = app.annotate.as_mut().filter(|a| a.subwords.request_id == ticket) {
                a.subwords.alignment = Some(alignment);
            }
        }
        Event::Checked(model, facts) => {
            if app.train_page.base.name() == Some(model) {
                app.train_page.is_inspecting = false;
                app.train_page.model_info = Some(facts);
            }
        }
        Event::Downloading(_, progress) => app.train_page.download = Some(progress),
        Event::Failed(asked, message) => return on_failed(app, asked, message),
    }
    Vec::new()
}

/// Handles the end of a save of the open dataset.
pub fn saved(app: &mut App, saved: Saved) -> Vec<Effect> {
    // The report describes the files before the save.
    app.data_page.survey = None;
    app.notifications.push(save_notice(&saved));
    let Some(a) = &mut app.annotate else { return Vec::new() };
    a.files = saved.files;
    let mut effects = Vec::new();
    if let Err(SaveError::SourceChanged(_)) = saved.outcome {
        source_change::ask(app, &mut effects);
    }
    if app.page == Page::Data {
        data_page::request_report(app, &mut effects);
    }
    effects
}

/// Returns the notification of a save.
pub fn save_notice(saved: &Saved) -> Notification {
    let names = || saved.files.iter().map(|f| f.path.display().to_string()).collect::<Vec<_>>().join(", ");
    match &saved.outcome {
        Ok(()) if saved.files.len() == 1 => Notification::success(tr!("Saved"), names()),
        Ok(()) => Notification::success(tr!("Source files saved"), names()),
        Err(reason) => Notification::error(tr!("Could not save source files"), reason.to_string()),
    }
}

/// Returns the current Unix timestamp in seconds.
pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

fn on_opened(app: &mut App, asked: &Path, opened: Opened) -> Vec<Effect> {
    let Opened { path, dataset, history, extras: kept, highest_run, project, is_new, notice } = opened;
    // The project is already open, possibly with edits that are not yet stored.
    if app.annotate.as_ref().is_some_and(|a| !a.read_only && a.project == project.path()) {
        (app.opening, app.import_preview) = (None, None);
        return Vec::new();
    }
    let fill = is_new.then(|| Effect::Commit(WriteOp::Import(Box::new(dataset.clone()))));
    let mut annotate = Annotate::new(path.clone(), dataset.corpus, dataset.files, history, project.path().to_owned());
    (annotate.runs, annotate.views, annotate.snapshots) = (kept.runs, kept.views, kept.snapshots);
    annotate.allow_overlaps = kept.allow_overlaps.unwrap_or(annotate.allow_overlaps);
    annotate.guidelines = kept.guidelines;
    annotate.work_timer = WorkTimer::from_stored(&kept.work_time, &kept.progress.today.date);
    annotate.progress = kept.progress;
    annotate.max_run_number = highest_run;
    annotate.read_only = project.is_read_only();
    annotate.problems = dataset.problems;
    let (sentences, labels) = (annotate.sentences.len(), annotate.corpus.labels.len());
    (app.prompt, app.snapshots, app.export_options, app.match_dialog, app.history_open) =
        (None, None, None, None, false);
    if sentences == 0 {
        (app.opening, app.import_preview) = (None, None);
        app.notifications.push(Notification::error(
            tr!("Nothing to open"),
            tr!("{path} contains no sentences", path = path.display()),
        ));
        return Vec::new();
    }
    app.settings.add_recent(Recent {
        path,
        name: annotate.corpus.name.clone(),
        detail: tr!(
            "{sentences}, {labels}",
            sentences = trn!(sentences, "{n} sentence", "{n} sentences"),
            labels = trn!(labels, "{n} label", "{n} labels")
        ),
        opened: unix_now(),
    });
    // Problems that the import preview has shown are not reported again.
    let importing = app.import_preview.take_if(|i| i.path == asked);
    let reported = importing.is_some();
    let left_out: Vec<String> = annotate
        .files
        .iter()
        .flat_map(|f| f.report.notes.iter())
        .filter(|n| n.kind.is_loss())
        .map(|n| n.to_string())
        .collect();
    if !left_out.is_empty() && !reported {
        app.notifications
            .push(Notification::info(tr!("Some content of the source files was not imported"), left_out.join("; ")));
    }
    let evidence: Vec<&str> = annotate.files.iter().flat_map(|f| f.report.details()).collect();
    if !evidence.is_empty() && !reported {
        let format = annotate.files.first().map_or("", |f| f.report.format.name);
        app.notifications.push(Notification::info(tr!("Opened as {format}", format), evidence.join("; ")));
    }
    if let Some(first) = annotate.problems.first().filter(|_| !reported) {
        let count = annotate.problems.len();
        let title = trn!(count, "{n} problem in source files", "{n} problems in source files");
        app.notifications.push(Notification::info(title, first.to_string()));
    }
    if let Some((title, what)) = notice {
        app.notifications.push(Notification::info(title, what));
    }
    let splits = annotate.corpus.splits();
    app.evaluate_page.split = *splits.last().unwrap_or(&Split::Test);
    // Suggestions of a model for the previous dataset are not valid for this one.
    app.suggestions = SuggestionState { ticket: app.suggestions.ticket, ..SuggestionState::default() };
    app.data_page = DataState { ticket: app.data_page.ticket, ..DataState::default() };
    app.annotate = Some(annotate);
    (app.opening, app.source_change, app.fix_dialog) = (None, None, None);
    app.train_page.run = None;
    app.train_page.clear_measurements();
    app.page = Page::Annotate;
    let mut effects: Vec<Effect> =
        [Effect::AttachProject(Box::new(project))].into_iter().chain(fill).chain([Effect::StoreSettings]).collect();
    if let (Some(a), Some(importing)) = (&mut app.annotate, importing)
        && let Some(edit) = relabel(&a.corpus, &importing.label_map)
    {
        apply_edit(a, edit, &mut effects);
    }
    effects
}

fn on_run_finished(app: &mut App, id: usize, finished: TrainOutput) -> Vec<Effect> {
    let Some(run) = app.train_page.run.as_mut().filter(|r| r.id == id) else { return Vec::new() };
    let text = tr!(
        "{outcome}. Saved the model of epoch {best_epoch}",
        outcome = finished.outcome.name(),
        best_epoch = finished.best_epoch
    );
    run.log_line(if finished.outcome == Outcome::Diverged { LogLevel::Warning } else { LogLevel::Success }, text);
    let model = ModelRef::Folder(finished.out.clone());
    let effects = update_run_record(app, id, |r| {
        r.outcome = match finished.outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Stopped => RunStatus::Stopped,
            Outcome::Diverged => RunStatus::Diverged,
        };
        r.dev_f1 = finished.dev.as_ref().map(|s| s.overall.f1);
        r.test_f1 = finished.test.as_ref().map(|s| s.overall.f1);
        r.train_seconds = finished.train_seconds;
    });
    if let Some(run) = &mut app.train_page.run {
        run.state = RunState::Ended(Box::new(finished));
    }
    // The Try and Evaluate pages select the new model.
    app.try_page.model = model.clone();
    app.try_page.ticket = 0;
    app.evaluate_page.model = model.clone();
    app.suggestions.model = model;
    effects
}

/// Changes the record of a run in the state and in the project.
fn update_run_record(app: &mut App, id: usize, change: impl FnOnce(&mut RunRecord)) -> Vec<Effect> {
    let runs = app.annotate.iter_mut().flat_map(|a| &mut a.runs);
    let Some(record) = runs.filter(|r| r.number == id).last() else { return Vec::new() };
    change(record);
    vec![Effect::Commit(WriteOp::Run(record.clone()))]
}

fn on_failed(app: &mut App, asked: RequestKind, message: String) -> Vec<Effect> {
    let mut effects = Vec::new();
    match asked {
        RequestKind::Files => {
            app.opening = None;
            app.previewing = None;
            if let Some(importing) = &mut app.import_preview {
                importing.is_loading = false;
            }
            app.notifications.push(Notification::error(tr!("Operation failed"), message));
        }
        RequestKind::Run if app.train_page.measurement.take().is_some() => {
            app.train_page.download = None;
            app.notifications.push(Notification::error(tr!("Measurement failed"), message));
        }
        RequestKind::Run => {
            app.train_page.download = None;
            let mut cancelled = false;
            if let Some(run) = &mut app.train_page.run {
                cancelled = run.state == RunState::Running(TrainerControl::Stop);
                run.log_line(LogLevel::Info, message.clone());
                run.state = RunState::Failed(message.clone());
                let id = run.id;
                let outcome = if run.resumed || run.saved.is_some() {
                    // The checkpoint still exists, so the run can be resumed after the cause is fixed.
                    RunStatus::Interrupted
                } else if cancelled {
                    RunStatus::Cancelled
                } else {
                    RunStatus::Failed
                };
                effects = update_run_record(app, id, |r| r.outcome = outcome);
            }
            app.notifications.push(if cancelled {
                Notification::info(tr!("Run canceled"), message)
            } else {
                Notification::error(tr!("Run failed"), message)
            });
        }
        RequestKind::Suggestions => {
            app.suggestions.progress = None;
            app.notifications.push(Notification::error(tr!("Could not get suggestions"), message));
        }
        RequestKind::Text => {
            if app.evaluate_page.progress.take().is_some() {
                app.evaluate_page.error = Some(message.clone());
            }
            let t = &mut app.try_page;
            if t.is_reading() {
                t.answered_request = t.ticket;
                t.failure = Some(message.clone());
            }
            app.notifications.push(Notification::error(tr!("Could not analyze text"), message));
        }
    }
    effects
}
