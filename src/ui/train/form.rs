//! The form of a run: base model, data, and the training arguments with their names in the Hugging Face Trainer.

use crate::app::effect::Pick;
use crate::app::i18n::{tr, translate};
use crate::app::runs::{cannot_train, training_sentences};
use crate::app::train_page::BaseModelInput;
use crate::app::{Action, Annotate, App, Command};
use crate::corpus::Split;
use crate::corpus::holdout::DEFAULT_HOLDOUT_RATIO;
use crate::model::DeviceChoice;
use crate::model::parity::TOLERANCE;
use crate::train::arguments::{MIN_RECOMMENDED_STEPS, steps};
use crate::train::settings_table::{ENUM_SETTINGS, NUMBER_SETTINGS};
use crate::ui::Commands;
use crate::ui::numbers::{counted, duration, thousands};
use crate::ui::theme::{self, TextRole, icon};
use crate::ui::widgets::{
    Button, ProgressBar, Segmented, TextField, Toggle, choice, form_field, label, panel_head, paragraph,
};
use crate::worker::Trial;
use egui::{Frame, Margin, Panel, ScrollArea, Ui, vec2};

/// Unfinished input of the form.
#[derive(Default)]
pub struct View {
    texts: Vec<String>,
    folder: String,
    hub: String,
    /// True if the advanced settings are open.
    further: bool,
}

/// Returns the selectable devices.
fn devices() -> [(&'static str, DeviceChoice); 4] {
    [
        (tr!("Automatic"), DeviceChoice::Auto),
        ("CPU", DeviceChoice::Cpu),
        (tr!("CUDA GPU"), DeviceChoice::Cuda(0)),
        (tr!("Metal GPU"), DeviceChoice::Metal),
    ]
}

/// Shows the form, with the start button at the bottom.
pub fn show(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    panel_head(ui, tr!("New run"), "", |ui| {
        if Button::quiet(tr!("The book's recipe")).icon(icon::ROTATE_CCW).show(ui).clicked() {
            let book = crate::train::TrainingArguments::default();
            for (i, f) in NUMBER_SETTINGS.iter().enumerate() {
                out.push(Command::Setting(i, f.get(&book)));
            }
            for (i, c) in ENUM_SETTINGS.iter().enumerate() {
                out.push(Command::Choice(i, (c.get)(&book)));
            }
        }
    });
    let foot = Frame::new().fill(p.panel).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 });
    Panel::bottom("start").frame(foot).resizable(false).show_separator_line(true).show(ui, |ui| {
        let why = cannot_train(app);
        if Button::primary(tr!("Train")).icon(icon::PLAY).main().off(why.as_deref()).show(ui).clicked() {
            out.push(Command::Do(Action::StartTraining));
        }
        ui.spacing_mut().item_spacing.y = 6.0;
        let note = why.clone().unwrap_or_else(|| plan(app, a));
        ui.vertical_centered(|ui| paragraph(ui, TextRole::Caption, p.text3, &note));
        measurements(ui, app, why.as_deref(), out);
    });
    ScrollArea::vertical().id_salt("form").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            group(ui, |ui| base(ui, app, a, view, out));
            group(ui, |ui| data(ui, app, a));
            recipe(ui, app, a, out);
            settings(ui, app, view, out);
            further(ui, app, view, out);
            let mut all = app.training.arguments.label_all_pieces;
            if Toggle::new(&mut all, tr!("Later pieces of a word carry its I- tag")).show(ui).changed() {
                out.push(Command::LabelAllPieces(all));
            }
            ui.add_space(8.0);
        });
    });
}

/// Returns a summary of the run: steps, and the measured cost if available.
fn plan(app: &App, a: &Annotate) -> String {
    let total = steps(learned(app, a), &app.training.arguments);
    let epochs = counted(app.training.arguments.num_train_epochs, "epoch");
    match &app.training.estimate {
        None => format!("{} in {epochs}", counted(total, "step")),
        Some(e) => {
            let memory = e.memory_mb.map_or_else(String::new, |mb| tr!(", {mb} MB", mb = thousands(mb as usize)));
            let free = e.free_mb.filter(|_| e.memory_mb.is_some());
            let free = free.map_or_else(String::new, |mb| tr!(" ({mb} free)", mb = thousands(mb as usize)));
            tr!(
                "{total}, about {seconds}{memory}{free}",
                total = counted(total, "step"),
                seconds = duration(e.seconds),
                memory,
                free
            )
        }
    }
}

