//! Reader of tags and texts: gaps at the borders of elements, and the content to leave out.

use super::Page;
use crate::format::documents::flow::Flow;
use html5ever::tokenizer::states::{RawKind, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;

/// Receiver of the tokens of a page.
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

/// State between two tokens.
pub(super) struct Reader<'f> {
    flow: &'f mut Flow,
    pub(super) page: Page,
    is_xml: bool,
    skipped: Option<Skipped>,
    in_title: bool,
    has_title: bool,
    /// Number of open elements with preserved whitespace, of open lists, and of open drawings.
    kept: usize,
    lists: usize,
    drawings: usize,
    /// True at the start of an element whose first line end is ignored.
    at_begin: bool,
    /// Open tables, with true for a table with an open row.
    tables: Vec<bool>,
}

/// Element that is left out up to its end tag.
struct Skipped {
    name: String,
    /// Number of open elements with this name.
    depth: usize,
    /// True if its text is hidden, false if its content is not text.
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
            // The omitted content separates words.
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
                // A cell can occur without a row.
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

    /// Begins a line for a nested list, and a paragraph for an outer list.
    fn list_border(&mut self) {
        if self.lists == 0 { self.flow.paragraph() } else { self.flow.line() }
    }

    fn end_row(&mut self) {
        if let Some(is_open) = self.tables.last_mut().filter(|is_open| **is_open) {
            *is_open = false;
            self.flow.row_end();
        }
    }

    /// Adds the gap before and after an element, as browsers display it.
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

    /// Ends an omitted element if the next start tag implies its end.
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

    /// Ends an omitted element if the end tag of its parent implies its end.
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

/// Returns `None` for an element whose text is read, true if its text is hidden, and false if its content is not text.
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

/// Returns the tokenizer state of elements whose content is raw text.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(Rawtext),
        "title" | "textarea" => Some(Rcdata),
        _ => None,
    }
}

/// True for elements without content.
fn is_void(name: &str) -> bool {
    let list =
        ["area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
    list.contains(&name)
}

/// True for elements that end an open paragraph.
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
