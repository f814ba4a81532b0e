//! Loader of PDF objects with memory limits. The parser keeps all objects in memory. Its filter callback counts the
//! memory of each object before the next ones are parsed.

use super::broken;
use crate::format::Problem;
use crate::format::budget::too_much;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use std::cell::Cell;
use std::panic::resume_unwind;

/// Remaining memory budget of the file that this thread reads.
#[derive(Clone, Copy, Default)]
struct ParseBudget {
    /// Number of bytes for all streams, in compressed form.
    streams: u64,
    /// Number of bytes for objects.
    objects: u64,
    /// Maximum decompressed size of a stream, in bytes.
    unfolded: usize,
    is_over: bool,
}

thread_local! {
    static ROOM: Cell<ParseBudget> = const { Cell::new(ParseBudget { streams: 0, objects: 0, unfolded: 0, is_over: false }) };
}

/// Loads a file with a maximum of `most` bytes in memory.
///
/// # Errors
/// Returns an error if the file is damaged, encrypted, or exceeds the limit.
pub(super) fn load(bytes: &[u8], most: u64) -> Result<Document, Problem> {
    /// Maximum number of cross-reference streams. Each update of a file adds one.
    const TABLES: usize = 256;
    if is_encrypted(bytes) {
        let cause = "the PDF is protected (encrypted); save it without protection, or print it to a new PDF";
        return Err(Problem::at(0, 0, cause));
    }
    if bytes.windows(5).filter(|w| *w == b"/XRef").count() > TABLES {
        return Err(broken());
    }
    // A cross-reference table needs a multiple of its decompressed size.
    let unfolded = usize::try_from(most / 8).unwrap_or(usize::MAX);
    let room = ParseBudget { streams: 2 * bytes.len() as u64 + (1 << 20), objects: most, unfolded, is_over: false };
    let attempt = |force_reconstruct| {
        ROOM.set(room);
        let options = LoadOptions {
            filter: Some(count),
            max_decompressed_size: Some(unfolded),
            force_reconstruct,
            ..LoadOptions::default()
        };
        let loaded = crate::format::guard::guarded(|| Document::load_mem_with_options(bytes, options));
        if ROOM.take().is_over { Err(too_much(most)) } else { Ok(loaded.and_then(Result::ok)) }
    };
    let has_pages = |document: &Document| document.page_iter().next().is_some();
    if let Some(document) = attempt(false)?.filter(has_pages) {
        return Ok(document);
    }
    attempt(true)?.filter(has_pages).ok_or_else(broken)
}

/// True if a file declares encryption. The name is never encrypted.
fn is_encrypted(bytes: &[u8]) -> bool {
    let names = bytes.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| &bytes[at + 1..]);
    names.filter_map(|rest| after_name(rest, b"Encrypt")).any(|after| {
        let after = after.trim_ascii_start();
        after.starts_with(b"<<") || after.first().is_some_and(u8::is_ascii_digit)
    })
}

/// Returns the bytes after a name that begins here, if it is this name. Each character can be written as a number.
fn after_name<'b>(mut rest: &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    for wanted in name {
        let (found, after) = match rest {
            [b'#', high, low, after @ ..] => {
                let digit = |b: u8| char::from(b).to_digit(16);
                let code = digit(*high)? * 16 + digit(*low)?;
                (u8::try_from(code).ok()?, after)
            }
            [plain, after @ ..] => (*plain, after),
            [] => return None,
        };
        if found != *wanted {
            return None;
        }
        rest = after;
    }
    rest.first().is_none_or(|b| !b.is_ascii_alphanumeric()).then_some(rest)
}

/// Counts an object that the parser is about to store.
#[allow(clippy::unnecessary_wraps, reason = "signature required by the parser")]
fn count(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    let mut room = ROOM.get();
    if let Object::Stream(stream) = object {
        take(&mut room, |room| &mut room.streams, stream.content.len() as u64);
        take(&mut room, |room| &mut room.objects, of_dictionary(&stream.dict));
        if stream.dict.has_type(b"ObjStm") {
            let takes = of_object_stream(stream, room.unfolded);
            match takes {
                Some(bytes) => take(&mut room, |room| &mut room.objects, bytes),
                None => stream.content = vec![b' '],
            }
        } else if is_no_text(stream) {
            // An empty stream would be read again.
            stream.content = vec![b' '];
        }
        // The stream is kept. The returned object is only used for objects in object streams.
        return Some((id, Object::Null));
    }
    take(&mut room, |room| &mut room.objects, of_object(object));
    Some((id, object.clone()))
}

fn take(room: &mut ParseBudget, part: fn(&mut ParseBudget) -> &mut u64, bytes: u64) {
    let left = part(room);
    if *left < bytes {
        room.is_over = true;
    }
    *part(room) = part(room).saturating_sub(bytes);
    ROOM.set(*room);
    if room.is_over {
        // The only way to stop the parser. `guarded` catches it, like the panics of the parser.
        resume_unwind(Box::new("the file exceeds its limits"));
    }
}

