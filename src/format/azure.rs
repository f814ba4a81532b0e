//! Azure Language: one JSON file of labels for the texts of the files beside it.

use super::decode::decode;
use super::note::NoteKind;
use super::records::{self, Item, Text, entry, list, string};
use super::{Choices, Format, Found, Holds, Problem, Recognition, Source, Unit};
use crate::corpus::{Corpus, Split};
use serde_json::Value;

/// A project file of custom entity recognition or text classification.
pub const AZURE_LANGUAGE: Format = Format {
    name: "azure-language",
    what: "Azure Language: labels for the texts beside it",
    extensions: &["json"],
    recognize: |g| {
        let is_project = g.head.contains("\"projectFileVersion\"") && g.head.contains("\"assets\"");
        Recognition::when(is_project, Recognition::SIGNATURE, "keys projectFileVersion and assets")
    },
    is_json: true,
    read,
    write: None,
    rewrite: None,
    holds: Holds::TEXTS,
};

fn read(source: &Source, corpus: &mut Corpus) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let project: Value = serde_json::from_str(&decoded.text)
        .map_err(|e| Problem::at(e.line(), 0, format!("the JSON is broken at character {} ({e})", e.column())))?;
    let mut found = Found::of(AZURE_LANGUAGE, &decoded);
    let unit = match string(&project, "stringIndexType") {
        Some("Utf16CodeUnit") => Some(Unit::Utf16),
        Some("UnicodeCodePoint") => Some(Unit::CodePoints),
        _ => None,
    };
    let documents = project.get("assets").map_or(&[][..], |assets| list(assets, "documents"));
    let mut texts = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let Some(location) = string(document, "location") else {
            found.notes.add(NoteKind::RecordWithoutText, || document.to_string().chars().take(80).collect());
            continue;
        };
        let text = (source.beside)(location).ok_or_else(|| format!("the text {location} is not beside it"));
        let text =
            text.and_then(|bytes| decode(&bytes).map(|d| d.text.into_owned()).map_err(|p| format!("{location}: {p}")));
        match text {
            Ok(text) => {
                let item = item(document, location, text);
                let split = match string(document, "dataset") {
                    Some(name) if name.eq_ignore_ascii_case("test") => Split::Test,
                    Some(_) => Split::Train,
                    None => source.split,
                };
                texts.push(Text { split, line: 0, place, item });
            }
            Err(why) => found.problem(0, 0, || format!("{why}; its labels are not read")),
        }
    }
    if texts.is_empty() {
        let why = found.problems.first().map_or_else(|| "it lists no documents".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("none of its texts can be read: {why}")));
    }
    let choices = Choices { unit: source.choices.unit.or(unit), ..source.choices };
    records::add_texts(&Source { choices, ..*source }, corpus, &mut found, texts, false)?;
    Ok(found)
}

fn item(document: &Value, location: &str, text: String) -> Item {
    let mut item = Item { text, name: location.to_owned(), ..Item::default() };
    for region in list(document, "entities") {
        for label in list(region, "labels") {
            match entry::spans(label) {
                Some(marks) => item.marks.extend(marks),
                None => item.notes.push((NoteKind::SpanWithoutPosition, label.to_string())),
            }
        }
    }
    let one = document.get("class").into_iter();
    let classes = one.chain(list(document, "classes")).filter_map(|class| string(class, "category"));
    item.classes = classes.map(str::to_owned).collect();
    item
}
