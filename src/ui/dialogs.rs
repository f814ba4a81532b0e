//! File dialogs. They run on a separate thread, so the window never blocks. If the system has no file dialog, the
//! window shows a path field instead.

use super::data::picture::png;
use super::theme::{self, TextRole, icon, metrics};
use super::widgets::{Button, TextField, dialog, paragraph};
use crate::app::effect::Pick;
use crate::app::i18n::tr;
use crate::app::train_page::BaseModelInput;
use crate::app::{Command, Notification};
use crate::hub::ModelRef;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Minimum duration of a file dialog. One that closes earlier without an answer was never shown, because the desktop
/// portal is missing.
const TOO_SOON: Duration = Duration::from_millis(400);

/// Function that asks for a path. Tests replace it.
pub type Ask = std::sync::Arc<dyn Fn(&Pick) -> Option<PathBuf> + Send + Sync>;

/// Result of a dialog.
enum Answer {
    /// The resulting command.
    Done(Command),
    /// No path, and the time that the dialog was open.
    None(Pick, Duration),
    /// A path at which existing data would be replaced.
    Exists(Pick, PathBuf),
}

/// Open dialogs, and the path field.
pub struct Dialogs {
    ask: Ask,
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
    typed: Option<(Pick, String)>,
    /// A path at which existing data would be replaced, while the user is asked.
    replaces: Option<(Pick, PathBuf)>,
}

impl Dialogs {
    /// Creates dialogs of the system.
    pub fn of_the_system() -> Self {
        Self::new(std::sync::Arc::new(ask_system))
    }

    /// Creates dialogs that call `ask`.
    pub fn new(ask: Ask) -> Self {
        let (sender, answers) = unbounded();
        Self { ask, sender, answers, typed: None, replaces: None }
    }

    /// Opens a dialog for a path.
    pub fn open(&self, pick: Pick, ctx: &egui::Context) {
        let ask = self.ask.clone();
        self.answer(ctx, move || {
            let started = Instant::now();
            match ask(&pick) {
                // The system dialog confirms the replacement of a file, but not of a directory with files.
                Some(path) if pick.writes() && path.is_dir() && exists(&path) => Answer::Exists(pick, path),
                Some(path) => Answer::Done(command(pick, path)),
                None => Answer::None(pick, started.elapsed()),
            }
        });
    }

    /// Runs `find` on a new thread and stores its answer.
    fn answer(&self, ctx: &egui::Context, find: impl FnOnce() -> Answer + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), ctx.clone());
        let work = move || {
            if sender.send(find()).is_ok() {
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
            match answer {
                Answer::Done(command) => commands.push(command),
                Answer::None(pick, took) if took < TOO_SOON => self.typed = Some((pick, String::new())),
                Answer::None(..) => {}
                Answer::Exists(pick, path) => self.replaces = Some((pick, path)),
            }
        }
        commands
    }

    /// Shows the path field, if it is needed.
    pub fn show(&mut self, ctx: &egui::Context) {
        self.ask_to_replace(ctx);
        let Some((pick, mut text)) = self.typed.take() else { return };
        let p = theme::of(ctx);
        let mut open = true;
        let title = title(&pick);
        let left = dialog(ctx, "path", 460.0, |ui| {
            super::widgets::label(ui, TextRole::Title, p.text, title);
            paragraph(
                ui,
                TextRole::Small,
                p.text2,
                tr!("This system shows no file dialog, so type or paste the path."),
            );
            let field = TextField::new(&mut text, tr!("Path")).icon(icon::FOLDER).placeholder("/home/me/data").show(ui);
            // A repeated focus request would interrupt the composition of an input method.
            if !field.has_focus() {
                field.request_focus();
            }
            ui.add_space(metrics::GAP);
            ui.horizontal(|ui| {
                let entered = ui.input(|i| i.key_pressed(egui::Key::Enter));
                if (Button::primary(tr!("Use this path")).show(ui).clicked() || entered) && !text.trim().is_empty() {
                    let (pick, path) = (pick.clone(), expand(text.trim()));
                    self.answer(ctx, move || match pick.writes() && exists(&path) {
                        true => Answer::Exists(pick, path),
                        false => Answer::Done(command(pick, path)),
                    });
                    open = false;
                }
                if Button::plain(tr!("Cancel")).show(ui).clicked() {
                    open = false;
                }
            });
        });
        if open && !left {
            self.typed = Some((pick, text));
        }
    }
}

