//! brat standoff: `X.ann` next to the text `X.txt`. The BioNLP shared tasks have `X.a1` with the entities and `X.a2`
//! with triggers and events. Relations, events, attributes and notes are kept unchanged.

use super::note::NoteKind;
use super::offsets::{OffsetMap, OffsetPair, OffsetUnit, UnitStats, to_offsets};
use super::tagged::{escape_label, text_changed_error};
use super::{Capabilities, Detection, Format, Problem, ReadReport, RewriteContext, SourceInput, Writer, decode_utf8};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Span};
use std::collections::HashSet;
use std::sync::Arc;

/// Annotation file of brat.
pub const BRAT: Format = Format {
    name: "brat",
    description: "brat: .ann and .txt files",
    extensions: &["ann", "a1"],
    detect: |g| Detection::when(g.has_extension(BRAT.extensions), Detection::STRUCTURE, "annotation file extension"),
    is_json: false,
    read,
    write: Some(Writer::PerDocument(document_files, configuration_files)),
    rewrite: Some(rewrite),
    capabilities: Capabilities { labels_with_spaces: false, any_character: false, ..Capabilities::OFFSET_FORMAT },
};

/// Text-bound annotation: `T1⇥ORG 0 4;5 9⇥surface`.
struct TextBound<'a> {
    id: &'a str,
    label: &'a str,
    fragments: Vec<(usize, usize)>,
    surface: &'a str,
    line: usize,
}

fn parse_text_bounds(text: &str, mut on_problem: impl FnMut(usize, String)) -> Vec<TextBound<'_>> {
    let mut found = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The id is `T1`; other tools add lines such as `TT1` with codes.
    let is_bound = |l: &str| l.strip_prefix('T').is_some_and(|rest| !rest.starts_with('T'));
    for (line, whole) in (1..).zip(text.lines()).filter(|(_, l)| is_bound(l)) {
        match parse_text_bound(whole, line) {
            Some(bound) => found.push(bound),
            None => on_problem(
                line,
                format!(
                    "expected “T1⇥LABEL 0 4⇥text” but found {}; line skipped, kept in the file",
                    super::read_report::quote(whole)
                ),
            ),
        }
    }
    found
}

fn parse_text_bound(whole: &str, line: usize) -> Option<TextBound<'_>> {
    let mut columns = whole.trim_end_matches('\r').splitn(3, '\t');
    let (id, what) = (columns.next()?, columns.next()?);
    let (label, places) = what.split_once(' ')?;
    let fragment = |f: &str| {
        let (start, end) = f.trim().split_once(' ')?;
        Some((start.parse().ok()?, end.trim().parse().ok()?))
    };
    let fragments: Vec<(usize, usize)> = places.split(';').map(fragment).collect::<Option<_>>()?;
    Some(TextBound { id, label, fragments, surface: columns.next().unwrap_or(""), line })
}

/// Returns the name of an annotation file without its extension.
fn stem<'s>(source: &SourceInput<'s>) -> &'s str {
    let known = source.name.rsplit_once('.').filter(|(_, extension)| BRAT.extensions.contains(extension));
    known.map_or(source.name, |(stem, _)| stem)
}

/// Returns the `.a2` file with the events of an `.a1` file.
fn read_events(source: &SourceInput) -> Option<String> {
    let bytes = source.name.ends_with(".a1").then(|| (source.read_sibling)(&format!("{}.a2", stem(source))))??;
    decode_utf8(&bytes).ok().map(str::to_owned)
}

/// Returns the text of an annotation file.
fn read_text(source: &SourceInput) -> Result<String, Problem> {
    let stem = stem(source);
    let bytes = (source.read_sibling)(&format!("{stem}.txt"))
        .ok_or_else(|| Problem::at(0, 0, format!("text file {stem}.txt not found in the same directory")))?;
    decode_utf8(&bytes).map(str::to_owned).map_err(|p| Problem { message: format!("{stem}.txt: {}", p.message), ..p })
}

/// Convention of the offsets: their unit, and whether CRLF counts as one character.
#[derive(Clone, Copy)]
struct BratConvention {
    unit: OffsetUnit,
    crlf_is_one: bool,
}

