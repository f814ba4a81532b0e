//! What the program works on: documents of tokens with labelled spans.
//!
//! Read in this order: [`label`] (entity types), [`narrow`] (numbers in 32 bits), [`mark`] (what is noted about a sentence), [`span`] (a labelled stretch, and who decided it), [`document`] (one document and its sentences; [`values`]: further columns of its tokens), [`scheme`]
//! (spans as tags and back), [`notation`] (how tags are spelled), [`detector`] (which scheme a file follows), [`corpus`](self::store) (all documents), [`edit`] (changes that can be taken back; [`edit_title`]: their titles),
//! [`relabel`] (labels renamed, merged, dropped), [`segment`] (words and sentences of a bare text), [`history`] (undo and redo), [`carry`] (labels carried over to a changed source), [`snapshot`] (all labels at one time), [`duplicates`] (what is nearly the same), [`holdout`] (a dev split where there is none), [`parting`] (all splits made anew), [`direction`] (words of
//! right-to-left scripts in the order they stand on a line).
//!
//! Everything here is pure data: no files, no serialisation, no pixels.

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

pub mod bidi;
pub mod carry_over;
pub mod document;
pub mod edit;
pub mod edit_title;
pub mod history;
pub mod holdout;
pub mod label;
pub mod near_duplicates;
pub mod relabel;
pub mod review;
pub mod scheme;
pub mod scheme_detector;
pub mod segmentation;
pub mod snapshot;
pub mod span;
pub mod splitting;
pub mod store;
pub mod tag_notation;
pub mod to_u32;
pub mod values;

pub use bidi::BidiOrder;
pub use document::{DocLabelId, Document, DocumentBuilder, Split, ValueId};
pub use edit::Edit;
pub use edit_title::{EditTitle, EditTitleKind};
pub use history::History;
pub use label::{LabelId, LabelSet, TooManyLabels};
pub use review::{RangeComment, ReviewState, ReviewStates};
pub use scheme::{Prefix, Scheme, Tag, TokenSpan};
pub use scheme_detector::{InvalidTag, SchemeDetector, TagPosition};
pub use snapshot::LabelSnapshot;
pub use span::{Origin, Span};
pub use store::{Corpus, SentenceId};
pub use tag_notation::TagNotation;
pub use values::Values;
