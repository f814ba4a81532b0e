//! Opening of a dataset: it replaces the open one, and everything that refers to the previous one is reset.

use super::dialogs::{Dialog, ImportPreview};
use super::editing::apply_edit;
use super::effect::Effect;
use super::notifications::Notification;
use super::pages::Page;
use super::place;
use super::requests::Purpose;
use super::run_list;
use super::state::App;
use super::try_page;
use crate::clock::unix_now;
use crate::corpus::relabel::relabel;
use crate::hub::ModelRef;
use crate::i18n::{tr, trn};
use crate::project::Opened;
use crate::project::settings::Recent;
use crate::session::Session;
use crate::worker::{FileWork, Work};
use std::path::{Path, PathBuf};

/// Opens the dataset that was open when the program was closed. If the program ends before it is open, for example because
/// the dataset cannot be handled, the next start does not try again.
pub(super) fn reopen(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(path) = app.settings.open_dataset.take().filter(|_| !app.settings.starts_empty) else { return };
    effects.push(Effect::StoreSettings);
    if path.exists() {
        open(app, Some(path), effects);
        app.is_reopening = true;
    }
}

/// Stores the place of the user and completes a deletion, before another dataset is opened.
pub(super) fn leave_dataset(app: &mut App, effects: &mut Vec<Effect>) {
    app.is_reopening = false;
    place::store(app);
    run_list::confirm_deletion(app, effects);
}

/// Requests the opening of a dataset. `None` is the sample.
pub(super) fn open(app: &mut App, path: Option<PathBuf>, effects: &mut Vec<Effect>) {
    leave_dataset(app, effects);
    let name = path.as_ref().map_or_else(|| tr!("sample dataset").to_owned(), |path| path.display().to_string());
    app.requests.submit(Purpose::Open(name), Work::Files(FileWork::Open(path)), effects);
}

/// Requests a new dataset. Its dialog stays open until the dataset is open, so that the text is not lost.
pub(super) fn create(app: &mut App, name: String, text: String, effects: &mut Vec<Effect>) {
    leave_dataset(app, effects);
    let work = FileWork::CreateDataset { name: name.clone(), text };
    app.requests.submit(Purpose::Open(name), Work::Files(work), effects);
}

/// Makes an opened dataset the current one. `path` is the requested path.
pub(super) fn on_opened(app: &mut App, path: &Path, opened: Opened, effects: &mut Vec<Effect>) {
    let is_open = |session: &Session| !session.is_read_only() && session.project() == opened.project.path();
    // The project is already open, possibly with edits that are not yet stored.
    if app.session.as_ref().is_some_and(is_open) {
        take_preview(app, path);
        return;
    }
    if let Some(parked) = app.parked.take_if(|parked| is_open(parked)) {
        add_to_recent(app, &parked);
        app.settings.open_dataset = Some(parked.path().to_owned());
        replace_session(app, parked, effects);
        effects.extend([Effect::UnparkProject, Effect::StoreSettings]);
        place::restore(app, false, effects);
        return;
    }
    let notice = opened.notice.clone();
    let (session, project) = Session::new(opened);
    if session.sentences.is_empty() {
        take_preview(app, path);
        let text = tr!("{path} contains no sentences", path = session.path().display());
        return app.notifications.push(Notification::error(tr!("Nothing to open"), text));
    }
    add_to_recent(app, &session);
    let preview = take_preview(app, path);
    if preview.is_none() {
        report_content(app, &session);
    }
    if let Some((title, text)) = notice {
        app.notifications.push(Notification::info(title, text));
    }
    let is_restart = std::mem::take(&mut app.is_reopening);
    app.settings.open_dataset = Some(session.path().to_owned());
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::NewDataset));
    replace_session(app, session, effects);
    effects.push(Effect::AttachProject(Box::new(project)));
    effects.push(Effect::StoreSettings);
    place::restore(app, is_restart, effects);
    apply_label_map(app, preview, effects);
}

/// Closes the import preview of a path and returns its content.
fn take_preview(app: &mut App, path: &Path) -> Option<ImportPreview> {
    let closed = app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Import(preview) if preview.path == path))?;
    if let Dialog::Import(preview) = closed { Some(*preview) } else { None }
}

/// Replaces the open session. A session with a run in progress is parked until the run ends.
fn replace_session(app: &mut App, session: Session, effects: &mut Vec<Effect>) {
    app.requests.cancel_for_dataset(effects);
    reset_pages(app, effects);
    let previous = app.session.replace(session);
    app.page = Page::Annotate;
    if let Some(previous) = previous.filter(|previous| previous.active_run().is_some()) {
        app.parked = Some(previous);
        effects.push(Effect::ParkProject);
    }
}

fn add_to_recent(app: &mut App, session: &Session) {
    let (sentences, labels) = (session.sentences.len(), session.corpus().labels.len());
    app.settings.add_recent(Recent {
        path: session.path().to_owned(),
        name: session.corpus().name.clone(),
        detail: tr!(
            "{sentences}, {labels}",
            sentences = trn!(sentences, "{n} sentence", "{n} sentences"),
            labels = trn!(labels, "{n} label", "{n} labels")
        ),
        opened: unix_now(),
    });
}

/// Reports how the sources were read. The import preview has already shown it.
fn report_content(app: &mut App, session: &Session) {
    let files = session.files();
    let losses = files.iter().flat_map(|f| f.report.notes.iter()).filter(|n| n.kind.is_loss());
    let losses: Vec<String> = losses.map(|note| note.to_string()).collect();
    if !losses.is_empty() {
        let title = tr!("Some content of the source files was not imported");
        app.notifications.push(Notification::info(title, losses.join("; ")));
    }
    let details: Vec<&str> = files.iter().flat_map(|f| f.report.details()).collect();
    if !details.is_empty() {
        let format = files.first().map_or("", |f| f.report.format.name);
        app.notifications.push(Notification::info(tr!("Opened as {format}", format), details.join("; ")));
    }
    if let Some(first) = session.problems().first() {
        let count = session.problems().len();
        let title = trn!(count, "{n} problem in source files", "{n} problems in source files");
        app.notifications.push(Notification::info(title, first.to_string()));
    }
}

/// Closes the dialogs and deselects the models of the previous dataset.
fn reset_pages(app: &mut App, effects: &mut Vec<Effect>) {
    app.dialogs.close_of_dataset();
    let runs: Vec<_> =
        app.session.iter().flat_map(|session| session.runs()).map(|run| ModelRef::Folder(run.dir.clone())).collect();
    // A model of the previous project is not in the lists of the next one.
    deselect_models(app, &runs, effects);
}

/// Selects the starter in place of models that are not in the lists anymore.
pub(super) fn deselect_models(app: &mut App, removed: &[ModelRef], effects: &mut Vec<Effect>) {
    let is_gone = |model: &ModelRef| removed.contains(model);
    for model in [&mut app.evaluation_model, &mut app.suggestions.model] {
        if is_gone(model) {
            *model = ModelRef::Starter;
        }
    }
    if is_gone(&app.try_page.model) {
        try_page::select_model(app, ModelRef::Starter, effects);
    }
}

/// Applies the label changes of the import preview as one edit.
fn apply_label_map(app: &mut App, preview: Option<ImportPreview>, effects: &mut Vec<Effect>) {
    if let (Some(session), Some(preview)) = (&mut app.session, preview)
        && let Some(edit) = relabel(session.corpus(), &preview.label_map)
    {
        apply_edit(session, edit, effects);
    }
}