/// Conversion of offsets in the brat convention.
struct BratOffsets<'a> {
    ruler: OffsetMap<'a>,
    /// Offset in the text for every offset in the text with LF line ends.
    long: Option<Vec<usize>>,
}

impl<'a> BratOffsets<'a> {
    fn new(text: &'a str, measure: BratConvention) -> Self {
        let ends_are_one = measure.crlf_is_one && text.contains("\r\n");
        let long = ends_are_one.then(|| {
            let chars: Vec<char> = text.chars().collect();
            let ends = (0..chars.len()).filter(|i| !(chars[*i] == '\r' && chars.get(i + 1) == Some(&'\n')));
            ends.chain([chars.len()]).collect()
        });
        Self { ruler: OffsetMap::new(text, measure.unit), long }
    }

    fn range(&self, start: usize, end: usize) -> Option<(u32, u32)> {
        match &self.long {
            None => self.ruler.range(start, end),
            // The end follows the last character, even if the next character is the first one of a CRLF.
            Some(long) => self.ruler.range(*long.get(start)?, *long.get(end.checked_sub(1)?)? + 1),
        }
    }
}

fn detect_convention(text: &str, bounds: &[TextBound], requested: Option<OffsetUnit>) -> (BratConvention, UnitStats) {
    let mut evidence = UnitStats::default();
    let one = |b: &TextBound| (b.fragments.len() == 1).then_some(b.fragments[0]);
    let claims: Vec<OffsetPair> = bounds
        .iter()
        .filter_map(|b| one(b).map(|(start, end)| OffsetPair { start, end, text: Some(b.surface.into()) }))
        .collect();
    evidence.add(text, &claims);
    let plain = BratConvention { unit: requested.unwrap_or_else(|| evidence.best_unit()), crlf_is_one: false };
    let short = BratConvention { unit: OffsetUnit::CodePoints, crlf_is_one: true };
    let fitting = |measure: BratConvention| {
        let places = BratOffsets::new(text, measure);
        let fits = |c: &&OffsetPair| {
            places.range(c.start, c.end).is_some_and(|(s, e)| c.text.as_deref() == Some(&text[s as usize..e as usize]))
        };
        claims.iter().filter(fits).count()
    };
    let better = text.contains("\r\n") && fitting(short) >= fitting(plain);
    (if better { short } else { plain }, evidence)
}

/// Reason why an annotation is not read as a span.
#[derive(Debug, thiserror::Error)]
enum FragmentError {
    #[error("{annotation} is outside the text ({size} characters)")]
    OutsideText { annotation: String, size: usize },
    #[error("{annotation} is discontinuous; annotation skipped, kept in the file")]
    Discontinuous { annotation: String },
}

