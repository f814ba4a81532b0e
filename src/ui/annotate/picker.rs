//! A list to choose one entry by number, by some letters of its name, by arrow keys or by mouse. It can also create a
//! new entry.

use crate::i18n::tr;
use crate::ui::command_palette::fuzzy_match;
use crate::ui::theme::{self, Icon, LabelColor, TextRole, icon};
use crate::ui::widgets::{MenuRow, TextField, label};
use egui::{Area, Frame, Id, Key, Margin, Modifiers, Order, Pos2, ScrollArea, Ui, vec2};

/// Typed text and selected row.
#[derive(Default)]
pub struct PickerState {
    query: String,
    chosen: usize,
}

/// Returns the key of the entry at this index, from 0. The first nine entries have a key.
pub fn digit_shortcut(index: usize) -> String {
    if index < 9 { (index + 1).to_string() } else { String::new() }
}

/// An entry of the list.
pub struct PickerItem<'a> {
    /// Name.
    pub name: &'a str,
    /// Number that selects the entry immediately; empty if the entry has no number.
    pub shortcut: String,
    /// Color of the key.
    pub color: Option<&'a LabelColor>,
    /// Letter that applies the label with Shift while no list is open.
    pub letter: Option<char>,
    /// True if the entry is currently active.
    pub is_selected: bool,
    /// Heading of the group that starts with this entry. It is hidden while text is typed.
    pub group: Option<&'a str>,
    /// Number of enclosing groups.
    pub depth: usize,
}

impl<'a> PickerItem<'a> {
    /// Creates an entry with a name and a number key.
    pub fn new(name: &'a str, key: String) -> Self {
        Self { name, shortcut: key, color: None, letter: None, is_selected: false, group: None, depth: 0 }
    }
}

/// Texts of a list.
pub struct PickerTexts {
    /// Accessible name of the field.
    pub field: &'static str,
    /// Placeholder of the empty field.
    pub placeholder: &'static str,
    /// Text before a new name.
    pub new: fn(&str) -> String,
    /// Icon of the field.
    pub icon: Icon,
}

/// Action of the user.
pub enum PickerEvent {
    /// Chose the entry at this index.
    Entry(usize),
    /// Entered a new name.
    New(String),
    /// Cleared the choice.
    Clear,
    /// Closed the list.
    Nothing,
}

/// Range of the width, in points. Longer names widen the list.
const WIDTH: std::ops::RangeInclusive<f32> = 220.0..=340.0;
/// Width of a row without its name, in points.
const ROW_MARGINS: f32 = 120.0;
/// Indentation of a level of names, in points.
const INDENT: f32 = 14.0;

/// Keys that the list handles in this frame.
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

/// Returns the width for the longest name.
fn width(ui: &Ui, entries: &[PickerItem]) -> f32 {
    let name = |entry: &PickerItem| {
        TextRole::Body.single_line(ui, entry.name).size().x + INDENT * entry.depth as f32 + ROW_MARGINS
    };
    entries.iter().map(name).fold(*WIDTH.start(), f32::max).min(*WIDTH.end())
}

/// Shows the list with its corner at a position. `is_name` returns true if a text is valid as a new name.
pub fn show(
    ui: &mut Ui,
    at: Pos2,
    words: &PickerTexts,
    entries: &[PickerItem],
    is_name: fn(&str) -> bool,
    view: &mut PickerState,
) -> Option<PickerEvent> {
    let p = theme::colors(ui);
    let keys = Keys::take(ui, &view.query);
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(theme::metrics::RADIUS_POPUP)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::same(6));
    let area = Area::new(Id::unique(words.field)).order(Order::Foreground).constrain(true);
    let shown = area.fixed_pos(at).show(ui, |ui| {
        let inside = frame.show(ui, |ui| {
            ui.set_width(width(ui, entries));
            ui.spacing_mut().item_spacing.y = 2.0;
            let field = TextField::new(&mut view.query, words.field).icon(words.icon).placeholder(words.placeholder);
            let field = field.show(ui);
            // A repeated focus request would interrupt the composition of an input method.
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
    let note = ui.input(|i| {
        let inside = i.pointer.interact_pos().is_some_and(|at| shown.response.rect.contains(at));
        i.pointer.any_pressed() && !inside
    });
    let left = (keys.escape || note).then_some(PickerEvent::Nothing);
    shown.inner.or(left).or(keys.clear.then_some(PickerEvent::Clear))
}

/// Returns the entries that match the typed text. Prefix matches come before entries that only contain the letters in
/// order.
fn filter_items(entries: &[PickerItem], typed: &str) -> Vec<usize> {
    let mut fitting: Vec<usize> = (0..entries.len()).filter(|i| fuzzy_match(entries[*i].name, typed)).collect();
    let typed = typed.to_lowercase();
    fitting.sort_by_key(|i| !entries[*i].name.to_lowercase().starts_with(&typed));
    fitting
}

fn rows(
    ui: &mut Ui,
    words: &PickerTexts,
    entries: &[PickerItem],
    is_name: fn(&str) -> bool,
    view: &mut PickerState,
    keys: &Keys,
) -> Option<PickerEvent> {
    let p = theme::colors(ui);
    if let Some(at) = entries.iter().position(|e| !e.shortcut.is_empty() && e.shortcut == view.query) {
        view.query.clear();
        return Some(PickerEvent::Entry(at));
    }
    let found = filter_items(entries, &view.query);
    let typed = view.query.trim();
    let is_new = is_name(typed) && !entries.iter().any(|e| e.name == typed);
    let last = (found.len() + usize::from(is_new)).saturating_sub(1);
    view.chosen = (view.chosen + usize::from(keys.down)).min(last).saturating_sub(usize::from(keys.up));
    let mut taken = None;
    ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
        for (i, at) in found.iter().enumerate() {
            let entry = &entries[*at];
            let grouped = view.query.is_empty();
            if let Some(heading) = entry.group.filter(|_| grouped) {
                ui.add_space(4.0);
                label(ui, TextRole::Caption, p.text_muted, heading);
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
                taken = Some(PickerEvent::Entry(*at));
            }
        }
        if is_new {
            // The row is below all matches, so the arrow keys reach it.
            let chosen = view.chosen == found.len();
            let row = MenuRow::new(&(words.new)(typed)).icon(icon::PLUS).selected(chosen).show(ui);
            if row.clicked() || (keys.enter && chosen) {
                taken = Some(PickerEvent::New(typed.to_owned()));
            }
        } else if entries.is_empty() {
            label(ui, TextRole::Small, p.text_muted, tr!("Enter a name"));
        }
    });
    if taken.is_some() {
        view.query.clear();
    }
    taken
}

fn row(ui: &mut Ui, entry: &PickerItem, chosen: bool) -> egui::Response {
    let letter = entry.letter.map(String::from).unwrap_or_default();
    let keys: [&str; 2] = ["Shift", &letter];
    let row = MenuRow::new(entry.name).selected(chosen);
    let row = match entry.color {
        Some(color) => row.label_shortcut(&entry.shortcut, color),
        None => row.icon(if entry.is_selected { icon::CIRCLE_CHECK } else { icon::CIRCLE }).detail(&entry.shortcut),
    };
    let row = if letter.is_empty() { row } else { row.keys(&keys) };
    ui.allocate_ui(vec2(ui.available_width(), theme::metrics::MENU_ROW), |ui| row.show(ui)).inner
}
