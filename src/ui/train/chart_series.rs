//! Series of a run as points, cached until a new step or evaluation arrives.

use super::bounded_series::BoundedSeries;
use crate::eval::MetricDefinition;
use crate::eval::token_metrics::{F1, LOSS};
use crate::session::run::{DevEvaluation, LiveRun};
use crate::train::event::Step;
use crate::worker::SessionId;

/// Name of the line for all labels.
pub(super) const ALL_LABELS: &str = "all";

/// Series of a run as points.
#[derive(Default)]
pub(super) struct ChartSeries {
    /// Session and number of the run, and the number of its steps and evaluations so far.
    built_for: Option<(SessionId, usize)>,
    n_steps: usize,
    n_evaluations: usize,
    pub(super) raw: BoundedSeries,
    pub(super) smoothed: BoundedSeries,
    pub(super) rate: BoundedSeries,
    pub(super) speed: BoundedSeries,
    pub(super) gradient: BoundedSeries,
    pub(super) dev_loss: Vec<[f64; 2]>,
    /// Selecting metric of all labels, then, if it is F1, of each label.
    pub(super) metric: Vec<(String, Vec<[f64; 2]>)>,
}

impl ChartSeries {
    /// Adds the new steps and evaluations of a run.
    pub(super) fn refresh(&mut self, session: SessionId, run: &LiveRun) {
        let of = Some((session, run.id));
        if self.built_for != of || self.n_steps > run.steps.len() || self.n_evaluations > run.dev.len() {
            *self = Self { built_for: of, ..Self::default() };
        }
        let new = &run.steps[self.n_steps..];
        if !new.is_empty() {
            let series = |value: fn(&Step) -> f64| new.iter().map(move |s| [s.step as f64, value(s)]);
            self.raw.extend(series(|s| s.loss));
            self.rate.extend(series(|s| s.learning_rate));
            self.speed.extend(series(|s| s.subwords_per_second));
            self.gradient.extend(series(|s| s.grad_norm));
            let smoothed = new.iter().zip(&run.smoothed[self.n_steps..]);
            self.smoothed.extend(smoothed.map(|(s, loss)| [s.step as f64, *loss]));
            self.n_steps = run.steps.len();
        }
        if self.n_evaluations < run.dev.len() {
            self.n_evaluations = run.dev.len();
            self.set_evaluations(run);
        }
    }

    fn set_evaluations(&mut self, run: &LiveRun) {
        let on_dev = |metric: &MetricDefinition| {
            let point = |dev: &DevEvaluation| Some([dev.step as f64, metric.scaled(dev.metrics.values.get(metric)?)]);
            run.dev.iter().filter_map(point).collect()
        };
        self.dev_loss = on_dev(&LOSS);
        self.metric = vec![(ALL_LABELS.into(), on_dev(run.metric()))];
        if *run.metric() != F1 {
            return;
        }
        let mut labels: Vec<String> =
            run.dev.iter().flat_map(|dev| dev.metrics.labels.iter().map(|l| l.label.clone())).collect();
        labels.sort();
        labels.dedup();
        for label in labels {
            let points = run.dev.iter().filter_map(|dev| {
                let found = dev.metrics.labels.iter().find(|l| l.label == label)?;
                Some([dev.step as f64, found.score.f1 * 100.0])
            });
            self.metric.push((label.clone(), points.collect()));
        }
    }
}

/// Returns the lowest value after the first evaluation of each line, which is often 0 and would flatten all lines. A line
/// of one evaluation counts with it. Returns minus infinity without values.
pub(super) fn lowest_later_value<'a>(lines: impl Iterator<Item = &'a [[f64; 2]]>) -> f64 {
    let later = lines.flat_map(|points| points.iter().skip(usize::from(points.len() > 1)));
    later.map(|point| point[1]).reduce(f64::min).unwrap_or(f64::NEG_INFINITY)
}
