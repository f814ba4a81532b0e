//! Dialog to decide how to handle the labels of a source that another program changed.

use super::Commands;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Badge, BadgeStyle, Button, Stat, dialog, icon, label, paragraph, stats_row};
use crate::app::Command;
use crate::i18n::{thousands, tr, trn};
use crate::project::{SourceChange, SourceDecision};
use egui::{Align, Frame, Key, Layout, Margin, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, vec2};

/// The selected choice.
#[derive(Default)]
pub struct SourceChangeState {
    choice: Option<SourceDecision>,
}

const CHOICES: [SourceDecision; 3] = [SourceDecision::KeepLabels, SourceDecision::Compare, SourceDecision::Reimport];

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, changed: &SourceChange, view: &mut SourceChangeState, out: &mut Commands) {
    let p = theme::colors(ui);
    // If less than half of the opened sentences are unchanged, no choice is recommended.
    let advised = changed.carried.unchanged * 2 >= opened(changed);
    let first = if advised { SourceDecision::KeepLabels } else { SourceDecision::Compare };
    let mut choice = view.choice.unwrap_or(first);
    let (mut decided, mut canceled) = (false, false);
    let dismissed = dialog(ui, "source-change", 640.0, |ui| {
        let name = changed.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ui.horizontal(|ui| {
            icon(ui, icon::TRIANGLE_ALERT, 18.0, p.warning);
            label(ui, TextRole::Title, p.text, &tr!("Another program changed {name}", name));
        });
        let text = tr!("Nothing was overwritten. Your labels are safe in the project.");
        paragraph(ui, TextRole::Small, p.text_secondary, text);
        ui.add_space(metrics::GAP);
        let title =
            trn!(opened(changed), "Changes since you opened {n} sentence", "Changes since you opened {n} sentences");
        label(ui, TextRole::Small, p.text_secondary, &title);
        counts(ui, changed);
        ui.add_space(metrics::GAP);
        for decision in CHOICES {
            if card(ui, changed, decision, decision == choice, advised && decision == first) {
                choice = decision;
            }
            ui.add_space(8.0);
        }
        ui.input(|i| {
            let step = i32::from(i.key_pressed(Key::ArrowDown)) - i32::from(i.key_pressed(Key::ArrowUp));
            let at = CHOICES.iter().position(|c| *c == choice).unwrap_or(0) as i32;
            choice = CHOICES[(at + step).clamp(0, CHOICES.len() as i32 - 1) as usize];
            if i.key_pressed(Key::Enter) {
                decided = true;
            }
        });
        ui.add_space(metrics::GAP);
        ends(
            ui,
            metrics::PRIMARY_BUTTON_HEIGHT,
            |ui| {
                label(ui, TextRole::Small, p.text_secondary, tr!("The previous project is kept in a separate file"));
            },
            |ui| {
                if Button::primary(tr!("Continue")).keys(&["Enter"]).show(ui).clicked() {
                    decided = true;
                }
                if Button::plain(tr!("Cancel")).keys(&["Esc"]).show(ui).clicked() {
                    canceled = true;
                }
            },
        );
    });
    view.choice = Some(choice);
    if decided {
        out.push(Command::SourceChange(choice));
    } else if dismissed || canceled {
        out.push(Command::CloseDialog);
    }
}

/// Shows a row with content at its left end and at its right end.
fn ends(ui: &mut Ui, height: f32, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        right(ui);
        ui.with_layout(Layout::left_to_right(Align::Center), left);
    });
}

/// Returns the number of sentences in the project.
fn opened(changed: &SourceChange) -> usize {
    let c = &changed.carried;
    c.unchanged + c.changed + c.removed
}

fn counts(ui: &mut Ui, changed: &SourceChange) {
    let p = theme::colors(ui);
    let c = &changed.carried;
    let numbers = [c.unchanged, c.changed, c.new, c.removed, changed.edits].map(thousands);
    let captions = [tr!("Unchanged"), tr!("Changed"), tr!("New"), tr!("Removed"), tr!("Your edits")];
    // Figures reserve space for a detail line, which is not used here.
    let margin = Margin { left: 12, right: 12, top: 12, bottom: 0 };
    let frame = Frame::new().fill(p.panel).stroke(Stroke::new(1.0, p.line)).corner_radius(8).inner_margin(margin);
    frame.show(ui, |ui| {
        let figure = |(caption, number)| Stat { caption, number, ..Stat::default() };
        let all: Vec<Stat> = captions.into_iter().zip(numbers.iter().map(String::as_str)).map(figure).collect();
        stats_row(ui, &all, false);
    });
}

/// Returns the title of a choice, its effect as a sentence, and its effect in numbers.
fn texts(changed: &SourceChange, decision: SourceDecision) -> (&'static str, String, String) {
    let c = &changed.carried;
    match decision {
        SourceDecision::KeepLabels => {
            let what = match c.lost.len() {
                0 => tr!("Imports the changed and new sentences. All of your labels are kept.").to_owned(),
                n => trn!(
                    n,
                    "Imports the changed and new sentences. {n} sentence with your labels is no longer in the file.",
                    "Imports the changed and new sentences. {n} sentences with your labels are no longer in the file."
                ),
            };
            (
                tr!("Keep my labels on unchanged sentences"),
                what,
                trn!(c.unchanged, "{n} sentence kept", "{n} sentences kept"),
            )
        }
        SourceDecision::Compare => {
            let what =
                tr!("Shows your labels next to the labels of the file. You decide sentence by sentence.").to_owned();
            (tr!("Compare"), what, trn!(c.changed, "{n} sentence changed", "{n} sentences changed"))
        }
        SourceDecision::Reimport => {
            let what = tr!("Imports all sentences and labels again").to_owned();
            (
                tr!("Import again without my labels"),
                what,
                trn!(changed.edits, "{n} edit is discarded", "{n} edits are discarded"),
            )
        }
    }
}

/// Shows a choice. Returns true if it was clicked.
fn card(ui: &mut Ui, changed: &SourceChange, decision: SourceDecision, is_on: bool, advised: bool) -> bool {
    let p = theme::colors(ui);
    let (title, what, number) = texts(changed, decision);
    let response = ui
        .scope_builder(UiBuilder::new().sense(Sense::click()), |ui| {
            let (fill, stroke) = if is_on {
                (p.selected, Stroke::new(1.5, p.accent))
            } else if ui.response().hovered() {
                (p.hover, Stroke::new(1.0, p.line_strong))
            } else {
                (egui::Color32::TRANSPARENT, Stroke::new(1.0, p.line_strong))
            };
            Frame::new().fill(fill).stroke(stroke).corner_radius(10).inner_margin(Margin::symmetric(14, 12)).show(
                ui,
                |ui| {
                    ui.set_width(ui.available_width());
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ends(
                        ui,
                        TextRole::BodyMedium.line_height(),
                        |ui| {
                            label(ui, TextRole::BodyMedium, p.text, title);
                            if advised {
                                Badge::new(tr!("Recommended")).tone(BadgeStyle::Success).show(ui);
                            }
                        },
                        |ui| {
                            label(ui, TextRole::SmallMedium, p.text, &number);
                        },
                    );
                    paragraph(ui, TextRole::Small, p.text_secondary, &what);
                },
            );
        })
        .response;
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, format!("{title}, {number}")));
    response.clicked()
}
