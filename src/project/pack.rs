//! Numbers as blobs: four bytes each, the lowest first.

use crate::corpus::Span;

/// The number of spans of each document, each before its spans: start, end, label.
pub(super) fn pack_spans(documents: &[Vec<Span>]) -> Vec<u32> {
    let one = |spans: &Vec<Span>| {
        let flat = spans.iter().flat_map(|s| [s.start, s.end, u32::from(s.label)]).collect::<Vec<_>>();
        std::iter::once(spans.len() as u32).chain(flat)
    };
    documents.iter().flat_map(one).collect()
}

pub(super) fn unpack_spans(mut values: &[u32]) -> Vec<Vec<Span>> {
    let mut documents = Vec::new();
    while let Some((count, rest)) = values.split_first() {
        let (spans, rest) = rest.split_at((*count as usize).saturating_mul(3).min(rest.len()));
        let span = |s: &[u32]| Span { start: s[0], end: s[1], label: s[2] as u16 };
        documents.push(spans.chunks_exact(3).map(span).collect());
        values = rest;
    }
    documents
}

pub(super) fn pack(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub(super) fn unpack(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