/// Shows two short measurements before a run, or the button to stop the current one.
fn measurements(ui: &mut Ui, app: &App, why_off: Option<&str>, out: &mut Commands) {
    let half = (ui.available_width() - 8.0) / 2.0;
    ui.horizontal(|ui| {
        if let Some(trial) = app.training.trial {
            let name = if trial == Trial::Estimate { tr!("Estimating") } else { tr!("Finding a rate") };
            ProgressBar::new(name, None).width(half).show(ui);
            if Button::quiet(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Do(Action::StopTraining));
            }
            return;
        }
        if Button::quiet(tr!("How long?")).icon(icon::CLOCK).off(why_off).show(ui).clicked() {
            out.push(Command::Do(Action::Estimate));
        }
        if Button::quiet(tr!("Find a rate")).icon(icon::TRENDING_DOWN).off(why_off).show(ui).clicked() {
            out.push(Command::Do(Action::FindLearningRate));
        }
    });
}

/// Shows related content with reduced spacing.
fn group(ui: &mut Ui, body: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        body(ui);
    });
}

/// Returns the number of training sentences of the run.
fn learned(app: &App, a: &Annotate) -> usize {
    let all = training_sentences(app);
    if a.splits().contains(&Split::Dev) { all } else { all - (all as f64 * DEFAULT_HOLDOUT_RATIO).round() as usize }
}

fn base(ui: &mut Ui, app: &App, a: &Annotate, view: &mut View, out: &mut Commands) {
    let p = theme::of(ui);
    let t = &app.training;
    label(ui, TextRole::Small, p.text2, tr!("Base model"));
    let mut kind = match &t.base {
        BaseModelInput::Starter => 0,
        BaseModelInput::Folder(_) => 1,
        BaseModelInput::Hub(_) => 2,
    };
    if Segmented::new(&mut kind, &[tr!("Starter"), tr!("Folder"), tr!("Hub")]).wide().show(ui).changed() {
        out.push(Command::Base(match kind {
            0 => BaseModelInput::Starter,
            1 => BaseModelInput::Folder(view.folder.clone()),
            _ => BaseModelInput::Hub(view.hub.clone()),
        }));
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
                out.push(Command::Base(BaseModelInput::Folder(view.folder.clone())));
            }
            ui.horizontal(|ui| {
                if Button::plain(tr!("Choose...")).show(ui).clicked() {
                    out.push(Command::Pick(Pick::BaseFolder));
                }
                let runs = app.models();
                if runs.len() > 1 {
                    let button = Button::plain(tr!("A run")).opens_menu().show(ui);
                    crate::ui::widgets::menu(&button, 220.0, |ui| {
                        for (title, model) in &runs[1..] {
                            if crate::ui::widgets::MenuRow::new(title).show(ui).clicked() {
                                if let Some(folder) = app.model_folder(model) {
                                    out.push(Command::Base(BaseModelInput::Folder(folder.display().to_string())));
                                }
                                ui.close();
                            }
                        }
                    });
                }
            });
        }
        BaseModelInput::Hub(_) => {
            if TextField::new(&mut view.hub, tr!("Hub id")).placeholder("owner/name").show(ui).changed() {
                out.push(Command::Base(BaseModelInput::Hub(view.hub.trim().to_owned())));
            }
            paragraph(
                ui,
                TextRole::Caption,
                p.text3,
                tr!("Downloaded when training begins, then kept. This is the only thing that needs the network."),
            );
        }
    }
    if let Some(download) = &t.download {
        let share = (download.total > 0).then(|| download.done as f32 / download.total as f32);
        ProgressBar::new(tr!("Download"), share).show(ui);
        ui.horizontal(|ui| {
            let (done, total) = (download.done as f64 / 1e6, download.total as f64 / 1e6);
            label(
                ui,
                TextRole::Caption,
                p.text2,
                &tr!(
                    "{file}: {done} of {total} MB",
                    file = download.file,
                    done = format!("{:.1}", done),
                    total = format!("{:.1}", total)
                ),
            );
            if Button::quiet(tr!("Cancel")).show(ui).clicked() {
                out.push(Command::Do(Action::StopTraining));
            }
        });
    }
    facts(ui, app, a, out);
}

