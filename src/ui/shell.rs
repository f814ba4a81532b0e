//! The eframe app: draws the state, runs the commands pushed by drawing, and executes their effects.

use super::dialogs::Dialogs;
use super::{
    Commands, annotate, ask_dialog, data, evaluate, export_dialog, fixing_dialog, frame, history_dialog, import_dialog,
    key_sheet, keymap, leaving_dialog, matches_dialog, palette, settings_dialog, snapshots_dialog,
    source_change_dialog, theme, train, try_text, welcome,
};
use crate::app::i18n::tr;
use crate::app::update::update;
use crate::app::{App, Command, Effect, Notification, Page, events, i18n};
use crate::gpu::CudaHelper;
use crate::hub::Hub;
use crate::project::{AppDirs, News, Project, ProjectWriter, Settings, WriteOp, progress, settings};
use crate::worker::{Event, Wake, Worker};
use egui::{Context, Ui};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Presentation state of the panels: scroll positions, open menus, unfinished input. It has no application state.
#[derive(Default)]
pub struct View {
    pub annotate: annotate::View,
    pub train: train::View,
    pub try_text: try_text::View,
    pub palette: palette::View,
    pub ask_dialog: ask_dialog::View,
    pub import_dialog: import_dialog::View,
    pub settings_dialog: settings_dialog::View,
    pub source_change_dialog: source_change_dialog::View,
    /// Keys that wait for a dialog that another key opened.
    pub keys: keymap::Keys,
}

/// The application in its window.
pub struct Shell {
    app: App,
    view: View,
    worker: Worker,
    committer: Option<ProjectWriter>,
    /// The reason why the open dataset has no project: the file is missing and could not be rewritten.
    homeless: Option<String>,
    /// Events of an opened dataset, while the last edits of the previous one are being stored.
    waiting: Vec<Event>,
    /// True if the window closes as soon as the last edits are stored.
    closing: bool,
    dialogs: Dialogs,
    queue: Commands,
    wake: Wake,
    /// The theme that egui uses: true if light.
    light: Option<bool>,
}

