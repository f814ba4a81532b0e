//! Word files (ECMA-376, WordprocessingML): paragraphs, lists, tables, footnotes and endnotes as text, with inserted
//! and without deleted changes. Parts are decompressed during reading, within the budget.

use super::flow::Flow;
use super::left_out::SkippedContent;
use super::office::{self, Zip};
use crate::corpus::Corpus;
use crate::format::budget::too_much;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{BufReader, Cursor, Read};

/// Word file.
pub const DOCX: Format = Format {
    name: "docx",
    description: "Word: text of the file, one document per file",
    extensions: &["docx", "dotx"],
    detect: |g| {
        let by_content = Detection::when(is_word(g.bytes), Detection::SIGNATURE, "a zip with word/document.xml");
        let by_name = || g.has_extension(DOCX.extensions) || g.extension == "docm";
        by_content.or_else(|| Detection::when(by_name(), Detection::EXTENSION, "Word file extension"))
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

fn broken(reason: &dyn std::fmt::Display) -> Problem {
    Problem::at(0, 0, format!("cannot read the Word file ({reason}); save it again or as text"))
}

fn names(archive: &Archive) -> Vec<String> {
    archive.file_names().filter_map(|name| name.ok().map(std::borrow::Cow::into_owned)).collect()
}

fn is_word(bytes: &[u8]) -> bool {
    let archive = bytes.starts_with(b"PK").then(|| zip::ZipArchive::new(Cursor::new(bytes)).ok()).flatten();
    archive.is_some_and(|archive| office::of_zip(names(&archive).iter().map(String::as_str)) == Some(Zip::Word))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    if let Some(kind) = office::of_old(source.bytes) {
        return Err(Problem::at(0, 0, format!("this is {kind}")));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(source.bytes)).map_err(|e| broken(&e))?;
    let names = names(&archive);
    if let Some(Zip::Other(kind)) = office::of_zip(names.iter().map(String::as_str)) {
        return Err(Problem::at(0, 0, format!("this is {kind}")));
    }
    let most = source.budget.decompressed_limit(source.bytes.len());
    let mut parts = Parts { archive: &mut archive, left: most, most };
    if parts.whole("[Content_Types].xml")?.to_ascii_lowercase().contains("macroenabled") {
        return Err(Problem::at(0, 0, format!("this is {}", office::MACROS)));
    }
    let is_body = |name: &&String| name.starts_with("word/document") && name.ends_with(".xml");
    let body = names.iter().find(|n| *n == "word/document.xml").or_else(|| names.iter().find(is_body));
    let body = body.ok_or_else(|| broken(&"no word/document.xml"))?;
    let mut walk = Walk { flow: Flow::new(most), ..Walk::default() };
    let mut left_out = SkippedContent::default();
    for part in [body.as_str(), "word/footnotes.xml", "word/endnotes.xml"] {
        parts.walk(part, &mut walk)?;
        walk.flow.paragraph();
    }
    walk.on_problem(&mut left_out);
    for name in &names {
        let is = |begin: &str| name.strip_prefix(begin).is_some_and(|rest| rest.ends_with(".xml"));
        if is("word/header") || is("word/footer") {
            let mut siblings = Walk { flow: Flow::new(most), ..Walk::default() };
            parts.walk(name, &mut siblings)?;
            left_out.add_many(usize::from(!siblings.flow.is_empty()), "header or footer", "headers and footers");
        } else if is("word/comments") {
            let mut siblings = Walk { flow: Flow::new(most), ..Walk::default() };
            parts.walk(name, &mut siblings)?;
            left_out.add_many(siblings.comments, "comment", "comments");
        } else if name.starts_with("word/embeddings/") || name.starts_with("word/afchunk") {
            left_out.add("embedded file", "embedded files");
        } else if is("word/charts/chart") || is("word/diagrams/data") {
            left_out.add("chart or diagram", "charts and diagrams");
        }
    }
    let title = title(&parts.whole("docProps/core.xml")?);
    super::add(source, corpus, ReadReport::new(DOCX), &title, walk.flow, &left_out)
}

/// Returns the title in the document properties.
fn title(properties: &str) -> String {
    let mut reader = Reader::from_str(properties);
    let (mut title, mut is_open) = (String::new(), false);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(e) => is_open = e.local_name().into_inner() == "title",
            Event::End(_) => is_open = false,
            Event::Text(text) if is_open => title.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if is_open => title.extend(character(&entity)),
            Event::Eof => break,
            _ => {}
        }
    }
    title
}

