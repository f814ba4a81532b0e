//! Axis scales, from values to positions, and their ticks.

use std::ops::RangeInclusive;

/// Maximum number of ticks of an axis. A small chart has one less.
pub(super) const MOST_TICKS: usize = 5;

/// A range of values with a linear or logarithmic scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    most_ticks: usize,
}

impl Axis {
    /// Creates a linear axis of exactly this range.
    pub fn exact(range: RangeInclusive<f64>) -> Self {
        let (low, high) = non_empty(*range.start(), *range.end());
        Self { low, high, logarithmic: false, most_ticks: MOST_TICKS }
    }

    /// Creates a linear axis that extends the range to ticks, with at most `most_ticks` ticks.
    pub fn nice(range: RangeInclusive<f64>, most_ticks: usize) -> Self {
        let (low, high) = non_empty(*range.start(), *range.end());
        let mut step = tick_step(high - low, most_ticks);
        loop {
            let (first, last) = ((low / step).floor(), (high / step).ceil());
            if last - first < most_ticks as f64 {
                return Self { low: first * step, high: last * step, logarithmic: false, most_ticks };
            }
            // The range needs too many ticks, so the next coarser step is used.
            step = self::tick_step(step * most_ticks as f64, most_ticks);
        }
    }

    /// Creates a logarithmic axis. Returns `None` if the range does not start above 0.
    pub fn logarithmic(range: RangeInclusive<f64>) -> Option<Self> {
        let (low, high) = (*range.start(), *range.end());
        let fits = low > 0.0 && high.is_finite();
        fits.then(|| {
            let power = 10_f64.powf(high.log10().floor());
            // The top is the next tick above all values. The other end has a small margin.
            let top = [1.0, 3.0, 10.0].into_iter().map(|times| times * power).find(|tick| *tick >= high);
            Self { low: low / 1.15, high: top.unwrap_or(high), logarithmic: true, most_ticks: MOST_TICKS }
        })
    }

    /// Returns the position of a value, 0 at the low end and 1 at the high end. Returns `None` if the value has no
    /// position.
    pub fn normalize(&self, value: f64) -> Option<f32> {
        let place = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.is_finite().then_some(place as f32)
    }

    /// Returns the value at a position.
    pub fn value(&self, place: f32) -> f64 {
        let place = f64::from(place);
        if self.logarithmic {
            self.low * (self.high / self.low).powf(place)
        } else {
            self.low + place * (self.high - self.low)
        }
    }

    pub fn ticks(&self) -> Vec<f64> {
        if !self.logarithmic {
            return even_ticks(self.low, self.high, self.most_ticks);
        }
        let all = self.powers_of_ten(&[1.0, 3.0]);
        let ticks = if all.len() > MOST_TICKS { self.powers_of_ten(&[1.0]) } else { all };
        match ticks.len() {
            // Linear ticks are more useful if less than one power of ten is visible.
            0 | 1 => even_ticks(self.low, self.high, self.most_ticks),
            count => {
                let every = count.div_ceil(MOST_TICKS);
                ticks.into_iter().step_by(every).collect()
            }
        }
    }

    fn powers_of_ten(&self, times: &[f64]) -> Vec<f64> {
        let exponents = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        exponents
            .flat_map(|exponent| times.iter().map(move |times| times * 10_f64.powi(exponent)))
            .filter(|tick| (self.low..=self.high * (1.0 + 1e-9)).contains(tick))
            .collect()
    }
}

/// Formats a tick: 1,500 or 0.03 or 5e-5.
pub(super) fn format_tick(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        "0".to_owned()
    } else if size < 1e-3 {
        format!("{value:.1e}").replace(".0e", "e")
    } else if size >= 1e3 {
        with_commas(value)
    } else {
        // Ticks are round numbers, so three decimals without trailing zeros are sufficient.
        let written = format!("{value:.3}");
        written.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Formats a tick in a short form, for example 1.5k, for the narrow space next to a chart.
pub(super) fn write_short_tick(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{}M", format_tick(value / 1e6)),
        size if size >= 1e3 => format!("{}k", format_tick(value / 1e3)),
        _ => format_tick(value),
    }
}

fn with_commas(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut written = if value < 0.0 { String::from("-") } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

fn even_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let step = tick_step(high - low, most);
    // The tolerance prevents that rounding removes the tick at the edge.
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Returns the finest step (1, 2, 2.5 or 5 times a power of ten) with at most `most` ticks in this span.
fn tick_step(span: f64, most: usize) -> f64 {
    let least = span / (most - 1) as f64;
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(power)
}

/// Returns the range in ascending order and never empty, so that division by its width is valid.
fn non_empty(low: f64, high: f64) -> (f64, f64) {
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    let (low, high) = (low.min(high), low.max(high));
    let least = low.abs().max(high.abs()).max(1e-9) * 1e-6;
    if high - low > least { (low, high) } else { (low - least.max(0.5), high + least.max(0.5)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(axis: Axis, expected: &[&str]) {
        let ticks: Vec<String> = axis.ticks().into_iter().map(format_tick).collect();
        assert_eq!(ticks, expected);
    }

    #[test]
    fn ticks_are_round_and_few() {
        check(Axis::exact(0.0..=2634.0), &["0", "1,000", "2,000"]);
        check(Axis::nice(46.0..=95.4, 5), &["40", "60", "80", "100"]);
        check(Axis::nice(0.0..=100.0, 5), &["0", "25", "50", "75", "100"]);
        check(Axis::nice(0.0..=2e-4, 4), &["0", "1e-4", "2e-4"]);
        check(Axis::nice(0.0..=4.9, 4), &["0", "2", "4", "6"]);
        check(Axis::exact(0.0..=1.0), &["0", "0.25", "0.5", "0.75", "1"]);
        check(Axis::exact(3.0..=3.0), &["2.5", "2.75", "3", "3.25", "3.5"]);
        check(Axis::exact(f64::NAN..=1.0), &["0", "0.25", "0.5", "0.75", "1"]);
    }

    #[test]
    fn logarithmic_ticks_are_ones_and_threes() {
        let axis = Axis::logarithmic(0.04..=3.0).expect("above 0");
        check(axis, &["0.1", "0.3", "1", "3"]);
        check(Axis::logarithmic(0.008..=0.9).expect("above 0"), &["0.01", "0.03", "0.1", "0.3", "1"]);
        let wide = Axis::logarithmic(1e-8..=1e4).expect("above 0");
        assert!(wide.ticks().len() <= MOST_TICKS);
        assert_eq!(Axis::logarithmic(0.0..=1.0), None);
    }

    #[test]
    fn position_and_value_are_inverse() {
        for axis in [Axis::exact(-3.0..=9.0), Axis::logarithmic(0.1..=50.0).expect("above 0")] {
            let position = axis.normalize(4.5).expect("a position");
            assert!((axis.value(position) - 4.5).abs() < 1e-5);
        }
        assert_eq!(Axis::exact(0.0..=1.0).normalize(f64::NAN), None);
    }

    #[test]
    fn numbers_are_formatted_with_commas_or_suffix() {
        assert_eq!(with_commas(1_234_567.0), "1,234,567");
        assert_eq!(with_commas(-1000.0), "-1,000");
        assert_eq!(write_short_tick(1500.0), "1.5k");
        assert_eq!(write_short_tick(2e6), "2M");
    }
}
