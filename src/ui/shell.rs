//! The eframe app: draws the state, runs the commands pushed by drawing, and executes their effects.

use super::file_dialogs::FileDialogs;
use super::ui_state::UiState;
use super::{Commands, annotate, chrome, keymap, open_dialog, page_table, theme};
use crate::app::update::update;
use crate::app::{App, Command, Effect, Notification, Page, answers, saving};
use crate::clock::unix_now;
use crate::failure::{Failure, FailureKind};
use crate::gpu::CudaHelper;
use crate::hub::Hub;
use crate::i18n::{self, tr};
use crate::project::settings::SettingsWriter;
use crate::project::{AppDirs, Project, ProjectWriter, Settings, WriteOp, WriterEvent, progress, settings};
use crate::session::Session;
use crate::worker::{Answer, AnswerContent, Done, Wake, Worker};
use egui::{Context, Ui};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The application in its window.
pub struct Shell {
    app: App,
    view: UiState,
    worker: Worker,
    /// Writer of the open project.
    open_writer: Option<ProjectWriter>,
    /// Writer of the project of the parked session.
    parked_writer: Option<ProjectWriter>,
    /// Writers of projects that are not in use any more, until their last operations are stored.
    closing_writers: Vec<ProjectWriter>,
    /// The reason why the open dataset has no project: the file is missing and could not be rewritten.
    missing_project_error: Option<String>,
    /// Opened datasets, while the last edits of the current one are being stored.
    waiting: Vec<Answer>,
    /// True if the window closes as soon as the last edits are stored.
    closing: bool,
    settings_writer: SettingsWriter,
    file_dialogs: FileDialogs,
    pending_commands: Commands,
    wake: Wake,
    /// The theme that egui uses: true if light.
    applied_light: Option<bool>,
}

