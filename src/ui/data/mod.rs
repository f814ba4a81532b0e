//! The Data page: statistics of the dataset, findings, and the comparison with other annotations.

mod checks;
mod compare;
mod overview;
pub mod picture;

use super::Commands;
use super::theme;
use super::widgets::{ProgressBar, Segmented, note};
use crate::app::data_page::Tab;
use crate::app::effect::Pick;
use crate::app::i18n::tr;
use crate::app::{Annotate, App, Command};
use crate::corpus::Split;
use crate::ui::theme::{TextRole, icon};
use crate::ui::widgets::Button;
use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

/// Maximum width of the content, in points.
const MEASURE: f32 = 980.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    let margin = Margin { left: 20, right: 20, top: 12, bottom: 12 };
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(margin)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 12.0;
        let s = &app.surveying;
        ui.horizontal(|ui| {
            let mut tab = s.tab as usize;
            if Segmented::new(&mut tab, &[tr!("Numbers"), tr!("Checks"), tr!("Compare")]).show(ui).changed() {
                out.push(Command::SurveyTab([Tab::Numbers, Tab::Checks, Tab::Compare][tab]));
            }
            if let (Tab::Numbers, Some((_, survey))) = (s.tab, &s.survey)
                && Button::quiet(tr!("Save as a picture")).icon(icon::DOWNLOAD).show(ui).clicked()
            {
                out.push(Command::Pick(Pick::Picture(picture::svg(a, &survey.statistics))));
            }
            let old = s.survey.as_ref().is_some_and(|(revision, _)| *revision != a.revision);
            if s.tab != Tab::Compare && old && s.waiting.is_none() {
                ui.add_space(8.0);
                note(ui, TextRole::Small, tr!("Counted before your last changes."));
                if Button::plain(tr!("Count again")).show(ui).clicked() {
                    out.push(Command::Survey);
                }
            }
        });
        match (s.tab, &s.survey) {
            (Tab::Compare, _) => compare::show(ui, app, a, out),
            (_, None) if s.waiting.is_some() => {
                ProgressBar::new(tr!("Counting"), None).show(ui);
            }
            (_, None) => {
                if Button::plain(tr!("Count")).show(ui).clicked() {
                    out.push(Command::Survey);
                }
            }
            (Tab::Numbers, Some((_, survey))) => scrolled(ui, |ui| overview::show(ui, a, &survey.statistics, out)),
            (Tab::Checks, Some((_, survey))) => checks::show(ui, app, a, &survey.findings, out),
        }
    });
}

/// Returns the opacity of a split in a bar: train is opaque, dev and test are paler.
fn strength(split: Split) -> f32 {
    match split {
        Split::Train => 1.0,
        Split::Dev => 0.65,
        Split::Test => 0.4,
    }
}

/// Shows scrollable content of limited width.
fn scrolled(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - 8.0).min(MEASURE));
        ui.spacing_mut().item_spacing.y = 12.0;
        content(ui);
    });
}
