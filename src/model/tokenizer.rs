//! Words and texts to word pieces, by the `tokenizers` crate.

use super::ModelError;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ops::Range;
use tokenizers::Tokenizer;

/// The pieces of one sentence or text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Vocabulary ids, special pieces included.
    pub ids: Vec<u32>,
    /// The pieces as the vocabulary writes them.
    pub texts: Vec<String>,
    /// Which word each piece belongs to; `None` for special pieces.
    pub words: Vec<Option<u32>>,
    /// Bytes of the text each piece covers (of its word, when words were given); empty for special pieces.
    pub offsets: Vec<(usize, usize)>,
    /// Whether a piece is special (`[CLS]`, `[SEP]`).
    pub special: Vec<bool>,
}

impl Pieces {
    /// How many pieces.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Special pieces before the first ordinary one, and after the last.
    fn margins(&self) -> (usize, usize) {
        let front = self.special.iter().take_while(|s| **s).count();
        let back = self.special[front..].iter().rev().take_while(|s| **s).count();
        (front, back)
    }

    /// Cuts into windows of at most `max` pieces, each with the special pieces around it, that overlap by `stride`
    /// pieces: what `tokenizers` gives for `max_length` and `stride`. Each window lists indices into these pieces.
    pub fn windows(&self, max: usize, stride: usize) -> Vec<Vec<usize>> {
        let (front, back) = self.margins();
        let inner = front..self.len() - back;
        let room = max.saturating_sub(front + back).max(1);
        let step = room - stride.min(room - 1);
        let frame = |part: Range<usize>| (0..front).chain(part).chain(inner.end..self.len()).collect();
        let mut windows = Vec::new();
        let mut at = inner.start;
        loop {
            let end = (at + room).min(inner.end);
            windows.push(frame(at..end));
            if end == inner.end {
                return windows;
            }
            at += step;
        }
    }
}

/// A tokenizer, and whether its vocabulary marks pieces inside a word with `##`.
#[derive(Clone)]
pub struct PieceTokenizer {
    tokenizer: Tokenizer,
    /// The mark of a piece that continues a word.
    pub continuing_prefix: Option<String>,
    unknown: Option<String>,
}

impl PieceTokenizer {
    /// Reads `tokenizer.json`. Truncation and padding stored in it are switched off: both are ours to do.
    ///
    /// # Errors
    /// When it is no tokenizer.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ModelError> {
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Self::prepare(tokenizer)
    }

    /// A WordPiece tokenizer from the lines of `vocab.txt`.
    ///
    /// # Errors
    /// When a special piece (`[UNK]`, `[CLS]`, `[SEP]`) is missing.
    pub fn from_vocabulary(vocabulary: &str, lowercase: bool) -> Result<Self, ModelError> {
        let ids: HashMap<&str, usize> = vocabulary.lines().map(|l| l.trim_end_matches('\r')).zip(0usize..).collect();
        if let Some(name) = ["[UNK]", "[SEP]", "[CLS]"].iter().find(|name| !ids.contains_key(**name)) {
            return Err(ModelError::Tokenizer(format!("vocab.txt has no line {name}")));
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

    fn prepare(mut tokenizer: Tokenizer) -> Result<Self, ModelError> {
        tokenizer.with_truncation(None).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        tokenizer.with_padding(None);
        let (continuing_prefix, unknown) = match tokenizer.get_model() {
            tokenizers::ModelWrapper::WordPiece(m) => {
                (Some(m.continuing_subword_prefix.clone()), Some(m.unk_token.clone()))
            }
            _ => (None, None),
        };
        Ok(Self { tokenizer, continuing_prefix, unknown })
    }

    /// `tokenizer.json` of this tokenizer.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, ModelError> {
        self.tokenizer.to_string(true).map_err(|e| ModelError::Tokenizer(e.to_string()))
    }

    /// Number of pieces in the vocabulary.
    pub fn vocabulary_size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Whether this is the vocabulary's piece for what it does not know.
    pub fn is_unknown(&self, piece: &str) -> bool {
        self.unknown.as_deref() == Some(piece)
    }

    /// The pieces of a sentence given as words.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn words(&self, words: &[&str]) -> Result<Pieces, ModelError> {
        let encoding = self.tokenizer.encode(words, true).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Ok(pieces(&encoding))
    }

    /// The pieces of a text. Offsets are bytes.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn text(&self, text: &str) -> Result<Pieces, ModelError> {
        let encoding = self.tokenizer.encode(text, true).map_err(|e| ModelError::Tokenizer(e.to_string()))?;
        Ok(pieces(&encoding))
    }
}

fn pieces(encoding: &tokenizers::Encoding) -> Pieces {
    Pieces {
        ids: encoding.get_ids().to_vec(),
        texts: encoding.get_tokens().to_vec(),
        words: encoding.get_word_ids().to_vec(),
        offsets: encoding.get_offsets().to_vec(),
        special: encoding.get_special_tokens_mask().iter().map(|s| *s == 1).collect(),
    }
}
