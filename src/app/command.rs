//! The table of commands. Menu, palette, shortcuts, help and tests are generated from it.

use super::page_commands::{
    DataCommand, EvaluateCommand, ImportCommand, LabelCommand, MatchCommand, SavedCommand, SettingsCommand,
    SuggestionCommand, TrainCommand, TryCommand, ViewCommand,
};
use super::pages::Page;
use super::shortcut::Shortcut;
use super::text_prompt::TextPrompt;
use crate::corpus::SentenceId;
use crate::i18n::translate;
use crate::project::{SourceDecision, Today};
use crate::session::labeling::{CaretMotion, SpanResize};
use std::path::PathBuf;

/// A command without parameters. It has a name and can have keys.
#[allow(missing_docs, reason = "each is described by its name in the table")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    OpenFile,
    OpenFolder,
    OpenSample,
    Save,
    SaveRewriteAll,
    SaveAs,
    Export,
    MoveProject,
    Undo,
    Redo,
    History,
    Guidelines,
    ToggleZenMode,
    NextSentence,
    PreviousSentence,
    PageDown,
    PageUp,
    /// Moves the selection.
    MoveSelection(CaretMotion),
    /// Moves the end of the selection and keeps its anchor.
    ExtendSelection(CaretMotion),
    SelectNothing,
    ClearLabel,
    /// Applies the label with this number key, 1 to 9.
    Label(u8),
    ChooseLabel,
    ChooseDocLabel,
    Reshape(SpanResize),
    LabelMatches,
    LabelNextMatch,
    ToggleOverlaps,
    Suggest,
    Accept,
    Reject,
    NextSuggestion,
    LeastConfidentSuggestion,
    MarkDone,
    MarkDoneUpToHere,
    Flag,
    Comment,
    SaveSearch,
    Snapshots,
    ToggleSubwords,
    AddLabel,
    StartTraining,
    Estimate,
    FindLearningRate,
    PauseTraining,
    StopAfterEpoch,
    StopTraining,
    Evaluate,
    Compare,
    GoTo(Page),
    Palette,
    ShowShortcuts,
    ToggleTheme,
    Settings,
}

impl Action {
    /// Returns true if the command opens a dialog or another page. The following keys are then meant for that.
    pub fn opens_ui(self) -> bool {
        matches!(
            self,
            Self::OpenFile
                | Self::OpenFolder
                | Self::OpenSample
                | Self::SaveAs
                | Self::Export
                | Self::MoveProject
                | Self::Compare
                | Self::History
                | Self::ChooseLabel
                | Self::ChooseDocLabel
                | Self::LabelMatches
                | Self::Comment
                | Self::AddLabel
                | Self::SaveSearch
                | Self::Snapshots
                | Self::GoTo(_)
                | Self::Evaluate
                | Self::Palette
                | Self::ShowShortcuts
                | Self::Settings
        )
    }
}

impl Action {
    /// Returns true if the action changes the project or the source files.
    pub fn writes(self) -> bool {
        match self {
            Self::Save
            | Self::SaveRewriteAll
            | Self::Undo
            | Self::Redo
            | Self::ClearLabel
            | Self::Label(_)
            | Self::Reshape(_)
            | Self::LabelNextMatch
            | Self::ToggleOverlaps
            | Self::Suggest
            | Self::Accept
            | Self::Reject
            | Self::MarkDone
            | Self::MarkDoneUpToHere
            | Self::Flag
            | Self::StartTraining => true,
            Self::OpenFile
            | Self::OpenFolder
            | Self::OpenSample
            | Self::SaveAs
            | Self::Export
            | Self::MoveProject
            | Self::History
            | Self::Guidelines
            | Self::ToggleZenMode
            | Self::NextSentence
            | Self::PreviousSentence
            | Self::PageDown
            | Self::PageUp
            | Self::MoveSelection(_)
            | Self::ExtendSelection(_)
            | Self::SelectNothing
            | Self::ChooseLabel
            | Self::ChooseDocLabel
            | Self::LabelMatches
            | Self::NextSuggestion
            | Self::LeastConfidentSuggestion
            | Self::Comment
            | Self::SaveSearch
            | Self::Snapshots
            | Self::ToggleSubwords
            | Self::AddLabel
            | Self::Estimate
            | Self::FindLearningRate
            | Self::PauseTraining
            | Self::StopAfterEpoch
            | Self::StopTraining
            | Self::Evaluate
            | Self::Compare
            | Self::GoTo(_)
            | Self::Palette
            | Self::ShowShortcuts
            | Self::ToggleTheme
            | Self::Settings => false,
        }
    }
}

