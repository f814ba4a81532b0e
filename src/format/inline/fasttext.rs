//! fastText: one text per line, after its labels `__label__NAME`.

use crate::corpus::Corpus;
use crate::format::note::NoteKind;
use crate::format::records::{self, SourceText, TextRecord};
use crate::format::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput};

/// Training files of fastText.
pub const FASTTEXT: Format = Format {
    name: "fasttext",
    description: "fastText: lines of __label__NAME and a text",
    extensions: &["fasttext", "ft"],
    detect: |g| {
        let (all, with) = g.lines().fold((0, 0), |(all, with), l| (all + 1, with + usize::from(l.contains(PREFIX))));
        Detection::when(with > 0 && with * 2 >= all, Detection::SIGNATURE, "lines begin with __label__")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const PREFIX: &str = "__label__";

/// Returns the labels and the text of a line. Labels precede the text; in some files they follow it.
fn parts(line: &str) -> (Vec<String>, &str) {
    let mut labels = Vec::new();
    let mut rest = line.trim();
    while let Some((text, label)) = rest.rsplit_once(char::is_whitespace)
        && let Some(label) = label.strip_prefix(PREFIX).filter(|l| !l.is_empty() && !l.contains(','))
        && !rest.starts_with(PREFIX)
    {
        labels.insert(0, label.to_owned());
        rest = text.trim_end();
    }
    while let Some(after) = rest.strip_prefix(PREFIX) {
        let end = after.find(|c: char| c.is_whitespace() || (c == ',' && is_label(after, c))).unwrap_or(after.len());
        let label = after[..end].trim_end_matches(',');
        if !label.is_empty() {
            labels.push(label.to_owned());
        }
        rest = after[end..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    (labels, rest)
}

/// True if the text after the first comma is empty, another label, or whitespace. The text before it is then a label.
fn is_label(text: &str, comma: char) -> bool {
    let after = text.split_once(comma).map_or("", |(_, rest)| rest);
    after.is_empty() || after.starts_with(PREFIX) || after.starts_with(char::is_whitespace)
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(FASTTEXT, &decoded);
    let mut texts = Vec::new();
    for (line, whole) in (1..).zip(decoded.text.lines()).filter(|(_, l)| !l.trim().is_empty()) {
        let (classes, text) = parts(whole);
        if text.is_empty() {
            found.notes.add(NoteKind::RecordWithoutText, || format!("line {line}: {}", classes.join(", ")));
            continue;
        }
        let item = TextRecord { text: text.to_owned(), doc_labels: classes, ..TextRecord::default() };
        texts.push(SourceText { split: source.split, line, place: texts.len(), item });
    }
    if texts.is_empty() {
        return Err(Problem::at(0, 0, "no line has text after its labels"));
    }
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_precede_text() {
        let check = |line: &str, labels: &[&str], text: &str| {
            assert_eq!(parts(line), (labels.iter().map(|l| (*l).to_owned()).collect(), text), "{line}")
        };
        check("__label__a __label__b The ferry", &["a", "b"], "The ferry");
        check("__label__a,__label__b, The ferry, late", &["a", "b"], "The ferry, late");
        check("The ferry __label__a __label__b", &["a", "b"], "The ferry");
        check("__label__a", &["a"], "");
    }
}
