//! A row of the sentence list: state, first words, id, and a dot for each span.

use egui::{Align2, Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, Density, Icon, LabelColor, TextRole, metrics};

use super::icon::paint_icon;
use super::paint::{dot, focus_ring, put_text};

const ICON: f32 = 15.0;
const MOST_DOTS: usize = 8;
const DOT_PITCH: f32 = 12.0;

/// A row with the height of the density.
#[must_use = "a row is shown by `show`"]
pub struct SentenceRow<'a> {
    /// Icon of the state, its color, and its accessible name.
    pub state: (Icon, Color32, &'a str),
    pub text: &'a str,
    pub id: &'a str,
    /// Colors of the labels of the spans, in order.
    pub spans: &'a [&'a LabelColor],
    pub selected: bool,
}

impl SentenceRow<'_> {
    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(ui.available_width(), theme::density(ui).sentence_row());
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| {
            let spoken = format!("{} {}, {}", self.id, self.text, self.state.2);
            WidgetInfo::selected(Role::ListBoxOption, enabled, self.selected, spoken)
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rect);
            focus_ring(ui, &response, rect, metrics::RADIUS_ROW);
        }
        response
    }

    fn paint(&self, ui: &Ui, response: &Response, rect: Rect) {
        let p = theme::colors(ui);
        let marked = self.selected || response.hovered();
        let ground = match (self.selected, response.hovered()) {
            (true, true) => p.selected_hover,
            (true, false) => p.selected,
            (false, true) => p.hover,
            (false, false) => Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, metrics::RADIUS_ROW, ground);
        match theme::density(ui) {
            Density::Comfortable => self.paint_two_lines(ui, rect.shrink2(vec2(12.0, 8.0)), marked),
            Density::Compact => self.paint_one_line(ui, rect.shrink2(vec2(12.0, 0.0)), marked),
        }
    }

    fn paint_two_lines(&self, ui: &Ui, inside: Rect, marked: bool) {
        let p = theme::colors(ui);
        let middle = inside.center().y;
        let upper = inside.with_max_y(middle);
        let lower = inside.with_min_y(middle);
        let words = self.paint_state(ui, upper);
        let text = TextRole::Body.truncated(ui, self.text, words.width());
        put_text(ui.painter(), words, Align2::LEFT_CENTER, text, p.text);

        // The second line is slightly closer to the first line than to the edge.
        let mut below = lower.with_min_x(words.left()).translate(vec2(0.0, -1.0));
        below.max.x = self.paint_dots(ui, below, marked);
        let color = if marked { p.text_secondary } else { p.text_muted };
        let id = TextRole::MonoSmall.truncated(ui, self.id, below.width());
        put_text(ui.painter(), below, Align2::LEFT_CENTER, id, color);
    }

    fn paint_one_line(&self, ui: &Ui, inside: Rect, marked: bool) {
        let mut words = self.paint_state(ui, inside);
        words.max.x = self.paint_dots(ui, words, marked);
        let text = TextRole::Body.truncated(ui, self.text, words.width());
        put_text(ui.painter(), words, Align2::LEFT_CENTER, text, theme::colors(ui).text);
    }

    /// Paints the icon of the state and returns the remaining part of the line.
    fn paint_state(&self, ui: &Ui, line: Rect) -> Rect {
        let square = line.with_max_x(line.left() + ICON);
        paint_icon(ui.painter(), square, self.state.0, ICON, self.state.1);
        line.with_min_x(square.right() + 10.0)
    }

    /// Paints the dots at the right end and returns the x of their left edge, gap included.
    fn paint_dots(&self, ui: &Ui, line: Rect, marked: bool) -> f32 {
        let p = theme::colors(ui);
        let mut right = line.right();
        if self.spans.is_empty() {
            return right;
        }
        if self.spans.len() > MOST_DOTS {
            let more = format!("+{}", self.spans.len() - MOST_DOTS);
            let more = TextRole::Caption.single_line(ui, &more);
            let width = more.size().x;
            let color = if marked { p.text_secondary } else { p.text_muted };
            put_text(ui.painter(), line, Align2::RIGHT_CENTER, more, color);
            right -= width + 6.0;
        }
        for label in self.spans.iter().take(MOST_DOTS).rev() {
            // On a marked row `solid` has too little contrast.
            let color = if marked { label.text } else { label.solid };
            dot(ui.painter(), pos2(right - 4.0, line.center().y), color);
            right -= DOT_PITCH;
        }
        right - 4.0
    }
}
