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
use super::update::make;
use super::work_timer::WorkTimer;
use crate::app::i18n::tr;
use crate::corpus::Split;
use crate::corpus::relabel::relabel;
use crate::hub::ModelRef;
use crate::project::settings::Recent;
use crate::project::{Opened, RunRecord, RunStatus, SaveError, Saved, WriteOp};
use crate::train::event::{LogLevel, TrainerControl};
use crate::train::{Outcome, TrainOutput};
use crate::worker::{Asked, Event};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Handles a worker event and returns the effects.
pub fn on(app: &mut App, event: Event) -> Vec<Effect> {
    match event {
        Event::Opened { asked, opened } => return opened_dataset(app, &asked, *opened),
        Event::Looked { path, choices, found } => import::looked(app, path, choices, found),
        Event::SourceChanged(changed) => {
            (app.opening, app.looking, app.importing) = (None, None, None);
            app.changed = Some(changed);
        }
        Event::Exported(path, notes) => {
            let what = std::iter::once(path.display().to_string()).chain(notes).collect::<Vec<_>>().join(". ");
            app.notices.push(Notification::good(tr!("Written"), what));
        }
        Event::Run(id, told) => {
            if let Some(run) = app.training.run.as_mut().filter(|r| r.id == id) {
                app.training.download = None;
                run.on(told);
            }
        }
        Event::Estimated(found) => app.training.measured(found, None),
        Event::Rates(found) => app.training.measured(None, found),
        Event::RunEnded(id, finished) => return run_ended(app, id, *finished),
        Event::Predicted { ticket, text, prediction, seconds } => {
            let t = &mut app.trying;
            if ticket == t.ticket {
                t.answered = ticket;
                t.read = text;
                t.prediction = prediction;
                t.seconds = seconds;
            }
        }
        Event::Scoring(done, total) => app.scoring.progress = Some((done, total)),
        Event::Scored(model, scores) => {
            app.scoring.progress = None;
            app.scoring.scores = Some((model, app.scoring.split, scores));
        }
        Event::Suggesting(ticket, done) => {
            if let Some(progress) = app.suggesting.progress.as_mut().filter(|_| app.suggesting.ticket == ticket) {
                progress.0 = done;
            }
        }
        Event::Suggested { ticket, read, found } => {
            if app.suggesting.ticket == ticket && app.suggesting.progress.is_some() {
                return suggestions::arrived(app, read, &found);
            }
        }
        Event::Surveyed { ticket, revision, survey } => data_page::surveyed(app, ticket, revision, survey),
        Event::Compared { path, project, agreement } => data_page::compared(app, path, &project, *agreement),
        Event::Pieces(ticket, alignment) => {
            if let Some(a) = app.annotate.as_mut().filter(|a| a.pieces.ticket == ticket) {
                a.pieces.alignment = Some(alignment);
            }
        }
        Event::Checked(model, facts) => {
            if app.training.base.name() == Some(model) {
                app.training.checking = false;
                app.training.facts = Some(facts);
            }
        }
        Event::Downloading(_, progress) => app.training.download = Some(progress),
        Event::Failed(asked, message) => return failed(app, asked, message),
    }
    Vec::new()
}

/// Handles the end of a save of the open dataset.
pub fn saved(app: &mut App, saved: Saved) -> Vec<Effect> {
    // The report describes the files before the save.
    app.surveying.survey = None;
    app.notices.push(save_notice(&saved));
    let Some(a) = &mut app.annotate else { return Vec::new() };
    a.files = saved.files;
    let mut effects = Vec::new();
    if let Err(SaveError::SourceChanged(_)) = saved.outcome {
        source_change::ask(app, &mut effects);
    }
    if app.page == Page::Data {
        data_page::ask(app, &mut effects);
    }
    effects
}

