//! Formats of JSON records, each a text with spans: as lines or as one array.
//!
//! `json` parts a file into records with their places. A `Dialect` says how a record of a format becomes an `Item` and
//! back; everything else is the same for all of them and here. Offsets are translated once the unit is known, which takes
//! all records ([`super::offsets`]). A record that cannot be read stays in the file and is reported; so does a span.

mod argilla;
mod doccano;
pub(super) mod json;
pub(super) mod label_studio;
mod prodigy;
mod python;
mod spacy;

pub use argilla::ARGILLA;
pub use doccano::DOCCANO;
pub use label_studio::LABEL_STUDIO;
pub use prodigy::PRODIGY;
pub use spacy::SPACY_JSON;

use super::found::quote;
use super::offsets::{Claim, Evidence, Ruler, Unit, offsets};
use super::words::{Part, other_words, own_words, parts};
use super::{Current, Decoded, Format, Found, Problem, Source};
use crate::corpus::narrow::narrow;
use crate::corpus::{Corpus, Document, LabelId, Span, Split, TooManyLabels};
use json::{Record, Shape};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// A labelled stretch of a record's text, in the file's own offsets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Mark {
    pub start: usize,
    pub end: usize,
    pub label: String,
    /// What the file says stands there.
    pub surface: Option<String>,
}

impl Mark {
    fn claim(&self, extra: usize) -> Claim<'_> {
        let surface = self.surface.as_deref().map(Into::into);
        Claim { start: self.start, end: self.end.saturating_add(extra), surface }
    }
}

/// A record as a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub text: String,
    pub marks: Vec<Mark>,
    /// Labels of the whole text.
    pub classes: Vec<String>,
    /// Words, where the record has its own.
    pub words: Option<Vec<(usize, usize)>>,
    /// Something to tell of the record once: why spans in it are not taken.
    pub note: Option<&'static str>,
    /// Entries where spans are expected and that are none: each is told with its line.
    pub unread: Vec<String>,
}

/// How a format writes records.
pub(super) struct Dialect {
    pub format: Format,
    /// A record as an item, or why it is none.
    pub read: fn(&Value) -> Result<Item, String>,
    /// Takes marks out of a record and puts others in; everything else stays.
    pub put: fn(record: &mut Value, gone: &[Mark], new: &[Mark]),
    /// How it holds labels of the whole text, where it does.
    pub classes: Option<Classes>,
    /// The fields that are text, words and spans.
    pub known: &'static [&'static str],
    /// A new record; its number counts from 0.
    pub fresh: fn(&Item, usize) -> Value,
    /// How a new file holds them.
    pub shape: Shape,
}

/// How a format holds labels of whole texts.
pub(super) struct Classes {
    /// Those of a record.
    pub read: fn(&Value) -> Vec<String>,
    /// Puts these into a record in place of its own.
    pub put: fn(record: &mut Value, classes: &[String]),
}

/// What all records of a file tell about their offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    pub unit: Unit,
    /// An end is the last character rather than the one behind it.
    inclusive: bool,
    /// A person said the unit.
    wished: bool,
}

impl Measure {
    pub fn of<'i>(items: impl Iterator<Item = &'i Item> + Clone, wished: Option<Unit>) -> (Self, Evidence) {
        let mut evidence = Evidence::default();
        let (mut one_more, mut said) = (0, 0);
        for item in items.clone() {
            for mark in &item.marks {
                if let Some(surface) = &mark.surface {
                    said += 1;
                    one_more += usize::from(surface.chars().count() == (mark.end + 1).saturating_sub(mark.start));
                }
            }
        }
        let inclusive = said > 0 && one_more * 2 > said;
        let extra = usize::from(inclusive);
        for item in items {
            let claims: Vec<Claim> = item.marks.iter().map(|m| m.claim(extra)).collect();
            evidence.add(&item.text, &claims);
        }
        let unit = wished.unwrap_or_else(|| evidence.unit());
        (Self { unit, inclusive, wished: wished.is_some() }, evidence)
    }

    /// Its own for a record whose spans the file's unit does not explain, but another one does, all of them: doccano keeps what a
    /// program imported in code points beside what a person drew in UTF-16.
    pub fn of_record(self, item: &Item) -> Self {
        if self.wished || item.text.is_ascii() {
            return self;
        }
        let mut evidence = Evidence::default();
        let claims: Vec<Claim> = item.marks.iter().map(|m| m.claim(usize::from(self.inclusive))).collect();
        evidence.add(&item.text, &claims);
        let explains = |unit: Unit| evidence.fit_of(unit) == evidence.telling;
        let other = Unit::ALL.into_iter().find(|unit| explains(*unit)).filter(|_| !explains(self.unit));
        Self { unit: other.unwrap_or(self.unit), ..self }
    }

    fn range(self, ruler: &Ruler<'_>, start: usize, end: usize) -> Option<(u32, u32)> {
        ruler.range(start, end.checked_add(usize::from(self.inclusive))?)
    }

    fn marks(self, text: &str, spans: &[Span], name: impl Fn(&Span) -> String) -> Vec<Mark> {
        let bytes: Vec<u32> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
        let counted = offsets(text, &bytes, self.unit);
        let surface = |s: &Span| Some(text[s.start as usize..s.end as usize].to_owned());
        let pairs = spans.iter().zip(counted.chunks_exact(2));
        let end = |e: usize| e - usize::from(self.inclusive);
        pairs.map(|(s, o)| Mark { start: o[0], end: end(o[1]), label: name(s), surface: surface(s) }).collect()
    }
}

