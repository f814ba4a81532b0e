//! Suggestions: the menu that requests them from a model, and the card to decide one.

use super::layers::probability;
use crate::app::i18n::tr;
use crate::app::{Action, Annotate, App, Command};
use crate::ui::Commands;
use crate::ui::numbers::{counted, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, ProgressBar, choice, label, paragraph};
use egui::{Align, Frame, Layout, Margin, Popup, PopupCloseBehavior, Response, Sense, Slider, Ui, vec2};

/// Shows the button in the label bar, and its menu.
pub fn button(ui: &mut Ui, app: &App, a: &Annotate, narrow: bool, out: &mut Commands) {
    let any = a.suggested > 0;
    let response = if narrow {
        crate::ui::widgets::IconButton::new(icon::SPARKLES, tr!("Suggestions")).toggled(any).show(ui)
    } else {
        Button::quiet(tr!("Suggestions")).icon(icon::SPARKLES).toggled(any).show(ui)
    };
    menu(&response, app, a, out);
}

fn menu(button: &Response, app: &App, a: &Annotate, out: &mut Commands) {
    let popup = Popup::menu(button).gap(4.0).width(300.0).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        ui.set_width(300.0);
        Frame::new().inner_margin(Margin::same(8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ask(ui, app, a, out);
            let all = a.suggestions_in_view();
            if !all.is_empty() && app.suggesting.progress.is_none() {
                crate::ui::widgets::separator(ui);
                decide_all(ui, app, &all, out);
            }
        });
    });
}

/// Shows the model selection and the request button.
fn ask(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    let s = &app.suggesting;
    label(ui, TextRole::SmallMedium, p.text2, tr!("Model"));
    let models = app.models();
    let names: Vec<&str> = models.iter().map(|(name, _)| name.as_str()).collect();
    let mut chosen = models.iter().position(|(_, m)| *m == s.model).unwrap_or(0);
    if choice(ui, tr!("Model for suggestions"), &mut chosen, &names).changed() {
        out.push(Command::SuggestModel(models[chosen].1.clone()));
    }
    if let Some((done, total)) = s.progress {
        ProgressBar::new(tr!("Reading"), Some(done as f32 / total.max(1) as f32)).show(ui);
        ui.horizontal(|ui| {
            label(
                ui,
                TextRole::Small,
                p.text2,
                &tr!("{done} of {all}", done = thousands(done), all = counted(total, "sentence")),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    out.push(Command::Cancel);
                }
            });
        });
        return;
    }
    let read_only = a.read_only.then_some(tr!("This project is open for reading only."));
    if Button::primary(tr!("Suggest")).icon(icon::SPARKLES).off(read_only).show(ui).clicked() {
        out.push(Command::Do(Action::Suggest));
    }
    let text = tr!(
        "Asks for all sentences in view that are not done. What the model sees and you have not labelled is shown in dashes."
    );
    paragraph(ui, TextRole::Caption, p.text3, text);
}

/// Shows the actions on all listed suggestions.
fn decide_all(ui: &mut Ui, app: &App, all: &[(u32, crate::corpus::Span)], out: &mut Commands) {
    let p = theme::of(ui);
    let above = app.suggesting.above;
    let sure = all.iter().filter(|(_, s)| s.origin.score().is_some_and(|x| x >= f32::from(above) / 100.0)).count();
    label(ui, TextRole::SmallMedium, p.text2, &tr!("{all} in view", all = counted(all.len(), "suggestion")));
    let mut percent = above;
    let slider = Slider::new(&mut percent, 50..=100)
        .custom_formatter(|v, _| probability(v as f32 / 100.0))
        .text(tr!("and surer"));
    if ui.add(slider).changed() {
        out.push(Command::SuggestAbove(percent));
    }
    ui.horizontal(|ui| {
        let none = (sure == 0).then_some(tr!("None is that sure."));
        if Button::plain(&tr!("Accept {sure}", sure = thousands(sure))).off(none).show(ui).clicked() {
            out.push(Command::AcceptAbove);
            ui.close();
        }
        if Button::plain(tr!("Drop all")).show(ui).clicked() {
            out.push(Command::DropSuggestions);
            ui.close();
        }
    });
}

/// Shows the card of the suggestion that accept and reject apply to, if the sentence has one.
pub fn card(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let Some(span) = a.suggestion() else { return };
    let p = theme::of(ui);
    let Some(l) = a.corpus.labels.get(span.label) else { return };
    let colour = p.label(usize::from(l.color));
    let document = a.corpus.document(a.current_id().document);
    let text = document.text[span.start as usize..span.end as usize].replace(['\n', '\r'], " ");
    label(ui, TextRole::SmallMedium, p.text2, tr!("To review"));
    let frame = Frame::new().fill(p.canvas).stroke(egui::Stroke::new(1.0, p.line)).corner_radius(10);
    frame.inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let line = vec2(ui.available_width(), TextRole::BodyMedium.line_height());
        ui.allocate_ui_with_layout(line, Layout::right_to_left(Align::Center), |ui| {
            let score = span.origin.score().map(probability).unwrap_or_default();
            label(ui, TextRole::Small, p.text2, &score);
            label(ui, TextRole::CaptionStrong, colour.ink, &l.name);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (dot, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
                crate::ui::widgets::dot(ui.painter(), dot.center(), colour.solid);
                label(ui, TextRole::BodyMedium, p.text, &text);
            });
        });
        let name = super::inspector::origin_name(a, span.origin);
        let others = a.suggestions().len() - 1;
        let more = if others > 0 { tr!("{name}. {others} more in this sentence.", name, others) } else { name };
        label(ui, TextRole::Small, p.text2, &more);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (what, action) in [
                (tr!("Accept"), Action::Accept),
                (tr!("Reject"), Action::Reject),
                (tr!("Skip"), Action::NextSuggestion),
            ] {
                let keys = app.keymap.key_labels(action);
                let skips = action == Action::NextSuggestion;
                let button = if skips { Button::quiet(what) } else { Button::plain(what).keys(&keys) };
                if button.show(ui).clicked() {
                    out.push(Command::Do(action));
                }
            }
        });
    });
}
