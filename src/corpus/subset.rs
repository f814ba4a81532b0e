//! Parts of a corpus: some of its sentences, with their spans and review states.

use super::document::Document;
use super::review::{RangeComment, ReviewState};
use super::span::Span;
use super::split::{SentenceSplits, Split};
use super::store::{Corpus, SentenceId};
use super::to_u32::to_u32;
use std::sync::Arc;

impl Corpus {
    /// Returns a corpus of these sentences, which are in order. Documents without such sentences are missing.
    #[must_use]
    pub fn subset(&self, ids: &[SentenceId]) -> Self {
        let documents = ids.chunk_by(|a, b| a.document == b.document).map(|ids| {
            let document = &self.documents[ids[0].document as usize];
            let sentences: Vec<usize> = ids.iter().map(|id| id.sentence as usize).collect();
            if sentences.len() == document.len() { document.clone() } else { Arc::new(document.subset(&sentences)) }
        });
        Self { documents: documents.collect(), ..self.clone() }
    }

    /// Returns the corpus with one split per document: a document with sentences of several splits becomes several
    /// documents. If the user has moved sentences, the documents are in the order of their splits.
    #[must_use]
    pub fn separate_splits(&self) -> Self {
        if self.documents.iter().all(|document| document.splits.moved().is_empty()) {
            return self.clone();
        }
        let part = |document: &Arc<Document>, split: Split| {
            let sentences: Vec<usize> = (0..document.len()).filter(|s| document.splits.of(*s) == split).collect();
            match sentences.len() {
                0 => None,
                n if n == document.len() => Some(document.clone()),
                _ => Some(Arc::new(document.subset(&sentences))),
            }
        };
        let documents =
            Split::ALL.into_iter().flat_map(|split| self.documents.iter().filter_map(move |d| part(d, split)));
        Self { documents: documents.collect(), ..self.clone() }
    }
}

impl Document {
    /// Returns a document of these sentences, which are in order. Text between two of them is reduced to the space before
    /// the second.
    #[must_use]
    pub fn subset(&self, sentences: &[usize]) -> Self {
        let mut part = Self {
            name: self.name.clone(),
            fields: self.fields.clone(),
            sentences: vec![0],
            doc_labels: self.doc_labels.clone(),
            source_id: self.source_id,
            source_index: self.source_index,
            ..Self::default()
        };
        let mut kept_tokens = Vec::new();
        let mut splits = Vec::new();
        for (new_index, sentence) in (0u32..).zip(sentences) {
            let tokens = self.sentence_range(*sentence);
            let (start, end) = (self.tokens[tokens.start].0, self.tokens[tokens.end - 1].1);
            if new_index > 0 {
                let gap = tokens.start.checked_sub(1).map_or(0, |last| self.tokens[last].1);
                part.text.push_str(&self.text[gap as usize..start as usize]);
            }
            let new_start = to_u32(part.text.len());
            // A span can begin in the space before its sentence.
            let moved = |byte: u32| byte.max(start) - start + new_start;
            part.text.push_str(&self.text[start as usize..end as usize]);
            part.tokens.extend(self.tokens[tokens.clone()].iter().map(|t| (moved(t.0), moved(t.1))));
            part.sentences.push(to_u32(part.tokens.len()));
            let span = |s: &Span| Span { start: moved(s.start), end: moved(s.end.min(end)), ..*s };
            part.spans.extend(self.spans[self.span_range(*sentence)].iter().map(span));
            part.suggestions.extend(self.suggestions[self.suggestion_range(*sentence)].iter().map(span));
            if let Some(review) = self.reviews.get(to_u32(*sentence)) {
                let comment =
                    |c: &RangeComment| RangeComment { start: moved(c.start), end: moved(c.end), text: c.text.clone() };
                let range_comments = review.range_comments.iter().map(comment).collect();
                part.reviews.insert(new_index, ReviewState { range_comments, ..review.clone() });
            }
            splits.push(self.splits.of(*sentence));
            kept_tokens.extend(tokens);
        }
        part.spans.sort_unstable();
        part.suggestions.sort_unstable();
        let kept = |column: &super::Values| kept_tokens.iter().filter_map(|token| column.get(*token)).collect();
        part.extra_columns = self.extra_columns.iter().map(kept).collect();
        part.splits = SentenceSplits::from(self.splits.source());
        part.splits.set(&splits);
        part
    }
}
