//! Placeholder for missing content: the reason, and an action to change it.

use egui::{Align, Label, Layout, Ui};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::button::Button;
use super::icon::icon;

/// An icon, a title, an explanation, and a button.
#[must_use = "an empty state is shown by `show`"]
pub struct EmptyState<'a> {
    icon: Icon,
    title: &'a str,
    description: &'a str,
    action: &'a str,
}

impl<'a> EmptyState<'a> {
    pub fn new(icon: Icon, title: &'a str, teaching: &'a str) -> Self {
        Self { icon, title, description: teaching, action: "" }
    }

    /// Sets the text of the button.
    pub fn action(mut self, action: &'a str) -> Self {
        self.action = action;
        self
    }

    /// Shows the placeholder vertically centered in the available height. Returns true if the button was clicked.
    pub fn show_centered(self, ui: &mut Ui) -> bool {
        // Approximate height without a button, in points.
        const HEIGHT: f32 = 100.0;
        ui.add_space(((ui.available_height() - HEIGHT) / 2.0).max(20.0));
        self.show(ui)
    }

    /// Shows the placeholder at the top, horizontally centered. Returns true if the button was clicked.
    pub fn show(self, ui: &mut Ui) -> bool {
        let p = theme::colors(ui);
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            icon(ui, self.icon, metrics::ICON_LARGE, p.text_muted);
            ui.add_space(12.0);
            ui.add(Label::new(TextRole::BodyMedium.rich_text(self.title).color(p.text)));
            ui.add_space(4.0);
            ui.scope(|ui| {
                ui.set_max_width(270.0_f32.min(ui.available_width()));
                ui.add(Label::new(TextRole::Small.rich_text(self.description).color(p.text_secondary)).wrap());
            });
            if self.action.is_empty() {
                return false;
            }
            ui.add_space(14.0);
            Button::primary(self.action).show(ui).clicked()
        })
        .inner
    }
}