/// Context in which a key is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyContext {
    /// Active everywhere, also while the user types text.
    Global,
    /// Active on the Annotate page, unless the user types text.
    Canvas,
}

/// A row of the command table.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// Action of the command.
    pub action: Action,
    /// Stable id in the settings file. It must never change.
    pub id: &'static str,
    /// English title, in the imperative.
    pub english_title: &'static str,
    /// Default keys. The first one is displayed.
    pub keys: &'static [Shortcut],
    /// Context in which the keys are active.
    pub context: KeyContext,
}

impl CommandSpec {
    /// Returns the title in the interface language.
    pub fn title(&self) -> &'static str {
        translate(self.english_title)
    }
}

const fn spec(
    action: Action,
    id: &'static str,
    name: &'static str,
    keys: &'static [Shortcut],
    context: KeyContext,
) -> CommandSpec {
    CommandSpec { action, id, english_title: name, keys, context }
}

use KeyContext::{Canvas, Global};

/// All commands, in the order of the palette.
pub const COMMANDS: &[CommandSpec] = &[
    spec(Action::OpenFile, "file::open", "Open file…", &[Shortcut::ctrl("O")], Global),
    spec(Action::OpenFolder, "file::open_folder", "Open folder…", &[Shortcut::ctrl_shift("O")], Global),
    spec(Action::OpenSample, "file::open_sample", "Open sample dataset", &[], Global),
    spec(Action::Save, "file::save", "Save to source files", &[Shortcut::ctrl("S")], Global),
    spec(Action::SaveRewriteAll, "file::save_rewrite", "Save and rewrite all tags", &[], Global),
    spec(Action::SaveAs, "file::save_as", "Save copy as…", &[Shortcut::ctrl_shift("S")], Global),
    spec(Action::Export, "file::export", "Export…", &[Shortcut::ctrl("E")], Global),
    spec(Action::MoveProject, "project::move", "Move project…", &[], Global),
    spec(Action::Undo, "edit::undo", "Undo", &[Shortcut::ctrl("Z")], Global),
    spec(Action::Redo, "edit::redo", "Redo", &[Shortcut::ctrl_shift("Z"), Shortcut::ctrl("Y")], Global),
    spec(Action::History, "edit::history", "Show edit history", &[Shortcut::ctrl("H")], Global),
    spec(Action::Guidelines, "view::guidelines", "Toggle guidelines", &[Shortcut::key("G")], Canvas),
    spec(Action::ToggleZenMode, "view::zen", "Toggle side panels", &[Shortcut::key("Z")], Canvas),
    spec(
        Action::NextSentence,
        "sentence::next",
        "Next sentence",
        &[Shortcut::key("Enter"), Shortcut::key("ArrowDown")],
        Canvas,
    ),
    spec(
        Action::PreviousSentence,
        "sentence::previous",
        "Previous sentence",
        &[Shortcut::shift("Enter"), Shortcut::key("ArrowUp")],
        Canvas,
    ),
    spec(Action::PageDown, "sentence::page_down", "Forward 10 sentences", &[Shortcut::key("PageDown")], Canvas),
    spec(Action::PageUp, "sentence::page_up", "Back 10 sentences", &[Shortcut::key("PageUp")], Canvas),
    spec(
        Action::MoveSelection(CaretMotion::Right),
        "select::right",
        "Select word to the right",
        &[Shortcut::key("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::MoveSelection(CaretMotion::Left),
        "select::left",
        "Select word to the left",
        &[Shortcut::key("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::MoveSelection(CaretMotion::NextSpan),
        "select::next_span",
        "Select next span",
        &[Shortcut::ctrl("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::MoveSelection(CaretMotion::PreviousSpan),
        "select::previous_span",
        "Select previous span",
        &[Shortcut::ctrl("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::MoveSelection(CaretMotion::First),
        "select::first",
        "Select first word",
        &[Shortcut::key("Home")],
        Canvas,
    ),
    spec(Action::MoveSelection(CaretMotion::Last), "select::last", "Select last word", &[Shortcut::key("End")], Canvas),
    spec(
        Action::ExtendSelection(CaretMotion::Right),
        "select::extend_right",
        "Extend selection right",
        &[Shortcut::shift("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::Left),
        "select::extend_left",
        "Extend selection left",
        &[Shortcut::shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::NextSpan),
        "select::extend_next_span",
        "Extend selection to next span",
        &[Shortcut::ctrl_shift("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::PreviousSpan),
        "select::extend_previous_span",
        "Extend selection to previous span",
        &[Shortcut::ctrl_shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::NextCharacter),
        "select::extend_char",
        "Extend selection by one character",
        &[Shortcut::key("Period")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::PreviousCharacter),
        "select::shrink_char",
        "Shrink selection by one character",
        &[Shortcut::key("Comma")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::First),
        "select::extend_first",
        "Extend selection to first word",
        &[Shortcut::shift("Home")],
        Canvas,
    ),
    spec(
        Action::ExtendSelection(CaretMotion::Last),
        "select::extend_last",
        "Extend selection to last word",
        &[Shortcut::shift("End")],
        Canvas,
    ),
    spec(Action::SelectNothing, "select::none", "Clear selection", &[Shortcut::key("Escape")], Canvas),
    spec(
        Action::ClearLabel,
        "label::clear",
        "Remove label",
        &[Shortcut::key("Backspace"), Shortcut::key("Delete")],
        Canvas,
    ),
    spec(Action::Label(1), "label::1", "Apply label 1", &[Shortcut::key("1")], Canvas),
    spec(Action::Label(2), "label::2", "Apply label 2", &[Shortcut::key("2")], Canvas),
    spec(Action::Label(3), "label::3", "Apply label 3", &[Shortcut::key("3")], Canvas),
    spec(Action::Label(4), "label::4", "Apply label 4", &[Shortcut::key("4")], Canvas),
    spec(Action::Label(5), "label::5", "Apply label 5", &[Shortcut::key("5")], Canvas),
    spec(Action::Label(6), "label::6", "Apply label 6", &[Shortcut::key("6")], Canvas),
    spec(Action::Label(7), "label::7", "Apply label 7", &[Shortcut::key("7")], Canvas),
    spec(Action::Label(8), "label::8", "Apply label 8", &[Shortcut::key("8")], Canvas),
    spec(Action::Label(9), "label::9", "Apply label 9", &[Shortcut::key("9")], Canvas),
    spec(Action::ChooseLabel, "label::pick", "Choose label…", &[Shortcut::key("L")], Canvas),
    spec(Action::ChooseDocLabel, "doclabel::pick", "Set document labels…", &[Shortcut::key("T")], Canvas),
    spec(
        Action::Reshape(SpanResize::ExtendEnd),
        "span::extend_end",
        "Extend span end",
        &[Shortcut::alt("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::ShrinkEnd),
        "span::shrink_end",
        "Shrink span end",
        &[Shortcut::alt("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::ExtendStart),
        "span::extend_start",
        "Extend span start",
        &[Shortcut::alt_shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::ShrinkStart),
        "span::shrink_start",
        "Shrink span start",
        &[Shortcut::alt_shift("ArrowRight")],
        Canvas,
    ),
    spec(Action::Reshape(SpanResize::Split), "span::split", "Split span at selection", &[Shortcut::key("S")], Canvas),
    spec(Action::Reshape(SpanResize::Merge), "span::merge", "Merge with next span", &[Shortcut::key("M")], Canvas),
    spec(Action::LabelMatches, "label::all_matches", "Label all matches…", &[Shortcut::key("E")], Canvas),
    spec(Action::LabelNextMatch, "label::next_match", "Label next match", &[Shortcut::key("R")], Canvas),
    spec(Action::ToggleOverlaps, "dataset::overlaps", "Toggle overlapping spans", &[], Global),
    spec(Action::Suggest, "suggest::request", "Suggest labels", &[], Global),
    spec(Action::Accept, "suggest::accept", "Accept suggestion", &[Shortcut::key("A")], Canvas),
    spec(Action::Reject, "suggest::reject", "Reject suggestion", &[Shortcut::key("X")], Canvas),
    spec(Action::NextSuggestion, "suggest::next", "Next suggestion", &[Shortcut::key("Space")], Canvas),
    spec(
        Action::LeastConfidentSuggestion,
        "suggest::least_confident",
        "Go to least confident suggestion",
        &[Shortcut::key("U")],
        Canvas,
    ),
    spec(Action::MarkDone, "sentence::mark_done", "Mark as done and go to next", &[Shortcut::key("D")], Canvas),
    spec(
        Action::MarkDoneUpToHere,
        "sentence::mark_done_to_here",
        "Mark all as done up to here",
        &[Shortcut::ctrl("D")],
        Canvas,
    ),
    spec(Action::Flag, "sentence::flag", "Toggle flag", &[Shortcut::key("F")], Canvas),
    spec(Action::Comment, "sentence::comment", "Add comment…", &[Shortcut::key("C")], Canvas),
    spec(Action::SaveSearch, "search::save", "Save search…", &[], Global),
    spec(Action::Snapshots, "snapshot::list", "Show snapshots", &[], Global),
    spec(Action::ToggleSubwords, "view::subwords", "Toggle subwords", &[Shortcut::key("P")], Canvas),
    spec(Action::AddLabel, "label::add", "New label…", &[Shortcut::key("N")], Canvas),
    spec(Action::GoTo(Page::Annotate), "go::annotate", "Go to Annotate", &[Shortcut::ctrl("1")], Global),
    spec(Action::GoTo(Page::Train), "go::train", "Go to Train", &[Shortcut::ctrl("2")], Global),
    spec(Action::GoTo(Page::Evaluate), "go::evaluate", "Go to Evaluate", &[Shortcut::ctrl("3")], Global),
    spec(Action::GoTo(Page::Try), "go::try", "Go to Try", &[Shortcut::ctrl("4")], Global),
    spec(Action::GoTo(Page::Data), "go::data", "Go to Data", &[Shortcut::ctrl("5")], Global),
    spec(Action::Compare, "data::compare", "Compare annotations…", &[], Global),
    spec(Action::StartTraining, "run::train", "Start training", &[Shortcut::ctrl("Enter")], Global),
    spec(Action::Estimate, "run::estimate", "Estimate duration and memory", &[], Global),
    spec(Action::FindLearningRate, "run::find_lr", "Find learning rate", &[], Global),
    spec(Action::PauseTraining, "run::pause", "Pause or resume training", &[], Global),
    spec(Action::StopAfterEpoch, "run::stop_after_epoch", "Stop after current epoch", &[], Global),
    spec(Action::StopTraining, "run::stop", "Stop and keep best model", &[], Global),
    spec(Action::Evaluate, "eval::run", "Evaluate model", &[], Global),
    spec(Action::Palette, "palette::open", "Show command palette", &[Shortcut::ctrl("K")], Global),
    spec(Action::ShowShortcuts, "help::shortcuts", "Show keyboard shortcuts", &[Shortcut::ctrl("Slash")], Global),
    spec(Action::ToggleTheme, "view::theme", "Toggle theme", &[], Global),
    spec(Action::Settings, "settings::open", "Settings…", &[Shortcut::ctrl("Comma")], Global),
];

/// Returns the table row of an action.
pub fn spec_of(action: Action) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|e| e.action == action)
}

/// A request to change the state: an action of the table, or a command with parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Runs an action of the table.
    Run(Action),
    /// Opens this path.
    Open(PathBuf),
    /// Shows the import preview of this path. A known dataset is opened immediately.
    Import(PathBuf),
    /// Writes the corpus to this path.
    SaveTo(PathBuf),
    /// Writes these bytes to this path.
    WriteFile(PathBuf, Vec<u8>),
    /// Writes the corpus to this path in the format of this name.
    ExportTo(&'static str, PathBuf),
    /// Copies this model directory (first path) to the second path.
    SaveModelTo(PathBuf, PathBuf),
    /// Writes the project to this path and continues to use it there.
    MoveProjectTo(PathBuf),
    /// Closes the open dialog without applying its input.
    CloseDialog,
    /// Asks before the window closes while edits cannot be stored, for this reason.
    ConfirmClosing(String),
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
    /// Reports the theme of the system: true if light, `None` if unknown.
    SystemTheme(Option<bool>),
    /// Shows a notification.
    Notify(super::Notification),
    /// Commands of the import preview.
    ImportPreview(ImportCommand),
    /// Commands that change the position, the filter or a detail of the open dataset.
    View(ViewCommand),
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
            Self::Run(action) => action.writes(),
            Self::Comment(..) | Self::SetRangeComment(..) | Self::Labels(_) | Self::Saved(_) => true,
            Self::View(command) => command.writes(),
            Self::Matches(command) => command.writes(),
            Self::Suggestions(command) => command.writes(),
            Self::Data(command) => command.writes(),
            Self::Train(command) => command.writes(),
            Self::Open(_)
            | Self::Import(_)
            | Self::SaveTo(_)
            | Self::WriteFile(..)
            | Self::ExportTo(..)
            | Self::SaveModelTo(..)
            | Self::MoveProjectTo(_)
            | Self::CloseDialog
            | Self::ConfirmClosing(_)
            | Self::SourceChange(_)
            | Self::RemoveRecent(_)
            | Self::SelectPart(..)
            | Self::UserActivity(_)
            | Self::NewDay(_)
            | Self::OpenPrompt(_)
            | Self::OpenPathDialog(_)
            | Self::CloseNotice(_)
            | Self::SystemTheme(_)
            | Self::Notify(_)
            | Self::ImportPreview(_)
            | Self::Evaluate(_)
            | Self::Try(_)
            | Self::Settings(_) => false,
        }
    }
}
