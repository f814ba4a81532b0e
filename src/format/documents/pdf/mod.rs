//! PDF: the text of its pages, in drawing order. An empty line separates pages. Hyphens at line ends are kept.
//!
//! [`load`] limits the memory of the parser, [`font`] (with [`map`]) converts codes to characters, [`page`] interprets
//! the page operators.

mod font;
mod load;
mod map;
mod page;

use super::flow::Flow;
use super::left_out::SkippedContent;
use crate::corpus::Corpus;
use crate::format::budget::{Budget, too_much};
use crate::format::guard::guarded;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use lopdf::{Document, Object};

/// PDF file.
pub const PDF: Format = Format {
    name: "pdf",
    description: "PDF: text of the pages, one document per file",
    extensions: &["pdf"],
    detect: |g| {
        let by_content = Detection::when(begins(g.bytes), Detection::SIGNATURE, "begins with %PDF-");
        by_content.or_else(|| Detection::when(g.extension == "pdf", Detection::EXTENSION, "PDF file extension"))
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// True if a file begins like a PDF, after optional whitespace.
fn begins(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"%PDF-")
}

fn broken() -> Problem {
    Problem::at(0, 0, "the PDF is damaged; print it to a new PDF, or save it as text")
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    /// Number of bytes before the signature that PDF readers skip.
    const HEAD: usize = 1024;
    let head = &source.bytes[..source.bytes.len().min(HEAD)];
    if !head.windows(5).any(|w| w == b"%PDF-") {
        return Err(Problem::at(0, 0, "not a PDF: no %PDF- signature; choose the format with --from"));
    }
    let text = guarded(|| text_of(source.bytes, source.budget)).unwrap_or_else(|| Err(broken()))?;
    let mut found = ReadReport::new(PDF);
    if text.is_leftward {
        found.detection_notes.push("right-to-left text is in visual order".into());
    }
    super::add(source, corpus, found, &text.title, text.flow, &text.left_out)
}

/// Content of a file.
struct Text {
    title: String,
    flow: Flow,
    left_out: SkippedContent,
    is_leftward: bool,
}

fn text_of(bytes: &[u8], budget: Budget) -> Result<Text, Problem> {
    /// Maximum number of annotations to inspect. Pages can share them.
    const ANNOTATIONS: usize = 1 << 20;
    let most = budget.decompressed_limit(bytes.len());
    let document = load::load(bytes, most)?;
    let mut reader = page::Reader::new(&document, most);
    let (mut pages, mut scans) = (0usize, 0usize);
    for page in document.page_iter() {
        pages += 1;
        let before = reader.signs;
        let images = reader.images;
        reader.page(page);
        if reader.is_over() {
            return Err(too_much(most));
        }
        scans += usize::from(reader.signs == before && reader.images > images);
    }
    let mut left_out = SkippedContent::default();
    if pages == 0 {
        return Err(broken());
    }
    if reader.signs == 0 && scans > 0 {
        let reason = format!("none of the {pages} pages has a text layer (scanned images)");
        return Err(Problem::at(0, 0, format!("{reason}; run text recognition (OCR) over the PDF first")));
    }
    if reader.unknown > reader.signs / 2 {
        let reason = "the fonts of the PDF do not map glyphs to characters";
        return Err(Problem::at(
            0,
            0,
            format!("{reason}; run text recognition (OCR) or get the text from another source"),
        ));
    }
    left_out.add_many(scans, "page without a text layer", "pages without a text layer");
    left_out.add_many(reader.unknown, "character without a Unicode mapping", "characters without a Unicode mapping");
    let mut looked_at = 0;
    for page in document.page_iter() {
        looked_at += siblings(&document, page, &mut left_out);
        if looked_at > ANNOTATIONS {
            break;
        }
    }
    let has_files =
        || document.catalog().ok()?.get_deref(b"Names", &document).ok()?.as_dict().ok()?.get(b"EmbeddedFiles").ok();
    left_out.add_many(usize::from(has_files().is_some()), "set of attached files", "sets of attached files");
    let (title, is_leftward) = (title(&document).unwrap_or_default(), reader.is_right_to_left);
    Ok(Text { title, flow: reader.into_flow(), left_out, is_leftward })
}

/// Returns the title in the document information.
fn title(document: &Document) -> Option<String> {
    let properties = document.trailer.get_deref(b"Info", document).ok()?.as_dict().ok()?;
    lopdf::decode_text_string(properties.get_deref(b"Title", document).ok()?).ok()
}

/// Counts comments and form fields of a page, which are not drawn by it. Returns the number of annotations.
fn siblings(document: &Document, page: lopdf::ObjectId, left_out: &mut SkippedContent) -> usize {
    let Ok(annotations) = document.get_page_annotations(page) else { return 1 };
    for annotation in &annotations {
        let holds = |key: &[u8]| match annotation.get_deref(key, document) {
            Ok(Object::String(text, _)) => !text.is_empty(),
            _ => false,
        };
        match annotation.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Widget") if holds(b"V") => left_out.add("form field", "form fields"),
            Ok(b"Widget" | b"Link" | b"Popup") => {}
            _ if holds(b"Contents") => left_out.add("comment", "comments"),
            _ => {}
        }
    }
    annotations.len() + 1
}
