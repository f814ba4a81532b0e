//! The table of commands. Menus, palette, shortcuts, help, the README and tests are generated from it.

use super::action::Action;
use super::pages::Page;
use super::shortcut::Shortcut;
use crate::i18n::translate;
use crate::icon::{self, Icon};
use crate::session::comparison::Resolution;
use crate::session::labeling::{CaretMotion, SpanResize};

/// Context in which a command can run and its keys are active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On all pages. Keys that do not enter text are active also while the user types text or a dialog is open.
    Everywhere,
    /// On this page. Its keys are active only while no text is typed and nothing covers the page.
    Page(Page),
}

impl Scope {
    /// Returns true if two contexts can be active at the same time.
    pub fn overlaps(self, other: Self) -> bool {
        self == other || self == Self::Everywhere || other == Self::Everywhere
    }
}

/// State without which a command would do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The command can always run.
    Nothing,
    /// An open dataset.
    Dataset,
    /// An edit that can be undone.
    Undo,
    /// An edit that can be redone.
    Redo,
    /// Selected words.
    Selection,
    /// A suggestion in the current sentence.
    Suggestion,
    /// A run in progress.
    ActiveRun,
    /// A run or a measurement in progress.
    Training,
    /// A visible comparison with other annotations.
    Comparison,
    /// A visible list of sentences of a number of the evaluation.
    Cases,
}

impl Needs {
    /// Returns true if an earlier key of the same frame can meet the requirement.
    pub fn can_change_within_frame(self) -> bool {
        match self {
            Self::Undo | Self::Redo | Self::Selection | Self::Suggestion => true,
            Self::Nothing | Self::Dataset | Self::ActiveRun | Self::Training | Self::Comparison | Self::Cases => false,
        }
    }
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
    /// Icon in menus.
    pub icon: Icon,
    /// Default keys. The first one is displayed.
    pub keys: &'static [Shortcut],
    /// Context of the command.
    pub scope: Scope,
    /// Required state.
    pub needs: Needs,
    /// True if the command opens a dialog or another page. The following keys are then meant for that.
    pub opens: bool,
    /// True if the command changes the project or the source files.
    pub writes: bool,
}

impl CommandSpec {
    /// Returns the title in the interface language.
    pub fn title(&self) -> &'static str {
        translate(self.english_title)
    }

    const fn new(scope: Scope, action: Action, id: &'static str, english_title: &'static str, icon: Icon) -> Self {
        Self { action, id, english_title, icon, keys: &[], scope, needs: Needs::Dataset, opens: false, writes: false }
    }

    const fn keys(self, keys: &'static [Shortcut]) -> Self {
        Self { keys, ..self }
    }

    const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    const fn opens(self) -> Self {
        Self { opens: true, ..self }
    }

    const fn writes(self) -> Self {
        Self { writes: true, ..self }
    }
}

const fn everywhere(action: Action, id: &'static str, english_title: &'static str, icon: Icon) -> CommandSpec {
    CommandSpec::new(Scope::Everywhere, action, id, english_title, icon)
}

const fn annotate(action: Action, id: &'static str, english_title: &'static str, icon: Icon) -> CommandSpec {
    CommandSpec::new(Scope::Page(Page::Annotate), action, id, english_title, icon)
}

const fn data(action: Action, id: &'static str, english_title: &'static str, icon: Icon) -> CommandSpec {
    CommandSpec::new(Scope::Page(Page::Data), action, id, english_title, icon)
}

const fn evaluate(action: Action, id: &'static str, english_title: &'static str, icon: Icon) -> CommandSpec {
    CommandSpec::new(Scope::Page(Page::Evaluate), action, id, english_title, icon).needs(Needs::Cases)
}

