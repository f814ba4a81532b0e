//! HTML: the text that a browser displays. Tags are processed in sequence without a tree. The memory of a tree of
//! malicious tags would be quadratic in the file size. [`attributes`] limits the time of the tokenizer, [`reader`]
//! processes its tags and texts.

mod attributes;
mod reader;

use super::flow::Flow;
use super::left_out::SkippedContent;
use crate::corpus::Corpus;
use crate::format::decode::{Decoded, decode_as};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use encoding_rs::Encoding;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use reader::{Reader, Sink};
use std::cell::RefCell;

/// HTML page.
pub const HTML: Format = Format {
    name: "html",
    description: "HTML: text of the page, one document per file",
    extensions: &["html", "htm", "xhtml"],
    detect: |g| {
        let by_content = Detection::when(is_html(g.head), Detection::SIGNATURE, "HTML doctype or root element");
        let by_name = g.has_extension(HTML.extensions);
        let with_tags =
            || Detection::when(by_name && has_tags(g.head), Detection::STRUCTURE, "HTML file extension and tags");
        let by_content = by_content.or_else(with_tags);
        by_content.or_else(|| Detection::when(by_name, Detection::EXTENSION, "HTML file extension"))
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// True if a text begins like HTML, after comments and an XML declaration.
fn is_html(head: &str) -> bool {
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    while let Some((_, after)) = comment(rest) {
        rest = after.trim_start();
    }
    let begins = |with: &str| rest.get(..with.len()).is_some_and(|r| r.eq_ignore_ascii_case(with));
    begins("<!doctype html") || begins("<html>") || begins("<html ") || begins("<html\n")
}

/// True if a text has tags.
fn has_tags(head: &str) -> bool {
    let is_name =
        |rest: &str| rest.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>');
    head.match_indices('<').take(100).any(|(at, _)| is_name(&head[at + 1..]))
}

/// Returns a comment or declaration at the start of a text, and the rest of the text.
fn comment(text: &str) -> Option<(&str, &str)> {
    let (end, marks) = if text.starts_with("<!--") { ("-->", 3) } else { ("?>", 2) };
    let is_one = text.starts_with("<!--") || text.starts_with("<?xml");
    let at = is_one.then(|| text.find(end))?? + marks;
    Some(text.split_at(at))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = decoded(source)?;
    let mut found = ReadReport::with_encoding(HTML, &decoded);
    let mut flow = Flow::new(source.budget.file());
    let page = add(&decoded.text, &mut flow)?;
    let mut left_out = SkippedContent::default();
    left_out.add_many(page.hidden, "hidden text", "hidden texts");
    left_out.add_many(page.frames, "frame", "frames");
    found.notes.add_many(NoteKind::Markup, page.tags, String::new);
    super::add(source, corpus, found, &page.title, flow, &left_out)
}

/// Decodes a page. The encoding comes from the user, the byte order mark, the `meta` tag, or the detection, in this
/// order.
fn decoded<'a>(source: &SourceInput<'a>) -> Result<Decoded<'a>, Problem> {
    let is_utf8 = !source.bytes.is_ascii() && std::str::from_utf8(source.bytes).is_ok();
    let is_known = source.options.encoding.is_some() || Encoding::for_bom(source.bytes).is_some() || is_utf8;
    let declared = declared(source.bytes).filter(|_| !is_known);
    match declared.map(|encoding| decode_as(source.bytes, encoding)) {
        Some(Ok(decoded)) => Ok(decoded),
        _ => source.decode(),
    }
}

/// Returns the encoding that a page declares in its first bytes.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    /// Number of bytes in which the HTML standard searches the declaration.
    const HEAD: usize = 1024;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let name_after = |key: &str, text: &str| {
        let rest = text[text.find(key)? + key.len()..].trim_start().strip_prefix('=')?.trim_start();
        let rest = rest.trim_start_matches(['"', '\'']);
        let name = &rest[..rest.find(|c: char| "\"'; />?".contains(c) || c.is_whitespace()).unwrap_or(rest.len())];
        Encoding::for_label(name.as_bytes())
    };
    let metas = head.split("<meta").skip(1).map(|tag| &tag[..tag.find('>').unwrap_or(tag.len())]);
    let of_xml = || head.strip_prefix("<?xml").and_then(|rest| name_after("encoding", &rest[..rest.find("?>")?]));
    let found = metas.filter_map(|tag| name_after("charset", tag)).next().or_else(of_xml)?;
    // A declaration that is readable as ASCII cannot be in UTF-16.
    Some(if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE { encoding_rs::UTF_8 } else { found })
}

/// Title of a page, and counts of its other content.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) title: String,
    /// Number of texts that a browser does not display.
    pub(super) hidden: usize,
    /// Number of embedded pages.
    pub(super) frames: usize,
    /// Number of tags, comments and declarations.
    pub(super) tags: usize,
}

/// Adds the text of a page.
///
/// # Errors
/// Returns an error if a tag has too many attributes.
pub(super) fn add(text: &str, flow: &mut Flow) -> Result<Page, Problem> {
    /// Number of bytes per chunk for the tokenizer.
    const PART: usize = 64 << 10;
    attributes::check(text)?;
    let is_xml = text.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml");
    let sink = Sink(RefCell::new(Reader::new(flow, is_xml)));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.ceil_char_boundary(PART));
        queue.push_back(StrTendril::from_slice(part));
        // The tokenizer only stops to execute scripts.
        let _ = tokenizer.feed(&queue);
        rest = after;
    }
    tokenizer.end();
    Ok(tokenizer.sink.0.into_inner().page)
}
