//! Import preview: the detected properties of a dataset, the options set by the user, and the changes of its labels.
//!
//! New names of labels become one edit after the import, so undo restores the labels of the source. Paths of the
//! command line, recent datasets and datasets with a project are opened without a preview.

use super::effect::Effect;
use super::state::App;
use crate::corpus::Corpus;
use crate::corpus::relabel::LabelMap;
use crate::corpus::store::CorpusCounts;
use crate::format::ReadOptions;
use crate::project::Dataset;
use crate::worker::FileRequest;
use std::path::PathBuf;
use std::sync::Arc;

/// State of the import preview.
#[derive(Clone, Debug)]
pub struct ImportPreview {
    /// Path of the dataset.
    pub path: PathBuf,
    /// Options set by the user.
    pub choices: ReadOptions,
    /// Result of the last read, or its error.
    pub result: Result<Arc<Dataset>, String>,
    /// Counts of each split, then of all.
    pub counts: Vec<(&'static str, CorpusCounts)>,
    /// True while the dataset is read again.
    pub is_loading: bool,
    /// Renamed and removed labels.
    pub label_map: LabelMap,
}

/// Requests a preview of this path.
pub(super) fn start_preview(app: &mut App, path: PathBuf, choices: ReadOptions, effects: &mut Vec<Effect>) {
    match &mut app.import_preview {
        Some(importing) => (importing.choices, importing.is_loading) = (choices, true),
        None => {
            app.previewing = Some(path.clone());
            app.opening = Some(path.display().to_string());
        }
    }
    effects.push(Effect::File(FileRequest::Preview { path, choices }));
}

/// Shows the result of a preview. A result of an outdated or canceled request is ignored.
pub(super) fn on_previewed(app: &mut App, path: PathBuf, choices: ReadOptions, found: Result<Arc<Dataset>, String>) {
    app.annotate.iter_mut().for_each(|a| a.label_picker = None);
    let first = app.import_preview.is_none() && app.previewing.as_ref() == Some(&path);
    let asked = app.import_preview.as_ref().filter(|i| i.path == path && i.choices == choices && i.is_loading);
    let renames = match asked {
        Some(asked) => asked.label_map.clone(),
        None if first => LabelMap::default(),
        None => return,
    };
    (app.opening, app.previewing) = (None, None);
    let counts = found.as_ref().map(|dataset| sizes(&dataset.corpus)).unwrap_or_default();
    app.import_preview =
        Some(ImportPreview { path, choices, result: found, counts, is_loading: false, label_map: renames });
}

fn sizes(corpus: &Corpus) -> Vec<(&'static str, CorpusCounts)> {
    let splits = corpus.splits().into_iter().map(|s| (s.name(), corpus.counts(Some(s))));
    splits.chain([("all", corpus.counts(None))]).collect()
}

/// Cancels the import, unless the dataset is already being opened.
pub(super) fn cancel(app: &mut App) {
    if app.opening.is_none() {
        app.import_preview = None;
    }
}

/// Opens the previewed dataset.
pub(super) fn confirm(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(importing) = app.import_preview.as_mut().filter(|i| !i.is_loading) else { return };
    if let Ok(dataset) = &importing.result {
        importing.is_loading = true;
        app.opening = Some(importing.path.display().to_string());
        effects
            .push(Effect::File(FileRequest::OpenPreviewed { path: importing.path.clone(), dataset: dataset.clone() }));
    }
}
