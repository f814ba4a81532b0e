//! Blobs: 32-bit numbers in little-endian order, and splits as one byte each.

use crate::corpus::to_u32::to_u32;
use crate::corpus::{LabelId, Origin, Span, Split};

/// Encodes a span as three numbers: start, end, and the label with the origin in its upper half. Origin 0 is the import
/// and 1 the user. Origins from 2 on combine an agent and its score in thousandths.
pub(super) fn encode_span(s: &Span) -> [u32; 3] {
    let origin = match s.origin {
        Origin::Import => 0,
        Origin::Human => 1,
        Origin::Suggested { agent: who, score } => 2 + u32::from(who) * SCORES + u32::from(score),
    };
    [s.start, s.end, u32::from(s.label.index()) | origin << 16]
}

pub(super) fn decode_span([start, end, rest]: [u32; 3]) -> Span {
    let [low, high, ..] = rest.to_le_bytes();
    let origin = match rest >> 16 {
        0 => Origin::Import,
        1 => Origin::Human,
        code => {
            let (who, score) = ((code - 2) / SCORES, (code - 2) % SCORES);
            // Both fit: the code has 16 bits, and a score is below 1,001.
            Origin::Suggested { agent: who.try_into().unwrap_or(u8::MAX), score: score.try_into().unwrap_or(u16::MAX) }
        }
    };
    Span { start, end, label: LabelId::new(u16::from_le_bytes([low, high])), origin }
}

/// Number of distinct scores: 0.000 to 1.000.
const SCORES: u32 = 1001;

/// Encodes the spans of all documents. The number of spans of a document precedes its spans.
pub(super) fn encode_spans(documents: &[Vec<Span>]) -> Vec<u32> {
    let one = |spans: &Vec<Span>| {
        let flat = spans.iter().flat_map(encode_span).collect::<Vec<_>>();
        std::iter::once(to_u32(spans.len())).chain(flat)
    };
    documents.iter().flat_map(one).collect()
}

pub(super) fn unpack_spans(mut values: &[u32]) -> Vec<Vec<Span>> {
    let mut documents = Vec::new();
    while let Some((count, rest)) = values.split_first() {
        let (spans, rest) = rest.split_at((*count as usize).saturating_mul(3).min(rest.len()));
        let span = |s: &[u32]| decode_span([s[0], s[1], s[2]]);
        documents.push(spans.chunks_exact(3).map(span).collect());
        values = rest;
    }
    documents
}

pub(super) fn encode_u32s(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub(super) fn decode_u32s(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Encodes splits as their indices in [`Split::ALL`].
pub(super) fn encode_splits(splits: &[Split]) -> Vec<u8> {
    splits.iter().map(|split| *split as u8).collect()
}

/// Decodes splits. An unknown value is train.
pub(super) fn decode_splits(bytes: &[u8]) -> Vec<Split> {
    bytes.iter().map(|index| Split::ALL.get(usize::from(*index)).copied().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Corpus;

    #[test]
    fn span_blob_preserves_origin() {
        let most = Origin::Suggested { agent: Corpus::MAX_AGENTS as u8 - 1, score: 1000 };
        for origin in [Origin::Import, Origin::Human, Origin::suggested(0, 0.0), Origin::suggested(3, 0.912), most] {
            let span = Span { origin, ..Span::new(7..70_000, LabelId::new(u16::MAX)) };
            let back = decode_span(encode_span(&span));
            assert_eq!((back, back.origin), (span, origin));
        }
    }
}
