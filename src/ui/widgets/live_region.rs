//! Text for screen readers only, about changes without a focus change.

use egui::accesskit::Live;
use egui::{Id, Role, Sense, Ui, WidgetInfo, vec2};

/// Announces the text if it changed. Nothing is drawn.
pub fn spoken(ui: &Ui, id: Id, words: &str) {
    let corner = egui::Rect::from_min_size(ui.max_rect().min, vec2(1.0, 1.0));
    let response = ui.interact(corner, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, words));
    ui.ctx().accesskit_node_builder(id, |node| node.set_live(Live::Polite));
}
