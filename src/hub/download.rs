//! Downloading a model from a hub, by `hf-hub`, into the cache that other Hugging Face programs share.
//!
//! A file that is in the cache is used without asking the network, so that a model once downloaded works offline.

use crate::model::ModelError;
use hf_hub::progress::{DownloadEvent, ProgressEvent, ProgressHandler};
use hf_hub::{HFClient, HFError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a download goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The file under way.
    pub file: String,
    /// Bytes of it that are here.
    pub done: u64,
    /// Bytes it has; 0 while unknown.
    pub total: u64,
}

/// A hub: the public one, or the one a test runs.
#[derive(Clone, Debug, Default)]
pub struct Hub {
    /// Address; the library's default (or `HF_ENDPOINT`) when `None`.
    pub endpoint: Option<String>,
    /// Cache folder; the library's default (or `HF_HOME`) when `None`.
    pub cache: Option<PathBuf>,
}

/// Files of a model; those marked must be there.
const FILES: [(&str, bool); 6] = [
    ("config.json", true),
    ("tokenizer.json", false),
    ("tokenizer_config.json", false),
    ("special_tokens_map.json", false),
    ("vocab.txt", false),
    ("model.safetensors", true),
];

/// How often a person's Cancel is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Bytes of one file, told by the library from its own tasks.
#[derive(Default)]
struct Meter {
    done: AtomicU64,
    total: AtomicU64,
}

impl ProgressHandler for Meter {
    fn on_progress(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Download(DownloadEvent::Start { total_bytes, .. }) => {
                self.total.store(*total_bytes, Ordering::Relaxed);
            }
            ProgressEvent::Download(DownloadEvent::Progress { files }) => {
                if let Some(file) = files.last() {
                    self.done.store(file.bytes_completed, Ordering::Relaxed);
                }
            }
            ProgressEvent::Download(DownloadEvent::AggregateProgress { bytes_completed, .. }) => {
                self.done.store(*bytes_completed, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

impl Hub {
    /// Brings the model `owner/name` and gives the folder it lies in. `watch` is told how it goes and answers whether
    /// to go on.
    ///
    /// # Errors
    /// No connection and not in the cache, no such model, a cut download, cancelled: each says what to do.
    pub fn model(&self, id: &str, mut watch: impl FnMut(Progress) -> bool) -> Result<PathBuf, ModelError> {
        let fail = |why: String| ModelError::Unsupported(format!("{id}: {why}"));
        let (owner, name) = id.split_once('/').ok_or_else(|| fail("a hub id is owner/name".into()))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| fail(format!("no network runtime ({e})")))?;
        let mut builder = HFClient::builder();
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(cache) = &self.cache {
            builder = builder.cache_dir(cache);
        }
        let client = builder.build().map_err(|e| fail(e.to_string()))?;
        let repository = client.model(owner, name);
        let mut folder = None;
        for (file, needed) in FILES {
            let cached = repository.download_file().filename(file).local_files_only(true).send();
            let path = match runtime.block_on(cached) {
                Ok(path) => Some(path),
                Err(_) if !needed && folder.is_some() && is_complete(&folder) => None,
                Err(_) => {
                    let meter = Arc::new(Meter::default());
                    let download = repository.download_file().filename(file).progress(meter.clone()).send();
                    let result = runtime.block_on(watched(download, &meter, file, &mut watch));
                    match result {
                        None => return Err(fail("the download was cancelled".into())),
                        Some(Ok(path)) => Some(check_size(path, &meter, file).map_err(fail)?),
                        Some(Err(HFError::EntryNotFound { .. })) if !needed => None,
                        Some(Err(e)) => return Err(fail(explain(&e, file, &meter))),
                    }
                }
            };
            if let Some(path) = path {
                folder = path.parent().map(Path::to_owned);
            }
        }
        folder.ok_or_else(|| fail("the hub gave no file of it".into()))
    }
}

/// Whether the weights of a cached model are there already: then its optional files need no question to the network.
fn is_complete(folder: &Option<PathBuf>) -> bool {
    folder.as_ref().is_some_and(|f| f.join("model.safetensors").exists())
}

/// Waits for a download while telling how it goes; `None` when a person cancelled, which drops it.
async fn watched<T>(
    download: impl Future<Output = T>,
    meter: &Meter,
    file: &str,
    watch: &mut impl FnMut(Progress) -> bool,
) -> Option<T> {
    let mut download = std::pin::pin!(download);
    loop {
        if let Ok(result) = tokio::time::timeout(POLL, &mut download).await {
            return Some(result);
        }
        let (done, total) = (meter.done.load(Ordering::Relaxed), meter.total.load(Ordering::Relaxed));
        if !watch(Progress { file: file.to_owned(), done, total }) {
            return None;
        }
    }
}

/// The library renames what came into place without comparing its length with what was announced.
fn check_size(path: PathBuf, meter: &Meter, file: &str) -> Result<PathBuf, String> {
    let announced = meter.total.load(Ordering::Relaxed);
    let here = std::fs::metadata(&path).map_or(0, |m| m.len());
    if announced > 0 && here != announced {
        // What is wrong must not be found in the cache next time.
        let target = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        for gone in [&target, &path] {
            if let Err(e) = std::fs::remove_file(gone) {
                log::debug!("{}: {e}", gone.display());
            }
        }
        return Err(format!("{file} was cut: {here} of {announced} bytes arrived; try again"));
    }
    Ok(path)
}

/// The library's errors in words, with what to do.
fn explain(error: &HFError, file: &str, meter: &Meter) -> String {
    let total = meter.total.load(Ordering::Relaxed);
    match error {
        HFError::Request { .. } if total > 0 => {
            format!("the connection broke before all {total} bytes of {file} were here; try again")
        }
        HFError::RepoNotFound { .. } => "the hub has no such model (or it needs a token); check the name".into(),
        // The hub answers a missing model and a missing file alike.
        HFError::EntryNotFound { .. } if file == "config.json" => {
            "the hub has no such model, or it has no config.json; check the name".into()
        }
        HFError::EntryNotFound { .. } => format!("the model has no {file}, so it cannot be used here"),
        HFError::AuthRequired { .. } | HFError::Forbidden { .. } => {
            "the hub asks for a token: set HF_TOKEN, and accept the model's terms on its page".into()
        }
        HFError::RateLimited { .. } => "the hub asks to wait; try again in a few minutes".into(),
        HFError::Request { .. } | HFError::LocalEntryNotFound { .. } => {
            format!(
                "the hub cannot be reached, and {file} is not in the cache; connect to the network, or use a folder"
            )
        }
        other => format!("{file} could not be downloaded ({other}); try again"),
    }
}
