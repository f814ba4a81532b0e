//! Manifests of SageMaker Ground Truth: JSON lines of `source`, with annotations under the name of a labeling job.

use super::{FileContext, RecordCodec, RecordError, TextRecord, entry, get_str, record_name};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format};
use serde_json::{Map, Value};

/// Output manifest of SageMaker Ground Truth.
pub const GROUND_TRUTH: Format = Format {
    name: "ground-truth",
    description: "SageMaker Ground Truth: a manifest of texts and jobs",
    extensions: &["manifest", "jsonl"],
    detect: |g| {
        let fits = g.records.iter().any(|v| v.as_object().is_some_and(|fields| jobs(fields).next().is_some()));
        Detection::when(fits, Detection::SIGNATURE, "metadata of a groundtruth job")
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

const CODEC: RecordCodec = RecordCodec {
    known_fields: &["source", "-metadata"],
    doc_labels: Some(super::DocLabelCodec { read: classes, put: |_, _| {} }),
    ..RecordCodec::only_read(GROUND_TRUTH, read)
};

/// Returns the jobs of a record: names and metadata.
fn jobs(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    fields.iter().filter_map(|(key, metadata)| {
        let is_job = get_str(metadata, "type").is_some_and(|kind| kind.starts_with("groundtruth/"));
        key.strip_suffix("-metadata").filter(|_| is_job).map(|job| (job, metadata))
    })
}

/// Returns the document labels: the class names that the metadata assigns to the class numbers.
fn classes(value: &Value) -> Vec<String> {
    let Some(fields) = value.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    for (job, metadata) in jobs(fields) {
        let named = |number: &Value| get_str(metadata.get("class-map")?, &number.to_string()).map(str::to_owned);
        match value.get(job) {
            Some(Value::Array(numbers)) => found.extend(numbers.iter().filter_map(named)),
            Some(Value::Number(_)) => found.extend(get_str(metadata, "class-name").map(str::to_owned)),
            _ => {}
        }
    }
    found
}

fn read(value: &Value, _: &FileContext) -> Result<TextRecord, RecordError> {
    let Some(text) = get_str(value, "source") else {
        return Err(match get_str(value, "source-ref") {
            Some(address) => RecordError::RemoteText(address.to_owned()),
            None => RecordError::NoText("“source”"),
        });
    };
    let mut item = TextRecord { text: text.to_owned(), name: record_name(value), ..TextRecord::default() };
    let Some(fields) = value.as_object() else { return Ok(item) };
    // Adjustment jobs follow the first one, so the last job on a text wins.
    let spans = |job: &str| value.get(job)?.get("annotations")?.get("entities")?.as_array();
    let all: Vec<&str> = jobs(fields).map(|(job, _)| job).filter(|job| spans(job).is_some()).collect();
    if let Some((last, others)) = all.split_last() {
        item.take_spans(spans(last).into_iter().flatten(), entry::spans);
        item.notes.extend(others.iter().map(|job| (NoteKind::OtherAnnotation, (*job).to_owned())));
    }
    Ok(item)
}
