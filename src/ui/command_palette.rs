//! The command palette: all commands by name.

use super::Commands;
use super::format_numbers;
use super::theme::{self, TextRole};
use super::widgets::{key_caps, label, paint_icon, put_text};
use crate::app::command_table::{COMMANDS, CommandSpec};
use crate::app::refusal::{Obstacle, obstacle};
use crate::app::{Action, App, Command};
use crate::i18n::tr;
use crate::project::settings::Recent;
use egui::{
    Align, Align2, Frame, Id, Key, Layout, Modal, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, vec2,
};
use std::borrow::Cow;

/// Typed text and selected row.
#[derive(Default)]
pub struct PaletteState {
    typed: String,
    chosen: usize,
}

const ROW: f32 = 40.0;
/// Distance of icons and keys from the edge of the palette, in points.
const EDGE: f32 = 18.0;

/// A row of the palette.
enum PaletteItem<'a> {
    /// A command of the table.
    Command(&'static CommandSpec),
    /// A recent dataset, which is opened.
    Recent(&'a Recent),
}

impl PaletteItem<'_> {
    fn title(&self) -> Cow<'static, str> {
        match self {
            Self::Command(spec) => spec.title().into(),
            Self::Recent(recent) => tr!("Open {name}", name = recent.name).into(),
        }
    }

    fn icon(&self) -> theme::Icon {
        match self {
            Self::Command(spec) => spec.icon,
            Self::Recent(_) => theme::icon::HISTORY,
        }
    }

    /// Returns the reason why the row cannot be chosen.
    fn obstacle(&self, app: &App) -> Option<String> {
        match self {
            Self::Command(spec) => obstacle(app, spec.action).as_ref().map(Obstacle::text),
            Self::Recent(_) => None,
        }
    }

    fn keys(&self, app: &App) -> Vec<&'static str> {
        match self {
            Self::Command(spec) => app.keymap.key_labels(spec.action),
            Self::Recent(_) => Vec::new(),
        }
    }

    fn command(&self) -> Command {
        match self {
            Self::Command(spec) => Command::Run(spec.action),
            Self::Recent(recent) => Command::Open(recent.path.clone()),
        }
    }
}

/// Shows the palette over the page.
pub fn show(ui: &mut Ui, app: &App, view: &mut PaletteState, out: &mut Commands) {
    let p = theme::colors(ui);
    let (up, down, enter, escape) = ui.input_mut(|i| {
        let mut key = |k| i.consume_key(egui::Modifiers::NONE, k);
        (key(Key::ArrowUp), key(Key::ArrowDown), key(Key::Enter), key(Key::Escape))
    });
    let mut done = None;
    let mut close = escape;
    let frame = Frame::new()
        .fill(p.overlay)
        .stroke(egui::Stroke::new(1.0, p.line_strong))
        .corner_radius(12)
        .shadow(ui.visuals().window_shadow);
    let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, 112.0));
    let modal = Modal::new(Id::unique("palette")).area(area).frame(frame).backdrop_color(p.backdrop).show(ui, |ui| {
        // The border is outside of this width.
        ui.set_width(618.0_f32.min(ui.content_rect().width() - 40.0));
        ui.spacing_mut().item_spacing.y = 0.0;
        fixed_row(ui, 52.0, |ui| {
            super::widgets::icon(ui, theme::icon::SEARCH, 18.0, p.text_secondary);
            ui.add_space(4.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                key_caps(ui, &["Esc"]);
                let hint = TextRole::TitleInput.rich_text(tr!("Search commands")).color(p.text_muted);
                let edit = TextEdit::singleline(&mut view.typed)
                    .font(TextRole::TitleInput.font())
                    // The margin keeps the caret left of the first letter.
                    .frame(Frame::NONE.inner_margin(egui::Margin { left: 2, ..egui::Margin::ZERO }))
                    .desired_width(ui.available_width())
                    .hint_text(hint);
                let response = ui.add(edit);
                response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, tr!("Command")));
                // A repeated focus request would interrupt the composition of an input method.
                if !response.has_focus() {
                    response.request_focus();
                }
            });
        });
        // Text of the same frame counts: a fast user presses Enter directly after the last letter.
        let commands = COMMANDS.iter().filter(|spec| spec.action != Action::Palette).map(PaletteItem::Command);
        let open = app.session.as_ref().map(|session| session.path());
        let others = app.settings.recents.iter().filter(|recent| Some(recent.path.as_path()) != open);
        let recents = others.map(PaletteItem::Recent);
        let hits: Vec<PaletteItem<'_>> =
            commands.chain(recents).filter(|item| fuzzy_match(&item.title(), &view.typed)).collect();
        let last = hits.len().saturating_sub(1);
        view.chosen = (view.chosen.min(last) + usize::from(down)).min(last).saturating_sub(usize::from(up));
        let chosen = hits.get(view.chosen).filter(|item| item.obstacle(app).is_none());
        done = chosen.filter(|_| enter).map(PaletteItem::command);
        super::widgets::separator(ui);
        ScrollArea::vertical().max_height(ROW * 8.0 + 12.0).show(ui, |ui| {
            ui.add_space(6.0);
            for (i, item) in hits.iter().enumerate() {
                if row(ui, app, item, i == view.chosen, item.obstacle(app).as_deref()) {
                    done = Some(item.command());
                }
            }
            if hits.is_empty() {
                ui.add_space(12.0);
                ui.vertical_centered(|ui| label(ui, TextRole::Body, p.text_secondary, tr!("No matching commands")));
                ui.add_space(12.0);
            }
            ui.add_space(6.0);
        });
        super::widgets::separator(ui);
        fixed_row(ui, 36.0, |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (keys, what) in [(["↑", "↓"].as_slice(), tr!("Navigate")), (&["Enter"], tr!("Run"))] {
                key_caps(ui, keys);
                label(ui, TextRole::Small, p.text_muted, what);
                ui.add_space(8.0);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let all = COMMANDS.len() - 1;
                let found = hits.iter().filter(|item| matches!(item, PaletteItem::Command(_))).count();
                let count =
                    if found == all { format_numbers::commands(all) } else { tr!("{found} of {all}", found, all) };
                label(ui, TextRole::Small, p.text_muted, &count);
            });
        });
    });
    close |= modal.should_close();
    if close || done.is_some() {
        out.push(Command::CloseDialog);
    }
    out.extend(done);
}

