//! CoNLL-U: ten columns. Universal Dependencies has no column for entities, so the tag is in the last one (`MISC`) as
//! `NER=B-PER`. CoNLL-U Plus names its columns in the first line; a column `NER` contains the tag alone.

use super::note::NoteKind;
use super::tagged::{SourceSentence, SpanCursor, TaggedBuilder, escape_label};
use super::{Capabilities, Detection, Format, Preview, Problem, ReadReport, RewriteContext, SourceInput, Writer};
use crate::corpus::scheme;
use crate::corpus::tag_notation::{format_tag, parse_tag};
use crate::corpus::{Corpus, Scheme, Split, TagNotation};
use std::fmt::Write as _;

/// CoNLL-U with tags in `MISC`.
pub const CONLLU: Format = Format {
    name: "conllu",
    description: "CoNLL-U and CoNLL-U Plus: tags in MISC as NER=B-PER, or in a column NER",
    extensions: &["conllu", "conllup"],
    detect: recognize,
    is_json: false,
    read,
    write: Some(Writer::SingleFile(write)),
    rewrite: Some(rewrite),
    capabilities: Capabilities::NONE,
};

/// Beginning of the first line of CoNLL-U Plus.
const COLUMNS_HEADER: &str = "# global.columns =";
/// Keys of tags in `MISC`. The first one is written.
const TAG_KEYS: [&str; 6] = ["NER", "NE", "name", "Tag", "Entity", "ner"];

/// Roles of the columns.
#[derive(Clone, Copy)]
struct ConlluColumns {
    columns: usize,
    /// Column of the token numbers. It is optional in CoNLL-U Plus.
    id: Option<usize>,
    form: usize,
    /// Column of the tags, or `MISC`.
    tag: usize,
    is_misc: bool,
}

const STANDARD_COLUMNS: ConlluColumns = ConlluColumns { columns: 10, id: Some(0), form: 1, tag: 9, is_misc: true };

impl ConlluColumns {
    fn detect(text: &str) -> Result<Self, Problem> {
        let Some(names) = text.lines().next().and_then(|l| l.strip_prefix(COLUMNS_HEADER)) else {
            return Ok(STANDARD_COLUMNS);
        };
        let names: Vec<&str> = names.split_whitespace().collect();
        let place =
            |name: &str| names.iter().position(|n| n.rsplit(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name)));
        let missing = |what: &str| Problem::at(1, 0, format!("missing column {what}"));
        let form = place("FORM").ok_or_else(|| missing("FORM"))?;
        let own = TAG_KEYS.iter().find_map(|key| place(key));
        let tag = own.or_else(|| place("MISC")).ok_or_else(|| missing("NER or MISC (for the tags)"))?;
        Ok(Self { columns: names.len(), id: place("ID"), form, tag, is_misc: own.is_none() })
    }

    /// True if a line is a token. Other lines are kept and have no entity.
    fn is_word(&self, fields: &[&str]) -> bool {
        let numbered =
            self.id.is_none_or(|id| !fields[id].is_empty() && fields[id].bytes().all(|b| b.is_ascii_digit()));
        numbered && !fields[self.form].trim().is_empty()
    }

    /// Returns the tag in the fields of a token.
    fn tag<'f>(&self, fields: &[&'f str]) -> &'f str {
        let field = fields[self.tag];
        match (self.is_misc, field) {
            (true, misc) => find_misc_tag(misc).map_or("O", |(_, tag)| tag),
            (false, "_" | "*") => "O",
            (false, tag) => tag,
        }
    }
}

fn recognize(glance: &Preview) -> Option<Detection> {
    // HIPE column names have no FORM, and its tags have their own columns.
    let names = glance.head.lines().next().and_then(|l| l.strip_prefix(COLUMNS_HEADER));
    if let Some(names) = names {
        let has_form = names.split_whitespace().any(|n| n.rsplit(':').next().is_some_and(|n| n == "FORM"));
        return Detection::when(has_form, Detection::SIGNATURE, "first line names the columns of CoNLL-U Plus");
    }
    let mut words = glance.lines().filter(|l| !l.starts_with('#')).take(20).peekable();
    let fits = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let misc = STANDARD_COLUMNS.tag;
        fields.len() == STANDARD_COLUMNS.columns
            && (fields[misc].contains('=') || fields[misc] == "_" || parse_tag(fields[misc]).is_ok())
    };
    let is_named = glance.has_extension(CONLLU.extensions);
    if words.peek().is_none() || !words.all(fits) {
        return Detection::when(is_named, Detection::EXTENSION, "extension .conllu");
    }
    // WebAnno TSV 2 also has ten columns, with tags in the fifth.
    let has_tags =
        |line: &str| line.split('\t').take(STANDARD_COLUMNS.tag).any(|f| f.contains('-') && parse_tag(f).is_ok());
    let tagged = glance.lines().filter(|l| !l.starts_with('#')).any(has_tags);
    let score = if tagged && !is_named { Detection::WEAK } else { Detection::STRUCTURE };
    Detection::when(true, score, "ten tab-separated columns")
}

