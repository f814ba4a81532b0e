//! PubTator: `ID|t|title`, `ID|a|abstract`, then one line per mention or relation. An empty line separates documents.

use super::note::NoteKind;
use super::records::{self, RecordSpan, SourceText, TextRecord};
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput, read_report::quote};
use crate::corpus::Corpus;

/// Export format of PubTator.
pub const PUBTATOR: Format = Format {
    name: "pubtator",
    description: "PubTator: titles, abstracts and mentions",
    extensions: &["pubtator", "sample"],
    detect: |g| {
        let first = g.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
        let is_title = headline(first.trim()).is_some_and(|(_, kind, _)| kind == 't' || kind == 'a');
        Detection::when(is_title, Detection::SIGNATURE, "first line ID|t|title")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Parses the id, the kind and the text of a line `ID|t|text`.
fn headline(line: &str) -> Option<(&str, char, &str)> {
    let (id, rest) = line.split_once('|')?;
    let (kind, text) = rest.split_once('|')?;
    let mut letters = kind.chars();
    let kind = letters.next().filter(|c| c.is_ascii_lowercase() && letters.next().is_none())?;
    let is_id = !id.is_empty() && id.len() <= 40 && !id.contains(char::is_whitespace);
    is_id.then_some((id, kind, text))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(PUBTATOR, &decoded);
    let mut texts: Vec<SourceText> = Vec::new();
    for (line, whole) in (1..).zip(decoded.text.lines()) {
        let whole = whole.trim_end_matches('\r');
        if whole.trim().is_empty() {
            continue;
        }
        if whole.starts_with('#') {
            found.notes.add(NoteKind::Comment, || quote(whole));
            continue;
        }
        let is_mention = whole.split('\t').count() > 3;
        if let Some((id, _, text)) = headline(whole).filter(|_| !is_mention) {
            match texts.last_mut().filter(|last| last.item.name == id) {
                Some(last) => {
                    last.item.text.push('\n');
                    last.item.text.push_str(text);
                }
                None => {
                    let item = TextRecord { text: text.to_owned(), name: id.to_owned(), ..TextRecord::default() };
                    texts.push(SourceText { split: source.split, line, place: texts.len(), item });
                }
            }
            continue;
        }
        let fields: Vec<&str> = whole.split('\t').collect();
        let last = texts.last_mut().filter(|last| last.item.name == fields[0]);
        let number = |at: usize| fields.get(at).and_then(|n| n.trim().parse::<usize>().ok());
        match (last, number(1), number(2)) {
            (Some(last), Some(start), Some(end)) if fields.len() >= 5 => {
                let (label, surface) = (fields[4].trim().to_owned(), Some(fields[3].to_owned()));
                last.item.spans.push(RecordSpan { start, end, label, surface });
            }
            (Some(_), None, _) if fields.len() == 4 => {
                found.notes.add(NoteKind::OtherAnnotationKind, || format!("line {line}: {}", quote(whole)));
            }
            _ => found.push_problem(line, 0, || {
                format!(
                    "expected ID, start, end, text and type, but found {}; line skipped, kept in the file",
                    quote(whole)
                )
            }),
        }
    }
    if texts.is_empty() {
        return Err(Problem::at(0, 0, "no line ID|t|title; choose another format with --from"));
    }
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}
