//! The one table of commands. Menu, palette, shortcuts, help sheet and tests are views of it.

use super::annotate::FilterLabel;
use super::asking::Asking;
use super::chord::Chord;
use super::labelling::{Caret, Reshape};
use super::language::text;
use super::matching::Likeness;
use super::query::Status;
use super::state::Room;
use super::surveying::{Tab, Verdict};
use super::training::Base;
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
    SaveAnew,
    SaveAs,
    Export,
    KeepElsewhere,
    Undo,
    Redo,
    History,
    Guidelines,
    OnlyText,
    NextSentence,
    PreviousSentence,
    PageDown,
    PageUp,
    /// Moves the selection.
    Move(Caret),
    /// Moves the selection's end and keeps where it began.
    Extend(Caret),
    SelectNothing,
    ClearLabel,
    /// The label on this key, 1 to 9.
    Label(u8),
    ChooseLabel,
    ChooseClass,
    Reshape(Reshape),
    LabelMatches,
    RepeatOnNext,
    Overlaps,
    Suggest,
    Accept,
    Reject,
    NextSuggestion,
    LeastSure,
    Done,
    DoneUpToHere,
    Flag,
    Comment,
    KeepView,
    Snapshots,
    TogglePieces,
    AddLabel,
    StartTraining,
    Estimate,
    FindRate,
    PauseTraining,
    StopAfterEpoch,
    StopTraining,
    Evaluate,
    Compare,
    GoTo(Room),
    Palette,
    Keys,
    Theme,
    Settings,
}

impl Action {
    /// Whether it opens something, or goes to another page, so that the keys that follow are meant for that.
    pub fn opens(self) -> bool {
        matches!(
            self,
            Self::OpenFile
                | Self::OpenFolder
                | Self::OpenSample
                | Self::SaveAs
                | Self::Export
                | Self::KeepElsewhere
                | Self::Compare
                | Self::History
                | Self::ChooseLabel
                | Self::ChooseClass
                | Self::LabelMatches
                | Self::Comment
                | Self::AddLabel
                | Self::KeepView
                | Self::Snapshots
                | Self::GoTo(_)
                | Self::Evaluate
                | Self::Palette
                | Self::Keys
                | Self::Settings
        )
    }
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Everywhere, also while a text is typed.
    Everywhere,
    /// On the Annotate page, while no text is typed.
    Canvas,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// The id in stored settings; it never changes.
    pub id: &'static str,
    /// Its name, in the imperative.
    pub name: &'static str,
    /// Its keys; the first is shown.
    pub keys: &'static [Chord],
    /// Where the keys work.
    pub context: Context,
}

impl Entry {
    /// Its name in the language that is spoken.
    pub fn title(&self) -> &'static str {
        text(self.name)
    }
}

const fn entry(
    action: Action,
    id: &'static str,
    name: &'static str,
    keys: &'static [Chord],
    context: Context,
) -> Entry {
    Entry { action, id, name, keys, context }
}

use Context::{Canvas, Everywhere};

