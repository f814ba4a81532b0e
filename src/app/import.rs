//! Import preview: the detected properties of a dataset, the options set by the user, and the changes of its labels.

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
    pub found: Result<Arc<Dataset>, String>,
    /// Counts of each split, then of all.
    pub counts: Vec<(&'static str, CorpusCounts)>,
    /// True while the dataset is read again.
    pub reading: bool,
    /// Renamed and removed labels.
    pub renames: LabelMap,
}

/// Requests a preview of this path.
pub(super) fn look(app: &mut App, path: PathBuf, choices: ReadOptions, effects: &mut Vec<Effect>) {
    match &mut app.importing {
        Some(importing) => (importing.choices, importing.reading) = (choices, true),
        None => {
            app.looking = Some(path.clone());
            app.opening = Some(path.display().to_string());
        }
    }
    effects.push(Effect::File(FileRequest::Look { path, choices }));
}

/// Shows the result of a preview. A result of an outdated or canceled request is ignored.
pub(super) fn looked(app: &mut App, path: PathBuf, choices: ReadOptions, found: Result<Arc<Dataset>, String>) {
    app.annotate.iter_mut().for_each(|a| a.choosing = None);
    let first = app.importing.is_none() && app.looking.as_ref() == Some(&path);
    let asked = app.importing.as_ref().filter(|i| i.path == path && i.choices == choices && i.reading);
    let renames = match asked {
        Some(asked) => asked.renames.clone(),
        None if first => LabelMap::default(),
        None => return,
    };
    (app.opening, app.looking) = (None, None);
    let counts = found.as_ref().map(|dataset| sizes(&dataset.corpus)).unwrap_or_default();
    app.importing = Some(ImportPreview { path, choices, found, counts, reading: false, renames });
}

fn sizes(corpus: &Corpus) -> Vec<(&'static str, CorpusCounts)> {
    let splits = corpus.splits().into_iter().map(|s| (s.name(), corpus.counts(Some(s))));
    splits.chain([("all", corpus.counts(None))]).collect()
}

/// Cancels the import, unless the dataset is already being opened.
pub(super) fn cancel(app: &mut App) {
    if app.opening.is_none() {
        app.importing = None;
    }
}

/// Opens the previewed dataset.
pub(super) fn take(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(importing) = app.importing.as_mut().filter(|i| !i.reading) else { return };
    if let Ok(dataset) = &importing.found {
        importing.reading = true;
        app.opening = Some(importing.path.display().to_string());
        effects.push(Effect::File(FileRequest::Take { path: importing.path.clone(), dataset: dataset.clone() }));
    }
}
