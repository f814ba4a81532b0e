//! UIMA CAS of INCEpTION and DKPro: one text and annotations of many types, as XMI or as JSON (0.4). The text, tokens,
//! sentences and the entity type are read. Offsets count UTF-16 code units, as in Java, unless the texts indicate
//! another unit.

use super::annotation_types::{self, AnnotationType};
use super::offsets::{OffsetMap, OffsetPair, UnitStats};
use super::read_report::quote;
use super::records::json::is_too_much;
use super::tagged::provided_tokens;
use super::{Capabilities, Detection, Format, OffsetUnit, Problem, ReadReport, SourceInput};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Span};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// UIMA CAS as XMI.
pub const UIMA_XMI: Format = Format {
    name: "uima-xmi",
    description: "UIMA CAS as XMI, from INCEpTION and DKPro",
    extensions: &["xmi"],
    detect: |g| {
        let is_xmi = g.extension == "xmi" || g.head.contains("<xmi:XMI");
        Detection::when(is_xmi, Detection::SIGNATURE, "root element xmi:XMI")
    },
    is_json: false,
    read: |source, corpus| read(source, corpus, UIMA_XMI, from_xmi),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// UIMA CAS as JSON.
pub const UIMA_JSON: Format = Format {
    name: "uima-json",
    description: "UIMA CAS as JSON 0.4, from INCEpTION",
    extensions: &["json"],
    detect: |g| {
        let is_cas = g.head.trim_start().starts_with('{') && g.head.contains("\"%TYPES\"");
        Detection::when(is_cas, Detection::SIGNATURE, "key %TYPES")
    },
    is_json: true,
    read: |source, corpus| read(source, corpus, UIMA_JSON, from_json),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Text with its annotations.
#[derive(Debug, Default)]
struct Cas {
    text: String,
    annotations: Vec<Annotation>,
}

/// Text range with the features that are strings.
#[derive(Debug)]
struct Annotation {
    id: String,
    type_name: String,
    start: usize,
    end: usize,
    features: BTreeMap<String, String>,
}

impl Annotation {
    fn offset_pair(&self) -> OffsetPair<'_> {
        OffsetPair { start: self.start, end: self.end, text: None }
    }
}

fn read(
    source: &SourceInput,
    corpus: &mut Corpus,
    format: Format,
    parse: fn(&str) -> Result<Cas, Problem>,
) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(format, &decoded);
    let cas = parse(&decoded.text)?;
    let layers = annotation_types(&cas);
    let entities = annotation_types::select_entity_type(&layers);
    match entities {
        Some((layer, feature)) => {
            found.detection_notes.push(annotation_types::describe_selection(&layers[layer], feature))
        }
        None => found.detection_notes.push("no entity annotations".into()),
    }
    let unit = source.options.offset_unit.unwrap_or_else(|| detect_unit(&cas));
    found.offset_unit = Some(unit);
    let ruler = OffsetMap::new(&cas.text, unit);
    let of_kind = |short: &'static str| {
        cas.annotations.iter().filter(move |a| annotation_types::short_type_name(&a.type_name) == short)
    };
    let mut spans = Vec::new();
    let mut unnamed = 0;
    if let Some((layer, feature)) = entities {
        for annotation in cas.annotations.iter().filter(|a| a.type_name == layers[layer].name) {
            let Some(label) = annotation.features.get(&layers[layer].features[feature]) else {
                unnamed += 1;
                continue;
            };
            match ruler.range(annotation.start, annotation.end) {
                Some((start, end)) => spans.push(Span::new(start..end, corpus.labels.intern(label)?)),
                None => found.push_problem(0, 0, || {
                    let Annotation { id, start, end, .. } = annotation;
                    format!("annotation {id}, {} {start}..{end}, is outside the text; not read", quote(label))
                }),
            }
        }
    }
    if unnamed > 0 {
        found.detection_notes.push(format!("{unnamed} annotations without a label not read"));
    }
    let place = |a: &Annotation| ruler.range(a.start, a.end);
    let mut words: Vec<(u32, u32)> = of_kind("Token").filter_map(place).collect();
    words.sort_unstable();
    words.dedup();
    let mut begins: Vec<u32> = of_kind("Sentence").filter_map(place).map(|p| p.0).collect();
    begins.sort_unstable();
    drop(ruler);
    let own = provided_tokens(&cas.text, words).filter(|words| !words.is_empty());
    let mut document = Document::from_text(source.split, source.source_id, 0, cas.text, spans, own);
    if !begins.is_empty() {
        let starts: Vec<u32> = begins.iter().map(|b| to_u32(document.tokens.partition_point(|t| t.0 < *b))).collect();
        document = document.with_sentence_starts(&starts);
    }
    corpus.documents.push(Arc::new(document));
    Ok(found)
}

