//! Exports in other formats, and copies of the source files.

use super::dialogs::{Dialog, ExportDialog};
use super::effect::{Effect, Pick};
use super::notifications::Notification;
use super::requests::Purpose;
use super::state::App;
use crate::format;
use crate::i18n::tr;
use crate::project::copying;
use crate::session::export_part::ExportPart;
use crate::worker::{FileWork, InteractiveWork, Work};
use std::path::PathBuf;

/// Opens the export dialog, and requests the losses of each format.
pub(super) fn open_dialog(app: &mut App, effects: &mut Vec<Effect>) {
    app.dialogs.open(Dialog::Export(ExportDialog::default()));
    set_part(app, ExportPart::All, effects);
}

/// Requests the losses of each format for this part of the dataset. The previous ones remain visible until then.
pub(super) fn set_part(app: &mut App, part: ExportPart, effects: &mut Vec<Effect>) {
    let (Some(session), Some(Dialog::Export(dialog))) = (&app.session, app.dialogs.get_mut()) else { return };
    let corpus = session.export_corpus(part);
    (dialog.part, dialog.has_splits) = (part, corpus.splits().len() > 1);
    let work = InteractiveWork::ListExportLosses { corpus, files: session.files().to_vec() };
    app.requests.submit(Purpose::ListExportLosses, Work::Interactive(work), effects);
}

/// Opens the file dialog for a copy, or the export dialog if the source format cannot store labels.
pub(super) fn save_copy(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    match copying::refusal(session.files()) {
        None => effects.push(Effect::PathDialog(Pick::SaveAs { folder: session.files().len() > 1 })),
        Some(reason) => {
            app.notifications.push(Notification::info(tr!("The copy would lose labels"), reason));
            open_dialog(app, effects);
        }
    }
}

/// Writes a copy of the source files with the current labels.
pub(super) fn write_copy(app: &mut App, path: PathBuf, effects: &mut Vec<Effect>) {
    let Some(session) = &app.session else { return };
    let (corpus, files, root) = (session.corpus().clone(), session.files().to_vec(), session.path().to_owned());
    write(app, FileWork::SaveCopy { path, root, corpus, files }, effects);
}

/// Writes a part of the corpus in the format of this name.
pub(super) fn write_export(app: &mut App, format: &str, part: ExportPart, path: PathBuf, effects: &mut Vec<Effect>) {
    let (Some(session), Some(to)) = (&app.session, format::by_name(format)) else { return };
    let corpus = session.export_corpus(part);
    write(app, FileWork::Export { path, corpus, to }, effects);
}

/// Submits a request that writes files.
pub(super) fn write(app: &mut App, work: FileWork, effects: &mut Vec<Effect>) {
    app.requests.submit(Purpose::Write, Work::Files(work), effects);
}
