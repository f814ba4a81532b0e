//! Opening of a dataset: it replaces the open one, and everything that refers to the previous one is reset.

use super::annotate::Annotate;
use super::data_page::DataState;
use super::effect::Effect;
use super::evaluate_page::EvaluateState;
use super::i18n::{tr, trn};
use super::import::ImportPreview;
use super::notifications::Notification;
use super::requests::Purpose;
use super::state::{App, Page};
use super::update::apply_edit;
use super::work_timer::WorkTimer;
use crate::clock::unix_now;
use crate::corpus::Split;
use crate::corpus::relabel::relabel;
use crate::hub::ModelRef;
use crate::project::settings::Recent;
use crate::project::{Opened, WriteOp};
use crate::worker::{FileWork, Work};
use std::path::{Path, PathBuf};

/// Requests the opening of a dataset. `None` is the sample.
pub(super) fn open(app: &mut App, path: Option<PathBuf>, effects: &mut Vec<Effect>) {
    let name = path.as_ref().map_or_else(|| tr!("sample dataset").to_owned(), |path| path.display().to_string());
    app.requests.submit(Purpose::Open(name), Work::Files(FileWork::Open(path)), effects);
}

/// Makes an opened dataset the current one. `path` is the requested path.
pub(super) fn on_opened(app: &mut App, path: &Path, opened: Opened, effects: &mut Vec<Effect>) {
    // The project is already open, possibly with edits that are not yet stored.
    if app.annotate.as_ref().is_some_and(|a| !a.read_only && a.project == opened.project.path()) {
        app.import_preview = None;
        return;
    }
    let Opened { path: resolved, dataset, history, extras, highest_run, project, is_new, notice } = opened;
    let import = is_new.then(|| Effect::Commit(WriteOp::Import(Box::new(dataset.clone()))));
    let mut annotate =
        Annotate::new(resolved.clone(), dataset.corpus, dataset.files, history, project.path().to_owned());
    (annotate.runs, annotate.views, annotate.snapshots) = (extras.runs, extras.views, extras.snapshots);
    annotate.allow_overlaps = extras.allow_overlaps.unwrap_or(annotate.allow_overlaps);
    annotate.guidelines = extras.guidelines;
    annotate.work_timer = WorkTimer::from_stored(&extras.work_time, &extras.progress.today.date);
    annotate.progress = extras.progress;
    annotate.max_run_number = highest_run;
    annotate.read_only = project.is_read_only();
    annotate.problems = dataset.problems;
    if annotate.sentences.is_empty() {
        app.import_preview = None;
        let text = tr!("{path} contains no sentences", path = resolved.display());
        return app.notifications.push(Notification::error(tr!("Nothing to open"), text));
    }
    app.requests.cancel_for_dataset(effects);
    add_to_recent(app, resolved, &annotate);
    let preview = app.import_preview.take_if(|preview| preview.path == path);
    if preview.is_none() {
        report_content(app, &annotate);
    }
    if let Some((title, text)) = notice {
        app.notifications.push(Notification::info(title, text));
    }
    reset_pages(app, &annotate);
    app.annotate = Some(annotate);
    app.page = Page::Annotate;
    effects.push(Effect::AttachProject(Box::new(project)));
    effects.extend(import);
    effects.push(Effect::StoreSettings);
    apply_label_map(app, preview, effects);
}

fn add_to_recent(app: &mut App, path: PathBuf, annotate: &Annotate) {
    let (sentences, labels) = (annotate.sentences.len(), annotate.corpus.labels.len());
    app.settings.add_recent(Recent {
        path,
        name: annotate.corpus.name.clone(),
        detail: tr!(
            "{sentences}, {labels}",
            sentences = trn!(sentences, "{n} sentence", "{n} sentences"),
            labels = trn!(labels, "{n} label", "{n} labels")
        ),
        opened: unix_now(),
    });
}

/// Reports how the sources were read. The import preview has already shown it.
fn report_content(app: &mut App, annotate: &Annotate) {
    let files = &annotate.files;
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
    if let Some(first) = annotate.problems.first() {
        let count = annotate.problems.len();
        let title = trn!(count, "{n} problem in source files", "{n} problems in source files");
        app.notifications.push(Notification::info(title, first.to_string()));
    }
}

/// Resets everything that refers to the previous dataset.
fn reset_pages(app: &mut App, annotate: &Annotate) {
    (app.prompt, app.snapshots, app.export_options) = (None, None, None);
    (app.match_dialog, app.fix_dialog, app.source_change, app.history_open) = (None, None, None, false);
    let runs: Vec<_> = app.annotate.iter().flat_map(|a| &a.runs).map(|run| ModelRef::Folder(run.dir.clone())).collect();
    for model in [&mut app.evaluate_page.model, &mut app.suggestions.model, &mut app.try_page.model] {
        // A model of the previous project is not in the lists of the next one.
        if runs.contains(model) {
            *model = ModelRef::Starter;
        }
    }
    app.evaluate_page = EvaluateState {
        model: app.evaluate_page.model.clone(),
        split: *annotate.corpus.splits().last().unwrap_or(&Split::Test),
        ..EvaluateState::default()
    };
    app.data_page = DataState::default();
    app.train_page.run = None;
    app.train_page.clear_measurements();
}

/// Applies the label changes of the import preview as one edit.
fn apply_label_map(app: &mut App, preview: Option<ImportPreview>, effects: &mut Vec<Effect>) {
    if let (Some(a), Some(preview)) = (&mut app.annotate, preview)
        && let Some(edit) = relabel(&a.corpus, &preview.label_map)
    {
        apply_edit(a, edit, effects);
    }
}
