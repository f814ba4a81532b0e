//! Visual design of the window: colors, text roles, icons, sizes, and the egui style made of them.
//!
//! Call [`install`] once before the first frame. Widgets get their colors from [`of`] and their fonts from
//! [`TextRole`]. No code outside of this module defines a color or a font size.

pub mod colour;
mod density;
mod focus;
pub mod fonts;
pub mod icon;
mod invisible;
pub mod labels;
pub mod metrics;
mod style;
mod text;

use egui::{Context, Theme};

pub use colour::{LIGHT, Palette};
pub use density::{Density, density, set_density};
pub use focus::by_key;
pub use fonts::Face;
pub use icon::Icon;
pub use invisible::{hides_invisible, marked, set_hides_invisible};
pub use labels::LabelColour;
pub use style::{is_still, set_still};
pub use text::{TextRole, reading};

/// Installs the fonts and both styles in egui, and starts to watch the input for keyboard focus.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    style::install(ctx);
    focus::install(ctx);
}

/// Returns the colors of the active theme. A `Ui` can be passed as the context.
pub fn of(ctx: &Context) -> &'static Palette {
    match ctx.theme() {
        Theme::Dark => &colour::DARK,
        Theme::Light => &colour::LIGHT,
    }
}
