//! spaCy 2 training JSON: documents of paragraphs of sentences of tokens, each with a BILUO tag. Every paragraph
//! becomes a document.
//!
//! The text is `raw`, in which the tokens are searched in order. Without `raw`, the tokens are joined by spaces.

use super::note::NoteKind;
use super::read_report::quote;
use super::record_error::RecordError;
use super::records::categories::{self, is_positive};
use super::records::json::{self, JsonLayout, RawRecord};
use super::{Capabilities, Detection, Format, Preview, Problem, ReadReport, SourceInput, Writer};
use crate::corpus::scheme::{self, decode};
use crate::corpus::tag_notation::{format_tag, parse_tag, prefix_of};
use crate::corpus::to_u32::to_u32;
use crate::corpus::{Corpus, Document, Prefix, Scheme, SchemeDetector, Span, Split, Tag, TagPosition, TokenSpan};
use serde_json::{Value, json};
use std::sync::Arc;

/// Documents of paragraphs, sentences and tokens.
pub const SPACY_TRAIN_JSON: Format = Format {
    name: "spacy-train-json",
    description: "spaCy 2: training JSON of paragraphs, sentences and tokens",
    extensions: &["json", "jsonl"],
    detect: recognize,
    is_json: true,
    read,
    write: Some(Writer::SingleFile(|corpus, split, _| write(corpus, split))),
    rewrite: None,
    capabilities: Capabilities {
        overlapping_spans: false,
        doc_labels: true,
        tokens_with_spaces: true,
        token_boundaries: true,
        ..Capabilities::OFFSET_FORMAT
    },
};

fn recognize(glance: &Preview) -> Option<Detection> {
    // The first document is often longer than the preview. Quotes inside a text would be escaped.
    let has = |key: &str| glance.head.contains(key);
    let fits = glance.is_json && has("\"paragraphs\"") && has("\"sentences\"") && has("\"tokens\"") && has("\"orth\"");
    Detection::when(fits, Detection::STRUCTURE, "paragraphs of sentences of tokens with orth")
}

/// Returns the positive categories, from a list of `label` and `value`, or an object of values.
fn classes(paragraph: &Value) -> Vec<String> {
    match paragraph.get("cats") {
        Some(Value::Array(list)) => {
            let held = list.iter().filter(|cat| cat.get("value").is_some_and(is_positive));
            held.filter_map(|cat| cat.get("label")?.as_str()).map(str::to_owned).collect()
        }
        Some(Value::Object(scores)) => categories::positive_names(scores),
        _ => Vec::new(),
    }
}

/// Token and its tag; `None` if the file has no tag for it.
type Token<'v> = (&'v str, Option<&'v str>);

/// Returns the tokens of a sentence without whitespace tokens.
///
/// # Errors
/// Returns the reason if the sentence is invalid.
fn tokens(sentence: &Value) -> Result<Vec<Token<'_>>, RecordError> {
    let list = sentence.get("tokens").and_then(Value::as_array).ok_or(RecordError::NoList("tokens"))?;
    let mut tokens = Vec::with_capacity(list.len());
    for token in list {
        let orth =
            token.get("orth").and_then(Value::as_str).ok_or(RecordError::Unsupported("a token has no “orth”"))?;
        let tag = token.get("ner").and_then(Value::as_str).filter(|tag| !matches!(*tag, "" | "-"));
        if !orth.trim().is_empty() {
            tokens.push((orth, tag));
        }
    }
    Ok(tokens)
}

/// Returns the tokens of the sentences of a paragraph.
///
/// # Errors
/// Returns the reason, with the sentence number if a sentence is invalid.
fn sentences(paragraph: &Value) -> Result<Vec<Vec<Token<'_>>>, RecordError> {
    let list = paragraph.get("sentences").and_then(Value::as_array).ok_or(RecordError::NoList("sentences"))?;
    let of_sentence = |number, reason| RecordError::Sentence { number, reason: Box::new(reason) };
    list.iter().zip(1..).map(|(sentence, n)| tokens(sentence).map_err(|reason| of_sentence(n, reason))).collect()
}

