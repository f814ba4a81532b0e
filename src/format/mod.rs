//! Interchange formats: readers from bytes to a corpus, and writers back. Each format has one file or directory and one
//! row in [`FORMATS`].
//!
//! Nothing here opens a file: bytes come in and go out. Every reader can therefore be tested on a string.
//!
//! There are two kinds of formats:
//! - Formats of tokens: one document of many sentences ([`conll`], [`hf_jsonl`], [`conllu`]).
//! - Formats of texts, each a document of its own: [`records`] for JSON, [`brat`], [`text`], [`table`], and
//!   `documents` for the files of word processors, browsers and mail programs.
//!
//! A source that is saved is rewritten. Everything except the labels of changed sentences or records stays byte for
//! byte.

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

mod annotation_types;
mod arrow;
mod azure;
pub mod brat;
pub mod budget;
mod comprehend;
pub mod compression;
pub mod conll;
pub mod conll2003_ids;
mod conll2012;
pub mod conllu;
mod conversion_losses;
pub mod dataset_card;
mod decode;
mod detection;
pub mod docbin;
mod documents;
mod gliner;
pub mod guard;
mod header;
pub mod hf_jsonl;
mod hf_parquet;
mod inline;
mod note;
pub mod offsets;
mod parallel;
mod possible_labels;
mod pubtator;
mod read_report;
mod record_error;
pub mod records;
mod spacy_train;
mod spreadsheet;
mod standoff_xml;
pub mod table;
mod tagged;
pub mod text;
mod token_list;
mod uima;
mod unrecognized;
mod webanno;

pub use conll::write as write_columns;
pub use conversion_losses::LossInventory;
pub use decode::{Decoded, check_beginning, decode, decode_utf8};
pub use detection::{Detection, Preview, detect_format};
pub use note::{Note, NoteKind, Notes};
pub use offsets::OffsetUnit;
pub use read_report::{MAX_PROBLEMS, Problem, ReadReport};

use crate::corpus::{Corpus, Document, Scheme, Split};
use budget::Budget;

/// File to read, with the context that a reader can use.
#[derive(Clone, Copy)]
pub struct SourceInput<'a> {
    /// Content of the file.
    pub bytes: &'a [u8],
    /// File name without the directory.
    pub name: &'a str,
    /// Split of its documents.
    pub split: Split,
    /// Index of the file among the sources of the corpus.
    pub source_id: u32,
    /// Reads another file of the same directory by name, for example the text of an annotation file or names of
    /// numbered labels.
    pub read_sibling: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// Options set by the user.
    pub options: ReadOptions,
    /// Memory limit of the reader.
    pub budget: Budget,
}

/// Options that the user sets to override the automatic detection of a file. `None` means detection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Format of the file.
    pub format: Option<Format>,
    /// Encoding of the characters.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Unit of the offsets.
    pub offset_unit: Option<OffsetUnit>,
    /// Column delimiter and column roles.
    pub columns: conll::ColumnOptions,
    /// Unit of a plain text that becomes one document.
    pub sample_by: Option<text::SampleBy>,
    /// Index of the sheet of a spreadsheet, from 0.
    pub sheet: Option<usize>,
    /// True if a compressed file of any decompressed size is accepted.
    pub allow_large: bool,
}

impl<'a> SourceInput<'a> {
    /// Returns an input without sibling files and with default options.
    pub fn from_bytes(bytes: &'a [u8], name: &'a str, split: Split, file: u32) -> Self {
        let (choices, budget) = (ReadOptions::default(), Budget::default());
        Self { bytes, name, split, source_id: file, read_sibling: &|_| None, options: choices, budget }
    }

    /// Returns the same input with the format set by the user.
    #[must_use]
    pub fn with_format(self, format: Format) -> Self {
        Self { options: ReadOptions { format: Some(format), ..self.options }, ..self }
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`decode`].
    pub fn decode(&self) -> Result<Decoded<'a>, Problem> {
        match self.options.encoding {
            Some(encoding) => decode::decode_as(self.bytes, encoding),
            None => decode(self.bytes),
        }
    }
}

/// Context of a rewrite: the current corpus and the settings of the source.
pub struct RewriteContext<'a> {
    /// Current corpus.
    pub corpus: &'a Corpus,
    /// Index of the source.
    pub source_id: u32,
    /// Tag scheme of the source.
    pub scheme: Scheme,
    /// True if all tags are written again, including tags that already match the corpus.
    pub rewrite_all: bool,
}

impl<'a> RewriteContext<'a> {
    /// Returns the documents of the source, in order.
    pub fn documents(&self) -> impl Iterator<Item = &'a Document> {
        let file = self.source_id;
        self.corpus.documents.iter().map(std::convert::AsRef::as_ref).filter(move |d: &&Document| d.source_id == file)
    }
}

