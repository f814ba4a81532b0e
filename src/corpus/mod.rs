//! Data model: documents of tokens with labeled spans, and the edits that change them.
//!
//! Reading order:
//!
//! - [`label`]: entity types.
//! - [`to_u32`]: conversion of offsets and indices to 32 bits.
//! - [`review`]: review state and comments of a sentence.
//! - [`span`]: a labeled text range and its origin.
//! - [`split`]: train, dev and test.
//! - [`field`]: other fields of a record. [`document`]: one document and its sentences. [`values`]: values of extra token columns.
//! - [`scheme`]: conversion between spans and tags. [`tag_notation`]: spelling of tags. [`scheme_detector`]: detection
//!   of the scheme of a file.
//! - [`store`]: the corpus, that is, all documents. [`subset`]: parts of it.
//! - [`edit`]: reversible changes. [`edit_title`]: their titles. [`history`]: undo and redo.
//! - [`relabel`]: renaming, merging and removing labels. [`label_guess`]: labels of a model and of a dataset.
//! - [`segmentation`]: tokens and sentences of plain text. [`unspaced_text`]: words in text without spaces.
//! - [`carry_over`]: transfer of labels to a changed source.
//! - [`snapshot`]: all labels at one point in time.
//! - [`near_duplicates`]: detection of near-duplicates.
//! - [`holdout`]: a dev split for datasets without one. [`data_selection`]: sentences of a training run. [`splitting`]: new train, dev and test splits.
//! - [`bidi`]: visual order of tokens in right-to-left scripts.
//!
//! This module contains pure data only: no file access, no serialization, no drawing.

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

pub mod bidi;
pub mod carry_over;
pub mod data_selection;
pub mod document;
pub mod edit;
pub mod edit_title;
pub mod field;
pub mod history;
pub mod holdout;
pub mod label;
pub mod label_guess;
pub mod near_duplicates;
pub mod relabel;
pub mod review;
pub mod scheme;
pub mod scheme_detector;
pub mod segmentation;
pub mod snapshot;
pub mod span;
pub mod split;
pub mod splitting;
pub mod store;
pub mod subset;
pub mod tag_notation;
pub mod to_u32;
pub mod unspaced_text;
pub mod values;

pub use bidi::BidiOrder;
pub use data_selection::{DataSelection, DevSource, RunSentences, TrainOn};
pub use document::{DocLabelId, Document, DocumentBuilder, ValueId};
pub use edit::Edit;
pub use edit_title::{EditTitle, EditTitleKind};
pub use field::{Field, FieldNames, FieldValue};
pub use history::History;
pub use label::{LabelId, LabelSet, TooManyLabels};
pub use review::{RangeComment, ReviewState, ReviewStates};
pub use scheme::{Prefix, Scheme, Tag, TokenSpan};
pub use scheme_detector::{InvalidTag, SchemeDetector, TagPosition};
pub use snapshot::LabelSnapshot;
pub use span::{Origin, Span};
pub use split::{SentenceSplits, Split};
pub use store::{Corpus, SentenceId};
pub use tag_notation::TagNotation;
pub use unspaced_text::WritingSystem;
pub use values::Values;
