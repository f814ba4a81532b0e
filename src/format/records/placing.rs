//! The texts of a file as documents: the unit of their offsets is detected from all of them, and their spans are placed in bytes.

use super::{Item, Mark};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, LabelId, Span, Split, TooManyLabels};
use crate::format::found::quote;
use crate::format::note::NoteKind;
use crate::format::offsets::{Claim, Evidence, Ruler, Unit, offsets};
use crate::format::possible_labels::possible_labels;
use crate::format::words::own_words;
use crate::format::{Found, Problem, Source};
use std::sync::Arc;

/// What all records of a file tell about their offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::format) struct Measure {
    pub unit: Unit,
    /// An end is the last character rather than the one behind it.
    inclusive: bool,
    /// A person said the unit.
    wished: bool,
}

impl Measure {
    /// `inclusive`: whether ends are, where no span says its text.
    pub fn of<'i>(
        items: impl Iterator<Item = &'i Item> + Clone,
        wished: Option<Unit>,
        inclusive: bool,
    ) -> (Self, Evidence) {
        let mut evidence = Evidence::default();
        // Of the spans that say their text: how many have an end behind the last character, and how many on it.
        let (mut behind, mut on_it) = (0, 0);
        for item in items.clone() {
            for mark in &item.marks {
                if let Some(surface) = &mark.surface {
                    let length = surface.chars().count();
                    behind += usize::from(length == mark.end.saturating_sub(mark.start));
                    on_it += usize::from(length == mark.end.saturating_add(1).saturating_sub(mark.start));
                }
            }
        }
        let inclusive = if behind == on_it { inclusive } else { on_it > behind };
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

    pub(super) fn marks(self, text: &str, spans: &[Span], name: impl Fn(&Span) -> String) -> Vec<Mark> {
        let bytes: Vec<u32> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
        let counted = offsets(text, &bytes, self.unit);
        let surface = |s: &Span| Some(text[s.start as usize..s.end as usize].to_owned());
        let pairs = spans.iter().zip(counted.chunks_exact(2));
        let end = |e: usize| e - usize::from(self.inclusive);
        pairs.map(|(s, o)| Mark { start: o[0], end: end(o[1]), label: name(s), surface: surface(s) }).collect()
    }
}

/// A text of a file: its split, its line (0 for none), its number among the records or rows of the file, and what is in it.
pub(in crate::format) struct Text {
    pub split: Split,
    pub line: usize,
    pub place: usize,
    pub item: Item,
}

/// Adds texts to a corpus, each as a document. The unit of their offsets is detected from all of them.
///
/// # Errors
/// When the data has more labels than a corpus can hold.
pub(in crate::format) fn add_texts(
    source: &Source,
    corpus: &mut Corpus,
    found: &mut Found,
    texts: Vec<Text>,
    inclusive: bool,
) -> Result<(), Problem> {
    let (measure, evidence) = Measure::of(texts.iter().map(|text| &text.item), source.choices.unit, inclusive);
    describe(found, measure, &evidence);
    if let Some(what) = labels_in(&texts) {
        found.notes.add(NoteKind::PossibleLabels, || what.into());
    }
    let mut documents = Vec::with_capacity(texts.len());
    let mut others = 0;
    for Text { split, line, place, item } in texts {
        let file = measure;
        let measure = file.of_record(&item);
        others += usize::from(measure != file);
        let mut unlabeled = 0;
        let tell = |message: Fault| match message {
            Fault::Unlabeled => unlabeled += 1,
            Fault::Other(message) => found.problem(line, 0, || message),
        };
        let (spans, words) = placed(&item, measure, |label| corpus.labels.intern(label), tell)?;
        found.notes.add_many(NoteKind::SpanWithoutLabel, unlabeled, || format!("line {line}"));
        let classes = corpus.doc_label_ids(&item.classes);
        let starts = item.sentences.as_ref().map(|starts| {
            let ruler = Ruler::new(&item.text, measure.unit);
            starts.iter().filter_map(|start| ruler.byte(*start)).collect::<Vec<u32>>()
        });
        let mut document = Document::from_text(split, source.file, to_u32(place), item.text, spans, words);
        if let Some(starts) = starts {
            let tokens: Vec<u32> =
                starts.iter().map(|start| to_u32(document.tokens.partition_point(|t| t.0 < *start))).collect();
            document = document.with_sentence_starts(&tokens);
        }
        documents.push(Arc::new(Document { doc_labels: classes, name: item.name, ..document }));
    }
    corpus.documents.extend(documents);
    if others > 0 {
        found.evidence.push(format!("in {others} records offsets fit only another unit, and are read in it"));
    }
    Ok(())
}

