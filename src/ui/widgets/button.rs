//! The button, in four kinds.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Icon, TextRole, icon, metrics};

use super::icon::paint_icon;
use super::interaction::{Interaction, disabled_with_reason};
use super::key_cap;
use super::paint::{focus_ring, put_text};

const ICON_GAP: f32 = 6.0;
const KEY_GAP: f32 = 8.0;
const ICON: f32 = 15.0;
/// Width of a chevron, in points. Its glyph leaves a third of its square empty.
const CHEVRON: f32 = 12.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Plain,
    Quiet,
}

/// A button with text. [`super::IconButton`] is a button without text.
#[must_use = "a button is shown by `show`"]
pub struct Button<'a> {
    kind: Kind,
    text: &'a str,
    icon: Option<Icon>,
    keys: &'a [&'a str],
    opens_menu: bool,
    selected: Option<bool>,
    full_width: bool,
    tall: bool,
    is_name: bool,
    disabled_reason: Option<&'a str>,
}

impl<'a> Button<'a> {
    /// Creates the filled main button of a view.
    pub fn primary(text: &'a str) -> Self {
        Self::new(Kind::Primary, text)
    }

    pub fn plain(text: &'a str) -> Self {
        Self::new(Kind::Plain, text)
    }

    /// Creates a button without a border, for frequent and unobtrusive actions.
    pub fn ghost(text: &'a str) -> Self {
        Self::new(Kind::Quiet, text)
    }

    /// Marks the text as the name of an object, not an action.
    pub fn proper_name(mut self) -> Self {
        self.is_name = true;
        self
    }

    fn new(kind: Kind, text: &'a str) -> Self {
        Self {
            kind,
            text,
            icon: None,
            keys: &[],
            opens_menu: false,
            selected: None,
            full_width: false,
            tall: false,
            is_name: false,
            disabled_reason: None,
        }
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Sets the shortcut, shown as key caps at the right.
    pub fn keys(mut self, keys: &'a [&'a str]) -> Self {
        self.keys = keys;
        self
    }

    /// Adds a chevron at the right: the button opens a menu.
    pub fn opens_menu(mut self) -> Self {
        self.opens_menu = true;
        self
    }

    /// Makes the button a toggle in this state.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// Makes the button the main action of a form: higher, and with the full width.
    pub fn main(mut self) -> Self {
        self.full_width = true;
        self.high()
    }

    /// Sets the height of a main action, without the full width.
    pub fn high(mut self) -> Self {
        self.tall = true;
        self
    }

    /// Disables the button and sets the reason as its tooltip. `None` leaves it enabled.
    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.disabled_reason = reason;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        disabled_with_reason(ui, self.disabled_reason, |ui| self.add(ui))
    }

    /// Returns the width of the button, for callers that position it themselves.
    pub fn width(&self, ui: &Ui) -> f32 {
        let text = TextRole::BodyMedium.single_line(ui, self.text);
        let padding = if self.tall { 14.0 } else { metrics::PAD };
        let width = self.content_width(ui, &text) + 2.0 * padding;
        if self.full_width { width.max(ui.available_width()) } else { width }
    }

    fn add(&self, ui: &mut Ui) -> Response {
        let text = TextRole::BodyMedium.single_line(ui, self.text);
        let content = self.content_width(ui, &text);
        let height = if self.tall { metrics::PRIMARY_BUTTON_HEIGHT } else { theme::density(ui).control() };
        let size = vec2(self.width(ui), height);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| match self.selected {
            Some(on) => WidgetInfo::selected(Role::Button, enabled, on, self.text),
            None => WidgetInfo::labeled(Role::Button, enabled, self.text),
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect, text, content);
        }
        response
    }

    fn content_width(&self, ui: &Ui, text: &Galley) -> f32 {
        let before = self.icon.map_or(0.0, |_| ICON + ICON_GAP);
        let chevron = if self.opens_menu { ICON_GAP + CHEVRON } else { 0.0 };
        let keys = if self.keys.is_empty() { 0.0 } else { KEY_GAP + key_cap::width(ui.painter(), self.keys) };
        before + text.size().x + chevron + keys
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect, text: Arc<Galley>, content: f32) {
        let palette = theme::colors(ui);
        let radius = if self.tall { metrics::RADIUS_ROW } else { metrics::RADIUS_CONTROL };
        let colors = self.colors(ui, response);
        let painter = ui.painter();
        let border = Stroke::new(metrics::STROKE, colors.border);
        painter.rect(rect, radius, colors.fill, border, StrokeKind::Inside);
        focus_ring(ui, response, rect, radius);

        let left = (rect.center().x - content / 2.0).max(rect.left());
        let mut rest = Rect::from_min_max(pos2(left, rect.top()), rect.max);
        if let Some(icon) = self.icon {
            let square = rest.with_max_x(rest.left() + ICON);
            paint_icon(painter, square, icon, ICON, colors.icon);
            rest.min.x += ICON + ICON_GAP;
        }
        let text_width = text.size().x;
        put_text(painter, rest, Align2::LEFT_CENTER, text, colors.text);
        rest.min.x += text_width;
        if self.opens_menu {
            rest.min.x += ICON_GAP;
            let square = rest.with_max_x(rest.left() + CHEVRON);
            let color = if ui.is_enabled() { palette.text_muted } else { palette.text_disabled };
            paint_icon(painter, square, icon::CHEVRON_DOWN, 14.0, color);
            rest.min.x = square.right();
        }
        rest.min.x += KEY_GAP;
        key_cap::paint(painter, rest, self.keys, colors.key, colors.key_border);
    }

    fn colors(&self, ui: &Ui, response: &Response) -> ButtonColors {
        let p = theme::colors(ui);
        let none = Color32::TRANSPARENT;
        if !ui.is_enabled() {
            let (fill, border) = if self.kind == Kind::Primary { (p.hover, none) } else { (none, p.line) };
            return ButtonColors::of(fill, border, p.text_disabled, p.line);
        }
        let touch = Interaction::new(ui, response);
        if self.selected == Some(true) {
            let fill = touch.hovered(p.selected, p.selected_hover);
            return ButtonColors { icon: p.accent, ..ButtonColors::of(fill, none, p.text, p.line_strong) };
        }
        match self.kind {
            Kind::Primary => ButtonColors::of(
                touch.mix(p.accent_fill, p.accent_hover, p.accent_press),
                none,
                p.on_accent,
                p.on_accent.gamma_multiply(0.5),
            ),
            Kind::Plain => ButtonColors {
                key: p.text_secondary,
                icon: touch.hovered(p.text_secondary, p.text),
                ..ButtonColors::of(touch.mix(p.raised, p.hover, p.pressed), p.line_strong, p.text, p.line_strong)
            },
            Kind::Quiet => ButtonColors {
                text: if self.is_name { p.text } else { touch.hovered(p.text_secondary, p.text) },
                icon: touch.hovered(p.text_secondary, p.text),
                ..ButtonColors::of(touch.mix(none, p.hover, p.pressed), none, p.text_secondary, p.line_strong)
            },
        }
    }
}

/// Colors of one state of a button.
struct ButtonColors {
    fill: Color32,
    border: Color32,
    text: Color32,
    icon: Color32,
    key: Color32,
    key_border: Color32,
}

impl ButtonColors {
    /// Creates colors in which icon and key have the color of the text.
    fn of(fill: Color32, border: Color32, text: Color32, key_border: Color32) -> Self {
        Self { fill, border, text, icon: text, key: text, key_border }
    }
}
