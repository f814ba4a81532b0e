//! A modal dialog that receives all keys.

use egui::{Context, Frame, Id, Margin, Modal, Stroke, Ui};

use crate::ui::theme;

/// Minimum total margin between a dialog and the sides of the window, in points.
const BESIDE: f32 = 76.0;

/// Shows a dialog of this width, or narrower if the window is too small. Returns true if it was closed with Esc or a
/// click outside.
pub fn dialog(ctx: &Context, name: &str, width: f32, content: impl FnOnce(&mut Ui)) -> bool {
    let p = theme::colors(ctx);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique(name)).frame(frame).backdrop_color(p.backdrop).show(ctx, |ui| {
        ui.set_width(width.min(ui.content_rect().width() - BESIDE));
        content(ui);
    });
    modal.should_close()
}
