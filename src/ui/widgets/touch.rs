//! How far a control is into hover and press, for colours that change softly.

use egui::{Color32, Response, Ui};

/// Both run from 0 to 1, in the time the style allows for motion.
pub(super) struct Touch {
    hover: f32,
    press: f32,
}

impl Touch {
    pub fn of(ui: &Ui, response: &Response) -> Self {
        let fade = |salt: &str, on: bool| ui.animate_bool(response.id.with(salt), on);
        Self {
            hover: fade("hover", response.hovered() && response.enabled()),
            press: fade("press", response.is_pointer_button_down_on() && response.enabled()),
        }
    }

    /// The colour for this moment, given those at rest, hovered and pressed.
    pub fn mix(&self, rest: Color32, hovered: Color32, pressed: Color32) -> Color32 {
        rest.lerp_to_gamma(hovered, self.hover).lerp_to_gamma(pressed, self.press)
    }

    /// The colour for this moment of something that shows hover alone.
    pub fn hovered(&self, rest: Color32, hovered: Color32) -> Color32 {
        rest.lerp_to_gamma(hovered, self.hover)
    }
}

/// Adds a widget, switched off with the reason in its tooltip where there is one.
pub(super) fn unless_off(ui: &mut Ui, why_off: Option<&str>, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    let response = ui.add_enabled_ui(why_off.is_none(), add).inner;
    match why_off {
        Some(why) => response.on_disabled_hover_text(why),
        None => response,
    }
}
