//! A list in which one thing is chosen: by its number, by typing some of its letters, by arrow keys, or by the mouse; or a new one is
//! named.

use crate::app::i18n::tr;
use crate::ui::palette::matches;
use crate::ui::theme::{self, Icon, LabelColour, TextRole, icon};
use crate::ui::widgets::{MenuRow, TextField, label};
use egui::{Area, Frame, Id, Key, Margin, Modifiers, Order, Pos2, ScrollArea, Ui, vec2};

/// What is typed, and the row that Enter takes.
#[derive(Default)]
pub struct View {
    typed: String,
    chosen: usize,
}

/// The key of what stands at this place of a list, from 0: the first nine have one.
pub fn number_key(place: usize) -> String {
    if place < 9 { (place + 1).to_string() } else { String::new() }
}

/// One thing that can be chosen.
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is typed to take it at once, as a number; empty without.
    pub key: String,
    /// The colour of its key.
    pub colour: Option<&'a LabelColour>,
    /// A letter that gives it with Shift where no list is open.
    pub letter: Option<char>,
    /// Whether it holds now.
    pub on: bool,
    /// The group that begins with it, as long as nothing is typed.
    pub heading: Option<&'a str>,
    /// How many groups it lies in.
    pub depth: usize,
}

impl<'a> Entry<'a> {
    /// A name and the number that takes it.
    pub fn new(name: &'a str, key: String) -> Self {
        Self { name, key, colour: None, letter: None, on: false, heading: None, depth: 0 }
    }
}

/// The words of a list.
pub struct Words {
    /// What it is, for screen readers.
    pub field: &'static str,
    /// What stands in the empty field.
    pub placeholder: &'static str,
    /// What stands before a new name.
    pub new: &'static str,
    /// The icon of the field.
    pub icon: Icon,
}

/// What a person did.
pub enum Chosen {
    /// Took the entry at this place.
    Entry(usize),
    /// Named a new one.
    New(String),
    /// Wants none.
    Clear,
    /// Left.
    Nothing,
}

const WIDTH: f32 = 220.0;
/// How far a level of names is set in.
const INDENT: f32 = 14.0;

/// Keys that the list takes in this frame.
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

/// Shows the list with its corner at a place; `is_name` says whether a text can be a new name.
pub fn show(
    ui: &mut Ui,
    at: Pos2,
    words: &Words,
    entries: &[Entry],
    is_name: fn(&str) -> bool,
    view: &mut View,
) -> Option<Chosen> {
    let p = theme::of(ui);
    let keys = Keys::take(ui, &view.typed);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(theme::metrics::RADIUS_POPUP)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::same(6));
    let area = Area::new(Id::unique(words.field)).order(Order::Foreground).constrain(true);
    let shown = area.fixed_pos(at).show(ui, |ui| {
        let inside = frame.show(ui, |ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 2.0;
            let field = TextField::new(&mut view.typed, words.field).icon(words.icon).placeholder(words.placeholder);
            let field = field.show(ui);
            // Asked for again, it would break off what an input method composes.
            if !field.has_focus() {
                field.request_focus();
            }
            if field.changed() {
                view.chosen = 0;
            }
            ui.add_space(4.0);
            rows(ui, words, entries, is_name, view, &keys)
        });
        inside.inner
    });
    let beside = ui.input(|i| {
        let inside = i.pointer.interact_pos().is_some_and(|at| shown.response.rect.contains(at));
        i.pointer.any_pressed() && !inside
    });
    let left = (keys.escape || beside).then_some(Chosen::Nothing);
    shown.inner.or(left).or(keys.clear.then_some(Chosen::Clear))
}

/// The entries that fit what is typed. What begins so comes before what only has the letters.
fn fitting(entries: &[Entry], typed: &str) -> Vec<usize> {
    let mut fitting: Vec<usize> = (0..entries.len()).filter(|i| matches(entries[*i].name, typed)).collect();
    let typed = typed.to_lowercase();
    fitting.sort_by_key(|i| !entries[*i].name.to_lowercase().starts_with(&typed));
    fitting
}

fn rows(
    ui: &mut Ui,
    words: &Words,
    entries: &[Entry],
    is_name: fn(&str) -> bool,
    view: &mut View,
    keys: &Keys,
) -> Option<Chosen> {
    let p = theme::of(ui);
    if let Some(at) = entries.iter().position(|e| !e.key.is_empty() && e.key == view.typed) {
        view.typed.clear();
        return Some(Chosen::Entry(at));
    }
    let found = fitting(entries, &view.typed);
    let typed = view.typed.trim();
    let is_new = is_name(typed) && !entries.iter().any(|e| e.name == typed);
    let last = (found.len() + usize::from(is_new)).saturating_sub(1);
    view.chosen = (view.chosen + usize::from(keys.down)).min(last).saturating_sub(usize::from(keys.up));
    let mut taken = None;
    ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
        for (i, at) in found.iter().enumerate() {
            let entry = &entries[*at];
            let grouped = view.typed.is_empty();
            if let Some(heading) = entry.heading.filter(|_| grouped) {
                ui.add_space(4.0);
                label(ui, TextRole::Caption, p.text3, heading);
            }
            let shown = ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.add_space(if grouped { INDENT * entry.depth as f32 } else { 0.0 });
                row(ui, entry, i == view.chosen)
            });
            if i == view.chosen && (keys.up || keys.down) {
                shown.inner.scroll_to_me(None);
            }
            if shown.inner.clicked() || (keys.enter && i == view.chosen) {
                taken = Some(Chosen::Entry(*at));
            }
        }
        if is_new {
            // Below all that fit: the arrow keys reach it.
            let chosen = view.chosen == found.len();
            let row = MenuRow::new(&format!("{} {typed}", words.new)).icon(icon::PLUS).chosen(chosen).show(ui);
            if row.clicked() || (keys.enter && chosen) {
                taken = Some(Chosen::New(typed.to_owned()));
            }
        } else if entries.is_empty() {
            label(ui, TextRole::Small, p.text3, tr!("Type a name"));
        }
    });
    if taken.is_some() {
        view.typed.clear();
    }
    taken
}

fn row(ui: &mut Ui, entry: &Entry, chosen: bool) -> egui::Response {
    let letter = entry.letter.map(String::from).unwrap_or_default();
    let keys: [&str; 2] = ["Shift", &letter];
    let row = MenuRow::new(entry.name).chosen(chosen);
    let row = match entry.colour {
        Some(colour) => row.label_key(&entry.key, colour),
        None => row.icon(if entry.on { icon::CIRCLE_CHECK } else { icon::CIRCLE }).detail(&entry.key),
    };
    let row = if letter.is_empty() { row } else { row.keys(&keys) };
    ui.allocate_ui(vec2(ui.available_width(), theme::metrics::MENU_ROW), |ui| row.show(ui)).inner
}
