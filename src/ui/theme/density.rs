//! Two densities of the same window. The reader chooses one, every row and control follows.

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

    /// Height of a button, a field, a choice.
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

    /// Size and line pitch of the current sentence.
    pub fn read(self) -> (f32, f32) {
        (self.pick(21.0, 18.0), self.pick(42.0, 34.0))
    }

    /// Size and line pitch of the sentences around it.
    pub fn context(self) -> (f32, f32) {
        (self.pick(17.0, 15.0), self.pick(30.0, 26.0))
    }
}

/// The density in use.
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
