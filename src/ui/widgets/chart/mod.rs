//! Charts, painted by hand: a library's own axes, frame and legend look like a debug plot.
//!
//! [`LineChart`] shows how quantities ran. It is given numbers and colours, and has at most five ticks to an axis.

mod axis;
mod line_chart;
mod names;
mod plot;
mod readout;
mod series;

pub use line_chart::{Level, LineChart};
pub use series::Series;
