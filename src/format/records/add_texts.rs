//! Adds the texts of a file to a corpus. The offset unit is detected from all texts, and spans are converted to bytes.

use super::{RecordSpan, TextRecord};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, FieldNames, LabelId, Span, Split, TooManyLabels};
use crate::format::note::NoteKind;
use crate::format::offsets::{OffsetMap, OffsetPair, OffsetUnit, UnitStats, to_offsets};
use crate::format::possible_labels::possible_labels;
use crate::format::read_report::quote;
use crate::format::tagged::provided_tokens;
use crate::format::{Problem, ReadReport, SourceInput};
use std::sync::Arc;

/// Convention of the offsets in a file, detected from all records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::format) struct OffsetConvention {
    pub unit: OffsetUnit,
    /// True if an end is the offset of the last character, not the offset after it.
    inclusive: bool,
    /// True if the user set the unit.
    is_explicit: bool,
}

impl OffsetConvention {
    /// Detects the convention. `inclusive` is the default for ends if no span contains its text.
    pub fn detect<'i>(
        items: impl Iterator<Item = &'i TextRecord> + Clone,
        explicit_unit: Option<OffsetUnit>,
        inclusive: bool,
    ) -> (Self, UnitStats) {
        let mut evidence = UnitStats::default();
        // Spans with their text: number of exclusive and of inclusive ends.
        let (mut rest, mut on_it) = (0, 0);
        for item in items.clone() {
            for mark in &item.spans {
                if let Some(surface) = &mark.surface {
                    let length = surface.chars().count();
                    rest += usize::from(length == mark.end.saturating_sub(mark.start));
                    on_it += usize::from(length == mark.end.saturating_add(1).saturating_sub(mark.start));
                }
            }
        }
        let inclusive = if rest == on_it { inclusive } else { on_it > rest };
        let extra = usize::from(inclusive);
        for item in items {
            let claims: Vec<OffsetPair> = item.spans.iter().map(|m| m.offset_pair(extra)).collect();
            evidence.add(&item.text, &claims);
        }
        let unit = explicit_unit.unwrap_or_else(|| evidence.best_unit());
        (Self { unit, inclusive, is_explicit: explicit_unit.is_some() }, evidence)
    }

    /// Returns the convention of one record. It differs if only another unit explains all spans of the record.
    /// For example, doccano mixes imported spans in code points with spans drawn by the user in UTF-16.
    pub fn detect_for_record(self, item: &TextRecord) -> Self {
        if self.is_explicit || item.text.is_ascii() {
            return self;
        }
        let mut evidence = UnitStats::default();
        let claims: Vec<OffsetPair> = item.spans.iter().map(|m| m.offset_pair(usize::from(self.inclusive))).collect();
        evidence.add(&item.text, &claims);
        let explains = |unit: OffsetUnit| evidence.votes_for(unit) == evidence.distinguishing;
        let other = OffsetUnit::ALL.into_iter().find(|unit| explains(*unit)).filter(|_| !explains(self.unit));
        Self { unit: other.unwrap_or(self.unit), ..self }
    }

    fn range(self, ruler: &OffsetMap<'_>, start: usize, end: usize) -> Option<(u32, u32)> {
        ruler.range(start, end.checked_add(usize::from(self.inclusive))?)
    }

    pub(super) fn record_spans(self, text: &str, spans: &[Span], name: impl Fn(&Span) -> String) -> Vec<RecordSpan> {
        let bytes: Vec<u32> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
        let counted = to_offsets(text, &bytes, self.unit);
        let surface = |s: &Span| Some(text[s.start as usize..s.end as usize].to_owned());
        let pairs = spans.iter().zip(counted.chunks_exact(2));
        let end = |e: usize| e - usize::from(self.inclusive);
        pairs.map(|(s, o)| RecordSpan { start: o[0], end: end(o[1]), label: name(s), surface: surface(s) }).collect()
    }
}

/// Text of a file with its split, line (0 without lines), index among the records or rows, and content.
pub(in crate::format) struct SourceText {
    pub split: Split,
    pub line: usize,
    pub place: usize,
    pub item: TextRecord,
}

/// Adds texts to a corpus, each as a document. The offset unit is detected from all texts.
///
/// # Errors
/// Returns an error if the data has more labels than a corpus can hold.
pub(in crate::format) fn add_texts(
    source: &SourceInput,
    corpus: &mut Corpus,
    found: &mut ReadReport,
    texts: Vec<SourceText>,
    inclusive: bool,
) -> Result<(), Problem> {
    let (measure, evidence) =
        OffsetConvention::detect(texts.iter().map(|text| &text.item), source.options.offset_unit, inclusive);
    add_detection_notes(found, measure, &evidence);
    if let Some(what) = possible_labels_of(&texts) {
        found.notes.add(NoteKind::PossibleLabels, || what.into());
    }
    let mut documents = Vec::with_capacity(texts.len());
    let mut field_names = FieldNames::default();
    let mut others = 0;
    for SourceText { split, line, place, item } in texts {
        let file = measure;
        let measure = file.detect_for_record(&item);
        others += usize::from(measure != file);
        let mut unlabeled = 0;
        let on_problem = |message: RecordProblem| match message {
            RecordProblem::Unlabeled => unlabeled += 1,
            RecordProblem::Other(message) => found.push_problem(line, 0, || message),
        };
        let (spans, words) = resolve_offsets(&item, measure, |label| corpus.labels.intern(label), on_problem)?;
        found.notes.add_many(NoteKind::SpanWithoutLabel, unlabeled, || format!("line {line}"));
        let classes = corpus.doc_label_ids(&item.doc_labels);
        let starts = item.sentences.as_ref().map(|starts| {
            let ruler = OffsetMap::new(&item.text, measure.unit);
            starts.iter().filter_map(|start| ruler.byte(*start)).collect::<Vec<u32>>()
        });
        let mut document = Document::from_text(split, source.source_id, to_u32(place), item.text, spans, words);
        if let Some(starts) = starts {
            let tokens: Vec<u32> =
                starts.iter().map(|start| to_u32(document.tokens.partition_point(|t| t.0 < *start))).collect();
            document = document.with_sentence_starts(&tokens);
        }
        let fields = field_names.intern(item.fields);
        documents.push(Arc::new(Document { doc_labels: classes, name: item.name, fields, ..document }));
    }
    corpus.documents.extend(documents);
    if others > 0 {
        found
            .detection_notes
            .push(format!("offsets of {others} records match only another unit and are read in that unit"));
    }
    Ok(())
}

