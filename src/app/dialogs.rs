//! The dialogs and their contents.

use super::action::Action;
use super::text_prompt::TextPrompt;
use crate::corpus::relabel::LabelMap;
use crate::corpus::splitting::{NewSplits, SplitOptions};
use crate::corpus::store::CorpusCounts;
use crate::corpus::{LabelId, Split};
use crate::eval::DatasetReport;
use crate::failure::Failure;
use crate::format::{Format, ReadOptions};
use crate::hub::ModelRef;
use crate::project::{Dataset, SourceChange};
use crate::session::Session;
use crate::session::export_part::ExportPart;
use crate::session::matching::{MatchOptions, TextMatch};
use crate::worker::Stamp;
use std::collections::VecDeque;
use std::mem::discriminant;
use std::path::PathBuf;
use std::sync::Arc;

/// The open dialog.
#[derive(Clone, Debug)]
pub enum Dialog {
    /// The command palette.
    Palette,
    /// The list of shortcuts.
    Shortcuts,
    /// The settings.
    Settings,
    /// The edit history.
    History,
    /// The prompt for one line of text.
    Prompt(TextPrompt),
    /// All matches of the selected words.
    Matches(MatchDialog),
    /// Several fixes.
    Fixes(FixDialog),
    /// The snapshots, each with its number of changed sentences. The list is empty until they are counted.
    Snapshots(Vec<usize>),
    /// Formats of an export, and the exported part.
    Export(ExportDialog),
    /// The import preview.
    Import(Box<ImportPreview>),
    /// A dataset whose source another program changed. The user decides how to handle the labels.
    SourceChange(Arc<SourceChange>),
    /// The question before the window closes while edits cannot be stored, for this reason.
    Closing(String),
    /// The question before the window closes while a run is in progress.
    Quitting,
    /// Name and text of a new dataset.
    NewDataset,
    /// Options of new splits of the dataset, and their preview.
    Split(SplitDialog),
    /// Labels of the dataset for the labels of a model.
    LabelMap(LabelMapDialog),
}

impl Dialog {
    /// Returns true if the dialog has input of the user that would be lost if another dialog replaced it.
    pub fn has_input(&self) -> bool {
        match self {
            Self::Prompt(_)
            | Self::Matches(_)
            | Self::Fixes(_)
            | Self::Import(_)
            | Self::SourceChange(_)
            | Self::Split(_)
            | Self::LabelMap(_)
            | Self::NewDataset => true,
            Self::Palette
            | Self::Shortcuts
            | Self::Settings
            | Self::History
            | Self::Snapshots(_)
            | Self::Export(_)
            | Self::Closing(_)
            | Self::Quitting => false,
        }
    }

    /// Returns true if the dialog refers to the open dataset.
    fn is_of_dataset(&self) -> bool {
        match self {
            Self::History
            | Self::Prompt(_)
            | Self::Matches(_)
            | Self::Fixes(_)
            | Self::Snapshots(_)
            | Self::Export(_)
            | Self::Split(_)
            | Self::LabelMap(_)
            | Self::SourceChange(_) => true,
            Self::Palette
            | Self::Shortcuts
            | Self::Settings
            | Self::Import(_)
            | Self::Closing(_)
            | Self::Quitting
            | Self::NewDataset => false,
        }
    }
}

/// The dialogs of the window: at most one is open. A dialog with input is never lost to another one: either of them waits.
#[derive(Debug, Default)]
pub struct Dialogs {
    open: Option<Dialog>,
    /// Dialogs that are shown when the open one is closed, in this order.
    waiting: VecDeque<Dialog>,
}

impl Dialogs {
    /// Returns the open dialog.
    pub fn get(&self) -> Option<&Dialog> {
        self.open.as_ref()
    }

    /// Returns the open dialog, to change its content.
    pub(super) fn get_mut(&mut self) -> Option<&mut Dialog> {
        self.open.as_mut()
    }

