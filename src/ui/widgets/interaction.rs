//! Hover and press animation of a widget, for smooth color transitions.

use egui::{Color32, Response, Ui};

/// Animation progress of hover and press, 0 to 1. The style sets the duration.
pub(super) struct Interaction {
    hover: f32,
    press: f32,
}

impl Interaction {
    pub fn new(ui: &Ui, response: &Response) -> Self {
        let fade = |salt: &str, on: bool| ui.animate_bool(response.id.with(salt), on);
        Self {
            hover: fade("hover", response.hovered() && response.enabled()),
            press: fade("press", response.is_pointer_button_down_on() && response.enabled()),
        }
    }

    /// Returns the current color from the colors at rest, hovered and pressed.
    pub fn mix(&self, rest: Color32, hovered: Color32, pressed: Color32) -> Color32 {
        rest.lerp_to_gamma(hovered, self.hover).lerp_to_gamma(pressed, self.press)
    }

    /// Returns the current color of a widget that shows only hover.
    pub fn hovered(&self, rest: Color32, hovered: Color32) -> Color32 {
        rest.lerp_to_gamma(hovered, self.hover)
    }
}

/// Adds a widget. It is disabled if there is a reason, which is shown as its tooltip.
pub(super) fn disabled_with_reason(
    ui: &mut Ui,
    disabled_reason: Option<&str>,
    add: impl FnOnce(&mut Ui) -> Response,
) -> Response {
    let response = ui.add_enabled_ui(disabled_reason.is_none(), add).inner;
    match disabled_reason {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response,
    }
}
