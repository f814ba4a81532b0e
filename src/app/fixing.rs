//! Dialog to fix several findings: all places are listed with check boxes before anything is changed.

use super::state::App;
use crate::corpus::Split;
use crate::eval::DatasetReport;
use crate::session::Session;

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
    fn of(session: &Session, report: &DatasetReport, numbers: &[usize]) -> Self {
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

/// Opens the dialog for these findings.
pub(super) fn open(app: &mut App, numbers: &[usize]) {
    let Some(session) = &app.session else { return };
    if let Some((_, report)) = &session.checks.report {
        app.fix_dialog = Some(FixDialog::of(session, report, numbers)).filter(|f| !f.places.is_empty());
    }
}

/// Selects or deselects one place, or all (`None`).
pub(super) fn check(app: &mut App, which: Option<usize>, is_checked: bool) {
    let places = app.fix_dialog.iter_mut().flat_map(|f| &mut f.places).enumerate();
    places.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, place)| place.is_checked = is_checked);
}
