//! Commands: requests to change the state.

use super::action::Action;
use super::command_table::spec_of;
use super::page_commands::{
    DataCommand, EvaluateCommand, ImportCommand, LabelCommand, LabelMapCommand, MatchCommand, RunCommand, SavedCommand,
    SettingsCommand, SplitCommand, SuggestionCommand, TrainCommand, TryCommand, ViewCommand,
};
use super::quit_choice::QuitChoice;
use super::text_prompt::TextPrompt;
use crate::corpus::SentenceId;
use crate::project::{SourceDecision, Today};
use crate::session::export_part::ExportPart;
use std::path::PathBuf;

/// A request to change the state: an action of the table, or a command with parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Runs an action of the table.
    Run(Action),
    /// Opens this path.
    Open(PathBuf),
    /// Opens the dataset that was open when the program was closed.
    Reopen,
    /// Creates a dataset of this name from this text, and opens it.
    CreateDataset(String, String),
    /// Shows the import preview of this path. A known dataset is opened immediately.
    Import(PathBuf),
    /// Writes the corpus to this path.
    SaveTo(PathBuf),
    /// Writes these bytes to this path.
    WriteFile(PathBuf, Vec<u8>),
    /// Shows the formats for this part of the dataset in the export dialog.
    SetExportPart(ExportPart),
    /// Writes a part of the corpus to this path in the format of this name.
    ExportTo(&'static str, ExportPart, PathBuf),
    /// Copies this model directory (first path) to the second path.
    SaveModelTo(PathBuf, PathBuf),
    /// Writes the project to this path and continues to use it there.
    MoveProjectTo(PathBuf),
    /// Closes the open dialog without applying its input.
    CloseDialog,
    /// Asks before the window closes while edits cannot be stored, for this reason.
    ConfirmClosing(String),
    /// Withdraws the question before the window closes, because all edits are stored.
    WithdrawClosing,
    /// Asks the user before the window closes while a run is in progress.
    ConfirmQuitting,
    /// Closes the window while a run is in progress.
    Quit(QuitChoice),
    /// Keeps the window open after the run that is being stopped.
    StayOpen,
    /// Resolves a changed source file.
    SourceChange(SourceDecision),
    /// Removes a dataset from the recent datasets.
    RemoveRecent(PathBuf),
    /// Selects a byte range of the document, in the current sentence.
    SelectPart(u32, u32),
    /// Sets the comment on a sentence. An empty text removes it.
    Comment(SentenceId, String),
    /// Sets the comment on this byte range of a sentence. An empty text removes it.
    SetRangeComment(SentenceId, u32, u32, String),
    /// Reports user activity, as Unix timestamp in seconds.
    UserActivity(u64),
    /// Starts a new day.
    NewDay(Today),
    /// Opens the prompt for one line of text.
    OpenPrompt(TextPrompt),
    /// Opens a file dialog.
    OpenPathDialog(super::effect::Pick),
    /// Closes a notification.
    CloseNotice(u64),
    /// Does the action of a notification.
    ActOnNotice(u64),
    /// Reports the theme of the system: true if light, `None` if unknown.
    SystemTheme(Option<bool>),
    /// Shows a notification.
    Notify(super::Notification),
    /// Commands of the import preview.
    ImportPreview(ImportCommand),
    /// Commands that change the position, the filter or a detail of the open dataset.
    View(ViewCommand),
    /// Commands about splits.
    Splits(SplitCommand),
    /// Commands of the dialog of the labels of a model.
    LabelMap(LabelMapCommand),
    /// Commands that apply labels, and commands of the label list.
    Labels(LabelCommand),
    /// Commands of the dialog of matches.
    Matches(MatchCommand),
    /// Commands of the suggestions.
    Suggestions(SuggestionCommand),
    /// Commands of saved searches and snapshots.
    Saved(SavedCommand),
    /// Commands of the Data page.
    Data(DataCommand),
    /// Commands of the form of the next run.
    Train(TrainCommand),
    /// Commands of the runs of the project.
    Runs(RunCommand),
    /// Commands of the Evaluate page.
    Evaluate(EvaluateCommand),
    /// Commands of the Try page.
    Try(TryCommand),
    /// Commands of the settings.
    Settings(SettingsCommand),
}

impl Command {
    /// Returns true if the command changes the labels, the sources or the list of runs.
    pub fn writes(&self) -> bool {
        match self {
            Self::Run(action) => spec_of(*action).writes,
            Self::Comment(..) | Self::SetRangeComment(..) | Self::Labels(_) | Self::Saved(_) => true,
            Self::View(command) => command.writes(),
            Self::Splits(command) => command.writes(),
            Self::Matches(command) => command.writes(),
            Self::Suggestions(command) => command.writes(),
            Self::Data(command) => command.writes(),
            Self::Runs(command) => command.writes(),
            Self::Evaluate(command) => command.writes(),
            Self::Open(_)
            | Self::Reopen
            | Self::CreateDataset(..)
            | Self::Import(_)
            | Self::SaveTo(_)
            | Self::WriteFile(..)
            | Self::SetExportPart(_)
            | Self::ExportTo(..)
            | Self::SaveModelTo(..)
            | Self::MoveProjectTo(_)
            | Self::CloseDialog
            | Self::ConfirmClosing(_)
            | Self::WithdrawClosing
            | Self::ConfirmQuitting
            | Self::Quit(_)
            | Self::StayOpen
            | Self::SourceChange(_)
            | Self::RemoveRecent(_)
            | Self::SelectPart(..)
            | Self::UserActivity(_)
            | Self::NewDay(_)
            | Self::OpenPrompt(_)
            | Self::OpenPathDialog(_)
            | Self::CloseNotice(_)
            | Self::ActOnNotice(_)
            | Self::SystemTheme(_)
            | Self::Notify(_)
            | Self::ImportPreview(_)
            | Self::LabelMap(_)
            | Self::Train(_)
            | Self::Try(_)
            | Self::Settings(_) => false,
        }
    }
}
