//! Download of a model from a hub into the cache that Hugging Face programs share.
//!
//! A complete model in the cache is used without a request, so that it works offline.
//! In all other cases, the newest commit and its file list are requested, and all files are downloaded from that
//! commit.

use super::cache::{BRANCH, Cache, Commit, Etag};
use super::transfer::{Http, TransferError, Watcher};
use super::verify::{Verdict, is_hash, verify};
use super::{Hub, Progress, environment};
use crate::disk;
use crate::failure::{Failure, FailureKind};
use crate::model::ModelError;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Default address of the hub, if neither the caller nor `HF_ENDPOINT` sets one.
const ENDPOINT: &str = "https://huggingface.co";

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";
const TOKENIZER_SETTINGS: &str = "tokenizer_config.json";
const VOCABULARY: &str = "vocab.txt";

/// Files of a model to download if the hub has them. Small files come first.
const MODEL_FILES: [&str; 6] = [CONFIG, TOKENIZER, TOKENIZER_SETTINGS, "special_tokens_map.json", VOCABULARY, WEIGHTS];

/// Maximum size in bytes of a file other than the weights, and of a response about a model.
const SMALL_FILE_BYTES: u64 = 16 << 20;

/// Response of the hub about a model.
#[derive(Deserialize)]
struct Model {
    sha: String,
    siblings: Vec<Sibling>,
}

/// File entry in the response.
#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
}

/// Properties of a file from the headers of the hub.
struct FileInfo {
    etag: Etag,
    length: Option<u64>,
}

impl Hub {
    /// Downloads the model `owner/name` and returns its directory.
    /// `watch` is called with the progress; it returns false to cancel the download.
    ///
    /// # Errors
    /// Each error states what to do. Returns an error in these cases:
    /// - There is no connection, or `HF_HUB_OFFLINE` forbids requests, and the model is not in the cache.
    /// - The model does not exist.
    /// - The download is interrupted, canceled, or does not match the announced file.
    /// - The disk is full.
    pub fn model(&self, id: &str, mut watch: impl FnMut(Progress) -> bool) -> Result<PathBuf, ModelError> {
        let fail = |kind, reason: String| ModelError::Hub(Failure::new(kind, format!("{id}: {reason}")));
        let cache = self.cache_of(id).ok_or_else(|| {
            fail(FailureKind::Settings, "invalid hub id; use owner/name with letters, digits, -, _ and .".into())
        })?;
        if let Some(folder) = in_cache(&cache, is_complete) {
            return Ok(folder);
        }
        let usable = in_cache(&cache, is_usable);
        if let Some(variable) = environment::offline() {
            return usable.ok_or_else(|| {
                let advice = "unset it or use a model directory";
                fail(FailureKind::Network, format!("not in the cache, and {variable} forbids requests; {advice}"))
            });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| fail(FailureKind::Internal, format!("failed to start the network runtime ({e})")))?;
        let brought = runtime.block_on(self.download_commit(id, &cache, &mut Watcher::new(&mut watch)));
        // A DNS lookup cannot be canceled, and the program must not wait for it.
        runtime.shutdown_background();
        match (brought, usable) {
            (Ok(folder), _) => Ok(folder),
            (Err(e), Some(folder)) if !matches!(e, TransferError::Cancelled) => {
                log::warn!("{id}: {e}; using the cached files");
                Ok(folder)
            }
            (Err(e), _) => Err(fail(e.kind(), e.to_string())),
        }
    }

    /// Returns the directory of a model in the cache, which can be missing. Returns `None` if `id` is invalid.
    pub fn folder_of(&self, id: &str) -> Option<PathBuf> {
        self.cache_of(id).map(|cache| cache.folder().to_owned())
    }

    /// Returns the cache of a model. Returns `None` if `id` is invalid.
    fn cache_of(&self, id: &str) -> Option<Cache> {
        let root = self.cache.clone().unwrap_or_else(hf_hub::resolve_cache_dir);
        let (owner, name) = id.split_once('/')?;
        Cache::of(&root, owner, name)
    }