impl Shell {
    /// Creates the application of a new window and opens these paths. `hub` resolves models named by an id.
    pub fn new(ctx: &Context, places: AppDirs, hub: Hub, paths: &[PathBuf], dialogs: Dialogs) -> Self {
        theme::install(ctx);
        let wake: Wake = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint_of(egui::ViewportId::ROOT))
        };
        let (settings, damaged) = Settings::load(&places);
        let worker = Worker::new(places.clone(), hub, wake.clone());
        let queue = paths.iter().cloned().map(Command::Open).collect();
        let app = App::new(places, settings, CudaHelper::find().is_some());
        let mut shell = Self {
            app,
            view: View::default(),
            worker,
            committer: None,
            homeless: None,
            waiting: Vec::new(),
            closing: false,
            dialogs,
            queue,
            wake,
            light: None,
        };
        if let Some(damaged) = damaged {
            let kept = match &damaged.kept {
                Some(path) => {
                    tr!("The file is kept as {path}. What could be read of it is used.", path = path.display())
                }
                None => tr!("The file could not be kept; it is replaced with the next change of a setting.").to_owned(),
            };
            shell.ask(Command::Say(Notification::bad(
                tr!("Not all settings were read"),
                format!("{}. {kept}", damaged.why),
            )));
        }
        shell.follow_theme(ctx);
        shell
    }

    /// Returns the state, for tests.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Returns true if all edits are on disk.
    pub fn is_durable(&self) -> bool {
        self.homeless.is_none() && self.committer.as_ref().is_none_or(ProjectWriter::is_durable)
    }

    /// Queues a command for the next frame.
    pub fn ask(&mut self, command: Command) {
        self.queue.push(command);
    }

    /// Handles events from other threads and runs the commands of the last frame.
    pub fn work(&mut self, ctx: &Context) {
        let waited = std::mem::take(&mut self.waiting);
        for event in waited.into_iter().chain(self.worker.drain()) {
            if let Some(event) = self.admit(event) {
                let effects = events::on(&mut self.app, event);
                self.carry_out(effects, ctx);
            }
        }
        self.queue.extend(self.dialogs.poll());
        for news in self.committer.as_mut().map(ProjectWriter::poll).unwrap_or_default() {
            match news {
                News::Failed(message) => {
                    self.queue.push(Command::Say(Notification::bad(tr!("An edit is not on disk yet"), message)));
                }
                News::Gone(message) => self.restore(&message),
                News::Saved(saved) => {
                    let effects = events::saved(&mut self.app, saved);
                    self.carry_out(effects, ctx);
                }
            }
        }
        let failure = || self.committer.as_ref().and_then(ProjectWriter::failure).map(str::to_owned);
        self.app.unsaved = self.homeless.clone().or_else(failure);
        self.close_when_stored(ctx);
        for file in ctx.input(|i| i.raw.dropped_files.clone()) {
            self.queue.push(Command::Import(file.path().to_owned()));
        }
        for command in std::mem::take(&mut self.queue) {
            let effects = update(&mut self.app, command);
            self.carry_out(effects, ctx);
        }
        self.follow_theme(ctx);
    }

    /// Returns true if all edits of the open dataset are stored, or can be discarded.
    fn may_go(&self) -> bool {
        self.is_durable() || self.committer.as_ref().is_some_and(ProjectWriter::only_fills)
    }

    /// Lets an opened dataset replace the current one after all edits of that are stored. If they cannot be stored, it
    /// is rejected.
    fn admit(&mut self, event: Event) -> Option<Event> {
        if !matches!(event, Event::Opened { .. }) || self.may_go() {
            return Some(event);
        }
        match self.app.unsaved.clone() {
            None => self.waiting.push(event),
            Some(why) => {
                self.app.opening = None;
                self.app.notices.push(Notification::bad(tr!("Edits of this dataset are not stored"), why));
            }
        }
        None
    }

    /// Keeps the window open until the last edits are stored, and asks the user if they cannot be.
    fn close_when_stored(&mut self, ctx: &Context) {
        let asked = ctx.input(|i| i.viewport().close_requested());
        if asked && !self.may_go() && !self.app.leaving {
            self.closing = true;
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
        if self.closing && self.app.unsaved.is_some() {
            (self.closing, self.app.leaving) = (false, true);
        } else if self.closing && self.may_go() {
            self.closing = false;
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn follow_theme(&mut self, ctx: &Context) {
        let system = ctx.system_theme().map(|theme| theme == egui::Theme::Light);
        if system != self.app.system_light {
            self.queue.push(Command::SystemTheme(system));
        }
        let density = if self.app.settings.compact { theme::Density::Compact } else { theme::Density::Comfortable };
        if theme::density(ctx) != density {
            theme::set_density(ctx, density);
        }
        if theme::hides_invisible(ctx) != self.app.settings.hide_invisible {
            theme::set_hides_invisible(ctx, self.app.settings.hide_invisible);
        }
        let light = self.app.is_light();
        if self.light != Some(light) {
            self.light = Some(light);
            ctx.set_theme(if light { egui::Theme::Light } else { egui::Theme::Dark });
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, ctx: &Context) {
        for effect in effects {
            match effect {
                Effect::Pick(pick) => self.dialogs.open(pick, ctx),
                Effect::File(request) => self.worker.file(request),
                Effect::Read(request) => self.worker.read(request),
                Effect::Train(request) => self.worker.train(*request),
                Effect::Trial(request, trial) => self.worker.trial(*request, trial),
                Effect::Wish(wish) => self.worker.wish(wish),
                Effect::StopReading => self.worker.stop_reading(),
                Effect::Adopt(project) => self.adopt(*project),
                Effect::Release => self.release(),
                Effect::Rebuild(path) => {
                    if let Err(why) = self.rebuild(&path) {
                        let title = tr!("The project cannot be kept there");
                        self.queue.push(Command::Say(Notification::bad(title, why)));
                    }
                }
                Effect::Commit(commit) => self.commit(commit),
                Effect::AskDay => self.queue.push(Command::NewDay(progress::today())),
                Effect::StoreSettings => self.app.settings.save(&self.app.places),
            }
            ctx.request_repaint();
        }
    }

    /// Closes the project after all pending writes.
    fn release(&mut self) {
        for news in self.committer.as_mut().map(ProjectWriter::finish).unwrap_or_default() {
            // The files belong to the previous dataset, so the result is only reported.
            self.queue.push(Command::Say(match news {
                News::Failed(message) | News::Gone(message) => {
                    Notification::bad(tr!("An edit was not stored"), message)
                }
                News::Saved(saved) => events::save_notice(&saved),
            }));
        }
        self.committer = None;
    }

    /// Makes a project the open one and closes the previous one.
    fn adopt(&mut self, project: Project) {
        self.release();
        self.homeless = None;
        // A project of another window is read-only, so it needs no writer.
        self.committer = (!project.is_read_only()).then(|| ProjectWriter::new(project, self.wake.clone()));
    }

    /// Rewrites the project at its path, unless another file exists there.
    fn restore(&mut self, message: &str) {
        let Some(at) = self.app.annotate.as_ref().map(|a| a.project.clone()) else { return };
        let notice = if at.exists() {
            let text = tr!("{message} Keep the project in another place.", message);
            Notification::bad(tr!("Edits of this dataset are not stored"), text)
        } else {
            match self.rebuild(&at) {
                Ok(()) => {
                    Notification::info(tr!("The project file was gone and is written again"), at.display().to_string())
                }
                Err(why) => Notification::bad(tr!("Edits of this dataset are not stored"), why),
            }
        };
        self.queue.push(Command::Say(notice));
    }

    /// Rewrites the project of the open dataset from memory at a path, and uses it from then on.
    ///
    /// # Errors
    /// Returns an error message if the project cannot be written there. The previous project then stays open.
    fn rebuild(&mut self, at: &Path) -> Result<(), String> {
        let here = self.committer.as_ref().is_some_and(|c| c.path() == at);
        if here && at.exists() {
            return Err(tr!("{path} is the project that cannot be written; choose another name.", path = at.display()));
        }
        // On close, SQLite removes auxiliary files next to the path. They must not be those of the new project.
        if here {
            self.end_committer();
        }
        let project = Project::open(at).map_err(|e| e.to_string()).and_then(|project| {
            let is_free = project.is_empty().map_err(|e| e.to_string())? && !project.is_read_only();
            let taken = tr!("{path} holds another project; choose another name.", path = at.display());
            if is_free { Ok(project) } else { Err(taken) }
        });
        let project = project.inspect_err(|why| {
            if self.committer.is_none() {
                self.homeless = Some(why.clone());
            }
        })?;
        self.end_committer();
        let Some(a) = &mut self.app.annotate else { return Ok(()) };
        a.project = project.path().to_owned();
        let mut committer = ProjectWriter::new(project, self.wake.clone());
        committer.send(WriteOp::Rebuild(Box::new(a.memory())));
        (self.committer, self.homeless, self.app.leaving) = (Some(committer), None, false);
        Ok(())
    }

    /// Ends the writer thread of a project whose edits are all in memory. Reports a save that finished in the meantime.
    fn end_committer(&mut self) {
        for news in self.committer.take().map(|mut c| c.finish()).unwrap_or_default() {
            if let News::Saved(saved) = news {
                self.queue.push(Command::Say(events::save_notice(&saved)));
                self.app.annotate.iter_mut().for_each(|a| a.files.clone_from(&saved.files));
            }
        }
    }

    /// Stores something in the project of the open dataset.
    fn commit(&mut self, commit: WriteOp) {
        let project = self.app.annotate.as_ref().map(|a| a.project.as_path());
        if let Some(committer) = self.committer.as_mut().filter(|c| Some(c.path()) == project) {
            committer.send(commit);
        }
    }

    /// Draws a frame.
    pub fn draw(&mut self, ui: &mut Ui) {
        let mut out = Commands::new();
        // A key that is recorded in the settings must not run a command.
        if !self.view.settings_dialog.waits() {
            keymap::consume(ui, &self.app, &mut self.view.keys, &mut out);
        }
        // Input on the Annotate page is user activity. The command passes the time, so the state needs no clock.
        if self.app.page == Page::Annotate && ui.input(|i| !i.events.is_empty()) {
            self.queue.push(Command::Active(events::now()));
        }
        // Accessible name of the window.
        let name = self.app.annotate.as_ref().map_or("Tagwright", |a| &a.corpus.name);
        ui.ctx().accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(name));
        let read_only = self.app.annotate.as_ref().is_some_and(|a| a.read_only);
        let saved = match &self.homeless {
            Some(why) => frame::Saved::Failed(why.clone()),
            None => frame::Saved::of(self.committer.as_ref(), read_only),
        };
        frame::top_bar(ui, &self.app, &saved, &mut out);
        frame::status_bar(ui, &self.app, &mut out);
        frame::rail(ui, &self.app, &mut out);
        match (self.app.page, &self.app.annotate) {
            (Page::Annotate, Some(a)) => annotate::show(ui, &self.app, a, &mut self.view.annotate, &mut out),
            (Page::Train, Some(a)) => train::show(ui, &self.app, a, &mut self.view.train, &mut out),
            (Page::Evaluate, Some(a)) => evaluate::show(ui, &self.app, a, &mut out),
            (Page::Data, Some(a)) => data::show(ui, &self.app, a, &mut out),
            (Page::Try, _) => try_text::show(ui, &self.app, &mut self.view.try_text, &mut out),
            _ => welcome::show(ui, &self.app, &mut out),
        }
        if self.app.palette_open {
            palette::show(ui, &self.app, &mut self.view.palette, &mut out);
        }
        if self.app.shortcuts_open {
            key_sheet::show(ui, &self.app, &mut out);
        }
        if self.app.exporting.is_some() {
            export_dialog::show(ui, &self.app, &mut out);
        }
        if self.app.importing.is_some() {
            import_dialog::show(ui, &self.app, &mut self.view.import_dialog, &mut out);
        }
        if self.app.settings_open {
            settings_dialog::show(ui, &self.app, &mut self.view.settings_dialog, &mut out);
        }
        history_dialog::show(ui, &self.app, &mut out);
        matches_dialog::show(ui, &self.app, &mut out);
        fixing_dialog::show(ui, &self.app, &mut out);
        snapshots_dialog::show(ui, &self.app, &mut out);
        leaving_dialog::show(ui, &self.app, &mut out);
        source_change_dialog::show(ui, &self.app, &mut self.view.source_change_dialog, &mut out);
        ask_dialog::show(ui, &self.app, &mut self.view.ask_dialog, &mut out);
        self.dialogs.show(ui);
        frame::toasts(ui, &self.app, &mut out);
        if !out.is_empty() {
            ui.request_repaint();
        }
        self.queue.extend(out);
    }
}

impl Drop for Shell {
    /// Handles the last events of the worker threads, for example the end of a run that was being evaluated.
    fn drop(&mut self) {
        for event in self.worker.close() {
            for effect in events::on(&mut self.app, event) {
                if let Effect::Commit(commit) = effect {
                    self.commit(commit);
                }
            }
        }
    }
}

impl eframe::App for Shell {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.work(ctx);
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
    let language = settings::load_language(&places).map(|found| found.map(i18n::set_language).is_some());
    let build = move |cc: &eframe::CreationContext| -> Result<Box<dyn eframe::App>, _> {
        let mut shell = Shell::new(&cc.egui_ctx, places, Hub::default(), &paths, Dialogs::of_the_system());
        if let Err(why) = language {
            shell.ask(Command::Say(Notification::bad(tr!("The language file was not read"), why)));
        }
        Ok(Box::new(shell))
    };
    eframe::run_native("tagwright", options, Box::new(build)).map_err(|e| e.to_string())
}