/// A record as an item.
fn item_of(value: &Value, dialect: &Dialect) -> Result<Item, String> {
    let classes = dialect.classes.as_ref().map_or_else(Vec::new, |c| (c.read)(value));
    (dialect.read)(value).map(|item| Item { classes, ..item })
}

/// The items of a file, and the problems of those records that are none.
fn items<'t>(text: &'t str, dialect: &Dialect, found: &mut Found) -> Result<Vec<(Record<'t>, Item)>, Problem> {
    let mut items = Vec::new();
    let mut notes: HashMap<&str, usize> = HashMap::new();
    for record in json::records(text)? {
        let read = json::parse(&record)
            .and_then(|value| item_of(&value, dialect).map(|item| (value, item)).map_err(|why| (record.line, why)));
        match read {
            Ok((value, item)) => {
                let is_known = |key: &str| dialect.known.iter().any(|known| key.ends_with(known));
                let others = value.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| !is_known(key));
                others.for_each(|key| found.also(format!("“{key}”")));
                item.note.iter().for_each(|note| *notes.entry(note).or_default() += 1);
                for entry in &item.unread {
                    found.problem(record.line, 0, || format!("{} is no span; it is left as it is", quote(entry)));
                }
                items.push((record, item));
            }
            Err((line, why)) => found.problem(line, 0, || format!("{why}; the record is left as it is")),
        }
    }
    found.evidence.extend(notes.into_iter().map(|(note, count)| format!("{count} {note}")));
    Ok(items)
}

