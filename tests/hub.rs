//! Downloads from a local test hub: valid, interrupted, and malicious responses.

use crate::cli::text;
use crate::support::golden;
use crate::support::hub::{COMMIT, Pace, Reply, Request, Server, Weights, honest, hub, serve};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tagwright::hub::{Hub, ModelRef, load_model};
use tagwright::model::PretrainedModel;

const WEIGHTS: &str = "model.safetensors";

/// Temporary directory with a cache in it. Files outside of the cache are detected.
struct TestCache {
    folder: tempfile::TempDir,
    cache: PathBuf,
}

impl TestCache {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        std::fs::create_dir(&cache).expect("a folder");
        Self { folder, cache }
    }

    /// Downloads the model from a hub with changed responses.
    fn download(&self, change: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) -> Result<PathBuf, String> {
        let server = Server::start(move |request| change(request, honest(request)));
        self.download_from(&server)
    }

    fn download_from(&self, server: &Server) -> Result<PathBuf, String> {
        hub(&server.address, &self.cache).model("our/tiny", |_| true).map_err(|e| e.to_string())
    }

    /// Returns the directory of the model in the cache.
    fn model_dir(&self) -> PathBuf {
        self.cache.join("models--our--tiny")
    }

    /// Returns the names and sizes of the blobs of the model.
    fn blobs(&self) -> BTreeMap<String, u64> {
        let entries = std::fs::read_dir(self.model_dir().join("blobs")).into_iter().flatten().flatten();
        entries.map(|e| (e.file_name().to_string_lossy().into_owned(), e.metadata().expect("a file").len())).collect()
    }

    /// Checks that only these names exist in addition to the cache.
    fn check_clean(&self, names: &[&str]) {
        for entry in std::fs::read_dir(self.folder.path()).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(name == "cache" || names.contains(&name.as_str()), "{name} was written");
        }
    }
}

/// Checks that a download with changed responses fails with an error message and leaves no file of this name.
/// The next download from a correct hub must succeed.
fn check_rejected(file: &'static str, expected: &str, change: impl Fn(Reply) -> Reply + Send + Sync + 'static) {
    let dir = TestCache::new();
    let error = dir
        .download(move |request, reply| if request.is_for(file) { change(reply) } else { reply })
        .expect_err("no model");
    assert!(error.contains(expected), "{file}: {error}");
    assert!(!dir.model_dir().join("snapshots").join(COMMIT).join(file).exists(), "{file} was not removed");
    dir.check_clean(&[]);
    let folder = dir.download_from(&Server::start(honest)).expect("a model");
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
}

#[test]
fn download_is_loadable_and_cached() {
    let dir = TestCache::new();
    let server = Server::start(honest);
    let folder = dir.download_from(&server).expect("a model");
    assert!(PretrainedModel::from_pretrained(&folder).expect("a model folder").tags.is_some());
    let before = server.requests().len();
    assert_eq!(dir.download_from(&server).expect("the cache"), folder);
    assert_eq!(server.requests().len(), before, "the second call sent requests");
    // Layout of the Hugging Face cache.
    assert_eq!(folder, dir.model_dir().join("snapshots").join(COMMIT));
    assert_eq!(std::fs::read_to_string(dir.model_dir().join("refs/main")).expect("a commit"), COMMIT);
    assert!(dir.blobs().keys().all(|name| name.len() == 40 || name.len() == 64), "{:?}", dir.blobs());
}

#[test]
fn hf_hub_finds_downloaded_files() {
    let dir = TestCache::new();
    let folder = dir.download_from(&Server::start(honest)).expect("a model");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = hf_hub::HFClient::builder().endpoint("http://127.0.0.1:9").cache_dir(&dir.cache);
    let repository = client.build().expect("a client").model("our", "tiny");
    for file in ["config.json", "tokenizer.json", WEIGHTS] {
        let found = repository.download_file().filename(file).local_files_only(true).send();
        assert_eq!(runtime.block_on(found).expect("the file"), folder.join(file));
    }
}

