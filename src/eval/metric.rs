//! Metrics as data: a definition states the name, the unit and the direction of a metric, and values are stored by id.
//!
//! Pages, JSON, model cards, records of runs and metrics files walk the definitions, so none of them knows a metric.

use std::collections::BTreeMap;

/// Unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share in `[0, 1]`, displayed in percent.
    Share,
    /// A loss in nats.
    Nats,
}

/// Definition of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricDefinition {
    /// Stable name in JSON, in stored files and in the settings. It must never change.
    pub id: &'static str,
    /// English title.
    pub title: &'static str,
    /// English description, in a few words.
    pub description: &'static str,
    /// Abbreviation in log lines. `None` if log lines do not contain the metric.
    pub abbreviation: Option<&'static str>,
    /// Unit of the values.
    pub unit: Unit,
    /// True if a higher value is better.
    pub higher_is_better: bool,
}

impl MetricDefinition {
    /// Returns true if a value is better than another one by more than a margin. A number is better than NaN.
    pub fn is_better(&self, value: f64, than: f64, margin: f64) -> bool {
        let exceeds = if self.higher_is_better { value > than + margin } else { value < than - margin };
        exceeds || (than.is_nan() && !value.is_nan())
    }

    /// Returns the value in the unit of display: percent for a share.
    pub fn scaled(&self, value: f64) -> f64 {
        match self.unit {
            Unit::Share => value * 100.0,
            Unit::Nats => value,
        }
    }

    /// Formats a value: `85.12` for a share of 0.8512, `0.0712` for a loss.
    pub fn format(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => format!("{:.2}", self.scaled(value)),
            Unit::Nats => format!("{value:.4}"),
        }
    }
}

/// Values of metrics by id. A metric without a value is not contained.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricValues(BTreeMap<String, f64>);

impl MetricValues {
    /// Returns the value of a metric.
    pub fn get(&self, metric: &MetricDefinition) -> Option<f64> {
        self.0.get(metric.id).copied()
    }

    /// Returns all values by id.
    pub fn by_id(&self) -> &BTreeMap<String, f64> {
        &self.0
    }
}

impl<S: Into<String>> FromIterator<(S, f64)> for MetricValues {
    fn from_iter<I: IntoIterator<Item = (S, f64)>>(values: I) -> Self {
        Self(values.into_iter().map(|(id, value)| (id.into(), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_decides_which_value_is_better() {
        let metric = |higher_is_better| MetricDefinition {
            id: "metric",
            title: "Metric",
            description: "",
            abbreviation: None,
            unit: Unit::Share,
            higher_is_better,
        };
        let check = |value, than, margin, higher: bool, lower: bool| {
            let found = [true, false].map(|direction| metric(direction).is_better(value, than, margin));
            assert_eq!(found, [higher, lower], "{value} and {than}");
        };
        check(0.6, 0.5, 0.0, true, false);
        check(0.5, 0.6, 0.0, false, true);
        check(0.5, 0.5, 0.0, false, false);
        check(0.75, 0.5, 0.25, false, false);
        check(0.25, 0.5, 0.125, false, true);
        check(0.5, f64::NAN, 0.25, true, true);
        check(f64::NAN, 0.5, 0.0, false, false);
        check(f64::NAN, f64::NAN, 0.0, false, false);
    }
}