/// True for a stream that cannot contain text.
fn is_no_text(stream: &Stream) -> bool {
    stream.dict.has_type(b"XRef") || stream.dict.has_type(b"Metadata") || is_image(&stream.dict)
}

fn is_image(dict: &Dictionary) -> bool {
    dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image")
}

/// Returns the approximate memory of an object, in bytes.
fn of_object(object: &Object) -> u64 {
    const OBJECT: u64 = 96;
    let inside = match object {
        Object::Name(text) | Object::String(text, _) => text.len() as u64,
        Object::Array(all) => all.iter().map(of_object).sum(),
        Object::Dictionary(all) => of_dictionary(all),
        Object::Stream(stream) => of_dictionary(&stream.dict) + stream.content.len() as u64,
        _ => 0,
    };
    OBJECT + inside
}

fn of_dictionary(dict: &Dictionary) -> u64 {
    const ENTRY: u64 = 64;
    dict.iter().map(|(key, value)| ENTRY + key.len() as u64 + of_object(value)).sum()
}

/// Returns the approximate memory of the objects in an object stream, in bytes. `None` if they overlap, because the
/// same bytes would then be parsed many times.
fn of_object_stream(stream: &Stream, most: usize) -> Option<u64> {
    const TOKEN: u64 = 112;
    let content = stream.get_plain_content_with_limit(most).ok()?;
    let first = usize::try_from(stream.dict.get(b"First").and_then(Object::as_i64).ok()?).ok()?;
    let index = std::str::from_utf8(content.get(..first)?).ok()?;
    let numbers = index.split_ascii_whitespace().map(|n| n.parse::<usize>().ok());
    let mut places = numbers.skip(1).step_by(2).collect::<Option<Vec<_>>>()?;
    places.sort_unstable();
    let mut scan = Scan { bytes: &content[first..], at: 0 };
    let mut tokens = (places.len() * 2) as u64;
    let mut places = places.into_iter().peekable();
    while let Some((start, end, inside)) = scan.next_object() {
        tokens += inside;
        while places.next_if(|place| *place <= start).is_some() {
            if places.next_if(|next| (start..end).contains(next)).is_some() {
                return None;
            }
        }
        if places.peek().is_some_and(|place| *place < end) {
            return None;
        }
    }
    Some(tokens * TOKEN + content.len() as u64)
}

/// Scanner of consecutive objects.
struct Scan<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Scan<'_> {
    /// Returns the start and end of the next object, and the number of objects in it.
    fn next_object(&mut self) -> Option<(usize, usize, u64)> {
        let (mut depth, mut inside, mut start) = (0usize, 0u64, None);
        while let Some(byte) = self.bytes.get(self.at) {
            let at = self.at;
            let is_space = byte.is_ascii_whitespace() || *byte == 0;
            self.at += 1;
            match byte {
                _ if is_space => continue,
                b'%' => {
                    self.skip(|b| b != b'\n' && b != b'\r');
                    continue;
                }
                b'(' => self.string(),
                b'<' if self.bytes.get(self.at) == Some(&b'<') => {
                    self.at += 1;
                    depth += 1;
                }
                b'<' => {
                    self.skip(|b| b != b'>');
                    self.at += 1;
                }
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                b'>' => {
                    self.at += usize::from(self.bytes.get(self.at) == Some(&b'>'));
                    depth = depth.saturating_sub(1);
                }
                _ => self.skip(|b| !b.is_ascii_whitespace() && b != 0 && !b"()<>[]{}/%".contains(&b)),
            }
            start = start.or(Some(at));
            inside += 1;
            if depth == 0 {
                break;
            }
        }
        start.map(|start| (start, self.at.min(self.bytes.len()), inside))
    }

    fn skip(&mut self, continues: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|b| continues(*b)) {
            self.at += 1;
        }
    }

    /// Skips a string after its opening bracket.
    fn string(&mut self) {
        let mut depth = 1usize;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_encrypted_files() {
        let check = |text: &str, expected: bool| assert_eq!(is_encrypted(text.as_bytes()), expected, "{text}");
        check("trailer <</Encrypt 5 0 R>>", true);
        check("<</#45ncry#70t<</V 1>>>>", true);
        check("<</EncryptMetadata true>>", false);
        check("(the key /Encrypt of a PDF)", false);
    }

    #[test]
    fn rejects_overlapping_objects() {
        let check = |index: &str, objects: &str, expected: bool| {
            let mut dict = Dictionary::new();
            dict.set("First", Object::Integer(index.len() as i64));
            let stream = Stream::new(dict, [index, objects].concat().into_bytes());
            assert_eq!(of_object_stream(&stream, 1000).is_some(), expected, "{index}{objects}");
        };
        check("1 0 2 4 ", "[1] <</A (])>>", true);
        check("1 0 2 1 ", "[[[[1]]]]", false);
        check("1 0 2 0 ", "[1 2 3 4 5]", false);
        check("7 0 ", "[1", true);
    }
}