    /// Downloads the files of the newest commit that the cache lacks.
    async fn download_commit(
        &self,
        id: &str,
        cache: &Cache,
        watcher: &mut Watcher<'_>,
    ) -> Result<PathBuf, TransferError> {
        let endpoint = self.endpoint.clone().or_else(|| std::env::var("HF_ENDPOINT").ok().filter(|e| !e.is_empty()));
        let token = self.token.clone().or_else(environment::token);
        let http = Http::new(endpoint.as_deref().unwrap_or(ENDPOINT), token.as_deref(), self.patience)?;
        let (owner, name) = id.split_once('/').unwrap_or_default();
        let (commit, files) = newest(&http, owner, name, watcher).await?;
        for file in files {
            watcher.progress = Progress { file: file.to_owned(), done: 0, total: 0 };
            let url = http.url(&[owner, name, "resolve", commit.as_str(), file])?;
            Download { http: &http, cache, commit: &commit, file, url }.run(watcher).await?;
        }
        cache.set_commit(&commit)?;
        Ok(cache.snapshot(&commit))
    }
}

/// Returns the directory of the cached commit if `are_enough` accepts its files.
fn in_cache(cache: &Cache, are_enough: impl Fn(&dyn Fn(&str) -> bool) -> bool) -> Option<PathBuf> {
    let folder = cache.snapshot(&cache.commit()?);
    are_enough(&|file: &str| folder.join(file).is_file()).then_some(folder)
}

/// True if these files are sufficient to load a model.
fn is_usable(has: &dyn Fn(&str) -> bool) -> bool {
    has(CONFIG) && has(WEIGHTS) && (has(TOKENIZER) || has(VOCABULARY))
}

/// True if no missing file can change the model's behavior. `vocab.txt` alone does not contain the lowercase setting.
fn is_complete(has: &dyn Fn(&str) -> bool) -> bool {
    is_usable(has) && (has(TOKENIZER) || has(TOKENIZER_SETTINGS))
}

/// Returns the newest commit of a model, and the files of [`MODEL_FILES`] that it has.
async fn newest(
    http: &Http,
    owner: &str,
    name: &str,
    watcher: &mut Watcher<'_>,
) -> Result<(Commit, Vec<&'static str>), TransferError> {
    let stated = |reason: &str| TransferError::Other(reason.to_owned());
    let url = http.url(&["api", "models", owner, name, "revision", BRANCH])?;
    let answer = match http.small(url, SMALL_FILE_BYTES as usize, watcher).await {
        Err(TransferError::Status(_, StatusCode::NOT_FOUND)) => return Err(TransferError::NoModel),
        answer => answer?,
    };
    let model: Model = serde_json::from_slice(&answer)
        .map_err(|e| TransferError::Other(format!("the hub sent an invalid model description ({e})")))?;
    let commit = Commit::parse(&model.sha)
        .ok_or_else(|| stated("the hub sent a commit id that is not 40 hexadecimal digits; nothing was downloaded"))?;
    let has = |file: &str| model.siblings.iter().any(|s| s.rfilename == file);
    if !has(CONFIG) {
        return Err(stated("unsupported model: config.json is missing"));
    }
    if !has(WEIGHTS) {
        let advice = "convert older .bin files to safetensors";
        return Err(TransferError::Other(format!("unsupported model: {WEIGHTS} is missing; {advice}")));
    }
    Ok((commit, MODEL_FILES.into_iter().filter(|file| has(file)).collect()))
}

/// Download of one file into the cache.
struct Download<'a> {
    http: &'a Http,
    cache: &'a Cache,
    commit: &'a Commit,
    file: &'static str,
    url: Url,
}