/// Returns the markup that could be labels in texts without spans.
fn possible_labels_of(texts: &[SourceText]) -> Option<&'static str> {
    /// Maximum number of texts to inspect.
    const MAX_CHECKED_RECORDS: usize = 200;
    if texts.iter().any(|text| !text.item.spans.is_empty()) {
        return None;
    }
    let first: Vec<&str> = texts.iter().take(MAX_CHECKED_RECORDS).map(|text| text.item.text.as_str()).collect();
    possible_labels(&first.join("\n"))
}

fn add_detection_notes(found: &mut ReadReport, measure: OffsetConvention, evidence: &UnitStats) {
    found.offset_unit = Some(measure.unit);
    if evidence.distinguishing > 0 {
        found.notes.add(NoteKind::OffsetUnit, || measure.unit.name().into());
        let [points, utf16, bytes] = evidence.votes;
        found.detection_notes.push(format!(
            "offset unit: {}; of {} spans after a character that units count differently, {points} match code points, \
             {utf16} UTF-16, {bytes} bytes",
            measure.unit.name(),
            evidence.distinguishing
        ));
    }
    if measure.inclusive {
        found.notes.add(NoteKind::InclusiveEnd, || "the last character of a span, not the one after it".into());
    }
}

/// Problem of a span.
enum RecordProblem {
    /// The span has no label.
    Unlabeled,
    /// Another problem, as a message.
    Other(String),
}

/// Spans in bytes, and the tokens if the source provides them.
type ResolvedOffsets = (Vec<Span>, Option<Vec<(u32, u32)>>);

/// Converts the spans and tokens of a record to bytes. A span with invalid offsets is reported and left out.
///
/// # Errors
/// Returns an error if the data has more labels than a corpus can hold.
fn resolve_offsets(
    item: &TextRecord,
    measure: OffsetConvention,
    mut label: impl FnMut(&str) -> Result<LabelId, TooManyLabels>,
    mut on_problem: impl FnMut(RecordProblem),
) -> Result<ResolvedOffsets, TooManyLabels> {
    let ruler = OffsetMap::new(&item.text, measure.unit);
    let mut spans = Vec::with_capacity(item.spans.len());
    for mark in &item.spans {
        if mark.label.trim().is_empty() {
            on_problem(RecordProblem::Unlabeled);
            continue;
        }
        let Some((start, end)) = byte_range(item, mark, measure, &ruler) else {
            let size = item.text.chars().count();
            let (label, start, end) = (&mark.label, mark.start, mark.end);
            on_problem(RecordProblem::Other(format!("{label} {start}..{end} is outside the text ({size} characters)")));
            continue;
        };
        let held = &item.text[start as usize..end as usize];
        if let Some(surface) = mark.surface.as_deref()
            && surface != held
        {
            let (held, surface) = (quote(held), quote(surface));
            let (label, start, end) = (&mark.label, mark.start, mark.end);
            on_problem(RecordProblem::Other(format!(
                "{label} {start}..{end}: text is {held}, record states {surface}"
            )));
        }
        spans.push(Span::new(start..end, label(&mark.label)?));
    }
    let words = item.words.as_ref().and_then(|words| {
        let all: Option<Vec<(u32, u32)>> = words.iter().map(|(s, e)| ruler.range(*s, *e)).collect();
        provided_tokens(&item.text, all?)
    });
    Ok((spans, words))
}

/// Returns the byte range of a span. Another unit is used if only that unit matches the text of the span (doccano mixes
/// units).
pub(super) fn byte_range(
    item: &TextRecord,
    mark: &RecordSpan,
    measure: OffsetConvention,
    ruler: &OffsetMap,
) -> Option<(u32, u32)> {
    let found = measure.range(ruler, mark.start, mark.end);
    let Some(surface) = mark.surface.as_deref().filter(|_| !item.text.is_ascii()) else { return found };
    let holds = |range: &(u32, u32)| &item.text[range.0 as usize..range.1 as usize] == surface;
    if found.as_ref().is_some_and(holds) {
        return found;
    }
    let by = |unit| OffsetConvention { unit, ..measure }.range(&OffsetMap::new(&item.text, unit), mark.start, mark.end);
    OffsetUnit::ALL.into_iter().filter_map(by).find(holds).or(found)
}
