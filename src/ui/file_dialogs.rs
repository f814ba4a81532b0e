//! File dialogs. They run on a separate thread, so the window never blocks. If the system has no file dialog, the
//! window shows a path field instead.
//!
//! A dialog that closes within 400 ms without an answer is assumed to be missing; this limit is an estimate.

use super::data::statistics_image::to_png;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Button, TextField, dialog, paragraph};
use crate::app::effect::Pick;
use crate::app::page_commands::{DataCommand, TrainCommand, TryCommand};
use crate::app::train_page::BaseModelInput;
use crate::app::{Command, Notification};
use crate::hub::ModelRef;
use crate::i18n::tr;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Minimum duration of a file dialog. One that closes earlier without an answer was never shown, because the desktop
/// portal is missing.
const MIN_DIALOG_TIME: Duration = Duration::from_millis(400);

/// Function that asks for a path. Tests replace it.
pub type PathPicker = std::sync::Arc<dyn Fn(&Pick) -> Option<PathBuf> + Send + Sync>;

/// Result of a dialog.
enum DialogResult {
    /// The resulting command.
    Done(Command),
    /// No path, and the time that the dialog was open.
    None(Pick, Duration),
    /// A path at which existing data would be replaced.
    Exists(Pick, PathBuf),
}

/// Answer of a dialog.
struct DialogAnswer {
    /// Number of the dataset that the answer refers to; `None` if it is useful for any dataset.
    dataset: Option<u64>,
    result: DialogResult,
}

/// Open dialogs, and the path field.
pub struct FileDialogs {
    ask: PathPicker,
    sender: Sender<DialogAnswer>,
    answers: Receiver<DialogAnswer>,
    manual_path: Option<(Pick, String)>,
    /// A path at which existing data would be replaced, while the user is asked.
    replaces: Option<(Pick, PathBuf)>,
    /// Number of the open dataset. An answer about an earlier one is dropped.
    dataset: u64,
}

impl FileDialogs {
    /// Creates dialogs of the system.
    pub fn system() -> Self {
        Self::new(std::sync::Arc::new(pick_with_rfd))
    }

    /// Creates dialogs that call `ask`.
    pub fn new(ask: PathPicker) -> Self {
        let (sender, answers) = unbounded();
        Self { ask, sender, answers, manual_path: None, replaces: None, dataset: 0 }
    }

    /// Opens a dialog for a path.
    pub fn open(&self, pick: Pick, ctx: &egui::Context) {
        let ask = self.ask.clone();
        self.answer(&pick.clone(), ctx, move || {
            let started = Instant::now();
            match ask(&pick) {
                // The system dialog confirms the replacement of a file, but not of a directory with files.
                Some(path) if pick.writes() && path.is_dir() && exists(&path) => DialogResult::Exists(pick, path),
                Some(path) => DialogResult::Done(command(pick, path)),
                None => DialogResult::None(pick, started.elapsed()),
            }
        });
    }

    /// Drops all questions about the open dataset, because another one replaces it.
    pub fn forget_dataset(&mut self) {
        self.dataset += 1;
        self.manual_path.take_if(|(pick, _)| pick.is_of_dataset());
        self.replaces.take_if(|(pick, _)| pick.is_of_dataset());
    }

    /// Runs `find` on a new thread and stores its answer.
    fn answer(&self, pick: &Pick, ctx: &egui::Context, find: impl FnOnce() -> DialogResult + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let dataset = pick.is_of_dataset().then_some(self.dataset);
        let work = move || {
            if sender.send(DialogAnswer { dataset, result: find() }).is_ok() {
                ctx.request_repaint();
            }
        };
        if let Err(e) = std::thread::Builder::new().name("dialog".into()).spawn(work) {
            log::error!("no dialog: {e}");
        }
    }

    /// Returns the available answers as commands.
    pub fn poll(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        for answer in self.answers.try_iter() {
            if answer.dataset.is_some_and(|dataset| dataset != self.dataset) {
                continue;
            }
            match answer.result {
                DialogResult::Done(command) => commands.push(command),
                DialogResult::None(pick, took) if took < MIN_DIALOG_TIME => {
                    self.manual_path = Some((pick, String::new()))
                }
                DialogResult::None(..) => {}
                DialogResult::Exists(pick, path) => self.replaces = Some((pick, path)),
            }
        }
        commands
    }

    /// Shows the path field, if it is needed.
    pub fn show(&mut self, ctx: &egui::Context) {
        self.ask_to_replace(ctx);
        let Some((pick, mut text)) = self.manual_path.take() else { return };
        let p = theme::colors(ctx);
        let mut open = true;
        let title = title(&pick);
        let dismissed = dialog(ctx, "path", 460.0, |ui| {
            super::widgets::label(ui, TextRole::Title, p.text, title);
            paragraph(ui, TextRole::Small, p.text_secondary, tr!("No file dialog available. Enter a path."));
            let field = TextField::new(&mut text, tr!("Path")).icon(icon::FOLDER).placeholder("/home/me/data").show(ui);
            // A repeated focus request would interrupt the composition of an input method.
            if !field.has_focus() {
                field.request_focus();
            }
            ui.add_space(metrics::GAP);
            ui.horizontal(|ui| {
                let entered = ui.input(|i| i.key_pressed(egui::Key::Enter));
                if (Button::primary(tr!("Open path")).show(ui).clicked() || entered) && !text.trim().is_empty() {
                    let (pick, path) = (pick.clone(), expand_home(text.trim()));
                    self.answer(&pick.clone(), ctx, move || match pick.writes() && exists(&path) {
                        true => DialogResult::Exists(pick, path),
                        false => DialogResult::Done(command(pick, path)),
                    });
                    open = false;
                }
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    open = false;
                }
            });
        });
        if open && !dismissed {
            self.manual_path = Some((pick, text));
        }
    }
}