/// Returns the ranges of consecutive tokens in a text. The error is the first token that is not in the text.
fn places<'v>(text: &str, words: impl Iterator<Item = &'v str>) -> Result<Vec<(u32, u32)>, &'v str> {
    let mut at = 0;
    words
        .map(|word| {
            let start = at + text[at..].find(word).ok_or(word)?;
            at = start + word.len();
            Ok((to_u32(start), to_u32(at)))
        })
        .collect()
}

/// Joins tokens by spaces, and returns the text and the token ranges.
fn joined(sentences: &[Vec<Token>]) -> (String, Vec<(u32, u32)>) {
    let (mut text, mut words) = (String::new(), Vec::new());
    for sentence in sentences {
        for (i, (word, _)) in sentence.iter().enumerate() {
            if !text.is_empty() {
                text.push(if i == 0 { '\n' } else { ' ' });
            }
            words.push((to_u32(text.len()), to_u32(text.len() + word.len())));
            text.push_str(word);
        }
    }
    (text, words)
}

/// State of the reader for one file.
struct Reader<'a> {
    corpus: &'a mut Corpus,
    found: ReadReport,
    detector: SchemeDetector,
    documents: Vec<Arc<Document>>,
    sentences: usize,
}

fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    let decoded = source.decode()?;
    let found = ReadReport::with_encoding(SPACY_TRAIN_JSON, &decoded);
    let mut reader = Reader { corpus, found, detector: SchemeDetector::default(), documents: Vec::new(), sentences: 0 };
    for record in json::split_records(&decoded.text)? {
        let split = record.split.unwrap_or(source.split);
        match json::parse(&record) {
            Ok(value) => reader.record(&record, &value, split, source.source_id)?,
            Err((line, reason)) => reader.found.push_problem(line, 0, || format!("{reason}; record not read")),
        }
    }
    let Reader { corpus, mut found, detector, documents, .. } = reader;
    if documents.is_empty() {
        let first = found.problems.first().map_or_else(|| "no tokens".to_owned(), ToString::to_string);
        return Err(Problem::at(0, 0, format!("no record has paragraphs of sentences of tokens: {first}")));
    }
    found.set_scheme(&detector);
    corpus.documents.extend(documents);
    Ok(found)
}