/// Returns the types that occur with their string features, in order of occurrence.
fn annotation_types(cas: &Cas) -> Vec<AnnotationType> {
    let mut layers: Vec<AnnotationType> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut seen: HashSet<(usize, &str)> = HashSet::new();
    for annotation in &cas.annotations {
        let at = *places.entry(&annotation.type_name).or_insert_with(|| {
            layers.push(AnnotationType { name: annotation.type_name.clone(), features: Vec::new() });
            layers.len() - 1
        });
        for name in annotation.features.keys().filter(|name| seen.insert((at, name))) {
            layers[at].features.push(name.clone());
        }
    }
    layers
}

/// Detects the unit of the offsets: UTF-16, unless another unit matches more annotations.
fn detect_unit(cas: &Cas) -> OffsetUnit {
    let mut evidence = UnitStats::default();
    let claims: Vec<OffsetPair> = cas.annotations.iter().map(Annotation::offset_pair).collect();
    evidence.add(&cas.text, &claims);
    let best = evidence.votes.iter().max().copied().unwrap_or(0);
    let [_, utf16, _] = evidence.votes;
    if utf16 == best { OffsetUnit::Utf16 } else { evidence.best_unit() }
}

fn no_text_error() -> Problem {
    Problem::at(0, 0, "the CAS has no text (a Sofa with a sofaString)")
}

/// Collects annotations until the Sofa with the text is known.
#[derive(Default)]
struct CasBuilder {
    sofas: Vec<(String, String)>,
    annotations: Vec<(String, Annotation)>,
}

impl CasBuilder {
    /// Returns the first text, and its annotations.
    fn build(self) -> Result<Cas, Problem> {
        let (sofa, text) =
            self.sofas.into_iter().find(|(_, text)| !text.trim().is_empty()).ok_or_else(no_text_error)?;
        let annotations = self.annotations.into_iter().filter(|(of, _)| *of == sofa).map(|(_, a)| a).collect();
        Ok(Cas { text, annotations })
    }

    fn add(&mut self, id: String, kind: String, mut fields: BTreeMap<String, String>) {
        let offset = |fields: &mut BTreeMap<String, String>, name: &str| fields.remove(name)?.parse().ok();
        if let Some(text) = fields.remove("sofaString") {
            self.sofas.push((id, text));
            return;
        }
        let sofa = fields.remove("sofa").unwrap_or_default();
        let (start, end) = (offset(&mut fields, "begin"), offset(&mut fields, "end"));
        if let (Some(start), Some(end)) = (start, end) {
            self.annotations.push((sofa, Annotation { id, type_name: kind, start, end, features: fields }));
        }
    }
}

fn from_xmi(text: &str) -> Result<Cas, Problem> {
    let mut reader = Reader::from_str(text);
    let line_of = |at: u64| {
        text.as_bytes()[..usize::try_from(at).unwrap_or(text.len()).min(text.len())]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1
    };
    let mut collected = CasBuilder::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let (id, fields) = element_fields(&element).map_err(|reason| {
                    Problem::at(line_of(reader.buffer_position()), 0, format!("invalid XML ({reason})"))
                })?;
                collected.add(id, element.name().into_inner().to_owned(), fields);
            }
            Ok(Event::Eof) => return collected.build(),
            Ok(_) => {}
            Err(e) => return Err(Problem::at(line_of(reader.error_position()), 0, format!("invalid XML ({e})"))),
        }
    }
}

/// Returns the `xmi:id` of an element, and its other attributes.
fn element_fields(element: &BytesStart) -> Result<(String, BTreeMap<String, String>), quick_xml::Error> {
    let mut id = String::new();
    let mut fields = BTreeMap::new();
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
        match attribute.key.into_inner() {
            "xmi:id" => id = value,
            name => drop(fields.insert(name.to_owned(), value)),
        }
    }
    Ok((id, fields))
}

fn from_json(text: &str) -> Result<Cas, Problem> {
    if is_too_much(text) {
        return Err(Problem::at(0, 0, "the JSON has more values than the limit of a CAS; export it in parts"));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|e| Problem::at(e.line(), 0, format!("invalid JSON at character {} ({e})", e.column())))?;
    let mut collected = CasBuilder::default();
    // A list, or in version 0.3 and before, an object by id.
    let structures: Vec<&Value> = match value.get("%FEATURE_STRUCTURES") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(by_id)) => by_id.values().collect(),
        _ => return Err(Problem::at(0, 0, "the JSON has no %FEATURE_STRUCTURES")),
    };
    for structure in structures.into_iter().filter_map(Value::as_object) {
        let scalar = |v: &Value| v.as_str().map(str::to_owned).or_else(|| v.as_u64().map(|n| n.to_string()));
        let (mut id, mut kind, mut fields) = (String::new(), String::new(), BTreeMap::new());
        for (name, value) in structure {
            let Some(value) = scalar(value) else { continue };
            match name.as_str() {
                "%ID" => id = value,
                "%TYPE" => kind = value,
                // The prefix @ marks a reference, ^ an anchor.
                name => drop(fields.insert(name.trim_start_matches(['@', '^']).to_owned(), value)),
            }
        }
        collected.add(id, kind, fields);
    }
    collected.build()
}
