//! Headline figures: a large number and its meaning.

use egui::{Align2, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole};

use super::paint::put_text;

/// A figure. All parts are text, so the caller formats the number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stat<'a> {
    pub caption: &'a str,
    pub number: &'a str,
    /// Unit, next to the number.
    pub unit: &'a str,
    /// Additional fact, below the number.
    pub detail: &'a str,
}

/// Shows statistics next to each other in equal columns. The large size is for the Evaluate page.
pub fn stats_row(ui: &mut Ui, stats: &[Stat<'_>], large: bool) {
    let role = if large { TextRole::NumberLarge } else { TextRole::Number };
    let caption = TextRole::Caption.line_height();
    let height = 2.0 * caption + role.line_height();
    let (_, all) = ui.allocate_space(vec2(ui.available_width(), height));
    let column = all.width() / stats.len().max(1) as f32;
    for (index, stat) in stats.iter().enumerate() {
        let left = all.left() + index as f32 * column;
        let rect = all.with_min_x(left).with_max_x(left + column - 8.0);
        let id = ui.scope_id().with("figure").with(stat.caption);
        let response = ui.interact(rect, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, stat.spoken()));
        stat.paint(ui, rect, role);
    }
}

impl Stat<'_> {
    fn spoken(&self) -> String {
        let parts = [self.caption, self.number, self.unit, self.detail];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    fn paint(&self, ui: &Ui, rect: egui::Rect, role: TextRole) {
        let p = theme::colors(ui);
        let painter = ui.painter();
        let caption = TextRole::Caption.truncated(ui, self.caption, rect.width());
        put_text(painter, rect, Align2::LEFT_TOP, caption, p.text_muted);

        let number = role.single_line(ui, self.number);
        let top = rect.top() + TextRole::Caption.line_height();
        let line = rect.with_min_y(top).with_max_y(top + role.line_height());
        let unit = TextRole::Body.single_line(ui, self.unit);
        // The unit is on the baseline of the number, which is below its middle.
        let note = pos2(line.left() + number.size().x + 6.0, line.center().y - 7.0);
        put_text(painter, line, Align2::LEFT_CENTER, number, p.text);
        painter.galley(note.round(), unit, p.text_secondary);

        let detail = TextRole::Caption.truncated(ui, self.detail, rect.width());
        put_text(painter, rect, Align2::LEFT_BOTTOM, detail, p.text_secondary);
    }
}
