//! Contents of the open dialogs.

use crate::corpus::relabel::LabelMap;
use crate::corpus::store::CorpusCounts;
use crate::corpus::{LabelId, Split};
use crate::eval::DatasetReport;
use crate::failure::Failure;
use crate::format::ReadOptions;
use crate::project::Dataset;
use crate::session::Session;
use crate::session::matching::{MatchOptions, TextMatch};
use std::path::PathBuf;
use std::sync::Arc;

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
            let split = session.corpus().documents.get(finding.sentence.document as usize)?.split;
            Some(Place { finding: *number, split, is_checked: split == Split::Train })
        };
        Self { places: numbers.iter().filter_map(index).collect() }
    }

    /// Returns the indices of the selected findings.
    pub fn checked(&self) -> Vec<usize> {
        self.places.iter().filter(|p| p.is_checked).map(|p| p.finding).collect()
    }
}
