//! Models in memory, shared by both inference threads.

use super::answer::{ModelFacts, Progress};
use super::thread::RequestContext;
use crate::disk::{self, FileStamp};
use crate::failure::Failure;
use crate::hub::{self, Hub, ModelRef};
use crate::model::{Device, ModelError, PretrainedModel, TagSet, parity};
use crate::predict::Tagger;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The most recently used models.
pub(super) struct ModelCache {
    hub: Hub,
    /// In order of the last use; the most recent is last.
    models: Mutex<Vec<Arc<CachedModel>>>,
}

/// A model in memory.
pub(super) struct CachedModel {
    key: ModelKey,
    /// The model as loaded.
    pub(super) model: PretrainedModel,
    tagger: Mutex<Option<Arc<Tagger>>>,
    facts: OnceLock<ModelFacts>,
}

/// Identity of a model. It changes if the files of a model directory change.
#[derive(PartialEq)]
struct ModelKey {
    model: ModelRef,
    files: Vec<FileStamp>,
}

impl ModelKey {
    fn of(model: &ModelRef) -> Self {
        // The starter is part of the program, and the cache of a hub contains complete commits, which do not change.
        let files = match model {
            ModelRef::Folder(path) => disk::file_stamps(path),
            ModelRef::Starter | ModelRef::Hub(_) => Vec::new(),
        };
        Self { model: model.clone(), files }
    }
}

/// Maximum number of models in memory.
const MAX_MODELS: usize = 2;

impl ModelCache {
    /// Creates an empty cache. Models with an id are loaded from this hub.
    pub(super) fn new(hub: Hub) -> Self {
        Self { hub, models: Mutex::new(Vec::new()) }
    }

    /// Returns a model, which is loaded if it is not in memory or its files have changed.
    pub(super) fn get(&self, model: &ModelRef, context: &RequestContext<'_>) -> Result<Arc<CachedModel>, Failure> {
        let key = ModelKey::of(model);
        let mut models = lock(&self.models);
        if let Some(index) = models.iter().position(|m| m.key == key) {
            let found = models.remove(index);
            models.push(found.clone());
            return Ok(found);
        }
        // The lock is released, because loading is slow and the other thread needs the cache.
        drop(models);
        let loaded = hub::load_model(model, &self.hub, |progress| {
            context.progress(Progress::Download(progress));
            !context.is_canceled()
        })?;
        let loaded = Arc::new(CachedModel { key, model: loaded, tagger: Mutex::default(), facts: OnceLock::new() });
        let mut models = lock(&self.models);
        models.retain(|m| m.key.model != *model);
        if models.len() == MAX_MODELS {
            models.remove(0);
        }
        models.push(loaded.clone());
        Ok(loaded)
    }
}

impl CachedModel {
    /// Returns the tagger on the CPU, because a run may be using the GPU.
    pub(super) fn tagger(&self) -> Result<Arc<Tagger>, ModelError> {
        let mut tagger = lock(&self.tagger);
        if let Some(tagger) = &*tagger {
            return Ok(tagger.clone());
        }
        Ok(tagger.insert(Arc::new(Tagger::new(&self.model, &Device::Cpu)?)).clone())
    }

    /// Returns the facts about the model. The first call compares its logits with candle-transformers.
    pub(super) fn facts(&self) -> &ModelFacts {
        self.facts.get_or_init(|| {
            let model = &self.model;
            let config = &model.config;
            ModelFacts {
                architecture: format!("{} layers, hidden size {}", config.num_hidden_layers, config.hidden_size),
                n_parameters: model.tensors().values().map(crate::model::Tensor::elem_count).sum(),
                labels: model.tags.as_ref().map(TagSet::labels).unwrap_or_default(),
                max_length: model.max_length,
                max_logit_difference: parity::max_logit_difference(model)
                    .map_err(|e| log::warn!("parity check failed: {e}"))
                    .ok(),
            }
        })
    }
}

/// Locks a mutex. A panic of another request leaves the data usable, because each change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
