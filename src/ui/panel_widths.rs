//! Panel widths set by the user. They are stored in the settings.

use super::Commands;
use crate::app::page_commands::SettingsCommand;
use crate::app::{App, Command};
use egui::Ui;
use std::collections::{BTreeMap, BTreeSet};

/// State of the panels across frames.
#[derive(Default)]
pub struct PanelWidths {
    last: BTreeMap<&'static str, f32>,
    /// Panels that the user is dragging.
    dragging: BTreeSet<&'static str>,
}

/// Returns the initial width of a panel.
pub fn width(app: &App, panel: &str, usual: f32) -> f32 {
    app.settings.widths.get(panel).copied().unwrap_or(usual)
}

impl PanelWidths {
    /// Watches a panel that was shown. Stores its width when the user ends a drag.
    pub fn track(&mut self, ui: &Ui, panel: &'static str, width: f32, out: &mut Commands) {
        let before = self.last.insert(panel, width);
        let held = ui.input(|i| i.pointer.primary_down());
        if held && before.is_some_and(|before| (before - width).abs() > 0.5) {
            self.dragging.insert(panel);
        }
        if !held && self.dragging.remove(panel) {
            out.push(Command::Settings(SettingsCommand::PanelWidth(panel, width)));
        }
    }
}
