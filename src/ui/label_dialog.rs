//! The dialog for a new label.

use super::Commands;
use super::theme::{self, TextRole};
use super::widgets::{Button, TextField, form_field, label};
use crate::app::{Action, App, Command};
use crate::corpus::label::check_name;
use egui::{Frame, Id, Key, Margin, Modal, Ui};

/// What is half typed.
#[derive(Default)]
pub struct View {
    name: String,
}

/// Shows the dialog over the room.
pub fn show(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let taken = app.annotate.as_ref().is_some_and(|a| a.corpus.labels.id(view.name.trim()).is_some());
    let error = match check_name(view.name.trim()) {
        _ if view.name.is_empty() => None,
        Err(why) => Some(why),
        Ok(()) if taken => Some("There is a label of this name already.".to_owned()),
        Ok(()) => None,
    };
    let ready = error.is_none() && !view.name.trim().is_empty();
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .inner_margin(Margin::same(20));
    let mut done = false;
    let modal = Modal::new(Id::unique("new label")).frame(frame).backdrop_color(p.scrim).show(ui, |ui| {
        ui.set_width(320.0);
        label(ui, TextRole::Title, p.text, "Add a label");
        ui.add_space(4.0);
        let field = form_field(ui, "Name", "As it stands in the file: DATE, PRODUCT", error.as_deref(), |ui| {
            TextField::new(&mut view.name, "Name").placeholder("DATE").invalid(error.is_some()).show(ui)
        });
        field.request_focus();
        ui.add_space(8.0);
        let entered = ui.input(|i| i.key_pressed(Key::Enter));
        ui.horizontal(|ui| {
            let off = (!ready).then_some("Type a name first.");
            if (Button::primary("Add label").off(off).show(ui).clicked() || entered) && ready {
                out.push(Command::NewLabel(view.name.clone()));
                done = true;
            }
            if Button::plain("Cancel").show(ui).clicked() {
                out.push(Command::Do(Action::AddLabel));
                done = true;
            }
        });
    });
    if modal.should_close() && !done {
        out.push(Command::Do(Action::AddLabel));
        done = true;
    }
    if done {
        view.name.clear();
    }
}
