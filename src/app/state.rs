//! State of the application.

use super::dialogs::Dialogs;
use super::keymap::Keymap;
use super::legacy_titles;
use super::notifications::Notifications;
use super::pages::{Page, SuggestionState, TryState};
use super::quit_choice::QuitChoice;
use super::requests::{Requests, Slot};
use super::train_page::TrainForm;
use crate::hub::ModelRef;
use crate::i18n::{tr, translate};
use crate::project::{AppDirs, RunRecord, Settings};
use crate::session::Session;
use crate::session::run::LiveRun;
use crate::session::runs::run_name;
use crate::worker::SessionId;
use std::path::PathBuf;

/// State of the program.
#[derive(Debug)]
pub struct App {
    /// The visible page.
    pub page: Page,
    /// The open dataset.
    pub session: Option<Session>,
    /// A session whose run is in progress while another dataset is open. It is closed at the end of the run.
    pub parked: Option<Session>,
    /// The open dialog.
    pub dialogs: Dialogs,
    /// Requests to the worker that have not ended.
    pub requests: Requests,
    /// Form of the next run.
    pub train_page: TrainForm,
    /// Model that the Evaluate page evaluates.
    pub evaluation_model: ModelRef,
    /// State of the suggestions.
    pub suggestions: SuggestionState,
    /// State of the Try page.
    pub try_page: TryState,
    /// Notifications of the user.
    pub notifications: Notifications,
    /// Settings of the user, for example recent datasets and theme.
    pub settings: Settings,
    /// Theme of the system: true if light, `None` if unknown.
    pub system_light: Option<bool>,
    /// Keys of the commands.
    pub keymap: Keymap,
    /// Reason why edits cannot be stored, if any. While it is set, the open dataset must not be replaced.
    pub storage_error: Option<String>,
    /// True while the dataset of the last window is being opened at the start of the program.
    pub is_reopening: bool,
    /// Choice of the user to close the window while a run is in progress.
    pub quitting: Option<QuitChoice>,
    /// Directories of the program.
    pub dirs: AppDirs,
}

impl App {
    /// Creates the initial state. `gpu_helper` is true if the helper for NVIDIA GPUs is next to the program.
    pub fn new(places: AppDirs, settings: Settings, gpu_helper: bool) -> Self {
        let settings = Settings { keys: legacy_titles::with_ids(&settings.keys), ..settings };
        Self {
            page: Page::Annotate,
            session: None,
            parked: None,
            dialogs: Dialogs::default(),
            requests: Requests::default(),
            train_page: TrainForm { gpu_helper, ..TrainForm::default() },
            evaluation_model: ModelRef::Starter,
            suggestions: SuggestionState::default(),
            try_page: TryState::default(),
            notifications: Notifications::default(),
            keymap: Keymap::from_settings(&settings),
            settings,
            system_light: None,
            storage_error: None,
            is_reopening: false,
            quitting: None,
            dirs: places,
        }
    }

    /// Returns true for the light theme: the choice of the user, or the system theme, or dark by default.
    pub fn is_light(&self) -> bool {
        self.settings.light.or(self.system_light).unwrap_or(false)
    }

    /// Returns the run of the open dataset that was started or resumed last.
    pub fn live_run(&self) -> Option<&LiveRun> {
        self.session.as_ref()?.run.as_ref()
    }

    /// Returns the run in progress, and its session.
    pub fn active_run(&self) -> Option<(&Session, &LiveRun)> {
        self.session.iter().chain(&self.parked).find_map(|session| Some((session, session.active_run()?)))
    }

    /// Returns the open or parked session with this number.
    pub(super) fn session_with_id(&mut self, id: SessionId) -> Option<&mut Session> {
        self.session.iter_mut().chain(&mut self.parked).find(|session| session.stamp().session == id)
    }

    /// Returns true if a run or a measurement is in progress. Both use the open dataset.
    pub fn is_training(&self) -> bool {
        self.requests.is_pending(Slot::Training)
    }

    /// Returns true if a dialog covers the page.
    pub fn has_open_dialog(&self) -> bool {
        self.dialogs.get().is_some()
    }

    /// Returns the selectable models with their titles: the starter, then the runs of the open project, newest first.
    pub fn models(&self) -> Vec<(String, ModelRef)> {
        let mut models = vec![(tr!("Starter").to_owned(), ModelRef::Starter)];
        let runs =
            self.session.iter().flat_map(|session| session.runs().iter().rev()).filter(|r| r.outcome.has_model());
        models.extend(runs.map(|r| {
            let name = run_name(r);
            let metric = r.metrics.selected_by;
            let title = match r.metrics.selected_value() {
                Some(value) => {
                    let (title, value) = (translate(metric.title), metric.format(value));
                    tr!("{name}, dev {metric} {value}", name, metric = title, value)
                }
                None => name,
            };
            (title, ModelRef::Folder(r.dir.clone()))
        }));
        models
    }

    /// Returns the display name of a model, with its score if it has one.
    pub fn model_name_with_score(&self, model: &ModelRef) -> String {
        let known = self.models().into_iter().find(|(_, m)| m == model).map(|(title, _)| title);
        known.unwrap_or_else(|| model.to_string())
    }

    /// Returns the display name of a model.
    pub fn model_name(&self, model: &ModelRef) -> String {
        match (model, self.run_of_model(model)) {
            (ModelRef::Starter, _) => tr!("Starter").to_owned(),
            (_, Some(record)) => run_name(record),
            _ => model.to_string(),
        }
    }

    /// Returns the name of a model as stored with its suggestions. It does not depend on the language.
    pub fn agent_name(&self, model: &ModelRef) -> String {
        match (model, self.run_of_model(model)) {
            (ModelRef::Starter, _) => "Starter".to_owned(),
            (_, Some(record)) => format!("Run {}", record.number),
            _ => model.to_string(),
        }
    }

    /// Returns the run that produced a model.
    fn run_of_model(&self, model: &ModelRef) -> Option<&RunRecord> {
        let ModelRef::Folder(folder) = model else { return None };
        self.session.as_ref()?.runs().iter().find(|r| r.dir == *folder)
    }

    /// Returns the directory of a model, if it has one.
    pub fn model_folder(&self, model: &ModelRef) -> Option<PathBuf> {
        if let ModelRef::Folder(path) = model { Some(path.clone()) } else { None }
    }
}
