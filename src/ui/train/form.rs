//! The form of a run: base model, data, and the training arguments with their names in the Hugging Face Trainer.

use crate::app::effect::Pick;
use crate::app::page_commands::TrainCommand;
use crate::app::requests::{Pending, Slot};
use crate::app::runs::training_blocker;
use crate::app::train_page::BaseModelInput;
use crate::app::{Action, App, Command};
use crate::corpus::Split;
use crate::i18n::{tr, translate, trn};
use crate::model::DeviceChoice;
use crate::model::parity::TOLERANCE;
use crate::session::Session;
use crate::train::arguments::{MIN_RECOMMENDED_STEPS, steps};
use crate::train::settings::table::{LABEL_ALL_SUBWORDS, NEW_HEAD};
use crate::train::settings::{Group, SETTINGS, Setting, SettingKind, setting};
use crate::ui::Commands;
use crate::ui::format_numbers::{self, format_duration, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    Button, FieldLabel, ProgressBar, SegmentedControl, Switch, TextField, combo_box, form_field, label, panel_header,
    paragraph,
};
use crate::worker::Measurement;
use egui::{Frame, Margin, Panel, ScrollArea, Ui, vec2};
use std::collections::BTreeMap;

/// Unfinished input of the form.
#[derive(Default)]
pub struct TrainFormState {
    texts: BTreeMap<&'static str, String>,
    folder: String,
    hub: String,
    /// True if the advanced settings are open.
    further: bool,
}

/// Returns the selectable devices.
fn device_options() -> [(&'static str, DeviceChoice); 4] {
    [
        (tr!("Automatic"), DeviceChoice::Auto),
        ("CPU", DeviceChoice::Cpu),
        (tr!("NVIDIA GPU (CUDA)"), DeviceChoice::Cuda(0)),
        (tr!("Apple GPU (Metal)"), DeviceChoice::Metal),
    ]
}

/// Shows the form, with the start button at the bottom.
pub fn show(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let p = theme::colors(ui);
    panel_header(ui, tr!("New run"), "", |ui| {
        if Button::ghost(tr!("Reset to defaults")).icon(icon::ROTATE_CCW).show(ui).clicked() {
            out.push(Command::Train(TrainCommand::ResetRunSettings));
        }
    });
    let foot = Frame::new().fill(p.panel).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 });
    Panel::bottom("start").frame(foot).resizable(false).show_separator_line(true).show(ui, |ui| {
        let reason = training_blocker(app);
        if Button::primary(tr!("Train")).icon(icon::PLAY).main().disabled(reason.as_deref()).show(ui).clicked() {
            out.push(Command::Run(Action::StartTraining));
        }
        ui.spacing_mut().item_spacing.y = 6.0;
        let note = reason.clone().unwrap_or_else(|| run_summary(app, session));
        ui.vertical_centered(|ui| paragraph(ui, TextRole::Caption, p.text_muted, &note));
        measurement_buttons(ui, app, reason.as_deref(), out);
    });
    ScrollArea::vertical().id_salt("form").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            field_group(ui, |ui| base_model(ui, app, session, view, out));
            field_group(ui, |ui| data_summary(ui, app, session));
            small_data_hint(ui, app, session, out);
            settings(ui, app, view, out);
            advanced_settings(ui, app, view, out);
            switch(ui, app, LABEL_ALL_SUBWORDS, out);
            ui.add_space(8.0);
        });
    });
}

/// Returns a summary of the run: steps, and the measured cost if available.
fn run_summary(app: &App, session: &Session) -> String {
    let Some(preview) = session.latest_run_preview() else { return String::new() };
    let total = steps(preview.n_train, &app.train_page.arguments);
    let epochs = format_numbers::epochs(app.train_page.arguments.num_train_epochs);
    match &session.measurements.estimate {
        None => tr!("{steps} in {epochs}", steps = format_numbers::steps(total), epochs),
        Some(e) => {
            let (steps, time) = (format_numbers::steps(total), format_duration(e.seconds));
            match (e.memory_mb.map(|mb| thousands(mb as usize)), e.free_mb.map(|mb| thousands(mb as usize))) {
                (None, _) => tr!("{steps}, about {time}", steps, time),
                (Some(mb), None) => tr!("{steps}, about {time}, {mb} MB memory", steps, time, mb),
                (Some(mb), Some(free)) => {
                    tr!("{steps}, about {time}, {mb} MB of {free} MB memory", steps, time, mb, free)
                }
            }
        }
    }
}

