//! The runs of the project, and the log of the current run.

use crate::app::effect::Pick;
use crate::app::page_commands::TrainCommand;
use crate::app::{App, Command};
use crate::eval::MetricDefinition;
use crate::i18n::{tr, translate};
use crate::project::RunStatus;
use crate::session::Session;
use crate::session::run::{LiveRun, RunState};
use crate::train::event::LogLevel;
use crate::ui::Commands;
use crate::ui::format_numbers::{format_days_ago, format_duration};
use crate::ui::theme::{self, Icon, TextRole, icon};
use crate::ui::widgets::{IconButton, label, panel_header, paragraph, put_text, section_header, separator};
use crate::worker::SessionId;
use egui::{Align2, Frame, Margin, Rect, ScrollArea, Sense, Ui, pos2, vec2};

/// Presentation state of the panel.
#[derive(Default)]
pub struct RunListState {
    /// Heights of the log lines in points. Lines outside of the view are not laid out.
    heights: Vec<f32>,
    /// Session, run, width and density of the heights.
    computed_for: Option<(SessionId, usize, f32, theme::Density)>,
}

/// Shows the panel.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut RunListState, out: &mut Commands) {
    let p = theme::colors(ui);
    panel_header(ui, tr!("Runs"), &session.runs().len().to_string(), |_| {});
    Frame::new().inner_margin(Margin::symmetric(8, 8)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        if session.runs().is_empty() {
            Frame::new().inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
                paragraph(ui, TextRole::Small, p.text_muted, tr!("Your runs appear here"));
            });
        }
        let height = (ui.available_height() * 0.5).max(100.0);
        ScrollArea::vertical().id_salt("runs").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            for run in session.runs().iter().rev() {
                let live = app.live_run().filter(|r| r.id == run.number && run.outcome == RunStatus::Running);
                let metric = live.map_or(run.metrics.selected_by, LiveRun::metric);
                let best = live.and_then(|r| r.best_dev()).and_then(|s| s.values.get(metric));
                let value = run.metrics.selected_value().or(best);
                let value = value.map_or_else(|| "–".to_owned(), |value| metric.format(value));
                let detail = match run.outcome {
                    RunStatus::Running => format!("{}, {}", run.base, run.summary),
                    outcome if outcome.has_model() => {
                        format!("{}, {}, {}", run.base, run.summary, format_duration(run.train_seconds))
                    }
                    outcome => format!("{}, {}, {}", outcome.name(), run.base, run.summary),
                };
                let when = if live.is_some() { tr!("Now").into() } else { format_days_ago(run.started_at) };
                let name = tr!("Run {number}", number = run.number);
                let action = if run.outcome.has_model() {
                    let command = Command::OpenPathDialog(Pick::SaveModel(run.dir.clone()));
                    Some((icon::DOWNLOAD, tr!("Save model of {name} as…", name), command))
                } else if run.outcome == RunStatus::Interrupted {
                    Some((icon::PLAY, tr!("Resume {name}", name), Command::Train(TrainCommand::ResumeRun(run.number))))
                } else {
                    None
                };
                let shown = app.live_run().is_some_and(|r| r.id == run.number);
                if let Some(command) = row(ui, &name, &detail, (metric, &value), &when, shown, action) {
                    out.push(command);
                }
            }
        });
    });
    separator(ui);
    section_header(ui, tr!("Log"), |ui| {
        if IconButton::new(icon::COPY, tr!("Copy log")).show(ui).clicked() {
            ui.copy_text(log_text(app));
        }
    });
    ScrollArea::vertical().id_salt("log").auto_shrink(false).stick_to_bottom(true).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 16, right: 16, top: 0, bottom: 12 }).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let Some(run) = app.live_run() else {
                label(ui, TextRole::Small, p.text_muted, tr!("The log of a run appears here"));
                return;
            };
            let width = ui.available_width();
            let of = Some((session.stamp().session, run.id, width, theme::density(ui)));
            if view.computed_for != of {
                *view = RunListState { heights: Vec::new(), computed_for: of };
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

fn log_text(app: &App) -> String {
    let lines = app.live_run().into_iter().flat_map(|r| &r.log);
    lines.map(|l| format!("{:>10}  {}  {}\n", format_duration(l.at), l.text, l.metrics)).collect()
}

/// Shows a run. Returns the command of its button if it was clicked.
fn row(
    ui: &mut Ui,
    name: &str,
    detail: &str,
    (metric, value): (&MetricDefinition, &str),
    when: &str,
    selected: bool,
    action: Option<(Icon, String, Command)>,
) -> Option<Command> {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::hover());
    let spoken = tr!("{name}, dev {metric} {value}", name, metric = translate(metric.title), value);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &spoken));
    if selected {
        ui.painter().rect_filled(rect, 8, p.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 8, p.hover);
    }
    let inside = rect.shrink2(vec2(8.0, 6.0));
    let words = Rect::from_min_max(inside.min, pos2(inside.right() - 86.0, inside.bottom()));
    put_text(ui.painter(), words, Align2::LEFT_TOP, TextRole::BodyMedium.single_line(ui, name), p.text);
    put_text(
        ui.painter(),
        words,
        Align2::LEFT_BOTTOM,
        TextRole::Small.truncated(ui, detail, words.width()),
        p.text_secondary,
    );
    put_text(ui.painter(), inside, Align2::RIGHT_TOP, TextRole::BodyMedium.single_line(ui, value), p.text);
    put_text(ui.painter(), inside, Align2::RIGHT_BOTTOM, TextRole::Small.single_line(ui, when), p.text_secondary);
    let (glyph, title, command) = action?;
    let at = Rect::from_center_size(pos2(inside.right() - 70.0, inside.center().y), vec2(24.0, 24.0));
    let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(at).id_salt(name));
    let button = IconButton::new(glyph, &title).size(24.0);
    // The button always exists for keyboard and screen reader, but is visible only on hover or focus.
    let wanted = ui.rect_contains_pointer(rect) || corner.memory(|m| m.has_focus(corner.next_auto_id()));
    corner.set_opacity(if wanted { 1.0 } else { 0.0 });
    button.show(&mut corner).clicked().then_some(command)
}
