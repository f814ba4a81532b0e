//! Commands that cannot run in the current state, for example edits that cannot be stored.

use super::action::Action;
use super::command::Command;
use super::command_table::{Needs, Scope, spec_of};
use super::dialogs::Dialog;
use super::editing::read_only_notification;
use super::notifications::Notification;
use super::page_commands::ImportCommand;
use super::requests::Slot;
use super::state::App;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::results::Tab;

/// Refusal of a command. A key that has nothing to act on needs no explanation.
pub(super) struct Refusal(pub Option<Notification>);

/// Checks that a command can run now.
///
/// # Errors
/// Returns the refusal if it cannot.
pub(super) fn check(app: &App, command: &Command) -> Result<(), Refusal> {
    let refuse = |notice: Notification| Err(Refusal(Some(notice)));
    if is_read_only(app) && command.writes() {
        return refuse(read_only_notification());
    }
    if let Command::Run(action) = command {
        let spec = spec_of(*action);
        if let Some(reason) = scope_blocker(app, spec.scope) {
            return refuse(Notification::info(spec.title(), reason));
        }
        if spec.opens_ui() && app.dialogs.get().is_some_and(Dialog::has_input) {
            return refuse(Notification::info(spec.title(), tr!("Close the open dialog first")));
        }
        if unmet_need(app, spec.needs).is_some() {
            return Err(Refusal(None));
        }
    }
    if !replaces_dataset(command) {
        return Ok(());
    }
    if app.requests.is_pending(Slot::SourceChange) {
        return refuse(Notification::info(tr!("A dataset is being opened"), tr!("Wait until it is open")));
    }
    match &app.storage_error {
        None => Ok(()),
        Some(reason) => {
            let command = spec_of(Action::MoveProject).title();
            let text = tr!("{reason}. Move the project first: select “{command}”.", reason, command);
            refuse(Notification::error(tr!("Could not save edits"), text))
        }
    }
}

/// Returns the reason why an action cannot run now, or `None` if it can.
pub fn blocker(app: &App, action: Action) -> Option<String> {
    let spec = spec_of(action);
    let read_only = (spec.is_writing() && is_read_only(app)).then_some(tr!("Project is read-only"));
    let need = unmet_need(app, spec.needs).or(read_only).map(str::to_owned);
    need.or_else(|| scope_blocker(app, spec.scope))
}

fn is_read_only(app: &App) -> bool {
    app.session.as_ref().is_some_and(Session::is_read_only)
}

/// Returns a reason if the visible page is not that of a command, so its effect would not be visible.
fn scope_blocker(app: &App, scope: Scope) -> Option<String> {
    match scope {
        Scope::Page(page) if page != app.page => Some(tr!("Only on the {page} page", page = page.title())),
        Scope::Page(_) | Scope::Everywhere => None,
    }
}

/// Returns a description of the missing state, or `None` if the requirement is met.
pub fn unmet_need(app: &App, needs: Needs) -> Option<&'static str> {
    let Some(session) = &app.session else {
        return (needs != Needs::Nothing).then_some(tr!("Open a dataset first"));
    };
    let (is_met, reason) = match needs {
        Needs::Nothing | Needs::Dataset => return None,
        Needs::Undo => (session.history().next_undo().is_some(), tr!("Nothing to undo")),
        Needs::Redo => (session.history().next_redo().is_some(), tr!("Nothing to redo")),
        Needs::Selection => (session.selection.is_some(), tr!("Select words first")),
        Needs::Suggestion => (session.suggestion().is_some(), tr!("No suggestion at the selection")),
        Needs::ActiveRun => (app.active_run().is_some(), tr!("No run in progress")),
        Needs::Comparison => {
            let is_visible = session.checks.tab == Tab::Compare && session.checks.comparison.is_some();
            (is_visible, tr!("No comparison is open"))
        }
    };
    (!is_met).then_some(reason)
}

/// Returns true if a command replaces the open dataset.
fn replaces_dataset(command: &Command) -> bool {
    matches!(
        command,
        Command::Open(_)
            | Command::Import(_)
            | Command::ImportPreview(ImportCommand::ConfirmImport)
            | Command::SourceChange(_)
            | Command::Run(Action::OpenFile | Action::OpenFolder | Action::OpenSample)
    )
}
