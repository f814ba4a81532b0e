//! The list of sentences of a number, with the decisions of the user.

use super::case_text;
use super::names::{filter_title, outcome_name};
use crate::app::page_commands::EvaluateCommand;
use crate::app::{Action, App, Command};
use crate::corpus::Split;
use crate::eval::errors::Outcome;
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::session::evaluation::EvaluateView;
use crate::session::evidence::{
    CaseFilter, Decision, EvidenceItem, EvidenceList, EvidenceOrder, EvidencePart, EvidenceSource,
};
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_probability, format_score, thousands};
use crate::ui::theme::{self, TextRole, icon, metrics};
use crate::ui::widgets::{
    Badge, BadgeStyle, Button, EmptyState, IconButton, MenuRow, caption, focus_ring, hairline, icon as show_icon,
    key_caps, label, menu, paragraph, tall_panel_header_with,
};
use egui::{Align, Frame, Layout, Margin, Panel, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, vec2};

/// Presentation state of the list.
#[derive(Default)]
pub struct EvidenceState {
    /// Filter and width for which the heights were measured.
    measured: Option<(CaseFilter, EvidenceOrder, EvidencePart, i64)>,
    /// Height of each visible item, in points.
    heights: Vec<f32>,
    /// The last item that was scrolled to.
    scrolled_to: Option<usize>,
}

/// Height of an item that was not shown yet, in points.
const ESTIMATED_HEIGHT: f32 = 190.0;

/// Distance between two items, in points.
const GAP: f32 = 10.0;

/// Shows the list.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut EvidenceState, out: &mut Commands) {
    let Some(list) = &session.evaluation.evidence else { return };
    ui.spacing_mut().item_spacing.y = 0.0;
    let title = filter_title(list.filter, &list.labels);
    let count = format_numbers::spans(list.items.len());
    tall_panel_header_with(ui, &title, &count, |ui| {
        let keys = app.keymap.key_labels(Action::CloseCases);
        if IconButton::new(icon::X, tr!("Close list")).keys(&keys).show(ui).clicked() {
            out.push(Command::Run(Action::CloseCases));
        }
        order_menu(ui, list, out);
    });
    if session.evaluation.shown_split() == Some(Split::Test) && !app.settings.show_test_sentences {
        return test_notice(ui, out);
    }
    footer(ui, app, session);
    // The scroll bar is in the right margin.
    Frame::new().inner_margin(Margin { left: 16, right: 4, top: 10, bottom: 0 }).show(ui, |ui| {
        parts(ui, list, out);
        ui.add_space(10.0);
        if list.visible().is_empty() {
            let text = tr!("No sentence of this kind");
            EmptyState::new(icon::CIRCLE_CHECK, tr!("Nothing here"), text).show_centered(ui);
        } else {
            items(ui, app, session, list, view, out);
        }
    });
}

/// Asks before sentences of the test split are shown.
fn test_notice(ui: &mut Ui, out: &mut Commands) {
    let p = theme::colors(ui);
    Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 10.0;
        let text = tr!(
            "Seeing test sentences makes later test scores optimistic: decisions about labels and settings then depend on them."
        );
        paragraph(ui, TextRole::Body, p.text, text);
        if Button::plain(tr!("Show test sentences")).show(ui).clicked() {
            out.push(Command::Evaluate(EvaluateCommand::ShowTestSentences));
        }
    });
}

fn order_name(order: EvidenceOrder) -> &'static str {
    match order {
        EvidenceOrder::HighestScore => tr!("Highest score first"),
        EvidenceOrder::LowestScore => tr!("Lowest score first"),
        EvidenceOrder::Position => tr!("Order of the dataset"),
    }
}

fn order_menu(ui: &mut Ui, list: &EvidenceList, out: &mut Commands) {
    let button = Button::ghost(order_name(list.order())).opens_menu().show(ui);
    menu(&button, 200.0, |ui| {
        for order in EvidenceOrder::ALL {
            if MenuRow::new(order_name(order)).selected(order == list.order()).show(ui).clicked() {
                out.push(Command::Evaluate(EvaluateCommand::SetEvidenceOrder(order)));
                ui.close();
            }
        }
    });
}