#[cfg(unix)]
#[test]
fn uses_cache_of_hf_hub() {
    let dir = TestCache::new();
    // Any ETags, and links as hf_hub creates them.
    let (blobs, snapshot) = (dir.model_dir().join("blobs"), dir.model_dir().join("snapshots").join(COMMIT));
    for folder in [&blobs, &snapshot, &dir.model_dir().join("refs")] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    std::fs::write(dir.model_dir().join("refs/main"), COMMIT).expect("a file");
    for (i, file) in ["config.json", "vocab.txt", "tokenizer_config.json", WEIGHTS].iter().enumerate() {
        std::fs::copy(golden("tiny").join(file), blobs.join(format!("etag-{i}"))).expect("a copy");
        std::os::unix::fs::symlink(format!("../../blobs/etag-{i}"), snapshot.join(file)).expect("a link");
    }
    let server = Server::start(honest);
    assert_eq!(dir.download_from(&server).expect("the cache"), snapshot);
    assert!(server.requests().is_empty());
    // If tokenizer_config.json is missing, the hub is requested. Without a network, the cached files are used.
    std::fs::remove_file(snapshot.join("tokenizer_config.json")).expect("a link less");
    assert_eq!(hub("http://127.0.0.1:9", &dir.cache).model("our/tiny", |_| true).expect("the cache"), snapshot);
    assert_eq!(dir.download_from(&server).expect("a model"), snapshot);
    assert!(snapshot.join("tokenizer_config.json").exists());
}

/// Checks the error message of a failed download.
fn check(id: &str, weights: Weights, should_continue: bool, expected: &str) {
    let cache = tempfile::tempdir().expect("a folder");
    let (endpoint, _) = serve(weights);
    let error = hub(&endpoint, cache.path()).model(id, |_| should_continue).expect_err("no model").to_string();
    assert!(error.contains(expected), "{error}");
    assert!(error.contains(id), "{error}");
}

#[test]
fn failed_downloads_report_cause() {
    check("our/absent", Weights::Whole, true, "model not found");
    check("our/tiny", Weights::Cut, true, "try again");
    check("our/tiny", Weights::Slow, false, "canceled");
    check("our/..", Weights::Whole, true, "owner/name");
    check("our/tiny/more", Weights::Whole, true, "owner/name");
    check(r"our/a\b", Weights::Whole, true, "owner/name");
}

#[test]
fn missing_network_is_reported() {
    let cache = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let error = hub(&format!("http://{free}"), cache.path()).model("our/tiny", |_| true).expect_err("no network");
    assert!(error.to_string().contains("failed to connect"), "{error}");
}

#[test]
fn headers_cannot_set_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let precious = folder.path().join("p.txt");
    std::fs::write(&precious, "precious").expect("a file");
    let absolute = text(&precious).to_owned();
    for etag in [absolute.as_str(), "../../../p", r"..\..\p", "..", "", "main", "config.json", "\"\"", "W/\"/tmp/p\""] {
        for name in ["ETag", "X-Linked-Etag"] {
            let etag = etag.to_owned();
            check_rejected("config.json", "hexadecimal", move |reply| reply.with(name, &etag));
        }
    }
    assert_eq!(std::fs::read_to_string(&precious).expect("a file"), "precious");
}

#[test]
fn rejects_invalid_or_different_commits() {
    for commit in ["main", "../../../v", "/tmp/v", "", &"g".repeat(40), &"0".repeat(41)] {
        let (dir, commit) = (TestCache::new(), commit.to_owned());
        let error = dir
            .download(move |request, reply| {
                if request.path.starts_with("/api/") {
                    let body = serde_json::json!({"sha": commit, "siblings": [{"rfilename": "config.json"}]});
                    Reply::new(200, body.to_string())
                } else {
                    reply
                }
            })
            .expect_err("no model");
        assert!(error.contains("40 hexadecimal digits"), "{error}");
        dir.check_clean(&[]);
        assert!(!dir.model_dir().exists());
    }
    // A commit header with the path of a directory of the user.
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("config.json");
    std::fs::write(&own, "precious").expect("a file");
    let header = text(folder.path()).to_owned();
    check_rejected("config.json", "different commit", move |reply| reply.with("X-Repo-Commit", &header));
    assert!(std::fs::symlink_metadata(&own).expect("a file").is_file());
}

/// Redirect targets on another server. `HOST` is replaced by its host and port.
const SPELLINGS: [&str; 12] = [
    r"/\HOST/x",
    r"\\HOST/x",
    r"\/HOST/x",
    "/\t/HOST/x",
    r"/\/HOST/x",
    "http://HOST/x",
    "//HOST/x",
    "///HOST/x",
    " //HOST/x",
    r"http:\\HOST/x",
    "HTTP:////HOST/x",
    "http://user:word@HOST/x",
];

