//! Custom-painted charts. The axes, frame and legend of a plot library do not match the design.
//!
//! [`LineChart`] shows series of values. It receives numbers and colors, and has at most five ticks for each axis.

mod axis;
mod end_labels;
mod line_chart;
mod plot;
mod series;
mod tooltip;

pub use line_chart::{Band, ChartResponse, LineChart, ReferenceLine};
pub use series::Series;
