//! A fix of several findings: the list of all places with ticks, before anything is changed.

use super::annotate::Annotate;
use super::state::App;
use crate::corpus::Split;
use crate::eval::DatasetReport;

/// A place that would be fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The finding's number.
    pub finding: usize,
    /// The split of its document.
    pub split: Split,
    /// Whether it is to be fixed.
    pub ticked: bool,
}

/// The dialog of the places to fix.
#[derive(Clone, Debug)]
pub struct Fixing {
    /// The findings that have a fix, in order.
    pub places: Vec<Place>,
}

impl Fixing {
    /// The places of these findings. Those of dev and test are left out unless a person ticks them: what scores are measured with is
    /// not changed in passing.
    fn of(a: &Annotate, survey: &DatasetReport, numbers: &[usize]) -> Self {
        let place = |number: &usize| {
            let finding = survey.findings.get(*number).filter(|f| f.fix.is_some())?;
            let split = a.corpus.documents.get(finding.sentence.document as usize)?.split;
            Some(Place { finding: *number, split, ticked: split == Split::Train })
        };
        Self { places: numbers.iter().filter_map(place).collect() }
    }

    /// The numbers of the findings that are ticked.
    pub fn ticked(&self) -> Vec<usize> {
        self.places.iter().filter(|p| p.ticked).map(|p| p.finding).collect()
    }
}

/// Opens the dialog for these findings.
pub(super) fn open(app: &mut App, numbers: &[usize]) {
    if let (Some(a), Some((_, survey))) = (&app.annotate, &app.surveying.survey) {
        app.fixing = Some(Fixing::of(a, survey, numbers)).filter(|f| !f.places.is_empty());
    }
}

/// Ticks one place or all, or takes the ticks away.
pub(super) fn tick(app: &mut App, which: Option<usize>, ticked: bool) {
    let places = app.fixing.iter_mut().flat_map(|f| &mut f.places).enumerate();
    places.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, place)| place.ticked = ticked);
}
