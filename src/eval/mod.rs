//! Scores as seqeval computes them, so that numbers can be compared with the field's.

pub mod seqeval;
mod score;

pub use score::{LabelScore, Score, Scorer};
