//! A modal dialog that receives all keys.

use egui::{Align, Context, Frame, Id, Layout, Margin, Modal, Stroke, Ui, vec2};

use crate::ui::theme::{self, metrics};

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
    let modal = Modal::new(id_of_opening(ctx, name)).frame(frame).backdrop_color(p.backdrop).show(ctx, |ui| {
        ui.set_width(width.min(ui.content_rect().width() - BESIDE));
        content(ui);
    });
    modal.should_close()
}

/// Returns an id that differs each time the dialog is opened. egui would otherwise place its first frame by the size of
/// the last opening, whose content can differ.
fn id_of_opening(ctx: &Context, name: &str) -> Id {
    #[derive(Clone, Copy, Default)]
    struct Opening {
        number: u64,
        last_pass: u64,
    }
    let now = ctx.cumulative_pass_nr();
    let number = ctx.data_mut(|data| {
        let opening: &mut Opening = data.get_temp_mut_or_default(Id::unique(("opening of dialog", name)));
        opening.number += u64::from(now > opening.last_pass + 1);
        opening.last_pass = now;
        opening.number
    });
    Id::unique((name, number))
}

/// Shows the buttons of a dialog in a row at the right; the first one is the rightmost.
pub fn dialog_buttons(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    // With an exact height, the dialog has its final size in its first frame.
    let size = vec2(ui.available_width(), theme::density(ui).control());
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = metrics::GAP;
        buttons(ui);
    });
}
