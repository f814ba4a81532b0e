//! A choice between a few options that are all visible.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};

use super::interaction::Interaction;
use super::paint::{focus_ring, put_text};

const INSET: f32 = 2.0;

/// Adjacent segments, one of them selected.
#[must_use = "segments are shown by `show`"]
pub struct SegmentedControl<'a> {
    chosen: &'a mut usize,
    options: &'a [&'a str],
    small: bool,
    wide: bool,
}

impl<'a> SegmentedControl<'a> {
    pub fn new(chosen: &'a mut usize, options: &'a [&'a str]) -> Self {
        Self { chosen, options, small: false, wide: false }
    }

    /// Sets the size for the header of a card: 24 high, with smaller text.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// Sets the full width, with equally wide segments.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Shows the segments. The response covers all of them and is marked as changed if another one was selected.
    pub fn show(self, ui: &mut Ui) -> Response {
        let widths = self.widths(ui);
        let height = if self.small { 24.0 } else { theme::density(ui).control() };
        let size = vec2(widths.iter().sum::<f32>() + 2.0 * INSET, height);
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::hover());
        ui.painter().rect_filled(rect, metrics::RADIUS_CHIP, theme::colors(ui).hover);

        let mut left = rect.left() + INSET;
        for (index, width) in widths.into_iter().enumerate() {
            let corner = pos2(left, rect.top() + INSET);
            let segment = Rect::from_min_size(corner, vec2(width, height - 2.0 * INSET));
            left += width;
            if self.segment(ui, &response, segment, index).clicked() && *self.chosen != index {
                *self.chosen = index;
                response.mark_changed();
            }
        }
        response
    }

    fn widths(&self, ui: &Ui) -> Vec<f32> {
        if self.wide {
            let each = (ui.available_width() - 2.0 * INSET) / self.options.len().max(1) as f32;
            return vec![each; self.options.len()];
        }
        let padding = if self.small { 8.0 } else { metrics::PAD };
        let width = |text: &&str| self.role().single_line(ui, text).size().x + 2.0 * padding;
        self.options.iter().map(width).collect()
    }

    fn role(&self) -> TextRole {
        if self.small { TextRole::SmallMedium } else { TextRole::BodyMedium }
    }

    fn segment(&self, ui: &Ui, whole: &Response, rect: Rect, index: usize) -> Response {
        let text = self.options[index];
        let chosen = *self.chosen == index;
        let response = ui.interact(rect, whole.id.with(index), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, chosen, text));

        let p = theme::colors(ui);
        if chosen {
            let stroke = Stroke::new(metrics::STROKE, p.line);
            ui.painter().rect(rect, metrics::RADIUS_BADGE, p.raised, stroke, StrokeKind::Inside);
        }
        let color = text_color(ui, &response, chosen);
        put_text(ui.painter(), rect, Align2::CENTER_CENTER, self.role().single_line(ui, text), color);
        focus_ring(ui, &response, rect, metrics::RADIUS_BADGE);
        response
    }
}

fn text_color(ui: &Ui, response: &Response, chosen: bool) -> Color32 {
    let p = theme::colors(ui);
    match (ui.is_enabled(), chosen) {
        (false, _) => p.text_disabled,
        (true, true) => p.text,
        (true, false) => Interaction::new(ui, response).hovered(p.text_secondary, p.text),
    }
}