fn read(source: &Source, corpus: &mut Corpus, dialect: &Dialect) -> Result<Found, Problem> {
    let decoded = source.decode()?;
    let mut found = Found::new(dialect.format);
    let items = items(&decoded.text, dialect, &mut found)?;
    if items.is_empty() {
        let first = found.problems.first().map_or_else(|| "it has no record".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no record is {}: {first}", dialect.format.what)));
    }
    let (measure, evidence) = Measure::of(items.iter().map(|(_, item)| item), source.choices.unit);
    describe(&mut found, &decoded, measure, &evidence);
    let mut documents = Vec::with_capacity(items.len());
    let mut others = 0;
    for (record, item) in items {
        let file = measure;
        let measure = file.of_record(&item);
        others += usize::from(measure != file);
        let (spans, words) = placed(
            &item,
            measure,
            |label| corpus.labels.intern(label),
            |message| {
                found.problem(record.line, 0, || message);
            },
        )?;
        let place = narrow(record.number);
        let split = record.split.unwrap_or(source.split);
        let classes = corpus.class_ids(&item.classes);
        let document = Document::of_text(split, source.file, place, item.text, spans, words);
        documents.push(Arc::new(Document { classes, ..document }));
    }
    corpus.documents.extend(documents);
    if others > 0 {
        found.evidence.push(format!("in {others} records offsets fit only another unit, and are read in it"));
    }
    Ok(found)
}

fn describe(found: &mut Found, decoded: &Decoded, measure: Measure, evidence: &Evidence) {
    found.unit = Some(measure.unit);
    found.note_encoding(decoded);
    if evidence.telling > 0 {
        let [points, utf16, bytes] = evidence.fit;
        found.evidence.push(format!(
            "offsets count {}: of {} spans behind a character that units count differently, {points} fit code points, \
             {utf16} UTF-16, {bytes} bytes",
            measure.unit.name(),
            evidence.telling
        ));
    }
    if measure.inclusive {
        found.evidence.push("ends are the last character of a span, not the one behind it".into());
    }
}

/// Spans in bytes, and words where the source has its own.
type Placed = (Vec<Span>, Option<Vec<(u32, u32)>>);

/// An item's spans and words in bytes; a span that lies nowhere is told and left out.
///
/// # Errors
/// When the data has more labels than a corpus can hold.
pub(super) fn placed(
    item: &Item,
    measure: Measure,
    mut label: impl FnMut(&str) -> Result<LabelId, TooManyLabels>,
    mut tell: impl FnMut(String),
) -> Result<Placed, TooManyLabels> {
    let ruler = Ruler::new(&item.text, measure.unit);
    let mut spans = Vec::with_capacity(item.marks.len());
    for mark in &item.marks {
        if mark.label.trim().is_empty() {
            tell(format!("a span {}..{} has no label", mark.start, mark.end));
            continue;
        }
        let Some((start, end)) = range_of(item, mark, measure, &ruler) else {
            let size = item.text.chars().count();
            tell(format!("{} {}..{} lies outside its text of {size} characters", mark.label, mark.start, mark.end));
            continue;
        };
        let held = &item.text[start as usize..end as usize];
        if let Some(surface) = mark.surface.as_deref()
            && surface != held
        {
            let (held, surface) = (super::found::quote(held), super::found::quote(surface));
            tell(format!("{} {}..{} holds {held}, not {surface} as it says", mark.label, mark.start, mark.end));
        }
        spans.push(Span::new(start..end, label(&mark.label)?));
    }
    let words = item.words.as_ref().and_then(|words| {
        let all: Option<Vec<(u32, u32)>> = words.iter().map(|(s, e)| ruler.range(*s, *e)).collect();
        own_words(&item.text, all?)
    });
    Ok((spans, words))
}

/// Where a mark lies: by the file's unit, or by another one that alone gives the text it says (doccano mixes them).
fn range_of(item: &Item, mark: &Mark, measure: Measure, ruler: &Ruler) -> Option<(u32, u32)> {
    let found = measure.range(ruler, mark.start, mark.end);
    let Some(surface) = mark.surface.as_deref().filter(|_| !item.text.is_ascii()) else { return found };
    let holds = |range: &(u32, u32)| &item.text[range.0 as usize..range.1 as usize] == surface;
    if found.as_ref().is_some_and(holds) {
        return found;
    }
    let by = |unit| Measure { unit, ..measure }.range(&Ruler::new(&item.text, unit), mark.start, mark.end);
    Unit::ALL.into_iter().filter_map(by).find(holds).or(found)
}

fn rewrite(source: &Source, current: &Current, dialect: &Dialect) -> Result<Vec<u8>, Problem> {
    let decoded = source.decode()?;
    let text = &*decoded.text;
    let items = items(text, dialect, &mut Found::new(dialect.format))?;
    let (measure, _) = Measure::of(items.iter().map(|(_, item)| item), source.choices.unit);
    let documents: HashMap<usize, &Document> = current.documents().map(|d| (d.place as usize, d)).collect();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (record, item) in &items {
        let Some(document) = documents.get(&record.number) else { continue };
        let measure = measure.of_record(item);
        let name = |s: &Span| current.corpus.labels.name(s.label).to_owned();
        let now = measure.marks(&item.text, &document.spans, name);
        let ruler = Ruler::new(&item.text, measure.unit);
        let is_taken = |m: &&Mark| !m.label.trim().is_empty() && range_of(item, m, measure, &ruler).is_some();
        let there = item.marks.iter().filter(is_taken);
        let (gone, new) = difference(there, &now, |m| range_of(item, m, measure, &ruler));
        let classes: Vec<String> = current.corpus.class_names(document).cloned().collect();
        let other = dialect.classes.as_ref().filter(|_| !same_names(&classes, &item.classes));
        if gone.is_empty() && new.is_empty() && other.is_none() {
            continue;
        }
        if item.text != document.text {
            return Err(other_words(record.line));
        }
        let mut value = json::parse(record).map_err(|(line, why)| Problem::at(line, 0, why))?;
        if !gone.is_empty() || !new.is_empty() {
            (dialect.put)(&mut value, &gone, &new);
        }
        if let Some(other) = other {
            (other.put)(&mut value, &classes);
        }
        out.push_str(&text[copied..record.range.start]);
        out.push_str(&json::written(record, &value));
        copied = record.range.end;
    }
    out.push_str(&text[copied..]);
    decoded.encode(&out)
}

/// Whether two lists hold the same names, in whatever order and however often.
fn same_names(a: &[String], b: &[String]) -> bool {
    a.iter().all(|name| b.contains(name)) && b.iter().all(|name| a.contains(name))
}

/// Marks that are no longer, and those that are new, by where they lie and their label.
fn difference<'m>(
    there: impl Iterator<Item = &'m Mark>,
    now: &[Mark],
    place: impl Fn(&Mark) -> Option<(u32, u32)>,
) -> (Vec<Mark>, Vec<Mark>) {
    let key = |m: &Mark| (place(m), m.label.clone());
    let mut left: HashMap<_, Vec<&Mark>> = HashMap::new();
    for mark in now {
        left.entry(key(mark)).or_default().push(mark);
    }
    let mut gone = Vec::new();
    for mark in there {
        if left.get_mut(&key(mark)).and_then(Vec::pop).is_none() {
            gone.push(mark.clone());
        }
    }
    let mut new: Vec<Mark> = left.into_values().flatten().cloned().collect();
    new.sort_by_key(|m| (m.start, m.end));
    (gone, new)
}

