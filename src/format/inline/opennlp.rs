//! OpenNLP name finder: one sentence per line, tokens separated by whitespace, `<START:type>` and `<END>` around names.
//! An empty line separates documents.

use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, DocumentBuilder, TokenSpan};
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};
use std::sync::Arc;

/// Training files of OpenNLP.
pub const OPENNLP: Format = Format {
    name: "opennlp",
    description: "OpenNLP: sentences with <START:type> and <END>",
    extensions: &["train"],
    detect: |g| {
        let fits = g.head.contains("<START") && g.head.contains("<END>");
        Detection::when(fits, Detection::SIGNATURE, "markers <START:type> and <END>")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities { document_boundaries: true, overlapping_spans: false, ..Capabilities::NONE },
};

/// Type of a mark without a type.
const UNTYPED: &str = "default";

/// Part of a line: a mark or a token.
#[derive(Debug, PartialEq, Eq)]
enum Part<'l> {
    Start(&'l str),
    End,
    Word(&'l str),
}

/// Splits a line into parts. In real files, marks can touch tokens.
fn parts(line: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for chunk in line.split_whitespace() {
        let mut rest = chunk;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("<END>") {
                parts.push(Part::End);
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix("<START").and_then(|r| r.split_once('>')) {
                parts.push(Part::Start(name.strip_prefix(':').unwrap_or(UNTYPED)));
                rest = after;
            } else {
                let inside = rest.char_indices().skip(1).map(|(at, _)| at);
                let mark = |at: &usize| rest[*at..].starts_with("<END>") || rest[*at..].starts_with("<START");
                let end = inside.into_iter().find(mark).unwrap_or(rest.len());
                parts.push(Part::Word(&rest[..end]));
                rest = &rest[end..];
            }
        }
    }
    parts
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(OPENNLP, &decoded);
    let mut builder = DocumentBuilder::new(source.split, source.source_id, 0, 0);
    let mut documents = Vec::new();
    let mut sentences = 0;
    for (line, text) in (1..).zip(decoded.text.lines()) {
        if text.trim().is_empty() {
            if builder.sentences() > 0 {
                documents.push(Arc::new(builder.finish_document(to_u32(sentences))));
            }
            continue;
        }
        let mut spans: Vec<TokenSpan> = Vec::new();
        let mut open: Option<(usize, &str)> = None;
        let mut words = 0;
        for part in parts(text) {
            match part {
                Part::Word(word) => {
                    builder.push_token(word, []);
                    words += 1;
                }
                Part::Start(name) => {
                    if open.replace((words, name)).is_some() {
                        found.push_problem(line, 0, || "an entity starts inside another; the first is not read".into());
                    }
                }
                Part::End => match open.take() {
                    Some((start, name)) if start < words => {
                        spans.push(TokenSpan { start, end: words, label: corpus.labels.intern(name)? });
                    }
                    _ => found.push_problem(line, 0, || "<END> without <START>, or entity without tokens".into()),
                },
            }
        }
        if open.is_some() {
            found.push_problem(line, 0, || "an entity does not end on its line; not read".into());
        }
        sentences += usize::from(builder.end_sentence(&spans));
    }
    if builder.sentences() > 0 {
        documents.push(Arc::new(builder.finish_document(to_u32(sentences))));
    }
    if documents.is_empty() {
        return Err(Problem::at(0, 0, "no sentences"));
    }
    corpus.documents.extend(documents);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_without_spaces_are_read() {
        use Part::{End, Start, Word};
        assert_eq!(parts("<START:per> Anna <END> left"), [Start("per"), Word("Anna"), End, Word("left")]);
        assert_eq!(parts("<START>Anna<END>, x"), [Start("default"), Word("Anna"), End, Word(","), Word("x")]);
        assert_eq!(parts("a <STARTx"), [Word("a"), Word("<STARTx")]);
    }
}
