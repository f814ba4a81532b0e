//! The Evaluate page: scores of a model on a split.

use super::Commands;
use super::frame::split_icon;
use super::numbers::{counted, score, thousands};
use super::theme::{self, TextRole, icon};
use super::widgets::{
    Button, Card, Column, EmptyState, Figure, MenuRow, ProgressBar, Table, figures, label, menu, paragraph,
};
use crate::app::i18n::tr;
use crate::app::{Action, Annotate, App, Command};
use crate::predict::EvalMetrics;
use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

/// Maximum width of the figures and the table, in points.
const MEASURE: f32 = 816.0;

/// Shows the page.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    CentralPanel::default().frame(Frame::new().fill(p.canvas).inner_margin(Margin { left: 20, right: 20, top: 12, bottom: 20 })).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 14.0;
        question(ui, app, a, out);
        let s = &app.scoring;
        if let Some((done, total)) = s.progress {
            ProgressBar::new(tr!("Scoring"), Some(done as f32 / total.max(1) as f32)).tall().show(ui);
            ui.horizontal(|ui| {
                label(ui, TextRole::Small, p.text2, &tr!("{done} of {all}", done = thousands(done), all = counted(total, "sentence")));
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    out.push(Command::Cancel);
                }
            });
            return;
        }
        if let Some(why) = &s.failure {
            paragraph(ui, TextRole::Body, p.err, why);
        }
        match &s.scores {
            Some((model, split, scores)) => {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 14.0;
                    // In a wider table it would be hard to follow a row from one column to the next.
                    ui.set_max_width(ui.available_width().min(MEASURE));
                    let title = tr!("{model} on {split}", model = app.model_name(model), split = split.name());
                    headline(ui, scores);
                    by_label(ui, a, scores, &title);
                    let p = theme::of(ui);
                    let empty = match scores.n_tokens_without_subwords {
                        0 => String::new(),
                        empty_words => tr!(" {empty_words} words gave no piece and count as O.", empty_words),
                    };
                    let note = tr!("Long sentences are read in overlapping windows.{empty}", empty);
                    paragraph(ui, TextRole::Caption, p.text3, &note);
                });
            }
            None => {
                let teaching = tr!(
                    "Choose a model and a split, then press Evaluate: precision, recall and F1 by label, as seqeval counts."
                );
                EmptyState::new(icon::TARGET, tr!("Nothing scored yet"), teaching).show_in_the_middle(ui);
            }
        }
    });
}

fn question(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    let s = &app.scoring;
    ui.horizontal(|ui| {
        let title = app.model_title(&s.model);
        let model = Button::plain(&title).opens_menu().show(ui);
        menu(&model, 240.0, |ui| {
            for (title, model) in app.models() {
                if MenuRow::new(&title).chosen(model == s.model).show(ui).clicked() {
                    out.push(Command::ScoreModel(model));
                    ui.close();
                }
            }
        });
        label(ui, TextRole::Small, p.text3, tr!("on"));
        let split = Button::plain(s.split.name()).icon(split_icon(s.split)).opens_menu().show(ui);
        menu(&split, 180.0, |ui| {
            for split in a.splits() {
                if MenuRow::new(split.name()).icon(split_icon(split)).chosen(split == s.split).show(ui).clicked() {
                    out.push(Command::ScoreSplit(split));
                    ui.close();
                }
            }
        });
        let off = s.progress.map(|_| tr!("It is being scored."));
        if Button::primary(tr!("Evaluate")).icon(icon::TARGET).off(off).show(ui).clicked() {
            out.push(Command::Do(Action::Evaluate));
        }
    });
}

fn headline(ui: &mut Ui, s: &EvalMetrics) {
    let (f1, precision, recall) = (score(s.overall.f1), score(s.overall.precision), score(s.overall.recall));
    let (piece, accuracy, strict) = (score(s.subword_f1), score(s.accuracy), score(s.strict.f1));
    let right = |of: usize| tr!("{done} of {all}", done = thousands(s.overall.correct), all = thousands(of));
    let (of_predicted, of_gold) = (right(s.overall.predicted), right(s.overall.support));
    let figure = |caption, number, detail| Figure { caption, number, unit: "", detail };
    figures(
        ui,
        &[
            figure(tr!("F1, entities"), &f1, tr!("as seqeval counts")),
            figure(tr!("Precision"), &precision, &of_predicted),
            figure(tr!("Recall"), &recall, &of_gold),
            figure(tr!("F1, strict IOB2"), &strict, tr!("illegal tags are wrong")),
            figure(tr!("F1, pieces"), &piece, tr!("as the book counts")),
            figure(tr!("Accuracy"), &accuracy, tr!("of words, O included")),
        ],
        true,
    );
}

/// Shows a card with one row for each label.
pub fn by_label(ui: &mut Ui, a: &Annotate, s: &EvalMetrics, note: &str) {
    let p = theme::of(ui);
    Card::new(tr!("By label")).note(note).show(
        ui,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [
                Column::text(tr!("Label"), 2.0),
                Column::number(tr!("Precision"), 1.0),
                Column::number(tr!("Recall"), 1.0),
                Column::number("F1", 1.6),
                Column::number(tr!("Gold"), 1.0),
                Column::number(tr!("Model"), 1.0),
            ];
            let table = Table::new(&columns);
            table.head(ui);
            let mut labels: Vec<_> = s.labels.iter().collect();
            labels.sort_by_key(|l| a.corpus.labels.id(&l.label).map_or(usize::MAX, usize::from));
            for l in labels {
                let known = a.corpus.labels.id(&l.label).and_then(|id| a.corpus.labels.get(id));
                let colour = known.map_or(p.series[6], |k| p.label(usize::from(k.color)).solid);
                table.row(ui, |c| {
                    c.dotted(colour, &l.label);
                    c.text(&score(l.score.precision));
                    c.text(&score(l.score.recall));
                    c.barred(&score(l.score.f1), l.score.f1 as f32, colour);
                    c.quiet(&thousands(l.score.support));
                    c.quiet(&thousands(l.score.predicted));
                });
            }
            table.row(ui, |c| {
                c.strong(tr!("All, micro"));
                c.strong(&score(s.overall.precision));
                c.strong(&score(s.overall.recall));
                c.strong(&score(s.overall.f1));
                c.strong(&thousands(s.overall.support));
                c.strong(&thousands(s.overall.predicted));
            });
        },
    );
}
