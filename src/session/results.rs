//! Results that were computed from the open dataset.

use super::comparison::Comparison;
use crate::eval::DatasetReport;
use crate::eval::lint::FindingKind;
use crate::train::measure::{LrSweep, RunEstimate};
use crate::worker::Stamp;
use std::collections::{BTreeMap, HashSet};

/// Tab of the Data page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Statistics.
    #[default]
    Statistics,
    /// Findings.
    Checks,
    /// Comparison with other annotations.
    Compare,
}

/// Statistics and findings of the dataset, and the comparison with other annotations.
#[derive(Debug, Default)]
pub struct Checks {
    /// Selected tab.
    pub tab: Tab,
    /// Latest report, and the state of the dataset that it describes.
    report: Option<(Stamp, Box<DatasetReport>)>,
    /// Kind of findings to show; `None` shows all.
    kind: Option<FindingKind>,
    /// Indices of findings that were fixed or dismissed.
    dismissed: HashSet<usize>,
    /// The findings that are neither fixed nor dismissed.
    findings: OpenFindings,
    /// The open comparison.
    pub comparison: Option<Box<Comparison>>,
}

/// Findings that are neither fixed nor dismissed.
#[derive(Debug, Default)]
pub struct OpenFindings {
    /// Number of findings of each kind.
    pub counts: BTreeMap<FindingKind, usize>,
    /// Indices of the findings of the selected kind, in order.
    pub visible: Vec<usize>,
    /// Indices of those with an automatic fix.
    pub fixable: Vec<usize>,
}

impl Checks {
    /// Returns the latest report, and the state of the dataset that it describes.
    pub fn report(&self) -> Option<&(Stamp, Box<DatasetReport>)> {
        self.report.as_ref()
    }

    /// Returns the selected kind of findings, or `None` if all are shown.
    pub fn kind(&self) -> Option<FindingKind> {
        self.kind
    }

    /// Returns the findings that are neither fixed nor dismissed.
    pub fn findings(&self) -> &OpenFindings {
        &self.findings
    }

    /// Replaces the report.
    pub fn set_report(&mut self, report: Option<(Stamp, Box<DatasetReport>)>) {
        self.dismissed.clear();
        self.report = report;
        self.list_findings();
    }

    /// Shows only findings of this kind, or all.
    pub fn set_kind(&mut self, kind: Option<FindingKind>) {
        self.kind = kind;
        self.list_findings();
    }

    /// Removes findings from the list, because they were fixed or dismissed.
    pub fn dismiss(&mut self, indices: impl IntoIterator<Item = usize>) {
        self.dismissed.extend(indices);
        self.list_findings();
    }

    fn list_findings(&mut self) {
        let mut list = OpenFindings::default();
        let findings = self.report.iter().flat_map(|(_, report)| &report.findings).enumerate();
        for (index, finding) in findings.filter(|(index, _)| !self.dismissed.contains(index)) {
            *list.counts.entry(finding.kind).or_default() += 1;
            if self.kind.is_none_or(|kind| finding.kind == kind) {
                list.visible.push(index);
                list.fixable.extend(finding.fix.is_some().then_some(index));
            }
        }
        self.findings = list;
    }
}

/// Measurements for the next run.
#[derive(Debug, Default)]
pub struct Measurements {
    /// Estimated cost of a run.
    pub estimate: Option<RunEstimate>,
    /// Loss by learning rate.
    pub lr_sweep: Option<LrSweep>,
}
