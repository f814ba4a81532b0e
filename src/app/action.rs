//! Commands without parameters.

use super::pages::Page;
use crate::session::comparison::Resolution;
use crate::session::labeling::{CaretMotion, SpanResize};

/// A command without parameters. Its row in [`COMMANDS`](super::command_table::COMMANDS) has its title and keys.
#[allow(missing_docs, reason = "each is described by its name in the table")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    OpenFile,
    OpenFolder,
    OpenSample,
    NewDataset,
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
    /// Opens the dialog that assigns all sentences to splits.
    SplitDataset,
    Quit,
    /// Moves the focus to the search field of the sentence list.
    Search,
    NewRun,
    ShowAllRuns,
    StartTraining,
    Estimate,
    FindLearningRate,
    PauseTraining,
    StopAfterEpoch,
    StopTraining,
    Evaluate,
    NextCase,
    PreviousCase,
    /// Keeps the gold label of the current case of the evaluation.
    KeepGold,
    /// Replaces the gold label of the current case by the prediction, in a comparison that of the second model.
    UsePrediction,
    /// Replaces the gold label of the current case by the prediction of the first model of a comparison.
    UseFirstPrediction,
    CompareModels,
    /// Shows the current case on the canvas.
    OpenCase,
    FlagCase,
    CloseCases,
    Compare,
    NextDifference,
    PreviousDifference,
    /// Resolves the current difference of the comparison.
    ResolveDifference(Resolution),
    GoTo(Page),
    Palette,
    ShowShortcuts,
    ToggleTheme,
    Settings,
}
