//! A short text in a small frame: a split, a state, a difference; or a clickable filter.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Icon, TextRole, metrics};

use super::icon::paint_icon;
use super::interaction::Interaction;
use super::paint::{focus_ring, put_text};

const PAD: f32 = 7.0;
const MARK: f32 = 13.0;

/// Meaning of a badge, shown by its color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeStyle {
    #[default]
    Neutral,
    /// Something runs or is selected.
    Active,
    Success,
    Warning,
    Error,
}

/// A text in a frame of height 20.
#[must_use = "a badge is shown by `show` or `choose`"]
pub struct Badge<'a> {
    text: &'a str,
    spoken: &'a str,
    style: BadgeStyle,
    icon: Option<Icon>,
    dot: bool,
}

impl<'a> Badge<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, spoken: text, style: BadgeStyle::Neutral, icon: None, dot: false }
    }

    /// Sets the accessible name, for a badge that shows only an icon or a count.
    pub fn spoken(mut self, name: &'a str) -> Self {
        self.spoken = name;
        self
    }

    pub fn tone(mut self, tone: BadgeStyle) -> Self {
        self.style = tone;
        self
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Adds a round dot before the text, for work in progress.
    pub fn dot(mut self) -> Self {
        self.dot = true;
        self
    }

    /// Shows the badge without interaction.
    pub fn show(self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(self.size(ui), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.spoken));
        let (fill, border, text) = colors(ui, self.style);
        self.paint(ui, rect, fill, border, text);
        response
    }

    /// Shows the badge as a clickable filter, selected or not.
    pub fn show_selectable(self, ui: &mut Ui, chosen: bool) -> Response {
        let (rect, response) = ui.allocate_exact_size(self.size(ui), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, chosen, self.spoken));
        let p = theme::colors(ui);
        let touch = Interaction::new(ui, &response);
        let (fill, border, text) = if chosen {
            (touch.hovered(p.selected, p.selected_hover), Color32::TRANSPARENT, p.text)
        } else {
            let fill = touch.mix(Color32::TRANSPARENT, p.hover, p.pressed);
            (fill, p.line_strong, touch.hovered(p.text_secondary, p.text))
        };
        self.paint(ui, rect, fill, border, text);
        focus_ring(ui, &response, rect, metrics::RADIUS_BADGE);
        response
    }

    fn mark_width(&self) -> f32 {
        match (self.icon, self.dot) {
            (Some(_), _) if self.text.is_empty() => MARK,
            (Some(_), _) => MARK + 4.0,
            (None, true) => 6.0 + 5.0,
            (None, false) => 0.0,
        }
    }

    fn size(&self, ui: &Ui) -> egui::Vec2 {
        let text = TextRole::CaptionMedium.single_line(ui, self.text).size().x;
        vec2((2.0 * PAD + self.mark_width() + text).round(), metrics::BADGE)
    }

    fn paint(&self, ui: &Ui, rect: Rect, fill: Color32, border: Color32, text: Color32) {
        let painter = ui.painter();
        let stroke = Stroke::new(metrics::STROKE, border);
        painter.rect(rect, metrics::RADIUS_BADGE, fill, stroke, StrokeKind::Inside);
        let inside = rect.shrink2(vec2(PAD, 0.0));
        if let Some(icon) = self.icon {
            paint_icon(painter, inside.with_max_x(inside.left() + MARK), icon, MARK, text);
        } else if self.dot {
            let center = pos2(inside.left() + 3.0, inside.center().y);
            painter.circle_filled(center, 3.0, theme::colors(ui).accent);
        }
        let galley = TextRole::CaptionMedium.single_line(ui, self.text);
        let words = inside.with_min_x(inside.left() + self.mark_width());
        put_text(painter, words, Align2::LEFT_CENTER, galley, text);
    }
}

/// Returns fill, border and text color.
fn colors(ui: &Ui, tone: BadgeStyle) -> (Color32, Color32, Color32) {
    let p = theme::colors(ui);
    let none = Color32::TRANSPARENT;
    match tone {
        BadgeStyle::Neutral => (none, p.line_strong, p.text_secondary),
        BadgeStyle::Active => (p.selected, none, p.text),
        BadgeStyle::Success => (p.success_background, none, p.success),
        BadgeStyle::Warning => (p.warning_background, none, p.warning),
        BadgeStyle::Error => (p.error_background, none, p.error),
    }
}
