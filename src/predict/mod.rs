//! Text in, entities out.
//!
//! Read in this order: [`tagger`] (scores of every piece, long inputs in windows), [`aggregate`] (pieces to entities,
//! as transformers' pipeline does), [`text`] (the entities of a text), [`mod@evaluate`] (a dataset scored), [`mod@suggest`] (what a
//! model would label in it), [`learnable`] (which spans it could not learn).

pub mod aggregate;
pub mod evaluate;
pub mod subword_check;
pub mod suggest;
pub mod tagger;
pub mod text;

pub use aggregate::AggregationStrategy;
pub use evaluate::{EvalMetrics, LabelMap, evaluate};
pub use subword_check::find_unlearnable_spans;
pub use suggest::{SuggestionsBySentence, suggest};
pub use tagger::Tagger;
pub use text::{Entity, PredictOptions, Prediction, predict, predict_long};
