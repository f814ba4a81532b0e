//! Writer of tables: one row per text, with its id, the other fields of its record, its document labels and its spans.

use crate::corpus::{Corpus, Split};
use crate::format::records::{self, RecordSpan};
use serde_json::json;
use std::sync::Arc;

/// Column of texts.
const TEXT: &str = "text";
/// Column of ids. It is left out if no text has one.
const ID: &str = "id";
/// Column of document labels: a name, or a JSON list of names. It is left out without document labels.
const LABEL: &str = "label";
/// Column of spans: a JSON list of objects with start, end, label and text, in code points.
const SPANS: &str = "spans";

/// Writes a corpus as CSV (RFC 4180), with a header.
pub(super) fn write(corpus: &Corpus, split: Option<Split>) -> Vec<u8> {
    // Writing to memory does not fail. Readers would refuse an empty file.
    try_write(corpus, split).inspect_err(|e| log::error!("failed to write CSV: {e}")).unwrap_or_default()
}

fn try_write(corpus: &Corpus, split: Option<Split>) -> Result<Vec<u8>, csv::Error> {
    let texts = records::texts(corpus, split);
    let names = corpus.field_names();
    let has_ids = texts.iter().any(|(record, _)| !record.name.is_empty());
    let has_labels = texts.iter().any(|(record, _)| !record.doc_labels.is_empty());
    let mut own = vec![TEXT];
    own.extend(has_ids.then_some(ID));
    let mut header: Vec<String> = own.iter().map(|name| (*name).to_owned()).collect();
    header.extend(names.iter().map(|name| free_name(name)));
    header.extend(has_labels.then(|| LABEL.to_owned()));
    header.push(SPANS.to_owned());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header)?;
    for (record, fields) in texts {
        let mut row = vec![record.text];
        row.extend(has_ids.then_some(record.name));
        let value = |name: &Arc<str>| {
            let field = fields.iter().find(|field| field.name == *name);
            field.map_or_else(String::new, |field| field.value.as_str().to_owned())
        };
        row.extend(names.iter().map(value));
        row.extend(has_labels.then(|| label_cell(&record.doc_labels)));
        row.push(spans_cell(&record.spans));
        writer.write_record(&row)?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// Returns the name of a field as a column that has no other meaning.
fn free_name(name: &str) -> String {
    let is_own = [TEXT, ID, LABEL, SPANS].iter().any(|own| name.eq_ignore_ascii_case(own));
    if is_own { format!("source {name}") } else { name.to_owned() }
}

/// Returns document labels as a cell. One label is written as its name, unless a reader could divide it.
fn label_cell(labels: &[String]) -> String {
    match labels {
        [] => String::new(),
        [label] if !label.contains(['|', ',', ';', '[', '{']) => label.clone(),
        labels => json!(labels).to_string(),
    }
}

fn spans_cell(spans: &[RecordSpan]) -> String {
    let span = |span: &RecordSpan| {
        let text = span.surface.as_deref().unwrap_or_default();
        json!({"start": span.start, "end": span.end, "label": span.label, "text": text})
    };
    json!(spans.iter().map(span).collect::<Vec<_>>()).to_string()
}
