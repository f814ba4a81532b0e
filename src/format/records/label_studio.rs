//! Label Studio JSON (tasks with `annotations`, or `completions` before 1.0) and JSON_MIN (the text and its regions).

use super::json::JsonLayout;
use super::{
    DocLabelCodec, FieldPlace, FileContext, RecordCodec, RecordError, RecordSpan, TextRecord, doccano, get_str,
    get_usize, prodigy, string_list, text_field, text_fields,
};
use crate::format::note::NoteKind;
use crate::format::{Capabilities, Detection, Format, Writer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Export and import format of Label Studio.
pub const LABEL_STUDIO: Format = Format {
    name: "label-studio",
    description: "Label Studio: JSON of tasks with annotations, or JSON_MIN",
    extensions: &["json"],
    detect: |g| {
        Detection::when(
            g.records.iter().any(|v| is_task(v) || is_json_min(v)),
            Detection::STRUCTURE,
            "Label Studio tasks",
        )
    },
    is_json: true,
    read: |source, corpus| super::read(source, corpus, &CODEC),
    write: Some(Writer::SingleFile(|corpus, split, _| super::write(corpus, split, &CODEC))),
    rewrite: Some(|source, current| super::rewrite(source, current, &CODEC)),
    capabilities: Capabilities { doc_labels: true, fields: true, ..Capabilities::OFFSET_FORMAT },
};

/// Fields of the text, tokens and spans.
const KNOWN: &[&str] = &["data", "annotations", "completions", "text", "label"];

const CODEC: RecordCodec = RecordCodec {
    known_fields: KNOWN,
    fields: FieldPlace::Object("data"),
    is_own_field: |task, context, key| text_key(task, context) == Some(key),
    context: Some(context),
    doc_labels: Some(DocLabelCodec { read: classes, put: put_classes }),
    ..RecordCodec::new(LABEL_STUDIO, read, put, fresh, JsonLayout::Array)
};

/// Finds the text field: the field whose slices match the texts of the regions.
fn context(records: &[Value]) -> FileContext {
    let tasks: Vec<&Value> = records.iter().filter(|r| is_task(r)).collect();
    let regions = |number: usize| {
        let annotations = ["annotations", "completions", "predictions"].into_iter();
        let lists = annotations.filter_map(|key| tasks[number].get(key)?.as_array()).flatten();
        let results = lists.filter_map(|a| a.get("result")?.as_array()).flatten();
        results.filter_map(|r| region(r.get("value")?)).flatten().collect::<Vec<RecordSpan>>()
    };
    let named = tasks.iter().flat_map(|task| about(task).into_iter().filter(|to| get_str(&task["data"], to).is_some()));
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    named.for_each(|to| *votes.entry(to).or_default() += 1);
    let most =
        votes.into_iter().max_by_key(|(name, n)| (*n, std::cmp::Reverse(*name))).map(|(name, _)| name.to_owned());
    FileContext { text_field: most.or_else(|| text_field(tasks.iter().map(|task| &task["data"]), &regions)) }
}

/// Returns the names of the objects that the regions of a task refer to. They are often names of fields.
fn about(task: &Value) -> Vec<&str> {
    let regions = results(task).into_iter().flatten().filter(|r| r.get("value").is_some_and(|v| region(v).is_some()));
    regions.filter_map(|result| get_str(result, "to_name")).collect()
}

/// True if a result refers to a text field of the task other than this one.
fn is_of_other_field(result: &Value, task: &Value, field: Option<&str>) -> bool {
    let to = get_str(result, "to_name").filter(|to| Some(*to) != field);
    to.is_some_and(|to| get_str(&task["data"], to).is_some())
        && field.is_some_and(|f| get_str(&task["data"], f).is_some())
}

fn is_task(value: &Value) -> bool {
    value.get("data").is_some_and(Value::is_object)
}

/// True for a record whose `label` (or a field with the name of its control) is a list of regions.
fn is_json_min(value: &Value) -> bool {
    let is_exported = ["annotation_id", "lead_time", "annotator"].iter().any(|key| value.get(*key).is_some());
    let elsewhere = || doccano::has_labels(value) || prodigy::has_labels(value);
    get_str(value, "text").is_some() && (json_min_key(value).is_some() || (is_exported && !elsewhere()))
}

fn json_min_key(value: &Value) -> Option<String> {
    let regions = |v: &Value| v.as_array().is_some_and(|l| !l.is_empty() && l.iter().all(|r| region(r).is_some()));
    value.as_object()?.iter().find(|(_, v)| regions(v)).map(|(key, _)| key.clone())
}

/// Returns one span per label of a region.
fn region(value: &Value) -> Option<Vec<RecordSpan>> {
    let (start, end) = (get_usize(value, "start")?, get_usize(value, "end")?);
    let labels = value.get("labels").or_else(|| value.get("hypertextlabels"))?.as_array()?;
    let surface = get_str(value, "text").map(str::to_owned);
    let mark =
        |label: &Value| Some(RecordSpan { start, end, label: label.as_str()?.to_owned(), surface: surface.clone() });
    labels.iter().map(mark).collect()
}

/// Returns the regions of a cell. The tables of Label Studio contain them as a JSON list. Empty for other cells.
pub(in crate::format) fn regions(cell: &str) -> Vec<RecordSpan> {
    if !cell.trim_start().starts_with('[') {
        return Vec::new();
    }
    let list: Vec<Value> = serde_json::from_str(cell).unwrap_or_default();
    list.iter().filter_map(region).flatten().collect()
}

/// Returns the key of the text of a task: the field of the regions, or else the field with a usual name.
fn text_key<'v>(task: &'v Value, context: &'v FileContext) -> Option<&'v str> {
    let data = task.get("data")?;
    let known = context.text_field.as_deref().filter(|key| get_str(data, key).is_some());
    known.or_else(|| text_fields(data).next().map(|(key, _)| key))
}

/// Returns the text of a task.
fn text_of<'v>(task: &'v Value, context: &FileContext) -> Option<&'v str> {
    get_str(task.get("data")?, text_key(task, context)?)
}