#[test]
fn token_is_sent_only_to_hub() {
    let mut n_other_requests = 0;
    for method in ["HEAD", "GET"] {
        for spelling in SPELLINGS {
            let dir = TestCache::new();
            let other = Server::start(|_| Reply::new(404, ""));
            let location = spelling.replace("HOST", other.host());
            let target = location.clone();
            let server = Server::start(move |request| {
                if request.method == method && request.is_for("config.json") {
                    return Reply::new(302, "").with("Location", &location).with("Content-Length", "0");
                }
                honest(request)
            });
            let hub = Hub { token: Some("secret".into()), ..hub(&server.address, &dir.cache) };
            hub.model("our/tiny", |_| true).expect_err("no model");
            assert!(server.requests().iter().all(|r| r.header("authorization") == Some("Bearer secret")));
            let joined = reqwest::Url::parse(&server.address).and_then(|url| url.join(&target));
            let reaches = joined.is_ok_and(|url| url.authority().ends_with(other.host()));
            assert_eq!(!other.requests().is_empty(), reaches, "{spelling:?}");
            n_other_requests += usize::from(reaches);
            for request in other.requests() {
                let sent = request.header("authorization").unwrap_or_default();
                assert!(!sent.contains("secret"), "{method} {spelling:?} sends {sent}");
            }
        }
    }
    assert!(n_other_requests >= 20, "requests to the other host: {n_other_requests}");
}

#[test]
fn redirects_keep_token_only_inside_hub() {
    let dir = TestCache::new();
    let other = Server::start(|request| {
        let file = request.path.rsplit('/').next().unwrap_or_default();
        crate::support::hub::content(request, std::fs::read(golden("tiny").join(file)).expect("a file"))
    });
    let elsewhere = other.address.clone();
    let server = Server::start(move |request| {
        // The public hub redirects other spellings of a name, and large files.
        if let Some(rest) = request.path.strip_prefix("/our/tiny/resolve/") {
            return Reply::new(307, "").with("Location", &format!("/moved/{rest}")).with("Content-Length", "0");
        }
        let moved = Request { path: request.path.replace("/moved/", "/our/tiny/resolve/"), ..request.clone() };
        let reply = honest(&moved);
        if !request.is_for(WEIGHTS) {
            return reply;
        }
        let header =
            |name: &str| reply.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).expect("a header");
        Reply::new(302, "")
            .with("Location", &format!("{elsewhere}/files/{WEIGHTS}"))
            .with("Content-Length", "0")
            .with("X-Linked-Etag", &header("ETag"))
            .with("X-Linked-Size", &std::fs::metadata(golden("tiny").join(WEIGHTS)).expect("weights").len().to_string())
    });
    let hub = Hub { token: Some("secret".into()), ..hub(&server.address, &dir.cache) };
    let folder = hub.model("our/tiny", |_| true).expect("a model");
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
    let moved = server.requests().into_iter().filter(|r| r.path.starts_with("/moved/"));
    assert!(moved.map(|r| r.header("authorization").map(str::to_owned)).all(|a| a.as_deref() == Some("Bearer secret")));
    assert!(!other.requests().is_empty() && other.requests().iter().all(|r| r.header("authorization").is_none()));
}

#[test]
fn rejects_contents_that_do_not_match_hash() {
    // Same length, different bytes.
    let changed = |reply: Reply| {
        let mut reply = reply;
        if let Some(last) = reply.body.last_mut() {
            *last ^= 1;
        }
        reply
    };
    check_rejected(WEIGHTS, "does not match the hash of the hub", changed);
    check_rejected("config.json", "does not match the hash of the hub", changed);
    check_rejected("vocab.txt", "does not match the hash of the hub", changed);
    // Without a hash, the contents are checked.
    check_rejected("config.json", "not a JSON object", |reply| {
        let mut reply = reply.with("ETag", "\"12\"");
        reply.body[0] = b'x';
        reply
    });
    check_rejected(WEIGHTS, "invalid or incomplete safetensors file", |reply| {
        let mut reply = reply.with("ETag", "\"12\"");
        reply.body[0] ^= 1;
        reply
    });
}