/// Returns the range of an annotation as one span. Only line ends may separate its fragments, as in brat annotations
/// over lines.
fn merge_fragments(text: &str, bound: &TextBound, places: &BratOffsets) -> Result<(u32, u32), FragmentError> {
    let annotation = || format!("{} {}", bound.id, bound.label);
    let ranges: Option<Vec<(u32, u32)>> = bound.fragments.iter().map(|(s, e)| places.range(*s, *e)).collect();
    let outside = || FragmentError::OutsideText { annotation: annotation(), size: text.chars().count() };
    let ranges = ranges.ok_or_else(outside)?;
    let gaps_are_lines = ranges
        .windows(2)
        .all(|w| w[0].1 <= w[1].0 && text[w[0].1 as usize..w[1].0 as usize].chars().all(|c| "\r\n".contains(c)));
    match (ranges.first(), ranges.last()) {
        (Some(first), Some(last)) if gaps_are_lines => Ok((first.0, last.1)),
        _ => Err(FragmentError::Discontinuous { annotation: annotation() }),
    }
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let text = read_text(source)?;
    let annotations = decode_utf8(source.bytes)?;
    let mut found = ReadReport::new(BRAT);
    let bounds = parse_text_bounds(annotations, |line, cause| found.push_problem(line, 0, || cause));
    for line in annotations.lines() {
        match line.as_bytes().first() {
            Some(b'R' | b'*') => found.note_unsupported("relations"),
            Some(b'E') => found.note_unsupported("events"),
            Some(b'A' | b'M') => found.note_unsupported("attributes"),
            Some(b'N') => found.note_unsupported("normalizations"),
            Some(b'#') => found.note_unsupported("notes"),
            Some(b'T') if line.starts_with("TT") => {
                found.notes.add(NoteKind::OtherAnnotationKind, || line.to_owned());
            }
            _ => {}
        }
    }
    if let Some(events) = read_events(source) {
        let lines = events.lines().filter(|line| !line.trim().is_empty());
        found.notes.add_many(NoteKind::OtherAnnotationKind, lines.count(), || format!("{}.a2", stem(source)));
    }
    let (measure, evidence) = detect_convention(&text, &bounds, source.options.offset_unit);
    found.offset_unit = Some(measure.unit);
    if evidence.distinguishing > 0 {
        found.detection_notes.push(format!("offset unit: {}", measure.unit.name()));
    }
    if measure.crlf_is_one {
        found.detection_notes.push("CRLF line endings count as one character, like in brat".into());
    }
    let places = BratOffsets::new(&text, measure);
    let mut spans = Vec::new();
    for bound in &bounds {
        match merge_fragments(&text, bound, &places) {
            Ok((start, end)) => {
                let held = &text[start as usize..end as usize];
                if bound.fragments.len() == 1 && held != bound.surface {
                    let (held, stated) = (super::read_report::quote(held), super::read_report::quote(bound.surface));
                    found.push_problem(bound.line, 3, || {
                        format!("{}: text is {held}, annotation states {stated}", bound.id)
                    });
                }
                spans.push(Span::new(start..end, corpus.labels.intern(bound.label)?));
            }
            Err(reason) => found.push_problem(bound.line, 2, || reason.to_string()),
        }
    }
    drop(places);
    corpus.documents.push(Arc::new(Document::from_text(source.split, source.source_id, 0, text, spans, None)));
    Ok(found)
}

fn rewrite(source: &SourceInput, current: &RewriteContext) -> Result<Vec<u8>, Problem> {
    let annotations = decode_utf8(source.bytes)?;
    let Some(document) = current.documents().next() else { return Ok(source.bytes.to_vec()) };
    let text = &document.text;
    let bounds = parse_text_bounds(annotations, |_, _| {});
    let (measure, _) = detect_convention(text, &bounds, source.options.offset_unit);
    let places = BratOffsets::new(text, measure);
    let mut left: Vec<Span> = document.spans.clone();
    let mut removed: Vec<(&TextBound, (u32, u32))> = Vec::new();
    for bound in &bounds {
        let Ok((start, end)) = merge_fragments(text, bound, &places) else { continue };
        let is_called = |name: &str| name == bound.label || escape_label(name) == bound.label;
        let same = |s: &Span| (s.start, s.end) == (start, end) && is_called(current.corpus.labels.name(s.label));
        match left.iter().position(same) {
            Some(at) => drop(left.remove(at)),
            None => removed.push((bound, (start, end))),
        }
    }
    // If only the label has changed, the annotation keeps its number and references to it.
    let mut relabelled = std::collections::HashMap::new();
    removed.retain(|(bound, place)| match left.iter().position(|s| (s.start, s.end) == *place) {
        Some(at) => {
            relabelled.insert(bound.id, left.remove(at).label);
            false
        }
        None => true,
    });
    let differs = !removed.is_empty() || !left.is_empty() || !relabelled.is_empty();
    if differs && read_text(source)? != *text {
        return Err(text_changed_error(0));
    }
    let removed: HashSet<&str> = removed.iter().map(|(bound, _)| bound.id).collect();
    let mut out = String::with_capacity(annotations.len());
    for line in annotations.split_inclusive('\n') {
        let id = line.split('\t').next().unwrap_or("").trim_start_matches('\u{feff}');
        if removed.contains(id) || references(line, &removed) {
            continue;
        }
        match relabelled.get(id).zip(line.split_once('\t')) {
            Some((label, (_, rest))) => {
                let places = rest.split_once(' ').map_or(rest, |(_, places)| places);
                out.push_str(&format!("{id}\t{} {places}", escape_label(current.corpus.labels.name(*label))));
            }
            None => out.push_str(line),
        }
    }
    if !left.is_empty() && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    // Triggers in the `.a2` file share the number sequence.
    let events = read_events(source).unwrap_or_default();
    let others = self::parse_text_bounds(&events, |_, _| {});
    let numbers = bounds.iter().chain(&others).filter_map(|b| b.id[1..].parse::<u64>().ok());
    let mut next = numbers.max().unwrap_or(0);
    for span in left {
        next += 1;
        out.push_str(&format_text_bound(next, current.corpus.labels.name(span.label), text, span, measure));
    }
    Ok(out.into_bytes())
}

