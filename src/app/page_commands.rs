//! Commands with parameters, grouped by page or subject. Each group is handled by one function.

use super::action::Action;
use super::shortcut::Shortcut;
use super::train_page::BaseModelInput;
use crate::corpus::splitting::SplitOptions;
use crate::corpus::{DataSelection, LabelId, Span, Split};
use crate::eval::lint::FindingKind;
use crate::format::ReadOptions;
use crate::hub::ModelRef;
use crate::model::DeviceChoice;
use crate::project::SelectionUnit;
use crate::session::LabelFilter;
use crate::session::evaluation::EvaluateView;
use crate::session::evidence::{CaseFilter, EvidenceOrder, EvidencePart};
use crate::session::matching::MatchOptions;
use crate::session::query::Status;
use crate::session::results::Tab;
use crate::session::runs::{RunAxis, TrainView};
use crate::session::splitting::SentenceScope;
use crate::worker::RunId;
use std::path::PathBuf;

/// Commands of the import preview.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportCommand {
    /// Reads the previewed dataset with other options.
    SetImportOptions(ReadOptions),
    /// Renames this label on import, or removes it (`None`).
    SetImportLabel(String, Option<String>),
    /// Opens the previewed dataset.
    ConfirmImport,
}

/// Commands that change the position, the filter or a detail of the open dataset.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewCommand {
    /// Shows this sentence, by index in the list of all sentences.
    GoToSentence(usize),
    /// Selects a sentence in the list, or deselects it.
    ToggleInList(usize),
    /// Selects the listed sentences up to this one.
    SelectInListTo(usize),
    /// Selects the listed sentences of a document.
    SelectDocumentInList(u32),
    /// Selects words of the current sentence, both inclusive.
    Select(usize, usize),
    /// Sets the unit of the selection in text without spaces.
    SetSelectionUnit(SelectionUnit),
    /// Removes this span of the current document.
    Remove(Span),
    /// Undoes or redoes edits until this number of edits is applied.
    GoToHistory(usize),
    /// Sets the annotation guidelines of the dataset, in Markdown.
    SetGuidelines(String),
    /// Sets the label that is applied immediately to each mouse selection, or none.
    Brush(Option<LabelId>),
    /// Closes the label chooser.
    ClosePicker,
    /// Sets the query of the filter.
    FilterText(String),
    /// Shows only sentences of this status, or all.
    FilterStatus(Option<Status>),
    /// Sets the label of the filter.
    FilterLabel(LabelFilter),
    /// Sets the split of the filter.
    FilterSplit(Option<Split>),
}

/// Commands of the dialog of the labels of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelMapCommand {
    /// Chooses the label of the dataset for the label of this index. `None` ignores it.
    Choose(usize, Option<String>),
    /// Uses the choices, and continues with the action that needs them.
    Apply,
}

/// Commands about splits.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitCommand {
    /// Moves sentences to a split.
    Move(SentenceScope, Split),
    /// Sets the options of the dialog that splits the dataset.
    SetOptions(SplitOptions),
    /// Applies the new splits of the dialog.
    Apply,
}

/// Commands that apply labels, and commands of the label list.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelCommand {
    /// Applies this label to the selection.
    Label(LabelId),
    /// Creates a label of this name and applies it to the selection.
    LabelSelectionWithNew(String),
    /// Creates labels of these names.
    NewLabels(Vec<String>),
    /// Renames a label. If another label has the name, the label is merged into it.
    RenameLabel(LabelId, String),
    /// Deletes a label and its spans.
    DeleteLabel(LabelId),
    /// Changes the color of a label.
    SetLabelColor(LabelId, u8),
    /// Sets the letter key of a label, or resets it to the default letter (`None`).
    SetLabelShortcut(LabelId, Option<char>),
    /// Adds this label to the current document, or removes it.
    ToggleDocLabel(String),
}

/// Commands of the dialog of matches.
#[derive(Clone, Debug, PartialEq)]
pub enum MatchCommand {
    /// Sets the label and the options of the match search.
    UpdateMatches(LabelId, MatchOptions),
    /// Selects or deselects one match, or all (`None`).
    CheckMatch(Option<usize>, bool),
    /// Labels the selected matches.
    LabelCheckedMatches,
}

