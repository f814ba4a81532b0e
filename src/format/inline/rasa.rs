//! Rasa training data: YAML, the older Markdown, and the older JSON. Intents are document labels.

use super::brackets;
use crate::corpus::{Corpus, Scheme, Split};
use crate::format::dataset_card::yaml;
use crate::format::detection::begins_as_json;
use crate::format::note::NoteKind;
use crate::format::offsets::{OffsetMap, OffsetUnit};
use crate::format::records::{self, SourceText, TextRecord};
use crate::format::tagged::escape_label;
use crate::format::{Capabilities, Detection, Format, Preview, Problem, ReadReport, SourceInput, Writer};
use serde_json::Value;
use std::fmt::Write as _;

/// Training data of Rasa NLU.
pub const RASA: Format = Format {
    name: "rasa",
    description: "Rasa NLU: YAML, Markdown or JSON of examples by intent",
    extensions: &["yml", "yaml"],
    detect: recognize,
    is_json: true,
    read,
    write: Some(Writer::SingleFile(write)),
    rewrite: None,
    capabilities: Capabilities {
        doc_labels: true,
        overlapping_spans: false,
        labels_with_spaces: false,
        any_character: false,
        ..Capabilities::OFFSET_FORMAT
    },
};

/// Intent of texts without one.
const NO_INTENT: &str = "unlabeled";

fn recognize(g: &Preview) -> Option<Detection> {
    let has = |text: &str| g.head.contains(text);
    let begins = |starts: &[&str]| g.lines().any(|line| starts.iter().any(|s| line.starts_with(s)));
    let is_markdown = begins(&["## intent:", "##intent:"]);
    let is_yaml = begins(&["nlu:", "- intent:"]) && (has("examples:") || has("intent:"));
    let is_json = g.is_json && has("\"rasa_nlu_data\"");
    let marks = || {
        let marked = g.lines().filter(|line| brackets::count(line) > 0).count();
        let least = if g.extension == "md" { 2 } else { 4 };
        !g.is_json && marked > 1 && marked * least >= g.lines().count()
    };
    Detection::when(is_json, Detection::SIGNATURE, "key rasa_nlu_data")
        .or_else(|| Detection::when(is_yaml && !g.is_json, Detection::SIGNATURE, "YAML of intents and examples"))
        .or_else(|| Detection::when(is_markdown, Detection::SIGNATURE, "headings of intents"))
        .or_else(|| Detection::when(marks(), Detection::STRUCTURE, "markers [text](type)"))
}

/// Example: its text with spans, its intent and its line.
struct Example {
    line: usize,
    intent: String,
    item: TextRecord,
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    if begins_as_json(text) {
        return records::read_rasa(source, corpus);
    }
    let mut found = ReadReport::with_encoding(RASA, &decoded);
    let is_markdown = text.lines().any(|l| l.trim_start().starts_with("## ") || l.trim_start().starts_with("##intent"));
    let is_yaml = text.lines().any(|l| l.starts_with("nlu:") || l.starts_with("- intent:"));
    let examples = if is_yaml {
        from_yaml(text, &mut found)?
    } else if is_markdown {
        from_markdown(text, &mut found)
    } else {
        from_lines(text, &mut found)
    };
    if examples.is_empty() {
        return Err(Problem::at(0, 0, "no intent examples; synonyms and lookup tables are not texts"));
    }
    let of_example = |(place, example): (usize, Example)| {
        let classes = Some(example.intent).filter(|intent| !intent.is_empty() && intent != NO_INTENT);
        let item = TextRecord { doc_labels: classes.into_iter().collect(), ..example.item };
        SourceText { split: source.split, line: example.line, place, item }
    };
    let texts = examples.into_iter().enumerate().map(of_example).collect();
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}

fn example(line: usize, intent: &str, text: &str, found: &mut ReadReport) -> Example {
    let extra = |mark: &str| found.notes.add(NoteKind::Field, || format!("role, group or value of {mark}"));
    let item = brackets::unmarked(text, extra).into_item();
    Example { line, intent: intent.to_owned(), item }
}

/// Returns the text of a list line `- text`.
fn bullet(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix(['-', '*', '+']).map(str::trim).filter(|text| !text.is_empty())
}

