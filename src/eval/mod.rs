//! Evaluation: metrics as data, entity scores compatible with seqeval, errors of a model ([`errors`]), dataset statistics
//! ([`statistics`]), label checks ([`mod@lint`]), and agreement of two annotations ([`agreement`]).
//!
//! A report contains only properties of the corpus; `worker::inference` adds invalid tags of the sources and spans
//! that the tokenizer cuts.

pub mod agreement;
pub mod errors;
pub mod lint;
mod metric;
mod score;
pub mod seqeval;
pub mod statistics;
pub mod token_metrics;

pub use agreement::Agreement;
pub use lint::{Finding, lint};
pub use metric::{MetricDefinition, MetricValues, Unit};
pub use score::{LabelScore, PrfScore, Scorer};
pub use statistics::Statistics;

use crate::corpus::Corpus;

/// Statistics and findings of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatasetReport {
    /// Counts and distributions.
    pub statistics: Statistics,
    /// Possible annotation errors.
    pub findings: Vec<Finding>,
}

impl DatasetReport {
    /// Analyzes a corpus. Returns `None` if `should_continue` returns false between two steps.
    pub fn build(corpus: &Corpus, should_continue: impl Fn() -> bool) -> Option<Self> {
        let statistics = should_continue().then(|| Statistics::compute(corpus))?;
        let mut findings = should_continue().then(|| lint(corpus))?;
        findings
            .extend(statistics.near_duplicates.iter().flat_map(|d| lint::leakage_findings(corpus, &d.leakage_pairs)));
        Some(Self { statistics, findings })
    }

    /// Adds findings of other checks and sorts all findings by kind and sentence.
    pub fn add_findings(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|f| (f.kind, f.sentence));
    }
}
