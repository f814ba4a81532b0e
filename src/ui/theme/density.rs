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
    fn select(self, comfortable: f32, compact: f32) -> f32 {
        match self {
            Self::Comfortable => comfortable,
            Self::Compact => compact,
        }
    }

    /// Returns the height of a button, field or drop-down list, in points.
    pub fn control(self) -> f32 {
        self.select(28.0, 26.0)
    }

    pub fn table_row(self) -> f32 {
        self.select(26.0, 22.0)
    }

    pub fn sentence_row(self) -> f32 {
        self.select(56.0, 32.0)
    }

    pub fn panel_padding(self) -> f32 {
        self.select(16.0, 12.0)
    }

    /// Returns the font size and line height of the current sentence, in points.
    pub fn reading_text(self) -> (f32, f32) {
        (self.select(21.0, 18.0), self.select(42.0, 34.0))
    }

    /// Returns the font size and line height of adjacent sentences, in points.
    pub fn context_text(self) -> (f32, f32) {
        (self.select(17.0, 15.0), self.select(30.0, 26.0))
    }
}

/// Returns the active density.
pub fn density(ctx: &Context) -> Density {
    ctx.data(|data| data.get_temp(storage_id())).unwrap_or_default()
}

pub fn set_density(ctx: &Context, density: Density) {
    ctx.data_mut(|data| data.insert_temp(storage_id(), density));
    style::set_control_height(ctx, density.control());
}

fn storage_id() -> Id {
    Id::unique("density of the window")
}
