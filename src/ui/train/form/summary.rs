//! Expected cost of the next run, its checks, its name, and the start.

use super::{TrainFormState, checks};
use crate::app::page_commands::{RunCommand, TrainCommand};
use crate::app::runs::training_blocker;
use crate::app::{Action, App, Command};
use crate::i18n::tr;
use crate::project::RunRecord;
use crate::session::Session;
use crate::session::runs::{TrainView, run_name};
use crate::train::arguments::steps;
use crate::train::settings::table::MAX_LENGTH;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_duration, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    Button, ProgressBar, Stat, TextField, label, paragraph, separator, space_between, stats_row, tall_panel_header,
};
use crate::worker::Measurement;
use egui::{Align, Frame, Layout, Margin, Panel, ScrollArea, Ui};

/// Shows the panel at the right.
pub(super) fn panel(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let p = theme::colors(ui);
    let foot = Frame::new().fill(p.panel).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 14 });
    Panel::bottom("start").frame(foot).resizable(false).show_separator_line(true).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        name_field(ui, app, session, view, out);
        train_button(ui, app, out);
    });
    tall_panel_header(ui, tr!("Before you start"), "");
    ScrollArea::vertical().id_salt("summary").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 14)).show(ui, |ui| details(ui, app, session, out));
    });
}

/// Shows the summary in one line, for a narrow window.
pub(super) fn foot(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let reason = training_blocker(app);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let train = Button::primary(tr!("Train")).icon(icon::PLAY).disabled(reason.as_deref());
        if train.show(ui).clicked() {
            out.push(Command::Run(Action::StartTraining));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = reason.clone().unwrap_or_else(|| cost_text(app, session));
            paragraph(ui, TextRole::Small, p.text_secondary, &text);
        });
    });
}

/// Shows cost, checks and the last run.
pub(super) fn details(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 10.0;
    cost(ui, app, session, out);
    separator(ui);
    label(ui, TextRole::Strong, theme::colors(ui).text, tr!("Checks"));
    checks::show(ui, app, session, out);
    last_run(ui, session, out);
}

/// Returns the number of steps and the expected time, in one line.
fn cost_text(app: &App, session: &Session) -> String {
    let Some(preview) = session.latest_run_preview() else { return String::new() };
    let total = steps(preview.n_train, &app.train_page.arguments);
    let epochs = format_numbers::epochs(app.train_page.arguments.num_train_epochs);
    let steps = format_numbers::steps(total);
    match &session.measurements.estimate {
        Some(estimate) => tr!("{steps}, about {time}", steps, time = format_duration(estimate.seconds)),
        None => tr!("{steps} in {epochs}", steps, epochs),
    }
}

fn cost(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let estimate = session.measurements.estimate.as_ref();
    let earlier = if estimate.is_none() { time_from_earlier_run(app, session) } else { None };
    let time = match (estimate, &earlier) {
        (Some(estimate), _) => format_duration(estimate.seconds),
        (None, Some((seconds, _))) => format_duration(*seconds),
        (None, None) => tr!("Not known").to_owned(),
    };
    let origin = match (estimate, &earlier) {
        (Some(_), _) => tr!("Measured").to_owned(),
        (None, Some((_, record))) => tr!("Estimated from {run}", run = run_name(record)),
        (None, None) => tr!("Select Estimate").to_owned(),
    };
    let megabytes = |mb: f64| format!("{:.1} GB", mb / 1000.0);
    let memory = estimate.and_then(|e| e.memory_mb).map_or_else(|| tr!("Not known").to_owned(), megabytes);
    let free = estimate.and_then(|e| e.free_mb).map_or_else(String::new, |mb| tr!("{free} free", free = megabytes(mb)));
    let stats = [
        Stat { caption: tr!("Time"), number: &time, unit: "", detail: &origin },
        Stat { caption: tr!("Peak memory"), number: &memory, unit: "", detail: &free },
    ];
    stats_row(ui, &stats, false);
    if let Some((memory, free)) = estimate.and_then(|e| Some((e.memory_mb?, e.free_mb?))) {
        let share = (memory / free.max(1.0)).clamp(0.0, 1.0) as f32;
        let color = if memory > free { p.error } else { p.accent };
        ProgressBar::new(tr!("Share of the free memory"), Some(share)).color(color).show(ui);
    }
    if let Some(preview) = session.latest_run_preview() {
        let arguments = &app.train_page.arguments;
        let total = steps(preview.n_train, arguments);
        let an_epoch = total / arguments.num_train_epochs.max(1);
        let detail = tr!("{steps}, {n} per epoch", steps = format_numbers::steps(total), n = thousands(an_epoch));
        space_between(ui, TextRole::Small, tr!("Training"), &detail);
        let sentences = format_numbers::sentences(preview.n_train);
        space_between(ui, TextRole::Small, tr!("Sentences per epoch"), &sentences);
    }
    estimate_button(ui, app, out);
}

