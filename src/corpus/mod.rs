//! What the program works on: documents of tokens with labelled spans.
//!
//! Read in this order: [`label`] (entity types), [`narrow`] (numbers in 32 bits), [`mark`] (what is noted about a sentence), [`span`] (a labelled stretch, and who decided it), [`document`] (one document and its sentences; [`values`]: further columns of its tokens), [`scheme`]
//! (spans as tags and back), [`notation`] (how tags are spelled), [`detector`] (which scheme a file follows), [`corpus`](self::store) (all documents), [`edit`] (changes that can be taken back; [`edit_title`]: their titles),
//! [`relabel`] (labels renamed, merged, dropped), [`segment`] (words and sentences of a bare text), [`history`] (undo and redo), [`carry`] (labels carried over to a changed source), [`snapshot`] (all labels at one time), [`duplicates`] (what is nearly the same), [`holdout`] (a dev split where there is none), [`parting`] (all splits made anew), [`direction`] (words of
//! right-to-left scripts in the order they stand on a line).
//!
//! Everything here is pure data: no files, no serialisation, no pixels.

#![cfg_attr(not(test), deny(clippy::cast_possible_truncation))]

pub mod carry;
pub mod detector;
pub mod direction;
pub mod document;
pub mod duplicates;
pub mod edit;
pub mod edit_title;
pub mod history;
pub mod holdout;
pub mod label;
pub mod mark;
pub mod narrow;
pub mod notation;
pub mod parting;
pub mod relabel;
pub mod scheme;
pub mod segment;
pub mod snapshot;
pub mod span;
pub mod store;
pub mod values;

pub use detector::{Place, SchemeDetector, Slip};
pub use direction::Directions;
pub use document::{ClassId, Document, DocumentBuilder, Split, ValueId};
pub use edit::Edit;
pub use edit_title::{EditTitle, EditTitleKind};
pub use history::History;
pub use label::{LabelId, Labels, TooManyLabels};
pub use mark::{Mark, Marks, Remark};
pub use notation::Notation;
pub use scheme::{Prefix, Scheme, Tag, TokenSpan};
pub use snapshot::Snapshot;
pub use span::{Origin, Span};
pub use store::{Corpus, SentenceId};
pub use values::Values;