/// Commands of the suggestions.
#[derive(Clone, Debug, PartialEq)]
pub enum SuggestionCommand {
    /// Sets the model for suggestions.
    SuggestModel(ModelRef),
    /// Sets the minimum score for accepting all suggestions, in percent.
    SetSuggestionThreshold(u8),
    /// Accepts all listed suggestions with at least that score.
    AcceptSuggestionsAboveThreshold,
    /// Removes all listed suggestions.
    DiscardSuggestions,
    /// Stops the suggestions. Those found so far are added.
    StopSuggestions,
}

/// Commands of saved searches and snapshots.
#[derive(Clone, Debug, PartialEq)]
pub enum SavedCommand {
    /// Saves the search under this name.
    SaveSearch(String),
    /// Deletes the saved search of this name.
    DeleteSearch(String),
    /// Creates a snapshot of this name.
    TakeSnapshot(String),
    /// Restores the labels of this snapshot.
    RestoreSnapshot(String),
    /// Deletes this snapshot.
    DeleteSnapshot(String),
}

/// Commands of the Data page.
#[derive(Clone, Debug, PartialEq)]
pub enum DataCommand {
    /// Selects the tab of the Data page.
    SetDataTab(Tab),
    /// Analyzes the dataset again.
    Analyze,
    /// Shows only findings of this kind, or all.
    FilterFindings(Option<FindingKind>),
    /// Shows a finding in the text.
    ShowFinding(usize),
    /// Dismisses a finding.
    DismissFinding(usize),
    /// Fixes these findings. Several findings are listed first, with check boxes.
    ApplyFixes(Vec<usize>),
    /// Selects or deselects one fix, or all (`None`).
    CheckFix(Option<usize>, bool),
    /// Applies the selected fixes.
    ApplyCheckedFixes,
    /// Shows the sentences that match this query on the Annotate page.
    SearchFor(String),
    /// Compares with the annotations at this path.
    CompareWith(PathBuf),
    /// Ends the comparison.
    EndComparison,
    /// Shows this difference.
    SelectDifference(usize),
}

/// Commands of the form of the next run.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainCommand {
    /// Sets the base model of the next run.
    SetBaseModel(BaseModelInput),
    /// Sets the setting with this id to the value of this text.
    Set(&'static str, String),
    /// Sets the compute device.
    Device(DeviceChoice),
    /// Uses the suggested learning rate, or only closes its card (`None`).
    ApplyLearningRate(Option<f64>),
    /// Uses the recipe proposed for a small dataset.
    ApplySmallDataPreset,
    /// Sets all settings of the next run to their defaults.
    ResetRunSettings,
    /// Sets the choice of the sentences.
    SetSelection(DataSelection),
    /// Sets the name of the next run.
    SetNextRunName(String),
}

/// Commands of the runs of the project.
#[derive(Clone, Debug, PartialEq)]
pub enum RunCommand {
    /// Shows another view of the Train page.
    ShowView(TrainView),
    /// Shows this run.
    Show(RunId),
    /// Resumes this run from its latest checkpoint.
    Resume(RunId),
    /// Adds a run to the compared ones, or removes it.
    Compare(RunId, bool),
    /// Makes the settings of this run the baseline.
    SetBaseline(RunId),
    /// Sets the x axis of the compared curves.
    SetAxis(RunAxis),
    /// Renames a run. An empty name is the default name.
    Rename(RunId, String),
    /// Sets the note on a run.
    SetNote(RunId, String),
    /// Fills the form with the settings of a run.
    CopySettings(RunId),
    /// Removes a run from the list. Its files are deleted when it cannot be restored anymore.
    Delete(RunId),
}

