//! Commands that cannot run in the current state, for example edits that cannot be stored.

use super::action::Action;
use super::command::Command;
use super::command_table::{Needs, Scope, spec_of};
use super::dialogs::Dialog;
use super::editing::read_only_notification;
use super::notifications::Notification;
use super::page_commands::ImportCommand;
use super::pages::Page;
use super::requests::Slot;
use super::state::App;
use crate::corpus::Split;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::results::Tab;

/// Reason why a command cannot run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The project is read-only.
    ReadOnly,
    /// Another page is visible, so the effect would not be visible.
    OtherPage(Page),
    /// The open dialog has input that would be lost.
    OpenDialog,
    /// A state that the command needs is missing, described by this text.
    Missing(&'static str),
    /// A dataset is being opened after a decision about its source.
    OpeningDataset,
    /// Edits of the open dataset cannot be stored, for this reason.
    Storage(String),
}

impl Obstacle {
    /// Returns a short text for menus.
    pub fn text(&self) -> String {
        match self {
            Self::ReadOnly => tr!("Project is read-only").to_owned(),
            Self::OtherPage(page) => tr!("Only on the {page} page", page = page.title()),
            Self::OpenDialog => tr!("Close the open dialog first").to_owned(),
            Self::Missing(text) => (*text).to_owned(),
            Self::OpeningDataset => tr!("A dataset is being opened").to_owned(),
            Self::Storage(_) => tr!("Could not save edits").to_owned(),
        }
    }

    /// Returns the notification of a refused command. A key that has nothing to act on needs none.
    pub(super) fn notification(self, command: &Command) -> Option<Notification> {
        let title = if let Command::Run(action) = command { spec_of(*action).title() } else { "" };
        match self {
            Self::ReadOnly => Some(read_only_notification()),
            Self::OtherPage(_) | Self::OpenDialog => Some(Notification::info(title, self.text())),
            Self::Missing(_) => None,
            Self::OpeningDataset => Some(Notification::info(self.text(), tr!("Wait until it is open"))),
            Self::Storage(ref reason) => {
                let command = spec_of(Action::MoveProject).title();
                let text = tr!("{reason}. Move the project first: select “{command}”.", reason, command);
                Some(Notification::error(self.text(), text))
            }
        }
    }
}

/// Returns the reason why a command cannot run now, or `None` if it can.
pub(super) fn obstacle_of(app: &App, command: &Command) -> Option<Obstacle> {
    if let Command::Run(action) = command {
        obstacle(app, *action)
    } else {
        read_only(app, command.writes()).or_else(|| blocked_opening(app, replaces_dataset(command)))
    }
}

/// Returns the reason why an action cannot run now, or `None` if it can.
pub fn obstacle(app: &App, action: Action) -> Option<Obstacle> {
    let spec = spec_of(action);
    let hides_input = spec.opens && app.dialogs.get().is_some_and(Dialog::has_input);
    let opens_dataset = matches!(action, Action::OpenFile | Action::OpenFolder | Action::OpenSample);
    read_only(app, spec.writes)
        .or_else(|| other_page(app, spec.scope))
        .or_else(|| hides_input.then_some(Obstacle::OpenDialog))
        .or_else(|| unmet_need(app, spec.needs).map(Obstacle::Missing))
        .or_else(|| blocked_opening(app, opens_dataset))
}

fn read_only(app: &App, writes: bool) -> Option<Obstacle> {
    let is_read_only = app.session.as_ref().is_some_and(Session::is_read_only);
    (writes && is_read_only).then_some(Obstacle::ReadOnly)
}

fn other_page(app: &App, scope: Scope) -> Option<Obstacle> {
    match scope {
        Scope::Page(page) if page != app.page => Some(Obstacle::OtherPage(page)),
        Scope::Page(_) | Scope::Everywhere => None,
    }
}

fn blocked_opening(app: &App, opens_dataset: bool) -> Option<Obstacle> {
    if !opens_dataset {
        None
    } else if app.requests.is_pending(Slot::SourceChange) {
        Some(Obstacle::OpeningDataset)
    } else {
        app.storage_error.clone().map(Obstacle::Storage)
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
        Needs::Suggestion => (session.suggestion().is_some(), tr!("No suggestion in this sentence")),
        Needs::ActiveRun => (app.active_run().is_some(), tr!("No run in progress")),
        Needs::Training => (app.is_training(), tr!("No run in progress")),
        Needs::Comparison => {
            let is_visible = session.checks.tab == Tab::Compare && session.checks.comparison.is_some();
            (is_visible, tr!("No comparison is open"))
        }
        Needs::Cases => {
            let evaluation = &session.evaluation;
            let is_visible = evaluation.shown_split() != Some(Split::Test) || app.settings.show_test_sentences;
            (evaluation.evidence.is_some() && is_visible, tr!("Select a number on the Evaluate page first"))
        }
    };
    (!is_met).then_some(reason)
}

/// Returns true if a command with parameters replaces the open dataset.
fn replaces_dataset(command: &Command) -> bool {
    matches!(
        command,
        Command::Open(_)
            | Command::CreateDataset(..)
            | Command::Import(_)
            | Command::ImportPreview(ImportCommand::ConfirmImport)
            | Command::SourceChange(_)
    )
}
