//! Text in, entities out.
//!
//! Read in this order: [`tagger`] (scores of every piece, long inputs in windows), [`aggregate`] (pieces to entities,
//! as transformers' pipeline does), [`text`] (the entities of a text), [`mod@evaluate`] (a dataset scored), [`mod@suggest`] (what a
//! model would label in it), [`learnable`] (which spans it could not learn).

pub mod aggregate;
pub mod evaluate;
pub mod learnable;
pub mod suggest;
pub mod tagger;
pub mod text;

pub use aggregate::Aggregation;
pub use evaluate::{Evaluation, LabelMap, evaluate};
pub use learnable::unlearnable;
pub use suggest::{Proposals, suggest};
pub use tagger::Tagger;
pub use text::{Entity, Options, Prediction, predict, predict_long};
