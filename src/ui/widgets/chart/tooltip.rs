//! The readout next to the cursor: the value of each line at that x.

use egui::{Align2, Color32, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::ui::theme::{self, TextRole, metrics};
use crate::ui::widgets::paint::put_text;

const ROW: f32 = 18.0;
const PAD: egui::Vec2 = vec2(10.0, 6.0);
const FROM_CURSOR: f32 = 12.0;

/// A row: name, and value in the color of its line.
pub(super) struct TooltipRow<'a> {
    pub name: &'a str,
    pub value: String,
    pub color: Color32,
}

/// Paints the readout, at the right of the cursor if `on_right` is true and it fits.
pub(super) fn paint(ui: &Ui, plot: Rect, cursor: f32, on_right: bool, rows: &[TooltipRow<'_>]) {
    let p = theme::colors(ui);
    let names: Vec<_> = rows.iter().map(|row| TextRole::Caption.single_line(ui, row.name)).collect();
    let values: Vec<_> = rows.iter().map(|row| TextRole::CaptionMedium.single_line(ui, &row.value)).collect();
    let widest =
        |galleys: &[std::sync::Arc<egui::Galley>]| galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max);
    let width = widest(&names) + 20.0 + widest(&values) + 2.0 * PAD.x;
    let size = vec2(width.max(116.0), rows.len() as f32 * ROW + 2.0 * PAD.y);
    let fits_right = cursor + FROM_CURSOR + size.x <= plot.right();
    let fits_left = cursor - FROM_CURSOR - size.x >= plot.left();
    let left =
        if (on_right && fits_right) || !fits_left { cursor + FROM_CURSOR } else { cursor - FROM_CURSOR - size.x };
    let panel = Rect::from_min_size(pos2(left, plot.top() + 24.0), size);
    let border = Stroke::new(metrics::STROKE, p.line_strong);
    ui.painter().rect(panel, metrics::RADIUS_CONTROL, p.overlay, border, StrokeKind::Inside);

    let inside = panel.shrink2(PAD);
    for (index, ((name, value), row)) in names.into_iter().zip(values).zip(rows).enumerate() {
        let top = inside.top() + index as f32 * ROW;
        let line = inside.with_min_y(top).with_max_y(top + ROW);
        put_text(ui.painter(), line, Align2::LEFT_CENTER, name, p.text_secondary);
        put_text(ui.painter(), line, Align2::RIGHT_CENTER, value, row.color);
    }
}
