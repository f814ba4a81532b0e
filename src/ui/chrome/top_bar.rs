//! The top bar: logo, menu of the dataset, search field, undo and redo, save status, settings.

use crate::app::command_table::spec_of;
use crate::app::refusal::{Obstacle, obstacle};
use crate::app::{Action, App, Command, Page};
use crate::i18n::tr;
use crate::project::ProjectWriter;
use crate::ui::Commands;
use crate::ui::format_numbers::format_days_ago;
use crate::ui::split_menu;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    self, Button, IconButton, MenuRow, bottom_border, focus_ring, key_caps, label, menu, paint_icon, put_text,
    separator,
};
use egui::{Align, Align2, Frame, Layout, Margin, Panel, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Save status of the open dataset.
pub enum SaveState {
    /// No dataset is open.
    NoProject,
    /// All edits are on disk.
    Saved,
    /// The last edits are being written.
    Saving,
    /// A large dataset is being imported into its project: progress in percent.
    Importing(usize),
    /// A write failed, with the error message.
    Failed(String),
    /// Another window has the project open.
    ReadOnly,
}

impl SaveState {
    /// Returns the status of the project writer.
    pub fn of(committer: Option<&ProjectWriter>, read_only: bool) -> Self {
        match committer {
            _ if read_only => Self::ReadOnly,
            None => Self::NoProject,
            Some(c) => match c.failure() {
                Some(reason) => Self::Failed(reason.to_owned()),
                None if c.is_durable() => Self::Saved,
                None => match c.import_progress() {
                    Some((done, total)) => Self::Importing(done * 100 / total.max(1)),
                    None => Self::Saving,
                },
            },
        }
    }
}

/// Shows the logo, the dataset, the search field, undo and redo, and the save status.
pub fn top_bar(ui: &mut Ui, app: &App, saved: &SaveState, out: &mut Commands) {
    let p = theme::colors(ui);
    let frame = Frame::new().fill(p.chrome).inner_margin(Margin::symmetric(16, 8));
    let panel = Panel::top("top").exact_size(44.0).resizable(false).show_separator_line(false).frame(frame);
    let rect = panel
        .show(ui, |ui| {
            let full = ui.max_rect();
            ui.horizontal_centered(|ui| {
                logo(ui);
                ui.add_space(if app.session.is_some() { -2.0 } else { 8.0 });
                dataset_menu(ui, app, out);
            });
            search(ui, app, full, out);
            let right = Rect::from_min_max(pos2(full.center().x, full.top()), full.max);
            let mut ui =
                ui.new_child(egui::UiBuilder::new().max_rect(right).layout(Layout::right_to_left(Align::Center)));
            let keys = app.keymap.key_labels(Action::Settings);
            if IconButton::new(icon::SETTINGS, tr!("Settings")).keys(&keys).show(&mut ui).clicked() {
                out.push(Command::Run(Action::Settings));
            }
            save_indicator(&mut ui, saved);
            if app.session.is_some() {
                ui.spacing_mut().item_spacing.x = 4.0;
                for action in [Action::Redo, Action::Undo] {
                    let spec = spec_of(action);
                    let reason = obstacle(app, action).as_ref().map(Obstacle::text);
                    let keys = app.keymap.key_labels(action);
                    let button = IconButton::new(spec.icon, spec.title()).keys(&keys).disabled(reason.as_deref());
                    if button.show(&mut ui).clicked() {
                        out.push(Command::Run(action));
                    }
                }
            }
        })
        .response
        .rect;
    bottom_border(ui, rect);
}

/// Paints the logo: a block with a word and a caret.
fn logo(ui: &mut Ui) {
    let p = theme::colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(32.0, 28.0), Sense::hover());
    let block = Rect::from_center_size(rect.center(), vec2(18.0, 13.0));
    ui.painter().rect_filled(block, 4, p.accent_fill);
    let line = Rect::from_min_size(block.min + vec2(4.0, 5.5), vec2(6.0, 2.0));
    ui.painter().rect_filled(line, 1, p.on_accent);
    let caret = Rect::from_min_size(block.min + vec2(12.0, 3.5), vec2(1.5, 6.0));
    ui.painter().rect_filled(caret, 0, p.on_accent);
}

/// Maximum number of recent datasets in the menu of the dataset.
const MAX_RECENT: usize = 5;

