//! Suggestions: the menu that requests them from a model, and the card to decide one.

use super::span_layout::probability;
use crate::app::page_commands::SuggestionCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::{Action, App, Command};
use crate::corpus::Span;
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::ui::Commands;
use crate::ui::format_numbers::{self, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, ProgressBar, combo_box, label, paragraph};
use crate::worker::Stamp;
use egui::{Align, Frame, Layout, Margin, Popup, PopupCloseBehavior, Response, Sense, Slider, Ui, vec2};

/// Scores of the listed suggestions, until the labels or the list change.
#[derive(Default)]
pub struct SuggestionMenuState {
    computed_for: Option<(Stamp, u64)>,
    /// Descending; a suggestion without a score is last.
    scores: Vec<f32>,
}

impl SuggestionMenuState {
    fn refresh(&mut self, session: &Session) {
        let of = Some((session.stamp(), session.list_version));
        if self.computed_for != of {
            let suggestions = session.suggestions_in_view();
            let score = |span: &Span| span.origin.score().unwrap_or(f32::NEG_INFINITY);
            self.scores = suggestions.iter().map(|(_, span)| score(span)).collect();
            self.scores.sort_by(|a, b| b.total_cmp(a));
            self.computed_for = of;
        }
    }
}

/// Shows the button in the label bar, and its menu.
pub fn button(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut SuggestionMenuState,
    narrow: bool,
    out: &mut Commands,
) {
    let any = session.totals().n_open_suggestions > 0;
    let response = if narrow {
        crate::ui::widgets::IconButton::new(icon::SPARKLES, tr!("Suggestions")).selected(any).show(ui)
    } else {
        Button::ghost(tr!("Suggestions")).icon(icon::SPARKLES).selected(any).show(ui)
    };
    menu(&response, app, session, view, out);
}

fn menu(button: &Response, app: &App, session: &Session, view: &mut SuggestionMenuState, out: &mut Commands) {
    let popup = Popup::menu(button).gap(4.0).width(300.0).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        ui.set_width(300.0);
        Frame::new().inner_margin(Margin::same(8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            request_menu(ui, app, session, out);
            view.refresh(session);
            if !view.scores.is_empty() && !app.requests.is_pending(Slot::Suggestions) {
                crate::ui::widgets::separator(ui);
                bulk_menu(ui, app, &view.scores, out);
            }
        });
    });
}

/// Shows the model selection and the request button.
fn request_menu(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let s = &app.suggestions;
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Model"));
    let models = app.models();
    let names: Vec<&str> = models.iter().map(|(name, _)| name.as_str()).collect();
    let mut chosen = models.iter().position(|(_, m)| *m == s.model).unwrap_or(0);
    if combo_box(ui, tr!("Model"), &mut chosen, &names).changed() {
        out.push(Command::Suggestions(SuggestionCommand::SuggestModel(models[chosen].1.clone())));
    }
    if let Some((done, total)) = app.requests.pending(Slot::Suggestions).and_then(Pending::sentences) {
        ProgressBar::new(tr!("Analyzing…"), Some(done as f32 / total.max(1) as f32)).show(ui);
        ui.horizontal(|ui| {
            label(
                ui,
                TextRole::Small,
                p.text_secondary,
                &tr!("{done} of {all}", done = thousands(done), all = format_numbers::sentences(total)),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    out.push(Command::Suggestions(SuggestionCommand::StopSuggestions));
                }
            });
        });
        return;
    }
    let read_only = session.is_read_only().then_some(tr!("This project is read-only"));
    if Button::primary(tr!("Suggest labels")).icon(icon::SPARKLES).disabled(read_only).show(ui).clicked() {
        out.push(Command::Run(Action::Suggest));
    }
    let text = tr!("Runs the model on all visible sentences that are not done. Suggestions have a dashed outline.");
    paragraph(ui, TextRole::Caption, p.text_muted, text);
}

/// Shows the actions on all listed suggestions.
fn bulk_menu(ui: &mut Ui, app: &App, scores: &[f32], out: &mut Commands) {
    let p = theme::colors(ui);
    let above = app.suggestions.threshold;
    let confident = scores.partition_point(|score| *score >= f32::from(above) / 100.0);
    label(
        ui,
        TextRole::SmallMedium,
        p.text_secondary,
        &trn!(scores.len(), "{n} visible suggestion", "{n} visible suggestions"),
    );
    let mut percent = above;
    ui.horizontal(|ui| {
        let slider = Slider::new(&mut percent, 50..=100).custom_formatter(|v, _| probability(v as f32 / 100.0));
        if ui.add(slider).accessible_name(tr!("Minimum confidence")).changed() {
            out.push(Command::Suggestions(SuggestionCommand::SetSuggestionThreshold(percent)));
        }
        label(ui, TextRole::Small, p.text_secondary, tr!("or higher"));
    });
    ui.horizontal(|ui| {
        let none = (confident == 0).then_some(tr!("No suggestion with this confidence or higher"));
        if Button::plain(&trn!(confident, "Accept {n} suggestion", "Accept {n} suggestions"))
            .disabled(none)
            .show(ui)
            .clicked()
        {
            out.push(Command::Suggestions(SuggestionCommand::AcceptSuggestionsAboveThreshold));
            ui.close();
        }
        if Button::plain(tr!("Reject all")).show(ui).clicked() {
            out.push(Command::Suggestions(SuggestionCommand::DiscardSuggestions));
            ui.close();
        }
    });
}

/// Shows the card of the suggestion that accept and reject apply to, if the sentence has one.
pub fn suggestion_card(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let Some(span) = session.suggestion() else { return };
    let p = theme::colors(ui);
    let Some(l) = session.corpus().labels.get(span.label) else { return };
    let color = p.label(usize::from(l.color));
    let document = session.corpus().document(session.current_id().document);
    let text = document.text[span.start as usize..span.end as usize].replace(['\n', '\r'], " ");
    label(ui, TextRole::SmallMedium, p.text_secondary, tr!("Suggestion"));
    let frame = Frame::new().fill(p.canvas).stroke(egui::Stroke::new(1.0, p.line)).corner_radius(10);
    frame.inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let line = vec2(ui.available_width(), TextRole::BodyMedium.line_height());
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            let score = span.origin.score().map(probability).unwrap_or_default();
            label(ui, TextRole::Small, p.text_secondary, &score);
            label(ui, TextRole::CaptionStrong, color.text, &l.name);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (dot, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
                crate::ui::widgets::dot(ui.painter(), dot.center(), color.solid);
                label(ui, TextRole::BodyMedium, p.text, &text);
            });
        });
        let name = super::inspector::origin_label(session, span.origin);
        let others = session.suggestions().len() - 1;
        let more = if others > 0 { tr!("{name}. {others} more in this sentence", name, others) } else { name };
        label(ui, TextRole::Small, p.text_secondary, &more);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (what, action) in [
                (tr!("Accept"), Action::Accept),
                (tr!("Reject"), Action::Reject),
                (tr!("Skip"), Action::NextSuggestion),
            ] {
                let keys = app.keymap.key_labels(action);
                let skips = action == Action::NextSuggestion;
                let button = if skips { Button::ghost(what) } else { Button::plain(what).keys(&keys) };
                if button.show(ui).clicked() {
                    out.push(Command::Run(action));
                }
            }
        });
    });
}