    /// Opens a dialog as requested by the user. An open dialog with input is shown again when it is closed.
    pub(super) fn open(&mut self, dialog: Dialog) {
        if let Some(interrupted) = self.open.replace(dialog).filter(Dialog::has_input) {
            self.waiting.push_front(interrupted);
        }
    }

    /// Opens a dialog, or closes it if a dialog of this kind is open.
    pub(super) fn toggle(&mut self, dialog: Dialog) {
        if self.close_if(|open| discriminant(open) == discriminant(&dialog)).is_none() {
            self.open(dialog);
        }
    }

    /// Shows a dialog that the user did not request now. It waits until the user has finished an open one with input. A
    /// new import preview replaces the open one.
    pub(super) fn announce(&mut self, dialog: Dialog) {
        let is_update = matches!((&self.open, &dialog), (Some(Dialog::Import(_)), Dialog::Import(_)));
        if is_update || !self.open.as_ref().is_some_and(Dialog::has_input) {
            self.open = Some(dialog);
        } else {
            self.waiting.push_back(dialog);
        }
    }

    /// Closes the open dialog if it matches, and shows the next waiting one.
    pub(super) fn close_if(&mut self, is_closed: impl FnOnce(&Dialog) -> bool) -> Option<Dialog> {
        let closed = self.open.take_if(|open| is_closed(open))?;
        self.open = self.waiting.pop_front();
        Some(closed)
    }

    /// Closes the prompt, because its text was submitted.
    pub(super) fn close_prompt(&mut self) {
        self.close_if(|dialog| matches!(dialog, Dialog::Prompt(_)));
    }

    /// Closes the dialogs of a dataset that is not the open one any more.
    pub(super) fn close_of_dataset(&mut self) {
        self.close_all(Dialog::is_of_dataset);
    }

    /// Withdraws the question before closing, because all edits are stored.
    pub(super) fn withdraw_closing(&mut self) {
        self.close_all(|dialog| matches!(dialog, Dialog::Closing(_)));
    }

    /// Returns true if the question before closing is open or waits.
    pub fn is_confirming_close(&self) -> bool {
        self.open.iter().chain(&self.waiting).any(|dialog| matches!(dialog, Dialog::Closing(_)))
    }

    fn close_all(&mut self, is_closed: impl Fn(&Dialog) -> bool) {
        self.waiting.retain(|dialog| !is_closed(dialog));
        self.close_if(is_closed);
    }
}

/// State of the import preview.
#[derive(Clone, Debug)]
pub struct ImportPreview {
    /// Path of the dataset.
    pub path: PathBuf,
    /// Options set by the user.
    pub choices: ReadOptions,
    /// Result of the last read, or its failure.
    pub result: Result<Arc<Dataset>, Failure>,
    /// Counts of each split, then of all.
    pub counts: Vec<(&'static str, CorpusCounts)>,
    /// Renamed and removed labels.
    pub label_map: LabelMap,
}

/// State of the dialog of matches.
#[derive(Clone, Debug)]
pub struct MatchDialog {
    /// The words to find.
    pub words: Vec<String>,
    /// The words as written in the text.
    pub text: String,
    /// Label to apply.
    pub label: LabelId,
    /// Match criteria.
    pub options: MatchOptions,
    /// Occurrences, in order.
    pub matches: Vec<TextMatch>,
}

impl MatchDialog {
    /// Returns the number of selected matches.
    pub fn num_checked(&self) -> usize {
        self.matches.iter().filter(|h| h.is_checked).count()
    }
}

/// A place to fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the finding.
    pub finding: usize,
    /// Split of the document.
    pub split: Split,
    /// True if the place is selected.
    pub is_checked: bool,
}

/// State of the fix dialog.
#[derive(Clone, Debug)]
pub struct FixDialog {
    /// The fixable findings, in order.
    pub places: Vec<Place>,
}