/// Formats a new annotation.
fn format_text_bound(number: u64, label: &str, text: &str, span: Span, measure: BratConvention) -> String {
    let surface = &text[span.start as usize..span.end as usize];
    let surface = surface.replace("\r\n", " ").replace(['\n', '\r'], " ");
    format!("T{number}\t{} {}\t{surface}\n", escape_label(label), format_fragments(text, span, measure))
}

/// Writes a document as its text and its annotations. brat reads CRLF as one character.
fn document_files(corpus: &Corpus, document: &Document) -> Vec<(&'static str, Vec<u8>)> {
    let text = &document.text;
    let measure = BratConvention { unit: OffsetUnit::CodePoints, crlf_is_one: text.contains("\r\n") };
    let lines =
        (1..).zip(&document.spans).map(|(n, s)| format_text_bound(n, corpus.labels.name(s.label), text, *s, measure));
    vec![("ann", lines.collect::<String>().into_bytes()), ("txt", text.clone().into_bytes())]
}

/// Formats the offsets of a span, with one fragment per line.
fn format_fragments(text: &str, span: Span, measure: BratConvention) -> String {
    let mut borders = Vec::new();
    let held = &text[span.start as usize..span.end as usize];
    let mut at = span.start;
    for line in held.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if !bare.is_empty() {
            borders.extend([at, at + to_u32(bare.len())]);
        }
        at += to_u32(line.len());
    }
    let counted = to_offsets(text, &borders, measure.unit);
    let short = |offset: usize, byte: u32| {
        if measure.crlf_is_one { offset - text[..byte as usize].matches("\r\n").count() } else { offset }
    };
    let pairs = counted.chunks_exact(2).zip(borders.chunks_exact(2));
    pairs.map(|(o, b)| format!("{} {}", short(o[0], b[0]), short(o[1], b[1]))).collect::<Vec<_>>().join(";")
}

/// True if a line refers to a removed annotation. Its attributes, notes, relations and events are then removed too.
fn references(line: &str, removed: &HashSet<&str>) -> bool {
    // Number of fields that can be references. The text of a note follows them.
    let words = match line.chars().next() {
        Some('A' | 'M' | 'N' | '#') => 2,
        Some('R') => 3,
        Some('E' | '*') => usize::MAX,
        _ => return false,
    };
    let mut parts = line.split(['\t', ' ', '\n', '\r']).skip(1).take(words);
    parts.any(|word| removed.contains(word.rsplit(':').next().unwrap_or(word)))
}

/// Returns the configuration of a directory for the brat server: labels and their colors.
fn configuration_files(corpus: &Corpus) -> Vec<(&'static str, Vec<u8>)> {
    let names: Vec<String> = corpus.labels.iter().map(|(_, l)| super::tagged::escape_label(&l.name)).collect();
    let annotation = format!("[entities]\n{}\n\n[relations]\n\n[events]\n\n[attributes]\n", names.join("\n"));
    // Pale background colors of different hues; brat writes in black.
    let color = |i: usize| {
        #[allow(clippy::cast_possible_truncation, reason = "between 145 and 255")]
        let pale = |shift: f64| (200.0 + 55.0 * (i as f64 * 2.4 + shift).cos()).round() as u8;
        format!("#{:02x}{:02x}{:02x}", pale(0.0), pale(2.1), pale(4.2))
    };
    let drawn: Vec<String> =
        names.iter().enumerate().map(|(i, name)| format!("{name}\tbgColor:{}", color(i))).collect();
    let labels: Vec<String> = names.iter().map(|name| format!("{name} | {name}")).collect();
    let visual = format!("[labels]\n{}\n\n[drawing]\n{}\n", labels.join("\n"), drawn.join("\n"));
    vec![("annotation.conf", annotation.into_bytes()), ("visual.conf", visual.into_bytes())]
}
