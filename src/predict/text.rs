//! Entities of plain text.

use super::aggregate::{AggregationStrategy, EntitySpan, ScoredSubword, aggregate, merge_overlapping};
use super::tagger::{Tagger, softmax};
use crate::model::ModelError;
use crate::model::tokenizer::{SubwordEncoding, chunks};
use std::ops::Range;

/// Options of [`predict`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PredictOptions {
    /// Strategy for combining subwords into entities.
    pub aggregation: AggregationStrategy,
    /// Overlap of windows in subwords. `None`: a quarter of the maximum length.
    pub stride: Option<usize>,
}

/// Entity of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Label, or the tag for [`AggregationStrategy::None`].
    pub label: String,
    /// Index of the first character (code point), as in transformers.
    pub start: usize,
    /// Index after the last character.
    pub end: usize,
    /// Offset of the first byte.
    pub byte_start: usize,
    /// Offset after the last byte.
    pub byte_end: usize,
    /// Probability, 0 to 1.
    pub score: f32,
}

/// Prediction of a model for a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Entities, sorted by position.
    pub entities: Vec<Entity>,
    /// Number of subwords of the text, including special tokens.
    pub n_subwords: usize,
    /// Number of windows.
    pub windows: usize,
    /// Number of bytes of the text in subwords.
    pub n_bytes: usize,
    /// Number of bytes of unknown subwords.
    pub n_unknown_bytes: usize,
}

impl Prediction {
    /// Returns true if at least half of the text is unknown to the vocabulary of the model. The entities are then
    /// unreliable.
    pub fn is_mostly_unknown(&self) -> bool {
        self.n_unknown_bytes > 0 && 2 * self.n_unknown_bytes >= self.n_bytes
    }

    fn count_subword(&mut self, tagger: &Tagger, subword: &str, position: SubwordPosition) {
        let n_bytes = position.end - position.start;
        self.n_bytes += n_bytes;
        self.n_unknown_bytes += if tagger.tokenizer.is_unk(subword) { n_bytes } else { 0 };
    }
}

/// Maximum size in bytes of a text that is tokenized as a whole. Longer texts are tokenized in chunks.
pub const CHUNK_BYTES: usize = 64 << 10;

/// Approximate number of bytes of short texts that are processed together.
const MAX_BATCH_BYTES: usize = 1 << 20;

/// Returns the prediction for each text.
///
/// # Errors
/// Returns an error if the tokenizer or the network fails, or if the stride is too large for the model.
pub fn predict<S: AsRef<str>>(
    tagger: &Tagger,
    texts: &[S],
    options: PredictOptions,
) -> Result<Vec<Prediction>, ModelError> {
    let mut predictions = Vec::with_capacity(texts.len());
    let mut rest = texts;
    while let Some(first) = rest.first() {
        if first.as_ref().len() > CHUNK_BYTES {
            let mut entities = Vec::new();
            let whole = predict_long(tagger, first.as_ref(), options, CHUNK_BYTES, |e| {
                entities.push(e);
                Ok::<_, ModelError>(())
            })?;
            predictions.push(Prediction { entities, ..whole });
            rest = &rest[1..];
            continue;
        }
        let mut bytes = 0;
        let fits = |text: &&S| {
            bytes += text.as_ref().len();
            text.as_ref().len() <= CHUNK_BYTES && bytes <= MAX_BATCH_BYTES + CHUNK_BYTES
        };
        let (short, after) = rest.split_at(rest.iter().take_while(fits).count().max(1));
        predictions.extend(predict_short(tagger, short, options)?);
        rest = after;
    }
    Ok(predictions)
}

/// Returns the overlap of windows in subwords.
fn stride(tagger: &Tagger, options: PredictOptions) -> Result<usize, ModelError> {
    let stride = options.stride.unwrap_or_else(|| tagger.default_stride());
    if stride + 3 > tagger.max_length {
        let limit = tagger.max_length.saturating_sub(3);
        let reason = format!("stride {stride} is too large for the maximum length of the model; use at most {limit}");
        return Err(ModelError::Unsupported(reason));
    }
    Ok(stride)
}

