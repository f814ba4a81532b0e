//! Subword tokenization of words and texts with the `tokenizers` crate.

use super::ModelError;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ops::Range;
use tokenizers::{NormalizedString, Normalizer, NormalizerWrapper, Tokenizer};

/// Maximum number of characters of a word. A WordPiece model maps longer words to its unknown subword.
/// A higher limit in `tokenizer.json` is lowered to this value, because tokenization time grows with the square of the
/// word length.
const MAX_WORD_CHARS: usize = 1000;

/// Maximum growth factor of a text in normalization. The largest growth in Unicode is 11 times.
const MAX_GROWTH: usize = 16;

/// Maximum length of a text that a normalizer step inserts, in bytes.
const MAX_INSERTED_BYTES: usize = 1 << 10;

/// Subwords of one sentence or text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubwordEncoding {
    /// Vocabulary ids, including special tokens.
    pub ids: Vec<u32>,
    /// Subwords in the notation of the vocabulary.
    pub tokens: Vec<String>,
    /// Index of the word of each subword. `None` for special tokens.
    pub word_ids: Vec<Option<u32>>,
    /// Byte range of each subword in the text, or in its word if words were encoded. Empty for special tokens.
    pub offsets: Vec<(usize, usize)>,
    /// True for each special token (`[CLS]`, `[SEP]`).
    pub special_tokens_mask: Vec<bool>,
}

impl SubwordEncoding {
    /// Number of subwords.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True if there are no subwords.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the number of special tokens before the first and after the last ordinary subword.
    pub(crate) fn margins(&self) -> (usize, usize) {
        let front = self.special_tokens_mask.iter().take_while(|s| **s).count();
        let back = self.special_tokens_mask[front..].iter().rev().take_while(|s| **s).count();
        (front, back)
    }

    /// Returns windows of at most `max` subwords that overlap by `stride` subwords, each with its special tokens.
    /// The result equals that of `tokenizers` with `max_length` and `stride`.
    /// Each window lists indices into this encoding.
    pub fn windows(&self, max: usize, stride: usize) -> Vec<Vec<usize>> {
        let (front, back) = self.margins();
        let inner = front..self.len() - back;
        let space = max.saturating_sub(front + back).max(1);
        let step = space - stride.min(space - 1);
        let frame = |part: Range<usize>| (0..front).chain(part).chain(inner.end..self.len()).collect();
        let mut windows = Vec::new();
        let mut at = inner.start;
        loop {
            let end = (at + space).min(inner.end);
            windows.push(frame(at..end));
            if end == inner.end {
                return windows;
            }
            at += step;
        }
    }
}

/// A tokenizer with the details of its vocabulary.
#[derive(Clone)]
pub struct SubwordTokenizer {
    tokenizer: Tokenizer,
    /// Prefix of a subword that continues a word, for example `##`.
    pub continuing_prefix: Option<String>,
    unknown: Option<String>,
    /// Flattened normalizer steps, if any of them can lengthen a text without bound, or else empty.
    unbounded_normalizers: Vec<NormalizerWrapper>,
}