impl FileDialogs {
    /// Asks the user before existing data is replaced.
    fn ask_to_replace(&mut self, ctx: &egui::Context) {
        let Some((pick, path)) = self.replaces.take() else { return };
        let p = theme::colors(ctx);
        let mut answer = None;
        let dismissed = dialog(ctx, "replace", 460.0, |ui| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            super::widgets::label(ui, TextRole::Title, p.text, &tr!("Replace {name}?", name));
            let what = match path.is_dir() {
                true => tr!(
                    "{path} already contains files. Files with the same names will be replaced.",
                    path = path.display()
                ),
                false => tr!("{path} already exists. Its contents will be replaced.", path = path.display()),
            };
            paragraph(ui, TextRole::Small, p.text_secondary, &what);
            ui.add_space(metrics::GAP);
            ui.horizontal(|ui| {
                // Enter cancels, because the key press that opened this question can still be in the queue.
                if Button::primary(tr!("Cancel")).show(ui).clicked() {
                    answer = Some(false);
                }
                if Button::plain(tr!("Replace")).show(ui).clicked() {
                    answer = Some(true);
                }
            });
        });
        match answer {
            Some(true) => self.answer(&pick.clone(), ctx, move || DialogResult::Done(command(pick, path))),
            Some(false) => {}
            None if dismissed => {}
            None => self.replaces = Some((pick, path)),
        }
    }
}

/// Returns true if the path is a file or a directory that is not empty.
fn exists(path: &std::path::Path) -> bool {
    path.is_file() || path.read_dir().is_ok_and(|mut entries| entries.next().is_some())
}

/// Expands `~` to the home directory, for example in `~/data`.
fn expand_home(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => text.into(),
    }
}

fn title(pick: &Pick) -> &'static str {
    match pick {
        Pick::OpenFile => tr!("Open file"),
        Pick::OpenFolder => tr!("Open folder"),
        Pick::Compare => tr!("Choose annotations to compare"),
        Pick::BaseFolder | Pick::TryFolder => tr!("Choose a model folder"),
        Pick::SaveAs { .. } => tr!("Save copy as"),
        Pick::Export { .. } => tr!("Export to"),
        Pick::SaveModel(_) => tr!("Save model as"),
        Pick::Picture(_) => tr!("Save image as"),
        Pick::Project => tr!("Move project to"),
    }
}

fn command(pick: Pick, path: PathBuf) -> Command {
    match pick {
        Pick::OpenFile | Pick::OpenFolder => Command::Import(path),
        Pick::Compare => Command::Data(DataCommand::CompareWith(path)),
        Pick::BaseFolder => {
            Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Folder(path.display().to_string())))
        }
        Pick::TryFolder => Command::Try(TryCommand::SetTryModel(ModelRef::Folder(path))),
        Pick::SaveAs { .. } => Command::SaveTo(path),
        Pick::Export { format, part, .. } => Command::ExportTo(format, part, path),
        Pick::SaveModel(from) => Command::SaveModelTo(from, path),
        Pick::Project => Command::MoveProjectTo(path.with_extension("tagwright")),
        Pick::Picture(svg) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) => match to_png(&svg) {
            Ok(bytes) => Command::WriteFile(path, bytes),
            Err(error) => Command::Notify(Notification::error(tr!("Could not save image"), error.to_string())),
        },
        Pick::Picture(svg) => Command::WriteFile(path, svg.into_bytes()),
    }
}

fn pick_with_rfd(pick: &Pick) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title(title(pick));
    match pick {
        Pick::OpenFile | Pick::Compare => dialog.pick_file(),
        Pick::OpenFolder | Pick::BaseFolder | Pick::TryFolder => dialog.pick_folder(),
        Pick::SaveAs { folder: false } => dialog.save_file(),
        Pick::Project => dialog.add_filter("Tagwright", &["tagwright"]).set_file_name("project.tagwright").save_file(),
        Pick::Picture(_) => {
            let dialog = dialog.add_filter("SVG", &["svg"]).add_filter("PNG", &["png"]);
            dialog.set_file_name("dataset.svg").save_file()
        }
        Pick::Export { format, dataset, folder: false, .. } => {
            let ending = crate::format::by_name(format).and_then(|f| f.extensions.first().copied()).unwrap_or("txt");
            dialog.set_file_name(format!("{dataset}.{ending}")).save_file()
        }
        Pick::SaveAs { folder: true } | Pick::Export { folder: true, .. } | Pick::SaveModel(_) => dialog.save_file(),
    }
}