impl Dialogs {
    /// Asks the user before existing data is replaced.
    fn ask_to_replace(&mut self, ctx: &egui::Context) {
        let Some((pick, path)) = self.replaces.take() else { return };
        let p = theme::of(ctx);
        let mut answer = None;
        let left = dialog(ctx, "replace", 460.0, |ui| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            super::widgets::label(ui, TextRole::Title, p.text, &tr!("Replace {name}?", name));
            let what = match path.is_dir() {
                true => tr!("{path} holds files already. Those of the same names are replaced.", path = path.display()),
                false => tr!("{path} exists already, and what is in it would be lost.", path = path.display()),
            };
            paragraph(ui, TextRole::Small, p.text2, &what);
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
            Some(true) => self.answer(ctx, move || Answer::Done(command(pick, path))),
            Some(false) => {}
            None if left => {}
            None => self.replaces = Some((pick, path)),
        }
    }
}

/// Returns true if the path is a file or a directory that is not empty.
fn exists(path: &std::path::Path) -> bool {
    path.is_file() || path.read_dir().is_ok_and(|mut entries| entries.next().is_some())
}

/// Expands `~` to the home directory, for example in `~/data`.
fn expand(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => text.into(),
    }
}

fn title(pick: &Pick) -> &'static str {
    match pick {
        Pick::OpenFile => tr!("Open a file"),
        Pick::OpenFolder => tr!("Open a folder"),
        Pick::Compare => tr!("Choose the other labelling"),
        Pick::BaseFolder | Pick::TryFolder => tr!("Choose a model folder"),
        Pick::SaveAs { .. } => tr!("Save a copy as"),
        Pick::Export { .. } => tr!("Export as"),
        Pick::SaveModel(_) => tr!("Save the model as"),
        Pick::Picture(_) => tr!("Save the picture as"),
        Pick::Project => tr!("Keep the project as"),
    }
}

fn command(pick: Pick, path: PathBuf) -> Command {
    match pick {
        Pick::OpenFile | Pick::OpenFolder => Command::Import(path),
        Pick::Compare => Command::CompareWith(path),
        Pick::BaseFolder => Command::Base(BaseModelInput::Folder(path.display().to_string())),
        Pick::TryFolder => Command::TryModel(ModelRef::Folder(path)),
        Pick::SaveAs { .. } => Command::SaveTo(path),
        Pick::Export { format, .. } => Command::ExportTo(format, path),
        Pick::SaveModel(from) => Command::SaveModelTo(from, path),
        Pick::Project => Command::KeepProjectAt(path.with_extension("tagwright")),
        Pick::Picture(svg) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) => match png(&svg) {
            Ok(bytes) => Command::WriteFile(path, bytes),
            Err(why) => Command::Say(Notification::bad(tr!("The picture was not saved"), why)),
        },
        Pick::Picture(svg) => Command::WriteFile(path, svg.into_bytes()),
    }
}

fn ask_system(pick: &Pick) -> Option<PathBuf> {
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
        Pick::Export { format, folder: false } => {
            let ending = crate::format::by_name(format).and_then(|f| f.extensions.first().copied()).unwrap_or("txt");
            dialog.set_file_name(format!("dataset.{ending}")).save_file()
        }
        Pick::SaveAs { folder: true } | Pick::Export { folder: true, .. } | Pick::SaveModel(_) => dialog.save_file(),
    }
}
