//! Texts with tags around entities: `<PER>Anna</PER>`, `<ENAMEX TYPE="PERSON">` of MUC, and tags of HAREM and GENIA,
//! which can be nested. Also braces: `{{person_name:Anna}}`.

use super::Unmarked;
use crate::corpus::Corpus;
use crate::format::note::NoteKind;
use crate::format::records::{self, SourceText};
use crate::format::text::SampleBy;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use quick_xml::escape::{resolve_html5_entity, unescape_with};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Text with inline tags.
pub const INLINE_XML: Format = Format {
    name: "inline-xml",
    description: "Inline tags: <PER>Anna</PER>, <ENAMEX TYPE=\"PERSON\">",
    extensions: &["xml", "sgml", "sgm", "name", "txt"],
    detect: |g| {
        let is_other = OTHER_XML_FORMATS.iter().any(|(mark, _)| g.head.contains(mark));
        if is_other || g.head.to_ascii_lowercase().contains("<html") {
            return None;
        }
        let names = TagInventory::of(g.head);
        if is_data(g.head, &names) {
            return None;
        }
        let pairs = names.labels.values().sum::<usize>() + braces(g.head);
        let lines = g.lines().count();
        let score = if pairs > 1 && pairs * 10 >= lines { Detection::STRUCTURE } else { Detection::EXTENSION + 1 };
        let is_xml = g.has_extension(&["xml", "sgml", "sgm", "name"]);
        Detection::when(pairs > usize::from(!is_xml), score, "matching start and end tags in the text")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Signatures of other XML formats, and their names.
pub(in crate::format) const OTHER_XML_FORMATS: [(&str, &str); 12] = [
    ("<xmi:XMI", "UIMA's XMI"),
    ("<GateDocument", "a GATE document"),
    ("<D-Spin", "a TCF corpus"),
    ("<collection>", "a BioC collection in XML; convert it to BioC JSON"),
    ("<!DOCTYPE collection", "a BioC collection in XML; convert it to BioC JSON"),
    ("<NAF ", "a NAF document"),
    ("<KAF ", "a KAF document"),
    ("<FoLiA", "a FoLiA document"),
    ("<rdf:RDF", "RDF"),
    ("<tc:TextCorpus", "a TCF corpus"),
    ("<token ", "XML with an element for each token; convert it to columns"),
    ("<tok ", "XML with an element for each token; convert it to columns"),
];

/// True for XML that contains data, not a text with marks: its elements are nested, and no letter is outside of them.
fn is_data(text: &str, names: &TagInventory) -> bool {
    let (mut depth, mut deepest, mut at) = (0usize, 0, 0);
    while let Some(next) = text[at..].find('<').map(|n| at + n) {
        if depth == 0 && text[at..next].contains(char::is_alphanumeric) {
            return false;
        }
        let rest = &text[next..];
        let tag = parse_xml_tag(rest).filter(|tag| names.has(tag.name) && !tag.is_empty);
        match &tag {
            Some(tag) if tag.closes => depth = depth.saturating_sub(1),
            Some(_) => depth += 1,
            None => {}
        }
        deepest = deepest.max(depth);
        let other = || rest.find('>').map_or(rest.len(), |end| end + 1);
        at = next + tag.map_or_else(other, |tag| tag.length);
    }
    deepest > 1 && !text[at..].contains(char::is_alphanumeric)
}

/// True if a text has tags that could be labels: at least one pair for every ten lines.
pub(in crate::format) fn has_tags(text: &str) -> bool {
    text.contains("</") && {
        let pairs: usize = TagInventory::of(text).labels.values().sum();
        pairs > 0 && pairs * 10 >= text.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

/// Tags that structure a text and are not labels.
const STRUCTURE: [&str; 48] = [
    "doc",
    "docs",
    "document",
    "documents",
    "docid",
    "docno",
    "text",
    "body",
    "head",
    "headline",
    "title",
    "article",
    "articles",
    "abstract",
    "p",
    "s",
    "sentence",
    "sentences",
    "para",
    "paragraph",
    "section",
    "html",
    "ul",
    "ol",
    "li",
    "div",
    "br",
    "b",
    "i",
    "u",
    "a",
    "table",
    "tr",
    "td",
    "th",
    "corpus",
    "root",
    "set",
    "omitido",
    "alt",
    "tei",
    "teiheader",
    "filedesc",
    "titlestmt",
    "publicationstmt",
    "sourcedesc",
    "sent",
    "w",
];

/// Tags of blocks. Their end tag ends a line.
const BLOCK_TAGS: [&str; 13] =
    ["p", "s", "sent", "sentence", "para", "paragraph", "head", "headline", "title", "li", "tr", "div", "section"];

/// Attributes that name the label of a tag, the most likely first.
const LABEL_ATTRIBUTES: [&str; 9] = ["type", "categ", "sem", "label", "class", "category", "entity", "ner", "tipo"];

/// Tags whose label is in an attribute.
const GENERIC_ENTITY_TAGS: [&str; 14] = [
    "enamex",
    "timex",
    "timex3",
    "numex",
    "em",
    "cons",
    "entity",
    "ne",
    "ner",
    "span",
    "mark",
    "annotation",
    "term",
    "tag",
];

/// Tag of a text.
struct XmlTag<'t> {
    name: &'t str,
    attributes: &'t str,
    closes: bool,
    /// True for a tag without content.
    is_empty: bool,
    /// Length of the tag, in bytes.
    length: usize,
}

/// Parses the tag at the beginning of a text.
fn parse_xml_tag(text: &str) -> Option<XmlTag<'_>> {
    /// Maximum length of a tag, in bytes.
    const MOST: usize = 400;
    let inside = text.strip_prefix('<')?;
    let window = &inside[..inside.floor_char_boundary(MOST)];
    let end = window.find('>')?;
    let body = &window[..end];
    let (body, closes) = body.strip_prefix('/').map_or((body, false), |body| (body, true));
    let (body, is_empty) = body.strip_suffix('/').map_or((body, false), |body| (body, true));
    let name_end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (name, attributes) = body.split_at(name_end);
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || "_-.:".contains(c))
        && (attributes.trim().is_empty() || attributes.contains('='))
        && !body.contains('<');
    is_name.then_some(XmlTag { name, attributes, closes, is_empty, length: end + 2 })
}

/// Returns the value of an attribute.
fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    while let Some((before, after)) = rest.split_once('=') {
        let key = before.trim().rsplit(char::is_whitespace).next().unwrap_or("");
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].split_once(quote)?,
            _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next;
    }
    None
}