impl Reader<'_> {
    fn record(&mut self, record: &RawRecord, value: &Value, split: Split, file: u32) -> Result<(), Problem> {
        let Some(paragraphs) = value.get("paragraphs").and_then(Value::as_array) else {
            self.found.push_problem(record.line, 0, || "no list “paragraphs”; record not read".into());
            return Ok(());
        };
        let name = value.get("id").and_then(Value::as_str).unwrap_or_default();
        self.note_unknown_fields(value, &["id", "paragraphs"]);
        for (number, paragraph) in paragraphs.iter().enumerate() {
            let read = match sentences(paragraph) {
                Ok(sentences) => sentences,
                Err(reason) => {
                    let what = || format!("paragraph {}: {reason}; paragraph not read", number + 1);
                    self.found.push_problem(record.line, 0, what);
                    continue;
                }
            };
            if read.iter().all(Vec::is_empty) {
                let example = || format!("line {}, paragraph {}", record.line, number + 1);
                self.found.notes.add(NoteKind::RecordWithoutText, example);
                continue;
            }
            self.note_unknown_fields(paragraph, &["raw", "sentences", "cats"]);
            self.grammar(paragraph, record.line);
            let (text, words) = self.text(paragraph, &read, record.line, number);
            let (spans, starts) = self.spans(&read, &words, record.line)?;
            let place = to_u32(self.documents.len());
            let mut document = Document::from_text(split, file, place, text, spans, Some(words));
            name.clone_into(&mut document.name);
            document.sentences = starts;
            document.doc_labels = self.corpus.doc_label_ids(&classes(paragraph));
            self.documents.push(Arc::new(document));
        }
        Ok(())
    }

    /// Returns the text of a paragraph and its token ranges.
    fn text(
        &mut self,
        paragraph: &Value,
        read: &[Vec<Token>],
        line: usize,
        number: usize,
    ) -> (String, Vec<(u32, u32)>) {
        let Some(raw) = paragraph.get("raw").and_then(Value::as_str) else { return joined(read) };
        match places(raw, read.iter().flatten().map(|(word, _)| *word)) {
            Ok(words) => (raw.to_owned(), words),
            Err(word) => {
                let what = format!("{} not found in “raw” after the previous token", quote(word));
                let what = || format!("paragraph {}: {what}; tokens are joined by spaces", number + 1);
                self.found.push_problem(line, 0, what);
                joined(read)
            }
        }
    }

    /// Returns the spans of a paragraph, and the first token of every sentence followed by the number of tokens.
    fn spans(
        &mut self,
        read: &[Vec<Token>],
        words: &[(u32, u32)],
        line: usize,
    ) -> Result<(Vec<Span>, Vec<u32>), Problem> {
        let (mut spans, mut starts) = (Vec::new(), vec![0]);
        let mut first = 0;
        for sentence in read.iter().filter(|sentence| !sentence.is_empty()) {
            let mut tags: Vec<Tag> = Vec::with_capacity(sentence.len());
            for (word, tag) in sentence {
                tags.push(self.tag(word, *tag, line)?);
            }
            self.detector.end_sentence();
            self.sentences += 1;
            let range = |s: &TokenSpan| words[first + s.start].0..words[first + s.end - 1].1;
            spans.extend(decode(&tags).iter().map(|s| Span::new(range(s), s.label)));
            first += sentence.len();
            starts.push(to_u32(first));
        }
        Ok((spans, starts))
    }

    fn tag(&mut self, word: &str, tag: Option<&str>, line: usize) -> Result<Tag, Problem> {
        let place = TagPosition { line, sentence: self.sentences };
        let tag = match tag.map_or(Ok(None), parse_tag) {
            Ok(Some((letter, name))) => Some((letter, self.corpus.labels.intern(name)?)),
            Ok(None) => {
                if tag.is_none() {
                    self.found.notes.add(NoteKind::UnannotatedToken, || format!("line {line}: {}", quote(word)));
                }
                None
            }
            Err(wrong) => {
                self.found.push_problem(line, 0, || format!("invalid tag {}, read as O", quote(wrong)));
                None
            }
        };
        self.detector.push_tag(tag.map(|(letter, label)| (letter, u64::from(label))), place);
        Ok(tag.map(|(letter, label)| (prefix_of(letter), label)))
    }

    /// Counts unknown fields of an object.
    fn note_unknown_fields(&mut self, value: &Value, known: &[&str]) {
        let others = value.as_object().into_iter().flatten().map(|(key, _)| key);
        others
            .filter(|key| !known.contains(&key.as_str()))
            .for_each(|key| self.found.note_unsupported(format!("“{key}”")));
    }

    /// Counts the tokens with a part of speech or other grammar and the sentences with constituents. Reports entities
    /// of whitespace.
    fn grammar(&mut self, paragraph: &Value, line: usize) {
        const KEYS: [&str; 5] = ["tag", "pos", "dep", "lemma", "morph"];
        let is_said =
            |token: &Value, key: &&str| token.get(*key).and_then(Value::as_str).is_some_and(|v| !matches!(v, "" | "-"));
        for sentence in paragraph.get("sentences").and_then(Value::as_array).into_iter().flatten() {
            let tokens = sentence.get("tokens").and_then(Value::as_array).into_iter().flatten();
            let text = |token: &Value, key: &str| token.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let is_space =
                |token: &&Value| text(token, "orth").trim().is_empty() && text(token, "ner").starts_with("U-");
            for token in tokens.clone().filter(is_space) {
                let tag = text(token, "ner");
                self.found.push_problem(line, 0, || format!("tag {} of a whitespace token; not read", quote(&tag)));
            }
            let stated = tokens.filter(|token| KEYS.iter().any(|key| is_said(token, key)));
            stated.for_each(|_| self.found.note_unsupported("lemmas, parts of speech and syntax"));
            if sentence.get("brackets").and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
                self.found.note_unsupported("constituents");
            }
        }
    }
}

