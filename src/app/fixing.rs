//! Dialog to fix several findings: all places are listed with check boxes before anything is changed.

use super::annotate::Annotate;
use super::state::App;
use crate::corpus::Split;
use crate::eval::DatasetReport;

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
    fn of(a: &Annotate, survey: &DatasetReport, numbers: &[usize]) -> Self {
        let index = |number: &usize| {
            let finding = survey.findings.get(*number).filter(|f| f.fix.is_some())?;
            let split = a.corpus.documents.get(finding.sentence.document as usize)?.split;
            Some(Place { finding: *number, split, is_checked: split == Split::Train })
        };
        Self { places: numbers.iter().filter_map(index).collect() }
    }

    /// Returns the indices of the selected findings.
    pub fn checked(&self) -> Vec<usize> {
        self.places.iter().filter(|p| p.is_checked).map(|p| p.finding).collect()
    }
}

/// Opens the dialog for these findings.
pub(super) fn open(app: &mut App, numbers: &[usize]) {
    if let (Some(a), Some((_, survey))) = (&app.annotate, &app.data_page.survey) {
        app.fix_dialog = Some(FixDialog::of(a, survey, numbers)).filter(|f| !f.places.is_empty());
    }
}

/// Selects or deselects one place, or all (`None`).
pub(super) fn check(app: &mut App, which: Option<usize>, is_checked: bool) {
    let places = app.fix_dialog.iter_mut().flat_map(|f| &mut f.places).enumerate();
    places.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, place)| place.is_checked = is_checked);
}
