//! Panels are as wide as a hand left them, also in the next window.

use super::Commands;
use crate::app::{App, Command};
use egui::Ui;
use std::collections::{BTreeMap, BTreeSet};

/// What is seen of the panels from frame to frame.
#[derive(Default)]
pub struct Widths {
    seen: BTreeMap<&'static str, f32>,
    /// Those that a hand is dragging.
    dragged: BTreeSet<&'static str>,
}

/// The width that a panel begins with.
pub fn width(app: &App, panel: &str, usual: f32) -> f32 {
    app.settings.widths.get(panel).copied().unwrap_or(usual)
}

impl Widths {
    /// Looks at a panel that was shown; the width that a hand gives it is told when it lets go.
    pub fn watch(&mut self, ui: &Ui, panel: &'static str, width: f32, out: &mut Commands) {
        let before = self.seen.insert(panel, width);
        let held = ui.input(|i| i.pointer.primary_down());
        if held && before.is_some_and(|before| (before - width).abs() > 0.5) {
            self.dragged.insert(panel);
        }
        if !held && self.dragged.remove(panel) {
            out.push(Command::PanelWidth(panel, width));
        }
    }
}