impl Download<'_> {
    async fn run(&self, watcher: &mut Watcher<'_>) -> Result<(), TransferError> {
        let facts = self.request_file_info(watcher).await?;
        watcher.progress.total = facts.length.unwrap_or(0);
        let _lock = loop {
            match self.cache.lock(&facts.etag)? {
                Some(lock) => break lock,
                // Another program is downloading it.
                None => watcher.pause().await?,
            }
        };
        let blob = self.cache.blob(&facts.etag);
        if !blob.exists() || !self.is_good(&blob, &facts, watcher)? {
            self.remove(&blob)?;
            let incomplete = self.receive(&facts, watcher).await?;
            disk::rename(&incomplete, &blob)?;
        }
        Ok(self.cache.link(self.commit, self.file, &facts.etag)?)
    }

    /// Requests the ETag and the length of the contents.
    async fn request_file_info(&self, watcher: &mut Watcher<'_>) -> Result<FileInfo, TransferError> {
        let response = self.http.head(self.url.clone(), watcher).await?;
        let headers = response.headers();
        let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"));
        let etag = etag.and_then(Etag::parse).ok_or_else(|| {
            self.file_error("cannot be downloaded: the hub sent an ETag with characters other than hexadecimal digits")
        })?;
        if text(headers, "x-repo-commit").is_some_and(|commit| !commit.eq_ignore_ascii_case(self.commit.as_str())) {
            return Err(self.file_error("belongs to a different commit than requested; try again"));
        }
        // The length header of a redirect refers to its own body.
        let own = text(headers, CONTENT_LENGTH.as_str()).filter(|_| response.status() == StatusCode::OK);
        let length = text(headers, "x-linked-size").or(own).and_then(|length| length.parse().ok());
        Ok(FileInfo { etag, length })
    }

    /// Receives and checks the contents in an incomplete file in the cache, and resumes an earlier attempt.
    /// A wrong file is removed. The part received before a connection error is kept for the next attempt.
    async fn receive(&self, facts: &FileInfo, watcher: &mut Watcher<'_>) -> Result<PathBuf, TransferError> {
        self.check_length(facts.length)?;
        let (path, mut file, mut here) = self.cache.incomplete(&facts.etag)?;
        if facts.length.is_none_or(|length| here > length) {
            file.set_len(0).map_err(|e| self.not_written(&e))?;
            here = 0;
        }
        let mut length = facts.length;
        if facts.length != Some(here) || here == 0 {
            let mut response = self.http.get(self.url.clone(), here, watcher).await?;
            if response.status() != StatusCode::PARTIAL_CONTENT {
                file.set_len(0).map_err(|e| self.not_written(&e))?;
                here = 0;
            }
            length = self.announced(&response, here, facts)?;
            self.check_length(length)?;
            self.check_free_space(&path, length.map(|l| l - here.min(l)))?;
            watcher.progress.total = length.unwrap_or(0);
            let written = self.write(&mut response, &mut file, here, length, watcher).await;
            if let Err(TransferError::Other(_)) = &written {
                self.remove(&path)?;
            }
            written?;
        }
        file.sync_all().map_err(|e| self.not_written(&e))?;
        drop(file);
        let checked = FileInfo { etag: facts.etag.clone(), length };
        match verify(&path, self.file, &checked.etag, checked.length, &mut || watcher.should_continue()) {
            Verdict::Good => Ok(path),
            Verdict::Cancelled => Err(TransferError::Cancelled),
            Verdict::Bad(reason) => {
                self.remove(&path)?;
                Err(self.file_error(&format!("{reason}; the file was deleted, try again")))
            }
        }
    }

    /// Returns the total length that a response announces, for a request that starts at byte `here`.
    fn announced(&self, response: &Response, here: u64, facts: &FileInfo) -> Result<Option<u64>, TransferError> {
        let headers = response.headers();
        if text(headers, CONTENT_TYPE.as_str()).is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html")) {
            return Err(self.file_error("was sent as a web page, not as a model file; try again later"));
        }
        if text(headers, CONTENT_ENCODING.as_str()).is_some_and(|e| e != "identity") {
            return Err(self.file_error("was sent compressed, which was not requested"));
        }
        let whole = if response.status() == StatusCode::PARTIAL_CONTENT {
            let range = text(headers, CONTENT_RANGE.as_str()).and_then(|r| r.strip_prefix(&format!("bytes {here}-")));
            let whole = range.and_then(|r| r.split_once('/')).and_then(|(_, whole)| whole.parse().ok());
            Some(
                whole
                    .ok_or_else(|| self.file_error("was sent with a different byte range than requested; try again"))?,
            )
        } else {
            text(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok())
        };
        match (facts.length, whole) {
            (Some(a), Some(b)) if a != b => Err(self.file_error(&format!("has {b} bytes, the hub announced {a}"))),
            (None, None) if !is_hash(&facts.etag) => {
                Err(self.file_error("was sent without length and hash, so it cannot be verified"))
            }
            (a, b) => Ok(a.or(b)),
        }
    }

    /// Writes the bytes after the first `here` bytes.
    async fn write(
        &self,
        response: &mut Response,
        file: &mut File,
        mut here: u64,
        length: Option<u64>,
        watcher: &mut Watcher<'_>,
    ) -> Result<(), TransferError> {
        let most = length.unwrap_or(self.most());
        while let Some(chunk) = self.http.chunk(response, watcher).await? {
            here += chunk.len() as u64;
            if here > most {
                return Err(self.file_error(&format!("is larger than {most} bytes; the file was deleted")));
            }
            file.write_all(&chunk).map_err(|e| self.not_written(&e))?;
            watcher.progress.done = here;
        }
        match length {
            Some(length) if here < length => {
                Err(TransferError::ConnectionLost(format!("{here} of {length} bytes of {} received", self.file)))
            }
            _ => Ok(()),
        }
    }

    /// Maximum size of the file in bytes.
    fn most(&self) -> u64 {
        if self.file == WEIGHTS { disk::MAX_BYTES } else { SMALL_FILE_BYTES }
    }

    fn check_length(&self, length: Option<u64>) -> Result<(), TransferError> {
        let most = self.most();
        match length {
            Some(length) if length > most => {
                Err(self.file_error(&format!("has {length} bytes; the limit is {} MiB", most >> 20)))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the disk has enough space for `bytes` more bytes.
    fn check_free_space(&self, path: &Path, bytes: Option<u64>) -> Result<(), TransferError> {
        space_error(path.parent().unwrap_or(path), bytes.unwrap_or(self.most()))
            .map_or(Ok(()), |reason| Err(self.file_error(&reason)))
    }

    /// True if a file that is already in the cache is valid.
    fn is_good(&self, blob: &Path, facts: &FileInfo, watcher: &mut Watcher<'_>) -> Result<bool, TransferError> {
        match verify(blob, self.file, &facts.etag, facts.length, &mut || watcher.should_continue()) {
            Verdict::Good => Ok(true),
            Verdict::Cancelled => Err(TransferError::Cancelled),
            Verdict::Bad(reason) => {
                log::warn!("{} in the cache {reason}; downloading it again", self.file);
                Ok(false)
            }
        }
    }

    fn remove(&self, path: &Path) -> Result<(), TransferError> {
        if path.exists() { Ok(self.cache.remove(path)?) } else { Ok(()) }
    }

    fn file_error(&self, reason: &str) -> TransferError {
        TransferError::Other(format!("{} {reason}", self.file))
    }

    fn not_written(&self, error: &std::io::Error) -> TransferError {
        TransferError::Other(format!("failed to write {} to the cache: {error}", self.file))
    }
}

/// Returns a header as text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Returns an error message if the disk of `folder` has less than `bytes` bytes of free space.
fn space_error(folder: &Path, bytes: u64) -> Option<String> {
    let free = fs4::available_space(folder)
        .inspect_err(|e| log::debug!("failed to determine the free disk space: {e}"))
        .ok()?;
    let (needed, there) = (bytes.div_ceil(1 << 20), free >> 20);
    let reason =
        || format!("requires {needed} MiB, {there} MiB are free; free disk space or set HF_HOME to another disk");
    (free < bytes).then(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_insufficient_disk_space() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(space_error(folder.path(), 1), None);
        assert!(
            space_error(folder.path(), 1 << 60).is_some_and(|reason| reason.contains("requires 1099511627776 MiB"))
        );
    }
}
