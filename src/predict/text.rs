//! The entities of texts as people write them.

use super::aggregate::{Aggregation, ScoredPiece, aggregate, merge_windows};
use super::tagger::{Tagger, probabilities};
use crate::model::ModelError;
use crate::model::tokenizer::Pieces;

/// How to read a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Pieces to entities.
    pub aggregation: Aggregation,
    /// Pieces by which windows overlap; `None`: a quarter of the model's length.
    pub stride: Option<usize>,
}

/// An entity of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Label (or tag, without aggregation).
    pub label: String,
    /// First character (code point), as transformers counts.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// First byte.
    pub byte_start: usize,
    /// One past the last byte.
    pub byte_end: usize,
    /// Probability, 0 to 1.
    pub score: f32,
}

/// What a model says of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// In order of place.
    pub entities: Vec<Entity>,
    /// Pieces of the text, special ones included.
    pub pieces: usize,
    /// Windows it was read in.
    pub windows: usize,
}

/// The entities of every text.
///
/// # Errors
/// The tokenizer's and candle's; a stride that leaves no room to move.
pub fn predict<S: AsRef<str>>(tagger: &Tagger, texts: &[S], options: Options) -> Result<Vec<Prediction>, ModelError> {
    let stride = options.stride.unwrap_or_else(|| tagger.default_stride());
    if stride + 3 > tagger.max_length {
        let limit = tagger.max_length - 3;
        return Err(ModelError::Unsupported(format!(
            "a stride of {stride} leaves windows no room; use at most {limit}"
        )));
    }
    let pieces: Vec<Pieces> = texts.iter().map(|t| tagger.tokenizer.text(t.as_ref())).collect::<Result<_, _>>()?;
    let windows: Vec<Vec<Vec<usize>>> = pieces.iter().map(|p| p.windows(tagger.max_length, stride)).collect();
    let rows: Vec<Vec<u32>> = pieces
        .iter()
        .zip(&windows)
        .flat_map(|(p, w)| w.iter().map(|window| window.iter().map(|i| p.ids[*i]).collect()))
        .collect();
    let mut logits = tagger.logits(&rows, |_| true)?.into_iter();
    let mut predictions = Vec::with_capacity(texts.len());
    for ((text, pieces), windows) in texts.iter().zip(&pieces).zip(&windows) {
        let text = text.as_ref();
        let mut found = Vec::new();
        for window in windows {
            let scores = logits.next().unwrap_or_default();
            let scored: Vec<ScoredPiece> = window
                .iter()
                .zip(scores.chunks_exact(tagger.tags.len()))
                .filter(|(i, _)| !pieces.special[**i])
                .map(|(i, row)| scored(tagger, text, pieces, *i, row))
                .collect();
            found.extend(aggregate(&scored, &tagger.tags, options.aggregation));
        }
        if windows.len() > 1 {
            found = merge_windows(found, |f| text[f.start..f.end].chars().count());
        }
        let mut characters = CharacterCounter { text, byte: 0, characters: 0 };
        found.sort_by_key(|f| f.start);
        let entities = found.into_iter().map(|f| {
            let start = characters.at(f.start);
            let end = start + text[f.start..f.end].chars().count();
            Entity { label: f.label, start, end, byte_start: f.start, byte_end: f.end, score: f.score }
        });
        predictions.push(Prediction { entities: entities.collect(), pieces: pieces.len(), windows: windows.len() });
    }
    Ok(predictions)
}

fn scored(tagger: &Tagger, text: &str, pieces: &Pieces, index: usize, row: &[f32]) -> ScoredPiece {
    let (start, end) = pieces.offsets[index];
    let piece = &pieces.texts[index];
    // transformers compares lengths in characters: a piece with its `##` is longer than what it covers.
    let longer = piece.chars().count() != text[start..end].chars().count();
    let continues = match &tagger.tokenizer.continuing_prefix {
        Some(_) => longer && !tagger.tokenizer.is_unknown(piece),
        None => {
            start > 0 && !text[..end].chars().rev().skip(text[start..end].chars().count()).take(1).any(|c| c == ' ')
        }
    };
    ScoredPiece { probabilities: probabilities(row), start, end, continues }
}

/// Byte positions to character positions, asked in rising order.
struct CharacterCounter<'a> {
    text: &'a str,
    byte: usize,
    characters: usize,
}

impl CharacterCounter<'_> {
    fn at(&mut self, byte: usize) -> usize {
        self.characters += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.characters
    }
}
