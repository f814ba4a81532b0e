//! Log of the shown run.

use crate::i18n::tr;
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::train::event::LogLevel;
use crate::ui::format_numbers::format_duration;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{IconButton, label, paragraph, tall_panel_header_with};
use crate::worker::SessionId;
use egui::{Frame, Margin, Rect, ScrollArea, Ui, vec2};

/// Presentation state of the log.
#[derive(Default)]
pub struct RunLogState {
    /// Heights of the log lines in points. Lines outside of the view are not laid out.
    heights: Vec<f32>,
    /// Session, run, width and density of the heights.
    computed_for: Option<(SessionId, usize, f32, theme::Density)>,
}

/// Shows the log.
pub(super) fn show(ui: &mut Ui, session: &Session, view: &mut RunLogState) {
    let p = theme::colors(ui);
    let run = session.shown_run();
    tall_panel_header_with(ui, tr!("Log"), "", |ui| {
        if IconButton::new(icon::COPY, tr!("Copy log")).show(ui).clicked() {
            ui.copy_text(run.map(log_text).unwrap_or_default());
        }
    });
    ScrollArea::vertical().id_salt("log").auto_shrink(false).stick_to_bottom(true).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 16, right: 16, top: 10, bottom: 12 }).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let Some(run) = run.filter(|run| !run.log.is_empty()) else {
                label(ui, TextRole::Small, p.text_muted, tr!("The log of a run appears here"));
                return;
            };
            let width = ui.available_width();
            let of = Some((session.stamp().session, run.id, width, theme::density(ui)));
            if view.computed_for != of {
                *view = RunLogState { heights: Vec::new(), computed_for: of };
            }
            for (index, line) in run.log.iter().enumerate() {
                let top = ui.cursor().min;
                if let Some(height) = view.heights.get(index)
                    && !ui.is_rect_visible(Rect::from_min_size(top, vec2(width, *height)))
                {
                    ui.allocate_space(vec2(width, *height));
                    continue;
                }
                let color = match (&run.state, line.level) {
                    (RunState::Failed(reason), _) if *reason == line.text => p.error,
                    (_, LogLevel::Warning) => p.warning,
                    // Only the scores of the best epochs are green. Otherwise most of the log would be.
                    (_, LogLevel::Success) if line.metrics.is_empty() => p.success,
                    _ => p.text_secondary,
                };
                let metrics_color = if line.level == LogLevel::Success { p.success } else { p.text_secondary };
                ui.horizontal_top(|ui| {
                    let seconds = line.at as u64;
                    ui.allocate_ui(vec2(36.0, 16.0), |ui| {
                        ui.set_min_width(36.0);
                        label(ui, TextRole::MonoSmall, p.text_muted, &format!("{}:{:02}", seconds / 60, seconds % 60));
                    });
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        paragraph(ui, TextRole::MonoSmall, color, &line.text);
                        if !line.metrics.is_empty() {
                            label(ui, TextRole::MonoSmall, metrics_color, &line.metrics);
                        }
                    });
                });
                let height = ui.cursor().top() - top.y - ui.spacing().item_spacing.y;
                match view.heights.get_mut(index) {
                    Some(known) => *known = height,
                    None => view.heights.push(height),
                }
            }
        });
    });
}

fn log_text(run: &LiveRun) -> String {
    let lines = run.log.iter();
    lines.map(|l| format!("{:>10}  {}  {}\n", format_duration(l.at), l.text, l.metrics)).collect()
}