/// Returns the notification of a save.
pub fn save_notice(saved: &Saved) -> Notification {
    let names = || saved.files.iter().map(|f| f.path.display().to_string()).collect::<Vec<_>>().join(", ");
    match &saved.outcome {
        Ok(()) if saved.files.len() == 1 => Notification::good(tr!("Saved"), names()),
        Ok(()) => Notification::good(tr!("Saved all sources"), names()),
        Err(why) => Notification::bad(tr!("The sources were not saved"), why.to_string()),
    }
}

/// Returns the current Unix timestamp in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

fn opened_dataset(app: &mut App, asked: &Path, opened: Opened) -> Vec<Effect> {
    let Opened { path, dataset, history, kept, highest_run, project, is_new, notice } = opened;
    // The project is already open, possibly with edits that are not yet stored.
    if app.annotate.as_ref().is_some_and(|a| !a.read_only && a.project == project.path()) {
        (app.opening, app.importing) = (None, None);
        return Vec::new();
    }
    let fill = is_new.then(|| Effect::Commit(WriteOp::Import(Box::new(dataset.clone()))));
    let mut annotate = Annotate::new(path.clone(), dataset.corpus, dataset.files, history, project.path().to_owned());
    (annotate.runs, annotate.views, annotate.snapshots) = (kept.runs, kept.views, kept.snapshots);
    annotate.overlaps = kept.allow_overlaps.unwrap_or(annotate.overlaps);
    annotate.guidelines = kept.guidelines;
    annotate.worked = WorkTimer::stored(&kept.work_time, &kept.progress.today.date);
    annotate.progress = kept.progress;
    annotate.highest_run = highest_run;
    annotate.read_only = project.is_read_only();
    annotate.problems = dataset.problems;
    let (sentences, labels) = (annotate.sentences.len(), annotate.corpus.labels.len());
    (app.asking, app.snapshots, app.exporting, app.matching, app.history_open) = (None, None, None, None, false);
    if sentences == 0 {
        (app.opening, app.importing) = (None, None);
        app.notices
            .push(Notification::bad(tr!("Nothing was opened"), tr!("{path} has no sentence.", path = path.display())));
        return Vec::new();
    }
    app.settings.add_recent(Recent {
        path,
        name: annotate.corpus.name.clone(),
        detail: tr!("{sentences} sentences, {labels} labels", sentences = thousands(sentences), labels),
        opened: now(),
    });
    // Problems that the import preview has shown are not reported again.
    let importing = app.importing.take_if(|i| i.path == asked);
    let told = importing.is_some();
    let left_out: Vec<String> = annotate
        .files
        .iter()
        .flat_map(|f| f.report.notes.iter())
        .filter(|n| n.kind.is_loss())
        .map(|n| n.to_string())
        .collect();
    if !left_out.is_empty() && !told {
        app.notices.push(Notification::info(tr!("Not all of the source is read"), left_out.join("; ")));
    }
    let evidence: Vec<&str> = annotate.files.iter().flat_map(|f| f.report.details()).collect();
    if !evidence.is_empty() && !told {
        let format = annotate.files.first().map_or("", |f| f.report.format.name);
        app.notices.push(Notification::info(tr!("Read as {format}", format), evidence.join("; ")));
    }
    if let Some(first) = annotate.problems.first().filter(|_| !told) {
        let count = annotate.problems.len();
        let title = if count == 1 {
            tr!("1 problem in the source").into()
        } else {
            tr!("{count} problems in the source", count)
        };
        app.notices.push(Notification::info(title, first.to_string()));
    }
    if let Some((title, what)) = notice {
        app.notices.push(Notification::info(title, what));
    }
    let splits = annotate.corpus.splits();
    app.scoring.split = *splits.last().unwrap_or(&Split::Test);
    // Suggestions of a model for the previous dataset are not valid for this one.
    app.suggesting = SuggestionState { ticket: app.suggesting.ticket, ..SuggestionState::default() };
    app.surveying = DataState { ticket: app.surveying.ticket, ..DataState::default() };
    app.annotate = Some(annotate);
    (app.opening, app.changed, app.fixing) = (None, None, None);
    app.training.run = None;
    app.training.forget_measurements();
    app.page = Page::Annotate;
    let mut effects: Vec<Effect> =
        [Effect::Adopt(Box::new(project))].into_iter().chain(fill).chain([Effect::StoreSettings]).collect();
    if let (Some(a), Some(importing)) = (&mut app.annotate, importing)
        && let Some(edit) = relabel(&a.corpus, &importing.renames)
    {
        make(a, edit, &mut effects);
    }
    effects
}

