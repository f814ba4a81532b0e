//! Standoff XML of i2b2, MAE and MedTator: a `TEXT`, and `TAGS` of elements with the offsets of annotations.

use super::note::NoteKind;
use super::records::{self, RecordSpan, SourceText, TextRecord};
use super::{Capabilities, Detection, Format, Problem, ReadReport, SourceInput, read_report::quote};
use crate::corpus::Corpus;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Document with its tags.
pub const STANDOFF_XML: Format = Format {
    name: "standoff-xml",
    description: "i2b2, MAE, MedTator: XML of TEXT and TAGS",
    extensions: &["xml"],
    detect: |g| {
        let fits = g.head.contains("<TEXT>") && g.head.contains("<TAGS>") || (g.head.contains("<TEXT><![CDATA["));
        Detection::when(fits, Detection::SIGNATURE, "elements TEXT and TAGS")
    },
    is_json: false,
    read,
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

fn broken(reason: &dyn std::fmt::Display, text: &str, at: u64) -> Problem {
    let at = usize::try_from(at).unwrap_or(0).min(text.len());
    let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
    Problem::at(line, 0, format!("invalid XML ({reason})"))
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let mut found = ReadReport::with_encoding(STANDOFF_XML, &decoded);
    let xml = &*decoded.text;
    let mut reader = Reader::from_str(xml);
    let mut item = TextRecord::default();
    let (mut in_text, mut in_tags) = (false, false);
    loop {
        let at = reader.buffer_position();
        match reader.read_event().map_err(|e| broken(&e, xml, at))? {
            Event::Start(e) if e.name().into_inner() == "TEXT" => in_text = true,
            Event::End(e) if e.name().into_inner() == "TEXT" => in_text = false,
            Event::Start(e) if e.name().into_inner() == "TAGS" => in_tags = true,
            Event::End(e) if e.name().into_inner() == "TAGS" => in_tags = false,
            Event::CData(text) if in_text => item.text.push_str(&text.into_inner()),
            Event::Text(text) if in_text => item.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if in_text => {
                let known = quick_xml::escape::resolve_predefined_entity(&entity).map(str::to_owned);
                let code = entity.resolve_char_ref().ok().flatten().map(String::from);
                item.text.push_str(&known.or(code).unwrap_or_else(|| format!("&{};", &*entity)));
            }
            Event::Empty(e) | Event::Start(e) if in_tags => add(&mut item, &e, xml, at)?,
            Event::Eof => break,
            _ => {}
        }
    }
    if item.text.trim().is_empty() {
        return Err(Problem::at(0, 0, "element TEXT is empty"));
    }
    for (kind, example) in std::mem::take(&mut item.notes) {
        found.notes.add(kind, || quote(&example));
    }
    let texts = vec![SourceText { split: source.split, line: 0, place: 0, item }];
    records::add_texts(source, corpus, &mut found, texts, false)?;
    Ok(found)
}

/// Adds an annotation. Its label is the attribute `TYPE`, if it exists. A link between annotations has no range.
fn add(item: &mut TextRecord, element: &BytesStart, xml: &str, at: u64) -> Result<(), Problem> {
    let attribute = |name: &str| -> Result<Option<String>, Problem> {
        let found = element.try_get_attribute(name).map_err(|e| broken(&e, xml, at))?;
        let value = found.map(|a| a.normalized_value(XmlVersion::Implicit1_0).map(|v| v.into_owned()));
        value.transpose().map_err(|e| broken(&e, xml, at))
    };
    let label = match attribute("TYPE")?.filter(|label| !label.is_empty()) {
        Some(label) => label,
        None => element.name().into_inner().to_owned(),
    };
    let number = |text: Option<&str>| text.and_then(|n| n.trim().parse::<usize>().ok());
    let spans = attribute("spans")?;
    let places: Vec<(Option<usize>, Option<usize>)> = match &spans {
        Some(spans) => spans
            .split(',')
            .map(|span| span.split_once('~').map_or((None, None), |(s, e)| (number(Some(s)), number(Some(e)))))
            .collect(),
        None => vec![(number(attribute("start")?.as_deref()), number(attribute("end")?.as_deref()))],
    };
    let surface = attribute("text")?.filter(|text| !text.is_empty());
    match places.as_slice() {
        [(Some(start), Some(end))] => item.spans.push(RecordSpan { start: *start, end: *end, label, surface }),
        [_] => item.notes.push((NoteKind::SpanWithoutPosition, label)),
        _ => item.notes.push((NoteKind::DiscontinuousSpan, surface.unwrap_or(label))),
    }
    Ok(())
}
