//! The Data page: statistics of the dataset, findings, and the comparison with other annotations.

mod checks;
mod compare;
mod statistics;
pub mod statistics_image;

use super::Commands;
use super::theme;
use super::widgets::{ProgressBar, SegmentedControl, caption};
use crate::app::command_table::spec_of;
use crate::app::effect::Pick;
use crate::app::page_commands::DataCommand;
use crate::app::requests::Slot;
use crate::app::{Action, App, Command};
use crate::corpus::Split;
use crate::i18n::tr;
use crate::session::Session;
use crate::session::results::Tab;
use crate::ui::theme::{TextRole, icon};
use crate::ui::widgets::Button;
use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

/// Maximum width of the content, in points.
const MEASURE: f32 = 980.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let margin = Margin { left: 20, right: 20, top: 12, bottom: 12 };
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(margin)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 12.0;
        let s = &session.checks;
        ui.horizontal(|ui| {
            let mut tab = s.tab as usize;
            if SegmentedControl::new(&mut tab, &[tr!("Statistics"), tr!("Checks"), tr!("Compare")]).show(ui).changed() {
                out.push(Command::Data(DataCommand::SetDataTab([Tab::Statistics, Tab::Checks, Tab::Compare][tab])));
            }
            if let (Tab::Statistics, Some((_, report))) = (s.tab, s.report())
                && Button::ghost(tr!("Save as image…")).icon(icon::DOWNLOAD).show(ui).clicked()
            {
                out.push(Command::OpenPathDialog(Pick::Picture(statistics_image::to_svg(session, &report.statistics))));
            }
            let spec = spec_of(Action::SplitDataset);
            if s.tab == Tab::Statistics && Button::ghost(spec.title()).icon(spec.icon).show(ui).clicked() {
                out.push(Command::Run(Action::SplitDataset));
            }
            let old = s.report().is_some_and(|(stamp, _)| *stamp != session.stamp());
            if s.tab != Tab::Compare && old && !app.requests.is_pending(Slot::Report) {
                ui.add_space(8.0);
                caption(ui, TextRole::Small, tr!("Out of date: labels have changed"));
                if Button::plain(tr!("Refresh")).show(ui).clicked() {
                    out.push(Command::Data(DataCommand::Analyze));
                }
            }
        });
        match (s.tab, s.report()) {
            (Tab::Compare, _) => compare::show(ui, app, session, out),
            (_, None) if app.requests.is_pending(Slot::Report) => {
                ProgressBar::new(tr!("Analyzing…"), None).show(ui);
            }
            (_, None) => {
                if Button::plain(tr!("Analyze")).show(ui).clicked() {
                    out.push(Command::Data(DataCommand::Analyze));
                }
            }
            (Tab::Statistics, Some((_, report))) => {
                scroll_page(ui, |ui| statistics::show(ui, app, session, &report.statistics, out))
            }
            (Tab::Checks, Some((_, report))) => checks::show(ui, session, &report.findings, out),
        }
    });
}

/// Returns the opacity of a split in a bar: train is opaque, dev and test are paler.
fn split_opacity(split: Split) -> f32 {
    match split {
        Split::Train => 1.0,
        Split::Dev => 0.65,
        Split::Test => 0.4,
    }
}

/// Shows scrollable content of limited width.
fn scroll_page(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - 8.0).min(MEASURE));
        ui.spacing_mut().item_spacing.y = 12.0;
        content(ui);
    });
}