/// Predicts several short texts together.
fn predict_short<S: AsRef<str>>(
    tagger: &Tagger,
    texts: &[S],
    options: PredictOptions,
) -> Result<Vec<Prediction>, ModelError> {
    let stride = stride(tagger, options)?;
    let subwords: Vec<SubwordEncoding> =
        texts.iter().map(|t| tagger.tokenizer.encode_text(t.as_ref())).collect::<Result<_, _>>()?;
    let windows: Vec<Vec<Vec<usize>>> = subwords.iter().map(|p| p.windows(tagger.max_length, stride)).collect();
    let rows: Vec<Vec<u32>> = subwords
        .iter()
        .zip(&windows)
        .flat_map(|(p, w)| w.iter().map(|window| window.iter().map(|i| p.ids[*i]).collect()))
        .collect();
    let mut logits = tagger.logits(&rows, |_| true)?.into_iter();
    let mut predictions = Vec::with_capacity(texts.len());
    for ((text, subwords), windows) in texts.iter().zip(&subwords).zip(&windows) {
        let text = text.as_ref();
        let mut found = Vec::new();
        for window in windows {
            let scores = logits.next().unwrap_or_default();
            let scored: Vec<ScoredSubword> = window
                .iter()
                .zip(scores.chunks_exact(tagger.tags.len()))
                .filter(|(i, _)| !subwords.special_tokens_mask[**i])
                .map(|(i, row)| score_subword(row, SubwordPosition::of(tagger, text, subwords, *i, 0)))
                .collect();
            found.extend(aggregate(&scored, &tagger.tags, options.aggregation));
        }
        if windows.len() > 1 {
            found = merge_overlapping(found, |f| text[f.start..f.end].chars().count());
        }
        let mut characters = CharOffsets { text, byte: 0, characters: 0 };
        found.sort_by_key(|f| f.start);
        let entities = found.into_iter().map(|f| characters.entity(f)).collect();
        let mut prediction =
            Prediction { entities, n_subwords: subwords.len(), windows: windows.len(), ..Prediction::default() };
        for i in (0..subwords.len()).filter(|i| !subwords.special_tokens_mask[*i]) {
            let position = SubwordPosition::of(tagger, text, subwords, i, 0);
            prediction.count_subword(tagger, &subwords.tokens[i], position);
        }
        predictions.push(prediction);
    }
    Ok(predictions)
}

/// Predicts a text of any length. Passes each entity to `each` when no later window can change it.
///
/// About `part` bytes of the text are tokenized at a time. The result contains the numbers of subwords and windows; its
/// list of entities is empty.
///
/// # Errors
/// Returns an error if [`predict`] would, or if `each` fails.
pub fn predict_long<E: From<ModelError>>(
    tagger: &Tagger,
    text: &str,
    options: PredictOptions,
    part: usize,
    mut each: impl FnMut(Entity) -> Result<(), E>,
) -> Result<Prediction, E> {
    let stride = stride(tagger, options)?;
    // Special tokens before and after a text.
    let frame = tagger.tokenizer.encode_text("a")?;
    let (front, back) = frame.margins();
    let (front, back) = (&frame.ids[..front], &frame.ids[frame.len() - back..]);
    let space = tagger.max_length.saturating_sub(front.len() + back.len()).max(1);
    let step = space - stride.min(space - 1);
    let mut merging = EntityMerger::new(text);
    let mut waiting: Vec<SubwordPosition> = Vec::new();
    let mut counts = Prediction { n_subwords: front.len() + back.len(), ..Prediction::default() };
    let mut ranges = chunks(text, part).peekable();
    loop {
        let next = ranges.next();
        let is_last = ranges.peek().is_none();
        if let Some(range) = next {
            let subwords = tagger.tokenizer.encode_text(&text[range.clone()])?;
            for i in (0..subwords.len()).filter(|i| !subwords.special_tokens_mask[*i]) {
                let position = SubwordPosition::of(tagger, text, &subwords, i, range.start);
                counts.count_subword(tagger, &subwords.tokens[i], position);
                counts.n_subwords += 1;
                waiting.push(position);
            }
        }
        // Windows of the available subwords. The last window of the text may be shorter.
        let mut windows = Vec::new();
        let mut at = 0;
        while waiting.len() - at > space {
            windows.push(at..at + space);
            at += step;
        }
        if is_last && waiting.len() > at {
            windows.push(at..waiting.len());
            at = waiting.len();
        }
        for some in windows.chunks(WINDOWS_PER_BATCH) {
            let row = |window: &Range<usize>| {
                let ids = waiting[window.clone()].iter().map(|p| p.id);
                front.iter().copied().chain(ids).chain(back.iter().copied()).collect()
            };
            let rows: Vec<Vec<u32>> = some.iter().map(row).collect();
            let logits = tagger.logits(&rows, |_| true)?;
            for (window, scores) in some.iter().zip(logits) {
                let inner = scores.chunks_exact(tagger.tags.len()).skip(front.len());
                let window = &waiting[window.clone()];
                let scored: Vec<ScoredSubword> =
                    window.iter().zip(inner).map(|(p, row)| score_subword(row, *p)).collect();
                counts.windows += 1;
                let begins = window.first().map_or(0, |p| p.start);
                merging.add(begins, aggregate(&scored, &tagger.tags, options.aggregation), &mut each)?;
            }
        }
        waiting.drain(..at);
        if is_last {
            merging.finish(&mut each)?;
            counts.windows = counts.windows.max(1);
            return Ok(counts);
        }
    }
}

