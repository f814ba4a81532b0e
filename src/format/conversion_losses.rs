//! Losses of a conversion: corpus content that a format cannot represent, determined before anything is written.
//!
//! One function determines the losses of all formats, from their `Capabilities`.

use super::conll::DOCSTART;
use super::tagged::{has_custom_whitespace, is_spaced};
use super::{CONLL, CONLL2003, CONLL2012, Format, WNUT, conll2012};
use crate::corpus::{Corpus, Document, Scheme, Span, scheme, segmentation};
use std::cell::OnceCell;

/// Counts of corpus content that some formats cannot represent. They are computed once for all formats.
#[derive(Clone, Debug, Default)]
pub struct LossInventory<'c> {
    corpus: Option<&'c Corpus>,
    /// Number of spans that overlap the previous one.
    overlaps: usize,
    /// Number of overlapping spans that brackets cannot represent: they start inside another span and end outside of
    /// it.
    crossing: usize,
    /// Number of spans that start or end inside a token.
    cut: usize,
    /// Number of documents with separators other than one space.
    own_space: usize,
    /// Number of labels with whitespace in their names.
    spaced_labels: usize,
    /// Number of document labels.
    doc_labels: usize,
    /// Number of records with other fields.
    records_with_fields: usize,
    /// Number of sentences with a review state or comments.
    reviews: usize,
    /// Number of tokens with a space, tab or line end inside.
    spaced_words: usize,
    /// Number of tokens that would start a document in column files.
    document_words: usize,
    /// Number of tokens that would make a text file binary.
    binary_words: usize,
    /// Number of first tokens that begin with U+FEFF, which would be read as a byte order mark.
    byte_order_words: usize,
    /// Number of tokens whose boundaries differ when the bare text is tokenized. It is computed on demand, because this
    /// is slow.
    other_borders: OnceCell<usize>,
}

impl<'c> LossInventory<'c> {
    /// Counts the content of a corpus.
    pub fn of(corpus: &'c Corpus) -> Self {
        let mut inventory = Self { corpus: Some(corpus), ..Self::default() };
        let spaced = |name: &String| name.contains(char::is_whitespace);
        inventory.spaced_labels = corpus.labels.names().iter().filter(|n| spaced(n)).count();
        for (number, document) in corpus.documents.iter().enumerate() {
            inventory.add(document, number == 0);
        }
        inventory
    }

    fn add(&mut self, d: &Document, is_first: bool) {
        let overlaps = d.spans.windows(2).filter(|w| w[1].start < w[0].end).count();
        self.overlaps += overlaps;
        if overlaps > 0 {
            let range = |s: &&Span| (s.start as usize, s.end as usize);
            self.crossing += d.spans.len() - conll2012::nested(d.spans.iter().collect(), range).len();
        }
        self.cut += count_partial_tokens(d);
        self.own_space += usize::from(has_custom_whitespace(d));
        self.doc_labels += d.doc_labels.len();
        self.records_with_fields += usize::from(!d.fields.is_empty());
        self.reviews += d.reviews.iter().count();
        for token in 0..d.tokens.len() {
            let word = d.token(token);
            let marks_order = is_first && token == 0 && word.starts_with('\u{feff}');
            self.byte_order_words += usize::from(marks_order);
            if word.contains('\0') {
                self.binary_words += 1;
            } else if word == DOCSTART {
                self.document_words += 1;
            } else if is_spaced(word) {
                self.spaced_words += 1;
            }
        }
    }

    /// Returns messages about the losses of this format and scheme. Empty if the format can represent everything.
    pub fn losses(&self, format: Format, scheme: Scheme) -> Vec<String> {
        let Some(corpus) = self.corpus else { return Vec::new() };
        let holds = format.capabilities;
        let mut losses = Vec::new();
        let mut lose = |count: usize, is_held: bool, what: &dyn Fn(usize) -> String| {
            if count > 0 && !is_held {
                losses.push(what(count));
            }
        };
        if !holds.overlapping_spans && scheme == Scheme::Io {
            let sentences = corpus.documents.iter().flat_map(|d| (0..d.len()).map(move |s| d.to_token_spans(s)));
            let merged: usize = sentences.map(|spans| scheme::count_merged(&spans, scheme)).sum();
            lose(merged, false, &|n| format!("adjacent spans of the same label ({n}); merged in IO"));
        }
        lose(self.overlaps, holds.overlapping_spans, &|n| format!("overlapping spans ({n}); only the first is kept"));
        lose(self.crossing, format != CONLL2012, &|n| format!("crossing spans ({n}); only the first is kept"));
        lose(self.cut, holds.original_text, &|n| {
            format!("spans that start or end inside a token ({n}); extended to whole tokens")
        });
        lose(self.own_space, holds.original_text, &|n| format!("original whitespace between tokens ({n})"));
        lose(self.spaced_labels, holds.labels_with_spaces, &|n| {
            format!("whitespace in label names ({n}); replaced by _")
        });
        lose(self.spaced_words, holds.original_text || holds.tokens_with_spaces, &|n| {
            format!("whitespace inside tokens ({n}); replaced by _")
        });
        let is_columns = [CONLL2003, CONLL, WNUT].contains(&format);
        lose(self.document_words, !is_columns, &|n| format!("tokens {DOCSTART} ({n}); read as document starts"));
        lose(self.binary_words, holds.any_character, &|n| format!("tokens with U+0000 ({n}); invalid in a text file"));
        lose(self.byte_order_words, !is_columns, &|n| {
            format!("U+FEFF before the first token ({n}); read as a byte order mark")
        });
        if holds.original_text && !holds.token_boundaries {
            let count = || corpus.documents.iter().map(|d| count_other_boundaries(d)).sum();
            lose(*self.other_borders.get_or_init(count), false, &|n| {
                format!("token boundaries ({n}); the text is tokenized again")
            });
        }
        lose(self.doc_labels, holds.doc_labels, &|n| format!("document labels ({n})"));
        lose(self.records_with_fields, holds.fields, &|n| {
            let names: Vec<String> = corpus.field_names().iter().map(|name| name.to_string()).collect();
            format!("fields {} ({n} records)", names.join(", "))
        });
        lose(self.reviews, false, &|n| format!("review states of sentences: done, flags and comments ({n})"));
        if corpus.columns.len() > holds.n_extra_columns {
            let names: Vec<&str> = corpus.columns[holds.n_extra_columns..].iter().map(|c| c.name.as_str()).collect();
            losses.push(format!("columns {}", names.join(", ")));
        }
        if !holds.document_boundaries && corpus.documents.len() > corpus.splits().len() {
            losses.push(format!("document boundaries ({})", corpus.documents.len()));
        }
        losses
    }
}

/// Returns the number of tokens that the tokenizer does not find with the same boundaries in the bare text.
fn count_other_boundaries(d: &Document) -> usize {
    let found = segmentation::tokenize(&d.text);
    d.tokens.iter().filter(|token| found.binary_search(token).is_err()).count()
}

fn count_partial_tokens(d: &Document) -> usize {
    let begins = |at: u32| d.tokens.binary_search_by_key(&at, |t| t.0).is_ok();
    let ends = |at: u32| d.tokens.binary_search_by_key(&at, |t| t.1).is_ok();
    d.spans.iter().filter(|s| !begins(s.start) || !ends(s.end)).count()
}