/// Shows the button that measures the cost, or the progress of a measurement in the same place.
fn estimate_button(ui: &mut Ui, app: &App, out: &mut Commands) {
    let reason = training_blocker(app);
    ui.horizontal(|ui| {
        if let Some(Measurement::Estimate) = app.requests.measurement() {
            ProgressBar::new(tr!("Estimating…"), None).width(ui.available_width() - 90.0).show(ui);
            if Button::ghost(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Run(Action::StopTraining));
            }
        } else if Button::plain(tr!("Estimate")).icon(icon::CLOCK).disabled(reason.as_deref()).show(ui).clicked() {
            out.push(Command::Run(Action::Estimate));
        }
    });
}

/// Shows the button that finds a learning rate, or the progress of a measurement in the same place.
pub(super) fn find_rate_button(ui: &mut Ui, app: &App, disabled_reason: Option<&str>, out: &mut Commands) {
    if let Some(Measurement::LrSweep) = app.requests.measurement() {
        if Button::ghost(tr!("Cancel")).show(ui).clicked() {
            out.push(Command::Run(Action::StopTraining));
        }
        ProgressBar::new(tr!("Finding learning rate…"), None).width(140.0).show(ui);
        return;
    }
    let button = Button::ghost(tr!("Find learning rate")).icon(icon::TRENDING_DOWN).disabled(disabled_reason);
    if button.show(ui).clicked() {
        out.push(Command::Run(Action::FindLearningRate));
    }
}

/// Returns the time of a run with these settings in seconds, from the time per sentence of the latest completed run of
/// the same base model and maximum length.
fn time_from_earlier_run<'s>(app: &App, session: &'s Session) -> Option<(f64, &'s RunRecord)> {
    let form = &app.train_page;
    let max_length = form.arguments.max_length.to_string();
    let is_similar = |run: &&RunRecord| {
        let details = &run.details;
        details.base == form.base.stored()
            && details.settings.get(MAX_LENGTH) == Some(&max_length)
            && run.train_seconds > 0.0
            && details.n_train * details.epochs[0] > 0
    };
    let run = session.runs().iter().rev().find(is_similar)?;
    let per_sentence = run.train_seconds / (run.details.n_train * run.details.epochs[0]) as f64;
    let preview = session.latest_run_preview()?;
    Some((per_sentence * (preview.n_train * form.arguments.num_train_epochs) as f64, run))
}

/// Shows the latest run on the current labels.
fn last_run(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let current = session.latest_run_preview().map(|preview| preview.train_id.as_str());
    let same = |run: &&RunRecord| run.outcome.has_model() && Some(run.details.train_id.as_str()) == current;
    let Some(run) = session.runs().iter().rev().find(same) else { return };
    separator(ui);
    label(ui, TextRole::Strong, p.text, tr!("Last run on this data"));
    let metric = run.metrics.selected_by;
    let value = run.metrics.selected_value().map_or_else(|| "–".to_owned(), |value| metric.format(value));
    let score = tr!("Dev {metric} {value}", metric = crate::i18n::translate(metric.title), value);
    space_between(ui, TextRole::Small, &run_name(run), &score);
    if Button::ghost(tr!("Show run")).icon(icon::CHART_LINE).show(ui).clicked() {
        out.push(Command::Runs(RunCommand::Show(run.number)));
        out.push(Command::Runs(RunCommand::ShowView(TrainView::Run)));
    }
}

/// Shows the field of the name.
pub(super) fn name_field(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    if !ui.text_edit_focused() {
        view.name.clone_from(&app.train_page.name);
    }
    let default = tr!("Run {number}", number = session.next_run_number());
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            label(ui, TextRole::Small, theme::colors(ui).text_secondary, tr!("Name"));
            TextField::new(&mut view.name, tr!("Name of the run")).placeholder(&default).show(ui)
        })
        .inner;
    if response.changed() {
        out.push(Command::Train(TrainCommand::SetNextRunName(view.name.clone())));
    }
}

fn train_button(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let reason = training_blocker(app);
    if Button::primary(tr!("Train")).icon(icon::PLAY).main().disabled(reason.as_deref()).show(ui).clicked() {
        out.push(Command::Run(Action::StartTraining));
    }
    if let Some(reason) = &reason {
        ui.vertical_centered(|ui| paragraph(ui, TextRole::Caption, p.text_muted, reason));
    }
}
