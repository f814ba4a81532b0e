//! Notices at the bottom right: what was done, what went wrong, and one thing to do about it.
//!
//! Which notices stand and for how long is the application's to decide; this only shows them.

use egui::{Align, Align2, Area, Context, Frame, Id, Layout, Margin, Order, Role, Ui, vec2};

use crate::ui::theme::{self, Icon, TextRole, icon, metrics};

use super::button::Button;
use super::icon::icon as show_icon;
use super::icon_button::IconButton;
use super::text::{label, paragraph};

const WIDTH: f32 = 372.0;
const FROM_EDGE: f32 = 16.0;
const APART: f32 = 10.0;

/// One notice.
#[derive(Clone, Copy, Debug)]
pub struct Toast<'a> {
    /// Tells this notice from the others while they come and go.
    pub key: u64,
    pub tone: super::Tone,
    pub title: &'a str,
    pub detail: &'a str,
    /// The words on its button; none without words.
    pub action: &'a str,
}

/// What was done to a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastAnswer {
    Acted,
    Closed,
}

/// Shows the notices, the last of them lowest, and tells by key which one was answered.
pub fn toasts(ctx: &Context, toasts: &[Toast<'_>]) -> Option<(u64, ToastAnswer)> {
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
    /// Shows one notice here, as in the history of notices.
    pub fn show(&self, ui: &mut Ui) -> Option<ToastAnswer> {
        let p = theme::of(ui);
        let frame = Frame::new()
            .fill(p.overlay)
            .stroke(egui::Stroke::new(metrics::STROKE, p.line_strong))
            .corner_radius(metrics::RADIUS_POPUP)
            .shadow(ui.visuals().window_shadow)
            .inner_margin(Margin { left: 14, right: 10, top: 12, bottom: 12 });
        let shown = frame.show(ui, |ui| {
            let height = TextRole::BodyMedium.line_height() + TextRole::Small.line_height();
            let size = vec2(ui.available_width(), height);
            let layout = Layout::right_to_left(Align::Min);
            ui.allocate_ui_with_layout(size, layout, |ui| self.inside(ui)).inner
        });
        // A screen reader reads a notice out when it appears.
        let spoken = format!("{}. {}", self.title, self.detail);
        shown.response.widget_info(|| egui::WidgetInfo::labeled(Role::Alert, true, &spoken));
        shown.inner
    }

    fn inside(&self, ui: &mut Ui) -> Option<ToastAnswer> {
        let p = theme::of(ui);
        let mut answer = None;
        if IconButton::new(icon::X, "Close this notice").size(20.0).show(ui).clicked() {
            answer = Some(ToastAnswer::Closed);
        }
        if !self.action.is_empty() {
            let middle = ui.max_rect().center().y - theme::density(ui).control() / 2.0;
            ui.vertical(|ui| {
                ui.add_space(middle - ui.max_rect().top());
                if Button::plain(self.action).show(ui).clicked() {
                    answer = Some(ToastAnswer::Acted);
                }
            });
        }
        ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
            let (sign, colour) = self.sign(ui);
            ui.add_space(0.0);
            ui.vertical(|ui| {
                ui.set_width(metrics::ICON);
                ui.add_space(2.0);
                show_icon(ui, sign, metrics::ICON, colour);
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                label(ui, TextRole::BodyMedium, p.text, self.title);
                paragraph(ui, TextRole::Small, p.text2, self.detail);
            });
        });
        answer
    }

    fn sign(&self, ui: &Ui) -> (Icon, egui::Color32) {
        let p = theme::of(ui);
        match self.tone {
            super::Tone::Ok => (icon::CIRCLE_CHECK, p.ok),
            super::Tone::Warn => (icon::TRIANGLE_ALERT, p.warn),
            super::Tone::Err => (icon::CIRCLE_ALERT, p.err),
            super::Tone::Plain | super::Tone::Active => (icon::INFO, p.accent),
        }
    }
}
