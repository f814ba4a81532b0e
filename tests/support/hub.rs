//! Model hub on the loopback interface.

use super::golden;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tagwright::hub::{Hub, Timeouts};

/// Commit of the only model, `our/tiny`.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Response of the server to requests for the weights.
#[derive(Clone, Copy, PartialEq)]
pub enum Weights {
    /// Complete and correct.
    Whole,
    /// First half, then the connection is closed.
    Cut,
    /// 64 bytes at a time.
    Slow,
}

/// Received request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path without the query string.
    pub path: String,
    /// Headers with lower-case names.
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// True if the request is for this file of the model.
    pub fn is_for(&self, file: &str) -> bool {
        self.path.ends_with(&format!("/{file}"))
    }
}

/// Transfer of the body of a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Complete body at once.
    Whole,
    /// This number of bytes, then the connection is closed.
    Cut(usize),
    /// 64 bytes at a time.
    Slow,
    /// This number of bytes, then nothing. The connection stays open.
    Stall(usize),
    /// No data at all, not even headers.
    Silent,
    /// Body repeated endlessly.
    Endless,
}

/// Response.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub pace: Pace,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), pace: Pace::Whole }
    }

    /// Sets a header, replacing headers of the same name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    pub fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }
}

/// Running server with its received requests.
pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server with this handler.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                std::thread::spawn(move || serve_one(stream, &seen, answer.as_ref()));
            }
        });
        Self { address, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("requests").clone()
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }
}

fn serve_one(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) -> Option<()> {
    let mut bytes = Vec::new();
    let mut byte = [0u8; 1];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).ok()? == 1 {
        bytes.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = text.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.split('?').next()?.to_owned());
    let headers =
        lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
    let request = Request { method, path, headers };
    seen.lock().expect("requests").push(request.clone());
    let reply = answer(&request);
    if reply.pace == Pace::Silent {
        std::thread::sleep(Duration::from_secs(60));
        return None;
    }
    let mut head = format!("HTTP/1.1 {} Status\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    if request.method == "HEAD" {
        return Some(());
    }
    match reply.pace {
        Pace::Whole | Pace::Silent => stream.write_all(&reply.body).ok(),
        Pace::Cut(bytes) => stream.write_all(&reply.body[..bytes]).ok(),
        Pace::Stall(bytes) => {
            stream.write_all(&reply.body[..bytes]).ok()?;
            std::thread::sleep(Duration::from_secs(60));
            None
        }
        Pace::Slow => {
            for part in reply.body.chunks(64) {
                stream.write_all(part).ok()?;
                std::thread::sleep(Duration::from_millis(50));
            }
            Some(())
        }
        Pace::Endless => loop {
            stream.write_all(&reply.body).ok()?;
        },
    }
}

/// Response of a hub with the model `our/tiny`. Hashes have the form of the public hub; range requests are supported.
pub fn honest(request: &Request) -> Reply {
    let missing = |code: &str| Reply::new(404, "no such thing").with("Content-Length", "13").with("X-Error-Code", code);
    if request.path == "/api/models/our/tiny/revision/main" {
        let names = std::fs::read_dir(golden("tiny")).expect("the tiny model").flatten();
        let siblings: Vec<_> =
            names.map(|f| serde_json::json!({"rfilename": f.file_name().to_string_lossy()})).collect();
        let body = serde_json::json!({"sha": COMMIT, "siblings": siblings}).to_string();
        let length = body.len().to_string();
        return Reply::new(200, body).with("Content-Length", &length);
    }
    let Some(file) = request.path.strip_prefix(&format!("/our/tiny/resolve/{COMMIT}/")) else {
        return missing("RepoNotFound");
    };
    match std::fs::read(golden("tiny").join(file)) {
        Ok(bytes) => content(request, bytes),
        Err(_) => missing("EntryNotFound"),
    }
}

/// Response to a request for a file with this content.
pub fn content(request: &Request, bytes: Vec<u8>) -> Reply {
    let whole = bytes.len();
    let etag = if request.is_for("model.safetensors") {
        format!("{:x}", Sha256::digest(&bytes))
    } else {
        format!("{:x}", Sha1::new().chain_update(format!("blob {whole}\0")).chain_update(&bytes).finalize())
    };
    let from = request.header("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let reply = match from {
        None => Reply::new(200, bytes),
        Some(from) => Reply::new(206, &bytes[from..])
            .with("Content-Range", &format!("bytes {from}-{}/{whole}", whole.saturating_sub(1))),
    };
    let length = reply.body.len().to_string();
    reply.with("Content-Length", &length).with("ETag", &format!("\"{etag}\"")).with("X-Repo-Commit", COMMIT)
}

/// Starts a hub with one model, `our/tiny`. Returns its address and the counter of requests.
pub fn serve(weights: Weights) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let server = Server::start(move |request| {
        counter.fetch_add(1, Ordering::Relaxed);
        let reply = honest(request);
        let half = reply.body.len() / 2;
        match weights {
            Weights::Cut if request.is_for("model.safetensors") => reply.paced(Pace::Cut(half)),
            Weights::Slow if request.is_for("model.safetensors") => reply.paced(Pace::Slow),
            _ => reply,
        }
    });
    (server.address, asked)
}

/// Client of the hub at this address, with its own cache and short timeouts.
pub fn hub(endpoint: &str, cache: &Path) -> Hub {
    let short = Duration::from_millis(1500);
    Hub {
        endpoint: Some(endpoint.to_owned()),
        cache: Some(cache.to_owned()),
        patience: Timeouts { connect: short, response: short, read: short },
        ..Hub::default()
    }
}
