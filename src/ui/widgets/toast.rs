//! Notifications at the bottom right: result or error, and one action.
//!
//! The application decides the visible notifications and their duration. This module only shows them.

use crate::i18n::tr;
use egui::{Align2, Area, Context, Frame, Id, Margin, Order, Rect, Role, Ui, pos2, vec2};

use crate::ui::theme::{self, Icon, TextRole, icon, metrics};

use super::button::Button;
use super::icon::paint_icon;
use super::icon_button::IconButton;
use super::paint::put_text;

const WIDTH: f32 = 372.0;
const FROM_EDGE: f32 = 16.0;
const APART: f32 = 10.0;
/// Size of the close button, in points.
const CLOSE: f32 = 20.0;

/// A notification.
#[derive(Clone, Copy, Debug)]
pub struct Toast<'a> {
    /// Unique key of the notification.
    pub key: u64,
    pub tone: super::BadgeStyle,
    pub title: &'a str,
    pub detail: &'a str,
    /// Text of the button; empty if there is no button.
    pub action: &'a str,
}

/// Interaction with a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastEvent {
    Action,
    Dismissed,
}

/// Shows the notifications, the last one lowest. Returns the key and the interaction if the user answered one.
pub fn toasts(ctx: &Context, toasts: &[Toast<'_>]) -> Option<(u64, ToastEvent)> {
    let mut answer = None;
    Area::new(Id::unique("toasts"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-FROM_EDGE, -FROM_EDGE))
        .show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = APART;
            ui.set_width(WIDTH);
            for toast in toasts {
                let answered = ui.push_id(toast.key, |ui| toast.show(ui)).inner;
                answer = answer.or(answered.map(|answer| (toast.key, answer)));
            }
        });
    answer
}

impl Toast<'_> {
    /// Shows a notification in this `Ui`.
    pub fn show(&self, ui: &mut Ui) -> Option<ToastEvent> {
        let p = theme::colors(ui);
        let frame = Frame::new()
            .fill(p.overlay)
            .stroke(egui::Stroke::new(metrics::STROKE, p.line_strong))
            .corner_radius(metrics::RADIUS_POPUP)
            .shadow(ui.visuals().window_shadow)
            .inner_margin(Margin { left: 14, right: 8, top: 12, bottom: 12 });
        let shown = frame.show(ui, |ui| self.content(ui));
        // A screen reader announces a notification when it appears.
        let spoken = format!("{}. {}", self.title, self.detail);
        shown.response.widget_info(|| egui::WidgetInfo::labeled(Role::Alert, true, &spoken));
        ui.ctx().accesskit_node_builder(shown.response.id, |node| node.set_live(egui::accesskit::Live::Polite));
        shown.inner
    }

    /// Shows the text first, because its height determines the height of the notification, then the rest.
    fn content(&self, ui: &mut Ui) -> Option<ToastEvent> {
        let p = theme::colors(ui);
        let space = ui.available_width();
        let action = Button::plain(self.action);
        let note = if self.action.is_empty() { 0.0 } else { action.width(ui) + metrics::GAP };
        let left = metrics::ICON + 12.0;
        let width = space - left - CLOSE - metrics::GAP - note;
        let title = TextRole::BodyMedium.wrapped(ui, self.title, width);
        let detail = TextRole::Small.wrapped(ui, self.detail, width);
        let height = title.size().y + detail.size().y;
        let (_, rect) = ui.allocate_space(vec2(space, height));

        let painter = ui.painter();
        let (sign, color) = self.style_icon(ui);
        let square = vec2(metrics::ICON, TextRole::BodyMedium.line_height());
        paint_icon(painter, Rect::from_min_size(rect.min, square), sign, metrics::ICON, color);
        let words = rect.with_min_x(rect.left() + left);
        put_text(painter, words, Align2::LEFT_TOP, title, p.text);
        put_text(painter, words, Align2::LEFT_BOTTOM, detail, p.text_secondary);

        let ends = Rect::from_min_max(pos2(rect.right() - CLOSE, rect.top()), rect.max);
        let close = ui.put(ends.with_max_y(ends.top() + CLOSE), |ui: &mut Ui| {
            IconButton::new(icon::X, tr!("Dismiss")).size(CLOSE).show(ui)
        });
        if close.clicked() {
            return Some(ToastEvent::Dismissed);
        }
        if self.action.is_empty() {
            return None;
        }
        let control = vec2(note - metrics::GAP, theme::density(ui).control());
        let corner = pos2(ends.left() - note, rect.center().y - control.y / 2.0);
        let acted = ui.put(Rect::from_min_size(corner, control), |ui: &mut Ui| action.show(ui));
        acted.clicked().then_some(ToastEvent::Action)
    }

    fn style_icon(&self, ui: &Ui) -> (Icon, egui::Color32) {
        let p = theme::colors(ui);
        match self.tone {
            super::BadgeStyle::Success => (icon::CIRCLE_CHECK, p.success),
            super::BadgeStyle::Warning => (icon::TRIANGLE_ALERT, p.warning),
            super::BadgeStyle::Error => (icon::CIRCLE_ALERT, p.error),
            super::BadgeStyle::Neutral | super::BadgeStyle::Active => (icon::INFO, p.accent),
        }
    }
}
