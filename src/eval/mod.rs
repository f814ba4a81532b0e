//! Scores as seqeval computes them, so that numbers can be compared with the field's.

mod score;
pub mod seqeval;

pub use score::{LabelScore, Score, Scorer};