fn from_yaml(text: &str, found: &mut ReadReport) -> Result<Vec<Example>, Problem> {
    let file = yaml(text)?;
    let mut examples = Vec::new();
    let entries = file.get("nlu").or(Some(&file)).and_then(Value::as_array);
    for entry in entries.into_iter().flatten() {
        let Some(intent) = entry.get("intent").and_then(Value::as_str) else {
            let kinds = ["synonym", "regex", "lookup"];
            let kind = kinds.into_iter().find(|kind| entry.get(*kind).is_some()).unwrap_or("entry without an intent");
            found.notes.add(NoteKind::OtherAnnotationKind, || kind.into());
            continue;
        };
        match entry.get("examples") {
            Some(Value::String(lines)) => {
                examples.extend(lines.lines().filter_map(bullet).map(|text| example(0, intent, text, found)));
            }
            Some(Value::Array(list)) => {
                for one in list {
                    let text = one.as_str().or_else(|| one.get("text").and_then(Value::as_str));
                    match text {
                        // A text of a YAML list can also be a bullet.
                        Some(text) => examples.push(example(0, intent, text.trim_end_matches('\n'), found)),
                        None => found.notes.add(NoteKind::RecordWithoutText, || one.to_string()),
                    }
                }
            }
            _ => found.notes.add(NoteKind::RecordWithoutText, || format!("intent {intent}")),
        }
    }
    Ok(examples)
}

fn from_markdown(text: &str, found: &mut ReadReport) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut intent: Option<&str> = None;
    let mut in_comment = false;
    for (line, whole) in (1..).zip(text.lines()) {
        in_comment |= whole.contains("<!--");
        if in_comment {
            in_comment = !whole.contains("-->");
            continue;
        }
        if let Some(heading) = whole.trim_start().strip_prefix("##") {
            let heading = heading.trim();
            intent = heading.strip_prefix("intent:").map(str::trim);
            if intent.is_none() {
                found.notes.add(NoteKind::OtherAnnotationKind, || heading.to_owned());
            }
        } else if let (Some(intent), Some(text)) = (intent, bullet(whole)) {
            examples.push(example(line, intent, text, found));
        }
    }
    examples
}

/// Reads lines with marks and without intents.
fn from_lines(text: &str, found: &mut ReadReport) -> Vec<Example> {
    let lines = (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty());
    lines.map(|(line, text)| example(line, "", text, found)).collect()
}

/// Returns a text with its spans in brackets.
fn marked(item: &TextRecord) -> String {
    let ruler = OffsetMap::new(&item.text, OffsetUnit::CodePoints);
    let mut out = String::with_capacity(item.text.len());
    let mut at = 0;
    for mark in &item.spans {
        let Some((start, end)) = ruler.range(mark.start, mark.end) else { continue };
        let (start, end) = (start as usize, end as usize);
        // Brackets cannot overlap.
        if start >= at {
            let _ = write!(out, "{}[{}]({})", &item.text[at..start], &item.text[start..end], escape_label(&mark.label));
            at = end;
        }
    }
    out.push_str(&item.text[at..]);
    out
}

fn write(corpus: &Corpus, split: Option<Split>, _: Scheme) -> Vec<u8> {
    let mut by_intent: Vec<(String, Vec<String>)> = Vec::new();
    for (item, _) in records::texts(corpus, split) {
        let intent = item.doc_labels.first().cloned().unwrap_or_else(|| NO_INTENT.to_owned());
        match by_intent.iter_mut().find(|(name, _)| *name == intent) {
            Some((_, texts)) => texts.push(marked(&item)),
            None => by_intent.push((intent, vec![marked(&item)])),
        }
    }
    let quoted = |text: &str| Value::from(text).to_string();
    let mut out = "version: \"3.1\"\nnlu:\n".to_owned();
    for (intent, texts) in by_intent {
        let _ = writeln!(out, "- intent: {}", quoted(&intent));
        let is_line = |text: &String| {
            !text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) && text.trim() == text && !text.is_empty()
        };
        if texts.iter().all(is_line) {
            out.push_str("  examples: |\n");
            texts.iter().for_each(|text| out.push_str(&format!("    - {text}\n")));
        } else {
            out.push_str("  examples:\n");
            texts.iter().for_each(|text| out.push_str(&format!("  - text: {}\n", quoted(text))));
        }
    }
    out.into_bytes()
}