fn write(corpus: &Corpus, split: Option<Split>) -> Vec<u8> {
    let documents = corpus.documents.iter().filter(|d| split.is_none_or(|s| d.splits.contains(s)));
    let record = |(number, d): (usize, &Arc<Document>)| {
        let mut writer = DocumentWriter { corpus, document: d, at: 0, id: 0 };
        let sentences: Vec<Value> = (0..d.len()).map(|s| writer.sentence(s)).collect();
        let mut paragraph = json!({"raw": d.text, "sentences": sentences});
        if !d.doc_labels.is_empty() {
            let held: Vec<&String> = corpus.doc_label_names(d).collect();
            let cat = |name: &String| json!({"label": name, "value": if held.contains(&name) { 1.0 } else { 0.0 }});
            paragraph["cats"] = corpus.doc_labels.iter().map(cat).collect();
        }
        let id = if d.name.is_empty() { json!(number) } else { json!(d.name) };
        json!({"id": id, "paragraphs": [paragraph]})
    };
    json::write(documents.enumerate().map(record), JsonLayout::Array)
}

/// State of the writer for one document.
struct DocumentWriter<'a> {
    corpus: &'a Corpus,
    document: &'a Document,
    /// Number of text bytes written so far.
    at: usize,
    /// Id of the next token.
    id: usize,
}

impl DocumentWriter<'_> {
    fn sentence(&mut self, number: usize) -> Value {
        let d = self.document;
        let words = d.sentence_range(number);
        let tags = scheme::encode(&d.to_token_spans(number), words.len(), Scheme::Bilou);
        let name = |label| self.corpus.labels.name(label).to_owned();
        let texts: Vec<String> = tags.iter().map(|tag| format_tag(*tag, Scheme::Bilou, name)).collect();
        let mut tokens = Vec::with_capacity(words.len());
        for ((word, tag), text) in words.clone().zip(tags).zip(texts) {
            // Whitespace inside an entity belongs to it.
            let inside = tag.filter(|(prefix, _)| matches!(prefix, Prefix::I | Prefix::E));
            let inside = format_tag(inside.map(|(_, label)| (Prefix::I, label)), Scheme::Bilou, name);
            let (start, end) = (d.tokens[word].0 as usize, d.tokens[word].1 as usize);
            self.gap(start, &inside, &mut tokens);
            tokens.push(self.token(d.token(word), d.text[end..].starts_with(' '), &text));
            self.at = end + usize::from(d.text[end..].starts_with(' '));
        }
        let next = d.tokens.get(words.end).map_or(d.text.len(), |(start, _)| *start as usize);
        self.gap(next, "O", &mut tokens);
        json!({"tokens": tokens})
    }

    /// Writes whitespace up to this byte as a token, unless it is one space. spaCy tokenizes it in the same way.
    fn gap(&mut self, to: usize, tag: &str, tokens: &mut Vec<Value>) {
        let gap = self.document.text.get(self.at..to).filter(|gap| !gap.is_empty() && gap.trim().is_empty());
        if let Some(gap) = gap {
            tokens.push(self.token(gap, false, tag));
        }
        self.at = to;
    }

    fn token(&mut self, orth: &str, is_spaced: bool, tag: &str) -> Value {
        let token = json!({"id": self.id, "orth": orth, "space": if is_spaced { " " } else { "" }, "ner": tag});
        self.id += 1;
        token
    }
}