/// Shows two short measurements before a run, or the button to stop the current one.
fn measurement_buttons(ui: &mut Ui, app: &App, disabled_reason: Option<&str>, out: &mut Commands) {
    let half = (ui.available_width() - 8.0) / 2.0;
    ui.horizontal(|ui| {
        if let Some(measurement) = app.requests.measurement() {
            let name = match measurement {
                Measurement::Estimate => tr!("Estimating…"),
                Measurement::LrSweep => tr!("Finding learning rate…"),
            };
            ProgressBar::new(name, None).width(half).show(ui);
            if Button::ghost(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Run(Action::StopTraining));
            }
            return;
        }
        if Button::ghost(tr!("Estimate")).icon(icon::CLOCK).disabled(disabled_reason).show(ui).clicked() {
            out.push(Command::Run(Action::Estimate));
        }
        if Button::ghost(tr!("Find learning rate"))
            .icon(icon::TRENDING_DOWN)
            .disabled(disabled_reason)
            .show(ui)
            .clicked()
        {
            out.push(Command::Run(Action::FindLearningRate));
        }
    });
}

/// Shows related content with reduced spacing.
fn field_group(ui: &mut Ui, body: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        body(ui);
    });
}

fn base_model(ui: &mut Ui, app: &App, session: &Session, view: &mut TrainFormState, out: &mut Commands) {
    let p = theme::colors(ui);
    let t = &app.train_page;
    label(ui, TextRole::Small, p.text_secondary, tr!("Base model"));
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
        BaseModelInput::Hub(_) => {
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
    if let Some(download) = app.requests.pending(Slot::Training).and_then(Pending::download) {
        let share = (download.total > 0).then(|| download.done as f32 / download.total as f32);
        ProgressBar::new(tr!("Download"), share).show(ui);
        ui.horizontal(|ui| {
            let (done, total) = (download.done as f64 / 1e6, download.total as f64 / 1e6);
            label(
                ui,
                TextRole::Caption,
                p.text_secondary,
                &tr!(
                    "{file}: {done} of {total} MB",
                    file = download.file,
                    done = format!("{:.1}", done),
                    total = format!("{:.1}", total)
                ),
            );
            if Button::ghost(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Run(Action::StopTraining));
            }
        });
    }
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
    if let Some(keeps) = session.latest_run_preview().and_then(|preview| t.reuses_head(&preview.labels)) {
        let text = if keeps && !t.arguments.new_head {
            tr!("Classification head is reused (same labels)")
        } else if keeps {
            tr!("New classification head (existing head is discarded)")
        } else {
            tr!("New classification head (labels differ)")
        };
        paragraph(ui, TextRole::Caption, p.text_secondary, text);
        if keeps {
            switch(ui, app, NEW_HEAD, out);
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

fn data_summary(ui: &mut Ui, app: &App, session: &Session) {
    let p = theme::colors(ui);
    let all = session.size_of(Split::Train);
    label(ui, TextRole::Small, p.text_secondary, tr!("Training data"));
    label(ui, TextRole::BodyMedium, p.text, &trn!(all, "{n} sentence in train", "{n} sentences in train"));
    let Some(preview) = session.latest_run_preview() else { return };
    let seed = app.train_page.arguments.seed;
    let note = match preview.n_held_out {
        None => tr!("Dev and test are never used for training").to_owned(),
        Some((held, of)) if preview.by_document => {
            tr!("No dev split: {held} of {of} documents are held out (seed {seed})", held, of, seed)
        }
        Some((held, of)) => {
            tr!("No dev split: {held} of {of} sentences are held out (seed {seed})", held, of, seed)
        }
    };
    paragraph(ui, TextRole::Caption, p.text_muted, &note);
}

/// Shows a recommended recipe for a small dataset.
fn small_data_hint(ui: &mut Ui, app: &App, session: &Session, out: &mut Commands) {
    let p = theme::colors(ui);
    let arguments = &app.train_page.arguments;
    let Some(preview) = session.latest_run_preview() else { return };
    let total = steps(preview.n_train, arguments);
    if total >= MIN_RECOMMENDED_STEPS || arguments.learning_rate >= 1e-4 {
        return;
    }
    Frame::new().fill(p.warning_background).corner_radius(8).inner_margin(Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            crate::ui::widgets::icon(ui, icon::TRIANGLE_ALERT, 16.0, p.warning);
            ui.vertical(|ui| {
                let text = tr!(
                    "Too few steps ({total}) for this learning rate. Use a higher learning rate and more epochs.",
                    total = thousands(total)
                );
                paragraph(ui, TextRole::Small, p.text, &text);
                if Button::plain(tr!("Apply small-data preset")).show(ui).clicked() {
                    out.push(Command::Train(TrainCommand::ApplySmallDataPreset));
                }
            });
        });
    });
}

fn settings(ui: &mut Ui, app: &App, view: &mut TrainFormState, out: &mut Commands) {
    let t = &app.train_page;
    if !ui.text_edit_focused() || view.texts.len() != t.inputs.len() {
        view.texts.clone_from(&t.inputs);
    }
    let basic = SETTINGS.iter().filter(|setting| setting.group == Group::Basic).map(FormField::Setting);
    two_column_grid(ui, basic.chain([FormField::Device]), |ui, place| show_field(ui, app, view, place, out));
}

