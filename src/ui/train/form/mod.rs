//! The form of the next run: data, base model and settings; at the right the expected cost, checks, and the start.

mod base_model;
mod checks;
mod data;
mod fields;
mod summary;

use super::{lr_sweep, main_column, right_panel, strip};
use crate::app::App;
use crate::i18n::tr;
use crate::session::Session;
use crate::train::settings::table::LABEL_ALL_SUBWORDS;
use crate::train::settings::{Group, SETTINGS};
use crate::ui::Commands;
use crate::ui::theme::{self, icon, metrics};
use crate::ui::widgets::{Button, Card};
use egui::{Frame, Margin, Panel, ScrollArea, Ui, UiBuilder};
use fields::FormField;
use std::collections::BTreeMap;

/// Unfinished input of the form.
#[derive(Default)]
pub struct TrainFormState {
    texts: BTreeMap<&'static str, String>,
    folder: String,
    hub: String,
    name: String,
    /// True if the advanced settings are open.
    shows_advanced: bool,
}

/// Window width from which the summary is a panel at the right, in points. In a narrower window it is below the form.
const PANEL_WIDTH: f32 = 1024.0;

/// Shows the form.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let p = theme::colors(ui);
    let window = ui.content_rect().width();
    let has_panel = window >= PANEL_WIDTH;
    if has_panel {
        let width = if window < 1280.0 { 300.0 } else { 340.0 };
        right_panel(ui, "summary", width, |ui| summary::panel(ui, app, session, view, out));
    } else {
        let foot = Frame::new().fill(p.panel).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("start").frame(foot).resizable(false).show_separator_line(true).show(ui, |ui| {
            summary::foot(ui, app, session, out);
        });
    }
    main_column(ui, |ui| {
        strip::show(ui, app, session, out);
        ScrollArea::vertical().id_salt("form").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = metrics::CARD_GAP;
            ui.set_max_width(ui.available_width() - 16.0);
            if let Some(sweep) = &session.measurements.lr_sweep {
                lr_sweep::show(ui, sweep, out);
            }
            data_and_model(ui, app, session, view, out);
            settings(ui, app, session, view, out);
            if !has_panel {
                Card::new(tr!("Before you start")).show(
                    ui,
                    |_| {},
                    |ui| {
                        summary::details(ui, app, session, out);
                        summary::name_field(ui, app, session, view, out);
                    },
                );
            }
            ui.add_space(4.0);
        });
    });
}

/// Shows the cards of data and base model, side by side if there is space.
fn data_and_model(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    const MIN_WIDTH: f32 = 620.0;
    let width = ui.available_width();
    if width < MIN_WIDTH {
        data_card(ui, app, session, 0.0, out);
        model_card(ui, app, session, view, 0.0, out);
        return;
    }
    // Both cards have the height of the higher one in the last frame.
    let id = ui.scope_id().with("card height");
    let height: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let top = ui.cursor().min;
    let half = ((width - metrics::CARD_GAP) / 2.0).floor();
    let rect = |left: f32| egui::Rect::from_min_size(egui::pos2(left, top.y), egui::vec2(half, f32::INFINITY));
    let child = |ui: &mut Ui, left: f32| ui.new_child(UiBuilder::new().max_rect(rect(left)).layout(*ui.layout()));
    let mut left = child(ui, top.x);
    let of_data = data_card(&mut left, app, session, height, out);
    let mut right = child(ui, top.x + half + metrics::CARD_GAP);
    let of_model = model_card(&mut right, app, session, view, height, out);
    let needed = of_data.max(of_model);
    if (needed - height).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, needed));
        ui.ctx().request_discard("the cards have another height");
    }
    ui.allocate_space(egui::vec2(width, needed));
}

/// Shows the card of the data. Returns the height that its content needs.
fn data_card(ui: &mut Ui, app: &App, session: &Session, height: f32, out: &mut Commands) -> f32 {
    Card::new(tr!("Train on")).subtitle(tr!("Train split")).height(height).show(
        ui,
        |_| {},
        |ui| measured(ui, |ui| data::show(ui, app, session, out)),
    )
}

fn model_card(
    ui: &mut Ui,
    app: &App,
    session: &Session,
    view: &mut TrainFormState,
    height: f32,
    out: &mut Commands,
) -> f32 {
    Card::new(tr!("Base model")).height(height).show(
        ui,
        |_| {},
        |ui| measured(ui, |ui| base_model::show(ui, app, session, view, out)),
    )
}

/// Shows the body of a card, and returns the height of a card with this body.
fn measured(ui: &mut Ui, body: impl FnOnce(&mut Ui)) -> f32 {
    let height = ui.scope(body).response.rect.height();
    height + metrics::CARD_HEAD + metrics::CARD_PAD + 2.0
}

fn settings(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let t = &app.train_page;
    if !ui.text_edit_focused() || view.texts.len() != t.inputs.len() {
        view.texts.clone_from(&t.inputs);
    }
    let n_columns = match ui.available_width() {
        width if width >= 840.0 => 4,
        width if width >= 560.0 => 3,
        _ => 2,
    };
    let reason = crate::app::runs::training_blocker(app);
    let mut of_head = Commands::new();
    Card::new(tr!("Settings")).show(
        ui,
        |ui| summary::find_rate_button(ui, app, reason.as_deref(), &mut of_head),
        |ui| {
            checks::small_data_hint(ui, app, session, out);
            let basic = SETTINGS.iter().filter(|setting| setting.group == Group::Basic).map(FormField::Setting);
            fields::grid(ui, n_columns, basic.chain([FormField::Device]), |ui, field| {
                fields::show_field(ui, app, view, field, out);
            });
            fields::switch(ui, app, LABEL_ALL_SUBWORDS, out);
            let glyph = if view.shows_advanced { icon::CHEVRON_DOWN } else { icon::CHEVRON_RIGHT };
            if Button::ghost(tr!("Advanced settings")).icon(glyph).selected(false).show(ui).clicked() {
                view.shows_advanced = !view.shows_advanced;
            }
            if view.shows_advanced {
                let advanced = SETTINGS.iter().filter(|setting| setting.group == Group::Advanced);
                fields::grid(ui, n_columns, advanced.map(FormField::Setting), |ui, field| {
                    fields::show_field(ui, app, view, field, out);
                });
            }
        },
    );
    out.extend(of_head);
}
