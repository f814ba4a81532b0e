//! The table of commands. Menu, palette, shortcuts, help and tests are generated from it.

use super::annotate::FilterLabel;
use super::data_page::{Resolution, Tab};
use super::i18n::translate;
use super::labeling::{CaretMotion, SpanResize};
use super::matches::MatchOptions;
use super::query::Status;
use super::shortcut::Shortcut;
use super::state::Page;
use super::text_prompt::TextPrompt;
use super::train_page::BaseModelInput;
use crate::corpus::{LabelId, SentenceId, Span, Split};
use crate::eval::lint::FindingKind;
use crate::hub::ModelRef;
use crate::project::{Decision, Today};
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
    Move(CaretMotion),
    /// Moves the end of the selection and keeps its anchor.
    Extend(CaretMotion),
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
    spec(Action::OpenFile, "file::open", "Open a file", &[Shortcut::ctrl("O")], Global),
    spec(Action::OpenFolder, "file::open_folder", "Open a folder", &[Shortcut::ctrl_shift("O")], Global),
    spec(Action::OpenSample, "file::open_sample", "Open the sample", &[], Global),
    spec(Action::Save, "file::save", "Save to the source file", &[Shortcut::ctrl("S")], Global),
    spec(Action::SaveRewriteAll, "file::save_rewrite", "Save with all tags written anew", &[], Global),
    spec(Action::SaveAs, "file::save_as", "Save a copy as", &[Shortcut::ctrl_shift("S")], Global),
    spec(Action::Export, "file::export", "Export as another format", &[Shortcut::ctrl("E")], Global),
    spec(Action::MoveProject, "project::move", "Keep the project in another place", &[], Global),
    spec(Action::Undo, "edit::undo", "Undo", &[Shortcut::ctrl("Z")], Global),
    spec(Action::Redo, "edit::redo", "Redo", &[Shortcut::ctrl_shift("Z"), Shortcut::ctrl("Y")], Global),
    spec(Action::History, "edit::history", "History of all changes", &[Shortcut::ctrl("H")], Global),
    spec(Action::Guidelines, "view::guidelines", "Guidelines beside the text", &[Shortcut::key("G")], Canvas),
    spec(Action::ToggleZenMode, "view::zen", "Only the text, or all panels", &[Shortcut::key("Z")], Canvas),
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
    spec(Action::PageDown, "sentence::page_down", "Ten sentences on", &[Shortcut::key("PageDown")], Canvas),
    spec(Action::PageUp, "sentence::page_up", "Ten sentences back", &[Shortcut::key("PageUp")], Canvas),
    spec(
        Action::Move(CaretMotion::Right),
        "select::right",
        "Select the word to the right",
        &[Shortcut::key("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Move(CaretMotion::Left),
        "select::left",
        "Select the word to the left",
        &[Shortcut::key("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Move(CaretMotion::NextSpan),
        "select::next_span",
        "Select the next span",
        &[Shortcut::ctrl("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Move(CaretMotion::PreviousSpan),
        "select::previous_span",
        "Select the span before",
        &[Shortcut::ctrl("ArrowLeft")],
        Canvas,
    ),
    spec(Action::Move(CaretMotion::First), "select::first", "Select the first word", &[Shortcut::key("Home")], Canvas),
    spec(Action::Move(CaretMotion::Last), "select::last", "Select the last word", &[Shortcut::key("End")], Canvas),
    spec(
        Action::Extend(CaretMotion::Right),
        "select::extend_right",
        "Extend to the right",
        &[Shortcut::shift("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::Left),
        "select::extend_left",
        "Extend to the left",
        &[Shortcut::shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::NextSpan),
        "select::extend_next_span",
        "Extend over the next span",
        &[Shortcut::ctrl_shift("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::PreviousSpan),
        "select::extend_previous_span",
        "Extend over the span before",
        &[Shortcut::ctrl_shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::NextCharacter),
        "select::extend_char",
        "Extend by a character",
        &[Shortcut::key("Period")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::PreviousCharacter),
        "select::shrink_char",
        "Give a character up",
        &[Shortcut::key("Comma")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::First),
        "select::extend_first",
        "Extend to the first word",
        &[Shortcut::shift("Home")],
        Canvas,
    ),
    spec(
        Action::Extend(CaretMotion::Last),
        "select::extend_last",
        "Extend to the last word",
        &[Shortcut::shift("End")],
        Canvas,
    ),
    spec(Action::SelectNothing, "select::none", "Select nothing", &[Shortcut::key("Escape")], Canvas),
    spec(
        Action::ClearLabel,
        "label::clear",
        "Clear the label",
        &[Shortcut::key("Backspace"), Shortcut::key("Delete")],
        Canvas,
    ),
    spec(Action::Label(1), "label::1", "Give the first label", &[Shortcut::key("1")], Canvas),
    spec(Action::Label(2), "label::2", "Give the second label", &[Shortcut::key("2")], Canvas),
    spec(Action::Label(3), "label::3", "Give the third label", &[Shortcut::key("3")], Canvas),
    spec(Action::Label(4), "label::4", "Give the fourth label", &[Shortcut::key("4")], Canvas),
    spec(Action::Label(5), "label::5", "Give the fifth label", &[Shortcut::key("5")], Canvas),
    spec(Action::Label(6), "label::6", "Give the sixth label", &[Shortcut::key("6")], Canvas),
    spec(Action::Label(7), "label::7", "Give the seventh label", &[Shortcut::key("7")], Canvas),
    spec(Action::Label(8), "label::8", "Give the eighth label", &[Shortcut::key("8")], Canvas),
    spec(Action::Label(9), "label::9", "Give the ninth label", &[Shortcut::key("9")], Canvas),
    spec(Action::ChooseLabel, "label::pick", "Choose a label", &[Shortcut::key("L")], Canvas),
    spec(Action::ChooseDocLabel, "doclabel::pick", "Label the whole document", &[Shortcut::key("T")], Canvas),
    spec(
        Action::Reshape(SpanResize::GrowEnd),
        "span::extend_end",
        "Grow the span by a word",
        &[Shortcut::alt("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::ShrinkEnd),
        "span::shrink_end",
        "Shrink the span by a word",
        &[Shortcut::alt("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::GrowStart),
        "span::extend_start",
        "Grow the span at its start",
        &[Shortcut::alt_shift("ArrowLeft")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::ShrinkStart),
        "span::shrink_start",
        "Shrink the span at its start",
        &[Shortcut::alt_shift("ArrowRight")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::Split),
        "span::split",
        "Split the span before the selected word",
        &[Shortcut::key("S")],
        Canvas,
    ),
    spec(
        Action::Reshape(SpanResize::Merge),
        "span::merge",
        "Merge the span with the next",
        &[Shortcut::key("M")],
        Canvas,
    ),
    spec(Action::LabelMatches, "label::all_matches", "Label all matches", &[Shortcut::key("E")], Canvas),
    spec(Action::LabelNextMatch, "label::next_match", "Repeat on the next match", &[Shortcut::key("R")], Canvas),
    spec(Action::ToggleOverlaps, "dataset::overlaps", "Allow or forbid overlapping spans", &[], Global),
    spec(Action::Suggest, "suggest::request", "Suggest labels with a model", &[], Global),
    spec(Action::Accept, "suggest::accept", "Accept the suggestion", &[Shortcut::key("A")], Canvas),
    spec(Action::Reject, "suggest::reject", "Reject the suggestion", &[Shortcut::key("X")], Canvas),
    spec(Action::NextSuggestion, "suggest::next", "Next suggestion", &[Shortcut::key("Space")], Canvas),
    spec(
        Action::LeastConfidentSuggestion,
        "suggest::least_confident",
        "The suggestion the model is least sure of",
        &[Shortcut::key("U")],
        Canvas,
    ),
    spec(Action::MarkDone, "sentence::mark_done", "Done, go on to the next", &[Shortcut::key("D")], Canvas),
    spec(
        Action::MarkDoneUpToHere,
        "sentence::mark_done_to_here",
        "Done, with all before it in view",
        &[Shortcut::ctrl("D")],
        Canvas,
    ),
    spec(Action::Flag, "sentence::flag", "Flag the sentence", &[Shortcut::key("F")], Canvas),
    spec(
        Action::Comment,
        "sentence::comment",
        "Comment on the selection or the sentence",
        &[Shortcut::key("C")],
        Canvas,
    ),
    spec(Action::SaveSearch, "search::save", "Keep this search as a view", &[], Global),
    spec(Action::Snapshots, "snapshot::list", "Snapshots of all labels", &[], Global),
    spec(Action::ToggleSubwords, "view::subwords", "Show word pieces", &[Shortcut::key("P")], Canvas),
    spec(Action::AddLabel, "label::add", "Add a label", &[Shortcut::key("N")], Canvas),
    spec(Action::GoTo(Page::Annotate), "go::annotate", "Go to Annotate", &[Shortcut::ctrl("1")], Global),
    spec(Action::GoTo(Page::Train), "go::train", "Go to Train", &[Shortcut::ctrl("2")], Global),
    spec(Action::GoTo(Page::Evaluate), "go::evaluate", "Go to Evaluate", &[Shortcut::ctrl("3")], Global),
    spec(Action::GoTo(Page::Try), "go::try", "Go to Try", &[Shortcut::ctrl("4")], Global),
    spec(Action::GoTo(Page::Data), "go::data", "Go to Data", &[Shortcut::ctrl("5")], Global),
    spec(Action::Compare, "data::compare", "Compare with another labelling", &[], Global),
    spec(Action::StartTraining, "run::train", "Train", &[Shortcut::ctrl("Enter")], Global),
    spec(Action::Estimate, "run::estimate", "Estimate how long a run takes", &[], Global),
    spec(Action::FindLearningRate, "run::find_lr", "Find a learning rate", &[], Global),
    spec(Action::PauseTraining, "run::pause", "Pause or go on training", &[], Global),
    spec(Action::StopAfterEpoch, "run::stop_after_epoch", "Stop after this epoch", &[], Global),
    spec(Action::StopTraining, "run::stop", "Stop, keep the best", &[], Global),
    spec(Action::Evaluate, "eval::run", "Evaluate", &[], Global),
    spec(Action::Palette, "palette::open", "Search or run a command", &[Shortcut::ctrl("K")], Global),
    spec(Action::ShowShortcuts, "help::shortcuts", "All keys", &[Shortcut::ctrl("Slash")], Global),
    spec(Action::ToggleTheme, "view::theme", "Change the theme", &[], Global),
    spec(Action::Settings, "settings::open", "Settings", &[Shortcut::ctrl("Comma")], Global),
];

/// Returns the table row of an action.
pub fn spec_of(action: Action) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|e| e.action == action)
}

/// A request to change the state: an action of the table, or a command with parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Runs an action of the table.
    Do(Action),
    /// Opens this path.
    Open(PathBuf),
    /// Shows the import preview of this path. A known dataset is opened immediately.
    Import(PathBuf),
    /// Reads the previewed dataset with other options.
    ImportChoices(crate::format::ReadOptions),
    /// Renames this label on import, or removes it (`None`).
    ImportLabel(String, Option<String>),
    /// Opens the previewed dataset.
    ImportTake,
    /// Cancels the import.
    ImportCancel,
    /// Writes the corpus to this path.
    SaveTo(PathBuf),
    /// Writes these bytes to this path.
    WriteFile(PathBuf, Vec<u8>),
    /// Writes the corpus to this path in the format of this name.
    ExportTo(&'static str, PathBuf),
    /// Copies this model directory (first path) to the second path.
    SaveModelTo(PathBuf, PathBuf),
    /// Writes the project to this path and continues to use it there.
    KeepProjectAt(PathBuf),
    /// Keeps the window open.
    Stay,
    /// Resolves a changed source file. `None` leaves everything unchanged.
    SourceChange(Option<Decision>),
    /// Removes a dataset from the recent datasets.
    Forget(PathBuf),
    /// Shows this sentence, by index in the list of all sentences.
    Sentence(usize),
    /// Selects words of the current sentence, both inclusive.
    Select(usize, usize),
    /// Selects a byte range of the document, in the current sentence.
    SelectPart(u32, u32),
    /// Removes this span of the current document.
    Remove(Span),
    /// Applies this label to the selection.
    Label(LabelId),
    /// Sets the comment on a sentence. An empty text removes it.
    Comment(SentenceId, String),
    /// Sets the comment on this byte range of a sentence. An empty text removes it.
    Remark(SentenceId, u32, u32, String),
    /// Reports user activity, as Unix timestamp in seconds.
    Active(u64),
    /// Starts a new day.
    NewDay(Today),
    /// Adds this label to the current document, or removes it.
    Class(String),
    /// Opens the prompt for one line of text, or closes it.
    Ask(Option<TextPrompt>),
    /// Selects the tab of the Data page.
    SurveyTab(Tab),
    /// Analyzes the dataset again.
    Survey,
    /// Shows only findings of this kind, or all.
    ShowKind(Option<FindingKind>),
    /// Shows a finding in the text.
    ShowFinding(usize),
    /// Dismisses a finding.
    Settle(usize),
    /// Fixes these findings. Several findings are listed first, with check boxes.
    Mend(Vec<usize>),
    /// Selects or deselects one fix, or all (`None`).
    TickFix(Option<usize>, bool),
    /// Applies the selected fixes.
    TakeFixes,
    /// Closes the list of fixes.
    CloseFixes,
    /// Shows the sentences that match this query on the Annotate page.
    ShowOnly(String),
    /// Compares with the annotations at this path.
    CompareWith(PathBuf),
    /// Ends the comparison.
    EndComparison,
    /// Shows this difference.
    Difference(usize),
    /// Resolves the current difference.
    Decide(Resolution),
    /// Undoes or redoes edits until this number of edits is applied.
    JumpTo(usize),
    /// Sets the annotation guidelines of the dataset, in Markdown.
    SetGuidelines(String),
    /// Shows only sentences of this status, or all.
    FilterStatus(Option<Status>),
    /// Sets the label that is applied immediately to each mouse selection, or none.
    Brush(Option<LabelId>),
    /// Creates a label of this name and applies it to the selection.
    NewLabelHere(String),
    /// Closes the label chooser.
    ChooseNone,
    /// Sets the label and the options of the match search.
    Matches(LabelId, MatchOptions),
    /// Selects or deselects one match, or all (`None`).
    Tick(Option<usize>, bool),
    /// Labels the selected matches.
    TakeMatches,
    /// Closes the dialog of matches.
    CloseMatches,
    /// Sets the model for suggestions.
    SuggestModel(ModelRef),
    /// Sets the minimum score for accepting all suggestions, in percent.
    SuggestAbove(u8),
    /// Accepts all listed suggestions with at least that score.
    AcceptAbove,
    /// Removes all listed suggestions.
    DropSuggestions,
    /// Saves the search under this name.
    KeepView(String),
    /// Deletes the saved search of this name.
    ForgetView(String),
    /// Creates a snapshot of this name.
    TakeSnapshot(String),
    /// Restores the labels of this snapshot.
    Restore(String),
    /// Deletes this snapshot.
    ForgetSnapshot(String),
    /// Closes the dialog of snapshots.
    CloseSnapshots,
    /// Creates a label of this name.
    NewLabel(String),
    /// Renames a label.
    RenameLabel(LabelId, String),
    /// Changes the color of a label.
    RecolourLabel(LabelId, u8),
    /// Sets the letter key of a label, or resets it to the default letter (`None`).
    LetterOfLabel(LabelId, Option<char>),
    /// Sets the query of the filter.
    FilterText(String),
    /// Sets the label of the filter.
    FilterLabel(FilterLabel),
    /// Sets the split of the filter.
    FilterSplit(Option<Split>),
    /// Sets the base model of the next run.
    Base(BaseModelInput),
    /// Sets a training argument from its text field.
    Setting(usize, String),
    /// Sets if later subwords of a word are labeled with `I-`.
    LabelAllPieces(bool),
    /// Sets if a new classification head is initialized although the head of the base model fits.
    NewHead(bool),
    /// Sets the compute device.
    Device(crate::model::DeviceChoice),
    /// Sets an enumerated training argument: its index and the index of the option.
    Choice(usize, usize),
    /// Resumes this run from its latest checkpoint.
    ResumeRun(usize),
    /// Uses the suggested learning rate, or only closes its card (`None`).
    TakeRate(Option<f64>),
    /// Uses the recipe proposed for a small dataset.
    TakeRecipe,
    /// Sets the text of the Try page.
    TryText(String),
    /// Sets the model of the Try page.
    TryModel(ModelRef),
    /// Sets the model of the Evaluate page.
    ScoreModel(ModelRef),
    /// Sets the split of the Evaluate page.
    ScoreSplit(Split),
    /// Opens a file dialog.
    Pick(super::effect::Pick),
    /// Cancels a download or an evaluation.
    Cancel,
    /// Closes a notification.
    CloseNotice(u64),
    /// Sets a light (`true`) or dark theme, or follows the system (`None`).
    SetTheme(Option<bool>),
    /// Sets the compact density: lower rows and smaller text.
    Compact(bool),
    /// Stores the width of the panel of this name, in points.
    PanelWidth(&'static str, f32),
    /// Shows or hides the time worked today.
    ShowTimer(bool),
    /// Hides or shows marks for invisible characters.
    HideInvisible(bool),
    /// Selects a key preset. Custom keys are removed.
    SetPreset(&'static str),
    /// Sets the key of a command, or removes its keys (`None`).
    SetKey(Action, Option<Shortcut>),
    /// Resets the keys of a command.
    ResetKey(Action),
    /// Reports the theme of the system: true if light, `None` if unknown.
    SystemTheme(Option<bool>),
    /// Shows a notification.
    Say(super::Notification),
}
