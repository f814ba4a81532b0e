//! Detection of spans that a model cannot learn: a boundary is inside a subword, or the span exceeds the maximum
//! length.

use crate::corpus::edit::quoted_text;
use crate::corpus::{Corpus, Document, SentenceId, Span};
use crate::eval::lint::{Finding, FindingKind, MAX_FINDINGS_PER_KIND};
use crate::model::tokenizer::SubwordTokenizer;
use crate::model::{ModelError, PretrainedModel};

/// Checks the spans of a corpus against a model. Returns `None` if `go_on` returns false before the end.
///
/// Only tokens with a span boundary inside and sentences that may be too long are tokenized. Other spans cannot be
/// affected.
///
/// # Errors
/// Returns an error if the tokenizer fails.
pub fn find_unlearnable_spans(
    folder: &PretrainedModel,
    corpus: &Corpus,
    max_length: usize,
    should_continue: impl Fn() -> bool,
) -> Result<Option<Vec<Finding>>, ModelError> {
    let most = max_length.min(folder.max_length);
    let mut found = Vec::new();
    for (document, d) in (0u32..).zip(&corpus.documents) {
        if !should_continue() {
            return Ok(None);
        }
        for sentence in 0..d.len() as u32 {
            let id = SentenceId { document, sentence };
            let spans = &d.spans[d.span_range(sentence as usize)];
            let mut on_problem = |at: Span, what: String| {
                found.push(Finding {
                    kind: FindingKind::SubwordBoundary,
                    sentence: id,
                    span: at,
                    message: what,
                    fix: None,
                })
            };
            for span in spans {
                if let Some(subword) = splitting_subword(&folder.tokenizer, d, span)? {
                    on_problem(
                        *span,
                        format!("{} has a boundary inside the subword “{subword}”", quoted_text(d, span)),
                    );
                }
            }
            if let Some(seen) = tokens_within_limit(&folder.tokenizer, d, sentence as usize, most)? {
                for span in spans.iter().filter(|s| d.to_token_span(sentence as usize, s).end > seen) {
                    on_problem(
                        *span,
                        format!("{} is beyond the limit of {most} subwords per sentence", quoted_text(d, span)),
                    );
                }
            }
            if found.len() >= MAX_FINDINGS_PER_KIND {
                return Ok(Some(found));
            }
        }
    }
    Ok(Some(found))
}

/// Returns the subword that contains a boundary of a span.
fn splitting_subword(tokenizer: &SubwordTokenizer, d: &Document, span: &Span) -> Result<Option<String>, ModelError> {
    for border in [span.start, span.end] {
        let token = d.tokens.partition_point(|t| t.1 <= border);
        let Some((start, end)) = d.tokens.get(token).copied().filter(|t| t.0 < border && border < t.1) else {
            continue;
        };
        let inside = (border - start) as usize;
        let subwords = tokenizer.encode_words(&[&d.text[start as usize..end as usize]])?;
        let cut = subwords.offsets.iter().position(|(from, to)| *from < inside && inside < *to);
        if let Some(at) = cut {
            return Ok(Some(subwords.tokens[at].clone()));
        }
    }
    Ok(None)
}

/// Returns the number of tokens of a sentence within the maximum length, or `None` if all tokens fit.
fn tokens_within_limit(
    tokenizer: &SubwordTokenizer,
    d: &Document,
    sentence: usize,
    most: usize,
) -> Result<Option<usize>, ModelError> {
    // A subword has at least one byte, and two special tokens are added.
    if d.sentence_text(sentence).len() + 2 <= most {
        return Ok(None);
    }
    let subwords = tokenizer.encode_words(&d.sentence_tokens(sentence))?;
    if subwords.len() <= most {
        return Ok(None);
    }
    let kept = subwords.windows(most, 0).swap_remove(0);
    let last = kept.iter().rev().find_map(|i| subwords.word_ids[*i]).map_or(0, |word| word as usize + 1);
    Ok(Some(last))
}
