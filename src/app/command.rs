//! The one table of commands. Menu, palette, shortcuts, help sheet and tests are views of it.

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

/// A command that needs nothing but itself: it has a name, and may have a key.
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
    /// Moves the selection's end and keeps where it began.
    Extend(CaretMotion),
    SelectNothing,
    ClearLabel,
    /// The label on this key, 1 to 9.
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
    /// Whether it opens something, or goes to another page, so that the keys that follow are meant for that.
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

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyContext {
    /// Everywhere, also while a text is typed.
    Global,
    /// On the Annotate page, while no text is typed.
    Canvas,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// What it does.
    pub action: Action,
    /// The id in stored settings; it never changes.
    pub id: &'static str,
    /// Its name, in the imperative.
    pub english_title: &'static str,
    /// Its keys; the first is shown.
    pub keys: &'static [Shortcut],
    /// Where the keys work.
    pub context: KeyContext,
}

impl CommandSpec {
    /// Its name in the language that is spoken.
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

/// Every command, in the palette's order.
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

/// The row of an action.
pub fn spec_of(action: Action) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|e| e.action == action)
}

/// Everything that can be asked of the program: the table's actions, and those that carry something.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A row of the table.
    Do(Action),
    /// Open what lies there.
    Open(PathBuf),
    /// Look at what lies there, and open it when the person says so; what is known already is opened at once.
    Import(PathBuf),
    /// Read it otherwise.
    ImportChoices(crate::format::ReadOptions),
    /// What becomes of this label: another name, or nothing.
    ImportLabel(String, Option<String>),
    /// Open it as it was found.
    ImportTake,
    /// Leave it.
    ImportCancel,
    /// Write the corpus there.
    SaveTo(PathBuf),
    /// Write these bytes there.
    WriteFile(PathBuf, Vec<u8>),
    /// Write the corpus there in the format of this name.
    ExportTo(&'static str, PathBuf),
    /// Copy this model's folder there.
    SaveModelTo(PathBuf, PathBuf),
    /// Write the project again, to this path, and go on there.
    KeepProjectAt(PathBuf),
    /// Do not close the window after all.
    Stay,
    /// What becomes of the labels of a source that another program changed; `None` leaves all as it is.
    SourceChange(Option<Decision>),
    /// Take a dataset out of the recents.
    Forget(PathBuf),
    /// Show this sentence (its place in the list of all).
    Sentence(usize),
    /// Select words of the current sentence, both included.
    Select(usize, usize),
    /// Select bytes of the document, in the current sentence.
    SelectPart(u32, u32),
    /// Take this span of the current document away.
    Remove(Span),
    /// Give the selection this label.
    Label(LabelId),
    /// The comment on a sentence; empty takes it away.
    Comment(SentenceId, String),
    /// The comment on these bytes of a sentence; empty takes it away.
    Remark(SentenceId, u32, u32, String),
    /// The person is at work: seconds since 1970.
    Active(u64),
    /// Another day has begun.
    NewDay(Today),
    /// Gives the current document this label, or takes it away.
    Class(String),
    /// Ask for a line of text, or no more.
    Ask(Option<TextPrompt>),
    /// What the Data room shows.
    SurveyTab(Tab),
    /// Count the dataset again.
    Survey,
    /// Findings of this kind only, or all.
    ShowKind(Option<FindingKind>),
    /// Show a finding in the text.
    ShowFinding(usize),
    /// Put a finding aside.
    Settle(usize),
    /// Make the edit that mends this finding; several are listed first, to be ticked.
    Mend(Vec<usize>),
    /// Tick a place to fix, or all; or take the tick away.
    TickFix(Option<usize>, bool),
    /// Fix what is ticked.
    TakeFixes,
    /// Close the list of places to fix.
    CloseFixes,
    /// Show the sentences of this query on the Annotate page.
    ShowOnly(String),
    /// Compare with the labelling that lies there.
    CompareWith(PathBuf),
    /// Compare no more.
    EndComparison,
    /// Look at this difference.
    Difference(usize),
    /// Decide the difference that is looked at.
    Decide(Resolution),
    /// Undo or redo until so many edits stand.
    JumpTo(usize),
    /// The guidelines of this dataset, in Markdown.
    SetGuidelines(String),
    /// Only sentences of this status, or all.
    FilterStatus(Option<Status>),
    /// Every selection by mouse gets this label at once, or none does.
    Brush(Option<LabelId>),
    /// A new label of this name, for the selection.
    NewLabelHere(String),
    /// Stop choosing a label.
    ChooseNone,
    /// What counts as a match, and what it is to be.
    Matches(LabelId, MatchOptions),
    /// Tick a match, or take its tick away; all of them without a number.
    Tick(Option<usize>, bool),
    /// Label the matches that are ticked.
    TakeMatches,
    /// Close the dialog of matches.
    CloseMatches,
    /// The model that is asked for suggestions.
    SuggestModel(ModelRef),
    /// The score, in percent, from which all are accepted at once.
    SuggestAbove(u8),
    /// Accept all suggestions in view from that score on.
    AcceptAbove,
    /// Drop all suggestions in view.
    DropSuggestions,
    /// Keep the search under this name.
    KeepView(String),
    /// Forget the view of this name.
    ForgetView(String),
    /// Take a snapshot of this name.
    TakeSnapshot(String),
    /// Bring the labels of this snapshot back.
    Restore(String),
    /// Forget this snapshot.
    ForgetSnapshot(String),
    /// Close the dialog of snapshots.
    CloseSnapshots,
    /// A new label of this name.
    NewLabel(String),
    /// Another name for a label.
    RenameLabel(LabelId, String),
    /// Another colour for a label.
    RecolourLabel(LabelId, u8),
    /// Another letter for a label, or the one that its name gives.
    LetterOfLabel(LabelId, Option<char>),
    /// Show sentences that hold this text.
    FilterText(String),
    /// Show sentences with this label.
    FilterLabel(FilterLabel),
    /// Show sentences of this split.
    FilterSplit(Option<Split>),
    /// Where a run starts from.
    Base(BaseModelInput),
    /// A setting of a run as typed.
    Setting(usize, String),
    /// Later pieces of a word carry their I- tag.
    LabelAllPieces(bool),
    /// A new head where the base's could be kept.
    NewHead(bool),
    /// Where to compute.
    Device(crate::model::DeviceChoice),
    /// One of the settings that are words, and its option.
    Choice(usize, usize),
    /// Go on with this run from its newest checkpoint.
    ResumeRun(usize),
    /// Take the learning rate that was found, or only close its card.
    TakeRate(Option<f64>),
    /// Take the recipe proposed for a small dataset.
    TakeRecipe,
    /// The text on the Try page.
    TryText(String),
    /// The model on the Try page.
    TryModel(ModelRef),
    /// The model on the Evaluate page.
    ScoreModel(ModelRef),
    /// The split on the Evaluate page.
    ScoreSplit(Split),
    /// Ask for a path.
    Pick(super::effect::Pick),
    /// Cancel a download or an evaluation.
    Cancel,
    /// A notice's button was pressed, or it was closed.
    CloseNotice(u64),
    /// Light, dark, or as the system has it.
    SetTheme(Option<bool>),
    /// Narrow rows and smaller type.
    Compact(bool),
    /// A panel of this name is so wide from now on.
    PanelWidth(&'static str, f32),
    /// Show how long was worked today.
    ShowTimer(bool),
    /// Leave invisible characters without a mark.
    HideInvisible(bool),
    /// Whose keys are used; what a person changed is forgotten.
    SetPreset(&'static str),
    /// Another key for a command: none, or one that is free.
    SetKey(Action, Option<Shortcut>),
    /// The command's keys as they were.
    ResetKey(Action),
    /// Whether the system wants light windows, where it says so.
    SystemTheme(Option<bool>),
    /// Something a person should read.
    Say(super::Notification),
}
