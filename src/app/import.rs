//! Import preview: the detected properties of a dataset, the options set by the user, and the changes of its labels.
//!
//! New names of labels become one edit after the import, so undo restores the labels of the source. Paths of the
//! command line, recent datasets and datasets with a project are opened without a preview.

use super::dialogs::{Dialog, ImportPreview};
use super::effect::Effect;
use super::opening::leave_dataset;
use super::page_commands::ImportCommand;
use super::requests::{Purpose, Slot};
use super::state::App;
use crate::corpus::Corpus;
use crate::corpus::store::CorpusCounts;
use crate::failure::Failure;
use crate::format::ReadOptions;
use crate::project::Dataset;
use crate::worker::{FileWork, Work};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs a command of the import preview.
pub(super) fn run_command(app: &mut App, command: ImportCommand, effects: &mut Vec<Effect>) {
    match command {
        ImportCommand::SetImportOptions(options) => {
            if let Some(preview) = preview(app) {
                preview.choices = options;
                let path = preview.path.clone();
                read_preview(app, path, options, effects);
            }
        }
        ImportCommand::SetImportLabel(old, new) => {
            let Some(preview) = preview(app) else { return };
            if new.as_ref() == Some(&old) {
                preview.label_map.remove(&old);
            } else {
                preview.label_map.insert(old, new);
            }
        }
        ImportCommand::ConfirmImport => confirm(app, effects),
    }
}

/// Requests the first preview of this path. A known dataset is opened immediately.
pub(super) fn start(app: &mut App, path: PathBuf, effects: &mut Vec<Effect>) {
    leave_dataset(app, effects);
    app.dialogs.close_if(|dialog| matches!(dialog, Dialog::Import(_)));
    read_preview(app, path, ReadOptions::default(), effects);
}

/// Returns the content of the open import preview.
fn preview(app: &mut App) -> Option<&mut ImportPreview> {
    match app.dialogs.get_mut() {
        Some(Dialog::Import(preview)) => Some(preview),
        _ => None,
    }
}

/// Requests a preview of this path. The dialog opens with the result, or stays open with the previous one.
fn read_preview(app: &mut App, path: PathBuf, options: ReadOptions, effects: &mut Vec<Effect>) {
    let purpose = Purpose::Preview(path.display().to_string());
    app.requests.submit(purpose, Work::Files(FileWork::Preview { path, options }), effects);
}

/// Shows the result of a preview.
pub(super) fn on_previewed(app: &mut App, path: PathBuf, options: ReadOptions, result: Result<Arc<Dataset>, Failure>) {
    app.session.iter_mut().for_each(|session| session.label_picker = None);
    let label_map = preview(app).map(|preview| std::mem::take(&mut preview.label_map)).unwrap_or_default();
    let counts = result.as_ref().map(|dataset| sizes(&dataset.corpus)).unwrap_or_default();
    let preview = ImportPreview { path, choices: options, result, counts, label_map };
    app.dialogs.announce(Dialog::Import(Box::new(preview)));
}

fn sizes(corpus: &Corpus) -> Vec<(&'static str, CorpusCounts)> {
    let splits = corpus.splits().into_iter().map(|s| (s.name(), corpus.counts(Some(s))));
    splits.chain([("all", corpus.counts(None))]).collect()
}

/// Opens the previewed dataset.
fn confirm(app: &mut App, effects: &mut Vec<Effect>) {
    leave_dataset(app, effects);
    let is_reading = app.requests.is_pending(Slot::Opening);
    if let Some(preview) = preview(app).filter(|_| !is_reading)
        && let Ok(dataset) = &preview.result
    {
        let purpose = Purpose::Open(preview.path.display().to_string());
        let work = FileWork::OpenPreviewed { path: preview.path.clone(), dataset: dataset.clone() };
        app.requests.submit(purpose, Work::Files(work), effects);
    }
}