/// Returns the attributes in `MISC`, separated by `|`, in older files by a space.
fn attributes(misc: &str) -> impl Iterator<Item = &str> {
    misc.split(['|', ' ']).filter(|part| !part.is_empty() && *part != "_")
}

/// Returns the key and the tag in `MISC`. The key is empty for a bare tag.
fn find_misc_tag(misc: &str) -> Option<(&str, &str)> {
    let keyed = attributes(misc).filter_map(|part| part.split_once('='));
    let found = keyed.into_iter().find(|(key, value)| TAG_KEYS.contains(key) && parse_tag(value).is_ok());
    let is_tag = |part: &&str| part.contains('-') && !part.contains('=') && parse_tag(part).is_ok();
    found.or_else(|| attributes(misc).find(is_tag).map(|tag| ("", tag)))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let shape = ConlluColumns::detect(&decoded.text)?;
    let mut found = ReadReport::with_encoding(CONLLU, &decoded);
    if !shape.is_misc {
        found.detection_notes.push(format!("CoNLL-U Plus, tags in column {} of {}", shape.tag + 1, shape.columns));
    }
    let mut reader = TaggedBuilder::new(source, corpus, found);
    let mut space = "";
    let mut first = true;
    for (line, text) in (1..).zip(decoded.text.lines()) {
        let text = text.trim_end_matches('\r');
        if text.trim().is_empty() {
            reader.end_sentence();
            first = true;
            continue;
        }
        if let Some(comment) = text.strip_prefix('#') {
            if let Some(name) = comment.trim_start().strip_prefix("newdoc") {
                reader.end_sentence();
                reader.start_document(name.trim_start().trim_start_matches("id").trim_start_matches([' ', '=']).trim());
                first = true;
            }
            continue;
        }
        let fields: Vec<&str> = text.split('\t').collect();
        if fields.len() != shape.columns {
            let (has, wants) = (fields.len(), shape.columns);
            reader.found.push_problem(line, has, || {
                format!("expected {wants} columns but found {has}; line skipped, kept in the file")
            });
            continue;
        }
        if !shape.is_word(&fields) {
            if fields[shape.form].trim().is_empty() {
                reader.found.push_problem(line, shape.form + 1, || "no token; line skipped, kept in the file".into());
            }
            continue;
        }
        let own = |i: &usize| *i == shape.form || *i == shape.tag || Some(*i) == shape.id;
        if (0..shape.columns).filter(|i| !own(i)).any(|i| fields[i] != "_") {
            reader.found.note_unsupported("lemmas, parts of speech and syntax");
        }
        if shape.is_misc
            && attributes(fields[shape.tag]).any(|a| a.starts_with("Entity=") && parse_tag(&a[7..]).is_err())
        {
            reader.found.notes.add(NoteKind::OtherAnnotationKind, || format!("line {line}: {}", fields[shape.tag]));
        }
        reader.push_token_after(if first { "\n" } else { space }, fields[shape.form]);
        reader.push_tag(shape.tag(&fields), line, shape.tag + 1)?;
        space = if shape.is_misc && attributes(fields[shape.tag]).any(|p| p == "SpaceAfter=No") { "" } else { " " };
        first = false;
    }
    reader.end_sentence();
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, "no tokens; CoNLL-U has ten tab-separated columns"));
    }
    Ok(reader.finish())
}

fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let shape = ConlluColumns::detect(&decoded.text)?;
    let mut spans = SpanCursor::new(current);
    let mut out = String::with_capacity(decoded.text.len());
    let mut block: Vec<&str> = Vec::new();
    let mut number = 0;
    let mut end = |block: &mut Vec<&str>, out: &mut String, line: usize| -> Result<(), Problem> {
        let fields = |i: usize| block[i].trim_end_matches(['\n', '\r']).split('\t').collect::<Vec<&str>>();
        let is = |i: &usize| {
            let fields = fields(*i);
            !block[*i].starts_with('#') && fields.len() == shape.columns && shape.is_word(&fields)
        };
        let words: Vec<usize> = (0..block.len()).filter(is).collect();
        let mut wanted = None;
        if !words.is_empty() {
            number += 1;
            wanted = spans.changed_spans(SourceSentence {
                number: number - 1,
                line,
                words: words.iter().map(|i| fields(*i)[shape.form]),
                tags: words.iter().map(|i| shape.tag(&fields(*i))),
                notation: TagNotation::Hyphen,
                stacked: false,
            })?;
        }
        let Some(wanted) = wanted else {
            block.drain(..).for_each(|l| out.push_str(l));
            return Ok(());
        };
        let tags = scheme::encode(&wanted, words.len(), current.scheme);
        let name = |l| escape_label(current.corpus.labels.name(l));
        let mut tags = tags.into_iter().map(|t| format_tag(t, current.scheme, name));
        for (i, line) in block.drain(..).enumerate() {
            let tag = words.binary_search(&i).is_ok().then(|| tags.next()).flatten();
            match tag {
                Some(tag) => write_tag_line(out, shape, line, &tag),
                None => out.push_str(line),
            }
        }
        Ok(())
    };
    let mut lines = 0;
    for line in decoded.text.split_inclusive('\n') {
        lines += 1;
        if line.trim().is_empty() {
            end(&mut block, &mut out, lines)?;
            out.push_str(line);
        } else {
            block.push(line);
        }
    }
    end(&mut block, &mut out, lines)?;
    spans.finish(number)?;
    decoded.encode(&out)
}

/// Writes the line of a token with this tag. The line is unchanged if it already has the tag.
fn write_tag_line(out: &mut String, shape: ConlluColumns, line: &str, tag: &str) {
    let body = line.trim_end_matches(['\n', '\r']);
    let mut fields: Vec<&str> = body.split('\t').collect();
    if shape.tag(&fields) == tag {
        return out.push_str(line);
    }
    let misc = if shape.is_misc { set_misc_tag(fields[shape.tag], tag) } else { tag.to_owned() };
    fields[shape.tag] = &misc;
    let _ = write!(out, "{}{}", fields.join("\t"), &line[body.len()..]);
}

/// Sets the tag in `MISC`. An existing tag is replaced; everything else is kept unchanged.
fn set_misc_tag(misc: &str, tag: &str) -> String {
    let written = |key: &str| if key.is_empty() { tag.to_owned() } else { format!("{key}={tag}") };
    let Some((key, old)) = find_misc_tag(misc) else {
        return match (tag, misc) {
            ("O", _) => misc.to_owned(),
            (_, "_" | "") => written(TAG_KEYS[0]),
            _ => format!("{misc}|{}", written(TAG_KEYS[0])),
        };
    };
    let before = if key.is_empty() { old.to_owned() } else { format!("{key}={old}") };
    let at = |part: &str| part.as_ptr().addr() - misc.as_ptr().addr();
    let Some(start) = attributes(misc).find(|part| **part == before).map(at) else { return misc.to_owned() };
    let (head, rest) = (&misc[..start], &misc[start + before.len()..]);
    if tag != "O" || old == "O" {
        return format!("{head}{}{rest}", written(key));
    }
    // The separator is removed with the attribute.
    let rest = if head.is_empty() { rest.trim_start_matches(['|', ' ']) } else { rest };
    let head = if rest.is_empty() { head.trim_end_matches(['|', ' ']) } else { head };
    let joined =
        format!("{}{rest}", if rest.starts_with(['|', ' ']) { head.trim_end_matches(['|', ' ']) } else { head });
    if joined.is_empty() { "_".to_owned() } else { joined }
}

fn write(corpus: &Corpus, split: Option<Split>, scheme: Scheme) -> Vec<u8> {
    let mut out = String::new();
    for d in corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s))) {
        for sentence in 0..d.len() {
            let words = d.sentence_range(sentence);
            let text = d.sentence_text(sentence);
            if !text.contains(['\n', '\r', '\t']) {
                let _ = writeln!(out, "# text = {text}");
            }
            let tags = scheme::encode(&d.to_token_spans(sentence), words.len(), scheme);
            for (i, (word, tag)) in words.clone().zip(tags).enumerate() {
                let glued = word + 1 < words.end && d.tokens[word].1 == d.tokens[word + 1].0;
                let tag = tag
                    .map(|t| format!("NER={}", format_tag(Some(t), scheme, |l| escape_label(corpus.labels.name(l)))));
                let misc: Vec<String> = tag.into_iter().chain(glued.then(|| "SpaceAfter=No".to_owned())).collect();
                let misc = if misc.is_empty() { "_".to_owned() } else { misc.join("|") };
                let form = super::tagged::escape_token(d.token(word));
                let _ = writeln!(out, "{}\t{form}\t_\t_\t_\t_\t_\t_\t_\t{misc}", i + 1);
            }
            out.push('\n');
        }
    }
    out.into_bytes()
}