/// Shows the badges that select a part of the list, and the position in it.
fn parts(ui: &mut Ui, list: &EvidenceList, out: &mut Commands) {
    let p = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (part, count) in EvidencePart::ALL.into_iter().zip(list.counts()) {
            if !list.has_train && matches!(part, EvidencePart::Seen | EvidencePart::Unseen) {
                continue;
            }
            let count = thousands(count);
            let text = match part {
                EvidencePart::All => tr!("All {count}", count),
                EvidencePart::Unseen => tr!("Unseen {count}", count),
                EvidencePart::Seen => tr!("Seen {count}", count),
                EvidencePart::Decided => tr!("Decided {count}", count),
            };
            if Badge::new(&text).show_selectable(ui, part == list.part()).clicked() {
                out.push(Command::Evaluate(EvaluateCommand::SetEvidencePart(part)));
            }
        }
        let at = list.current().and_then(|current| list.visible().binary_search(&current).ok());
        if let Some(at) = at {
            let text = tr!("{n} of {all}", n = thousands(at + 1), all = thousands(list.visible().len()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(12.0);
                label(ui, TextRole::Small, p.text_muted, &text);
            });
        }
    });
}

/// Shows the keys, and F1 before and after the decisions.
fn footer(ui: &mut Ui, app: &App, session: &Session) {
    let p = theme::colors(ui);
    let frame = Frame::new().inner_margin(Margin::symmetric(16, 8));
    let panel =
        Panel::bottom("evidence keys").exact_size(40.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                key_caps(ui, &app.keymap.key_labels(Action::NextCase));
                label(ui, TextRole::Small, p.text_secondary, tr!("Next"));
                key_caps(ui, &app.keymap.key_labels(Action::Undo));
                label(ui, TextRole::Small, p.text_secondary, tr!("Undo"));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let Some((before, now)) = f1_before_and_now(session) else { return };
                    let color = if now > before + 5e-5 { p.success } else { p.text };
                    label(ui, TextRole::SmallMedium, color, &format_score(now));
                    if (now - before).abs() > 5e-5 {
                        label(ui, TextRole::Small, p.text_muted, &format!("F1 {} →", format_score(before)));
                    } else {
                        label(ui, TextRole::Small, p.text_muted, "F1");
                    }
                });
            });
        })
        .response
        .rect;
    hairline(ui.painter(), rect.left_top(), rect.right_top(), p.line);
}

/// Returns F1 at the time of the evaluation and for the current labels, in `[0, 1]`.
fn f1_before_and_now(session: &Session) -> Option<(f64, f64)> {
    let result = session.evaluation.result.as_ref().filter(|_| session.evaluation.view == EvaluateView::Errors)?;
    Some((result.first_f1, result.errors.overall.score.f1))
}

/// Shows the items. Only those in the visible area are drawn; the heights of the others are estimated until then.
fn items(ui: &mut Ui, app: &App, session: &Session, list: &EvidenceList, view: &mut EvidenceState, out: &mut Commands) {
    let key = (list.filter, list.order(), list.part(), ui.available_width() as i64);
    if view.measured != Some(key) || view.heights.len() != list.visible().len() {
        view.measured = Some(key);
        view.heights = vec![ESTIMATED_HEIGHT; list.visible().len()];
        view.scrolled_to = None;
    }
    ScrollArea::vertical().id_salt("evidence").auto_shrink(false).show_viewport(ui, |ui, viewport| {
        ui.set_max_width(ui.available_width() - 12.0);
        let origin = ui.cursor().min;
        let mut top = 0.0;
        for (at, &index) in list.visible().iter().enumerate() {
            let height = view.heights[at];
            let is_current = list.current() == Some(index);
            let must_scroll = is_current && view.scrolled_to != Some(index);
            let is_visible = top < viewport.bottom() + 200.0 && top + height > viewport.top() - 200.0;
            let corner = origin + vec2(0.0, top);
            if is_visible {
                let room = Rect::from_min_size(corner, vec2(ui.available_width(), height));
                let builder = UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Min)).id_salt(index);
                let mut child = ui.new_child(builder);
                item(&mut child, app, session, (list, index), out);
                view.heights[at] = child.min_rect().height() + GAP;
            }
            if must_scroll {
                let rect = Rect::from_min_size(corner, vec2(ui.available_width(), view.heights[at]));
                ui.scroll_to_rect(rect, None);
                view.scrolled_to = is_visible.then_some(index);
                if !is_visible {
                    ui.request_repaint();
                }
            }
            top += view.heights[at];
        }
        ui.allocate_space(vec2(ui.available_width(), top));
    });
}

