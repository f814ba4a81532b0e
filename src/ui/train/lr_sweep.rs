//! Chart of the loss by learning rate, with the suggested rate.

use crate::app::Command;
use crate::app::page_commands::TrainCommand;
use crate::i18n::tr;
use crate::train::measure::LrSweep;
use crate::ui::Commands;
use crate::ui::theme::{self, icon};
use crate::ui::widgets::chart::{LineChart, Series};
use crate::ui::widgets::{Button, Card, IconButton};
use egui::Ui;

const HEIGHT: f32 = 240.0;

/// Shows the card.
pub fn show(ui: &mut Ui, sweep: &LrSweep, out: &mut Commands) {
    let p = theme::colors(ui);
    // The x axis of a chart is linear, so the exponent of the rate is plotted.
    let points: Vec<[f64; 2]> = sweep.points.iter().map(|[rate, loss]| [rate.log10(), *loss]).collect();
    let series = [Series::new(tr!("Loss"), p.series[0], &points).width(2.0)];
    Card::new(tr!("Learning rate finder"))
        .subtitle(tr!("Smoothed loss by learning rate"))
        .without_padding()
        .height(HEIGHT)
        .show(
            ui,
            |ui| {
                if IconButton::new(icon::X, tr!("Close")).show(ui).clicked() {
                    out.push(Command::Train(TrainCommand::ApplyLearningRate(None)));
                }
                if let Some(rate) = sweep.suggestion
                    && Button::plain(&tr!("Use {rate}", rate = format!("{:e}", rate))).show(ui).clicked()
                {
                    out.push(Command::Train(TrainCommand::ApplyLearningRate(Some(rate))));
                }
            },
            |ui| {
                let marked = sweep
                    .suggestion
                    .map(f64::log10)
                    .and_then(|x| points.iter().min_by(|a, b| (a[0] - x).abs().total_cmp(&(b[0] - x).abs())).copied());
                LineChart::new(tr!("Learning rate finder"), &series)
                    .x_label(tr!("Learning rate"))
                    .x_write(|x| format!("{:.0e}", 10f64.powf(x)))
                    .best(marked)
                    .write(|v| format!("{v:.3}"))
                    .show(ui);
            },
        );
}
