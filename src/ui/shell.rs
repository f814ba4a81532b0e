//! The eframe app: draws the state, runs the commands pushed by drawing, and executes their effects.

use super::file_dialogs::FileDialogs;
use super::project_writers::{AfterRelease, ProjectWriters, WriterNews};
use super::ui_state::UiState;
use super::{Commands, annotate, chrome, keymap, open_dialog, page_table, theme};
use crate::app::update::update;
use crate::app::{App, Command, Effect, Notification, Page, answers, place, project_file, saving};
use crate::clock::unix_now;
use crate::failure::{Failure, FailureKind};
use crate::gpu::CudaHelper;
use crate::hub::Hub;
use crate::i18n::{self, tr};
use crate::project::settings::SettingsWriter;
use crate::project::{AppDirs, Settings, WriterEvent, progress, settings};
use crate::session::Session;
use crate::worker::{Answer, AnswerContent, Done, Wake, Worker};
use egui::{Context, Ui};
use std::path::PathBuf;
use std::sync::Arc;

/// The application in its window.
pub struct Shell {
    app: App,
    view: UiState,
    worker: Worker,
    writers: ProjectWriters,
    /// Opened datasets, while the last edits of the current one are being stored.
    waiting: Vec<Answer>,
    /// True if the window closes as soon as the last edits are stored.
    closing: bool,
    settings_writer: SettingsWriter,
    file_dialogs: FileDialogs,
    pending_commands: Commands,
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
        let mut queue: Commands = paths.iter().cloned().map(Command::Open).collect();
        if queue.is_empty() {
            queue.push(Command::Reopen);
        }
        let app = App::new(places, settings, CudaHelper::find().is_some());
        let mut shell = Self {
            app,
            view: UiState::default(),
            worker,
            writers: ProjectWriters::new(wake),
            waiting: Vec::new(),
            closing: false,
            settings_writer,
            file_dialogs,
            pending_commands: queue,
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
        self.writers.is_durable()
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
        for news in self.writers.poll() {
            self.on_writer_news(news, ctx);
        }
        self.app.storage_error = self.writers.open_failure();
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

    /// Lets an opened dataset replace the current one after all edits of that are stored. If they cannot be stored, it
    /// is rejected.
    fn defer_open(&mut self, answer: Answer) -> Option<Answer> {
        if !is_opened_dataset(&answer) || self.writers.can_replace_dataset() {
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

    /// Keeps the window open until the last edits are stored, and asks the user if they cannot be. Also asks while a run is
    /// in progress.
    fn close_when_stored(&mut self, ctx: &Context) {
        let asked = ctx.input(|i| i.viewport().close_requested());
        if asked && self.app.quitting.is_none() && self.app.active_run().is_some() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.pending_commands.push(Command::ConfirmQuitting);
            return;
        }
        let is_confirming = self.app.dialogs.is_confirming_close();
        if asked && !is_confirming {
            if self.writers.can_close() {
                hide_window(ctx);
            } else {
                self.closing = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            }
        }
        let failure = self.writers.failure();
        if is_confirming && failure.is_none() {
            self.pending_commands.push(Command::WithdrawClosing);
        }
        if self.closing
            && let Some(reason) = failure
        {
            self.closing = false;
            self.pending_commands.push(Command::ConfirmClosing(reason));
        } else if self.closing && self.writers.can_close() {
            self.closing = false;
            hide_window(ctx);
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
                Effect::AttachProject(project) => {
                    self.writers.attach(*project);
                    self.forget_dataset();
                }
                Effect::ParkProject => self.writers.park(),
                Effect::UnparkProject => {
                    self.writers.unpark();
                    self.forget_dataset();
                }
                Effect::CloseParkedProject(session) => self.writers.close_parked(*session),
                Effect::Release => self.release(AfterRelease::FileIsFree),
                Effect::SetMissingProject(reason) => self.writers.set_missing(reason),
                Effect::Rebuild(project) => self.release(AfterRelease::Rebuild(project)),
                Effect::Notify(notification) => self.pending_commands.push(Command::Notify(notification)),
                Effect::RefreshDate => self.pending_commands.push(Command::NewDay(progress::today())),
                Effect::StoreSettings => self.settings_writer.send(self.app.settings.clone()),
                Effect::FocusSearch => ctx.memory_mut(|memory| memory.request_focus(annotate::search_field())),
                Effect::CloseWindow => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            }
            ctx.request_repaint();
        }
        self.send_writes();
    }

    /// Closes the open project. Requests to the file thread wait until its file is closed.
    fn release(&mut self, after: AfterRelease) {
        if matches!(after, AfterRelease::FileIsFree) {
            self.worker.hold_files();
        }
        let released = self.writers.release(after);
        released.into_iter().for_each(|after| self.on_released(after));
    }

    /// Continues after the file of the open project was closed.
    fn on_released(&mut self, after: AfterRelease) {
        if let (AfterRelease::Rebuild(project), Some(session)) = (after, &mut self.app.session) {
            self.writers.rebuild(*project, session);
        }
        self.worker.resume_files();
    }

    /// Forgets positions, drafts and file dialogs, which refer to the previous dataset.
    fn forget_dataset(&mut self) {
        self.file_dialogs.forget_dataset();
        self.view.annotate = annotate::AnnotateState::default();
    }

    fn on_writer_news(&mut self, news: WriterNews, ctx: &Context) {
        match news {
            WriterNews::Open(WriterEvent::Removed(message)) => {
                let effects = project_file::on_removed(&mut self.app, message);
                self.run_effects(effects, ctx);
            }
            WriterNews::Open(WriterEvent::Saved(saved)) => {
                let effects = saving::on_saved(&mut self.app, saved);
                self.run_effects(effects, ctx);
            }
            // The files belong to another dataset, so the results are only reported.
            WriterNews::Open(event @ WriterEvent::Failed(_)) | WriterNews::Other(event) => self.notify(event),
            WriterNews::Released(after) => self.on_released(after),
        }
    }

    /// Notifies the user of the event of a writer.
    fn notify(&mut self, event: WriterEvent) {
        self.pending_commands.push(Command::Notify(match event {
            WriterEvent::Failed(message) | WriterEvent::Removed(message) => {
                Notification::error(tr!("Could not save edit"), message)
            }
            WriterEvent::Saved(saved) => saving::save_notification(&saved),
        }));
    }

    /// Writes the changes of the sessions to their projects.
    fn send_writes(&mut self) {
        if !self.writers.send(&mut self.app) {
            let text = tr!("The project is being written. Save again.");
            let notice = Notification::error(tr!("Could not save source files"), text);
            self.pending_commands.push(Command::Notify(notice));
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
        let saved = match &self.app.storage_error {
            Some(reason) => chrome::SaveState::Failed(reason.clone()),
            None if self.writers.is_rebuilding() => chrome::SaveState::Saving,
            None => chrome::SaveState::of(self.writers.open(), read_only),
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

/// Hides the window, because the checkpoint of a run is written before the program ends.
fn hide_window(ctx: &Context) {
    ctx.send_viewport_cmd(egui::ViewportCommand::Visible(false));
}

fn is_opened_dataset(answer: &Answer) -> bool {
    matches!(&answer.content, AnswerContent::Done(done) if matches!(**done, Done::Opened { .. }))
}

impl Drop for Shell {
    /// Handles the last events of the worker threads, for example the end of a run that was being evaluated.
    fn drop(&mut self) {
        place::store(&mut self.app);
        let released = self.writers.finish_release();
        released.into_iter().for_each(|after| self.on_released(after));
        for answer in self.worker.close() {
            // An opened dataset would not be shown, and nothing of it must reach the project of the current one.
            if is_opened_dataset(&answer) {
                continue;
            }
            for effect in answers::on_answer(&mut self.app, answer) {
                if let Effect::CloseParkedProject(mut session) = effect {
                    self.writers.send_parked(&mut session);
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
/// Returns an error if there is no display.
pub fn open_window(paths: Vec<PathBuf>) -> Result<(), eframe::Error> {
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
    let set = |catalog: Option<i18n::Catalog>| {
        let done = catalog.map_or(Ok(()), i18n::set_language);
        done.map_err(|e| Failure::new(FailureKind::Content, e.to_string()))
    };
    let language = settings::load_language(&places).and_then(set);
    let build = move |cc: &eframe::CreationContext| -> Result<Box<dyn eframe::App>, _> {
        let mut shell = Shell::new(&cc.egui_ctx, places, Hub::default(), &paths, FileDialogs::system());
        if let Err(failure) = language {
            let notice = Notification::error(tr!("Could not read language file"), failure.message);
            shell.push_command(Command::Notify(notice));
        }
        Ok(Box::new(shell))
    };
    eframe::run_native("tagwright", options, Box::new(build))
}
