//! Charts, painted by hand: a library's own axes, frame and legend look like a debug plot.
//!
//! [`LineChart`] shows how quantities ran; [`IntervalChart`] shows values with their uncertainty by
//! category. Both are given numbers and colours, and have at most five ticks to an axis.

mod axis;
mod intervals;
mod line_chart;
mod names;
mod plot;
mod readout;
mod series;

pub use intervals::{IntervalChart, IntervalPoint};
pub use line_chart::{Level, LineChart};
pub use series::Series;
