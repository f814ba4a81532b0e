//! The frame around the pages: top bar, navigation rail, status bar, and the notifications at the bottom right.

mod navigation_rail;
mod status_bar;
mod toasts;
mod top_bar;

pub use navigation_rail::navigation_rail;
pub use status_bar::status_bar;
pub use toasts::toasts;
pub use top_bar::{SaveState, top_bar};
