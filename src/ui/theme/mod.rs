//! Visual design of the window: colors, text roles, icons, sizes, and the egui style made of them.
//!
//! Call [`install`] once before the first frame. Widgets get their colors from [`colors`] and their fonts from
//! [`TextRole`]. No code outside of this module defines a color or a font size.

pub mod color;
mod density;
mod focus;
pub mod fonts;
mod invisible;
pub mod labels;
pub mod metrics;
mod style;
mod text;

use egui::{Context, Theme};

pub use crate::icon::{self, Icon};
pub use color::{LIGHT, ThemeColors};
pub use density::{Density, density, set_density};
pub use focus::is_focus_visible;
pub use fonts::FontFace;
pub use invisible::{hides_invisible, marked, set_hides_invisible};
pub use labels::LabelColor;
pub use style::{is_reduced_motion, set_reduced_motion};
pub use text::{TextRole, reading};

/// Installs the fonts and both styles in egui, and starts to watch the input for keyboard focus.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    style::install(ctx);
    focus::install(ctx);
}

/// Returns the colors of the active theme. A `Ui` can be passed as the context.
pub fn colors(ctx: &Context) -> &'static ThemeColors {
    match ctx.theme() {
        Theme::Dark => &color::DARK,
        Theme::Light => &color::LIGHT,
    }
}