#[test]
fn rejects_error_pages_and_truncated_files() {
    // An error page with the length of the file.
    for status in [403, 404, 500, 201, 204] {
        check_rejected("vocab.txt", "", move |reply| Reply { status, ..reply });
    }
    check_rejected("vocab.txt", "web page", |reply| reply.with("Content-Type", "text/html; charset=utf-8"));
    // Truncated, without a Content-Length.
    let cut = |reply: Reply| {
        let half = reply.body.len() / 2;
        reply.without("Content-Length").paced(Pace::Cut(half))
    };
    check_rejected("vocab.txt", "does not match the hash of the hub", cut);
    check_rejected("vocab.txt", "without length", move |reply| cut(reply.with("ETag", "\"12\"")));
    check_rejected(WEIGHTS, "does not match the hash of the hub", cut);
    check_rejected("config.json", "compressed", |reply| reply.with("Content-Encoding", "gzip"));
}

#[test]
fn silent_hub_times_out() {
    let silent = |reply: Reply| reply.paced(Pace::Silent);
    check_rejected("main", "no data from the hub", silent);
    check_rejected("config.json", "no data from the hub", silent);
    let stalled = |reply: Reply| reply.paced(Pace::Stall(100));
    check_rejected("main", "no data from the hub", |reply| reply.paced(Pace::Stall(10)));
    check_rejected("config.json", "no data from the hub", stalled);
    check_rejected(WEIGHTS, "no data from the hub", stalled);
}

#[test]
fn cancellation_returns_immediately() {
    for pace in [Pace::Silent, Pace::Stall(100), Pace::Slow] {
        let dir = TestCache::new();
        let server = Server::start(move |request| {
            if request.is_for(WEIGHTS) && request.method == "GET" {
                honest(request).paced(pace)
            } else {
                honest(request)
            }
        });
        let long = Hub { patience: Default::default(), ..hub(&server.address, &dir.cache) };
        let called = AtomicBool::new(false);
        let error = long.model("our/tiny", |p| {
            called.store(true, Ordering::Relaxed);
            p.file != WEIGHTS
        });
        assert!(error.expect_err("no model").to_string().contains("canceled"));
        assert!(called.load(Ordering::Relaxed), "{pace:?}");
    }
}

#[test]
fn download_sizes_are_limited() {
    let huge = |reply: Reply| reply.with("Content-Length", "1000000000000").paced(Pace::Endless);
    check_rejected("config.json", "the limit is 16 MiB", huge);
    check_rejected(WEIGHTS, "the limit is 4096 MiB", huge);
    check_rejected("main", "larger than 16 MiB", |reply| reply.without("Content-Length").paced(Pace::Endless));
    // Response without a Content-Length.
    check_rejected("config.json", "larger than", |reply| reply.without("Content-Length").paced(Pace::Endless));
}

#[test]
fn missing_file_is_requested_again() {
    let dir = TestCache::new();
    let failed = Arc::new(AtomicBool::new(false));
    let server = Server::start(move |request| {
        if request.is_for("vocab.txt") && !failed.swap(true, Ordering::Relaxed) {
            return Reply::new(404, "").with("Content-Length", "0").with("X-Repo-Commit", COMMIT);
        }
        honest(request)
    });
    assert!(dir.download_from(&server).expect_err("no model").contains("404"));
    let folder = dir.download_from(&server).expect("a model");
    assert!(folder.join("vocab.txt").exists() && !dir.model_dir().join(".no_exist").exists());
}

#[test]
fn all_files_are_from_same_commit() {
    let dir = TestCache::new();
    // The cache contains only the configuration of an older commit.
    let older = "f".repeat(40);
    let snapshot = dir.model_dir().join("snapshots").join(&older);
    std::fs::create_dir_all(&snapshot).expect("a folder");
    std::fs::create_dir_all(dir.model_dir().join("refs")).expect("a folder");
    std::fs::write(snapshot.join("config.json"), "{}").expect("a file");
    std::fs::write(dir.model_dir().join("refs/main"), &older).expect("a file");
    let server = Server::start(honest);
    let folder = dir.download_from(&server).expect("a model");
    assert_eq!(folder, dir.model_dir().join("snapshots").join(COMMIT));
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
    let files = server.requests().into_iter().filter(|r| !r.path.starts_with("/api/"));
    assert!(files.into_iter().all(|r| r.path.contains(COMMIT)), "files were requested from another commit");
}

