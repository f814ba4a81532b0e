//! A model hub on this machine's own loopback.

use super::golden;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tagwright::hub::Hub;

/// How the server treats the weights.
#[derive(Clone, Copy, PartialEq)]
pub enum Weights {
    /// As they should be.
    Whole,
    /// Half of them, then the connection ends.
    Cut,
    /// A few bytes at a time.
    Slow,
}

/// A hub with one model, `our/tiny`. Returns its address and how many requests it has had.
pub fn serve(weights: Weights) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::Relaxed);
            std::thread::spawn(move || answer(stream, weights));
        }
    });
    (address, asked)
}

fn answer(mut stream: TcpStream, weights: Weights) -> Option<()> {
    let mut request = Vec::new();
    let mut byte = [0u8; 1];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).ok()? == 1 {
        request.push(byte[0]);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let mut words = request.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let file = path.split('?').next()?.strip_prefix("/our/tiny/resolve/main/").map(|f| golden("tiny").join(f));
    let Some(bytes) = file.and_then(|f| std::fs::read(f).ok()) else {
        let code = if path.contains("/our/tiny/") { "EntryNotFound" } else { "RepoNotFound" };
        write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nX-Error-Code: {code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        return Some(());
    };
    let commit = "0123456789012345678901234567890123456789";
    let etag = format!("{:x}", bytes.len());
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"{etag}\"\r\nX-Repo-Commit: {commit}\r\nConnection: close\r\n\r\n",
        bytes.len()
    )
    .ok()?;
    if method == "HEAD" {
        return Some(());
    }
    let is_weights = path.contains("safetensors");
    match weights {
        Weights::Cut if is_weights => stream.write_all(&bytes[..bytes.len() / 2]).ok(),
        Weights::Slow if is_weights => {
            for part in bytes.chunks(64) {
                stream.write_all(part).ok()?;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Some(())
        }
        _ => stream.write_all(&bytes).ok(),
    }
}

/// The hub at this address, with a cache of its own.
pub fn hub(endpoint: &str, cache: &std::path::Path) -> Hub {
    Hub { endpoint: Some(endpoint.to_owned()), cache: Some(cache.to_owned()) }
}
