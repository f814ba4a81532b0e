//! Dialog to fix several findings: all places are listed with check boxes before anything is changed.

use super::dialogs::FixDialog;
use super::state::App;

/// Opens the dialog for these findings.
pub(super) fn open(app: &mut App, numbers: &[usize]) {
    let Some(session) = &app.session else { return };
    if let Some((_, report)) = &session.checks.report {
        app.fix_dialog = Some(FixDialog::new(session, report, numbers)).filter(|f| !f.places.is_empty());
    }
}

/// Selects or deselects one place, or all (`None`).
pub(super) fn check(app: &mut App, which: Option<usize>, is_checked: bool) {
    let places = app.fix_dialog.iter_mut().flat_map(|f| &mut f.places).enumerate();
    places.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, place)| place.is_checked = is_checked);
}