/// A field of the form: a setting of the table, or the device.
#[derive(Clone, Copy)]
enum FormField {
    Setting(&'static Setting),
    Device,
}

/// Shows a switch without a hint.
fn switch(ui: &mut Ui, app: &App, id: &'static str, out: &mut Commands) {
    let Some((setting, SettingKind::Switch(kind))) = setting(id).map(|setting| (setting, setting.kind)) else {
        return;
    };
    let mut is_on = kind.is_on(&app.train_page.arguments);
    if Switch::new(&mut is_on, translate(setting.label)).show(ui).changed() {
        out.push(Command::Train(TrainCommand::Set(setting.id, is_on.to_string())));
    }
}

/// Shows the advanced settings in a collapsible section.
fn advanced_settings(ui: &mut Ui, app: &App, view: &mut TrainFormState, out: &mut Commands) {
    let glyph = if view.further { icon::CHEVRON_DOWN } else { icon::CHEVRON_RIGHT };
    if Button::ghost(tr!("Advanced settings")).icon(glyph).selected(false).show(ui).clicked() {
        view.further = !view.further;
    }
    if view.further {
        let advanced = SETTINGS.iter().filter(|setting| setting.group == Group::Advanced).map(FormField::Setting);
        two_column_grid(ui, advanced, |ui, place| show_field(ui, app, view, place, out));
    }
}

/// Shows fields in rows of two with equal width.
fn two_column_grid(ui: &mut Ui, places: impl Iterator<Item = FormField>, mut show: impl FnMut(&mut Ui, FormField)) {
    let width = (ui.available_width() - 12.0) / 2.0;
    for pair in places.collect::<Vec<_>>().chunks(2) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            for place in pair {
                ui.allocate_ui(vec2(width, 68.0), |ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        show(ui, *place);
                    });
                });
            }
        });
    }
}

fn show_field(ui: &mut Ui, app: &App, view: &mut TrainFormState, field: FormField, out: &mut Commands) {
    let FormField::Setting(setting) = field else { return device(ui, app, out) };
    let t = &app.train_page;
    let label = FieldLabel::argument(translate(setting.label), setting.id, setting.flag);
    let hint = translate(setting.hint);
    match setting.kind {
        SettingKind::Number(number) => {
            let typed = view.texts.entry(setting.id).or_default();
            let error = t.errors.get(setting.id).map(String::as_str);
            let response = form_field(ui, &label, hint, error, |ui| {
                let suffix = translate(number.suffix);
                TextField::new(typed, &label.spoken()).suffix(suffix).invalid(error.is_some()).show(ui)
            });
            if response.changed() {
                out.push(Command::Train(TrainCommand::Set(setting.id, typed.clone())));
            }
        }
        SettingKind::Choice(choice) => {
            let mut index = choice.index(&t.arguments);
            let options: Vec<&str> = choice.option_labels.iter().map(|option| translate(option)).collect();
            let response =
                form_field(ui, &label, hint, None, |ui| combo_box(ui, &label.spoken(), &mut index, &options));
            if response.changed() {
                out.push(Command::Train(TrainCommand::Set(setting.id, choice.options[index].to_owned())));
            }
        }
        SettingKind::Switch(kind) => {
            let mut index = usize::from(kind.is_on(&t.arguments));
            let options = [tr!("Off"), tr!("On")];
            let response =
                form_field(ui, &label, hint, None, |ui| combo_box(ui, &label.spoken(), &mut index, &options));
            if response.changed() {
                out.push(Command::Train(TrainCommand::Set(setting.id, (index == 1).to_string())));
            }
        }
    }
}

fn device(ui: &mut Ui, app: &App, out: &mut Commands) {
    let offered: Vec<(&str, DeviceChoice)> = device_options()
        .into_iter()
        .filter(|(_, d)| {
            (app.train_page.gpu_helper || !matches!(d, DeviceChoice::Cuda(_)))
                && (cfg!(feature = "metal") || *d != DeviceChoice::Metal)
        })
        .collect();
    let mut at = offered.iter().position(|(_, d)| *d == app.train_page.arguments.device).unwrap_or(0);
    let names: Vec<String> = offered
        .iter()
        .map(|(name, _)| {
            if *name == "CPU" {
                trn!(crate::model::device::n_threads(), "CPU ({n} thread)", "CPU ({n} threads)")
            } else {
                (*name).to_owned()
            }
        })
        .collect();
    let response = form_field(ui, &tr!("Device").into(), tr!("Automatic uses a GPU if available"), None, |ui| {
        combo_box(ui, tr!("Device"), &mut at, &names)
    });
    if response.changed() {
        out.push(Command::Train(TrainCommand::Device(offered[at].1)));
    }
}
