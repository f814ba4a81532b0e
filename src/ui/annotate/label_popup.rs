//! A label chosen at the selection: by its number, by typing some of its letters, or by the mouse. Those given last stand first.

use crate::app::{Action, Annotate, Command};
use crate::corpus::LabelId;
use crate::corpus::label::check_name;
use crate::ui::Commands;
use crate::ui::palette::matches;
use crate::ui::theme::{self, icon};
use crate::ui::widgets::{MenuRow, TextField};
use egui::{Area, Frame, Id, Key, Margin, Modifiers, Order, Rect, ScrollArea, Ui, vec2};

/// What is typed, and the chosen row.
#[derive(Default)]
pub struct View {
    typed: String,
    chosen: usize,
}

const WIDTH: f32 = 220.0;

/// Keys that the popup takes in this frame.
struct Keys {
    up: bool,
    down: bool,
    enter: bool,
    escape: bool,
    clear: bool,
}

impl Keys {
    fn take(ui: &mut Ui, typed: &str) -> Self {
        ui.input_mut(|i| {
            let mut key = |k| i.consume_key(Modifiers::NONE, k);
            Self {
                up: key(Key::ArrowUp),
                down: key(Key::ArrowDown),
                enter: key(Key::Enter),
                escape: key(Key::Escape),
                clear: typed.is_empty() && (key(Key::Backspace) || key(Key::Delete)),
            }
        })
    }
}

/// Labels in the order in which they are offered for what is typed.
fn offered(a: &Annotate, typed: &str) -> Vec<LabelId> {
    let rest = a.corpus.labels.iter().map(|(id, _)| id).filter(|id| !a.last_labels.contains(id));
    let all = a.last_labels.iter().copied().chain(rest);
    let mut fitting: Vec<LabelId> = all.filter(|id| matches(a.corpus.labels.name(*id), typed)).collect();
    // What begins as typed comes before what only has the letters.
    let typed = typed.to_lowercase();
    fitting.sort_by_key(|id| !a.corpus.labels.name(*id).to_lowercase().starts_with(&typed));
    fitting
}

/// Shows the popup under the selected words.
pub fn show(ui: &mut Ui, under: Rect, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let keys = Keys::take(ui, &view.typed);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(theme::metrics::RADIUS_POPUP)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::same(6));
    let area = Area::new(Id::unique("choose a label")).order(Order::Foreground).constrain(true);
    let response = area.fixed_pos(under.left_bottom() + vec2(-6.0, 4.0)).show(ui, |ui| {
        frame.show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 2.0;
            let field = TextField::new(&mut view.typed, "Label").icon(icon::TAG).placeholder("Label, or a number");
            let field = field.show(ui);
            field.request_focus();
            if field.changed() {
                view.chosen = 0;
            }
            ui.add_space(4.0);
            rows(ui, a, view, &keys, out);
        });
    });
    let beside = ui.input(|i| {
        let inside = i.pointer.interact_pos().is_some_and(|at| response.response.rect.contains(at));
        i.pointer.any_pressed() && !inside
    });
    if keys.escape || beside {
        out.push(Command::ChooseNone);
    }
    if keys.clear {
        out.push(Command::Do(Action::ClearLabel));
    }
}

fn rows(ui: &mut Ui, a: &Annotate, view: &mut View, keys: &Keys, out: &mut Commands) {
    let p = theme::of(ui);
    // A number alone is the label's key.
    let number = view.typed.parse::<LabelId>().ok().filter(|n| (1..=9).contains(n)).map(|n| n - 1);
    if let Some(id) = number.filter(|id| usize::from(*id) < a.corpus.labels.len()) {
        return out.push(Command::Label(id));
    }
    let found = offered(a, &view.typed);
    let last = found.len().saturating_sub(1);
    view.chosen = (view.chosen + usize::from(keys.down)).min(last).saturating_sub(usize::from(keys.up));
    let letters = a.corpus.labels.letters();
    ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
        for (i, id) in found.iter().enumerate() {
            let Some(l) = a.corpus.labels.get(*id) else { continue };
            let key = if *id < 9 { (id + 1).to_string() } else { String::new() };
            let letter = letters[usize::from(*id)].map(String::from).unwrap_or_default();
            let keys_of: [&str; 2] = ["Shift", &letter];
            let row = MenuRow::new(&l.name).label_key(&key, p.label(usize::from(l.colour))).chosen(i == view.chosen);
            let row = if letter.is_empty() { row } else { row.keys(&keys_of) };
            let row = row.show(ui);
            if i == view.chosen && (keys.up || keys.down) {
                row.scroll_to_me(None);
            }
            if row.clicked() || (keys.enter && i == view.chosen) {
                out.push(Command::Label(*id));
            }
        }
        let typed = view.typed.trim();
        if found.is_empty() && check_name(typed).is_ok() {
            let row = MenuRow::new(&format!("Add the label {typed}")).icon(icon::PLUS).chosen(true).show(ui);
            if row.clicked() || keys.enter {
                out.push(Command::NewLabelHere(typed.to_owned()));
            }
        }
    });
}