/// All commands, in the order of the palette. By default, a command needs an open dataset and changes only the view or
/// the settings.
pub const COMMANDS: &[CommandSpec] = &[
    everywhere(Action::OpenFile, "file::open", "Open file…", icon::FILE_TEXT)
        .keys(&[Shortcut::ctrl("O")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::OpenFolder, "file::open_folder", "Open folder…", icon::FOLDER_OPEN)
        .keys(&[Shortcut::ctrl_shift("O")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::OpenSample, "file::open_sample", "Open sample dataset", icon::BOOK_OPEN)
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::NewDataset, "file::new", "New dataset from text…", icon::FILE_PLUS)
        .keys(&[Shortcut::ctrl("N")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::Save, "file::save", "Save to source files", icon::SAVE).keys(&[Shortcut::ctrl("S")]).writes(),
    everywhere(Action::SaveRewriteAll, "file::save_rewrite", "Save and rewrite all tags", icon::SAVE).writes(),
    everywhere(Action::SaveAs, "file::save_as", "Save copy as…", icon::DOWNLOAD)
        .keys(&[Shortcut::ctrl_shift("S")])
        .opens(),
    everywhere(Action::Export, "file::export", "Export…", icon::UPLOAD).keys(&[Shortcut::ctrl("E")]).opens(),
    everywhere(Action::MoveProject, "project::move", "Move project…", icon::UPLOAD).opens(),
    everywhere(Action::Undo, "edit::undo", "Undo", icon::UNDO_2)
        .keys(&[Shortcut::ctrl("Z")])
        .needs(Needs::Undo)
        .writes(),
    everywhere(Action::Redo, "edit::redo", "Redo", icon::REDO_2)
        .keys(&[Shortcut::ctrl_shift("Z"), Shortcut::ctrl("Y")])
        .needs(Needs::Redo)
        .writes(),
    everywhere(Action::History, "edit::history", "Show edit history", icon::HISTORY)
        .keys(&[Shortcut::ctrl("H")])
        .opens(),
    annotate(Action::Guidelines, "view::guidelines", "Toggle guidelines", icon::BOOK_OPEN).keys(&[Shortcut::key("G")]),
    annotate(Action::ToggleZenMode, "view::zen", "Toggle side panels", icon::MAXIMIZE).keys(&[Shortcut::key("Z")]),
    annotate(Action::NextSentence, "sentence::next", "Next sentence", icon::ARROW_DOWN)
        .keys(&[Shortcut::key("Enter"), Shortcut::key("ArrowDown")]),
    annotate(Action::PreviousSentence, "sentence::previous", "Previous sentence", icon::ARROW_UP)
        .keys(&[Shortcut::shift("Enter"), Shortcut::key("ArrowUp")]),
    annotate(Action::PageDown, "sentence::page_down", "Forward 10 sentences", icon::ARROW_DOWN)
        .keys(&[Shortcut::key("PageDown")]),
    annotate(Action::PageUp, "sentence::page_up", "Back 10 sentences", icon::ARROW_UP).keys(&[Shortcut::key("PageUp")]),
    annotate(Action::MoveSelection(CaretMotion::Right), "select::right", "Select word to the right", icon::ARROW_RIGHT)
        .keys(&[Shortcut::key("ArrowRight")]),
    annotate(Action::MoveSelection(CaretMotion::Left), "select::left", "Select word to the left", icon::ARROW_LEFT)
        .keys(&[Shortcut::key("ArrowLeft")]),
    annotate(Action::MoveSelection(CaretMotion::NextSpan), "select::next_span", "Select next span", icon::ARROW_RIGHT)
        .keys(&[Shortcut::ctrl("ArrowRight")]),
    annotate(
        Action::MoveSelection(CaretMotion::PreviousSpan),
        "select::previous_span",
        "Select previous span",
        icon::ARROW_LEFT,
    )
    .keys(&[Shortcut::ctrl("ArrowLeft")]),
    annotate(Action::MoveSelection(CaretMotion::First), "select::first", "Select first word", icon::ARROW_LEFT)
        .keys(&[Shortcut::key("Home")]),
    annotate(Action::MoveSelection(CaretMotion::Last), "select::last", "Select last word", icon::ARROW_RIGHT)
        .keys(&[Shortcut::key("End")]),
    annotate(
        Action::ExtendSelection(CaretMotion::Right),
        "select::extend_right",
        "Extend selection right",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::shift("ArrowRight")]),
    annotate(
        Action::ExtendSelection(CaretMotion::Left),
        "select::extend_left",
        "Extend selection left",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::shift("ArrowLeft")]),
    annotate(
        Action::ExtendSelection(CaretMotion::NextSpan),
        "select::extend_next_span",
        "Extend selection to next span",
        icon::MOVE_HORIZONTAL,
    ),
    annotate(
        Action::ExtendSelection(CaretMotion::PreviousSpan),
        "select::extend_previous_span",
        "Extend selection to previous span",
        icon::MOVE_HORIZONTAL,
    ),
    annotate(
        Action::ExtendSelection(CaretMotion::WordRight),
        "select::extend_word_right",
        "Extend selection right by one word",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::ctrl_shift("ArrowRight")]),
    annotate(
        Action::ExtendSelection(CaretMotion::WordLeft),
        "select::extend_word_left",
        "Extend selection left by one word",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::ctrl_shift("ArrowLeft")]),
    annotate(
        Action::ExtendSelection(CaretMotion::NextCharacter),
        "select::extend_char",
        "Extend selection by one character",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::key("Period")]),
    annotate(
        Action::ExtendSelection(CaretMotion::PreviousCharacter),
        "select::shrink_char",
        "Shrink selection by one character",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::key("Comma")]),
    annotate(
        Action::ExtendSelection(CaretMotion::First),
        "select::extend_first",
        "Extend selection to first word",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::shift("Home")]),
    annotate(
        Action::ExtendSelection(CaretMotion::Last),
        "select::extend_last",
        "Extend selection to last word",
        icon::MOVE_HORIZONTAL,
    )
    .keys(&[Shortcut::shift("End")]),
    annotate(Action::SelectNothing, "select::none", "Clear selection", icon::TEXT_CURSOR)
        .keys(&[Shortcut::key("Escape")]),
    annotate(Action::ClearLabel, "label::clear", "Remove label", icon::X)
        .keys(&[Shortcut::key("Backspace"), Shortcut::key("Delete")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(1), "label::1", "Apply label 1", icon::TAG)
        .keys(&[Shortcut::key("1")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(2), "label::2", "Apply label 2", icon::TAG)
        .keys(&[Shortcut::key("2")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(3), "label::3", "Apply label 3", icon::TAG)
        .keys(&[Shortcut::key("3")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(4), "label::4", "Apply label 4", icon::TAG)
        .keys(&[Shortcut::key("4")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(5), "label::5", "Apply label 5", icon::TAG)
        .keys(&[Shortcut::key("5")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(6), "label::6", "Apply label 6", icon::TAG)
        .keys(&[Shortcut::key("6")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(7), "label::7", "Apply label 7", icon::TAG)
        .keys(&[Shortcut::key("7")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(8), "label::8", "Apply label 8", icon::TAG)
        .keys(&[Shortcut::key("8")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::Label(9), "label::9", "Apply label 9", icon::TAG)
        .keys(&[Shortcut::key("9")])
        .needs(Needs::Selection)
        .writes(),
    annotate(Action::ChooseLabel, "label::pick", "Choose label…", icon::TAGS)
        .keys(&[Shortcut::key("L")])
        .needs(Needs::Selection)
        .opens(),
    annotate(Action::ChooseDocLabel, "doclabel::pick", "Set document labels…", icon::FILE_TEXT)
        .keys(&[Shortcut::key("T")])
        .opens(),
    annotate(Action::Reshape(SpanResize::ExtendEnd), "span::extend_end", "Extend span end", icon::UNFOLD_HORIZONTAL)
        .keys(&[Shortcut::alt("ArrowRight")])
        .writes(),
    annotate(Action::Reshape(SpanResize::ShrinkEnd), "span::shrink_end", "Shrink span end", icon::FOLD_HORIZONTAL)
        .keys(&[Shortcut::alt("ArrowLeft")])
        .writes(),
    annotate(
        Action::Reshape(SpanResize::ExtendStart),
        "span::extend_start",
        "Extend span start",
        icon::UNFOLD_HORIZONTAL,
    )
    .keys(&[Shortcut::alt_shift("ArrowLeft")])
    .writes(),
    annotate(
        Action::Reshape(SpanResize::ShrinkStart),
        "span::shrink_start",
        "Shrink span start",
        icon::FOLD_HORIZONTAL,
    )
    .keys(&[Shortcut::alt_shift("ArrowRight")])
    .writes(),
    annotate(Action::Reshape(SpanResize::Split), "span::split", "Split span at selection", icon::SPLIT)
        .keys(&[Shortcut::key("S")])
        .writes(),
    annotate(Action::Reshape(SpanResize::Merge), "span::merge", "Merge with next span", icon::MERGE)
        .keys(&[Shortcut::key("M")])
        .writes(),
    annotate(Action::LabelMatches, "label::all_matches", "Label all matches…", icon::REPLACE)
        .keys(&[Shortcut::key("E")])
        .opens(),
    annotate(Action::LabelNextMatch, "label::next_match", "Label next match", icon::CORNER_DOWN_LEFT)
        .keys(&[Shortcut::key("R")])
        .writes(),
    everywhere(Action::ToggleOverlaps, "dataset::overlaps", "Toggle overlapping spans", icon::LAYERS).writes(),
    everywhere(Action::Suggest, "suggest::request", "Suggest labels", icon::SPARKLES).writes(),
    annotate(Action::Accept, "suggest::accept", "Accept suggestion", icon::CHECK)
        .keys(&[Shortcut::key("A")])
        .needs(Needs::Suggestion)
        .writes(),
    annotate(Action::Reject, "suggest::reject", "Reject suggestion", icon::CIRCLE_X)
        .keys(&[Shortcut::key("X")])
        .needs(Needs::Suggestion)
        .writes(),
    annotate(Action::NextSuggestion, "suggest::next", "Next suggestion", icon::WAND_SPARKLES)
        .keys(&[Shortcut::key("Space")]),
    annotate(
        Action::LeastConfidentSuggestion,
        "suggest::least_confident",
        "Go to least confident suggestion",
        icon::SPARKLES,
    )
    .keys(&[Shortcut::key("U")]),
    annotate(Action::MarkDone, "sentence::mark_done", "Mark as done and go to next", icon::CIRCLE_CHECK)
        .keys(&[Shortcut::key("D")])
        .writes(),
    annotate(
        Action::MarkDoneUpToHere,
        "sentence::mark_done_to_here",
        "Mark all as done up to here",
        icon::CIRCLE_CHECK,
    )
    .keys(&[Shortcut::ctrl("D")])
    .writes(),
    annotate(Action::Flag, "sentence::flag", "Toggle flag", icon::FLAG).keys(&[Shortcut::key("F")]).writes(),
    annotate(Action::Comment, "sentence::comment", "Add comment…", icon::MESSAGE_SQUARE)
        .keys(&[Shortcut::key("C")])
        .opens(),
    everywhere(Action::SaveSearch, "search::save", "Save search…", icon::BOOKMARK).opens(),
    everywhere(Action::Snapshots, "snapshot::list", "Show snapshots", icon::HISTORY).opens(),
    annotate(Action::ToggleSubwords, "view::subwords", "Toggle subwords", icon::BLOCKS).keys(&[Shortcut::key("P")]),
    annotate(Action::AddLabel, "label::add", "New label…", icon::PLUS).keys(&[Shortcut::key("N")]).opens(),
    everywhere(Action::GoTo(Page::Annotate), "go::annotate", "Go to Annotate", icon::HIGHLIGHTER)
        .keys(&[Shortcut::ctrl("1")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::GoTo(Page::Train), "go::train", "Go to Train", icon::ACTIVITY)
        .keys(&[Shortcut::ctrl("2")])
        .opens(),
    everywhere(Action::GoTo(Page::Evaluate), "go::evaluate", "Go to Evaluate", icon::TARGET)
        .keys(&[Shortcut::ctrl("3")])
        .opens(),
    everywhere(Action::GoTo(Page::Try), "go::try", "Go to Try", icon::TEXT_CURSOR_INPUT)
        .keys(&[Shortcut::ctrl("4")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::GoTo(Page::Data), "go::data", "Go to Data", icon::DATABASE).keys(&[Shortcut::ctrl("5")]).opens(),
    everywhere(Action::SplitDataset, "data::split", "Split dataset…", icon::SPLIT).opens().writes(),
    everywhere(Action::Compare, "data::compare", "Compare annotations…", icon::USERS).opens(),
    data(Action::NextDifference, "data::next_difference", "Next difference", icon::ARROW_DOWN)
        .keys(&[Shortcut::key("ArrowDown")])
        .needs(Needs::Comparison),
    data(Action::PreviousDifference, "data::previous_difference", "Previous difference", icon::ARROW_UP)
        .keys(&[Shortcut::key("ArrowUp")])
        .needs(Needs::Comparison),
    data(Action::ResolveDifference(Resolution::Mine), "data::use_mine", "Use span of this dataset", icon::ARROW_LEFT)
        .keys(&[Shortcut::key("ArrowLeft")])
        .needs(Needs::Comparison)
        .writes(),
    data(
        Action::ResolveDifference(Resolution::Theirs),
        "data::use_theirs",
        "Use span of other file",
        icon::ARROW_RIGHT,
    )
    .keys(&[Shortcut::key("ArrowRight")])
    .needs(Needs::Comparison)
    .writes(),
    data(Action::ResolveDifference(Resolution::Both), "data::use_both", "Use both spans", icon::PLUS)
        .keys(&[Shortcut::key("B")])
        .needs(Needs::Comparison)
        .writes(),
    data(Action::ResolveDifference(Resolution::Neither), "data::use_neither", "Use neither span", icon::X)
        .keys(&[Shortcut::key("N")])
        .needs(Needs::Comparison)
        .writes(),
    everywhere(Action::NewRun, "run::new", "New run", icon::PLUS).opens().needs(Needs::Dataset),
    everywhere(Action::ShowAllRuns, "run::all", "Show all runs", icon::LIST).opens().needs(Needs::Dataset),
    everywhere(Action::StartTraining, "run::train", "Start training", icon::PLAY)
        .keys(&[Shortcut::ctrl("Enter")])
        .opens()
        .writes(),
    everywhere(Action::Estimate, "run::estimate", "Estimate duration and memory", icon::CLOCK).opens(),
    everywhere(Action::FindLearningRate, "run::find_lr", "Find learning rate", icon::TRENDING_DOWN).opens(),
    everywhere(Action::PauseTraining, "run::pause", "Pause or resume training", icon::PAUSE).needs(Needs::ActiveRun),
    everywhere(Action::StopAfterEpoch, "run::stop_after_epoch", "Stop after current epoch", icon::SQUARE)
        .needs(Needs::ActiveRun),
    everywhere(Action::StopTraining, "run::stop", "Stop and keep best model", icon::SQUARE).needs(Needs::Training),
    everywhere(Action::Evaluate, "eval::run", "Evaluate model", icon::TARGET).opens(),
    evaluate(Action::NextCase, "eval::next", "Next error", icon::ARROW_DOWN)
        .keys(&[Shortcut::key("ArrowDown"), Shortcut::key("Space")]),
    evaluate(Action::PreviousCase, "eval::previous", "Previous error", icon::ARROW_UP)
        .keys(&[Shortcut::key("ArrowUp")]),
    evaluate(Action::KeepGold, "eval::keep_gold", "Keep gold label", icon::CHECK).keys(&[Shortcut::key("K")]).writes(),
    evaluate(Action::UsePrediction, "eval::use_prediction", "Use prediction", icon::WAND_SPARKLES)
        .keys(&[Shortcut::key("M")])
        .writes(),
    evaluate(
        Action::UseFirstPrediction,
        "eval::use_first_prediction",
        "Use prediction of first model",
        icon::WAND_SPARKLES,
    )
    .keys(&[Shortcut::shift("M")])
    .writes(),
    everywhere(Action::CompareModels, "eval::compare", "Compare models", icon::USERS).opens(),
    evaluate(Action::OpenCase, "eval::open", "Open sentence of error", icon::HIGHLIGHTER)
        .keys(&[Shortcut::key("O"), Shortcut::key("E")])
        .opens(),
    evaluate(Action::FlagCase, "eval::flag", "Toggle flag of sentence", icon::FLAG)
        .keys(&[Shortcut::key("F")])
        .writes(),
    evaluate(Action::CloseCases, "eval::close", "Close list of errors", icon::X)
        .keys(&[Shortcut::key("Escape")])
        .needs(Needs::Dataset),
    everywhere(Action::Search, "search::focus", "Search sentences", icon::TEXT_SEARCH)
        .keys(&[Shortcut::ctrl("F")])
        .needs(Needs::Dataset)
        .opens(),
    everywhere(Action::Palette, "palette::open", "Show command palette", icon::SEARCH)
        .keys(&[Shortcut::ctrl("K")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::ShowShortcuts, "help::shortcuts", "Show keyboard shortcuts", icon::KEYBOARD)
        .keys(&[Shortcut::ctrl("Slash"), Shortcut::key("F1")])
        .needs(Needs::Nothing)
        .opens(),
    everywhere(Action::ToggleTheme, "view::theme", "Toggle theme", icon::SUN).needs(Needs::Nothing),
    everywhere(Action::Quit, "app::quit", "Quit", icon::LOG_OUT).keys(&[Shortcut::ctrl("Q")]).needs(Needs::Nothing),
    everywhere(Action::Settings, "settings::open", "Settings…", icon::SETTINGS)
        .keys(&[Shortcut::ctrl("Comma")])
        .needs(Needs::Nothing)
        .opens(),
];

/// Returns the table row of an action.
///
/// # Panics
/// Panics if the action has no row. A test checks that each action has one.
pub fn spec_of(action: Action) -> &'static CommandSpec {
    COMMANDS.iter().find(|spec| spec.action == action).unwrap_or_else(|| panic!("{action:?} has no row"))
}
