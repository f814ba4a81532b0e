//! Dialog that assigns all sentences to train, dev and test, with a preview of the result.

use super::Commands;
use super::format_numbers::thousands;
use super::theme::{self, TextRole, metrics};
use super::widgets::{
    Button, CheckBox, SegmentedControl, Table, TableColumn, TextField, dialog, dialog_buttons, label, paragraph,
};
use crate::app::Command;
use crate::app::dialogs::{SplitDialog, SplitPreview};
use crate::app::page_commands::SplitCommand;
use crate::corpus::Split;
use crate::corpus::splitting::{SplitOptions, SplitUnit, parse_shares};
use crate::i18n::tr;
use crate::session::Session;
use egui::Ui;

/// Unfinished input of the dialog.
pub struct SplitDialogState {
    shares: String,
    seed: String,
}

impl Default for SplitDialogState {
    fn default() -> Self {
        Self { shares: "80/10/10".into(), seed: "1".into() }
    }
}

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, split: &SplitDialog, view: &mut SplitDialogState, out: &mut Commands) {
    let p = theme::colors(ui);
    let mut is_canceled = false;
    let is_dismissed = dialog(ui, "split", 480.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("Split dataset"));
        ui.add_space(2.0);
        let text = tr!("All sentences are assigned to train, dev and test again. The split can be undone.");
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        ui.add_space(10.0);
        let entered = inputs(ui, session, split.options, view);
        if let Some(options) = entered.filter(|options| *options != split.options) {
            out.push(Command::Splits(SplitCommand::SetOptions(options)));
        }
        ui.add_space(12.0);
        let shown = split.preview.as_deref();
        let is_current = shown.is_some_and(|preview| Some(preview.options) == entered);
        preview(ui, session, shown);
        ui.add_space(14.0);
        dialog_buttons(ui, |ui| {
            let reason = match entered {
                None => Some(tr!("Enter three percentages that sum to 100, and a seed")),
                Some(_) if !is_current => Some(tr!("The new splits are being determined")),
                Some(_) => None,
            };
            if Button::primary(tr!("Split dataset")).disabled(reason).show(ui).clicked() {
                out.push(Command::Splits(SplitCommand::Apply));
            }
            is_canceled = Button::plain(tr!("Cancel")).show(ui).clicked();
        });
    });
    if is_dismissed || is_canceled {
        out.push(Command::CloseDialog);
    }
}

/// Shows the options. Returns `None` if an input is invalid.
fn inputs(ui: &mut Ui, session: &Session, options: SplitOptions, view: &mut SplitDialogState) -> Option<SplitOptions> {
    let p = theme::colors(ui);
    let mut options = options;
    let shares = parse_shares(&view.shares);
    let seed = view.seed.trim().parse::<u64>().ok();
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        let half = (ui.available_width() - 12.0) / 2.0;
        ui.vertical(|ui| {
            ui.set_width(half);
            label(ui, TextRole::Small, p.text_secondary, tr!("Train/dev/test in percent"));
            let name = tr!("Percentages of train, dev and test");
            TextField::new(&mut view.shares, name).invalid(shares.is_none()).show(ui);
        });
        ui.vertical(|ui| {
            ui.set_width(half);
            label(ui, TextRole::Small, p.text_secondary, tr!("Seed"));
            TextField::new(&mut view.seed, tr!("Seed of the split")).invalid(seed.is_none()).show(ui);
        });
    });
    ui.add_space(4.0);
    if session.corpus().documents.len() > 1 {
        let mut unit = usize::from(options.unit == SplitUnit::Sentence);
        let units = [tr!("Whole documents"), tr!("Single sentences")];
        if SegmentedControl::new(&mut unit, &units).wide().show(ui).changed() {
            options.unit = [SplitUnit::Document, SplitUnit::Sentence][unit];
        }
        ui.add_space(4.0);
    }
    check(ui, &mut options.is_stratified, tr!("Same share of each label in all splits"));
    check(ui, &mut options.keeps_near_duplicates, tr!("Keep near-duplicates in the same split"));
    let ([_, dev, test], seed) = shares.zip(seed)?;
    Some(SplitOptions { dev, test, seed, ..options })
}

fn check(ui: &mut Ui, is_on: &mut bool, text: &str) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        // The first layout of a dialog shrinks rows to their content.
        ui.set_min_height(theme::density(ui).control());
        ui.spacing_mut().item_spacing.x = metrics::GAP;
        CheckBox::new(is_on, text).show(ui);
        label(ui, TextRole::Body, p.text, text);
    });
}

/// Shows the counts of the new splits. The table has its final size before they are determined.
fn preview(ui: &mut Ui, session: &Session, preview: Option<&SplitPreview>) {
    let p = theme::colors(ui);
    let columns = [
        TableColumn::left(tr!("Split"), 0.4),
        TableColumn::right(tr!("Sentences"), 0.2),
        TableColumn::right(tr!("Share"), 0.2),
        TableColumn::right(tr!("Spans"), 0.2),
    ];
    let table = Table::new(&columns);
    table.head(ui);
    let total = session.sentences.len().max(1);
    for split in Split::ALL {
        let counts = preview.map(|preview| &preview.counts[split as usize]);
        table.row(ui, |cells| {
            cells.text(split.name());
            match counts {
                Some(counts) => {
                    cells.text(&thousands(counts.sentences));
                    cells.quiet(&format!("{:.1} %", 100.0 * counts.sentences as f64 / total as f64));
                    cells.text(&thousands(counts.labels.iter().sum()));
                }
                None => (0..3).for_each(|_| cells.quiet("…")),
            }
        });
    }
    ui.add_space(4.0);
    let note = match preview {
        None => tr!("Determining the new splits…").to_owned(),
        Some(preview) if preview.splits.edit.is_none() => tr!("All sentences are in these splits already").to_owned(),
        Some(preview) => match preview.options.unit {
            SplitUnit::Document => tr!(
                "{units} documents, {duplicates} of them follow a near-duplicate",
                units = thousands(preview.splits.n_units),
                duplicates = thousands(preview.splits.n_near_duplicates)
            ),
            SplitUnit::Sentence => tr!(
                "{units} sentences, {duplicates} of them follow a near-duplicate",
                units = thousands(preview.splits.n_units),
                duplicates = thousands(preview.splits.n_near_duplicates)
            ),
        },
    };
    label(ui, TextRole::Caption, p.text_muted, &note);
}
