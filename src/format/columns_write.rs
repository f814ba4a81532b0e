//! Writing column files: a source with only its edited sentences changed, or a corpus from nothing.

use super::columns::{Block, CONLL2003, DOCSTART, Layout, WNUT};
use super::words::{SpansOf, label_name, on_one_line, say};
use super::{Current, Format, Problem, Source, decode as decode_bytes};
use crate::corpus::scheme::{encode, tag_text};
use crate::corpus::{Corpus, Document, Scheme, Split};
use std::fmt::Write as _;

/// The source file again, with the tags of those sentences replaced whose spans are no longer the file's.
///
/// Everything else (blank lines, `-DOCSTART-`, line ends, other columns, the scheme of untouched sentences) stays byte for
/// byte.
///
/// # Errors
/// When the bytes are no column file any more.
pub(super) fn rewrite(source: &Source, current: &Current) -> Result<Vec<u8>, Problem> {
    let decoded = decode_bytes(source.bytes)?;
    decoded.encode(&rewritten(&decoded.text, current)?)
}

fn rewritten(text: &str, current: &Current) -> Result<String, Problem> {
    let (scheme, labels) = (current.scheme, &current.corpus.labels);
    let layout = Layout::detect(text)?;
    let mut spans = SpansOf::new(current);
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let sentences = layout.blocks(text).filter_map(|b| match b {
        Block::Sentence(rows) => Some(rows),
        Block::DocumentStart => None,
    });
    for (index, rows) in sentences.enumerate() {
        let Some(wanted) = spans.of(index) else { continue };
        if say(rows.iter().map(|r| &text[r.tag.clone()]), &wanted, labels) {
            continue;
        }
        for (row, tag) in rows.iter().zip(encode(&wanted, rows.len(), scheme)) {
            let tag = tag_text(tag, scheme, |l| label_name(labels.name(l)));
            if text[row.tag.clone()] == tag || (row.tag.is_empty() && tag == "O") {
                continue;
            }
            out.push_str(&text[copied..row.tag.start]);
            if row.tag.is_empty() {
                out.push(if layout.tabs { '\t' } else { ' ' });
            }
            out.push_str(&tag);
            copied = row.tag.end;
        }
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

/// A corpus (or one split of it) as a new column file.
///
/// Further columns are written when the format is CoNLL-2003 and the corpus has them; a missing one is `_`.
pub fn write(corpus: &Corpus, split: Option<Split>, format: Format, scheme: Scheme) -> String {
    let mut out = String::new();
    let separator = if format == WNUT { '\t' } else { ' ' };
    let documents = || corpus.documents.iter().filter(|d| split.is_none_or(|s| d.split == s));
    let several = documents().count() > 1 && format != WNUT;
    let further = match format {
        f if f == CONLL2003 => 2,
        f if f == WNUT => 0,
        _ => corpus.columns.len(),
    };
    for document in documents() {
        if several {
            out.push_str(DOCSTART);
            for _ in 0..further {
                let _ = write!(out, "{separator}-X-");
            }
            let _ = write!(out, "{separator}O\n\n");
        }
        for sentence in 0..document.len() {
            write_sentence(&mut out, corpus, document, sentence, further, separator, scheme);
        }
    }
    out
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
    let range = document.sentence(sentence);
    let tags = encode(&document.token_spans(sentence), range.len(), scheme);
    for (token, tag) in range.zip(tags) {
        out.push_str(&on_one_line(document.token(token)));
        for column in 0..further {
            let id = document.columns.get(column).map(|c| c[token]);
            let value = id.and_then(|id| corpus.columns[column].values.get(usize::from(id)));
            let value = value.map_or("_", String::as_str);
            let _ = write!(out, "{separator}{}", if value.is_empty() { "_" } else { value });
        }
        let _ = writeln!(out, "{separator}{}", tag_text(tag, scheme, |l| label_name(corpus.labels.name(l))));
    }
    out.push('\n');
}
