//! Downloads from a hub on the loopback: good ones, broken ones, and a hub that lies.

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

/// A folder for a cache, and the cache in it: what is written beside the cache is seen.
struct Place {
    folder: tempfile::TempDir,
    cache: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        std::fs::create_dir(&cache).expect("a folder");
        Self { folder, cache }
    }

    /// Downloads the model from an honest hub whose answers are changed.
    fn download(&self, change: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) -> Result<PathBuf, String> {
        let server = Server::start(move |request| change(request, honest(request)));
        self.from(&server)
    }

    fn from(&self, server: &Server) -> Result<PathBuf, String> {
        hub(&server.address, &self.cache).model("our/tiny", |_| true).map_err(|e| e.to_string())
    }

    /// The model's folder in the cache.
    fn model(&self) -> PathBuf {
        self.cache.join("models--our--tiny")
    }

    /// The contents of the model's files in the cache, `None` for links.
    fn blobs(&self) -> BTreeMap<String, u64> {
        let entries = std::fs::read_dir(self.model().join("blobs")).into_iter().flatten().flatten();
        entries.map(|e| (e.file_name().to_string_lossy().into_owned(), e.metadata().expect("a file").len())).collect()
    }

    /// Nothing was written beside the cache, but for these names.
    fn check_clean(&self, names: &[&str]) {
        for entry in std::fs::read_dir(self.folder.path()).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(name == "cache" || names.contains(&name.as_str()), "{name} was written");
        }
    }
}

/// A download from a hub whose answers are changed fails and says so; no file of this name is left, and an honest hub
/// then gives the model.
fn check_refused(file: &'static str, said: &str, change: impl Fn(Reply) -> Reply + Send + Sync + 'static) {
    let place = Place::new();
    let error = place
        .download(move |request, reply| if request.is_for(file) { change(reply) } else { reply })
        .expect_err("no model");
    assert!(error.contains(said), "{file}: {error}");
    assert!(!place.model().join("snapshots").join(COMMIT).join(file).exists(), "{file} was kept");
    place.check_clean(&[]);
    let folder = place.from(&Server::start(honest)).expect("a model");
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
}

#[test]
fn a_good_download_is_a_model_and_is_kept() {
    let place = Place::new();
    let server = Server::start(honest);
    let folder = place.from(&server).expect("a model");
    assert!(PretrainedModel::from_pretrained(&folder).expect("a model folder").tags.is_some());
    let before = server.requests().len();
    assert_eq!(place.from(&server).expect("the cache"), folder);
    assert_eq!(server.requests().len(), before, "the second time needs no network");
    // As other programs leave it.
    assert_eq!(folder, place.model().join("snapshots").join(COMMIT));
    assert_eq!(std::fs::read_to_string(place.model().join("refs/main")).expect("a commit"), COMMIT);
    assert!(place.blobs().keys().all(|name| name.len() == 40 || name.len() == 64), "{:?}", place.blobs());
}

#[test]
fn hf_hub_finds_what_was_downloaded() {
    let place = Place::new();
    let folder = place.from(&Server::start(honest)).expect("a model");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = hf_hub::HFClient::builder().endpoint("http://127.0.0.1:9").cache_dir(&place.cache);
    let repository = client.build().expect("a client").model("our", "tiny");
    for file in ["config.json", "tokenizer.json", WEIGHTS] {
        let found = repository.download_file().filename(file).local_files_only(true).send();
        assert_eq!(runtime.block_on(found).expect("the file"), folder.join(file));
    }
}

#[cfg(unix)]
#[test]
fn a_cache_of_hf_hub_is_used() {
    let place = Place::new();
    // ETags of any kind, and links as it makes them.
    let (blobs, snapshot) = (place.model().join("blobs"), place.model().join("snapshots").join(COMMIT));
    for folder in [&blobs, &snapshot, &place.model().join("refs")] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    std::fs::write(place.model().join("refs/main"), COMMIT).expect("a file");
    for (i, file) in ["config.json", "vocab.txt", "tokenizer_config.json", WEIGHTS].iter().enumerate() {
        std::fs::copy(golden("tiny").join(file), blobs.join(format!("etag-{i}"))).expect("a copy");
        std::os::unix::fs::symlink(format!("../../blobs/etag-{i}"), snapshot.join(file)).expect("a link");
    }
    let server = Server::start(honest);
    assert_eq!(place.from(&server).expect("the cache"), snapshot);
    assert!(server.requests().is_empty());
    // Without the settings of its tokenizer it may be another model: the hub is asked, and does without if it must.
    std::fs::remove_file(snapshot.join("tokenizer_config.json")).expect("a link less");
    assert_eq!(hub("http://127.0.0.1:9", &place.cache).model("our/tiny", |_| true).expect("the cache"), snapshot);
    assert_eq!(place.from(&server).expect("a model"), snapshot);
    assert!(snapshot.join("tokenizer_config.json").exists());
}

