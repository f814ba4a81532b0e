//! Azure Language: one JSON file with the labels of texts in the same directory.

use super::decode::decode;
use super::note::NoteKind;
use super::records::{self, SourceText, TextRecord, entry, get_list, get_str};
use super::{Capabilities, Detection, Format, OffsetUnit, Problem, ReadOptions, ReadReport, SourceInput};
use crate::corpus::{Corpus, Split};
use serde_json::Value;

/// Project file of custom entity recognition or text classification.
pub const AZURE_LANGUAGE: Format = Format {
    name: "azure-language",
    description: "Azure Language: labels for text files in the same directory",
    extensions: &["json"],
    detect: |g| {
        let is_project = g.head.contains("\"projectFileVersion\"") && g.head.contains("\"assets\"");
        Detection::when(is_project, Detection::SIGNATURE, "keys projectFileVersion and assets")
    },
    is_json: true,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let project: Value = serde_json::from_str(&decoded.text)
        .map_err(|e| Problem::at(e.line(), 0, format!("invalid JSON at character {} ({e})", e.column())))?;
    let mut found = ReadReport::with_encoding(AZURE_LANGUAGE, &decoded);
    let unit = match get_str(&project, "stringIndexType") {
        Some("Utf16CodeUnit") => Some(OffsetUnit::Utf16),
        Some("UnicodeCodePoint") => Some(OffsetUnit::CodePoints),
        _ => None,
    };
    let documents = project.get("assets").map_or(&[][..], |assets| get_list(assets, "documents"));
    let mut texts = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let Some(location) = get_str(document, "location") else {
            found.notes.add(NoteKind::RecordWithoutText, || document.to_string().chars().take(80).collect());
            continue;
        };
        let text = (source.read_sibling)(location)
            .ok_or_else(|| format!("text file {location} not found in the same directory"));
        let text =
            text.and_then(|bytes| decode(&bytes).map(|d| d.text.into_owned()).map_err(|p| format!("{location}: {p}")));
        match text {
            Ok(text) => {
                let item = item(document, location, text);
                let split = match get_str(document, "dataset") {
                    Some(name) if name.eq_ignore_ascii_case("test") => Split::Test,
                    Some(_) => Split::Train,
                    None => source.split,
                };
                texts.push(SourceText { split, line: 0, place, item });
            }
            Err(reason) => found.push_problem(0, 0, || format!("{reason}; labels not read")),
        }
    }
    if texts.is_empty() {
        let reason = found.problems.first().map_or_else(|| "no documents listed".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no text can be read: {reason}")));
    }
    let choices = ReadOptions { offset_unit: source.options.offset_unit.or(unit), ..source.options };
    records::add_texts(&SourceInput { options: choices, ..*source }, corpus, &mut found, texts, false)?;
    Ok(found)
}

fn item(document: &Value, location: &str, text: String) -> TextRecord {
    let mut item = TextRecord { text, name: location.to_owned(), ..TextRecord::default() };
    for region in get_list(document, "entities") {
        for label in get_list(region, "labels") {
            match entry::spans(label) {
                Some(marks) => item.spans.extend(marks),
                None => item.notes.push((NoteKind::SpanWithoutPosition, label.to_string())),
            }
        }
    }
    let one = document.get("class").into_iter();
    let classes = one.chain(get_list(document, "classes")).filter_map(|class| get_str(class, "category"));
    item.doc_labels = classes.map(str::to_owned).collect();
    item
}
