//! Two densities of the window. The user chooses one, and all rows and controls follow it.

use egui::{Context, Id};

use super::style;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

impl Density {
    fn pick(self, comfortable: f32, compact: f32) -> f32 {
        match self {
            Self::Comfortable => comfortable,
            Self::Compact => compact,
        }
    }

    /// Returns the height of a button, field or drop-down list, in points.
    pub fn control(self) -> f32 {
        self.pick(28.0, 26.0)
    }

    pub fn table_row(self) -> f32 {
        self.pick(26.0, 22.0)
    }

    pub fn sentence_row(self) -> f32 {
        self.pick(56.0, 32.0)
    }

    pub fn panel_padding(self) -> f32 {
        self.pick(16.0, 12.0)
    }

    /// Returns the font size and line height of the current sentence, in points.
    pub fn read(self) -> (f32, f32) {
        (self.pick(21.0, 18.0), self.pick(42.0, 34.0))
    }

    /// Returns the font size and line height of adjacent sentences, in points.
    pub fn context(self) -> (f32, f32) {
        (self.pick(17.0, 15.0), self.pick(30.0, 26.0))
    }
}

/// Returns the active density.
pub fn density(ctx: &Context) -> Density {
    ctx.data(|data| data.get_temp(slot())).unwrap_or_default()
}

pub fn set_density(ctx: &Context, density: Density) {
    ctx.data_mut(|data| data.insert_temp(slot(), density));
    style::set_control_height(ctx, density.control());
}

fn slot() -> Id {
    Id::unique("density of the window")
}
