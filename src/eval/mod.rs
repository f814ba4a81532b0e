//! What can be counted: scores as seqeval computes them, so that numbers can be compared with the field's; a dataset in numbers
//! ([`statistics`]), what looks wrong in it ([`mod@lint`]), and two labellings of it ([`agreement`]).

pub mod agreement;
pub mod lint;
mod score;
pub mod seqeval;
pub mod statistics;

pub use agreement::Agreement;
pub use lint::{Finding, lint};
pub use score::{LabelScore, PrfScore, Scorer};
pub use statistics::Statistics;

use crate::corpus::Corpus;

/// A dataset that was looked through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatasetReport {
    /// It in numbers.
    pub statistics: Statistics,
    /// What looks wrong.
    pub findings: Vec<Finding>,
}

impl DatasetReport {
    /// Looks through a corpus; `None` where `go_on` ends it in between.
    pub fn build(corpus: &Corpus, go_on: impl Fn() -> bool) -> Option<Self> {
        let statistics = go_on().then(|| Statistics::compute(corpus))?;
        let mut findings = go_on().then(|| lint(corpus))?;
        findings
            .extend(statistics.near_duplicates.iter().flat_map(|d| lint::leakage_findings(corpus, &d.leakage_pairs)));
        Some(Self { statistics, findings })
    }

    /// Takes in what was found otherwise.
    pub fn add_findings(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|f| (f.kind, f.sentence));
    }
}