/// Returns the key and index of the relevant annotation: the ground truth, or else the last one that was not canceled.
fn annotation(value: &Value) -> Option<(&'static str, usize)> {
    let key = ["annotations", "completions"].into_iter().find(|k| value.get(*k).is_some_and(Value::is_array))?;
    let all = value.get(key)?.as_array()?;
    let is = |a: &Value, flag: &str| a.get(flag).and_then(Value::as_bool) == Some(true);
    let truth = all.iter().position(|a| is(a, "ground_truth"));
    truth.or_else(|| all.iter().rposition(|a| !is_canceled(a))).map(|at| (key, at))
}

/// Returns the results of the relevant annotation.
fn results(value: &Value) -> Option<&Vec<Value>> {
    annotation(value).and_then(|(key, at)| value.get(key)?.get(at)?.get("result")?.as_array())
}

/// True if a result is a choice about the whole text, not about a region.
fn is_document_choice(result: &Value) -> bool {
    get_str(result, "type") == Some("choices")
        && result.get("value").is_some_and(|v| v.is_object() && v.get("start").is_none())
}

fn choice_values(value: &Value) -> Vec<String> {
    value.get("choices").map_or_else(Vec::new, string_list)
}

/// Returns the document labels: the choices of the controls.
fn classes(value: &Value) -> Vec<String> {
    if is_task(value) {
        let choices = results(value).into_iter().flatten().filter(|r| is_document_choice(r));
        return choices.filter_map(|r| r.get("value")).flat_map(choice_values).collect();
    }
    let single = doccano::single_class(value).and_then(|key| get_str(value, key)).map(str::to_owned);
    value.as_object().into_iter().flat_map(|fields| fields.values()).flat_map(choice_values).chain(single).collect()
}