impl SubwordTokenizer {
    /// Parses `tokenizer.json`. Its truncation and padding are disabled, because Tagwright does both itself.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a valid tokenizer.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ModelError> {
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Self::configure(tokenizer)
    }

    /// Creates a WordPiece tokenizer from the lines of `vocab.txt`.
    ///
    /// # Errors
    /// Returns an error if a special token (`[UNK]`, `[CLS]`, `[SEP]`) is missing.
    pub fn from_vocab(vocabulary: &str, lowercase: bool) -> Result<Self, ModelError> {
        let ids: HashMap<&str, usize> = vocabulary.lines().map(|l| l.trim_end_matches('\r')).zip(0usize..).collect();
        if let Some(name) = ["[UNK]", "[SEP]", "[CLS]"].iter().find(|name| !ids.contains_key(**name)) {
            return Err(ModelError::Tokenizer(format!("{name} is missing in vocab.txt")));
        }
        let special: Vec<Value> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
            .iter()
            .filter_map(|name| Some((name, ids.get(name)?)))
            .map(|(name, id)| {
                json!({"id": id, "content": name, "special": true, "normalized": false,
                    "single_word": false, "lstrip": false, "rstrip": false})
            })
            .collect();
        let description = json!({
            "version": "1.0",
            "added_tokens": special,
            "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                "strip_accents": null, "lowercase": lowercase},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", ids["[SEP]"]], "cls": ["[CLS]", ids["[CLS]"]]},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": ids},
        });
        Self::from_json(description.to_string().as_bytes())
    }

    fn configure(mut tokenizer: Tokenizer) -> Result<Self, ModelError> {
        tokenizer.with_truncation(None).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        tokenizer.with_padding(None);
        let (mut continuing_prefix, mut unknown) = (None, None);
        let mut limited = None;
        if let tokenizers::ModelWrapper::WordPiece(m) = tokenizer.get_model() {
            continuing_prefix = Some(m.continuing_subword_prefix.clone());
            unknown = Some(m.unk_token.clone());
            limited = (m.max_input_chars_per_word > MAX_WORD_CHARS).then(|| m.clone());
        }
        if let Some(mut model) = limited {
            model.max_input_chars_per_word = MAX_WORD_CHARS;
            tokenizer.with_model(model);
        }
        let unbounded_normalizers = find_unbounded_normalizers(tokenizer.get_normalizer())?;
        Ok(Self { tokenizer, continuing_prefix, unknown, unbounded_normalizers })
    }

    /// Returns an error if normalization would make the text too long.
    fn check_growth(&self, text: &str) -> Result<(), ModelError> {
        if self.unbounded_normalizers.is_empty() {
            return Ok(());
        }
        let failed = |e: tokenizers::Error| ModelError::Tokenizer(e.to_string());
        let most = MAX_INSERTED_BYTES + MAX_GROWTH * text.len();
        let mut now = text.to_owned();
        for step in &self.unbounded_normalizers {
            // Process short chunks, so that even the longest replacement of every character fits into memory.
            let size = if matches!(step, NormalizerWrapper::Precompiled(_)) { 16 } else { 1 << 10 };
            let mut next = String::new();
            let mut rest = now.as_str();
            while !rest.is_empty() {
                let (part, after) = rest.split_at(rest.floor_char_boundary(size.max(4)));
                let mut normalized = NormalizedString::from(part);
                step.normalize(&mut normalized).map_err(failed)?;
                next.push_str(normalized.get());
                if next.len() > most {
                    let reason = format!("the normalizer makes a text more than {MAX_GROWTH} times longer");
                    return Err(ModelError::Tokenizer(reason));
                }
                rest = after;
            }
            now = next;
        }
        Ok(())
    }

    /// Returns the tokenizer as `tokenizer.json`.
    ///
    /// # Errors
    /// Returns an error if the tokenizer cannot be serialized to JSON.
    pub fn to_json(&self) -> Result<String, ModelError> {
        self.tokenizer.to_string(true).map_err(|e| ModelError::Tokenizer(e.to_string()))
    }

    /// Number of subwords in the vocabulary.
    pub fn vocab_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// True if `subword` is the unknown subword of the vocabulary.
    pub fn is_unk(&self, subword: &str) -> bool {
        self.unknown.as_deref() == Some(subword)
    }

    /// Encodes a sentence that is split into words.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub fn encode_words(&self, words: &[&str]) -> Result<SubwordEncoding, ModelError> {
        words.iter().try_for_each(|word| self.check_growth(word))?;
        let encoding = self.tokenizer.encode(words, true).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Ok(encoding_of(&encoding))
    }

    /// Encodes a text. Offsets are in bytes.
    ///
    /// # Errors
    /// Returns an error if the tokenizer fails.
    pub fn encode_text(&self, text: &str) -> Result<SubwordEncoding, ModelError> {
        self.check_growth(text)?;
        let encoding = self.tokenizer.encode(text, true).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Ok(encoding_of(&encoding))
    }
}

