//! Markdown: its text without the markup. Front matter is not read, except for its title.

use super::flow::Flow;
use super::html;
use super::left_out::SkippedContent;
use crate::corpus::Corpus;
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Text with Markdown markup.
pub const MARKDOWN: Format = Format {
    name: "markdown",
    description: "Markdown: text, one document per file",
    extensions: &["md", "markdown"],
    detect: |g| {
        let is_one = g.has_extension(MARKDOWN.extensions);
        let with_marks =
            Detection::when(is_one && g.lines().any(has_marks), WITH_MARKS, "Markdown file extension and markup");
        with_marks.or_else(|| Detection::when(is_one, Detection::EXTENSION, "Markdown file extension"))
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities { overlapping_spans: false, any_character: false, ..Capabilities::OFFSET_FORMAT },
};

/// Score of an extension together with markup. It exceeds that of columns, because lists look like columns.
const WITH_MARKS: u8 = Detection::FITS + 10;

/// True for a line with markup that is rare in other texts.
fn has_marks(line: &str) -> bool {
    let begins = ["#", "- ", "* ", "+ ", "> ", "```", "~~~", "|", "---", "==="]
        .iter()
        .any(|mark| line.trim_start().starts_with(mark));
    begins || line.contains("](") || line.contains("**")
}

/// Maximum memory of the parser per byte of markup, in bytes.
const A_BYTE: u64 = 64;

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let is_markup = |b: &&u8| b.is_ascii_punctuation() || **b == b'\n';
    source.budget.check_memory(decoded.text.bytes().filter(|b| is_markup(&b)).count() as u64 * A_BYTE)?;
    let mut found = ReadReport::with_encoding(MARKDOWN, &decoded);
    let mut flow = Flow::new(source.budget.file());
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(&decoded.text, options) {
        reader.take(event, &mut flow)?;
    }
    found.notes.add_many(NoteKind::Markup, reader.marks, String::new);
    found.notes.add_many(NoteKind::Field, usize::from(!reader.front_matter.is_empty()), || "front matter".into());
    let title = reader.front_title().unwrap_or(&reader.heading).to_owned();
    super::add(source, corpus, found, &title, flow, &reader.left_out)
}

#[derive(Default)]
struct Reader {
    /// Number of markup elements.
    marks: usize,
    front_matter: String,
    in_front_matter: bool,
    /// First heading of level 1.
    heading: String,
    in_heading: bool,
    has_heading: bool,
    lists: usize,
    /// Lines of an HTML block up to its end.
    html: String,
    left_out: SkippedContent,
}

impl Reader {
    fn take(&mut self, event: Event, flow: &mut Flow) -> Result<(), Problem> {
        match event {
            Event::Start(tag) => {
                self.marks += usize::from(!matches!(tag, Tag::Paragraph));
                self.start(&tag, flow);
            }
            Event::End(tag) => self.end(tag, flow)?,
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                if self.in_front_matter {
                    self.front_matter.push_str(&text);
                    return Ok(());
                }
                if self.in_heading {
                    self.heading.push_str(&text);
                }
                // The last line end of a code block belongs to it.
                flow.text(&text.replace('\r', ""));
            }
            Event::SoftBreak => {
                self.heading.extend(self.in_heading.then_some(' '));
                flow.space();
            }
            Event::HardBreak => flow.line_end(),
            Event::Rule => flow.paragraph(),
            Event::Html(line) => self.html.push_str(&line),
            Event::InlineHtml(tag) => {
                self.marks += 1;
                if tag.get(..3).is_some_and(|t| t.eq_ignore_ascii_case("<br")) {
                    flow.line_end();
                }
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => self.marks += 1,
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag, flow: &mut Flow) {
        match tag {
            Tag::MetadataBlock(_) => self.in_front_matter = true,
            Tag::Heading { level, .. } => {
                flow.paragraph();
                self.in_heading = *level == HeadingLevel::H1 && !self.has_heading;
                self.has_heading |= self.in_heading;
            }
            Tag::List(_) => {
                if self.lists == 0 {
                    flow.paragraph();
                }
                self.lists += 1;
            }
            Tag::Item => flow.line(),
            Tag::Paragraph if self.lists > 0 => flow.line(),
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::FootnoteDefinition(_)
            | Tag::Table(_)
            | Tag::HtmlBlock => flow.paragraph(),
            Tag::TableHead | Tag::TableRow => flow.row(),
            Tag::TableCell => flow.cell(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, flow: &mut Flow) -> Result<(), Problem> {
        match tag {
            TagEnd::MetadataBlock(_) => self.in_front_matter = false,
            TagEnd::Heading(_) => {
                self.in_heading = false;
                flow.paragraph();
            }
            TagEnd::List(_) => {
                self.lists = self.lists.saturating_sub(1);
                if self.lists == 0 { flow.paragraph() } else { flow.line() }
            }
            TagEnd::Item => flow.line(),
            TagEnd::Paragraph if self.lists > 0 => flow.line(),
            TagEnd::HtmlBlock => {
                flow.paragraph();
                let page = html::add(&std::mem::take(&mut self.html), flow)?;
                self.left_out.add_many(page.hidden, "hidden text", "hidden texts");
                flow.paragraph();
            }
            TagEnd::CodeBlock => {
                flow.paragraph();
            }
            TagEnd::Paragraph | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::Table => flow.paragraph(),
            TagEnd::TableHead | TagEnd::TableRow => flow.row_end(),
            _ => {}
        }
        Ok(())
    }

    /// Returns the title in the front matter.
    fn front_title(&self) -> Option<&str> {
        let title = self.front_matter.lines().find_map(|line| line.strip_prefix("title:"))?.trim();
        let quoted = |mark: char| title.strip_prefix(mark).and_then(|t| t.strip_suffix(mark));
        Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(title)).filter(|t| !t.is_empty())
    }
}