/// Shows a line of the palette that is not a row, vertically centered.
fn fixed_row(ui: &mut Ui, height: f32, body: impl FnOnce(&mut Ui)) {
    Frame::new().inner_margin(egui::Margin::symmetric(EDGE as i8, 0)).show(ui, |ui| {
        let size = vec2(ui.available_width(), height);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            body(ui);
        });
    });
}

/// Returns true if the letters of `typed` occur in `name` in this order, case-insensitive.
pub(super) fn fuzzy_match(name: &str, typed: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).all(|c| letters.any(|l| l == c))
}

fn row(ui: &mut Ui, app: &App, item: &PaletteItem<'_>, chosen: bool, off: Option<&str>) -> bool {
    let p = theme::colors(ui);
    let title = item.title();
    let color = if off.is_some() { p.text_disabled } else { p.text };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, off.is_none(), chosen, &*title));
    let inside = rect.shrink2(vec2(8.0, 0.0));
    if chosen || response.hovered() {
        ui.painter().rect_filled(inside, 8, if chosen { p.selected } else { p.hover });
    }
    if chosen {
        response.scroll_to_me(None);
    }
    let mark = match (off.is_some(), chosen) {
        (true, _) => p.text_disabled,
        (_, true) => p.accent,
        _ => p.text_secondary,
    };
    let square = rect.with_min_x(rect.left() + EDGE).with_max_x(rect.left() + EDGE + 18.0);
    paint_icon(ui.painter(), square, item.icon(), 16.0, mark);
    let words = inside.with_min_x(square.right() + 12.0);
    put_text(ui.painter(), words, Align2::LEFT_CENTER, TextRole::BodyMedium.single_line(ui, &title), color);
    if let Some(reason) = off {
        let name = TextRole::BodyMedium.single_line(ui, &title).size().x;
        let detail = words.with_min_x(words.left() + name + 12.0);
        put_text(ui.painter(), detail, Align2::LEFT_CENTER, TextRole::Small.single_line(ui, reason), p.text_muted);
    }
    if off.is_none() {
        let right = inside.with_max_x(rect.right() - EDGE);
        let mut caps = ui.new_child(UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)));
        let mut keys = item.keys(app);
        keys.reverse();
        caps.spacing_mut().item_spacing.x = 4.0;
        for key in keys {
            key_caps(&mut caps, &[key]);
        }
    }
    response.clicked() && off.is_none()
}
