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
const SMALL: u64 = 16 << 20;

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
struct Facts {
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
        let fail = |why: String| ModelError::Unsupported(format!("{id}: {why}"));
        let cache = self.cache_of(id).map_err(fail)?;
        if let Some(folder) = in_cache(&cache, is_complete) {
            return Ok(folder);
        }
        let usable = in_cache(&cache, is_usable);
        if let Some(variable) = environment::offline() {
            return usable.ok_or_else(|| {
                fail(format!("it is not in the cache, and {variable} forbids requests; unset it, or use a folder"))
            });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| fail(format!("no network runtime ({e})")))?;
        let brought = runtime.block_on(self.bring(id, &cache, &mut Watcher::new(&mut watch)));
        // A DNS lookup cannot be canceled, and the program must not wait for it.
        runtime.shutdown_background();
        match (brought, usable) {
            (Ok(folder), _) => Ok(folder),
            (Err(e), Some(folder)) if !matches!(e, TransferError::Cancelled) => {
                log::warn!("{id}: {e}; what is in the cache is used");
                Ok(folder)
            }
            (Err(e), _) => Err(fail(e.to_string())),
        }
    }

    /// Returns the directory of a model in the cache, which can be missing. Returns `None` if `id` is invalid.
    pub fn folder_of(&self, id: &str) -> Option<PathBuf> {
        self.cache_of(id).ok().map(|cache| cache.folder().to_owned())
    }

    fn cache_of(&self, id: &str) -> Result<Cache, String> {
        let root = self.cache.clone().unwrap_or_else(hf_hub::resolve_cache_dir);
        let cache = id.split_once('/').and_then(|(owner, name)| Cache::of(&root, owner, name));
        cache.ok_or_else(|| "a hub id is owner/name, of letters, digits, -, _ and .".into())
    }

    /// Downloads the files of the newest commit that the cache lacks.
    async fn bring(&self, id: &str, cache: &Cache, watcher: &mut Watcher<'_>) -> Result<PathBuf, TransferError> {
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
        let said = |why: String| TransferError::Said(why);
        cache.set_commit(&commit).map_err(said)?;
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
    let said = |why: &str| TransferError::Said(why.to_owned());
    let url = http.url(&["api", "models", owner, name, "revision", BRANCH])?;
    let answer = match http.small(url, SMALL as usize, watcher).await {
        Err(TransferError::Status(_, StatusCode::NOT_FOUND)) => return Err(TransferError::NoModel),
        answer => answer?,
    };
    let model: Model = serde_json::from_slice(&answer)
        .map_err(|e| TransferError::Said(format!("the hub's answer about the model cannot be read ({e})")))?;
    let commit = Commit::parse(&model.sha)
        .ok_or_else(|| said("the hub names a commit that is not 40 hexadecimal digits; nothing was downloaded"))?;
    let has = |file: &str| model.siblings.iter().any(|s| s.rfilename == file);
    if !has(CONFIG) {
        return Err(said("the model has no config.json, so it cannot be used here"));
    }
    if !has(WEIGHTS) {
        let advice = "older .bin files must be converted first";
        return Err(TransferError::Said(format!("the model has no {WEIGHTS}, so it cannot be used here; {advice}")));
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
        let facts = self.facts(watcher).await?;
        watcher.progress.total = facts.length.unwrap_or(0);
        let _lock = loop {
            match self.cache.lock(&facts.etag).map_err(TransferError::Said)? {
                Some(lock) => break lock,
                // Another program is downloading it.
                None => watcher.pause().await?,
            }
        };
        let blob = self.cache.blob(&facts.etag);
        if !blob.exists() || !self.is_good(&blob, &facts, watcher)? {
            self.remove(&blob)?;
            let incomplete = self.receive(&facts, watcher).await?;
            disk::rename(&incomplete, &blob).map_err(|e| TransferError::Said(e.to_string()))?;
        }
        self.cache.link(self.commit, self.file, &facts.etag).map_err(TransferError::Said)
    }

    /// Requests the ETag and the length of the contents.
    async fn facts(&self, watcher: &mut Watcher<'_>) -> Result<Facts, TransferError> {
        let response = self.http.head(self.url.clone(), watcher).await?;
        let headers = response.headers();
        let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"));
        let etag = etag.and_then(Etag::parse).ok_or_else(|| {
            self.said("cannot be taken: the hub gives it an ETag that is not made of hexadecimal digits")
        })?;
        if text(headers, "x-repo-commit").is_some_and(|commit| !commit.eq_ignore_ascii_case(self.commit.as_str())) {
            return Err(self.said("comes from another commit than the one that was asked for; try again"));
        }
        // The length header of a redirect refers to its own body.
        let own = text(headers, CONTENT_LENGTH.as_str()).filter(|_| response.status() == StatusCode::OK);
        let length = text(headers, "x-linked-size").or(own).and_then(|length| length.parse().ok());
        Ok(Facts { etag, length })
    }

    /// Receives and checks the contents in an incomplete file in the cache, and resumes an earlier attempt.
    /// A wrong file is removed. The part received before a connection error is kept for the next attempt.
    async fn receive(&self, facts: &Facts, watcher: &mut Watcher<'_>) -> Result<PathBuf, TransferError> {
        self.check_length(facts.length)?;
        let (path, mut file, mut here) = self.cache.incomplete(&facts.etag).map_err(TransferError::Said)?;
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
            self.check_room(&path, length.map(|l| l - here.min(l)))?;
            watcher.progress.total = length.unwrap_or(0);
            let written = self.write(&mut response, &mut file, here, length, watcher).await;
            if let Err(TransferError::Said(_)) = &written {
                self.remove(&path)?;
            }
            written?;
        }
        file.sync_all().map_err(|e| self.not_written(&e))?;
        drop(file);
        let checked = Facts { etag: facts.etag.clone(), length };
        match verify(&path, self.file, &checked.etag, checked.length, &mut || watcher.go_on()) {
            Verdict::Good => Ok(path),
            Verdict::Cancelled => Err(TransferError::Cancelled),
            Verdict::Bad(why) => {
                self.remove(&path)?;
                Err(self.said(&format!("{why}; it was not kept, try again")))
            }
        }
    }

    /// Returns the total length that a response announces, for a request that starts at byte `here`.
    fn announced(&self, response: &Response, here: u64, facts: &Facts) -> Result<Option<u64>, TransferError> {
        let headers = response.headers();
        if text(headers, CONTENT_TYPE.as_str()).is_some_and(|t| t.to_ascii_lowercase().starts_with("text/html")) {
            return Err(self.said("came as a web page, which is no file of a model; try again later"));
        }
        if text(headers, CONTENT_ENCODING.as_str()).is_some_and(|e| e != "identity") {
            return Err(self.said("came compressed, which was not asked for"));
        }
        let whole = if response.status() == StatusCode::PARTIAL_CONTENT {
            let range = text(headers, CONTENT_RANGE.as_str()).and_then(|r| r.strip_prefix(&format!("bytes {here}-")));
            let whole = range.and_then(|r| r.split_once('/')).and_then(|(_, whole)| whole.parse().ok());
            Some(whole.ok_or_else(|| self.said("came as another part than was asked for; try again"))?)
        } else {
            text(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok())
        };
        match (facts.length, whole) {
            (Some(a), Some(b)) if a != b => Err(self.said(&format!("has {b} bytes where the hub announced {a}"))),
            (None, None) if !is_hash(&facts.etag) => {
                Err(self.said("comes without a length and without a hash, so that nobody can tell whether it is whole"))
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
                return Err(self.said(&format!("is longer than {most} bytes; it was not kept")));
            }
            file.write_all(&chunk).map_err(|e| self.not_written(&e))?;
            watcher.progress.done = here;
        }
        match length {
            Some(length) if here < length => {
                Err(TransferError::Broken(format!("{here} of {length} bytes of {} are here", self.file)))
            }
            _ => Ok(()),
        }
    }

    /// Maximum size of the file in bytes.
    fn most(&self) -> u64 {
        if self.file == WEIGHTS { disk::MAX_BYTES } else { SMALL }
    }

    fn check_length(&self, length: Option<u64>) -> Result<(), TransferError> {
        let most = self.most();
        match length {
            Some(length) if length > most => {
                Err(self.said(&format!("has {length} bytes; at most {} MiB are taken", most >> 20)))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the disk has enough space for `bytes` more bytes.
    fn check_room(&self, path: &Path, bytes: Option<u64>) -> Result<(), TransferError> {
        lacking(path.parent().unwrap_or(path), bytes.unwrap_or(self.most())).map_or(Ok(()), |why| Err(self.said(&why)))
    }

    /// True if a file that is already in the cache is valid.
    fn is_good(&self, blob: &Path, facts: &Facts, watcher: &mut Watcher<'_>) -> Result<bool, TransferError> {
        match verify(blob, self.file, &facts.etag, facts.length, &mut || watcher.go_on()) {
            Verdict::Good => Ok(true),
            Verdict::Cancelled => Err(TransferError::Cancelled),
            Verdict::Bad(why) => {
                log::warn!("{} in the cache {why}; it is downloaded anew", self.file);
                Ok(false)
            }
        }
    }

    fn remove(&self, path: &Path) -> Result<(), TransferError> {
        if path.exists() { self.cache.remove(path).map_err(TransferError::Said) } else { Ok(()) }
    }

    fn said(&self, why: &str) -> TransferError {
        TransferError::Said(format!("{} {why}", self.file))
    }

    fn not_written(&self, error: &std::io::Error) -> TransferError {
        TransferError::Said(format!("{} cannot be written to the cache: {error}", self.file))
    }
}

/// Returns a header as text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Returns an error message if the disk of `folder` has less than `bytes` bytes of free space.
fn lacking(folder: &Path, bytes: u64) -> Option<String> {
    let free = fs4::available_space(folder).inspect_err(|e| log::debug!("the free space is not known: {e}")).ok()?;
    let (needed, there) = (bytes.div_ceil(1 << 20), free >> 20);
    let why = || format!("needs {needed} MiB, and {there} MiB are free; make room, or move the cache by HF_HOME");
    (free < bytes).then(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_compared_before_a_file_is_fetched() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(lacking(folder.path(), 1), None);
        assert!(lacking(folder.path(), 1 << 60).is_some_and(|why| why.contains("needs 1099511627776 MiB")));
    }
}