#[test]
fn interrupted_download_resumes() {
    for has_ranges in [true, false] {
        let dir = TestCache::new();
        let cut = Arc::new(AtomicBool::new(false));
        let server = Server::start(move |request| {
            let is_weights = request.is_for(WEIGHTS) && request.method == "GET";
            if is_weights && !cut.swap(true, Ordering::Relaxed) {
                return honest(request).paced(Pace::Cut(100_000));
            }
            let headers = request.headers.iter().filter(|(name, _)| has_ranges || name != "range").cloned().collect();
            honest(&Request { headers, ..request.clone() })
        });
        let error = dir.download_from(&server).expect_err("no model");
        assert!(error.contains("try again to resume the download"), "{error}");
        assert!(dir.blobs().iter().any(|(name, size)| name.ends_with(".incomplete") && *size == 100_000));
        let folder = dir.download_from(&server).expect("a model");
        PretrainedModel::from_pretrained(&folder).expect("a model folder");
        let ranges: Vec<_> = server.requests().iter().filter_map(|r| r.header("range").map(str::to_owned)).collect();
        assert_eq!(ranges, ["bytes=100000-"]);
        assert!(dir.blobs().keys().all(|name| !name.ends_with(".incomplete")));
    }
}

#[test]
fn incomplete_files_of_earlier_attempts_are_verified() {
    let dir = TestCache::new();
    let folder = dir.download_from(&Server::start(honest)).expect("a model");
    // A damaged blob of another program is reported, and downloaded again.
    let blob = std::fs::canonicalize(folder.join(WEIGHTS)).expect("a blob");
    let bytes = std::fs::read(&blob).expect("weights");
    std::fs::write(&blob, &bytes[1..]).expect("a file");
    let error = load_model(&ModelRef::Hub("our/tiny".into()), &hub("http://127.0.0.1:9", &dir.cache), |_| true);
    let error = error.err().expect("a damaged model").to_string();
    assert!(error.contains("to download the model again") && error.contains(text(&dir.model_dir())), "{error}");
    std::fs::remove_file(dir.model_dir().join("refs/main")).expect("a file less");
    dir.download_from(&Server::start(honest)).expect("a model");
    assert!(std::fs::read(&blob).expect("weights") == bytes);
    // Incomplete file with wrong contents.
    std::fs::remove_dir_all(dir.model_dir().join("snapshots")).expect("a folder less");
    std::fs::rename(&blob, blob.with_extension("incomplete")).expect("a file");
    std::fs::write(blob.with_extension("incomplete"), b"wrong").expect("a file");
    assert!(
        dir.download_from(&Server::start(honest)).expect_err("no model").contains("does not match the hash of the hub")
    );
    dir.download_from(&Server::start(honest)).expect("a model");
}

#[test]
fn concurrent_downloads_do_not_interfere() {
    let dir = TestCache::new();
    let weights = Arc::new(AtomicUsize::new(0));
    let counter = weights.clone();
    let server = Server::start(move |request| {
        if request.is_for(WEIGHTS) && request.method == "GET" {
            counter.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(300));
        }
        honest(request)
    });
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..3).map(|_| scope.spawn(|| dir.download_from(&server))).collect();
        for download in all {
            PretrainedModel::from_pretrained(&download.join().expect("no panic").expect("a model"))
                .expect("a model folder");
        }
    });
    assert_eq!(weights.load(Ordering::Relaxed), 1, "the weights are downloaded once");
}

/// Runs `predict` with this hub and with an environment variable set to 1.
fn predict(server: &Server, cache: &Path, variable: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(["predict", "--model", "our/tiny", "--text", "Anna sings."])
        .envs([("HF_HUB_CACHE", text(cache)), ("HF_ENDPOINT", &server.address), (variable, "1")])
        .output()
        .expect("the program runs")
}

#[test]
fn offline_mode_sends_no_request() {
    for variable in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
        let dir = TestCache::new();
        let server = Server::start(honest);
        let output = predict(&server, &dir.cache, variable);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(variable) && server.requests().is_empty(), "{stderr}");
        dir.download_from(&server).expect("a model");
        let before = server.requests().len();
        let output = predict(&server, &dir.cache, variable);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(server.requests().len(), before);
    }
}