/// Reads a source into a corpus. The corpus is unchanged after an error.
pub type Read = fn(&SourceInput, &mut Corpus) -> Result<ReadReport, Problem>;
/// Writes a corpus, or one split of it, as one file.
pub type WriteCorpus = fn(&Corpus, Option<Split>, Scheme) -> Vec<u8>;
/// Writes a document as one or more files, each with its extension.
pub type WriteDocument = fn(&Corpus, &Document) -> Vec<(&'static str, Vec<u8>)>;

/// Writes the files that a directory of documents needs in addition, each with its name.
pub type WriteExtraFiles = fn(&Corpus) -> Vec<(&'static str, Vec<u8>)>;

/// Writer of a format: one file, or files per document.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// Writes the corpus, or one split of it, as one file.
    SingleFile(WriteCorpus),
    /// Writes files for each document, and the additional files of the directory.
    PerDocument(WriteDocument, WriteExtraFiles),
}
/// Writes the bytes of a source again, with the current spans of the corpus.
pub type Rewrite = fn(&SourceInput, &RewriteContext) -> Result<Vec<u8>, Problem>;

/// Interchange format with its functions.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Name on the command line.
    pub name: &'static str,
    /// Short description.
    pub description: &'static str,
    /// Usual file extensions. New files get the first one.
    pub extensions: &'static [&'static str],
    /// Returns the confidence that a file is in this format; `None` if it is not.
    pub detect: fn(&Preview) -> Option<Detection>,
    /// True for JSON or Python literals. JSON files are tested only against these formats.
    pub is_json: bool,
    /// Reader.
    pub read: Read,
    /// Writer; `None` if the format is read-only.
    pub write: Option<Writer>,
    /// Rewriter of a source; `None` if a source cannot be saved in place.
    pub rewrite: Option<Rewrite>,
    /// Content that the format can represent.
    pub capabilities: Capabilities,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// Content that a format can represent beyond tokens and non-overlapping spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Overlapping spans.
    pub overlapping_spans: bool,
    /// The original text: its own whitespace between tokens, and spans that start or end inside a token.
    pub original_text: bool,
    /// Document boundaries.
    pub document_boundaries: bool,
    /// Label names that contain whitespace.
    pub labels_with_spaces: bool,
    /// Labels of whole documents.
    pub doc_labels: bool,
    /// Other fields of records.
    pub fields: bool,
    /// Number of additional columns (part of speech, chunk).
    pub n_extra_columns: usize,
    /// Tokens that contain whitespace, in a format of tokens.
    pub tokens_with_spaces: bool,
    /// Every character, including U+0000.
    pub any_character: bool,
    /// Token boundaries, in a format of texts.
    pub token_boundaries: bool,
}

impl Capabilities {
    /// Capabilities of a format of texts with spans by offsets: everything except document labels and columns.
    pub const OFFSET_FORMAT: Self = Self {
        overlapping_spans: true,
        original_text: true,
        document_boundaries: true,
        labels_with_spaces: true,
        any_character: true,
        ..Self::NONE
    };

    /// Capabilities of a format of bare tokens with non-overlapping spans.
    pub const NONE: Self = Self {
        overlapping_spans: false,
        original_text: false,
        document_boundaries: false,
        labels_with_spaces: false,
        doc_labels: false,
        fields: false,
        n_extra_columns: 0,
        tokens_with_spaces: false,
        any_character: false,
        token_boundaries: false,
    };
}

pub use arrow::ARROW;
pub use azure::AZURE_LANGUAGE;
pub use brat::BRAT;
pub use comprehend::COMPREHEND;
pub use conll::{CONLL, CONLL2003, GMB, WNUT};
pub use conll2012::CONLL2012;
pub use conllu::CONLLU;
pub use docbin::SPACY;
pub use documents::docx::DOCX;
pub use documents::eml::EML;
pub use documents::html::HTML;
pub use documents::markdown::MARKDOWN;
pub use documents::pdf::PDF;
pub use gliner::GLINER;
pub use hf_jsonl::HF_JSONL;
pub use hf_parquet::HF_PARQUET;
pub use inline::{FASTTEXT, INLINE_XML, OPENNLP, RASA, SLASH_TAGS, WIKINER};
pub use parallel::PARALLEL;
pub use pubtator::PUBTATOR;
pub use records::{
    ARGILLA, BIOC_JSON, CLUENER, DATATURKS, DOCCANO, GROUND_TRUTH, LABEL_STUDIO, LUIS, PRODIGY, SPACY_DOC_JSON,
    SPACY_JSON, VERTEX,
};
pub use spacy_train::SPACY_TRAIN_JSON;
pub use standoff_xml::STANDOFF_XML;
pub use table::{CSV, XLSX};
pub use text::TEXT;
pub use uima::{UIMA_JSON, UIMA_XMI};
pub use webanno::WEBANNO_TSV;