/// Maximum number of windows whose logits are in memory at a time.
const WINDOWS_PER_BATCH: usize = 64;

/// Subword with byte offsets in the text.
#[derive(Clone, Copy)]
struct SubwordPosition {
    id: u32,
    start: usize,
    end: usize,
    /// True if the subword continues the previous word.
    continues: bool,
}

/// Merges the entities of windows incrementally, with the result of [`merge_overlapping`]. Windows must arrive in text
/// order.
struct EntityMerger<'a> {
    windows: usize,
    /// Entities that an entity of a later window may still precede, sorted by start.
    open: Vec<EntitySpan>,
    /// Last merged entity, which the next one may replace.
    last: Option<EntitySpan>,
    characters: CharOffsets<'a>,
}

impl<'a> EntityMerger<'a> {
    fn new(text: &'a str) -> Self {
        let characters = CharOffsets { text, byte: 0, characters: 0 };
        Self { windows: 0, open: Vec::new(), last: None, characters }
    }

    /// Adds the entities of a window that starts at the byte `begins`.
    fn add<E>(
        &mut self,
        begins: usize,
        found: Vec<EntitySpan>,
        each: &mut impl FnMut(Entity) -> Result<(), E>,
    ) -> Result<(), E> {
        self.windows += 1;
        let done = self.open.partition_point(|f| f.start < begins);
        for next in self.open.drain(..done).collect::<Vec<_>>() {
            self.take(next, each)?;
        }
        self.open.extend(found);
        self.open.sort_by_key(|f| f.start);
        Ok(())
    }

    fn take<E>(&mut self, next: EntitySpan, each: &mut impl FnMut(Entity) -> Result<(), E>) -> Result<(), E> {
        match self.last.take() {
            // Entities of a single window are not merged.
            Some(last) if self.windows > 1 && next.start < last.end => {
                let text = self.characters.text;
                let winner = merge_overlapping(vec![last, next], |f| text[f.start..f.end].chars().count());
                self.last = winner.into_iter().next();
            }
            Some(last) => {
                each(self.characters.entity(last))?;
                self.last = Some(next);
            }
            None => self.last = Some(next),
        }
        Ok(())
    }

    fn finish<E>(mut self, each: &mut impl FnMut(Entity) -> Result<(), E>) -> Result<(), E> {
        for next in std::mem::take(&mut self.open) {
            self.take(next, each)?;
        }
        self.last.take().map_or(Ok(()), |last| each(self.characters.entity(last)))
    }
}

impl SubwordPosition {
    /// Creates a subword. `from` is the byte offset of the tokenized chunk in the text.
    fn of(tagger: &Tagger, text: &str, subwords: &SubwordEncoding, index: usize, from: usize) -> Self {
        let (start, end) = subwords.offsets[index];
        let (start, end) = (start + from, end + from);
        let subword = &subwords.tokens[index];
        // transformers compares lengths in characters: a subword with the prefix `##` is longer than the text it
        // covers.
        let covered = text[start..end].chars().count();
        let continues = match &tagger.tokenizer.continuing_prefix {
            Some(_) => subword.chars().count() != covered && !tagger.tokenizer.is_unk(subword),
            None => start > 0 && !text[..end].chars().rev().skip(covered).take(1).any(|c| c == ' '),
        };
        Self { id: subwords.ids[index], start, end, continues }
    }
}

fn score_subword(row: &[f32], subword: SubwordPosition) -> ScoredSubword {
    let SubwordPosition { start, end, continues, .. } = subword;
    ScoredSubword { probabilities: softmax(row), start, end, continues }
}

/// Converts ascending byte offsets to character offsets.
struct CharOffsets<'a> {
    text: &'a str,
    byte: usize,
    characters: usize,
}

impl CharOffsets<'_> {
    fn at(&mut self, byte: usize) -> usize {
        self.characters += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.characters
    }
    /// Converts an entity and adds its character offsets.
    fn entity(&mut self, f: EntitySpan) -> Entity {
        let start = self.at(f.start);
        let end = start + self.text[f.start..f.end].chars().count();
        Entity { label: f.label, start, end, byte_start: f.start, byte_end: f.end, score: f.score }
    }
}
