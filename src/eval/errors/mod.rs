//! Errors of a model: from a score to the sentences of that number.
//!
//! Reading order:
//!
//! - [`pairing`]: pairs of gold and predicted entities of a sentence, and the kind of their difference.
//! - [`train_texts`]: seen and unseen entities. [`cases`]: pairs with their properties, and slices of them.
//! - [`resampling`]: bootstrap intervals, and the permutation test.
//! - [`analysis`]: scores, confusion, kinds and slices of a model. [`comparison`]: two models.
//! - [`unit_scores`]: interval of F1 and comparison of two models from counts alone.

pub mod analysis;
pub mod cases;
pub mod comparison;
pub mod pairing;
pub mod resampling;
pub mod train_texts;
pub mod unit_scores;

pub use analysis::{ErrorAnalysis, IntervalScore, LabelErrors, ResamplingUnit, unit_of_each_sentence};
pub use cases::{Case, CaseEntity, PredictedEntity, Predictions, Slice};
pub use comparison::{ComparedCase, F1Difference, ModelComparison};
pub use pairing::{EntityRange, Outcome, Pair, pair_entities};
pub use resampling::{EntityCounts, Interval};
pub use train_texts::TrainTexts;
pub use unit_scores::{UnitDifference, UnitScores};
