//! Dialog to fix several findings: all places are listed with check boxes before anything is changed.

use super::dialogs::{Dialog, FixDialog};
use super::state::App;

/// Opens the dialog for these findings.
pub(super) fn open(app: &mut App, numbers: &[usize]) {
    let Some(session) = &app.session else { return };
    if let Some((_, report)) = session.checks.report() {
        let dialog = FixDialog::new(session, report, numbers);
        if !dialog.places.is_empty() {
            app.dialogs.open(Dialog::Fixes(dialog));
        }
    }
}

/// Closes the dialog. It refers to findings of the report by index, so it cannot stay open when the report changes.
pub(super) fn close(app: &mut App) -> Option<Dialog> {
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Fixes(_)))
}

/// Selects or deselects one place, or all (`None`).
pub(super) fn check(app: &mut App, which: Option<usize>, is_checked: bool) {
    let Some(Dialog::Fixes(dialog)) = app.dialogs.get_mut() else { return };
    let places = dialog.places.iter_mut().enumerate();
    places.filter(|(i, _)| which.is_none_or(|w| w == *i)).for_each(|(_, place)| place.is_checked = is_checked);
}
