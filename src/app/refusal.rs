//! Commands that cannot run in the current state, for example edits that cannot be stored.

use super::command::{Action, Command};
use super::notifications::Notification;
use super::state::App;
use crate::app::i18n::tr;

/// Returns the reason why a command cannot run now, or `None` if it can.
pub(super) fn refusal(app: &App, command: &Command) -> Option<Notification> {
    if app.annotate.as_ref().is_some_and(|a| a.read_only) && changes_data(command) {
        return Some(Notification::bad(
            tr!("Nothing was changed"),
            tr!(
                "This project is open for reading only. If another window has it, work there; else open the dataset again."
            ),
        ));
    }
    let why = app.unsaved.as_ref().filter(|_| replaces_dataset(command))?;
    let text =
        tr!("{why} Keep the project in another place first: the command of that name, or the button at the top.", why);
    Some(Notification::bad(tr!("Edits of this dataset are not stored"), text))
}

/// Returns true if a command replaces the open dataset.
fn replaces_dataset(command: &Command) -> bool {
    match command {
        Command::Open(_) | Command::Import(_) | Command::ImportTake | Command::SourceChange(Some(_)) => true,
        Command::Do(action) => matches!(action, Action::OpenFile | Action::OpenFolder | Action::OpenSample),
        _ => false,
    }
}

/// Returns true if a command changes the labels, the sources or the list of runs.
fn changes_data(command: &Command) -> bool {
    match command {
        Command::Comment(..) | Command::Remark(..) | Command::Class(_) | Command::LetterOfLabel(..) => true,
        Command::Restore(_) | Command::AcceptAbove | Command::DropSuggestions => true,
        Command::NewLabelHere(_) | Command::TakeMatches | Command::JumpTo(_) | Command::SetGuidelines(_) => true,
        Command::Mend(_) | Command::TakeFixes | Command::Decide(_) | Command::Remove(_) => true,
        Command::KeepView(_) | Command::ForgetView(_) | Command::TakeSnapshot(_) | Command::ForgetSnapshot(_) => true,
        Command::Label(_) | Command::NewLabel(_) | Command::RenameLabel(..) | Command::RecolourLabel(..) => true,
        Command::ResumeRun(_) => true,
        Command::Do(action) => {
            let writes = [
                Action::Save,
                Action::SaveRewriteAll,
                Action::Undo,
                Action::Redo,
                Action::ClearLabel,
                Action::Suggest,
                Action::LabelNextMatch,
                Action::ToggleOverlaps,
                Action::Accept,
                Action::Reject,
                Action::MarkDone,
                Action::MarkDoneUpToHere,
                Action::Flag,
                Action::StartTraining,
            ];
            matches!(action, Action::Label(_) | Action::Reshape(_)) || writes.contains(action)
        }
        _ => false,
    }
}
