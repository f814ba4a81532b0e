//! The reader of tags and texts: gaps where elements begin and end, and what is left out.

use super::Page;
use crate::format::documents::flow::Flow;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;

/// Takes the tokens of a page.
pub(super) struct Sink<'f>(pub(super) RefCell<Reader<'f>>);

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                reader.page.tags += 1;
                match tag.kind {
                    TagKind::StartTag => return reader.start(&tag),
                    TagKind::EndTag => reader.end(&tag.name),
                }
            }
            Token::CharacterTokens(text) => reader.characters(&text),
            Token::CommentToken(_) | Token::DoctypeToken(_) => reader.page.tags += 1,
            Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.borrow().is_xml
    }
}

/// The state between two tokens.
pub(super) struct Reader<'f> {
    flow: &'f mut Flow,
    pub(super) page: Page,
    is_xml: bool,
    skipped: Option<Skipped>,
    in_title: bool,
    has_title: bool,
    /// Open elements whose space is kept, lists, and drawings.
    kept: usize,
    lists: usize,
    drawings: usize,
    /// The begin of an element whose first line end is not its own.
    at_begin: bool,
    /// Open tables, and whether a row is open in each.
    tables: Vec<bool>,
}

/// An element whose text is left out, up to its end.
struct Skipped {
    name: String,
    /// Elements of this name that are open.
    depth: usize,
    /// It would be text if it were shown.
    is_hidden: bool,
    holds_text: bool,
}

impl<'f> Reader<'f> {
    pub(super) fn new(flow: &'f mut Flow, is_xml: bool) -> Self {
        Self {
            flow,
            page: Page::default(),
            is_xml,
            skipped: None,
            in_title: false,
            has_title: false,
            kept: 0,
            lists: 0,
            drawings: 0,
            at_begin: false,
            tables: Vec::new(),
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let is_closed = self.is_xml && tag.self_closing;
        let raw = raw_kind(name).filter(|_| !is_closed);
        let result = || raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData);
        self.end_skipped_before(name);
        if let Some(skipped) = &mut self.skipped {
            skipped.depth += usize::from(skipped.name == name && !is_closed);
            return result();
        }
        if let Some(is_hidden) = is_left_out(tag).filter(|_| !is_closed && !is_void(name)) {
            self.page.frames += usize::from(name == "iframe");
            // The place of what is left out parts words.
            self.block(name);
            self.skipped = Some(Skipped { name: name.to_owned(), depth: 1, is_hidden, holds_text: false });
            return result();
        }
        match name {
            "title" if self.drawings == 0 => self.in_title = !self.has_title && !is_closed,
            "svg" => {
                self.drawings += 1;
                self.flow.space();
            }
            "br" => self.flow.line_end(),
            "frame" => self.page.frames += 1,
            "pre" | "textarea" | "listing" | "xmp" | "plaintext" => {
                self.block(name);
                self.kept += usize::from(!is_closed);
                self.at_begin = true;
            }
            "ul" | "ol" | "menu" | "dir" | "dl" => {
                self.list_border();
                self.lists += 1;
            }
            "table" => {
                self.flow.paragraph();
                self.tables.push(false);
            }
            "tr" => {
                self.end_row();
                if let Some(is_open) = self.tables.last_mut() {
                    *is_open = true;
                    self.flow.row();
                } else {
                    self.flow.line();
                }
            }
            "td" | "th" => {
                // A cell may come without its row.
                if let Some(is_open) = self.tables.last_mut().filter(|is_open| !**is_open) {
                    *is_open = true;
                    self.flow.row();
                }
                self.flow.cell();
            }
            "thead" | "tbody" | "tfoot" => self.end_row(),
            _ => self.block(name),
        }
        if name == "plaintext" { TokenSinkResult::Plaintext } else { result() }
    }

    fn end(&mut self, name: &str) {
        self.end_skipped_before_end(name);
        if let Some(skipped) = &mut self.skipped {
            if skipped.name == name {
                skipped.depth -= 1;
                if skipped.depth == 0 {
                    self.end_skipped();
                    self.block(name);
                }
            }
            return;
        }
        match name {
            "title" if self.drawings == 0 => {
                self.has_title |= self.in_title;
                self.in_title = false;
            }
            "svg" => {
                self.drawings = self.drawings.saturating_sub(1);
                self.flow.space();
            }
            "br" => self.flow.line_end(),
            "pre" | "textarea" | "listing" | "xmp" => {
                self.kept = self.kept.saturating_sub(1);
                self.block(name);
            }
            "ul" | "ol" | "menu" | "dir" | "dl" => {
                self.lists = self.lists.saturating_sub(1);
                self.list_border();
            }
            "table" => {
                self.end_row();
                self.tables.pop();
                self.flow.paragraph();
            }
            "tr" | "thead" | "tbody" | "tfoot" => self.end_row(),
            "td" | "th" => {}
            _ => self.block(name),
        }
    }

