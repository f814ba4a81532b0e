//! Choice of the base model: the starter, a run or another directory, or a model of the hub.

use super::super::download;
use super::{TrainFormState, fields};
use crate::app::effect::Pick;
use crate::app::page_commands::TrainCommand;
use crate::app::requests::Slot;
use crate::app::train_page::BaseModelInput;
use crate::app::{App, Command};
use crate::i18n::tr;
use crate::model::parity::TOLERANCE;
use crate::session::Session;
use crate::train::settings::table::NEW_HEAD;
use crate::ui::Commands;
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{Button, SegmentedControl, TextField, label, paragraph};
use egui::{Ui, vec2};

/// Shows the choice of the base model and its properties.
pub(super) fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let p = theme::colors(ui);
    let t = &app.train_page;
    let mut kind = match &t.base {
        BaseModelInput::Starter => 0,
        BaseModelInput::Folder(_) => 1,
        BaseModelInput::Hub(_) => 2,
    };
    if SegmentedControl::new(&mut kind, &[tr!("Starter"), tr!("Folder"), tr!("Hub")]).wide().show(ui).changed() {
        out.push(Command::Train(TrainCommand::SetBaseModel(match kind {
            0 => BaseModelInput::Starter,
            1 => BaseModelInput::Folder(view.folder.clone()),
            _ => BaseModelInput::Hub(view.hub.clone()),
        })));
    }
    match &t.base {
        BaseModelInput::Starter => {}
        BaseModelInput::Folder(path) => {
            if !ui.text_edit_focused() {
                view.folder.clone_from(path);
            }
            if TextField::new(&mut view.folder, tr!("Model folder"))
                .icon(icon::FOLDER)
                .placeholder(tr!("config.json, model.safetensors"))
                .show(ui)
                .changed()
            {
                out.push(Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Folder(view.folder.clone()))));
            }
            ui.horizontal(|ui| {
                if Button::plain(tr!("Choose…")).show(ui).clicked() {
                    out.push(Command::OpenPathDialog(Pick::BaseFolder));
                }
                let runs = app.models();
                if runs.len() > 1 {
                    let button = Button::plain(tr!("Earlier run")).opens_menu().show(ui);
                    crate::ui::widgets::menu(&button, 220.0, |ui| {
                        for (title, model) in &runs[1..] {
                            if crate::ui::widgets::MenuRow::new(title).show(ui).clicked() {
                                if let Some(folder) = app.model_folder(model) {
                                    out.push(Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Folder(
                                        folder.display().to_string(),
                                    ))));
                                }
                                ui.close();
                            }
                        }
                    });
                }
            });
        }
        BaseModelInput::Hub(id) => {
            if !ui.text_edit_focused() {
                view.hub.clone_from(id);
            }
            if TextField::new(&mut view.hub, tr!("Model id (owner/name)")).placeholder("owner/name").show(ui).changed()
            {
                out.push(Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Hub(view.hub.trim().to_owned()))));
            }
            paragraph(
                ui,
                TextRole::Caption,
                p.text_muted,
                tr!("Downloaded when training starts, then cached. Nothing else uses the network."),
            );
        }
    }
    download::show(ui, app, out);
    facts(ui, app, session, out);
}

/// Shows the properties of the base model, the result of its parity check, and if its head is kept.
fn facts(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let t = &app.train_page;
    match &t.model_info {
        None if app.requests.is_pending(Slot::Inspection) => {
            label(ui, TextRole::Caption, p.text_muted, tr!("Checking model…"));
        }
        None => {}
        Some(Err(failure)) => {
            paragraph(ui, TextRole::Caption, p.error, &failure.message);
        }
        Some(Ok(facts)) => {
            let millions = facts.n_parameters as f64 / 1e6;
            let what = tr!(
                "BERT, {architecture}, {millions} M parameters",
                architecture = facts.architecture,
                millions = format!("{millions:.1}")
            );
            let more = tr!(
                "Maximum length: {max_length} subwords. Labels: {labels}",
                max_length = facts.max_length,
                labels = facts.labels.join(", ")
            );
            paragraph(ui, TextRole::Caption, p.text_muted, &what).on_hover_text(more);
            match facts.max_logit_difference {
                Some(d) if d <= TOLERANCE => {
                    let reason = tr!(
                        "Largest logit difference on three sentences: {difference}",
                        difference = format!("{:.0e}", d)
                    );
                    icon_caption(ui, icon::CIRCLE_CHECK, p.success, tr!("Output matches candle-transformers"))
                        .on_hover_text(reason)
                }
                Some(d) => {
                    let text = tr!(
                        "Output differs from candle-transformers by {difference}",
                        difference = format!("{:.0e}", d)
                    );
                    icon_caption(ui, icon::TRIANGLE_ALERT, p.warning, &text)
                }
                None => {
                    let text = tr!("Not verified: candle-transformers cannot run this model");
                    icon_caption(ui, icon::TRIANGLE_ALERT, p.warning, text)
                }
            };
        }
    }
    if let Some(keeps) = session.latest_run_preview().and_then(|preview| t.reuses_head(&preview.label_names())) {
        let text = if keeps && !t.arguments.new_head {
            tr!("Classification head is reused (same labels)")
        } else if keeps {
            tr!("New classification head (existing head is discarded)")
        } else {
            tr!("New classification head (labels differ)")
        };
        paragraph(ui, TextRole::Caption, p.text_secondary, text);
        if keeps {
            fields::switch(ui, app, NEW_HEAD, out);
        }
    }
}

/// Shows a caption after an icon, so that color is not the only cue.
fn icon_caption(ui: &mut Ui, glyph: theme::Icon, color: egui::Color32, text: &str) -> egui::Response {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.allocate_ui(vec2(13.0, 16.0), |ui| crate::ui::widgets::icon(ui, glyph, 13.0, color));
        paragraph(ui, TextRole::Caption, color, text)
    })
    .inner
}