/// Returns the label of a tag: its name, or an attribute if the name is generic. The first alternative wins.
fn label_of_tag<'t>(tag: &XmlTag<'t>) -> &'t str {
    let named =
        || LABEL_ATTRIBUTES.iter().find_map(|name| attribute(tag.attributes, name)).filter(|value| !value.is_empty());
    let is_generic = GENERIC_ENTITY_TAGS.iter().any(|name| tag.name.eq_ignore_ascii_case(name));
    let label = if is_generic { named().unwrap_or(tag.name) } else { tag.name };
    label.split('|').next().unwrap_or(label)
}

/// Tags of a text, with the number of pairs.
struct TagInventory<'t> {
    labels: HashMap<&'t str, usize>,
    /// Tags around paragraphs and longer blocks.
    parts: HashSet<&'t str>,
}

impl<'t> TagInventory<'t> {
    fn of(text: &'t str) -> Self {
        /// Maximum length of an entity, in bytes. Longer contents are parts of a document.
        const LONGEST: usize = 400;
        let mut open: HashMap<&str, (usize, usize)> = HashMap::new();
        let mut starts: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut parts: HashSet<&str> = HashSet::new();
        for (at, _) in text.match_indices('<') {
            let Some(tag) = parse_xml_tag(&text[at..]).filter(|tag| !tag.is_empty) else { continue };
            let counts = open.entry(tag.name).or_default();
            if !tag.closes {
                counts.0 += 1;
                starts.entry(tag.name).or_default().push(at + tag.length);
                continue;
            }
            counts.1 += 1;
            let inside = starts.get_mut(tag.name).and_then(Vec::pop).map(|start| &text[start..at]);
            if inside.is_some_and(|inside| inside.len() > LONGEST || inside.trim().contains('\n')) {
                parts.insert(tag.name);
            }
        }
        // The root element.
        let first = text.find('<').and_then(|at| parse_xml_tag(text[at..].trim_start())).map(|tag| tag.name);
        let last = text
            .trim_end()
            .rfind("</")
            .and_then(|at| parse_xml_tag(&text[at..]))
            .filter(|_| text.trim_end().ends_with('>'));
        if let (Some(first), Some(last)) = (first, last.map(|tag| tag.name))
            && first == last
            && open.get(first) == Some(&(1, 1))
            && open.len() > 1
            && text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
        {
            parts.insert(first);
        }
        // The preview can end inside a pair of tags, so the counts of start and end tags can differ.
        let is_label = |name: &str| !parts.contains(name) && !STRUCTURE.iter().any(|s| s.eq_ignore_ascii_case(name));
        let pairs = open.into_iter().filter(|(name, (opens, closes))| {
            is_label(name) && opens.min(closes) > &0 && opens.abs_diff(*closes) <= 1.max(*opens.max(closes) / 3)
        });
        let labels = pairs.map(|(name, (opens, closes))| (name, opens.min(closes))).collect();
        Self { labels, parts }
    }