/// Updates the document labels. Removed labels are deleted from their controls. New labels go to the first control, or
/// to a new one.
fn put_classes(record: &mut Value, classes: &[String]) {
    let before = self::classes(record);
    let stays = |name: &String| classes.contains(name);
    let new: Vec<String> = classes.iter().filter(|name| !before.contains(name)).cloned().collect();
    if !is_task(record) {
        // In JSON_MIN, one choice is a string and several are an object.
        if let Some(key) = doccano::single_class(record) {
            record[key] = match classes {
                [only] => json!(only),
                several => json!({"choices": several}),
            };
            return;
        }
        let Some(fields) = record.as_object_mut() else { return };
        let controls = fields.values_mut().filter(|v| v.get("choices").is_some());
        if let Some(new) = update_choices(controls, stays, new) {
            // A key that the record does not have yet.
            let free = ["document", "document_labels"].into_iter().find(|key| !fields.contains_key(*key));
            free.map(|key| fields.insert(key.into(), json!({"choices": new})));
        }
        return;
    }
    let (_, to) = controls(record);
    let Some(list) = results_mut(record) else { return };
    let controls = list.iter_mut().filter(|r| is_document_choice(r)).map(|r| &mut r["value"]);
    if let Some(new) = update_choices(controls, stays, new) {
        list.push(json!({"id": "tagwright-document", "from_name": "document", "to_name": to, "type": "choices",
            "value": {"choices": new}}));
    }
}

/// Removes old choices from each control and adds the new ones to the first. Returns the new choices if there is no
/// control.
fn update_choices<'v>(
    controls: impl Iterator<Item = &'v mut Value>,
    stays: impl Fn(&String) -> bool,
    mut new: Vec<String>,
) -> Option<Vec<String>> {
    for control in controls {
        let kept: Vec<String> =
            choice_values(control).into_iter().filter(&stays).chain(std::mem::take(&mut new)).collect();
        control["choices"] = json!(kept);
    }
    (!new.is_empty()).then_some(new)
}

fn read(value: &Value, context: &FileContext) -> Result<TextRecord, RecordError> {
    if !is_task(value) {
        let text =
            get_str(value, "text").ok_or(RecordError::Unsupported("neither “data” nor “text” found"))?.to_owned();
        let regions = json_min_key(value).and_then(|key| value.get(&key)?.as_array().cloned()).unwrap_or_default();
        let marks = regions.iter().filter_map(region).flatten().collect();
        let unread = value.as_object().into_iter().flat_map(|fields| fields.values()).filter_map(Value::as_array);
        let unread = unread.flatten().filter(|e| e.get("start").is_some() && region(e).is_none());
        return Ok(TextRecord {
            text,
            spans: marks,
            unread: unread.map(Value::to_string).collect(),
            ..TextRecord::default()
        });
    }
    let text = text_of(value, context).ok_or(RecordError::NoText("“data”"))?.to_owned();
    let mut item = TextRecord { text, name: super::record_name(value), ..TextRecord::default() };
    let is_choice = |r: &Value| r.get("value").is_some_and(|v| v.get("start").is_none());
    for result in results(value).into_iter().flatten().filter(|r| !is_choice(r)) {
        if is_of_other_field(result, value, context.text_field.as_deref()) {
            let of = get_str(result, "to_name").unwrap_or_default();
            item.notes.push((NoteKind::SecondLayer, format!("regions of “{of}”")));
            item.read_only = Some("it has regions in another text");
            continue;
        }
        let value = &result["value"];
        let is_path = value.get("start").is_some_and(|s| s.as_str().is_some_and(|s| s.parse::<u64>().is_err()));
        match region(value) {
            // Offsets of hypertext regions are relative to nodes.
            _ if is_path => item.notes.push((NoteKind::SpanWithoutPosition, value.to_string())),
            Some(marks) => item.spans.extend(marks),
            None if has_no_label(value) => item.notes.push((NoteKind::SpanWithoutLabel, value.to_string())),
            None => item.unread.push(value.to_string()),
        }
    }
    let list = |key: &str| value.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let all = || ["annotations", "completions"].into_iter().flat_map(list);
    let canceled = all().filter(|a| is_canceled(a)).count();
    let example = || item.text.clone();
    let mut notes = vec![NoteKind::CanceledAnnotation; canceled];
    notes.extend((all().count() > canceled + 1).then_some(NoteKind::OtherAnnotation));
    notes.extend(list("predictions").iter().map(|_| NoteKind::Prediction));
    let notes: Vec<_> = notes.into_iter().map(|kind| (kind, example())).collect();
    item.notes.extend(notes);
    Ok(item)
}

/// True if an annotation was canceled or skipped.
fn is_canceled(annotation: &Value) -> bool {
    ["was_cancelled", "skipped"].iter().any(|flag| annotation.get(*flag).and_then(Value::as_bool) == Some(true))
}