/// A download that fails, and a part of what is said.
fn check(id: &str, weights: Weights, go_on: bool, said: &str) {
    let cache = tempfile::tempdir().expect("a folder");
    let (endpoint, _) = serve(weights);
    let error = hub(&endpoint, cache.path()).model(id, |_| go_on).expect_err("no model").to_string();
    assert!(error.contains(said), "{error}");
    assert!(error.contains(id), "{error}");
}

#[test]
fn downloads_that_fail_say_why() {
    check("our/absent", Weights::Whole, true, "no such model");
    check("our/tiny", Weights::Cut, true, "try again");
    check("our/tiny", Weights::Slow, false, "cancelled");
    check("our/..", Weights::Whole, true, "owner/name");
    check("our/tiny/more", Weights::Whole, true, "owner/name");
    check(r"our/a\b", Weights::Whole, true, "owner/name");
}

#[test]
fn without_a_network_it_says_so() {
    let cache = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let error = hub(&format!("http://{free}"), cache.path()).model("our/tiny", |_| true).expect_err("no network");
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}

#[test]
fn no_header_names_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let precious = folder.path().join("p.txt");
    std::fs::write(&precious, "precious").expect("a file");
    let absolute = text(&precious).to_owned();
    for etag in [absolute.as_str(), "../../../p", r"..\..\p", "..", "", "main", "config.json", "\"\"", "W/\"/tmp/p\""] {
        for name in ["ETag", "X-Linked-Etag"] {
            let etag = etag.to_owned();
            check_refused("config.json", "hexadecimal", move |reply| reply.with(name, &etag));
        }
    }
    assert_eq!(std::fs::read_to_string(&precious).expect("a file"), "precious");
}

#[test]
fn a_commit_is_forty_digits_and_the_one_that_was_asked_for() {
    for commit in ["main", "../../../v", "/tmp/v", "", &"g".repeat(40), &"0".repeat(41)] {
        let (place, commit) = (Place::new(), commit.to_owned());
        let error = place
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
        place.check_clean(&[]);
        assert!(!place.model().exists());
    }
    // The other header of fault 16: a folder of a person.
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("config.json");
    std::fs::write(&own, "precious").expect("a file");
    let header = text(folder.path()).to_owned();
    check_refused("config.json", "another commit", move |reply| reply.with("X-Repo-Commit", &header));
    assert!(std::fs::symlink_metadata(&own).expect("a file").is_file());
}

/// Where a redirect leads to, with the other server's host and port, and one path there.
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
fn the_token_goes_to_the_hub_alone() {
    let mut others = 0;
    for method in ["HEAD", "GET"] {
        for spelling in SPELLINGS {
            let place = Place::new();
            let other = Server::start(|_| Reply::new(404, ""));
            let location = spelling.replace("HOST", other.host());
            let led_to = location.clone();
            let server = Server::start(move |request| {
                if request.method == method && request.is_for("config.json") {
                    return Reply::new(302, "").with("Location", &location).with("Content-Length", "0");
                }
                honest(request)
            });
            let hub = Hub { token: Some("secret".into()), ..hub(&server.address, &place.cache) };
            hub.model("our/tiny", |_| true).expect_err("no model");
            assert!(server.requests().iter().all(|r| r.header("authorization") == Some("Bearer secret")));
            let joined = reqwest::Url::parse(&server.address).and_then(|url| url.join(&led_to));
            let reaches = joined.is_ok_and(|url| url.authority().ends_with(other.host()));
            assert_eq!(!other.requests().is_empty(), reaches, "{spelling:?}");
            others += usize::from(reaches);
            for request in other.requests() {
                let sent = request.header("authorization").unwrap_or_default();
                assert!(!sent.contains("secret"), "{method} {spelling:?} sends {sent}");
            }
        }
    }
    assert!(others >= 20, "most spellings lead to the other host: {others}");
}

