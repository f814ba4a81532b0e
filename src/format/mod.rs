//! Interchange formats: bytes to a corpus and back. One file or folder per format, and this table of them.
//!
//! Nothing here opens a file: bytes come in and go out, so that every reader can be tested on a string.
//!
//! There are two kinds. In the one the source has words, one document of many sentences ([`columns`], [`hf_jsonl`],
//! [`conllu`]); in the other it has texts, each a document of its own ([`records`] for all that is JSON, [`brat`],
//! [`plain`], [`table`], `documents` for what word processors, browsers and mail programs write). A source that is saved is
//! rewritten: what is not a label of a changed sentence or record stays byte for byte.

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
pub mod records;
mod spacy_train;
mod spreadsheet;
mod standoff_xml;
pub mod table;
mod tagged;
pub mod text;
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

/// What is read: a file, and what a reader may ask about it.
#[derive(Clone, Copy)]
pub struct SourceInput<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its name, without the folder.
    pub name: &'a str,
    /// The split its documents belong to.
    pub split: Split,
    /// Its number among the corpus' sources.
    pub source_id: u32,
    /// Files in the same folder by name: a text beside its annotations, the names of numbered labels.
    pub read_sibling: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// What a person knows better than what is found.
    pub options: ReadOptions,
    /// How much memory it may take.
    pub budget: Budget,
}

/// What a person knows better than what is found in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format.
    pub format: Option<Format>,
    /// How characters are encoded.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// What offsets count.
    pub offset_unit: Option<OffsetUnit>,
    /// Which column is what.
    pub columns: conll::ColumnOptions,
    /// What a document is in a plain text.
    pub sample_by: Option<text::SampleBy>,
    /// Which sheet of a spreadsheet, from 0.
    pub sheet: Option<usize>,
    /// Whether a compressed file may unfold to any size.
    pub allow_large: bool,
}

impl<'a> SourceInput<'a> {
    /// A file that stands alone.
    pub fn from_bytes(bytes: &'a [u8], name: &'a str, split: Split, file: u32) -> Self {
        let (choices, budget) = (ReadOptions::default(), Budget::default());
        Self { bytes, name, split, source_id: file, read_sibling: &|_| None, options: choices, budget }
    }

    /// The same source, in the format that a person says.
    #[must_use]
    pub fn with_format(self, format: Format) -> Self {
        Self { options: ReadOptions { format: Some(format), ..self.options }, ..self }
    }

    /// Its text.
    ///
    /// # Errors
    /// As [`decode`].
    pub fn decode(&self) -> Result<Decoded<'a>, Problem> {
        match self.options.encoding {
            Some(encoding) => decode::decode_as(self.bytes, encoding),
            None => decode(self.bytes),
        }
    }
}

/// What a source is rewritten with: the corpus as it is now.
pub struct RewriteContext<'a> {
    /// The corpus.
    pub corpus: &'a Corpus,
    /// The source's number.
    pub source_id: u32,
    /// How it writes spans on words.
    pub scheme: Scheme,
    /// Tags are written anew also where they say what the corpus says.
    pub rewrite_all: bool,
}

impl<'a> RewriteContext<'a> {
    /// The source's documents, in order.
    pub fn documents(&self) -> impl Iterator<Item = &'a Document> {
        let file = self.source_id;
        self.corpus.documents.iter().map(std::convert::AsRef::as_ref).filter(move |d: &&Document| d.source_id == file)
    }
}

/// Reads a source into a corpus; an error leaves the corpus as it was.
pub type Read = fn(&SourceInput, &mut Corpus) -> Result<ReadReport, Problem>;
/// A corpus, or one split of it, as a file.
pub type WriteCorpus = fn(&Corpus, Option<Split>, Scheme) -> Vec<u8>;
/// A document as files, by their endings.
pub type WriteDocument = fn(&Corpus, &Document) -> Vec<(&'static str, Vec<u8>)>;

/// Files that stand beside those of documents, by name.
pub type WriteExtraFiles = fn(&Corpus) -> Vec<(&'static str, Vec<u8>)>;

/// How a corpus becomes new files.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// The corpus, or one split of it, as one file.
    SingleFile(WriteCorpus),
    /// A document as files, by their endings, and files that a folder of documents has besides, by name.
    PerDocument(WriteDocument, WriteExtraFiles),
}
/// A source's bytes again, with the spans of the corpus.
pub type Rewrite = fn(&SourceInput, &RewriteContext) -> Result<Vec<u8>, Problem>;

/// A format people name.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub description: &'static str,
    /// Usual file endings, the first for new files.
    pub extensions: &'static [&'static str],
    /// The certainty that a file is in this format; `None` if it is not.
    pub detect: fn(&Preview) -> Option<Detection>,
    /// True if it is JSON, or Python's notation of it: then it is asked about files that are.
    pub is_json: bool,
    /// How it is read, if it is.
    pub read: Read,
    /// How it is written, if it is.
    pub write: Option<Writer>,
    /// How a source is saved, if it can be.
    pub rewrite: Option<Rewrite>,
    /// What it can hold.
    pub capabilities: Capabilities,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// What a format can hold beyond words and spans that lie side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Spans that overlap.
    pub overlapping_spans: bool,
    /// The text as it was, with its own space between words, and spans that cut words.
    pub original_text: bool,
    /// Where documents begin.
    pub document_boundaries: bool,
    /// Labels with space in their names.
    pub labels_with_spaces: bool,
    /// Labels of whole documents.
    pub doc_labels: bool,
    /// How many of the further columns (part of speech, chunk).
    pub n_extra_columns: usize,
    /// Words with space inside, where it holds words.
    pub tokens_with_spaces: bool,
    /// Every character, also U+0000.
    pub any_character: bool,
    /// Where words begin and end, where it holds texts.
    pub token_boundaries: bool,
}

