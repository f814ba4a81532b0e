//! Commands that cannot run in the current state, for example edits that cannot be stored.

use super::command::{Action, Command, CommandSpec, KeyContext, spec_of};
use super::editing::read_only_notification;
use super::notifications::Notification;
use super::pages::Page;
use super::requests::Slot;
use super::state::App;
use crate::app::page_commands::ImportCommand;
use crate::i18n::tr;

/// Returns the reason why a command cannot run now, or `None` if it can.
pub(super) fn refusal(app: &App, command: &Command) -> Option<Notification> {
    if app.session.as_ref().is_some_and(|session| session.is_read_only()) && command.writes() {
        return Some(read_only_notification());
    }
    if let Command::Run(action) = command
        && let Some(reason) = page_blocker(app, *action)
    {
        return Some(Notification::info(spec_of(*action).map_or("", CommandSpec::title), reason));
    }
    if replaces_dataset(command) && app.requests.is_pending(Slot::SourceChange) {
        let text = tr!("Wait until it is open");
        return Some(Notification::info(tr!("A dataset is being opened"), text));
    }
    let cause = app.storage_error.as_ref().filter(|_| replaces_dataset(command))?;
    let text = tr!(
        "{reason}. Move the project first: select “{command}”.",
        reason = cause,
        command = spec_of(Action::MoveProject).map_or("", CommandSpec::title)
    );
    Some(Notification::error(tr!("Could not save edits"), text))
}

/// Returns the reason why a command cannot run on the visible page: its effect would not be visible.
pub fn page_blocker(app: &App, action: Action) -> Option<&'static str> {
    let is_for_canvas = spec_of(action).is_some_and(|spec| spec.context == KeyContext::Canvas);
    (is_for_canvas && app.page != Page::Annotate).then_some(tr!("Only on the Annotate page"))
}

/// Returns true if a command replaces the open dataset.
fn replaces_dataset(command: &Command) -> bool {
    match command {
        Command::Open(_)
        | Command::Import(_)
        | Command::ImportPreview(ImportCommand::ConfirmImport)
        | Command::SourceChange(_) => true,
        Command::Run(action) => matches!(action, Action::OpenFile | Action::OpenFolder | Action::OpenSample),
        _ => false,
    }
}
