//! Dialog of the edit history, newest first. A click undoes or redoes to the state after that edit.

use super::Commands;
use super::format_numbers;
use super::theme::{self, TextRole, icon};
use super::widgets::{Button, EmptyState, dialog, label, paint_icon, paragraph, put_text};
use crate::app::Command;
use crate::app::page_commands::ViewCommand;
use crate::i18n::{edit_title, tr};
use crate::session::Session;
use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 30.0;

/// Shows the dialog over the page.
pub fn show(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let mut close = false;
    let dismissed = dialog(ui, "history", 520.0, |ui| {
        label(ui, TextRole::Title, p.text, tr!("History"));
        ui.add_space(2.0);
        let count = format_numbers::changes(session.history().edits().len());
        let text =
            tr!("{count}. Select one to return to it. Later changes can be redone until you make a new one.", count);
        paragraph(ui, TextRole::Small, p.text_secondary, &text);
        ui.add_space(10.0);
        if session.history().edits().is_empty() {
            EmptyState::new(icon::HISTORY, tr!("No edits yet"), tr!("Your edits appear here")).show(ui);
        } else {
            rows(ui, session, out);
        }
        ui.add_space(12.0);
        close = Button::plain(tr!("Close")).keys(&["Esc"]).show(ui).clicked();
    });
    if close || dismissed {
        out.push(Command::CloseDialog);
    }
}

/// Shows the edits, and at the end the initial state.
fn rows(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let edits = session.history().edits();
    let height = (ui.content_rect().height() - 260.0).clamp(120.0, 460.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show_rows(
        ui,
        ROW,
        edits.len() + 1,
        |ui, range| {
            for from_newest in range {
                let position = edits.len() - from_newest;
                let name = match position.checked_sub(1) {
                    Some(index) => edit_title(&edits[index].title(session.corpus())),
                    None => tr!("Original state").to_owned(),
                };
                if row(ui, &name, position, session.history().position()) {
                    out.push(Command::View(ViewCommand::GoToHistory(position)));
                }
            }
        },
    );
}

/// Shows an edit. Undone edits are paler.
fn row(ui: &mut Ui, name: &str, position: usize, now: usize) -> bool {
    let p = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, position == now, name));
    if position == now || response.hovered() {
        ui.painter().rect_filled(rect, 6, if position == now { p.selected } else { p.hover });
    }
    let square = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top()), vec2(16.0, ROW));
    let (mark, color) = if position == now { (icon::CIRCLE_DOT, p.accent) } else { (icon::CIRCLE, p.text_muted) };
    paint_icon(ui.painter(), square, mark, 12.0, color);
    let color = if position > now { p.text_muted } else { p.text };
    let space = rect.with_min_x(square.right() + 8.0).with_max_x(rect.right() - 60.0);
    put_text(ui.painter(), space, Align2::LEFT_CENTER, TextRole::Body.truncated(ui, name, space.width()), color);
    let number = TextRole::MonoSmall.single_line(ui, &position.to_string());
    put_text(ui.painter(), rect.with_max_x(rect.right() - 10.0), Align2::RIGHT_CENTER, number, p.text_muted);
    response.clicked()
}