fn write(corpus: &Corpus, split: Option<Split>, dialect: &Dialect) -> Vec<u8> {
    let parts = parts(corpus, split);
    let record = |(number, part): (usize, &Part)| {
        let item = item(corpus, part);
        let mut value = (dialect.fresh)(&item, number);
        if let Some(classes) = dialect.classes.as_ref().filter(|_| !item.classes.is_empty()) {
            (classes.put)(&mut value, &item.classes);
        }
        value
    };
    let records = parts.iter().enumerate().map(record);
    json::write(records, dialect.shape)
}

/// A part of a corpus as a record, in code points.
fn item(corpus: &Corpus, part: &Part) -> Item {
    let (document, range) = (part.document, part.text.clone());
    let text = document.text[range.clone()].to_owned();
    let from = narrow(range.start);
    let within = |s: &&Span| s.start as usize >= range.start && s.end as usize <= range.end;
    let spans: Vec<Span> = document.spans[part.spans.clone()]
        .iter()
        .filter(within)
        .map(|s| Span { start: s.start - from, end: s.end - from, ..*s })
        .collect();
    let marks = Measure::default().marks(&text, &spans, |s| corpus.labels.name(s.label).to_owned());
    let words = &document.tokens[part.words.clone()];
    let bytes: Vec<u32> = words.iter().flat_map(|(a, b)| [a - from, b - from]).collect();
    let words = offsets(&text, &bytes, Unit::CodePoints).chunks_exact(2).map(|p| (p[0], p[1])).collect();
    let classes = corpus.class_names(document).cloned().collect();
    Item { text, marks, classes, words: Some(words), note: None, unread: Vec::new() }
}

/// The spans among the entries of a list, and the other entries as text.
fn marks_of<'v>(
    entries: impl Iterator<Item = &'v Value>,
    mark: impl Fn(&Value) -> Option<Mark>,
) -> (Vec<Mark>, Vec<String>) {
    let (mut marks, mut unread) = (Vec::new(), Vec::new());
    for entry in entries {
        match mark(entry) {
            Some(mark) => marks.push(mark),
            None => unread.push(entry.to_string()),
        }
    }
    (marks, unread)
}

/// Whether a record has a list under this key, not an empty one, whose entries are all spans.
fn has_spans(value: &Value, key: &str, mark: impl Fn(&Value) -> Option<Mark>) -> bool {
    value.get(key).and_then(Value::as_array).is_some_and(|l| !l.is_empty() && l.iter().all(|e| mark(e).is_some()))
}

/// The texts among the entries of a list.
fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A value as an offset.
fn offset(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// A whole number of a record.
fn number(value: &Value, key: &str) -> Option<usize> {
    offset(value.get(key)?)
}

/// `[0, 4, "ORG"]`, as spaCy and doccano have spans.
fn triple(entry: &Value) -> Option<Mark> {
    let [start, end, label] = entry.as_array()?.as_slice() else { return None };
    Some(Mark { start: offset(start)?, end: offset(end)?, label: label.as_str()?.to_owned(), surface: None })
}

/// A span as [`triple`] reads it.
fn as_triple(m: &Mark) -> Value {
    json!([m.start, m.end, m.label])
}

/// The text among fields whose names people choose: `text`, else the longest.
fn text_among(fields: &Value) -> Option<&str> {
    string(fields, "text").or_else(|| fields.as_object()?.values().filter_map(Value::as_str).max_by_key(|t| t.len()))
}

/// A text of a record.
fn string<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// Takes the marks that went out of a list of a record, and adds those that came. `mark` reads an entry.
fn put_into(
    list: &mut Vec<Value>,
    gone: &[Mark],
    new: &[Mark],
    mark: impl Fn(&Value) -> Option<Mark>,
    make: impl Fn(&Mark) -> Value,
) {
    let mut gone: Vec<&Mark> = gone.iter().collect();
    let mut new: Vec<&Mark> = new.iter().collect();
    list.retain_mut(|entry| {
        let Some(here) = mark(entry) else { return true };
        let same_place = |m: &Mark| (m.start, m.end) == (here.start, here.end);
        let Some(at) = gone.iter().position(|m| same_place(m) && m.label == here.label) else { return true };
        gone.swap_remove(at);
        // An object whose label alone has changed keeps its other fields, and with its id what refers to it.
        let next = new.iter().position(|m| same_place(m)).filter(|_| entry.get("label").is_some());
        match next {
            Some(next) => {
                entry["label"] = Value::from(new.remove(next).label.clone());
                true
            }
            None => false,
        }
    });
    list.extend(new.into_iter().map(make));
}