fn item(ui: &mut Ui, app: &App, session: &Session, (list, index): (&EvidenceList, usize), out: &mut Commands) {
    let item = &list.items[index];
    match item.decision {
        Some(decision) => decided_row(ui, (app, session), (list, index), decision, out),
        None => card(ui, app, session, (list, index), out),
    }
}

/// Returns the name of the sentence of an item.
fn sentence_name(session: &Session, item: &EvidenceItem) -> String {
    let document = session.corpus().document(item.sentence.document);
    let token = document.sentence_range(item.sentence.sentence as usize).start;
    let start = document.tokens.get(token).map_or(0, |token| token.0);
    let index = session.sentence_index_at(item.sentence.document, start);
    index.map(|index| session.sentence_name(index)).unwrap_or_default()
}

/// Returns if the text of the entity occurs in train, and how often.
fn seen_text(session: &Session, item: &EvidenceItem) -> String {
    match item.entity().and_then(|entity| entity.in_train) {
        None => tr!("unseen in train").to_owned(),
        Some(seen) => {
            let label = session.corpus().labels.name(seen.label);
            trn!(seen.count, "seen {n} time as {label}", "seen {n} times as {label}", label)
        }
    }
}

fn card(ui: &mut Ui, app: &App, session: &Session, (list, index): (&EvidenceList, usize), out: &mut Commands) {
    let p = theme::colors(ui);
    let item = &list.items[index];
    let names: Vec<String> = list.sources.iter().map(|source| source_name(app, list, source)).collect();
    let is_current = list.current() == Some(index);
    let stroke =
        if is_current { Stroke::new(metrics::STROKE_SELECTED, p.accent) } else { Stroke::new(metrics::STROKE, p.line) };
    let fill = if is_current { p.canvas } else { p.panel };
    let frame = Frame::new()
        .fill(fill)
        .stroke(stroke)
        .corner_radius(metrics::RADIUS_CARD)
        .inner_margin(Margin::symmetric(16, 12));
    let name = sentence_name(session, item);
    let kind = kind_text(item, &names);
    let score = item.score();
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.horizontal(|ui| {
            label(ui, TextRole::MonoSmall, p.text_secondary, &name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 10.0;
                if let Some(score) = score {
                    label(ui, TextRole::SmallMedium, p.text, &format_probability(score));
                }
                Badge::new(&kind).show(ui);
                if list.has_train {
                    caption(ui, TextRole::Caption, &seen_text(session, item));
                }
                if session.corpus().review(item.sentence).flagged {
                    Badge::new(tr!("Flagged")).tone(BadgeStyle::Warning).show(ui);
                }
            });
        });
        case_text::show(ui, session, item, list, &names);
        if is_current {
            ui.add_space(6.0);
            actions(ui, app, item, &names, out);
        }
    });
    let id = ui.scope_id().with("card");
    // The buttons of the current card receive the clicks.
    let sense = if is_current { Sense::hover() } else { Sense::click() };
    let response = ui.interact(shown.response.rect, id, sense);
    let spoken = match score {
        Some(score) => {
            tr!("Sentence {name}, {kind}, score {score}", name, kind = &kind, score = format_probability(score))
        }
        None => tr!("Sentence {name}, {kind}", name, kind = &kind),
    };
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_current, &spoken));
    focus_ring(ui, &response, shown.response.rect, metrics::RADIUS_CARD);
    if !is_current {
        if response.hovered() {
            ui.painter().rect_stroke(
                shown.response.rect,
                metrics::RADIUS_CARD,
                Stroke::new(1.0, p.line_strong),
                egui::StrokeKind::Inside,
            );
        }
        if response.clicked() {
            out.push(Command::Evaluate(EvaluateCommand::SelectCase(index)));
        }
    }
}