fn run_ended(app: &mut App, id: usize, finished: TrainOutput) -> Vec<Effect> {
    let Some(run) = app.training.run.as_mut().filter(|r| r.id == id) else { return Vec::new() };
    let text = tr!(
        "{outcome}; the model of epoch {best_epoch} is kept",
        outcome = finished.outcome.name(),
        best_epoch = finished.best_epoch
    );
    run.note(if finished.outcome == Outcome::Diverged { LogLevel::Warning } else { LogLevel::Success }, text);
    let model = ModelRef::Folder(finished.out.clone());
    let effects = record(app, id, |r| {
        r.outcome = match finished.outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Stopped => RunStatus::Stopped,
            Outcome::Diverged => RunStatus::Diverged,
        };
        r.dev_f1 = finished.dev.as_ref().map(|s| s.overall.f1);
        r.test_f1 = finished.test.as_ref().map(|s| s.overall.f1);
        r.train_seconds = finished.train_seconds;
    });
    if let Some(run) = &mut app.training.run {
        run.state = RunState::Ended(Box::new(finished));
    }
    // The Try and Evaluate pages select the new model.
    app.trying.model = model.clone();
    app.trying.ticket = 0;
    app.scoring.model = model.clone();
    app.suggesting.model = model;
    effects
}

/// Changes the record of a run in the state and in the project.
fn record(app: &mut App, id: usize, change: impl FnOnce(&mut RunRecord)) -> Vec<Effect> {
    let runs = app.annotate.iter_mut().flat_map(|a| &mut a.runs);
    let Some(record) = runs.filter(|r| r.number == id).last() else { return Vec::new() };
    change(record);
    vec![Effect::Commit(WriteOp::Run(record.clone()))]
}

fn failed(app: &mut App, asked: Asked, message: String) -> Vec<Effect> {
    let mut effects = Vec::new();
    match asked {
        Asked::Files => {
            app.opening = None;
            app.looking = None;
            if let Some(importing) = &mut app.importing {
                importing.reading = false;
            }
            app.notices.push(Notification::bad(tr!("That did not work"), message));
        }
        Asked::Run if app.training.trial.take().is_some() => {
            app.training.download = None;
            app.notices.push(Notification::bad(tr!("That could not be measured"), message));
        }
        Asked::Run => {
            app.training.download = None;
            let mut cancelled = false;
            if let Some(run) = &mut app.training.run {
                cancelled = run.state == RunState::Running(TrainerControl::Stop);
                run.note(LogLevel::Info, message.clone());
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
                effects = record(app, id, |r| r.outcome = outcome);
            }
            app.notices.push(if cancelled {
                Notification::info(tr!("The run was cancelled"), message)
            } else {
                Notification::bad(tr!("The run could not go on"), message)
            });
        }
        Asked::Suggestions => {
            app.suggesting.progress = None;
            app.notices.push(Notification::bad(tr!("The model could not be asked"), message));
        }
        Asked::Text => {
            if app.scoring.progress.take().is_some() {
                app.scoring.failure = Some(message.clone());
            }
            let t = &mut app.trying;
            if t.is_reading() {
                t.answered = t.ticket;
                t.failure = Some(message.clone());
            }
            app.notices.push(Notification::bad(tr!("The model could not be asked"), message));
        }
    }
    effects
}

/// Formats 14041 as `14,041`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
