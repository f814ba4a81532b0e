//! The only place where answers of the worker change the state.
//!
//! An answer belongs to a pending request. An answer to any other request is dropped: the request was canceled,
//! replaced by a newer one, or referred to a dataset that is closed.

use super::dialogs::Dialog;
use super::effect::Effect;
use super::notifications::Notification;
use super::requests::{Pending, Purpose};
use super::state::App;
use super::subwords::request_subwords;
use super::{
    data_page, evaluate_page, import, label_mapping, opening, project_file, quitting, run_list, runs, source_change,
    splitting, suggestions,
};
use crate::failure::Failure;
use crate::i18n::tr;
use crate::worker::{Answer, AnswerContent, Done};

/// Handles an answer and returns the effects.
pub fn on_answer(app: &mut App, Answer { id, content }: Answer) -> Vec<Effect> {
    let mut effects = Vec::new();
    match content {
        AnswerContent::Progress(progress) => {
            if let Some(pending) = app.requests.with_id(id) {
                pending.progress = Some(progress);
            }
        }
        AnswerContent::Run(event) => {
            if let Some(pending) = app.requests.with_id(id)
                && let Purpose::Train(session, run) = pending.purpose
            {
                // The run has a model now, so the download has ended.
                pending.progress = None;
                runs::on_event(app, session, run, event);
            }
        }
        AnswerContent::Done(done) => match app.requests.finish(id) {
            Some(pending) => on_done(app, &pending, *done, &mut effects),
            None => log::debug!("dropped the result of request {}", id.0),
        },
        AnswerContent::Failed(failure) => match app.requests.finish(id) {
            Some(pending) => on_failed(app, pending, failure, &mut effects),
            None => log::debug!("dropped the failure of request {}", id.0),
        },
        AnswerContent::Canceled => {
            if let Some(Pending { purpose: Purpose::Train(session, run), .. }) = app.requests.finish(id) {
                runs::on_canceled(app, session, run);
            }
        }
    }
    quitting::close_after_run(app, &mut effects);
    runs::close_ended_session(app, &mut effects);
    runs::request_preview(app, &mut effects);
    run_list::request_missing(app, &mut effects);
    evaluate_page::request_errors(app, &mut effects);
    request_subwords(app, &mut effects);
    effects
}

fn on_done(app: &mut App, pending: &Pending, done: Done, effects: &mut Vec<Effect>) {
    match done {
        Done::Opened { path, opened, comparison } => {
            opening::on_opened(app, &path, *opened, effects);
            if let Some(agreement) = comparison {
                data_page::on_compared(app, path, *agreement);
            }
        }
        Done::SourceChanged(changed) => source_change::on_detected(app, changed),
        Done::Previewed { path, options, result } => import::on_previewed(app, path, options, result),
        Done::Written { path, losses } => {
            let text = std::iter::once(path.display().to_string()).chain(losses).collect::<Vec<_>>().join(". ");
            app.notifications.push(Notification::success(tr!("Saved"), text));
        }
        Done::ProjectCreated(project) => project_file::on_created(app, &pending.purpose, *project, effects),
        Done::Compared { path, agreement } => data_page::on_compared(app, path, *agreement),
        Done::Trained(output) => {
            if let Purpose::Train(session, run) = pending.purpose {
                runs::on_finished(app, session, run, *output, effects);
            }
        }
        Done::Estimated(estimate) => runs::on_estimated(app, &pending.purpose, estimate),
        Done::LrSweep(sweep) => runs::on_lr_sweep(app, &pending.purpose, sweep),
        Done::Predicted { model, text, prediction, seconds } => {
            app.try_page.on_predicted(model, text, prediction, seconds);
        }
        Done::Aligned(alignment) => {
            if let Some(session) = &mut app.session {
                session.subwords.alignment = Some(alignment);
            }
        }
        Done::Inspected(facts) => app.train_page.model_info = Some(Ok(facts)),
        Done::RunPreviewed { stamp, key, preview } => {
            if let Some(session) = &mut app.session {
                session.set_run_preview(stamp, key, Some(preview));
            }
        }
        Done::RunRead { run, events } => run_list::on_read(app, run, Ok(events)),
        Done::RunsCompared { runs, difference } => run_list::on_compared(app, runs, difference),
        Done::RunDirDeleted => {}
        Done::ExportLosses(losses) => {
            if let Some(Dialog::Export(dialog)) = app.dialogs.get_mut() {
                dialog.formats = losses;
            }
        }
        Done::SplitsAssigned { stamp, options, splits, counts } => {
            splitting::on_assigned(app, stamp, options, *splits, *counts);
        }
        Done::SnapshotChanges(changes) => {
            if let Some(Dialog::Snapshots(counts)) = app.dialogs.get_mut() {
                *counts = changes;
            }
        }
        Done::Evaluated(evaluated) => evaluate_page::on_evaluated(app, *evaluated, effects),
        Done::ModelsCompared(compared) => evaluate_page::on_models_compared(app, *compared, effects),
        Done::ErrorsCompared { stamp, comparison } => {
            if let Some(result) = app.session.as_mut().and_then(|session| session.evaluation.comparison.as_mut()) {
                (result.stamp, result.comparison) = (stamp, *comparison);
            }
        }
        Done::ErrorsAnalyzed { stamp, errors } => {
            if let Some(result) = app.session.as_mut().and_then(|session| session.evaluation.result.as_mut()) {
                (result.stamp, result.errors) = (stamp, *errors);
            }
        }
        Done::LabelsDiffer { model, labels } => label_mapping::on_labels_differ(app, &pending.purpose, model, labels),
        Done::Suggested { model, sentences, suggestions } => {
            suggestions::on_suggestions(app, &model, &sentences, &suggestions, effects);
        }
        Done::Reported { stamp, report } => data_page::on_report(app, stamp, report, effects),
    }
}

