//! Writer of column files: a source with only its edited sentences changed, or a new file.

use super::fields;
use super::layout::ColumnLayout;
use super::lines::{Block, SentenceReader, TokenLine};
use super::roles::normalized_tag;
use super::{CONLL2003, DOCSTART, WNUT};
use crate::corpus::scheme::{count_merged, encode};
use crate::corpus::tag_notation::{UNTYPED, format_tag};
use crate::corpus::{Corpus, Document, LabelSet, Scheme, Split, TagNotation, TokenSpan};
use crate::format::tagged::{SourceSentence, SpanCursor, escape_label, escape_token};
use crate::format::{Format, Problem, RewriteContext, SourceInput};
use std::ops::Range;

/// Writes the source file again and replaces the tags of changed sentences.
///
/// Everything else (blank lines, `-DOCSTART-`, line ends, other columns, the scheme of unchanged sentences) stays byte
/// for byte.
///
/// # Errors
/// Returns an error if the bytes are no longer a column file, or if its tags cannot represent the spans.
pub(super) fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let layout = ColumnLayout::detect(&decoded.text, source.options.columns)?;
    decoded.encode(&rewrite_text(&decoded.text, layout, current)?)
}

fn rewrite_text(text: &str, layout: ColumnLayout, current: &RewriteContext) -> Result<String, Problem> {
    let (scheme, labels) = (current.scheme, &current.corpus.labels);
    let mut spans = SpanCursor::new(current);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let mut lines = SentenceReader::new(text, layout);
    let mut index = 0;
    while let Some(block) = lines.next() {
        if block != Block::Sentence {
            continue;
        }
        index += 1;
        let there = SourceSentence {
            number: index - 1,
            line: lines.rows.first().map_or(0, |r| r.line),
            words: lines.rows.iter().map(|r| layout.field(&text[r.word.clone()])),
            tags: lines.rows.iter().map(|r| {
                let tag = r.tag.clone().map_or("O".into(), |tag| layout.field(&text[tag]));
                if layout.outside == Some(&*tag) { "O".into() } else { tag }
            }),
            notation: layout.notation,
            stacked: layout.stacked,
        };
        let Some(wanted) = spans.changed_spans(there)? else { continue };
        if count_merged(&wanted, scheme) > 0 {
            let line = lines.rows.first().map_or(0, |r| r.line);
            let reason = "adjacent entities of one label would be merged, because the tags of this file have no prefix; \
                       save a copy in another scheme";
            return Err(Problem::at(line, layout.tag + 1, reason));
        }
        if layout.notation == TagNotation::Untyped
            && let Some(other) = wanted.iter().map(|s| labels.name(s.label)).find(|name| *name != UNTYPED)
        {
            let line = lines.rows.first().map_or(0, |r| r.line);
            let reason = format!("the tags of this file have no labels, so {other} cannot be written; save a copy");
            return Err(Problem::at(line, layout.tag + 1, reason));
        }
        for (row, tag) in lines.rows.iter().zip(encode_tags(&wanted, lines.rows.len(), layout, scheme, labels)) {
            let (place, new) = match &row.tag {
                Some(there) if layout.field(&text[there.clone()]) == tag => continue,
                Some(there) if tag.eq_ignore_ascii_case("O") && normalized_tag(&text[there.clone()]) == "O" => continue,
                Some(there) => (there.clone(), tag),
                None if tag.eq_ignore_ascii_case("O") || layout.outside == Some(&*tag) => continue,
                None => missing_tag_edit(row, &lines.fields, layout, &tag)?,
            };
            out.push_str(&text[copied..place.start]);
            out.push_str(&if layout.quoted { fields::quoted(new, layout.separator) } else { new });
            copied = place.end;
        }
    }
    spans.finish(index)?;
    out.push_str(&text[copied..]);
    Ok(out)
}

/// Returns the tags of a sentence in the notation of the file.
fn encode_tags(
    spans: &[TokenSpan],
    length: usize,
    layout: ColumnLayout,
    scheme: Scheme,
    labels: &LabelSet,
) -> Vec<String> {
    let text = |tag| {
        if let (None, Some(outside)) = (tag, layout.outside) {
            return outside.to_owned();
        }
        let tag = layout.notation.format(tag, scheme, |l| escape_label(labels.name(l)));
        if layout.lower_case { lower_case(tag, layout.notation) } else { tag }
    };
    if !layout.stacked {
        return encode(spans, length, scheme).into_iter().map(text).collect();
    }
    let mut stacks: Vec<Vec<String>> = vec![Vec::new(); length];
    let mut left: Vec<TokenSpan> = spans.to_vec();
    left.sort_by_key(|s| (s.label, s.start));
    for of_label in left.chunk_by(|a, b| a.label == b.label) {
        for (stack, tag) in stacks.iter_mut().zip(encode(of_label, length, scheme)) {
            stack.extend(tag.is_some().then(|| text(tag)));
        }
    }
    stacks.into_iter().map(|stack| if stack.is_empty() { text(None) } else { stack.join("|") }).collect()
}

