//! Checks of downloaded files: hash and length as announced by the hub, and usable contents.

use super::cache::Etag;
use safetensors::tensor::Metadata;
use serde::de::IgnoredAny;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Number of bytes that are read between two checks for cancellation.
const CHUNK: usize = 1 << 20;

/// Maximum header size in the safetensors format, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// Result of a check.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The file can be used.
    Good,
    /// The file must not be used. The reason is the end of a sentence that begins with the file name.
    Bad(String),
    /// The user canceled the check.
    Cancelled,
}

/// Checks a file against its ETag, against its length in bytes if known, and checks its contents.
/// `name` is the name of the file in the model.
pub(super) fn verify(
    path: &Path,
    name: &str,
    etag: &Etag,
    length: Option<u64>,
    should_continue: &mut dyn FnMut() -> bool,
) -> Verdict {
    let checked = File::open(path).and_then(|mut file| {
        let here = file.metadata()?.len();
        if length.is_some_and(|length| length != here) {
            return Ok(Verdict::Bad(format!("has {here} bytes, the hub announced {}", length.unwrap_or(0))));
        }
        match matches_etag(&mut file, here, etag, should_continue)? {
            Verdict::Good => contents(path, name, here),
            other => Ok(other),
        }
    });
    checked.unwrap_or_else(|e| Verdict::Bad(format!("cannot be read ({e})")))
}

/// True if an ETag of this length is a hash of the contents.
pub(super) fn is_hash(etag: &Etag) -> bool {
    matches!(etag.as_str().len(), 40 | 64)
}

/// Compares the contents with an ETag: a SHA-256 (64 digits), or a git blob id or SHA-1 (40 digits).
fn matches_etag(file: &mut File, length: u64, etag: &Etag, go_on: &mut dyn FnMut() -> bool) -> io::Result<Verdict> {
    if !is_hash(etag) {
        return Ok(Verdict::Good);
    }
    let is_long = etag.as_str().len() == 64;
    let (mut long, mut short, mut blob) = (Sha256::new(), Sha1::new(), Sha1::new());
    blob.update(format!("blob {length}\0"));
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        if is_long {
            long.update(&chunk[..read]);
        } else {
            short.update(&chunk[..read]);
            blob.update(&chunk[..read]);
        }
        if !go_on() {
            return Ok(Verdict::Cancelled);
        }
    }
    let is = |digits: String| digits.eq_ignore_ascii_case(etag.as_str());
    let same = if is_long {
        is(format!("{:x}", long.finalize()))
    } else {
        is(format!("{:x}", blob.finalize())) || is(format!("{:x}", short.finalize()))
    };
    let kind = if is_long { "SHA-256" } else { "SHA-1" };
    Ok(if same { Verdict::Good } else { Verdict::Bad(format!("does not match the hash of the hub ({kind})")) })
}

/// Checks that the contents are plausible: JSON is an object, a weights file has a header that matches its length, and
/// a vocabulary is text.
fn contents(path: &Path, name: &str, length: u64) -> io::Result<Verdict> {
    if name.ends_with(".safetensors") {
        return header(&mut File::open(path)?, length);
    }
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    if name.ends_with(".json") {
        let parsed = serde_json::from_slice::<HashMap<String, IgnoredAny>>(&bytes);
        return Ok(parsed.map_or_else(|e| Verdict::Bad(format!("is not a JSON object ({e})")), |_| Verdict::Good));
    }
    let is_text = !bytes.is_empty() && !bytes.contains(&0) && std::str::from_utf8(&bytes).is_ok();
    Ok(if is_text { Verdict::Good } else { Verdict::Bad("is not a text file".into()) })
}

/// Checks the header of a safetensors file against the file length.
fn header(file: &mut File, length: u64) -> io::Result<Verdict> {
    let bad = |reason: &str| Ok(Verdict::Bad(format!("is an invalid or incomplete safetensors file ({reason})")));
    let mut size = [0; 8];
    if file.read_exact(&mut size).is_err() {
        return bad("the header is missing");
    }
    let size = u64::from_le_bytes(size);
    if size > LONGEST_HEADER || size > length - 8 {
        return bad("the header is too long");
    }
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    match serde_json::from_slice::<Metadata>(&bytes) {
        Ok(metadata) if metadata.data_len() as u64 == length - 8 - size => Ok(Verdict::Good),
        Ok(_) => bad("the header does not match the file length"),
        Err(e) => bad(&e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    #[test]
    fn verifies_file_against_etag() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        disk::write(&path, b"hello\n").expect("a file");
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        let check = |etag: &str, length: Option<u64>, good: bool| {
            let etag = Etag::parse(etag).expect("hexadecimal");
            let verdict = verify(&path, "vocab.txt", &etag, length, &mut || true);
            assert_eq!(verdict == Verdict::Good, good, "{etag:?}: {verdict:?}");
        };
        check(sha256, Some(6), true);
        check(&sha256.to_uppercase(), None, true);
        check(&sha256.replace('5', "6"), Some(6), false);
        check(sha256, Some(7), false);
        // Hashes from `git hash-object` and `sha1sum`.
        check("ce013625030ba8dba906f756967f9e9ca394464a", Some(6), true);
        check("f572d396fae9206628714fb2ce00f72e94f2258f", Some(6), true);
        check("f572d396fae9206628714fb2ce00f72e94f22580", Some(6), false);
        check("6", Some(6), true);
        let etag = Etag::parse(sha256).expect("hexadecimal");
        assert_eq!(verify(&path, "vocab.txt", &etag, None, &mut || false), Verdict::Cancelled);
    }

    #[test]
    fn rejects_invalid_contents() {
        let folder = tempfile::tempdir().expect("a folder");
        let check = |name: &str, bytes: &[u8], expected: Option<&str>| {
            let path = folder.path().join(name);
            disk::write(&path, bytes).expect("a file");
            match (verify(&path, name, &Etag::parse("1").expect("hexadecimal"), None, &mut || true), expected) {
                (Verdict::Good, None) => {}
                (Verdict::Bad(reason), Some(stated)) => assert!(reason.contains(stated), "{name}: {reason}"),
                (verdict, _) => panic!("{name}: {verdict:?}"),
            }
        };
        check("config.json", b"{\"a\": 1}", None);
        check("config.json", b"{\"a\": 1", Some("not a JSON object"));
        check("config.json", b"<html>", Some("not a JSON object"));
        check("config.json", b"[]", Some("not a JSON object"));
        check("vocab.txt", b"", Some("not a text file"));
        check("vocab.txt", b"a\0", Some("not a text file"));
        check("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", None);
        check("model.safetensors", b"\x02\0\0\0\0\0\0\0{}x", Some("does not match the file length"));
        check("model.safetensors", b"\x03\0\0\0\0\0\0\0{}", Some("header is too long"));
        check("model.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\xff{}", Some("header is too long"));
        check("model.safetensors", b"<html>", Some("header is missing"));
    }
}