/// All formats. If several detect a file with the same score, the first one reads it.
pub const FORMATS: &[Format] = &[
    HF_PARQUET,
    ARROW,
    SPACY,
    BRAT,
    WEBANNO_TSV,
    UIMA_XMI,
    UIMA_JSON,
    GLINER,
    SPACY_TRAIN_JSON,
    XLSX,
    ARGILLA,
    LABEL_STUDIO,
    PRODIGY,
    HF_JSONL,
    DOCCANO,
    SPACY_JSON,
    SPACY_DOC_JSON,
    DATATURKS,
    CLUENER,
    GROUND_TRUTH,
    VERTEX,
    LUIS,
    BIOC_JSON,
    AZURE_LANGUAGE,
    PUBTATOR,
    RASA,
    FASTTEXT,
    OPENNLP,
    WIKINER,
    SLASH_TAGS,
    STANDOFF_XML,
    INLINE_XML,
    PARALLEL,
    COMPREHEND,
    CONLL2012,
    CONLLU,
    GMB,
    CONLL2003,
    WNUT,
    CONLL,
    DOCX,
    PDF,
    HTML,
    EML,
    MARKDOWN,
    CSV,
    TEXT,
];

/// Placeholder for the format of a source that only a newer version supports. It can be neither read nor written.
pub const UNKNOWN: Format = Format {
    name: "unknown",
    description: "Format unknown to this version",
    extensions: &[],
    detect: |_| None,
    is_json: false,
    read: |_, _| Err(Problem::at(0, 0, "unknown format; use a newer version of Tagwright")),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// Returns the format with this name.
pub fn by_name(name: &str) -> Option<Format> {
    FORMATS.iter().copied().find(|f| f.name == name)
}

/// Returns the format of a file extension for export; `None` if several formats share it. A format that writes one file
/// has precedence over a format that writes a file per document.
pub fn by_extension(extension: &str) -> Option<Format> {
    let known =
        |f: &&Format| f.write.is_some() && f.extensions.first().is_some_and(|e| extension.eq_ignore_ascii_case(e));
    let fitting: Vec<Format> = FORMATS.iter().filter(known).copied().collect();
    let only = |all: Vec<Format>| if let [format] = all[..] { Some(format) } else { None };
    only(fitting.clone()).or_else(|| only(fitting.into_iter().filter(|f| f.single_file_writer().is_some()).collect()))
}

impl Format {
    /// Returns the writer of one file; `None` if the format writes a file per document or is read-only.
    pub fn single_file_writer(&self) -> Option<WriteCorpus> {
        match self.write? {
            Writer::SingleFile(write) => Some(write),
            Writer::PerDocument(..) => None,
        }
    }
}

/// Maximum size of a source, in bytes: 1 GiB. Byte offsets into its decoded text fit into 32 bits in any encoding.
pub const MAX_SOURCE_BYTES: usize = 1 << 30;

/// Reads a source in the format set by the user, or else in the detected format.
///
/// # Errors
/// Returns an error with its position and a proposed action. The corpus is then unchanged.
pub fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    if source.bytes.len() > MAX_SOURCE_BYTES {
        let cause = format!("larger than the limit of {} GiB per source; split it", MAX_SOURCE_BYTES >> 30);
        return Err(Problem::at(0, 0, cause));
    }
    let recognized = match source.options.format {
        Some(format) => Some((format, None)),
        None => detection::detect_with_evidence(source).map(|(format, cause)| (format, Some(cause))),
    };
    let Some((format, cause)) = recognized else { return Err(unrecognized::reason(source)) };
    let (labels, classes) = (corpus.labels.len(), corpus.doc_labels.len());
    let mut found = (format.read)(source, corpus);
    match &mut found {
        Ok(found) => {
            found.problems.sort_by_key(|problem| problem.line);
            found
                .detection_notes
                .splice(0..0, cause.map(|cause| format!("{}: {}", format.name, cause.evidence)))
                .for_each(drop);
            let other = source.options.format.and_then(|chosen| detection::detect_other_than(source, &chosen));
            if let Some((other, cause)) = other {
                found.notes.add(NoteKind::OtherFormat, || format!("{}: {}", other.name, cause.evidence));
            }
        }
        Err(_) => {
            while corpus.labels.len() > labels {
                corpus.labels.pop();
            }
            corpus.doc_labels.truncate(classes);
        }
    }
    found
}

/// Returns messages about the content that is lost in this format and scheme. Empty if the conversion is lossless.
pub fn conversion_losses(corpus: &Corpus, format: Format, scheme: Scheme) -> Vec<String> {
    LossInventory::of(corpus).losses(format, scheme)
}

/// Returns the line of a CSV position, from 1; 0 without a position.
fn line_of(position: Option<&csv::Position>) -> usize {
    position.map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX))
}