impl FixDialog {
    /// Returns the places of these findings. Places in dev and test are not selected by default, so that evaluation
    /// data changes only on request.
    pub(super) fn new(session: &Session, report: &DatasetReport, numbers: &[usize]) -> Self {
        let index = |number: &usize| {
            let finding = report.findings.get(*number).filter(|f| f.fix.is_some())?;
            let split = session
                .corpus()
                .documents
                .get(finding.sentence.document as usize)?
                .splits
                .of(finding.sentence.sentence as usize);
            Some(Place { finding: *number, split, is_checked: split == Split::Train })
        };
        Self { places: numbers.iter().filter_map(index).collect() }
    }

    /// Returns the indices of the selected findings.
    pub fn checked(&self) -> Vec<usize> {
        self.places.iter().filter(|p| p.is_checked).map(|p| p.finding).collect()
    }
}

/// Labels of the dataset for the labels of a model.
#[derive(Clone, Debug)]
pub struct LabelMapDialog {
    /// Model.
    pub model: ModelRef,
    /// Labels of the model, each with the chosen label of the dataset. `None` ignores the label. The name of the model
    /// label itself is a new label, if the dataset does not have it.
    pub choices: Vec<(String, Option<String>)>,
    /// Action that waits for the choice.
    pub action: Action,
}

/// Content of the export dialog.
#[derive(Clone, Debug, Default)]
pub struct ExportDialog {
    /// Exported part of the dataset.
    pub part: ExportPart,
    /// True if the part has sentences of several splits, so that a file per split is written.
    pub has_splits: bool,
    /// The export formats, each with the information that it would lose. Empty until it is complete.
    pub formats: Vec<(Format, Vec<String>)>,
}

/// Content of the dialog that splits the dataset.
#[derive(Clone, Debug)]
pub struct SplitDialog {
    /// Chosen options.
    pub options: SplitOptions,
    /// New splits. `None` until they are determined for the options.
    pub preview: Option<Box<SplitPreview>>,
}

/// New splits of the dataset, before they are applied.
#[derive(Clone, Debug)]
pub struct SplitPreview {
    /// State of the dataset.
    pub stamp: Stamp,
    /// Options.
    pub options: SplitOptions,
    /// The splits.
    pub splits: NewSplits,
    /// Counts of train, dev and test.
    pub counts: [CorpusCounts; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_one_dialog_is_open() {
        let prompt = || Dialog::Prompt(TextPrompt::Label);
        // Steps, then the open dialog, then the dialog that follows when it closes.
        let check = |steps: &[(&str, Dialog)], open: Option<Dialog>, next: Option<Dialog>| {
            let mut dialogs = Dialogs::default();
            for (step, dialog) in steps {
                match *step {
                    "open" => dialogs.open(dialog.clone()),
                    "toggle" => dialogs.toggle(dialog.clone()),
                    _ => dialogs.announce(dialog.clone()),
                }
            }
            let kind = |dialog: Option<&Dialog>| dialog.map(discriminant);
            assert_eq!(kind(dialogs.get()), kind(open.as_ref()), "{steps:?}");
            dialogs.close_if(|_| true);
            assert_eq!(kind(dialogs.get()), kind(next.as_ref()), "{steps:?}");
        };
        let closing = || Dialog::Closing(String::new());
        check(&[("toggle", Dialog::Palette)], Some(Dialog::Palette), None);
        check(&[("toggle", Dialog::Palette), ("toggle", Dialog::Palette)], None, None);
        check(&[("toggle", Dialog::Palette), ("toggle", Dialog::Settings)], Some(Dialog::Settings), None);
        check(&[("open", Dialog::Palette), ("announce", closing())], Some(closing()), None);
        check(&[("open", prompt()), ("announce", closing())], Some(prompt()), Some(closing()));
        check(&[("open", prompt()), ("open", closing())], Some(closing()), Some(prompt()));
        let snapshots = || Dialog::Snapshots(Vec::new());
        check(
            &[("announce", prompt()), ("announce", closing()), ("open", snapshots())],
            Some(snapshots()),
            Some(prompt()),
        );
    }
}