/// Returns the character of an XML entity.
fn character(entity: &quick_xml::events::BytesRef) -> Option<char> {
    let named = resolve_predefined_entity(entity).and_then(|text| text.chars().next());
    named.or_else(|| entity.resolve_char_ref().ok().flatten())
}

/// Parts of a file, with the remaining number of bytes to decompress.
struct Parts<'p, 'a> {
    archive: &'p mut Archive<'a>,
    left: u64,
    most: u64,
}

impl Parts<'_, '_> {
    /// Reads a small part. Empty if the part is missing.
    fn whole(&mut self, name: &str) -> Result<String, Problem> {
        /// Maximum number of bytes to read.
        const MOST: u64 = 1 << 20;
        let Ok(part) = self.archive.by_name(name) else { return Ok(String::new()) };
        let mut bytes = Vec::new();
        part.take(MOST.min(self.left)).read_to_end(&mut bytes).map_err(|e| broken(&e))?;
        self.left -= bytes.len() as u64;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads a part if it exists.
    fn walk(&mut self, name: &str, walk: &mut Walk) -> Result<(), Problem> {
        let Ok(part) = self.archive.by_name(name) else { return Ok(()) };
        let mut part = part.take(self.left.saturating_add(1));
        let read = walk.read(BufReader::new(&mut part));
        if part.limit() == 0 || walk.flow.is_full() {
            return Err(too_much(self.most));
        }
        self.left = part.limit() - 1;
        read
    }
}

/// State of the WordprocessingML reader.
struct Walk {
    flow: Flow,
    /// Namespace prefixes of Word elements and of formula elements.
    word: String,
    math: String,
    /// Omitted element, and the number of open elements with its name.
    skipped: Option<(String, usize)>,
    /// True if the omitted element contains text.
    skipped_text: bool,
    in_run: bool,
    in_properties: bool,
    in_text: bool,
    is_hidden: bool,
    /// True if the paragraph is a list item; the same for the previous paragraph.
    is_item: bool,
    was_item: bool,
    /// True if the paragraph contains text.
    has_begun: bool,
    tables: usize,
    boxes: usize,
    deleted: usize,
    hidden: usize,
    symbols: usize,
    ruby_annotations: usize,
    chunks: usize,
    comments: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            flow: Flow::new(0),
            word: "w:".into(),
            math: "m:".into(),
            skipped: None,
            skipped_text: false,
            in_run: false,
            in_properties: false,
            in_text: false,
            is_hidden: false,
            is_item: false,
            was_item: false,
            has_begun: false,
            tables: 0,
            boxes: 0,
            deleted: 0,
            hidden: 0,
            symbols: 0,
            ruby_annotations: 0,
            chunks: 0,
            comments: 0,
        }
    }
}

impl Walk {
    fn read(&mut self, part: impl std::io::BufRead) -> Result<(), Problem> {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        let mut buffer = Vec::new();
        let mut is_root = true;
        loop {
            match reader.read_event_into(&mut buffer).map_err(|e| broken(&e))? {
                Event::Start(e) => {
                    if std::mem::take(&mut is_root) {
                        self.take_prefixes(&e);
                    }
                    self.start(&e);
                }
                Event::End(e) => self.end(e.name().into_inner()),
                Event::Text(text) => self.characters(&text.xml10_content()),
                Event::CData(text) => self.characters(&text.xml10_content()),
                Event::GeneralRef(entity) => match character(&entity) {
                    Some(c) => self.characters(c.encode_utf8(&mut [0; 4])),
                    None if self.in_text => return Err(broken(&format!("unknown entity {}", &*entity))),
                    None => {}
                },
                Event::Eof => break,
                _ => {}
            }
            if self.flow.is_full() {
                break;
            }
            buffer.clear();
        }
        // A truncated part must not affect the next part.
        self.skipped = None;
        (self.in_run, self.in_text, self.in_properties) = (false, false, false);
        Ok(())
    }

    /// Reads the namespace prefixes from the root element.
    fn take_prefixes(&mut self, root: &BytesStart) {
        for attribute in root.attributes().with_checks(false).flatten() {
            let Some(prefix) = attribute.key.into_inner().strip_prefix("xmlns:") else { continue };
            let prefix = format!("{prefix}:");
            match &*attribute.value {
                uri if uri.contains("/wordprocessingml/") && uri.ends_with("/main") => self.word = prefix,
                uri if uri.ends_with("/math") => self.math = prefix,
                _ => {}
            }
        }
    }