fn on_failed(app: &mut App, pending: Pending, failure: Failure, effects: &mut Vec<Effect>) {
    let title = match pending.purpose {
        Purpose::Open(_) | Purpose::Preview(_) | Purpose::ResolveSourceChange(_) => tr!("Could not open the dataset"),
        Purpose::MoveProject(path) => return project_file::on_move_failed(app, &path, failure),
        Purpose::RestoreProject(_) => return project_file::on_restore_failed(app, failure, effects),
        Purpose::Compare(_) => tr!("Could not compare"),
        Purpose::Write => tr!("Could not write the file"),
        Purpose::Train(session, run) => return runs::on_failed(app, session, run, failure),
        Purpose::Measure(..) => tr!("Measurement failed"),
        Purpose::Predict => {
            app.try_page.failure = Some(failure.message.clone());
            tr!("Could not analyze text")
        }
        Purpose::Align => tr!("Could not show subwords"),
        // The Train page shows the reason next to the model.
        Purpose::Inspect => {
            app.train_page.model_info = Some(Err(failure));
            return;
        }
        Purpose::Evaluate(_) => {
            if let Some(session) = &mut app.session {
                session.evaluation.error = Some(failure.message.clone());
            }
            tr!("Evaluation failed")
        }
        Purpose::AnalyzeErrors(stamp) => {
            // The errors of the earlier labels remain.
            if let Some(evaluation) = app.session.as_mut().map(|session| &mut session.evaluation) {
                evaluation.result.iter_mut().for_each(|result| result.stamp = stamp);
                evaluation.comparison.iter_mut().for_each(|result| result.stamp = stamp);
            }
            tr!("Could not compute the errors")
        }
        Purpose::Suggest(_) => tr!("Could not get suggestions"),
        Purpose::Report => tr!("Could not compute the report"),
        Purpose::ListExportLosses => {
            app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Export(_)));
            tr!("Could not list the export formats")
        }
        Purpose::PreviewRun(stamp, key) => {
            if let Some(session) = &mut app.session {
                session.set_run_preview(stamp, key, None);
            }
            tr!("Could not determine the training data")
        }
        // The Train page shows the reason in place of the curves.
        Purpose::ReadRun(run) => return run_list::on_read(app, run, Err(failure)),
        Purpose::CompareRuns(runs) => {
            run_list::on_compared(app, runs, None);
            tr!("Could not compare the runs")
        }
        Purpose::DeleteRunDir => tr!("Could not delete the files of the run"),
        Purpose::AssignSplits => {
            app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Split(_)));
            tr!("Could not split the dataset")
        }
        Purpose::CompareSnapshots => {
            app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Snapshots(_)));
            tr!("Could not compare the snapshots")
        }
    };
    app.notifications.push(Notification::error(title, failure.message));
}
