//! The dialog for a comment on the current sentence.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, TextField, label, paragraph};
use crate::app::{Action, App, Command};
use egui::{Frame, Id, Key, Margin, Modal, Ui};

/// What is half typed, and for which sentence.
#[derive(Default)]
pub struct View {
    typed: Option<String>,
}

/// Shows the dialog over the room.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let Some(a) = &app.annotate else { return };
    let before = a.mark().comment;
    let typed = view.typed.get_or_insert_with(|| before.clone());
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .inner_margin(Margin::same(20));
    let mut done = false;
    let modal = Modal::new(Id::unique("comment")).frame(frame).backdrop_color(p.scrim).show(ui, |ui| {
        ui.set_width(420.0);
        label(ui, TextRole::Title, p.text, "Comment");
        ui.add_space(4.0);
        let sentence: String =
            a.document_of(a.current).sentence_text(a.current_id().sentence as usize).chars().take(120).collect();
        paragraph(ui, TextRole::Small, p.text2, &sentence);
        ui.add_space(8.0);
        let field = TextField::new(typed, "Comment on this sentence").placeholder("What is doubtful here?").show(ui);
        field.request_focus();
        ui.add_space(12.0);
        let entered = ui.input(|i| i.key_pressed(Key::Enter));
        ui.horizontal(|ui| {
            if Button::primary("Keep").show(ui).clicked() || entered {
                out.push(Command::Comment(typed.trim().to_owned()));
                done = true;
            }
            if !before.is_empty() && Button::plain("Remove").show(ui).clicked() {
                out.push(Command::Comment(String::new()));
                done = true;
            }
            if Button::plain("Cancel").show(ui).clicked() {
                out.push(Command::Do(Action::Comment));
                done = true;
            }
        });
    });
    if modal.should_close() && !done {
        out.push(Command::Do(Action::Comment));
        done = true;
    }
    if done {
        view.typed = None;
    }
}