/// Every command, in the palette's order.
pub const COMMANDS: &[Entry] = &[
    entry(Action::OpenFile, "file::open", "Open a file", &[Chord::control("O")], Everywhere),
    entry(Action::OpenFolder, "file::open_folder", "Open a folder", &[Chord::control_shift("O")], Everywhere),
    entry(Action::OpenSample, "file::open_sample", "Open the sample", &[], Everywhere),
    entry(Action::Save, "file::save", "Save to the source file", &[Chord::control("S")], Everywhere),
    entry(Action::SaveAnew, "file::save_rewrite", "Save with all tags written anew", &[], Everywhere),
    entry(Action::SaveAs, "file::save_as", "Save a copy as", &[Chord::control_shift("S")], Everywhere),
    entry(Action::Export, "file::export", "Export as another format", &[Chord::control("E")], Everywhere),
    entry(Action::KeepElsewhere, "project::move", "Keep the project in another place", &[], Everywhere),
    entry(Action::Undo, "edit::undo", "Undo", &[Chord::control("Z")], Everywhere),
    entry(Action::Redo, "edit::redo", "Redo", &[Chord::control_shift("Z"), Chord::control("Y")], Everywhere),
    entry(Action::History, "edit::history", "History of all changes", &[Chord::control("H")], Everywhere),
    entry(Action::Guidelines, "view::guidelines", "Guidelines beside the text", &[Chord::plain("G")], Canvas),
    entry(Action::OnlyText, "view::zen", "Only the text, or all panels", &[Chord::plain("Z")], Canvas),
    entry(
        Action::NextSentence,
        "sentence::next",
        "Next sentence",
        &[Chord::plain("Enter"), Chord::plain("ArrowDown")],
        Canvas,
    ),
    entry(
        Action::PreviousSentence,
        "sentence::previous",
        "Previous sentence",
        &[Chord::shift("Enter"), Chord::plain("ArrowUp")],
        Canvas,
    ),
    entry(Action::PageDown, "sentence::page_down", "Ten sentences on", &[Chord::plain("PageDown")], Canvas),
    entry(Action::PageUp, "sentence::page_up", "Ten sentences back", &[Chord::plain("PageUp")], Canvas),
    entry(
        Action::Move(Caret::Right),
        "select::right",
        "Select the word to the right",
        &[Chord::plain("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Move(Caret::Left),
        "select::left",
        "Select the word to the left",
        &[Chord::plain("ArrowLeft")],
        Canvas,
    ),
    entry(
        Action::Move(Caret::NextSpan),
        "select::next_span",
        "Select the next span",
        &[Chord::control("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Move(Caret::PreviousSpan),
        "select::previous_span",
        "Select the span before",
        &[Chord::control("ArrowLeft")],
        Canvas,
    ),
    entry(Action::Move(Caret::First), "select::first", "Select the first word", &[Chord::plain("Home")], Canvas),
    entry(Action::Move(Caret::Last), "select::last", "Select the last word", &[Chord::plain("End")], Canvas),
    entry(
        Action::Extend(Caret::Right),
        "select::extend_right",
        "Extend to the right",
        &[Chord::shift("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::Left),
        "select::extend_left",
        "Extend to the left",
        &[Chord::shift("ArrowLeft")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::NextSpan),
        "select::extend_next_span",
        "Extend over the next span",
        &[Chord::control_shift("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::PreviousSpan),
        "select::extend_previous_span",
        "Extend over the span before",
        &[Chord::control_shift("ArrowLeft")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::NextCharacter),
        "select::extend_char",
        "Extend by a character",
        &[Chord::plain("Period")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::PreviousCharacter),
        "select::shrink_char",
        "Give a character up",
        &[Chord::plain("Comma")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::First),
        "select::extend_first",
        "Extend to the first word",
        &[Chord::shift("Home")],
        Canvas,
    ),
    entry(
        Action::Extend(Caret::Last),
        "select::extend_last",
        "Extend to the last word",
        &[Chord::shift("End")],
        Canvas,
    ),
    entry(Action::SelectNothing, "select::none", "Select nothing", &[Chord::plain("Escape")], Canvas),
    entry(
        Action::ClearLabel,
        "label::clear",
        "Clear the label",
        &[Chord::plain("Backspace"), Chord::plain("Delete")],
        Canvas,
    ),
    entry(Action::Label(1), "label::1", "Give the first label", &[Chord::plain("1")], Canvas),
    entry(Action::Label(2), "label::2", "Give the second label", &[Chord::plain("2")], Canvas),
    entry(Action::Label(3), "label::3", "Give the third label", &[Chord::plain("3")], Canvas),
    entry(Action::Label(4), "label::4", "Give the fourth label", &[Chord::plain("4")], Canvas),
    entry(Action::Label(5), "label::5", "Give the fifth label", &[Chord::plain("5")], Canvas),
    entry(Action::Label(6), "label::6", "Give the sixth label", &[Chord::plain("6")], Canvas),
    entry(Action::Label(7), "label::7", "Give the seventh label", &[Chord::plain("7")], Canvas),
    entry(Action::Label(8), "label::8", "Give the eighth label", &[Chord::plain("8")], Canvas),
    entry(Action::Label(9), "label::9", "Give the ninth label", &[Chord::plain("9")], Canvas),
    entry(Action::ChooseLabel, "label::pick", "Choose a label", &[Chord::plain("L")], Canvas),
    entry(Action::ChooseClass, "doclabel::pick", "Label the whole document", &[Chord::plain("T")], Canvas),
    entry(
        Action::Reshape(Reshape::GrowEnd),
        "span::extend_end",
        "Grow the span by a word",
        &[Chord::alt("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Reshape(Reshape::ShrinkEnd),
        "span::shrink_end",
        "Shrink the span by a word",
        &[Chord::alt("ArrowLeft")],
        Canvas,
    ),
    entry(
        Action::Reshape(Reshape::GrowStart),
        "span::extend_start",
        "Grow the span at its start",
        &[Chord::alt_shift("ArrowLeft")],
        Canvas,
    ),
    entry(
        Action::Reshape(Reshape::ShrinkStart),
        "span::shrink_start",
        "Shrink the span at its start",
        &[Chord::alt_shift("ArrowRight")],
        Canvas,
    ),
    entry(
        Action::Reshape(Reshape::Split),
        "span::split",
        "Split the span before the selected word",
        &[Chord::plain("S")],
        Canvas,
    ),
    entry(Action::Reshape(Reshape::Merge), "span::merge", "Merge the span with the next", &[Chord::plain("M")], Canvas),
    entry(Action::LabelMatches, "label::all_matches", "Label all matches", &[Chord::plain("E")], Canvas),
    entry(Action::RepeatOnNext, "label::next_match", "Repeat on the next match", &[Chord::plain("R")], Canvas),
    entry(Action::Overlaps, "dataset::overlaps", "Allow or forbid overlapping spans", &[], Everywhere),
    entry(Action::Suggest, "suggest::request", "Suggest labels with a model", &[], Everywhere),
    entry(Action::Accept, "suggest::accept", "Accept the suggestion", &[Chord::plain("A")], Canvas),
    entry(Action::Reject, "suggest::reject", "Reject the suggestion", &[Chord::plain("X")], Canvas),
    entry(Action::NextSuggestion, "suggest::next", "Next suggestion", &[Chord::plain("Space")], Canvas),
    entry(
        Action::LeastSure,
        "suggest::least_confident",
        "The suggestion the model is least sure of",
        &[Chord::plain("U")],
        Canvas,
    ),
    entry(Action::Done, "sentence::mark_done", "Done, go on to the next", &[Chord::plain("D")], Canvas),
    entry(
        Action::DoneUpToHere,
        "sentence::mark_done_to_here",
        "Done, with all before it in view",
        &[Chord::control("D")],
        Canvas,
    ),
    entry(Action::Flag, "sentence::flag", "Flag the sentence", &[Chord::plain("F")], Canvas),
    entry(
        Action::Comment,
        "sentence::comment",
        "Comment on the selection or the sentence",
        &[Chord::plain("C")],
        Canvas,
    ),
    entry(Action::KeepView, "search::save", "Keep this search as a view", &[], Everywhere),
    entry(Action::Snapshots, "snapshot::list", "Snapshots of all labels", &[], Everywhere),
    entry(Action::TogglePieces, "view::subwords", "Show word pieces", &[Chord::plain("P")], Canvas),
    entry(Action::AddLabel, "label::add", "Add a label", &[Chord::plain("N")], Canvas),
    entry(Action::GoTo(Room::Annotate), "go::annotate", "Go to Annotate", &[Chord::control("1")], Everywhere),
    entry(Action::GoTo(Room::Train), "go::train", "Go to Train", &[Chord::control("2")], Everywhere),
    entry(Action::GoTo(Room::Evaluate), "go::evaluate", "Go to Evaluate", &[Chord::control("3")], Everywhere),
    entry(Action::GoTo(Room::Try), "go::try", "Go to Try", &[Chord::control("4")], Everywhere),
    entry(Action::GoTo(Room::Data), "go::data", "Go to Data", &[Chord::control("5")], Everywhere),
    entry(Action::Compare, "data::compare", "Compare with another labelling", &[], Everywhere),
    entry(Action::StartTraining, "run::train", "Train", &[Chord::control("Enter")], Everywhere),
    entry(Action::Estimate, "run::estimate", "Estimate how long a run takes", &[], Everywhere),
    entry(Action::FindRate, "run::find_lr", "Find a learning rate", &[], Everywhere),
    entry(Action::PauseTraining, "run::pause", "Pause or go on training", &[], Everywhere),
    entry(Action::StopAfterEpoch, "run::stop_after_epoch", "Stop after this epoch", &[], Everywhere),
    entry(Action::StopTraining, "run::stop", "Stop, keep the best", &[], Everywhere),
    entry(Action::Evaluate, "eval::run", "Evaluate", &[], Everywhere),
    entry(Action::Palette, "palette::open", "Search or run a command", &[Chord::control("K")], Everywhere),
    entry(Action::Keys, "help::shortcuts", "All keys", &[Chord::control("Slash")], Everywhere),
    entry(Action::Theme, "view::theme", "Change the theme", &[], Everywhere),
    entry(Action::Settings, "settings::open", "Settings", &[Chord::control("Comma")], Everywhere),
];

/// The row of an action.
pub fn entry_of(action: Action) -> Option<&'static Entry> {
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
    Ask(Option<Asking>),
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
    Decide(Verdict),
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
    Matches(LabelId, Likeness),
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
    Base(Base),
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
    SetKey(Action, Option<Chord>),
    /// The command's keys as they were.
    ResetKey(Action),
    /// Whether the system wants light windows, where it says so.
    SystemTheme(Option<bool>),
    /// Something a person should read.
    Say(super::Notice),
}