/// True if a region has no label, for example because the user drew it without choosing one.
fn has_no_label(value: &Value) -> bool {
    ["labels", "hypertextlabels", "choices", "text_area", "rating"].iter().all(|key| value.get(*key).is_none())
}

fn put(record: &mut Value, missing: &[RecordSpan], new: &[RecordSpan]) {
    let make = |m: &RecordSpan| json!({"start": m.start, "end": m.end, "text": m.surface, "labels": [m.label]});
    if !is_task(record) {
        let key = json_min_key(record).unwrap_or_else(|| "label".into());
        let Some(fields) = record.as_object_mut() else { return };
        if let Some(list) = fields.entry(key).or_insert_with(|| json!([])).as_array_mut() {
            let new = update_regions(list, missing, new, |r| Some(r));
            list.extend(new.into_iter().map(make));
        }
        return;
    }
    let (from, to) = controls(record);
    let Some(list) = results_mut(record) else { return };
    let new = update_regions(list, missing, new, |r| r.get_mut("value"));
    let taken = list.len();
    list.extend(new.iter().enumerate().map(|(i, m)| {
        let id = format!("tagwright-{}-{}-{}", m.start, m.end, taken + i);
        json!({"id": id, "from_name": from, "to_name": to, "type": "labels", "value": make(m)})
    }));
}

/// Returns the results of the relevant annotation. A task without a valid annotation gets a new one.
fn results_mut(record: &mut Value) -> Option<&mut Vec<Value>> {
    let (key, at) = annotation(record).unwrap_or(("annotations", usize::MAX));
    let all = record.as_object_mut()?.entry(key).or_insert_with(|| json!([])).as_array_mut()?;
    let at = at.min(all.len());
    if at == all.len() {
        all.push(json!({"result": []}));
    }
    all.get_mut(at)?.as_object_mut()?.entry("result").or_insert_with(|| json!([])).as_array_mut()
}

/// Updates the labels of regions. A new label replaces a removed one, so that the region keeps its id and references to
/// it. A region without labels is deleted. Returns the spans that have no region.
fn update_regions<'m>(
    list: &mut Vec<Value>,
    removed: &[RecordSpan],
    new: &'m [RecordSpan],
    region_of: impl Fn(&mut Value) -> Option<&mut Value>,
) -> Vec<&'m RecordSpan> {
    let mut missing: Vec<&RecordSpan> = removed.iter().collect();
    let mut new: Vec<&RecordSpan> = new.iter().collect();
    list.retain_mut(|entry| {
        let Some(inside) = region_of(entry) else { return true };
        let (Some(start), Some(end)) = (get_usize(inside, "start"), get_usize(inside, "end")) else { return true };
        let Some(labels) = inside.get_mut("labels").and_then(Value::as_array_mut) else { return true };
        let had = labels.len();
        labels.retain_mut(|label| {
            let here = |m: &&RecordSpan| (m.start, m.end) == (start, end);
            let Some(at) = missing.iter().position(|m| here(m) && label.as_str() == Some(&m.label)) else {
                return true;
            };
            missing.swap_remove(at);
            let Some(next) = new.iter().position(here) else { return false };
            *label = Value::from(new.remove(next).label.clone());
            true
        });
        had == 0 || !labels.is_empty()
    });
    new
}

/// Returns the names of the control and of the text in the existing regions.
fn controls(record: &Value) -> (String, String) {
    let labeled = results(record).into_iter().flatten().find(|r| r.get("value").is_some_and(|v| region(v).is_some()));
    let name = |key: &str, otherwise: &str| {
        labeled.and_then(|r| get_str(r, key)).map_or_else(|| otherwise.to_owned(), str::to_owned)
    };
    (name("from_name", "label"), name("to_name", "text"))
}

fn fresh(item: &TextRecord, number: usize) -> Value {
    let region = |(i, m): (usize, &RecordSpan)| {
        json!({"id": format!("tagwright-{i}"), "from_name": "label", "to_name": "text", "type": "labels",
            "value": {"start": m.start, "end": m.end, "text": m.surface, "labels": [m.label]}})
    };
    let result: Vec<Value> = item.spans.iter().enumerate().map(region).collect();
    // Label Studio ids are numbers.
    let id = item.name.parse().unwrap_or(number + 1);
    json!({"id": id, "data": {"text": item.text}, "annotations": [{"result": result}]})
}
