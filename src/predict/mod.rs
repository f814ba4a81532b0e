//! Inference: entities of texts, and evaluation of models.
//!
//! Reading order:
//!
//! - [`tagger`]: tag scores of every subword; long inputs are split into windows.
//! - `token_predictions`: tags and entities of a tokenized sentence.
//! - [`aggregate`]: grouping of subwords into entities, as in the transformers pipeline.
//! - [`text`]: entities of a text. [`json`]: their JSON.
//! - [`mod@evaluate`]: evaluation of a model on a dataset.
//! - [`mod@suggest`]: label suggestions for a dataset.
//! - [`subword_check`]: spans that a model cannot learn.

pub mod aggregate;
pub mod evaluate;
pub mod json;
pub mod subword_check;
pub mod suggest;
pub mod tagger;
pub mod text;
mod token_predictions;

pub use aggregate::AggregationStrategy;
pub use evaluate::{EvalMetrics, ModelEvaluation, TagMap, evaluate};
pub use subword_check::find_unlearnable_spans;
pub use suggest::{Suggestions, suggest};
pub use tagger::Tagger;
pub use text::{Entity, PredictOptions, Prediction, predict, predict_long};