    fn start(&mut self, element: &BytesStart) {
        let full = element.name().into_inner();
        if let Some((name, depth)) = &mut self.skipped {
            *depth += usize::from(name == full);
            self.in_text = full.ends_with(":t") || full.ends_with(":delText");
            return;
        }
        if full.ends_with(":Fallback") {
            self.skip(full);
            return;
        }
        if full.strip_prefix(&*self.math) == Some("t") {
            self.in_text = true;
            return;
        }
        let Some(name) = full.strip_prefix(&*self.word) else { return };
        let value = || attribute(element, "val");
        let is_on = || !matches!(value().as_deref(), Some("0" | "false" | "off"));
        match name {
            "p" => (self.is_item, self.has_begun) = (false, false),
            "numPr" => self.is_item = true,
            "numId" => self.is_item = value().as_deref() != Some("0"),
            "r" => (self.in_run, self.is_hidden) = (true, false),
            "rPr" | "pPr" => self.in_properties = true,
            "vanish" => self.is_hidden = self.in_run && is_on(),
            "t" => self.in_text = true,
            "tab" | "ptab" if self.in_run && !self.in_properties => self.add("\t"),
            "br" | "cr" if self.in_run => self.flow.line_end(),
            "noBreakHyphen" => self.add("\u{2011}"),
            "softHyphen" => self.add("\u{ad}"),
            "sym" => self.symbols += 1,
            "comment" => self.comments += 1,
            "altChunk" => self.chunks += 1,
            "footnote" | "endnote" => self.flow.paragraph(),
            "tbl" => {
                self.flow.paragraph();
                self.tables += 1;
            }
            "tr" => self.flow.row(),
            "tc" => self.flow.cell(),
            "del" | "moveFrom" | "txbxContent" | "rt" | "rPrChange" | "pPrChange" => self.skip(full),
            _ => {}
        }
    }

    fn skip(&mut self, full: &str) {
        self.skipped = Some((full.to_owned(), 1));
        self.skipped_text = false;
        self.in_text = false;
    }

    fn end(&mut self, full: &str) {
        if full.ends_with(":t") || full.ends_with(":delText") {
            self.in_text = false;
        }
        if let Some((name, depth)) = &mut self.skipped {
            *depth -= usize::from(name == full);
            if *depth == 0 {
                self.skipped = None;
                self.count_skipped(full);
            }
            return;
        }
        match full.strip_prefix(&*self.word).unwrap_or_default() {
            "p" => {
                self.flow.line();
                if self.has_begun {
                    self.was_item = self.is_item;
                }
            }
            "r" => self.in_run = false,
            "rPr" | "pPr" => self.in_properties = false,
            "tr" => self.flow.row_end(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                self.flow.paragraph();
                self.was_item = false;
            }
            _ => {}
        }
    }

    fn count_skipped(&mut self, full: &str) {
        let count = match full.strip_prefix(&*self.word) {
            Some("del" | "moveFrom") => &mut self.deleted,
            Some("txbxContent") => &mut self.boxes,
            Some("rt") => &mut self.ruby_annotations,
            _ => return,
        };
        *count += usize::from(self.skipped_text);
    }

    fn characters(&mut self, text: &str) {
        if !self.in_text || text.is_empty() {
        } else if self.skipped.is_some() {
            self.skipped_text = true;
        } else if self.is_hidden && self.in_run {
            self.hidden += 1;
        } else {
            self.add(text);
        }
    }

    /// Adds text. The first text of a paragraph is preceded by the paragraph gap.
    fn add(&mut self, text: &str) {
        if !std::mem::replace(&mut self.has_begun, true) {
            let is_line = self.tables > 0 || (self.is_item && self.was_item);
            if is_line { self.flow.line() } else { self.flow.paragraph() }
        }
        self.flow.text(text);
    }

    fn on_problem(&self, left_out: &mut SkippedContent) {
        left_out.add_many(self.deleted, "deleted text", "deleted texts");
        left_out.add_many(self.boxes, "text box", "text boxes");
        left_out.add_many(self.hidden, "hidden text", "hidden texts");
        left_out.add_many(self.symbols, "symbol font character", "symbol font characters");
        left_out.add_many(self.ruby_annotations, "ruby annotation", "ruby annotations");
        left_out.add_many(self.chunks, "embedded document", "embedded documents");
    }
}

/// Returns an attribute by its local name.
fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let mut all = element.attributes();
    let found = all.with_checks(false).flatten().find(|a| a.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}