/// Returns the name of a model on its line.
fn source_name(app: &App, list: &EvidenceList, source: &EvidenceSource) -> String {
    if list.sources.len() == 1 { tr!("Model").to_owned() } else { app.model_name(&source.model) }
}

/// Returns the outcome of a case; of two models that of the second one, or of the first one if that is correct.
fn kind_text(item: &EvidenceItem, names: &[String]) -> String {
    match item.cases.as_slice() {
        [case] => outcome_name(case.outcome).to_owned(),
        cases => {
            let wrong = cases.iter().rposition(|case| case.outcome != Outcome::Correct);
            let shown = wrong.unwrap_or(cases.len().saturating_sub(1));
            let outcome = cases.get(shown).map_or("", |case| outcome_name(case.outcome));
            tr!("{model}: {outcome}", model = names.get(shown).map_or("", String::as_str), outcome)
        }
    }
}

fn actions(ui: &mut Ui, app: &App, item: &EvidenceItem, names: &[String], out: &mut Commands) {
    let keys = |action: Action| app.keymap.key_labels(action);
    let can_use = |model: usize| item.cases.get(model).is_some_and(|case| case.outcome != Outcome::Correct);
    let is_comparison = item.cases.len() > 1;
    let last = item.cases.len().saturating_sub(1);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if (0..item.cases.len()).any(can_use)
            && Button::plain(tr!("Keep gold")).keys(&keys(Action::KeepGold)).show(ui).clicked()
        {
            out.push(Command::Run(Action::KeepGold));
        }
        if is_comparison && can_use(0) {
            let text = tr!("Use {model}", model = &names[0]);
            if Button::plain(&text).keys(&keys(Action::UseFirstPrediction)).show(ui).clicked() {
                out.push(Command::Run(Action::UseFirstPrediction));
            }
        }
        if can_use(last) {
            let caps = keys(Action::UsePrediction);
            let text =
                if is_comparison { tr!("Use {model}", model = &names[last]) } else { tr!("Use prediction").into() };
            let button = if is_comparison { Button::plain(&text) } else { Button::primary(&text) };
            if button.keys(&caps).show(ui).clicked() {
                out.push(Command::Run(Action::UsePrediction));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if Button::ghost(tr!("Open")).keys(&keys(Action::OpenCase)).show(ui).clicked() {
                out.push(Command::Run(Action::OpenCase));
            }
        });
    });
}

fn decided_row(
    ui: &mut Ui,
    (app, session): (&App, &Session),
    (list, index): (&EvidenceList, usize),
    decision: Decision,
    out: &mut Commands,
) {
    let p = theme::colors(ui);
    let item = &list.items[index];
    let document = session.corpus().document(item.sentence.document);
    let text = document.sentence_text(item.sentence.sentence as usize).replace(['\n', '\r'], " ");
    let decided = match decision {
        Decision::KeptGold => tr!("gold kept").to_owned(),
        Decision::UsedPrediction(_) if list.sources.len() == 1 => tr!("prediction used").to_owned(),
        Decision::UsedPrediction(model) => {
            let model = list.sources.get(model).map(|source| app.model_name(&source.model)).unwrap_or_default();
            tr!("{model} used", model)
        }
    };
    let frame = Frame::new()
        .fill(p.panel)
        .stroke(Stroke::new(metrics::STROKE, p.line))
        .corner_radius(metrics::RADIUS_CARD)
        .inner_margin(Margin::symmetric(12, 4));
    frame.show(ui, |ui| {
        let size = vec2(ui.available_width(), 28.0);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            ui.set_min_height(28.0);
            if Button::ghost(tr!("Undo")).show(ui).clicked() {
                out.push(Command::Evaluate(EvaluateCommand::ReopenCase(index)));
            }
            label(ui, TextRole::Small, p.text_secondary, &decided);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                show_icon(ui, icon::CIRCLE_CHECK, 14.0, p.success);
                label(ui, TextRole::MonoSmall, p.text_secondary, &sentence_name(session, item));
                ui.add(egui::Label::new(TextRole::Small.rich_text(&text).color(p.text)).truncate());
            });
        });
    });
}
