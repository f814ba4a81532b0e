//! How the window looks: colours, type, icons, sizes, and egui's style made of them.
//!
//! Call [`install`] once before the first frame. After that every widget asks [`of`] for its
//! colours and [`TextRole`] for its type; nothing else in the program names a colour or a size of
//! type.

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

/// Gives egui our faces and both our styles, and begins to watch how the focus moves.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    style::install(ctx);
    focus::install(ctx);
}

/// The colours of the theme in use. A `Ui` will do as the context.
pub fn of(ctx: &Context) -> &'static Palette {
    match ctx.theme() {
        Theme::Dark => &colour::DARK,
        Theme::Light => &colour::LIGHT,
    }
}
