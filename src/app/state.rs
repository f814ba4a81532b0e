//! Everything the window shows.

use super::annotate::Annotate;
use super::data_page::DataState;
use super::evaluate_page::EvaluateState;
use super::fixing::Fixing;
use super::import::ImportPreview;
use super::keymap::Keymap;
use super::legacy_titles;
use super::matches::MatchDialog;
use super::notifications::Notifications;
use super::suggestions::SuggestionState;
use super::text_prompt::TextPrompt;
use super::train_page::TrainState;
use super::try_page::TryState;
use crate::app::i18n::tr;
use crate::format::Format;
use crate::hub::ModelRef;
use crate::project::{AppDirs, Changed, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// The rooms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Sentences and their labels; the welcome page while no dataset is open.
    #[default]
    Annotate,
    /// The form of a run and its charts.
    Train,
    /// A model's scores.
    Evaluate,
    /// A text and its entities.
    Try,
    /// The dataset in numbers, what looks wrong in it, another labelling beside it.
    Data,
}

/// The state of the program.
#[derive(Debug)]
pub struct App {
    /// Which room is shown.
    pub page: Page,
    /// The open dataset.
    pub annotate: Option<Annotate>,
    /// A dataset that is looked at before it is taken.
    pub importing: Option<ImportPreview>,
    /// What is being looked at for the first time.
    pub looking: Option<PathBuf>,
    /// What is being opened.
    pub opening: Option<String>,
    /// Training.
    pub training: TrainState,
    /// Scores.
    pub scoring: EvaluateState,
    /// A model asked for suggestions.
    pub suggesting: SuggestionState,
    /// The Data room.
    pub surveying: DataState,
    /// A text.
    pub trying: TryState,
    /// What the program tells in passing.
    pub notices: Notifications,
    /// Recents and theme.
    pub settings: Settings,
    /// Whether the system wants light windows, where it says so.
    pub system_light: Option<bool>,
    /// Which key does what.
    pub keymap: Keymap,
    /// Whether the settings are open.
    pub settings_open: bool,
    /// Whether the command palette is open.
    pub palette_open: bool,
    /// Whether the history of changes is open.
    pub history_open: bool,
    /// Whether the sheet of keys is open.
    pub shortcuts_open: bool,
    /// The dialog that asks for a line of text, while it is open.
    pub asking: Option<TextPrompt>,
    /// The dialog that labels the same words everywhere, while it is open.
    pub matching: Option<MatchDialog>,
    /// How many sentences differ from each snapshot, while their dialog is open.
    pub snapshots: Option<Vec<usize>>,
    /// The formats offered in the dialog for exporting, with what each would lose; `None` while it is closed.
    pub exporting: Option<Vec<(Format, Vec<String>)>>,
    /// The dialog of the places that a fix would change, while it is open.
    pub fixing: Option<Fixing>,
    /// The reason why edits are not stored, while that is so: then nothing may take the place of the open dataset.
    pub unsaved: Option<String>,
    /// Whether the window was to be closed while edits are not stored, so that the person is asked.
    pub leaving: bool,
    /// A dataset whose source another program changed, while a person decides what becomes of the labels.
    pub changed: Option<Arc<Changed>>,
    /// Where the program keeps its own files.
    pub places: AppDirs,
}

impl App {
    /// The program as it starts; whether the helper for NVIDIA GPUs lies beside it.
    pub fn new(places: AppDirs, settings: Settings, gpu_helper: bool) -> Self {
        let settings = Settings { keys: legacy_titles::with_ids(&settings.keys), ..settings };
        Self {
            page: Page::Annotate,
            annotate: None,
            importing: None,
            looking: None,
            opening: None,
            training: TrainState { gpu_helper, ..TrainState::default() },
            scoring: EvaluateState::default(),
            suggesting: SuggestionState::default(),
            surveying: DataState::default(),
            trying: TryState::default(),
            notices: Notifications::default(),
            keymap: Keymap::from_settings(&settings),
            settings,
            settings_open: false,
            system_light: None,
            palette_open: false,
            history_open: false,
            shortcuts_open: false,
            asking: None,
            matching: None,
            snapshots: None,
            exporting: None,
            fixing: None,
            unsaved: None,
            leaving: false,
            changed: None,
            places,
        }
    }

    /// Whether the window is light: as the person chose, else as the system has it, else dark.
    pub fn is_light(&self) -> bool {
        self.settings.light.or(self.system_light).unwrap_or(false)
    }

    /// Whether a dialog lies over the room.
    pub fn is_covered(&self) -> bool {
        let asked = self.asking.is_some() || self.exporting.is_some() || self.importing.is_some();
        let listed = self.snapshots.is_some() || self.matching.is_some() || self.history_open;
        let decided = self.changed.is_some() || self.fixing.is_some() || self.leaving;
        asked || listed || decided || self.palette_open || self.shortcuts_open || self.settings_open
    }

    /// Models that can be asked: the starter, then the runs of the open project, newest first, each with its title.
    pub fn models(&self) -> Vec<(String, ModelRef)> {
        let mut models = vec![(tr!("Starter").to_owned(), ModelRef::Starter)];
        let runs = self.annotate.iter().flat_map(|a| a.runs.iter().rev()).filter(|r| r.outcome.has_model());
        models.extend(runs.map(|r| {
            let name = tr!("Run {number}", number = r.number);
            let scored = |f1| tr!("{name}, dev F1 {f1}", name, f1 = format!("{:.2}", f1 * 100.0));
            (r.dev_f1.map_or_else(|| name.clone(), scored), ModelRef::Folder(r.dir.clone()))
        }));
        models
    }

    /// A model's name as people see it, with its score where it has one.
    pub fn model_title(&self, model: &ModelRef) -> String {
        let known = self.models().into_iter().find(|(_, m)| m == model).map(|(title, _)| title);
        known.unwrap_or_else(|| model.to_string())
    }

    /// A model's name as people see it.
    pub fn model_name(&self, model: &ModelRef) -> String {
        match (model, self.run_of(model)) {
            (ModelRef::Starter, _) => tr!("Starter").to_owned(),
            (_, Some(number)) => tr!("Run {number}", number),
            _ => model.to_string(),
        }
    }

    /// A model's name as it is stored with what it proposed: the same in every language.
    pub fn proposer_name(&self, model: &ModelRef) -> String {
        match (model, self.run_of(model)) {
            (ModelRef::Starter, _) => "Starter".to_owned(),
            (_, Some(number)) => format!("Run {number}"),
            _ => model.to_string(),
        }
    }

    /// The number of the run that made a model.
    fn run_of(&self, model: &ModelRef) -> Option<usize> {
        let ModelRef::Folder(folder) = model else { return None };
        self.annotate.as_ref()?.runs.iter().find(|r| r.dir == *folder).map(|r| r.number)
    }

    /// Folder of a model that has one.
    pub fn model_folder(&self, model: &ModelRef) -> Option<PathBuf> {
        match model {
            ModelRef::Folder(path) => Some(path.clone()),
            _ => None,
        }
    }
}
