//! Fields of the settings of a run.

use super::TrainFormState;
use crate::app::page_commands::TrainCommand;
use crate::app::{App, Command};
use crate::i18n::{tr, translate, trn};
use crate::model::DeviceChoice;
use crate::train::settings::{Setting, SettingKind, setting};
use crate::ui::Commands;
use crate::ui::widgets::{FieldLabel, Switch, TextField, combo_box, form_field};
use egui::{Ui, vec2};

/// A field of the form: a setting of the table, or the device.
#[derive(Clone, Copy)]
pub(super) enum FormField {
    Setting(&'static Setting),
    Device,
}

/// Shows a switch without a hint.
pub(super) fn switch(ui: &mut Ui, app: &App, id: &'static str, out: &mut Commands) {
    let Some((setting, SettingKind::Switch(kind))) = setting(id).map(|setting| (setting, setting.kind)) else {
        return;
    };
    let mut is_on = kind.is_on(&app.train_page.arguments);
    if Switch::new(&mut is_on, translate(setting.label)).show(ui).changed() {
        out.push(Command::Train(TrainCommand::Set(setting.id, is_on.to_string())));
    }
}

/// Shows fields in rows of `n_columns` with equal width.
pub(super) fn grid(
    ui: &mut Ui,
    n_columns: usize,
    fields: impl Iterator<Item = FormField>,
    mut show: impl FnMut(&mut Ui, FormField),
) {
    const GAP: f32 = 16.0;
    let width = ((ui.available_width() - GAP * (n_columns - 1) as f32) / n_columns as f32).floor();
    ui.spacing_mut().item_spacing.y = 12.0;
    for row in fields.collect::<Vec<_>>().chunks(n_columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for field in row {
                ui.allocate_ui(vec2(width, 68.0), |ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        show(ui, *field);
                    });
                });
            }
        });
    }
}

/// Shows a field.
pub(super) fn show_field(ui: &mut Ui, app: &App, view: &mut TrainFormState, field: FormField, out: &mut Commands) {
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
    let has_gpu = app.train_page.gpu_helper || cfg!(feature = "metal");
    let help = if has_gpu {
        tr!("Automatic uses a GPU if available")
    } else {
        tr!("Automatic uses the CPU: no GPU support is installed")
    };
    let response =
        form_field(ui, &tr!("Device").into(), help, None, |ui| combo_box(ui, tr!("Device"), &mut at, &names));
    if response.changed() {
        out.push(Command::Train(TrainCommand::Device(offered[at].1)));
    }
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