/// Shows the properties of the base model, the result of its parity check, and if its head is kept.
fn facts(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    let t = &app.training;
    match &t.facts {
        None if t.checking => {
            label(ui, TextRole::Caption, p.text3, tr!("Checking the model"));
        }
        None => {}
        Some(Err(why)) => {
            paragraph(ui, TextRole::Caption, p.err, why);
        }
        Some(Ok(facts)) => {
            let size = facts.size as f64 / 1e6;
            let what = tr!("BERT, {shape}, {size} M weights", shape = facts.shape, size = format!("{:.1}", size));
            let more = tr!(
                "Reads {max_length} pieces at once. Labels: {facts}.",
                max_length = facts.max_length,
                facts = facts.labels.join(", ")
            );
            paragraph(ui, TextRole::Caption, p.text3, &what).on_hover_text(more);
            match facts.difference {
                Some(d) if d <= TOLERANCE => {
                    let why = tr!(
                        "On three sentences the largest difference of a score is {difference}.",
                        difference = format!("{:.0e}", d)
                    );
                    marked(ui, icon::CIRCLE_CHECK, p.ok, tr!("Same results as candle-transformers")).on_hover_text(why)
                }
                Some(d) => {
                    let text = tr!(
                        "Differs by {difference} from candle-transformers: more than rounding",
                        difference = format!("{:.0e}", d)
                    );
                    marked(ui, icon::TRIANGLE_ALERT, p.warn, &text)
                }
                None => {
                    let text = tr!("candle-transformers could not run it, so it is unchecked");
                    marked(ui, icon::TRIANGLE_ALERT, p.warn, text)
                }
            };
        }
    }
    let labels: Vec<String> = a.corpus.labels.names();
    if let Some(keeps) = t.keeps_head(&labels) {
        let text = if keeps && !t.arguments.new_head {
            tr!("Its head is kept: it knows all labels here.")
        } else if keeps {
            tr!("A new head is made, though its own could be kept.")
        } else {
            tr!("New head: some labels here are unknown to it.")
        };
        paragraph(ui, TextRole::Caption, p.text2, text);
        if keeps {
            let mut new_head = t.arguments.new_head;
            if Toggle::new(&mut new_head, tr!("New head")).show(ui).changed() {
                out.push(Command::NewHead(new_head));
            }
        }
    }
}

/// Shows a caption after an icon, so that color is not the only cue.
fn marked(ui: &mut Ui, glyph: theme::Icon, colour: egui::Color32, text: &str) -> egui::Response {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.allocate_ui(vec2(13.0, 16.0), |ui| crate::ui::widgets::icon(ui, glyph, 13.0, colour));
        paragraph(ui, TextRole::Caption, colour, text)
    })
    .inner
}

fn data(ui: &mut Ui, app: &App, a: &Annotate) {
    let p = theme::of(ui);
    let all = training_sentences(app);
    label(ui, TextRole::Small, p.text2, tr!("Train on"));
    label(ui, TextRole::BodyMedium, p.text, &tr!("train, {count}", count = counted(all, "sentence")));
    let has_dev = a.splits().contains(&Split::Dev);
    let note = if has_dev {
        tr!("Sentences of dev and test never train.").to_owned()
    } else {
        let seed = app.training.arguments.seed;
        tr!(
            "No dev split: {share} % of the documents are held out, by seed {seed}.",
            share = format!("{:.0}", DEFAULT_HOLDOUT_RATIO * 100.0),
            seed
        )
    };
    paragraph(ui, TextRole::Caption, p.text3, &note);
}

/// Shows a recommended recipe for a small dataset.
fn recipe(ui: &mut Ui, app: &App, a: &Annotate, out: &mut Commands) {
    let p = theme::of(ui);
    let arguments = &app.training.arguments;
    let total = steps(learned(app, a), arguments);
    if total >= MIN_RECOMMENDED_STEPS || arguments.learning_rate >= 1e-4 {
        return;
    }
    Frame::new().fill(p.warn_tint).corner_radius(8).inner_margin(Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            crate::ui::widgets::icon(ui, icon::TRIANGLE_ALERT, 16.0, p.warn);
            ui.vertical(|ui| {
                let text = tr!(
                    "{total} at this rate teach little. A higher rate and more epochs would.",
                    total = counted(total, "step")
                );
                paragraph(ui, TextRole::Small, p.text, &text);
                if Button::plain(tr!("Take the small-data recipe")).show(ui).clicked() {
                    out.push(Command::TakeRecipe);
                }
            });
        });
    });
}