impl Capabilities {
    /// What a format of texts and spans by offsets holds: all but labels of whole documents and columns.
    pub const OFFSET_FORMAT: Self = Self {
        overlapping_spans: true,
        original_text: true,
        document_boundaries: true,
        labels_with_spaces: true,
        any_character: true,
        ..Self::NONE
    };

    /// What a format of bare words holds: nothing but words and spans that lie side by side.
    pub const NONE: Self = Self {
        overlapping_spans: false,
        original_text: false,
        document_boundaries: false,
        labels_with_spaces: false,
        doc_labels: false,
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

/// All formats. Of those that recognize a file with the same score, the first reads it.
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

/// The format of a source that a newer version of this program knows: it can be neither read nor written here.
pub const UNKNOWN: Format = Format {
    name: "unknown",
    description: "A format that this version does not know",
    extensions: &[],
    detect: |_| None,
    is_json: false,
    read: |_, _| Err(Problem::at(0, 0, "this version of the program does not know the format; use a newer version")),
    write: None,
    rewrite: None,
    capabilities: Capabilities::OFFSET_FORMAT,
};

/// The format of this name.
pub fn by_name(name: &str) -> Option<Format> {
    FORMATS.iter().copied().find(|f| f.name == name)
}

/// The format a target's file ending stands for; `None` where several share it. A format that takes a file for each document
/// yields to one that takes one.
pub fn by_extension(extension: &str) -> Option<Format> {
    let known =
        |f: &&Format| f.write.is_some() && f.extensions.first().is_some_and(|e| extension.eq_ignore_ascii_case(e));
    let fitting: Vec<Format> = FORMATS.iter().filter(known).copied().collect();
    let only = |all: Vec<Format>| if let [format] = all[..] { Some(format) } else { None };
    only(fitting.clone()).or_else(|| only(fitting.into_iter().filter(|f| f.single_file_writer().is_some()).collect()))
}

impl Format {
    /// How it is written as one file, if it is.
    pub fn single_file_writer(&self) -> Option<WriteCorpus> {
        match self.write? {
            Writer::SingleFile(write) => Some(write),
            Writer::PerDocument(..) => None,
        }
    }
}

/// The largest source, in bytes: 1 GiB. Its text has fewer bytes than 32 bits can count, whatever its encoding.
pub const MAX_SOURCE_BYTES: usize = 1 << 30;

/// Reads a source in the format it is found to be in, or the one that is said.
///
/// # Errors
/// What is wrong with it, where, and what to do; then the corpus is unchanged.
pub fn read(source: &SourceInput, corpus: &mut Corpus) -> Result<ReadReport, Problem> {
    if source.bytes.len() > MAX_SOURCE_BYTES {
        let why =
            format!("it holds more than {} GiB, the most that one source may have; split it", MAX_SOURCE_BYTES >> 30);
        return Err(Problem::at(0, 0, why));
    }
    let recognized = match source.options.format {
        Some(format) => Some((format, None)),
        None => detection::detect_with_evidence(source).map(|(format, why)| (format, Some(why))),
    };
    let Some((format, why)) = recognized else { return Err(unrecognized::reason(source)) };
    let (labels, classes) = (corpus.labels.len(), corpus.doc_labels.len());
    let mut found = (format.read)(source, corpus);
    match &mut found {
        Ok(found) => {
            found.problems.sort_by_key(|problem| problem.line);
            found
                .detection_notes
                .splice(0..0, why.map(|why| format!("{}: {}", format.name, why.evidence)))
                .for_each(drop);
            let other = source.options.format.and_then(|chosen| detection::detect_other_than(source, &chosen));
            if let Some((other, why)) = other {
                found.notes.add(NoteKind::OtherFormat, || format!("{}: {}", other.name, why.evidence));
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

/// What a file of this format and scheme would lose of a corpus, in words; empty when it can hold everything.
pub fn conversion_losses(corpus: &Corpus, format: Format, scheme: Scheme) -> Vec<String> {
    LossInventory::of(corpus).losses(format, scheme)
}

/// The line of a place in a table, from 1; 0 for none.
fn line_of(position: Option<&csv::Position>) -> usize {
    position.map_or(0, |p| usize::try_from(p.line()).unwrap_or(usize::MAX))
}