/// Commands of the menu of the dataset.
const DATASET_MENU: [Action; 8] = [
    Action::Save,
    Action::SaveAs,
    Action::Export,
    Action::MoveProject,
    Action::OpenFile,
    Action::OpenFolder,
    Action::OpenSample,
    Action::NewDataset,
];

fn dataset_menu(ui: &mut Ui, app: &App, out: &mut Commands) {
    let p = theme::colors(ui);
    let Some(session) = &app.session else {
        label(ui, TextRole::Strong, p.text, "Tagwright");
        return;
    };
    let name: String = session.corpus().name.chars().take(24).collect();
    let button = Button::ghost(&name).proper_name().opens_menu().show(ui);
    ui.add_space(-8.0);
    menu(&button, 280.0, |ui| {
        for action in DATASET_MENU {
            let spec = spec_of(action);
            let keys = app.keymap.key_labels(action);
            if MenuRow::new(spec.title()).icon(spec.icon).keys(&keys).show(ui).clicked() {
                out.push(Command::Run(action));
                ui.close();
            }
        }
        let others = app.settings.recents.iter().filter(|recent| recent.path != session.path());
        for (index, recent) in others.take(MAX_RECENT).enumerate() {
            if index == 0 {
                separator(ui);
            }
            let title = tr!("Open {name}", name = recent.name);
            if MenuRow::new(&title).icon(icon::HISTORY).detail(&format_days_ago(recent.opened)).show(ui).clicked() {
                out.push(Command::Open(recent.path.clone()));
                ui.close();
            }
        }
    });
    if app.page == Page::Annotate {
        split_menu::show_button(ui, session, out);
    }
}

/// Shows the search field in the middle. It opens the palette.
fn search(ui: &mut Ui, app: &App, bar: Rect, out: &mut Commands) {
    let p = theme::colors(ui);
    let width = (bar.width() - 480.0).clamp(160.0, 440.0);
    let rect = Rect::from_center_size(bar.center(), vec2(width, 28.0));
    let response = ui.interact(rect, ui.scope_id().with("search"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr!("Search commands")));
    let border = if response.hovered() { p.text_muted } else { p.line_strong };
    ui.painter().rect(rect, 6, p.field, egui::Stroke::new(1.0, border), egui::StrokeKind::Inside);
    let glyph = Rect::from_center_size(pos2(rect.left() + 15.0, rect.center().y), vec2(16.0, 16.0));
    paint_icon(ui.painter(), glyph, icon::SEARCH, 14.0, p.text_secondary);
    let text = TextRole::Body.single_line(ui, if width < 240.0 { tr!("Search") } else { tr!("Search commands") });
    let words = rect.with_min_x(rect.left() + 30.0);
    // The text has priority over the key caps.
    let caps = Rect::from_min_max(pos2(rect.right() - 58.0, rect.top()), rect.max);
    if words.left() + text.size().x + 12.0 <= caps.left() {
        let mut caps = ui.new_child(egui::UiBuilder::new().max_rect(caps).layout(Layout::left_to_right(Align::Center)));
        key_caps(&mut caps, &app.keymap.key_labels(Action::Palette));
    }
    put_text(ui.painter(), words, Align2::LEFT_CENTER, text, p.text_muted);
    focus_ring(ui, &response, rect, 6);
    if response.clicked() {
        out.push(Command::Run(Action::Palette));
    }
}

fn save_indicator(ui: &mut Ui, saved: &SaveState) {
    let p = theme::colors(ui);
    let (glyph, color, text) = match saved {
        SaveState::NoProject => return,
        SaveState::Saved => (icon::CHECK, p.success, tr!("All changes saved").into()),
        SaveState::Saving => (icon::LOADER, p.text_muted, tr!("Saving…").into()),
        SaveState::Importing(percent) => (icon::LOADER, p.text_muted, tr!("Importing, {percent}%", percent)),
        SaveState::Failed(_) => (icon::CIRCLE_ALERT, p.error, tr!("Save failed").into()),
        SaveState::ReadOnly => (icon::LOCK, p.text_muted, tr!("Read-only").into()),
    };
    let response = ui
        .scope(|ui| {
            label(ui, TextRole::Small, p.text_secondary, &text);
            widgets::icon(ui, glyph, 16.0, color);
        })
        .response;
    match saved {
        SaveState::Failed(reason) => drop(response.on_hover_text(reason)),
        SaveState::ReadOnly => drop(response.on_hover_text(tr!("This project is read-only"))),
        _ => {}
    }
    ui.add_space(8.0);
}