fn settings(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let t = &app.training;
    if !ui.text_edit_focused() || view.texts.len() != NUMBER_SETTINGS.len() {
        view.texts.clone_from(&t.texts);
    }
    let usual = (0..NUMBER_SETTINGS.len()).filter(|i| !NUMBER_SETTINGS[*i].further).map(Place::Number);
    in_pairs(ui, usual.chain([Place::Device]), |ui, place| show_place(ui, app, view, place, out));
}

/// A field of the form: a number, an enumerated option, or the device.
#[derive(Clone, Copy)]
enum Place {
    Number(usize),
    Word(usize),
    Device,
}

/// Shows the advanced settings in a collapsible section.
fn further(ui: &mut Ui, app: &App, view: &mut View, out: &mut Commands) {
    let glyph = if view.further { icon::CHEVRON_DOWN } else { icon::CHEVRON_RIGHT };
    if Button::quiet(tr!("Further settings")).icon(glyph).toggled(false).show(ui).clicked() {
        view.further = !view.further;
    }
    if view.further {
        let numbers = (0..NUMBER_SETTINGS.len()).filter(|i| NUMBER_SETTINGS[*i].further).map(Place::Number);
        let words = (0..ENUM_SETTINGS.len()).map(Place::Word);
        in_pairs(ui, words.chain(numbers), |ui, place| show_place(ui, app, view, place, out));
    }
}

/// Shows fields in rows of two with equal width.
fn in_pairs(ui: &mut Ui, places: impl Iterator<Item = Place>, mut show: impl FnMut(&mut Ui, Place)) {
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

fn show_place(ui: &mut Ui, app: &App, view: &mut View, place: Place, out: &mut Commands) {
    let t = &app.training;
    match place {
        Place::Number(i) => {
            let field = NUMBER_SETTINGS[i];
            let typed = &mut view.texts[i];
            let error = t.errors[i].as_deref();
            let response = form_field(ui, short(field.name), translate(field.hint), error, |ui| {
                TextField::new(typed, field.name).unit(field.unit).invalid(error.is_some()).show(ui)
            });
            if response.changed() {
                out.push(Command::Setting(i, view.texts[i].clone()));
            }
        }
        Place::Word(i) => {
            let c = ENUM_SETTINGS[i];
            let mut at = (c.get)(&t.arguments);
            let response =
                form_field(ui, short(c.name), translate(c.help), None, |ui| choice(ui, c.name, &mut at, c.options));
            if response.changed() {
                out.push(Command::Choice(i, at));
            }
        }
        Place::Device => device(ui, app, out),
    }
}

/// Returns the name of the Trainer argument, shortened to fit.
fn short(name: &str) -> &str {
    let prefixes = ["per_device_", "gradient_", "early_stopping_"];
    let name = prefixes.iter().fold(name, |name, prefix| name.trim_start_matches(prefix));
    name.trim_end_matches("_factor")
}

fn device(ui: &mut Ui, app: &App, out: &mut Commands) {
    let offered: Vec<(&str, DeviceChoice)> = devices()
        .into_iter()
        .filter(|(_, d)| {
            (app.training.gpu_helper || !matches!(d, DeviceChoice::Cuda(_)))
                && (cfg!(feature = "metal") || *d != DeviceChoice::Metal)
        })
        .collect();
    let mut at = offered.iter().position(|(_, d)| *d == app.training.arguments.device).unwrap_or(0);
    let names: Vec<String> = offered
        .iter()
        .map(|(name, _)| {
            if *name == "CPU" {
                tr!("CPU, {threads} threads", threads = thousands(crate::model::device::n_threads()))
            } else {
                (*name).to_owned()
            }
        })
        .collect();
    let response = form_field(ui, tr!("Device"), tr!("A GPU, if there is one"), None, |ui| {
        choice(ui, tr!("Device"), &mut at, &names)
    });
    if response.changed() {
        out.push(Command::Device(offered[at].1));
    }
}