#[test]
fn a_redirect_inside_the_hub_keeps_the_token_and_one_to_another_host_brings_the_file() {
    let place = Place::new();
    let other = Server::start(|request| {
        let file = request.path.rsplit('/').next().unwrap_or_default();
        crate::support::hub::content(request, std::fs::read(golden("tiny").join(file)).expect("a file"))
    });
    let elsewhere = other.address.clone();
    let server = Server::start(move |request| {
        // As the public hub does for another spelling of a name, and for large files.
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
    let hub = Hub { token: Some("secret".into()), ..hub(&server.address, &place.cache) };
    let folder = hub.model("our/tiny", |_| true).expect("a model");
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
    let moved = server.requests().into_iter().filter(|r| r.path.starts_with("/moved/"));
    assert!(moved.map(|r| r.header("authorization").map(str::to_owned)).all(|a| a.as_deref() == Some("Bearer secret")));
    assert!(!other.requests().is_empty() && other.requests().iter().all(|r| r.header("authorization").is_none()));
}

#[test]
fn contents_that_are_not_what_was_announced_are_refused() {
    // The same length, other bytes.
    let changed = |reply: Reply| {
        let mut reply = reply;
        if let Some(last) = reply.body.last_mut() {
            *last ^= 1;
        }
        reply
    };
    check_refused(WEIGHTS, "is not what the hub announced", changed);
    check_refused("config.json", "is not what the hub announced", changed);
    check_refused("vocab.txt", "is not what the hub announced", changed);
    // Without a hash, the contents tell.
    check_refused("config.json", "no JSON object", |reply| {
        let mut reply = reply.with("ETag", "\"12\"");
        reply.body[0] = b'x';
        reply
    });
    check_refused(WEIGHTS, "no whole safetensors file", |reply| {
        let mut reply = reply.with("ETag", "\"12\"");
        reply.body[0] ^= 1;
        reply
    });
}

#[test]
fn error_pages_and_cut_files_are_no_files() {
    // A page as long as the file.
    for status in [403, 404, 500, 201, 204] {
        check_refused("vocab.txt", "", move |reply| Reply { status, ..reply });
    }
    check_refused("vocab.txt", "web page", |reply| reply.with("Content-Type", "text/html; charset=utf-8"));
    // Cut, and nobody says how long it should be.
    let cut = |reply: Reply| {
        let half = reply.body.len() / 2;
        reply.without("Content-Length").paced(Pace::Cut(half))
    };
    check_refused("vocab.txt", "is not what the hub announced", cut);
    check_refused("vocab.txt", "without a length", move |reply| cut(reply.with("ETag", "\"12\"")));
    check_refused(WEIGHTS, "is not what the hub announced", cut);
    check_refused("config.json", "compressed", |reply| reply.with("Content-Encoding", "gzip"));
}

#[test]
fn a_hub_that_does_not_answer_is_given_up() {
    let silent = |reply: Reply| reply.paced(Pace::Silent);
    check_refused("main", "sent nothing", silent);
    check_refused("config.json", "sent nothing", silent);
    let stalled = |reply: Reply| reply.paced(Pace::Stall(100));
    check_refused("main", "sent nothing", |reply| reply.paced(Pace::Stall(10)));
    check_refused("config.json", "sent nothing", stalled);
    check_refused(WEIGHTS, "sent nothing", stalled);
}

#[test]
fn a_person_who_cancels_does_not_wait() {
    for pace in [Pace::Silent, Pace::Stall(100), Pace::Slow] {
        let place = Place::new();
        let server = Server::start(move |request| {
            if request.is_for(WEIGHTS) && request.method == "GET" {
                honest(request).paced(pace)
            } else {
                honest(request)
            }
        });
        let long = Hub { patience: Default::default(), ..hub(&server.address, &place.cache) };
        let asked = AtomicBool::new(false);
        let error = long.model("our/tiny", |p| {
            asked.store(true, Ordering::Relaxed);
            p.file != WEIGHTS
        });
        assert!(error.expect_err("no model").to_string().contains("cancelled"));
        assert!(asked.load(Ordering::Relaxed), "{pace:?}");
    }
}

#[test]
fn files_have_limits() {
    let huge = |reply: Reply| reply.with("Content-Length", "1000000000000").paced(Pace::Endless);
    check_refused("config.json", "at most 16 MiB", huge);
    check_refused(WEIGHTS, "at most 4096 MiB", huge);
    check_refused("main", "longer than 16 MiB", |reply| reply.without("Content-Length").paced(Pace::Endless));
    // A hub that does not say how much it sends.
    check_refused("config.json", "longer than", |reply| reply.without("Content-Length").paced(Pace::Endless));
}

#[test]
fn a_file_missing_once_is_asked_for_again() {
    let place = Place::new();
    let failed = Arc::new(AtomicBool::new(false));
    let server = Server::start(move |request| {
        if request.is_for("vocab.txt") && !failed.swap(true, Ordering::Relaxed) {
            return Reply::new(404, "").with("Content-Length", "0").with("X-Repo-Commit", COMMIT);
        }
        honest(request)
    });
    assert!(place.from(&server).expect_err("no model").contains("404"));
    let folder = place.from(&server).expect("a model");
    assert!(folder.join("vocab.txt").exists() && !place.model().join(".no_exist").exists());
}

#[test]
fn all_files_come_from_one_commit() {
    let place = Place::new();
    // At an older commit the cache has the configuration alone.
    let older = "f".repeat(40);
    let snapshot = place.model().join("snapshots").join(&older);
    std::fs::create_dir_all(&snapshot).expect("a folder");
    std::fs::create_dir_all(place.model().join("refs")).expect("a folder");
    std::fs::write(snapshot.join("config.json"), "{}").expect("a file");
    std::fs::write(place.model().join("refs/main"), &older).expect("a file");
    let server = Server::start(honest);
    let folder = place.from(&server).expect("a model");
    assert_eq!(folder, place.model().join("snapshots").join(COMMIT));
    PretrainedModel::from_pretrained(&folder).expect("a model folder");
    let files = server.requests().into_iter().filter(|r| !r.path.starts_with("/api/"));
    assert!(files.into_iter().all(|r| r.path.contains(COMMIT)), "every file is asked for at the commit");
}

#[test]
fn a_cut_download_goes_on_where_it_ended() {
    for has_ranges in [true, false] {
        let place = Place::new();
        let cut = Arc::new(AtomicBool::new(false));
        let server = Server::start(move |request| {
            let is_weights = request.is_for(WEIGHTS) && request.method == "GET";
            if is_weights && !cut.swap(true, Ordering::Relaxed) {
                return honest(request).paced(Pace::Cut(100_000));
            }
            let headers = request.headers.iter().filter(|(name, _)| has_ranges || name != "range").cloned().collect();
            honest(&Request { headers, ..request.clone() })
        });
        let error = place.from(&server).expect_err("no model");
        assert!(error.contains("goes on where it ended"), "{error}");
        assert!(place.blobs().iter().any(|(name, size)| name.ends_with(".incomplete") && *size == 100_000));
        let folder = place.from(&server).expect("a model");
        PretrainedModel::from_pretrained(&folder).expect("a model folder");
        let ranges: Vec<_> = server.requests().iter().filter_map(|r| r.header("range").map(str::to_owned)).collect();
        assert_eq!(ranges, ["bytes=100000-"]);
        assert!(place.blobs().keys().all(|name| !name.ends_with(".incomplete")));
    }
}

#[test]
fn what_an_earlier_attempt_left_is_checked() {
    let place = Place::new();
    let folder = place.from(&Server::start(honest)).expect("a model");
    // A blob that another program has left damaged: the model is asked for anew, and mended.
    let blob = std::fs::canonicalize(folder.join(WEIGHTS)).expect("a blob");
    let bytes = std::fs::read(&blob).expect("weights");
    std::fs::write(&blob, &bytes[1..]).expect("a file");
    let error = load_model(&ModelRef::Hub("our/tiny".into()), &hub("http://127.0.0.1:9", &place.cache), |_| true);
    let error = error.err().expect("a damaged model").to_string();
    assert!(error.contains("downloaded anew") && error.contains(text(&place.model())), "{error}");
    std::fs::remove_file(place.model().join("refs/main")).expect("a file less");
    place.from(&Server::start(honest)).expect("a model");
    assert!(std::fs::read(&blob).expect("weights") == bytes);
    // A wrong beginning of a file.
    std::fs::remove_dir_all(place.model().join("snapshots")).expect("a folder less");
    std::fs::rename(&blob, blob.with_extension("incomplete")).expect("a file");
    std::fs::write(blob.with_extension("incomplete"), b"wrong").expect("a file");
    assert!(place.from(&Server::start(honest)).expect_err("no model").contains("is not what the hub announced"));
    place.from(&Server::start(honest)).expect("a model");
}

#[test]
fn two_that_download_the_same_do_not_disturb_each_other() {
    let place = Place::new();
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
        let all: Vec<_> = (0..3).map(|_| scope.spawn(|| place.from(&server))).collect();
        for one in all {
            PretrainedModel::from_pretrained(&one.join().expect("no panic").expect("a model")).expect("a model folder");
        }
    });
    assert_eq!(weights.load(Ordering::Relaxed), 1, "the weights are downloaded once");
}

/// The program with this hub, and a variable on.
fn predict(server: &Server, cache: &Path, variable: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tagwright"))
        .args(["predict", "--model", "our/tiny", "--text", "Anna sings."])
        .envs([("HF_HUB_CACHE", text(cache)), ("HF_ENDPOINT", &server.address), (variable, "1")])
        .output()
        .expect("the program runs")
}

#[test]
fn offline_makes_no_request() {
    for variable in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
        let place = Place::new();
        let server = Server::start(honest);
        let output = predict(&server, &place.cache, variable);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(variable) && server.requests().is_empty(), "{told}");
        place.from(&server).expect("a model");
        let before = server.requests().len();
        let output = predict(&server, &place.cache, variable);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(server.requests().len(), before);
    }
}