/// The labels that texts without a span show inside them.
fn labels_in(texts: &[Text]) -> Option<&'static str> {
    /// Texts that are looked at.
    const LOOKED_AT: usize = 200;
    if texts.iter().any(|text| !text.item.marks.is_empty()) {
        return None;
    }
    let first: Vec<&str> = texts.iter().take(LOOKED_AT).map(|text| text.item.text.as_str()).collect();
    possible_labels(&first.join("\n"))
}

fn describe(found: &mut Found, measure: Measure, evidence: &Evidence) {
    found.unit = Some(measure.unit);
    if evidence.telling > 0 {
        found.notes.add(NoteKind::OffsetUnit, || measure.unit.name().into());
        let [points, utf16, bytes] = evidence.fit;
        found.evidence.push(format!(
            "offsets count {}: of {} spans behind a character that units count differently, {points} fit code points, \
             {utf16} UTF-16, {bytes} bytes",
            measure.unit.name(),
            evidence.telling
        ));
    }
    if measure.inclusive {
        found.notes.add(NoteKind::InclusiveEnd, || "the last character of a span, not the one behind it".into());
    }
}

/// Why a span is not taken, or is not what it says.
enum Fault {
    /// It has no label.
    Unlabeled,
    /// In words.
    Other(String),
}

/// Spans in bytes, and words where the source has its own.
type Placed = (Vec<Span>, Option<Vec<(u32, u32)>>);

/// An item's spans and words in bytes; a span that lies nowhere is told and left out.
///
/// # Errors
/// When the data has more labels than a corpus can hold.
fn placed(
    item: &Item,
    measure: Measure,
    mut label: impl FnMut(&str) -> Result<LabelId, TooManyLabels>,
    mut tell: impl FnMut(Fault),
) -> Result<Placed, TooManyLabels> {
    let ruler = Ruler::new(&item.text, measure.unit);
    let mut spans = Vec::with_capacity(item.marks.len());
    for mark in &item.marks {
        if mark.label.trim().is_empty() {
            tell(Fault::Unlabeled);
            continue;
        }
        let Some((start, end)) = range_of(item, mark, measure, &ruler) else {
            let size = item.text.chars().count();
            let (label, start, end) = (&mark.label, mark.start, mark.end);
            tell(Fault::Other(format!("{label} {start}..{end} lies outside its text of {size} characters")));
            continue;
        };
        let held = &item.text[start as usize..end as usize];
        if let Some(surface) = mark.surface.as_deref()
            && surface != held
        {
            let (held, surface) = (quote(held), quote(surface));
            let (label, start, end) = (&mark.label, mark.start, mark.end);
            tell(Fault::Other(format!("{label} {start}..{end} holds {held}, not {surface} as it says")));
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
pub(super) fn range_of(item: &Item, mark: &Mark, measure: Measure, ruler: &Ruler) -> Option<(u32, u32)> {
    let found = measure.range(ruler, mark.start, mark.end);
    let Some(surface) = mark.surface.as_deref().filter(|_| !item.text.is_ascii()) else { return found };
    let holds = |range: &(u32, u32)| &item.text[range.0 as usize..range.1 as usize] == surface;
    if found.as_ref().is_some_and(holds) {
        return found;
    }
    let by = |unit| Measure { unit, ..measure }.range(&Ruler::new(&item.text, unit), mark.start, mark.end);
    Unit::ALL.into_iter().filter_map(by).find(holds).or(found)
}