/// Returns the flattened steps of a normalizer, if any of them can lengthen a text without bound, or else no steps.
///
/// # Errors
/// Returns an error if a step inserts a text longer than [`MAX_INSERTED_BYTES`] bytes.
fn find_unbounded_normalizers(normalizer: Option<&NormalizerWrapper>) -> Result<Vec<NormalizerWrapper>, ModelError> {
    fn flatten<'n>(normalizer: &'n NormalizerWrapper, steps: &mut Vec<&'n NormalizerWrapper>) {
        match normalizer {
            NormalizerWrapper::Sequence(inside) => inside.as_ref().iter().for_each(|n| flatten(n, steps)),
            step => steps.push(step),
        }
    }
    let mut steps = Vec::new();
    normalizer.into_iter().for_each(|n| flatten(n, &mut steps));
    let mut grows = false;
    for step in &steps {
        let put_in = match step {
            NormalizerWrapper::Replace(replace) => &replace.content,
            NormalizerWrapper::Prepend(prepend) => &prepend.prepend,
            NormalizerWrapper::Precompiled(_) => {
                grows = true;
                continue;
            }
            _ => continue,
        };
        if put_in.len() > MAX_INSERTED_BYTES {
            let reason =
                format!("the normalizer inserts a text of {} bytes; the limit is {MAX_INSERTED_BYTES}", put_in.len());
            return Err(ModelError::Tokenizer(reason));
        }
        grows = true;
    }
    Ok(if grows { steps.into_iter().cloned().collect() } else { Vec::new() })
}

/// Splits a text into chunks of about `size` bytes that can be tokenized independently.
/// A chunk begins with a space or at a character that is a word of its own. A word longer than half a chunk is split.
pub fn chunks(text: &str, size: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let start = at;
        at = start + first_chunk_len(&text[start..], size.max(8));
        Some(start..at)
    })
}

/// Returns the length of the first chunk in bytes.
fn first_chunk_len(text: &str, size: usize) -> usize {
    if text.len() <= size {
        return text.len();
    }
    let most = text.floor_char_boundary(size);
    let least = text.floor_char_boundary(size / 2);
    let last =
        |is: fn(char) -> bool| text[least..most].char_indices().rev().find(|(_, c)| is(*c)).map(|(i, _)| least + i);
    let found = last(|c| c == ' ').or_else(|| last(char::is_whitespace)).or_else(|| last(stands_alone));
    found.filter(|at| *at > 0).unwrap_or(most)
}

/// True if BERT's pre-tokenizer isolates the character. Covers common punctuation and scripts without spaces.
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{3001}'..='\u{3003}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

fn encoding_of(encoding: &tokenizers::Encoding) -> SubwordEncoding {
    SubwordEncoding {
        ids: encoding.get_ids().to_vec(),
        tokens: encoding.get_tokens().to_vec(),
        word_ids: encoding.get_word_ids().to_vec(),
        offsets: encoding.get_offsets().to_vec(),
        special_tokens_mask: encoding.get_special_tokens_mask().iter().map(|s| *s == 1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_text_at_word_starts() {
        let check = |text: &str, size: usize, expected: &[&str]| {
            let found: Vec<&str> = chunks(text, size).map(|range| &text[range]).collect();
            assert_eq!(found, expected);
            assert_eq!(found.concat(), text);
        };
        check("", 8, &[]);
        check("one two three four", 9, &["one two", " three", " four"]);
        check("one\ttwo\tthree", 9, &["one\ttwo", "\tthree"]);
        check("東京と大阪に行", 12, &["東京と", "大阪に行"]);
        check("aaaaaaaaaaaaéaa", 8, &["aaaaaaaa", "aaaaéaa"]);
    }
}