    /// True if a tag structures the text.
    fn structures(&self, name: &str) -> bool {
        self.parts.contains(name) || STRUCTURE.iter().any(|s| s.eq_ignore_ascii_case(name))
    }

    fn has(&self, name: &str) -> bool {
        self.labels.contains_key(name)
    }
}

/// Parses `{{person_name:Anna}}`: returns the label, the surface, and the length in bytes.
fn brace(text: &str) -> Option<(&str, &str, usize)> {
    /// Maximum length of a mark, in bytes. A mark is on one line.
    const MOST: usize = 400;
    let inside = text.strip_prefix("{{")?;
    let inside = &inside[..inside.floor_char_boundary(MOST)];
    let end = inside.find("}}")?;
    let (label, surface) = inside[..end].split_once(':')?;
    let is_label = !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (is_label && !surface.is_empty() && !surface.contains('\n')).then_some((label, surface, end + 4))
}

fn braces(text: &str) -> usize {
    text.match_indices("{{").filter(|(at, _)| brace(&text[*at..]).is_some()).count()
}

/// Decodes the character references of a text (`&amp;`).
fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    unescape_with(text, resolve_html5_entity).unwrap_or_else(|_| text.into())
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let mut found = ReadReport::with_encoding(INLINE_XML, &decoded);
    let names = TagInventory::of(text);
    let is_xml = !names.labels.is_empty();
    let mut texts: Vec<SourceText> = Vec::new();
    let mut out = Unmarked::default();
    let mut open: Vec<(usize, &str, &str)> = Vec::new();
    let mut line = Lines::default();
    let mut add = |out: Unmarked| {
        let item = out.into_item();
        if !item.text.trim().is_empty() {
            texts.push(SourceText { split: source.split, line: 0, place: texts.len(), item });
        }
    };
    let extent = source.options.sample_by.unwrap_or_default();
    let (mut at, mut plain) = (0, 0);
    while let Some(next) = text[at..].find(['<', '{', '\n']).map(|n| at + n) {
        let rest = &text[next..];
        let push = |out: &mut Unmarked, from: usize| {
            out.push(&if is_xml { resolved(&text[from..next]) } else { text[from..next].into() })
        };
        if let Some(after) = rest.strip_prefix('\n') {
            at = next + 1;
            let ends = match extent {
                SampleBy::Document => false,
                SampleBy::Line => true,
                SampleBy::Paragraph => after.lines().next().is_some_and(|l| l.trim().is_empty()),
            };
            if ends && open.is_empty() {
                push(&mut out, plain);
                plain = at;
                add(std::mem::take(&mut out));
            }
            continue;
        }
        if let Some((label, surface, length)) = brace(rest) {
            push(&mut out, plain);
            let start = out.length;
            out.push(surface);
            out.end(start, label);
            (at, plain) = (next + length, next + length);
            continue;
        }
        let is_comment = rest.starts_with("<!") || rest.starts_with("<?");
        let known = parse_xml_tag(rest).filter(|tag| names.has(tag.name) || names.structures(tag.name));
        let Some(tag) = known.filter(|_| is_xml) else {
            let end = rest.find('>').filter(|_| is_comment && is_xml);
            match end {
                Some(end) => {
                    push(&mut out, plain);
                    (at, plain) = (next + end + 1, next + end + 1);
                }
                None => at = next + 1,
            }
            continue;
        };
        push(&mut out, plain);
        (at, plain) = (next + tag.length, next + tag.length);
        if !names.has(tag.name) {
            found.notes.add(NoteKind::Markup, || format!("<{}>", tag.name));
            let is_block = tag.closes && BLOCK_TAGS.iter().any(|name| tag.name.eq_ignore_ascii_case(name));
            if is_block && !out.text.is_empty() && !out.text.ends_with('\n') && !text[at..].starts_with(['\n', '\r']) {
                out.push("\n");
            }
            let is_document = ["doc", "document", "article"].iter().any(|name| tag.name.eq_ignore_ascii_case(name));
            if is_document {
                open.clear();
                add(std::mem::take(&mut out));
            }
        } else if tag.is_empty {
            found.notes.add(NoteKind::Markup, || format!("<{}/>", tag.name));
        } else if !tag.closes {
            open.push((out.length, tag.name, label_of_tag(&tag)));
        } else if let Some(index) = open.iter().rposition(|(_, name, _)| *name == tag.name) {
            for (_, name, _) in open.drain(index + 1..) {
                found.push_problem(line.at(text, next), 0, || format!("<{name}> has no end tag; not read"));
            }
            if let Some((start, _, label)) = open.pop() {
                out.end(start, label);
            }
        } else {
            found.push_problem(line.at(text, next), 0, || format!("</{}> has no start tag; not read", tag.name));
        }
    }
    let rest = &text[plain..];
    out.push(&if is_xml { resolved(rest) } else { rest.into() });
    for (_, name, _) in open {
        found.push_problem(0, 0, || format!("<{name}> has no end tag; not read"));
    }
    add(out);
    if texts.is_empty() {
        return Err(Problem::at(0, 0, "no text between the tags"));
    }
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}

