//! A dataset that is looked at before anything of it is taken: what was found, what the person knows better, and what becomes
//! of its labels.

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

/// A dataset that is looked at.
#[derive(Clone, Debug)]
pub struct ImportPreview {
    /// Where it lies.
    pub path: PathBuf,
    /// What the person says of it.
    pub choices: ReadOptions,
    /// As it was read last, or why it could not be read so.
    pub found: Result<Arc<Dataset>, String>,
    /// Its sizes: of each split, then of all.
    pub counts: Vec<(&'static str, CorpusCounts)>,
    /// Whether it is being read again.
    pub reading: bool,
    /// What becomes of its labels.
    pub renames: LabelMap,
}

/// Looks at what lies there.
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

/// What was found. An answer to a question that was changed or given up meanwhile is not shown.
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

/// Leaves the dataset, unless it is on its way already.
pub(super) fn cancel(app: &mut App) {
    if app.opening.is_none() {
        app.importing = None;
    }
}

/// Takes the dataset as it was found.
pub(super) fn take(app: &mut App, effects: &mut Vec<Effect>) {
    let Some(importing) = app.importing.as_mut().filter(|i| !i.reading) else { return };
    if let Ok(dataset) = &importing.found {
        importing.reading = true;
        app.opening = Some(importing.path.display().to_string());
        effects.push(Effect::File(FileRequest::Take { path: importing.path.clone(), dataset: dataset.clone() }));
    }
}
