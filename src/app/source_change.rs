//! Source files that another program changed after labeling: the user decides how to handle the labels.

use super::dialogs::Dialog;
use super::effect::Effect;
use super::notifications::Notification;
use super::opening;
use super::requests::Purpose;
use super::state::App;
use crate::i18n::tr;
use crate::project::{SourceChange, SourceDecision};
use crate::worker::{FileWork, Work};
use std::sync::Arc;

/// Asks the user how to handle the labels of a changed source. During a run of its project, nothing is decided, because
/// the run ends in the project.
pub(super) fn on_detected(app: &mut App, changed: Arc<SourceChange>) {
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Import(_)));
    if app.active_run().is_some_and(|(session, _)| session.project() == changed.project) {
        return app.notifications.push(run_first_notification());
    }
    app.dialogs.announce(Dialog::SourceChange(changed));
}

fn run_first_notification() -> Notification {
    let text = tr!("Open it again after the run to choose how your labels are kept");
    Notification::info(tr!("Another program changed a source file"), text)
}

/// Applies the decision of the user. Without a decision, the question appears again on the next open or save.
pub(super) fn decide(app: &mut App, decision: SourceDecision, effects: &mut Vec<Effect>) {
    let closed = app.dialogs.close_if(|dialog| matches!(dialog, Dialog::SourceChange(_)));
    let Some(Dialog::SourceChange(changed)) = closed else { return };
    // A run can have started since the question.
    if app.active_run().is_some_and(|(session, _)| session.project() == changed.project) {
        return app.notifications.push(run_first_notification());
    }
    // The open project can be the one that is moved aside. Edits cannot be stored until the next project is open.
    if let Some(session) = app.session.as_mut().filter(|session| session.project() == changed.project) {
        session.release();
        effects.push(Effect::Release);
    }
    let purpose = Purpose::ResolveSourceChange(changed.path.display().to_string());
    app.requests.submit(purpose, Work::Files(FileWork::ResolveSourceChange { changed, decision }), effects);
}

/// Asks the user how to handle the labels, after a save failed because a source file was changed.
pub(super) fn ask(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    if session.active_run().is_some() {
        return app.notifications.push(run_first_notification());
    }
    if app.requests.is_replacing_dataset() {
        let text = tr!("Save again to choose how your labels are kept");
        return app.notifications.push(Notification::info(tr!("Another program changed a source file"), text));
    }
    // A project that was opened by its own path has no record of the path of its sources.
    if session.path() == session.project() {
        return;
    }
    let path = session.path().to_owned();
    opening::open(app, Some(path), effects);
}
