//! Tokens with a label after a slash: Stanford `Anna/PERSON left/O`, and MSRA segments `北山/ns 很高/o`, each a separate
//! span.

use super::Unmarked;
use crate::corpus::{Corpus, TagNotation};
use crate::format::records::{self, SourceText};
use crate::format::tagged::TaggedBuilder;
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use std::collections::HashSet;

/// Lines of tokens or segments.
pub const SLASH_TAGS: Format = Format {
    name: "slash-tags",
    description: "Slash tags: lines of word/LABEL",
    extensions: &["txt"],
    detect: |g| {
        let tags: Vec<Option<&str>> =
            g.lines().take(200).flat_map(parts).map(|p| split(p).map(|(_, tag)| tag)).collect();
        let known: Vec<&str> = tags.iter().flatten().copied().collect();
        let outside = known.iter().filter(|tag| tag.eq_ignore_ascii_case("o")).count();
        let labels: HashSet<&str> = known.iter().copied().filter(|tag| !tag.eq_ignore_ascii_case("o")).collect();
        let fits =
            known.len() * 10 >= tags.len() * 9 && outside * 5 >= tags.len() && !labels.is_empty() && labels.len() <= 64;
        Detection::when(fits, Detection::STRUCTURE, "tokens followed by a slash and a label")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::NONE,
};

fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
}

/// Splits a token and its label at the last slash.
fn split(part: &str) -> Option<(&str, &str)> {
    part.rsplit_once('/').filter(|(word, tag)| !word.is_empty() && !tag.is_empty())
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let found = ReadReport::with_encoding(SLASH_TAGS, &decoded);
    let text = &*decoded.text;
    // The outside label of segments is in lower case.
    let outside = |o: &str| text.lines().flat_map(parts).filter_map(split).filter(|(_, tag)| *tag == o).count();
    if outside("o") > outside("O") { segments(source, corpus, text, found) } else { words(source, corpus, text, found) }
}

fn words(source: &SourceInput, corpus: &mut Corpus, text: &str, found: ReadReport) -> Result<ReadReport, Problem> {
    /// Maximum number of tags to inspect.
    const LOOKED_AT: usize = 10_000;
    let tags: Vec<&str> = text.lines().flat_map(parts).filter_map(split).map(|(_, tag)| tag).take(LOOKED_AT).collect();
    let mut reader = TaggedBuilder::new(source, corpus, found);
    reader.notation = TagNotation::detect(&tags).unwrap_or(TagNotation::LabelOnly);
    for (line, text) in (1..).zip(text.lines()) {
        for (at, part) in parts(text).enumerate() {
            let (word, tag) = split(part).unwrap_or((part, "O"));
            if split(part).is_none() {
                reader.found.push_problem(line, at + 1, || "token without a label, read as O".into());
            }
            reader.push_token(word);
            reader.push_tag(tag, line, at + 1)?;
        }
        reader.end_sentence();
    }
    if reader.sentences() == 0 {
        return Err(Problem::at(0, 0, "no tokens"));
    }
    Ok(reader.finish())
}

/// Reads segments. Each labeled segment is a span. Segments are joined without a space, except between Latin letters.
fn segments(
    source: &SourceInput,
    corpus: &mut Corpus,
    text: &str,
    mut found: ReadReport,
) -> Result<ReadReport, Problem> {
    let mut out = Unmarked::default();
    for (line, text) in (1..).zip(text.lines()) {
        if line > 1 {
            out.push("\n");
        }
        for (at, part) in parts(text).enumerate() {
            let (segment, tag) = split(part).unwrap_or((part, "o"));
            if split(part).is_none() {
                found.push_problem(line, at + 1, || "segment without a label, read as text".into());
            }
            let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if is_latin(out.text.chars().next_back()) && is_latin(segment.chars().next()) {
                out.push(" ");
            }
            let start = out.length;
            out.push(segment);
            if !tag.eq_ignore_ascii_case("o") {
                out.end(start, tag);
            }
        }
    }
    let texts = vec![SourceText { split: source.split, line: 0, place: 0, item: out.into_item() }];
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}