/// Converts the prefix of a tag to lower case.
fn lower_case(tag: String, notation: TagNotation) -> String {
    match notation {
        _ if tag == "O" => "o".into(),
        TagNotation::Suffix(sign) => match tag.rsplit_once(sign) {
            Some((name, letter)) => format!("{name}{sign}{}", letter.to_lowercase()),
            None => tag,
        },
        _ => tag.get(..1).map_or_else(String::new, str::to_lowercase) + tag.get(1..).unwrap_or(""),
    }
}

/// Returns the byte range and the text that add a tag to a line without the tag column.
///
/// # Errors
/// Returns an error if the line also lacks columns before the tag, so that the token would change its column.
fn missing_tag_edit(
    row: &TokenLine,
    fields: &[Range<usize>],
    layout: ColumnLayout,
    tag: &str,
) -> Result<(Range<usize>, String), Problem> {
    let sign = layout.separator.as_char();
    let has = row.fields.len();
    if layout.tag == 0 && layout.word == has {
        return Ok((row.word.start..row.word.start, format!("{tag}{sign}")));
    }
    if layout.tag < layout.word || has <= layout.word {
        let reason = "line has too few columns for a tag; fix the line or save a copy";
        return Err(Problem::at(row.line, has, reason));
    }
    let columns = if layout.tag + 1 == layout.columns { 0 } else { layout.tag.saturating_sub(has) };
    // Separators after the last non-empty column would create additional columns.
    let end = fields[row.fields.clone()].last().map_or(row.line_range.end, |last| last.end);
    Ok((end..row.line_range.end, format!("{}{sign}{tag}", format!("{sign}_").repeat(columns))))
}

/// Writes a corpus, or one split of it, as a new column file.
///
/// Additional columns are written if the format is CoNLL-2003 and the corpus has them. A missing value is `_`.
pub fn write(corpus: &Corpus, split: Option<Split>, format: Format, scheme: Scheme) -> String {
    let separator = if format == WNUT { '\t' } else { ' ' };
    let documents: Vec<&Document> =
        corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s))).map(|d| &**d).collect();
    let further = match format {
        f if f == CONLL2003 => 2,
        f if f == WNUT => 0,
        _ => corpus.columns.len(),
    };
    let start = match documents.len() > 1 && format != WNUT {
        true => format!("{DOCSTART}{}{separator}O\n\n", format!("{separator}-X-").repeat(further)),
        false => String::new(),
    };
    let written = |subwords: &[SentenceChunk]| {
        let mut out = String::new();
        for (document, sentences) in subwords {
            if sentences.start == 0 {
                out.push_str(&start);
            }
            for sentence in sentences.clone() {
                write_sentence(&mut out, corpus, document, sentence, further, separator, scheme);
            }
        }
        out
    };
    // Each core writes an equal share of the sentences.
    let subwords = chunks(&documents);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = subwords.len().div_ceil(threads).max(1);
    if subwords.len() <= MIN_PARALLEL_CHUNKS {
        return written(&subwords);
    }
    std::thread::scope(|scope| {
        let written = &written;
        let started: Vec<_> = subwords.chunks(share).map(|part| scope.spawn(move || written(part))).collect();
        let joined =
            |t: std::thread::ScopedJoinHandle<String>| t.join().unwrap_or_else(|p| std::panic::resume_unwind(p));
        started.into_iter().map(joined).collect()
    })
}

/// Consecutive sentences of a document, written by one thread.
type SentenceChunk<'a> = (&'a Document, Range<usize>);

/// Maximum number of chunks that one thread writes alone.
const MIN_PARALLEL_CHUNKS: usize = 64;

/// Splits the sentences of all documents, in order, into chunks of about the same size.
fn chunks<'a>(documents: &[&'a Document]) -> Vec<SentenceChunk<'a>> {
    const SENTENCES_PER_CHUNK: usize = 1000;
    let cut = |d: &&'a Document| {
        let (d, n) = (*d, d.len());
        // A document without sentences still has a chunk with its start.
        (0..n.max(1)).step_by(SENTENCES_PER_CHUNK).map(move |from| (d, from..(from + SENTENCES_PER_CHUNK).min(n)))
    };
    documents.iter().flat_map(cut).collect()
}

fn write_sentence(
    out: &mut String,
    corpus: &Corpus,
    document: &Document,
    sentence: usize,
    further: usize,
    separator: char,
    scheme: Scheme,
) {
    let range = document.sentence_range(sentence);
    let tags = encode(&document.to_token_spans(sentence), range.len(), scheme);
    for (token, tag) in range.zip(tags) {
        out.push_str(&escape_token(document.token(token)));
        for column in 0..further {
            let value = corpus.value(column, document, token);
            out.push(separator);
            out.push_str(&if value.is_empty() { "_".into() } else { escape_token(value) });
        }
        out.push(separator);
        match tag {
            None => out.push('O'),
            tag => out.push_str(&format_tag(tag, scheme, |l| escape_label(corpus.labels.name(l)))),
        }
        out.push('\n');
    }
    out.push('\n');
}