    /// A list inside another one begins a line, not a paragraph.
    fn list_border(&mut self) {
        if self.lists == 0 { self.flow.paragraph() } else { self.flow.line() }
    }

    fn end_row(&mut self) {
        if let Some(is_open) = self.tables.last_mut().filter(|is_open| **is_open) {
            *is_open = false;
            self.flow.row_end();
        }
    }

    /// Adds the gap that an element begins and ends with, as browsers show it.
    fn block(&mut self, name: &str) {
        match name {
            "title" | "desc" | "text" | "textpath" if self.drawings > 0 => self.flow.space(),
            "p" | "blockquote" | "figure" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "hr" | "fieldset"
            | "listing" | "xmp" | "plaintext" | "article" | "section" | "form" | "hgroup" | "caption" => {
                self.flow.paragraph()
            }
            "address" | "aside" | "body" | "center" | "dd" | "details" | "dialog" | "div" | "dt" | "figcaption"
            | "footer" | "frameset" | "header" | "html" | "legend" | "li" | "main" | "nav" | "optgroup" | "option"
            | "search" | "summary" | "noscript" | "template" => self.flow.line(),
            "img" | "input" | "button" | "select" | "video" | "audio" | "object" | "embed" | "iframe" | "svg"
            | "canvas" | "textarea" | "meter" | "progress" | "marquee" => self.flow.space(),
            _ => {}
        }
    }

    fn characters(&mut self, text: &str) {
        if let Some(skipped) = &mut self.skipped {
            skipped.holds_text |= skipped.is_hidden && !text.trim().is_empty();
        } else if self.in_title {
            self.page.title.push_str(text);
        } else if self.kept > 0 {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let first = std::mem::take(&mut self.at_begin);
            self.flow.text(text.strip_prefix('\n').filter(|_| first).unwrap_or(&text));
        } else {
            self.flow.words(text);
        }
    }

    fn end_skipped(&mut self) {
        let hidden = self.skipped.take().is_some_and(|s| s.is_hidden && s.holds_text);
        self.page.hidden += usize::from(hidden);
    }

    /// Ends an element that is left out where a tag begins that ends it without a tag of its own.
    fn end_skipped_before(&mut self, next: &str) {
        let Some(skipped) = self.skipped.as_ref().filter(|s| s.depth == 1) else { return };
        let ends = match &*skipped.name {
            "p" => is_after_paragraph(next),
            "li" => next == "li",
            "dt" | "dd" => matches!(next, "dt" | "dd"),
            "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot"),
            "tr" => matches!(next, "tr" | "tbody" | "tfoot"),
            "option" => matches!(next, "option" | "optgroup"),
            _ => false,
        };
        if ends {
            self.end_skipped();
        }
    }

    /// Ends an element that is left out where the element ends that it is in.
    fn end_skipped_before_end(&mut self, name: &str) {
        let Some(skipped) = self.skipped.as_ref().filter(|s| s.depth == 1) else { return };
        let ends = match &*skipped.name {
            "p" => matches!(name, "div" | "td" | "li" | "section" | "article" | "body" | "blockquote" | "main"),
            "li" => matches!(name, "ul" | "ol" | "menu"),
            "dt" | "dd" => name == "dl",
            "td" | "th" => matches!(name, "tr" | "tbody" | "table"),
            "tr" => matches!(name, "tbody" | "table"),
            "option" => matches!(name, "select" | "optgroup"),
            _ => false,
        };
        if ends {
            self.end_skipped();
        }
    }
}

/// `None` for an element whose text is read; else true where its text is hidden, and false where it is no text.
fn is_left_out(tag: &Tag) -> Option<bool> {
    match &*tag.name {
        "script" | "style" | "iframe" | "noembed" | "noframes" => return Some(false),
        "template" | "noscript" | "annotation" | "annotation-xml" => return Some(true),
        _ => {}
    }
    let is_hidden = tag.attrs.iter().any(|attribute| match &*attribute.name.local {
        "hidden" => true,
        "style" => {
            let style: String = attribute.value.chars().filter(|c| !c.is_whitespace()).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    });
    is_hidden.then_some(true)
}

/// Elements whose content is text to the tokenizer, whatever it looks like.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(Rawtext),
        "title" | "textarea" => Some(Rcdata),
        _ => None,
    }
}

/// Elements without content.
fn is_void(name: &str) -> bool {
    let list =
        ["area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
    list.contains(&name)
}

/// Elements before which a paragraph ends.
fn is_after_paragraph(name: &str) -> bool {
    let list = [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ];
    list.contains(&name)
}
