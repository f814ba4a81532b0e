//! Headline figures: a large number and its meaning.

use egui::{Align2, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, TextRole};

use super::paint::put_text;

/// A figure. All parts are text, so the caller formats the number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figure<'a> {
    pub caption: &'a str,
    pub number: &'a str,
    /// Unit, next to the number.
    pub unit: &'a str,
    /// Additional fact, below the number.
    pub detail: &'a str,
}

/// Shows figures next to each other in equal columns. The large size is for the Evaluate page.
pub fn figures(ui: &mut Ui, figures: &[Figure<'_>], large: bool) {
    let role = if large { TextRole::NumberLarge } else { TextRole::Number };
    let caption = TextRole::Caption.line_height();
    let height = 2.0 * caption + role.line_height();
    let (_, all) = ui.allocate_space(vec2(ui.available_width(), height));
    let column = all.width() / figures.len().max(1) as f32;
    for (index, figure) in figures.iter().enumerate() {
        let left = all.left() + index as f32 * column;
        let rect = all.with_min_x(left).with_max_x(left + column - 8.0);
        let id = ui.scope_id().with("figure").with(figure.caption);
        let response = ui.interact(rect, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, figure.spoken()));
        figure.paint(ui, rect, role);
    }
}

impl Figure<'_> {
    fn spoken(&self) -> String {
        let parts = [self.caption, self.number, self.unit, self.detail];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    fn paint(&self, ui: &Ui, rect: egui::Rect, role: TextRole) {
        let p = theme::of(ui);
        let painter = ui.painter();
        let caption = TextRole::Caption.elided(ui, self.caption, rect.width());
        put_text(painter, rect, Align2::LEFT_TOP, caption, p.text3);

        let number = role.line(ui, self.number);
        let top = rect.top() + TextRole::Caption.line_height();
        let line = rect.with_min_y(top).with_max_y(top + role.line_height());
        let unit = TextRole::Body.line(ui, self.unit);
        // The unit is on the baseline of the number, which is below its middle.
        let beside = pos2(line.left() + number.size().x + 6.0, line.center().y - 7.0);
        put_text(painter, line, Align2::LEFT_CENTER, number, p.text);
        painter.galley(beside.round(), unit, p.text2);

        let detail = TextRole::Caption.elided(ui, self.detail, rect.width());
        put_text(painter, rect, Align2::LEFT_BOTTOM, detail, p.text2);
    }
}
