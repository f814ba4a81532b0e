//! Custom-painted charts. The axes, frame and legend of a plot library do not match the design.
//!
//! [`LineChart`] shows series of values. It receives numbers and colors, and has at most five ticks for each axis.

mod axis;
mod line_chart;
mod names;
mod plot;
mod readout;
mod series;

pub use line_chart::{Level, LineChart};
pub use series::Series;