impl Shell {
    /// Creates the application of a new window and opens these paths. `hub` resolves models named by an id.
    pub fn new(ctx: &Context, places: AppDirs, hub: Hub, paths: &[PathBuf], file_dialogs: FileDialogs) -> Self {
        theme::install(ctx);
        let wake: Wake = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint_of(egui::ViewportId::ROOT))
        };
        let (settings, damaged) = Settings::load(&places);
        let worker = Worker::new(places.clone(), hub, wake.clone());
        let settings_writer = SettingsWriter::new(places.clone());
        let queue = paths.iter().cloned().map(Command::Open).collect();
        let app = App::new(places, settings, CudaHelper::find().is_some());
        let mut shell = Self {
            app,
            view: UiState::default(),
            worker,
            open_writer: None,
            parked_writer: None,
            closing_writers: Vec::new(),
            missing_project_error: None,
            waiting: Vec::new(),
            closing: false,
            settings_writer,
            file_dialogs,
            pending_commands: queue,
            wake,
            applied_light: None,
        };
        if let Some(damaged) = damaged {
            let kept = match &damaged.kept {
                Some(path) => {
                    tr!("The readable settings are used. The old file is kept as {path}.", path = path.display())
                }
                None => tr!(
                    "The readable settings are used. The next change replaces the file, because it could not be copied."
                )
                .to_owned(),
            };
            shell.push_command(Command::Notify(Notification::error(
                tr!("Some settings could not be read"),
                format!("{}. {kept}", damaged.why),
            )));
        }
        shell.sync_theme(ctx);
        shell
    }

    /// Returns the state, for tests.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Returns true if all edits are on disk.
    pub fn is_durable(&self) -> bool {
        self.missing_project_error.is_none() && self.writers().all(ProjectWriter::is_durable)
    }

    /// Queues a command for the next frame.
    pub fn push_command(&mut self, command: Command) {
        self.pending_commands.push(command);
    }

    /// Runs the commands of the last frame, and handles events from other threads.
    pub fn process_events(&mut self, ctx: &Context) {
        // Commands refer to the dataset that was visible, and an answer can replace it.
        self.run_commands(ctx);
        let waited = std::mem::take(&mut self.waiting);
        for answer in waited.into_iter().chain(self.worker.drain()) {
            if let Some(answer) = self.defer_open(answer) {
                let effects = answers::on_answer(&mut self.app, answer);
                self.run_effects(effects, ctx);
            }
        }
        self.pending_commands.extend(self.file_dialogs.poll());
        for event in self.open_writer.as_mut().map(ProjectWriter::poll).unwrap_or_default() {
            match event {
                WriterEvent::Gone(message) => self.restore(&message),
                WriterEvent::Saved(saved) => {
                    let effects = saving::on_saved(&mut self.app, saved);
                    self.run_effects(effects, ctx);
                }
                WriterEvent::Failed(_) => self.notify(event),
            }
        }
        self.poll_other_writers();
        let failure = || self.open_writer.as_ref().and_then(ProjectWriter::failure).map(str::to_owned);
        self.app.storage_error = self.missing_project_error.clone().or_else(failure);
        self.close_when_stored(ctx);
        for file in ctx.input(|i| i.raw.dropped_files.clone()) {
            self.pending_commands.push(Command::Import(file.path().to_owned()));
        }
        self.run_commands(ctx);
        self.sync_theme(ctx);
    }

    fn run_commands(&mut self, ctx: &Context) {
        for command in std::mem::take(&mut self.pending_commands) {
            let effects = update(&mut self.app, command);
            self.run_effects(effects, ctx);
        }
    }

    /// All writers: of the open project, of the parked one, and of closed ones.
    fn writers(&self) -> impl Iterator<Item = &ProjectWriter> {
        self.open_writer.iter().chain(&self.parked_writer).chain(&self.closing_writers)
    }

    /// Returns true if all edits of the open dataset are stored, or can be discarded.
    fn can_replace_dataset(&self) -> bool {
        self.missing_project_error.is_none() && self.open_writer.iter().all(is_stored)
    }

    /// Returns true if all edits of all datasets are stored, or can be discarded.
    fn can_close(&self) -> bool {
        self.missing_project_error.is_none() && self.writers().all(is_stored)
    }

    /// Lets an opened dataset replace the current one after all edits of that are stored. If they cannot be stored, it
    /// is rejected.
    fn defer_open(&mut self, answer: Answer) -> Option<Answer> {
        if !is_opened_dataset(&answer) || self.can_replace_dataset() {
            return Some(answer);
        }
        match self.app.storage_error.clone() {
            None => {
                self.waiting.push(answer);
                None
            }
            Some(reason) => {
                let failure = Failure::new(FailureKind::NoSpace, reason);
                Some(Answer { id: answer.id, content: AnswerContent::Failed(failure) })
            }
        }
    }

    /// Keeps the window open until the last edits are stored, and asks the user if they cannot be.
    fn close_when_stored(&mut self, ctx: &Context) {
        let asked = ctx.input(|i| i.viewport().close_requested());
        let is_confirming = self.app.dialogs.is_confirming_close();
        if asked && !self.can_close() && !is_confirming {
            self.closing = true;
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
        let of_writer = || self.writers().find_map(ProjectWriter::failure).map(str::to_owned);
        let failure = self.app.storage_error.clone().or_else(of_writer);
        if is_confirming && failure.is_none() {
            self.pending_commands.push(Command::WithdrawClosing);
        }
        if self.closing
            && let Some(reason) = failure
        {
            self.closing = false;
            self.pending_commands.push(Command::ConfirmClosing(reason));
        } else if self.closing && self.can_close() {
            self.closing = false;
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn sync_theme(&mut self, ctx: &Context) {
        let system = ctx.system_theme().map(|theme| theme == egui::Theme::Light);
        if system != self.app.system_light {
            self.pending_commands.push(Command::SystemTheme(system));
        }
        let density = if self.app.settings.compact { theme::Density::Compact } else { theme::Density::Comfortable };
        if theme::density(ctx) != density {
            theme::set_density(ctx, density);
        }
        if theme::hides_invisible(ctx) != self.app.settings.hide_invisible {
            theme::set_hides_invisible(ctx, self.app.settings.hide_invisible);
        }
        let light = self.app.is_light();
        if self.applied_light != Some(light) {
            self.applied_light = Some(light);
            ctx.set_theme(if light { egui::Theme::Light } else { egui::Theme::Dark });
        }
    }

    fn run_effects(&mut self, effects: Vec<Effect>, ctx: &Context) {
        for effect in effects {
            match effect {
                Effect::PathDialog(pick) => self.file_dialogs.open(pick, ctx),
                Effect::Submit(request) => self.worker.submit(*request),
                Effect::Control(id, control) => self.worker.control(id, control),
                Effect::AttachProject(project) => self.attach(*project),
                Effect::ParkProject => self.parked_writer = self.open_writer.take(),
                Effect::UnparkProject => self.unpark(),
                Effect::CloseParkedProject(mut session) => {
                    if let Some(mut writer) = self.parked_writer.take() {
                        send_writes(&mut session, &mut writer);
                        self.closing_writers.push(writer);
                    }
                }
                Effect::Release => self.release(),
                Effect::Rebuild(path) => {
                    if let Err(reason) = self.rebuild(&path) {
                        let title = tr!("Could not move the project");
                        self.pending_commands.push(Command::Notify(Notification::error(title, reason)));
                    }
                }
                Effect::Notify(notification) => self.pending_commands.push(Command::Notify(notification)),
                Effect::RefreshDate => self.pending_commands.push(Command::NewDay(progress::today())),
                Effect::StoreSettings => self.settings_writer.send(self.app.settings.clone()),
            }
            ctx.request_repaint();
        }
        self.send_writes();
    }

    /// Closes the project after all pending writes.
    fn release(&mut self) {
        let events = self.open_writer.take().map(|mut writer| writer.finish()).unwrap_or_default();
        events.into_iter().for_each(|event| self.notify(event));
    }

    /// Makes a project the open one and closes the previous one.
    fn attach(&mut self, project: Project) {
        // A project of another window is read-only, so it needs no writer.
        let writer = (!project.is_read_only()).then(|| ProjectWriter::new(project, self.wake.clone()));
        self.replace_writer(writer);
    }

    /// Makes the project of the parked session the open one again. The writer of a session with a run is parked before.
    fn unpark(&mut self) {
        let writer = self.parked_writer.take();
        self.replace_writer(writer);
    }

    fn replace_writer(&mut self, writer: Option<ProjectWriter>) {
        self.file_dialogs.forget_dataset();
        self.missing_project_error = None;
        let previous = std::mem::replace(&mut self.open_writer, writer);
        self.closing_writers.extend(previous);
        // Positions and drafts refer to sentences and labels of the previous dataset.
        self.view.annotate = annotate::AnnotateState::default();
    }

    /// Receives the events of projects that are not the open one. Their files belong to another dataset, so the results
    /// are only reported.
    fn poll_other_writers(&mut self) {
        let mut events = self.parked_writer.as_mut().map(ProjectWriter::poll).unwrap_or_default();
        self.closing_writers.retain_mut(|writer| {
            let is_closed = writer.is_closed();
            events.extend(writer.poll());
            if is_stored(writer) {
                writer.close();
            }
            !is_closed
        });
        events.into_iter().for_each(|event| self.notify(event));
    }

    /// Notifies the user of the event of a writer.
    fn notify(&mut self, event: WriterEvent) {
        self.pending_commands.push(Command::Notify(match event {
            WriterEvent::Failed(message) | WriterEvent::Gone(message) => {
                Notification::error(tr!("Could not save edit"), message)
            }
            WriterEvent::Saved(saved) => saving::save_notification(&saved),
        }));
    }

    /// Rewrites the project at its path, unless another file exists there.
    fn restore(&mut self, message: &str) {
        let Some(at) = self.app.session.as_ref().map(|session| session.project().to_owned()) else { return };
        let notice = if at.exists() {
            let text = tr!("{message}. Move the project to another folder.", message);
            Notification::error(tr!("Could not save edits"), text)
        } else {
            match self.rebuild(&at) {
                Ok(()) => Notification::info(
                    tr!("The project file was missing and is written again"),
                    at.display().to_string(),
                ),
                Err(reason) => Notification::error(tr!("Could not save edits"), reason),
            }
        };
        self.pending_commands.push(Command::Notify(notice));
    }

    /// Rewrites the project of the open dataset from memory at a path, and uses it from then on.
    ///
    /// # Errors
    /// Returns an error message if the project cannot be written there. The previous project then stays open.
    fn rebuild(&mut self, at: &Path) -> Result<(), String> {
        let here = self.open_writer.as_ref().is_some_and(|c| c.path() == at);
        if here && at.exists() {
            return Err(tr!("{path} is the project that cannot be written. Choose another name.", path = at.display()));
        }
        // On close, SQLite removes auxiliary files next to the path. They must not be those of the new project.
        if here {
            self.end_open_writer();
        }
        let project = Project::open(at).map_err(|e| e.to_string()).and_then(|project| {
            let is_free = project.is_empty().map_err(|e| e.to_string())? && !project.is_read_only();
            let taken = tr!("{path} contains another project. Choose another name.", path = at.display());
            if is_free { Ok(project) } else { Err(taken) }
        });
        let project = project.inspect_err(|reason| {
            if self.open_writer.is_none() {
                self.missing_project_error = Some(reason.clone());
            }
        })?;
        self.end_open_writer();
        let Some(session) = &mut self.app.session else { return Ok(()) };
        session.set_project_path(project.path().to_owned());
        let mut open_writer = ProjectWriter::new(project, self.wake.clone());
        open_writer.send(WriteOp::Rebuild(Box::new(session.memory())));
        (self.open_writer, self.missing_project_error) = (Some(open_writer), None);
        Ok(())
    }

    /// Ends the writer thread of a project whose edits are all in memory. Reports a save that finished in the meantime.
    fn end_open_writer(&mut self) {
        for event in self.open_writer.take().map(|mut writer| writer.finish()).unwrap_or_default() {
            if let WriterEvent::Saved(saved) = event {
                self.pending_commands.push(Command::Notify(saving::save_notification(&saved)));
                self.app.session.iter_mut().for_each(|session| session.set_saved_files(saved.files.clone()));
            }
        }
    }

    /// Writes the changes of the sessions to their projects.
    fn send_writes(&mut self) {
        let sessions = [&mut self.app.session, &mut self.app.parked];
        for (session, writer) in sessions.into_iter().zip([&mut self.open_writer, &mut self.parked_writer]) {
            let Some(session) = session else { continue };
            match writer.as_mut().filter(|writer| writer.path() == session.project()) {
                Some(writer) => send_writes(session, writer),
                // Without its project, the changes stay in memory; the project is rewritten from there.
                None => drop(session.take_writes()),
            }
        }
    }

    /// Draws a frame.
    pub fn draw(&mut self, ui: &mut Ui) {
        let mut out = Commands::new();
        // A key that is recorded in the settings must not run a command.
        if !self.view.dialog.is_recording_key() {
            keymap::handle_keys(ui, &self.app, &mut self.view.keys, &mut out);
        }
        // Input on the Annotate page is user activity. The command passes the time, so the state needs no clock.
        if self.app.page == Page::Annotate && ui.input(|i| !i.events.is_empty()) {
            self.pending_commands.push(Command::UserActivity(unix_now()));
        }
        // Accessible name of the window.
        let name = self.app.session.as_ref().map_or("Tagwright", |session| &session.corpus().name);
        ui.ctx().accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(name));
        let read_only = self.app.session.as_ref().is_some_and(Session::is_read_only);
        let saved = match &self.missing_project_error {
            Some(reason) => chrome::SaveState::Failed(reason.clone()),
            None => chrome::SaveState::of(self.open_writer.as_ref(), read_only),
        };
        chrome::top_bar(ui, &self.app, &saved, &mut out);
        chrome::status_bar(ui, &self.app, &mut out);
        chrome::navigation_rail(ui, &self.app, &mut out);
        page_table::show(ui, &self.app, &mut self.view, &mut out);
        open_dialog::show(ui, &self.app, &mut self.view.dialog, &mut out);
        self.file_dialogs.show(ui);
        chrome::toasts(ui, &self.app, &mut out);
        if !out.is_empty() {
            ui.request_repaint();
        }
        self.pending_commands.extend(out);
    }
}

/// Sends the changes of a session to the writer of its project.
fn send_writes(session: &mut Session, writer: &mut ProjectWriter) {
    session.take_writes().into_iter().for_each(|write| writer.send(write));
}

/// Returns true if a project has all changes, or if its only pending change is its import, which can be repeated.
fn is_stored(writer: &ProjectWriter) -> bool {
    writer.is_durable() || writer.only_fills()
}

fn is_opened_dataset(answer: &Answer) -> bool {
    matches!(&answer.content, AnswerContent::Done(done) if matches!(**done, Done::Opened { .. }))
}

impl Drop for Shell {
    /// Handles the last events of the worker threads, for example the end of a run that was being evaluated.
    fn drop(&mut self) {
        for answer in self.worker.close() {
            // An opened dataset would not be shown, and nothing of it must reach the project of the current one.
            if is_opened_dataset(&answer) {
                continue;
            }
            for effect in answers::on_answer(&mut self.app, answer) {
                if let (Effect::CloseParkedProject(mut session), Some(writer)) = (effect, &mut self.parked_writer) {
                    send_writes(&mut session, writer);
                }
            }
        }
        self.send_writes();
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.process_events(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.draw(ui);
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Returns an error message if there is no display.
pub fn open_window(paths: Vec<PathBuf>) -> Result<(), String> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Tagwright")
            .with_app_id("tagwright")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([720.0, 520.0])
            .with_drag_and_drop(true),
        ..eframe::NativeOptions::default()
    };
    let places = AppDirs::for_current_user();
    let language = settings::load_language(&places).and_then(|found| found.map_or(Ok(()), i18n::set_language));
    let build = move |cc: &eframe::CreationContext| -> Result<Box<dyn eframe::App>, _> {
        let mut shell = Shell::new(&cc.egui_ctx, places, Hub::default(), &paths, FileDialogs::system());
        if let Err(reason) = language {
            shell.push_command(Command::Notify(Notification::error(tr!("Could not read language file"), reason)));
        }
        Ok(Box::new(shell))
    };
    eframe::run_native("tagwright", options, Box::new(build)).map_err(|e| e.to_string())
}
