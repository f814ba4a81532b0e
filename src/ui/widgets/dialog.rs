//! A dialog that lies over everything and takes the keys.

use egui::{Context, Frame, Id, Margin, Modal, Stroke, Ui};

use crate::ui::theme;

/// Room beside a dialog that is wider than its window.
const BESIDE: f32 = 76.0;

/// Shows a dialog of this width, or what there is room for. `true` when it was left by Esc or a press beside it.
pub fn dialog(ctx: &Context, name: &str, width: f32, content: impl FnOnce(&mut Ui)) -> bool {
    let p = theme::of(ctx);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique(name)).frame(frame).backdrop_color(p.scrim).show(ctx, |ui| {
        ui.set_width(width.min(ui.content_rect().width() - BESIDE));
        content(ui);
    });
    modal.should_close()
}