/// Commands of the Evaluate page.
#[derive(Clone, Debug, PartialEq)]
pub enum EvaluateCommand {
    /// Sets the model of the Evaluate page.
    SetEvalModel(ModelRef),
    /// Sets the split of the Evaluate page.
    SetEvalSplit(Split),
    /// Sets the second model of a comparison.
    SetSecondModel(ModelRef),
    /// Exchanges both models of a comparison.
    SwapModels,
    /// Shows another view of the page.
    SetEvaluateView(EvaluateView),
    /// Cancels the evaluation.
    CancelEvaluation,
    /// Shows the sentences of a number.
    ShowCases(CaseFilter),
    /// Sorts the list of sentences.
    SetEvidenceOrder(EvidenceOrder),
    /// Shows a part of the list.
    SetEvidencePart(EvidencePart),
    /// Makes an item of the list the current one.
    SelectCase(usize),
    /// Removes the decision about an item of the list, and undoes its edit.
    ReopenCase(usize),
    /// Shows sentences of the test split from now on.
    ShowTestSentences,
}

/// Commands of the Try page.
#[derive(Clone, Debug, PartialEq)]
pub enum TryCommand {
    /// Sets the text of the Try page.
    SetTryText(String),
    /// Sets the model of the Try page.
    SetTryModel(ModelRef),
}

/// Commands of the settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsCommand {
    /// Sets a light (`true`) or dark theme, or follows the system (`None`).
    SetTheme(Option<bool>),
    /// Sets the compact density: lower rows and smaller text.
    SetDensity(bool),
    /// Stores the width of the panel of this name, in points.
    PanelWidth(&'static str, f32),
    /// Opens the last dataset at the start of the program, or starts without a dataset.
    SetReopens(bool),
    /// Shows or hides the time worked today.
    SetShowTimer(bool),
    /// Hides or shows marks for invisible characters.
    HideInvisible(bool),
    /// Selects a key preset. Custom keys are removed.
    SetPreset(&'static str),
    /// Sets the key of a command, or removes its keys (`None`).
    SetKeybinding(Action, Option<Shortcut>),
    /// Resets the keys of a command.
    ResetKey(Action),
}

impl ViewCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::Remove(_) | Self::GoToHistory(_) | Self::SetGuidelines(_) | Self::SetSelectionUnit(_) => true,
            Self::GoToSentence(_)
            | Self::ToggleInList(_)
            | Self::SelectInListTo(_)
            | Self::SelectDocumentInList(_)
            | Self::Select(..)
            | Self::Brush(_)
            | Self::ClosePicker
            | Self::FilterText(_)
            | Self::FilterStatus(_)
            | Self::FilterLabel(_)
            | Self::FilterSplit(_) => false,
        }
    }
}

impl SplitCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::Move(..) | Self::Apply => true,
            Self::SetOptions(_) => false,
        }
    }
}

impl MatchCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::LabelCheckedMatches => true,
            Self::UpdateMatches(..) | Self::CheckMatch(..) => false,
        }
    }
}

impl SuggestionCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::AcceptSuggestionsAboveThreshold | Self::DiscardSuggestions => true,
            Self::SuggestModel(_) | Self::SetSuggestionThreshold(_) | Self::StopSuggestions => false,
        }
    }
}

impl DataCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::ApplyFixes(_) | Self::ApplyCheckedFixes => true,
            Self::SetDataTab(_)
            | Self::Analyze
            | Self::FilterFindings(_)
            | Self::ShowFinding(_)
            | Self::DismissFinding(_)
            | Self::CheckFix(..)
            | Self::SearchFor(_)
            | Self::CompareWith(_)
            | Self::EndComparison
            | Self::SelectDifference(_) => false,
        }
    }
}

impl EvaluateCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::ReopenCase(_) => true,
            Self::SetEvalModel(_)
            | Self::SetEvalSplit(_)
            | Self::SetSecondModel(_)
            | Self::SwapModels
            | Self::SetEvaluateView(_)
            | Self::CancelEvaluation
            | Self::ShowCases(_)
            | Self::SetEvidenceOrder(_)
            | Self::SetEvidencePart(_)
            | Self::SelectCase(_)
            | Self::ShowTestSentences => false,
        }
    }
}

impl RunCommand {
    /// Returns true if the command changes the project.
    pub fn writes(&self) -> bool {
        match self {
            Self::Resume(_) | Self::Rename(..) | Self::SetNote(..) | Self::Delete(_) => true,
            Self::ShowView(_)
            | Self::Show(_)
            | Self::Compare(..)
            | Self::SetBaseline(_)
            | Self::SetAxis(_)
            | Self::CopySettings(_) => false,
        }
    }
}