/// Counts lines between ascending byte positions.
#[derive(Default)]
struct Lines {
    seen: usize,
    before: usize,
}

impl Lines {
    /// Returns the line of a byte, from 1. Bytes must be passed in ascending order.
    fn at(&mut self, text: &str, byte: usize) -> usize {
        self.before += text.as_bytes()[self.seen..byte].iter().filter(|b| **b == b'\n').count();
        self.seen = byte;
        self.before + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_is_read_from_tag_name_or_type() {
        let check = |text: &str, expected: &str| {
            assert_eq!(parse_xml_tag(text).map(|t| label_of_tag(&t)), Some(expected), "{text}")
        };
        check("<PER>", "PER");
        check("<ENAMEX TYPE=\"PERSON\">", "PERSON");
        check("<ORGANIZACAO TIPO=\"EMPRESA\" MORPH=\"M,S\">", "ORGANIZACAO");
        check("<EM ID='1' CATEG=\"PESSOA|LOCAL\">", "PESSOA");
        check("<cons lex=\"x\" sem=\"G#DNA\">", "G#DNA");
        check("<entity>", "entity");
        assert!(
            parse_xml_tag("< b").is_none() && parse_xml_tag("<3 you>").is_none() && parse_xml_tag("<a < b>").is_none()
        );
    }
}
