//! Menu that moves sentences to another split.

use super::Commands;
use super::format_numbers;
use super::split_icon::split_icon;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Badge, MenuRow, label, menu, separator};
use crate::app::command_table::spec_of;
use crate::app::page_commands::SplitCommand;
use crate::app::{Action, Command};
use crate::corpus::Split;
use crate::i18n::{tr, trn};
use crate::session::Session;
use crate::session::splitting::SentenceScope;
use egui::{Align, Layout, Popup, Response, Ui, vec2};

const WIDTH: f32 = 320.0;

/// Shows the split of the current sentence as a button that opens the menu.
pub fn show_button(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let split = session.split_at(session.current);
    let name = tr!("Split: {split}", split = split.name());
    let badge = Badge::new(split.name()).spoken(&name).icon(split_icon(split));
    let button = badge.show_selectable(ui, false).on_hover_text(tr!("Move to another split"));
    menu(&button, WIDTH, |ui| rows(ui, session, out));
}

/// Shows the menu at the position of a secondary click.
pub fn show_at_click(row: &Response, session: &Session, out: &mut Commands) {
    Popup::context_menu(row).width(WIDTH).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        rows(ui, session, out);
    });
}

fn rows(ui: &mut Ui, session: &Session, out: &mut Commands) {
    let current = session.current_id();
    scope(ui, tr!("Sentence"), SentenceScope::Current, Some(session.split_at(session.current)), out);
    let document = session.corpus().document(current.document);
    if document.len() > 1 {
        let shared = if let [only] = document.splits.used()[..] { Some(only) } else { None };
        let text = tr!("Document, {count}", count = format_numbers::sentences(document.len()));
        scope(ui, &text, SentenceScope::Document, shared, out);
    }
    let selected = session.list_selection().len();
    if selected > 0 {
        let text = trn!(selected, "{n} selected sentence", "{n} selected sentences");
        scope(ui, &text, SentenceScope::Selected, None, out);
    }
    if session.visible.len() < session.sentences.len() {
        let text = trn!(session.visible.len(), "{n} listed sentence", "{n} listed sentences");
        scope(ui, &text, SentenceScope::Listed, None, out);
    }
    separator(ui);
    let spec = spec_of(Action::SplitDataset);
    if MenuRow::new(spec.title()).icon(icon::SPLIT).show(ui).clicked() {
        out.push(Command::Run(Action::SplitDataset));
    }
}

/// Shows a row of the splits for these sentences. `shared` is their split if they have the same one.
fn scope(ui: &mut Ui, text: &str, scope: SentenceScope, shared: Option<Split>, out: &mut Commands) {
    let p = theme::colors(ui);
    let size = vec2(ui.available_width(), metrics::MENU_ROW);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_space(metrics::GAP);
        for split in Split::ALL.into_iter().rev() {
            let name = tr!("Move to {split}: {sentences}", split = split.name(), sentences = text);
            let badge = Badge::new(split.name()).spoken(&name);
            if badge.show_selectable(ui, shared == Some(split)).clicked() && shared != Some(split) {
                out.push(Command::Splits(SplitCommand::Move(scope, split)));
                ui.close();
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(metrics::GAP);
            label(ui, TextRole::Body, p.text, text);
        });
    });
}
