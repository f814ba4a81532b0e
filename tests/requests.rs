//! Requests and answers without threads: each test decides when an answer arrives, and in which order.

use std::path::PathBuf;
use std::sync::Arc;
use tagwright::app::answers::on_answer;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::{
    DataCommand, EvaluateCommand, LabelCommand, SuggestionCommand, TrainCommand, TryCommand, ViewCommand,
};
use tagwright::app::project_file::on_removed;
use tagwright::app::refusal::obstacle;
use tagwright::app::requests::Slot;
use tagwright::app::runs::run_preview;
use tagwright::app::train_page::BaseModelInput;
use tagwright::app::update::update;
use tagwright::app::{Action, App, COMMANDS, Command, Effect, Page, Scope};
use tagwright::corpus::carry_over::carry_over;
use tagwright::corpus::holdout::{DEFAULT_HOLDOUT_RATIO, holdout};
use tagwright::corpus::{DataSelection, Split};
use tagwright::eval::errors::ErrorAnalysis;
use tagwright::eval::{Agreement, DatasetReport};
use tagwright::failure::{Failure, FailureKind};
use tagwright::hub::{self, ModelRef};
use tagwright::model::DeviceChoice;
use tagwright::predict::Suggestions;
use tagwright::predict::{EvalMetrics, Prediction};
use tagwright::project::opening::{self, Opening};
use tagwright::project::project_file::ImportOrigin;
use tagwright::project::{AppDirs, Dataset, Project, RunStatus, Settings, SourceChange, SourceDecision, WriteOp};
use tagwright::session::Session;
use tagwright::session::comparison::Resolution;
use tagwright::session::run::RunState;
use tagwright::train::event::{Outcome, Step, TrainerControl};
use tagwright::train::measure::RunEstimate;
use tagwright::train::preview::{RunDataKey, RunPreview};
use tagwright::train::settings::{SETTINGS, SettingKind};
use tagwright::train::{TrainEvent, TrainOutput, TrainingArguments};
use tagwright::worker::{
    Answer, AnswerContent, BackgroundWork, Done, FileWork, InteractiveWork, ModelFacts, Progress, RequestId,
    TrainingWork, Work,
};
use tagwright::worker::{Evaluated, Stamp};

/// All purposes of requests that the tests submit.
const ALL: [Slot; 12] = [
    Slot::Opening,
    Slot::Project,
    Slot::Comparison,
    Slot::Writing,
    Slot::Training,
    Slot::Prediction,
    Slot::Alignment,
    Slot::Inspection,
    Slot::Evaluation,
    Slot::Suggestions,
    Slot::Report,
    Slot::Dialog,
];

/// The state, and the effects that the shell would run.
struct TestApp {
    app: App,
    effects: Vec<Effect>,
    folder: tempfile::TempDir,
}

impl TestApp {
    /// Creates a state without a dataset.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::new(AppDirs::with_root(folder.path()), Settings::default(), false);
        Self { app, effects: Vec::new(), folder }
    }

    /// Creates a state with this open dataset.
    fn with_dataset(name: &str) -> Self {
        let mut test = Self::new();
        test.open(name);
        test
    }

    fn run(&mut self, command: Command) {
        self.effects.extend(update(&mut self.app, command));
    }

    fn answer(&mut self, id: RequestId, content: AnswerContent) {
        self.effects.extend(on_answer(&mut self.app, Answer { id, content }));
    }

    fn done(&mut self, id: RequestId, done: Done) {
        self.answer(id, AnswerContent::Done(Box::new(done)));
    }

    /// Returns the last submitted request that `is_asked` accepts.
    fn last_request(&self, is_asked: impl Fn(&Work) -> bool) -> RequestId {
        let submitted = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Submit(request) if is_asked(&request.work) => Some(request.id),
            _ => None,
        });
        submitted.expect("a request")
    }

    /// Submits a request for this slot, as the user does.
    fn submit(&mut self, slot: Slot) -> RequestId {
        self.effects.clear();
        match slot {
            Slot::Opening => self.run(Command::Open("other.conll".into())),
            Slot::SourceChange => unreachable!("needs a changed source"),
            Slot::Project => self.run(Command::MoveProjectTo("moved.tagwright".into())),
            Slot::Comparison => self.run(Command::Data(DataCommand::CompareWith("other.conll".into()))),
            Slot::Writing => self.run(Command::WriteFile("picture.svg".into(), Vec::new())),
            Slot::Training => self.run(Command::Run(Action::Estimate)),
            Slot::Prediction => self.run(Command::Try(TryCommand::SetTryText("Ada Lovelace".into()))),
            Slot::Alignment => {
                self.run(Command::Run(Action::GoTo(Page::Annotate)));
                self.run(Command::Run(Action::ToggleSubwords));
                self.run(Command::View(ViewCommand::GoToSentence(1)));
            }
            Slot::Inspection | Slot::RunPreview => self.run(Command::Run(Action::GoTo(Page::Train))),
            Slot::RunCurves | Slot::RunDifference => unreachable!("needs runs"),
            Slot::Evaluation => self.run(Command::Run(Action::Evaluate)),
            Slot::Errors => {
                let id = self.submit(Slot::Evaluation);
                self.finish(id, Slot::Evaluation);
                self.run(Command::Labels(LabelCommand::NewLabels(vec!["EXTRA".into()])));
            }
            Slot::Suggestions => self.run(Command::Run(Action::Suggest)),
            Slot::Report => self.run(Command::Run(Action::GoTo(Page::Data))),
            Slot::Dialog => self.run(Command::Run(Action::Export)),
        }
        self.app.requests.pending(slot).expect("a request").id()
    }

    /// Opens a dataset of three sentences.
    fn open(&mut self, name: &str) {
        let path = self.folder.path().join(format!("{name}.conll"));
        std::fs::write(&path, "Ada B-PER\n\nsaw O\n\nLondon B-LOC\n").expect("a file");
        self.run(Command::Open(path.clone()));
        let id = self.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
        let Ok(Opening::Opened(opened)) = opening::open(&path, &self.app.dirs, None) else { panic!("not opened") };
        self.done(id, Done::Opened { path, opened, comparison: None });
    }

    /// Delivers a result for a request of this slot.
    fn finish(&mut self, id: RequestId, slot: Slot) {
        let stamp = self.session().stamp();
        self.done(id, result(slot, stamp).expect("a result"));
    }

    fn session(&self) -> &Session {
        self.app.session.as_ref().expect("a dataset")
    }

    fn dataset(&self) -> &str {
        &self.session().corpus().name
    }

    /// Returns the number of changes that the shell would store.
    fn n_writes(&mut self) -> usize {
        self.app.session.as_mut().map_or(0, |session| session.take_writes().len())
    }

    /// Describes everything that an answer about a dataset can change.
    fn results(&self) -> String {
        let a = self.session();
        format!(
            "evaluated {}, report {}, compared {}, subwords {}, estimate {}, preview {}, suggestions {}",
            a.evaluation.result.is_some(),
            a.checks.report().is_some(),
            a.checks.comparison.is_some(),
            a.subwords.alignment.is_some(),
            a.measurements.estimate.is_some(),
            run_preview(&self.app, a).is_some(),
            a.totals().n_open_suggestions,
        )
    }
}

/// Returns a result for a request of this slot that changes the state.
fn result(slot: Slot, stamp: Stamp) -> Option<Done> {
    Some(match slot {
        Slot::Opening | Slot::SourceChange | Slot::Writing => {
            return Some(Done::Written { path: "picture.svg".into(), losses: Vec::new() });
        }
        Slot::Comparison => Done::Compared {
            path: "other.conll".into(),
            agreement: Box::new(Agreement { sentences: 1, ..Agreement::default() }),
        },
        Slot::Training => Done::Estimated(RunEstimate::default()),
        Slot::Prediction => Done::Predicted {
            model: ModelRef::Starter,
            text: "Ada Lovelace".into(),
            prediction: Prediction::default(),
            seconds: 0.0,
        },
        // They need a tokenizer or a file.
        Slot::Alignment | Slot::Project => return None,
        Slot::Inspection => Done::Inspected(ModelFacts::default()),
        Slot::Evaluation => Done::Evaluated(Box::new(Evaluated {
            model: ModelRef::Starter,
            split: Split::Train,
            stamp,
            metrics: EvalMetrics::default(),
            predictions: Arc::default(),
            errors: ErrorAnalysis::default(),
        })),
        Slot::Errors => Done::ErrorsAnalyzed { stamp, errors: Box::new(ErrorAnalysis::default()) },
        Slot::Suggestions => {
            let id = tagwright::corpus::SentenceId { document: 0, sentence: 1 };
            let suggestion = tagwright::eval::errors::PredictedEntity { words: 0..1, label: "PER".into(), score: 0.9 };
            Done::Suggested {
                model: ModelRef::Starter,
                sentences: vec![id],
                suggestions: Suggestions { predictions: vec![(id, vec![suggestion])], ..Suggestions::default() },
            }
        }
        Slot::Dialog => Done::ExportLosses(Vec::new()),
        Slot::RunCurves => Done::RunRead { run: 1, events: Vec::new() },
        Slot::RunDifference => Done::RunsCompared { runs: [1, 2], difference: None },
        Slot::RunPreview => {
            let key = RunDataKey { selection: DataSelection::default(), seed: 42 };
            Done::RunPreviewed { stamp, key, preview: Box::default() }
        }
        Slot::Report => Done::Reported { stamp, report: Box::new(DatasetReport::default()) },
    })
}

#[test]
fn answers_about_previous_dataset_change_nothing() {
    let slots = [Slot::Comparison, Slot::Training, Slot::Evaluation, Slot::Suggestions, Slot::Report, Slot::RunPreview];
    for slot in slots {
        let mut test = TestApp::with_dataset("first");
        let id = test.submit(slot);
        test.open("second");
        assert!(test.effects.iter().any(|e| matches!(e, Effect::Control(c, TrainerControl::Stop) if *c == id)));
        assert!(!test.app.requests.is_pending(slot), "{slot:?}");
        let (before, page, n_notices) = (test.results(), test.app.page, test.app.notifications.shown().len());
        test.n_writes();
        test.finish(id, slot);
        test.answer(id, AnswerContent::Failed(Failure::new(FailureKind::Network, "late")));
        assert_eq!((test.dataset(), test.results(), test.app.page), ("second", before, page), "{slot:?}");
        assert_eq!((test.app.notifications.shown().len(), test.n_writes()), (n_notices, 0), "{slot:?}");
    }
}

#[test]
fn results_of_previous_dataset_are_not_shown() {
    let slots = [Slot::Comparison, Slot::Training, Slot::Evaluation, Slot::Suggestions, Slot::Report, Slot::RunPreview];
    for slot in slots {
        let mut test = TestApp::with_dataset("first");
        let empty = test.results();
        let id = test.submit(slot);
        test.finish(id, slot);
        assert_ne!(test.results(), empty, "{slot:?} has no result");
        test.open("second");
        assert_eq!(test.results(), empty, "{slot:?}");
    }
}

#[test]
fn only_latest_opened_dataset_is_shown() {
    let mut test = TestApp::with_dataset("first");
    let early = test.submit(Slot::Opening);
    test.open("second");
    let Ok(Opening::Opened(opened)) =
        opening::open(&test.folder.path().join("first.conll"), &test.app.dirs.clone(), None)
    else {
        panic!("not opened")
    };
    test.done(early, Done::Opened { path: PathBuf::from("first.conll"), opened, comparison: None });
    assert_eq!(test.dataset(), "second");
}

#[test]
fn failure_ends_only_its_own_request() {
    let kinds = [
        FailureKind::NotFound,
        FailureKind::Access,
        FailureKind::NoSpace,
        FailureKind::Conflict,
        FailureKind::TooLarge,
        FailureKind::Content,
        FailureKind::NoMemory,
        FailureKind::Network,
        FailureKind::Settings,
        FailureKind::Internal,
        FailureKind::Other,
    ];
    for slot in ALL {
        for kind in kinds {
            let mut test = TestApp::with_dataset("first");
            // A training request is refused while a dataset is being opened.
            let others = ALL.into_iter().filter(|s| *s != slot && *s != Slot::Opening);
            let others: Vec<Slot> = others.filter(|s| slot != Slot::Opening || *s != Slot::Training).collect();
            for other in &others {
                test.submit(*other);
            }
            let id = test.submit(slot);
            test.answer(id, AnswerContent::Failed(Failure::new(kind, "reason of the failure")));
            assert!(!test.app.requests.is_pending(slot), "{slot:?} {kind:?}");
            for other in &others {
                assert!(test.app.requests.is_pending(*other), "{slot:?} {kind:?} ended {other:?}");
            }
            let notices = test.app.notifications.shown();
            let on_page =
                matches!(&test.app.train_page.model_info, Some(Err(reason)) if reason.message.contains("failure"));
            let told = notices.iter().any(|n| n.detail == "reason of the failure");
            assert_eq!(told, !on_page, "{slot:?} {kind:?}");
            assert_eq!(test.session().evaluation.error.is_some(), slot == Slot::Evaluation);
            assert_eq!(test.app.try_page.failure.is_some(), slot == Slot::Prediction);
        }
    }
}

/// Describes the effects on the project of the open dataset, in their order.
fn project_effects(effects: &[Effect]) -> Vec<String> {
    let text = |effect: &Effect| match effect {
        Effect::Release => Some("release".to_owned()),
        Effect::SetMissingProject(reason) => Some(format!("missing: {reason}")),
        Effect::Rebuild(_) => Some("rebuild".to_owned()),
        Effect::Submit(request) => match &request.work {
            Work::Files(FileWork::CreateProject(path)) => {
                Some(format!("create {}", path.file_name()?.to_string_lossy()))
            }
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(text).collect()
}

#[test]
fn removed_project_is_released_before_it_is_created_again() {
    let mut test = TestApp::with_dataset("first");
    let path = test.session().project().to_owned();
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    test.effects.clear();
    test.effects.extend(on_removed(&mut test.app, "removed".to_owned()));
    assert_eq!(project_effects(&test.effects), ["release", "missing: removed", &format!("create {name}")]);
    let id = test.app.requests.pending(Slot::Project).expect("a request").id();
    test.effects.clear();
    let project = Project::create(&test.folder.path().join("new.tagwright")).expect("a project");
    test.done(id, Done::ProjectCreated(Box::new(project)));
    assert_eq!(project_effects(&test.effects), ["rebuild"]);
}

#[test]
fn project_that_cannot_be_created_again_stays_missing() {
    let mut test = TestApp::with_dataset("first");
    test.effects.extend(on_removed(&mut test.app, "removed".to_owned()));
    let id = test.app.requests.pending(Slot::Project).expect("a request").id();
    test.effects.clear();
    test.answer(id, AnswerContent::Failed(Failure::new(FailureKind::NoSpace, "disk full")));
    assert_eq!(project_effects(&test.effects), ["missing: disk full"]);
    let notices = test.app.notifications.shown();
    assert!(notices.iter().any(|n| n.detail.contains("disk full. Move the project")));
}

#[test]
fn failed_move_keeps_the_open_project() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Project);
    test.effects.clear();
    test.answer(id, AnswerContent::Failed(Failure::new(FailureKind::Conflict, "taken")));
    assert_eq!(project_effects(&test.effects), [""; 0]);
}

#[test]
fn canceled_request_is_not_a_failure() {
    for slot in ALL {
        let mut test = TestApp::with_dataset("first");
        let id = test.submit(slot);
        let before = test.app.notifications.shown().len();
        test.answer(id, AnswerContent::Canceled);
        assert!(!test.app.requests.is_pending(slot), "{slot:?}");
        assert_eq!(test.app.notifications.shown().len(), before, "{slot:?}");
        assert_eq!((&test.session().evaluation.error, &test.app.try_page.failure), (&None, &None), "{slot:?}");
    }
}

#[test]
fn canceled_evaluation_does_not_cancel_the_next_one() {
    let mut test = TestApp::with_dataset("first");
    let first = test.submit(Slot::Evaluation);
    test.run(Command::Evaluate(EvaluateCommand::CancelEvaluation));
    let second = test.submit(Slot::Evaluation);
    test.answer(first, AnswerContent::Progress(Progress::Sentences(2, 3)));
    test.answer(first, AnswerContent::Canceled);
    let pending = test.app.requests.pending(Slot::Evaluation).expect("the second evaluation");
    assert_eq!(pending.sentences(), Some((0, 3)));
    test.answer(second, AnswerContent::Progress(Progress::Sentences(1, 3)));
    assert_eq!(test.app.requests.pending(Slot::Evaluation).and_then(|p| p.sentences()), Some((1, 3)));
    test.finish(second, Slot::Evaluation);
    assert!(test.session().evaluation.result.is_some() && !test.app.requests.is_pending(Slot::Evaluation));
}

#[test]
fn scores_keep_the_split_of_their_request() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Evaluation);
    test.run(Command::Evaluate(EvaluateCommand::SetEvalSplit(Split::Dev)));
    test.finish(id, Slot::Evaluation);
    let result = test.session().evaluation.result.as_ref().expect("a result");
    assert_eq!((&result.model, result.split), (&ModelRef::Starter, Split::Train));
}

#[test]
fn prediction_after_failure_clears_the_error() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Prediction);
    test.answer(id, AnswerContent::Failed(Failure::new(FailureKind::Content, "damaged")));
    assert_eq!(test.app.try_page.failure.as_deref(), Some("damaged"));
    let id = test.submit(Slot::Prediction);
    test.finish(id, Slot::Prediction);
    assert_eq!(test.app.try_page.failure, None);
}

#[test]
fn older_prediction_does_not_replace_newer_one() {
    let mut test = TestApp::with_dataset("first");
    let old = test.submit(Slot::Prediction);
    test.run(Command::Try(TryCommand::SetTryText("Ada Lovelace met Charles".into())));
    test.finish(old, Slot::Prediction);
    assert_eq!(test.app.try_page.analyzed_text, "");
    assert!(test.app.requests.is_pending(Slot::Prediction));
}

/// Starts a run and returns its request.
fn start_run(test: &mut TestApp) -> RequestId {
    test.run(Command::Run(Action::StartTraining));
    test.last_request(|work| matches!(work, Work::Training(TrainingWork::Run(_))))
}

fn output(folder: &str) -> TrainOutput {
    TrainOutput {
        outcome: Outcome::Completed,
        best_epoch: 1,
        dev: None,
        test: None,
        train_seconds: 1.0,
        n_subwords: 1,
        peak_memory_mb: None,
        out: folder.into(),
    }
}

fn status(test: &TestApp) -> RunStatus {
    test.session().runs().last().expect("a run").outcome
}

#[test]
fn new_model_is_tried_immediately() {
    let mut test = TestApp::with_dataset("first");
    let prediction = test.submit(Slot::Prediction);
    test.finish(prediction, Slot::Prediction);
    let run = start_run(&mut test);
    test.run(Command::Run(Action::GoTo(Page::Try)));
    test.done(run, Done::Trained(Box::new(output("new-model"))));
    let asked = test.last_request(|work| {
        matches!(work, Work::Interactive(InteractiveWork::Predict { model: ModelRef::Folder(f), .. }) if f.ends_with("new-model"))
    });
    assert!(test.app.requests.is_pending(Slot::Prediction));
    // The answer of the old model is dropped.
    test.finish(prediction, Slot::Prediction);
    assert!(test.app.requests.is_pending(Slot::Prediction));
    test.answer(asked, AnswerContent::Canceled);
    assert!(!test.app.requests.is_pending(Slot::Prediction));
}

#[test]
fn model_is_analyzed_on_the_next_visit() {
    let mut test = TestApp::with_dataset("first");
    let prediction = test.submit(Slot::Prediction);
    test.finish(prediction, Slot::Prediction);
    let run = start_run(&mut test);
    test.done(run, Done::Trained(Box::new(output("new-model"))));
    assert!(!test.app.requests.is_pending(Slot::Prediction), "the page is not visible");
    test.run(Command::Run(Action::GoTo(Page::Try)));
    assert!(test.app.requests.is_pending(Slot::Prediction));
}

/// Checks the state and the record of a run after these answers, with or without a checkpoint before them.
fn check_run_end(has_checkpoint: bool, end: AnswerContent, expected: (RunStatus, &str)) {
    let mut test = TestApp::with_dataset("first");
    let run = start_run(&mut test);
    if has_checkpoint {
        test.answer(run, AnswerContent::Run(TrainEvent::Saved { step: 1 }));
    }
    test.answer(run, end);
    assert!(!test.app.is_training());
    let state = match &test.app.live_run().expect("a run").state {
        RunState::Running(_) => "running",
        RunState::Ended(_) => "ended",
        RunState::Canceled => "canceled",
        RunState::Failed(_) => "failed",
        RunState::Interrupted => "interrupted",
    };
    assert_eq!((status(&test), state), expected);
}

#[test]
fn end_of_run_is_recorded() {
    let failed = || AnswerContent::Failed(Failure::new(FailureKind::NoMemory, "memory"));
    let finished = || AnswerContent::Done(Box::new(Done::Trained(Box::new(output("out")))));
    check_run_end(false, finished(), (RunStatus::Completed, "ended"));
    check_run_end(false, failed(), (RunStatus::Failed, "failed"));
    check_run_end(false, AnswerContent::Canceled, (RunStatus::Cancelled, "canceled"));
    check_run_end(true, failed(), (RunStatus::Interrupted, "failed"));
    check_run_end(true, AnswerContent::Canceled, (RunStatus::Interrupted, "interrupted"));
}

#[test]
fn run_ends_in_its_own_session() {
    let mut test = TestApp::with_dataset("first");
    let run = start_run(&mut test);
    test.open("second");
    assert!(test.effects.iter().any(|e| matches!(e, Effect::ParkProject)), "the project of the run stays open");
    assert!(test.app.is_training() && test.app.live_run().is_none());
    test.run(Command::Run(Action::StartTraining));
    assert_eq!(test.session().runs().len(), 0, "only one run at a time");
    test.effects.clear();
    let model = test.app.evaluation_model.clone();
    test.done(run, Done::Trained(Box::new(output("new-model"))));
    let closed = test.effects.iter_mut().find_map(|effect| match effect {
        Effect::CloseParkedProject(session) => Some(session),
        _ => None,
    });
    let closed = closed.expect("the session of the run is closed");
    assert_eq!((closed.corpus().name.as_str(), closed.runs()[0].outcome), ("first", RunStatus::Completed));
    let writes = closed.take_writes();
    assert!(writes.iter().any(|w| matches!(w, WriteOp::Run(r) if r.outcome == RunStatus::Completed)));
    assert!(test.app.parked.is_none() && !test.app.is_training());
    assert_eq!((test.dataset(), test.session().runs().len(), &test.app.evaluation_model), ("second", 0, &model));
    assert!(test.app.notifications.shown().iter().any(|n| n.title == "Run 1 of first has ended"));
}

#[test]
fn source_change_waits_for_the_run() {
    let mut test = TestApp::with_dataset("first");
    let run = start_run(&mut test);
    let path = test.folder.path().join("first.conll");
    // The run is stored in the project, so it is not empty when the changed source is opened.
    let mut project = Project::open(test.session().project()).expect("the project");
    let dataset = Dataset::open(&path).expect("the dataset");
    project.import(&dataset, ImportOrigin::FromSource, &|_, _| true).expect("an import");
    drop(project);
    std::fs::write(&path, "Oslo B-LOC\n").expect("a file");
    for is_parked in [false, true] {
        if is_parked {
            test.open("second");
        }
        test.run(Command::Open(path.clone()));
        let id = test.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
        let Ok(Opening::Changed(changed)) = opening::open(&path, &test.app.dirs, None) else { panic!("not changed") };
        test.done(id, Done::SourceChanged(Arc::new(*changed)));
        assert!(test.app.dialogs.get().is_none() && test.app.is_training(), "{is_parked}");
    }
    test.done(run, Done::Trained(Box::new(output("new-model"))));
    assert!(test.effects.iter().any(|e| matches!(e, Effect::CloseParkedProject(_))));
}

#[test]
fn run_that_ends_while_its_dataset_is_opened_keeps_its_result() {
    let mut test = TestApp::with_dataset("first");
    let run = start_run(&mut test);
    test.open("second");
    let path = test.folder.path().join("first.conll");
    let Ok(Opening::Opened(opened)) = opening::open(&path, &test.app.dirs, None) else { panic!("not opened") };
    test.run(Command::Open(path.clone()));
    let id = test.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
    test.done(run, Done::Trained(Box::new(output("new-model"))));
    assert!(test.app.parked.is_some(), "the session waits for the dataset that is being opened");
    test.done(id, Done::Opened { path, opened, comparison: None });
    assert_eq!((test.dataset(), status(&test)), ("first", RunStatus::Completed));
}

#[test]
fn decision_about_source_is_not_replaced() {
    let mut test = TestApp::with_dataset("first");
    let path = test.folder.path().join("first.conll");
    let dataset = Dataset::open(&path).expect("the dataset");
    let carried = carry_over(&dataset.corpus, &dataset.corpus);
    let project = test.session().project().to_owned();
    test.run(Command::Open(path.clone()));
    let id = test.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
    test.done(id, Done::SourceChanged(Arc::new(SourceChange { path, project, dataset, carried, edits: 1 })));
    test.run(Command::SourceChange(SourceDecision::KeepLabels));
    assert!(test.session().is_read_only() && test.app.requests.is_pending(Slot::SourceChange));
    test.effects.clear();
    test.run(Command::Import("other.conll".into()));
    test.run(Command::Open("other.conll".into()));
    assert!(test.effects.is_empty() && test.app.requests.is_pending(Slot::SourceChange));
}

#[test]
fn parked_session_is_opened_again() {
    let mut test = TestApp::with_dataset("first");
    let run = start_run(&mut test);
    test.open("second");
    test.answer(run, AnswerContent::Run(TrainEvent::Saved { step: 7 }));
    test.open("first");
    assert!(test.effects.iter().any(|e| matches!(e, Effect::UnparkProject)));
    assert_eq!((test.dataset(), test.app.parked.is_none()), ("first", true));
    assert_eq!(test.app.live_run().and_then(|run| run.saved), Some(7));
    test.run(Command::Run(Action::StopTraining));
    assert!(test.effects.iter().any(|e| matches!(e, Effect::Control(c, TrainerControl::Stop) if *c == run)));
}

#[test]
fn read_only_session_cannot_be_edited() {
    let mut test = TestApp::with_dataset("first");
    test.app.session.as_mut().expect("a dataset").release();
    let before = test.session().corpus().documents.clone();
    for entry in COMMANDS {
        test.run(Command::View(ViewCommand::Select(0, 0)));
        test.run(Command::Run(entry.action));
        assert_eq!(test.session().corpus().documents, before, "{}", entry.english_title);
        assert_eq!(test.n_writes(), 0, "{}", entry.english_title);
    }
}

#[test]
fn blocked_commands_do_nothing() {
    let check = |mut test: TestApp, state: &str| {
        let mut n_blocked = 0;
        for entry in COMMANDS.iter().filter(|entry| obstacle(&test.app, entry.action).is_some()).collect::<Vec<_>>() {
            n_blocked += 1;
            let summary = |app: &App| {
                let session = app.session.as_ref().map(|s| (s.corpus().documents.clone(), s.selection, s.current));
                (app.page, app.settings.clone(), app.has_open_dialog(), session)
            };
            let before = summary(&test.app);
            test.effects.clear();
            test.run(Command::Run(entry.action));
            assert_eq!(test.effects.len(), 0, "{state}: {}", entry.english_title);
            assert_eq!(summary(&test.app), before, "{state}: {}", entry.english_title);
        }
        n_blocked
    };
    assert!(check(TestApp::new(), "no dataset") > 60);
    assert!(check(TestApp::with_dataset("first"), "new dataset") >= 5);
    let of_annotate = COMMANDS.iter().filter(|entry| entry.scope == Scope::Page(Page::Annotate)).count();
    for page in [Page::Train, Page::Evaluate, Page::Try, Page::Data] {
        let mut test = TestApp::with_dataset("first");
        test.run(Command::View(ViewCommand::Select(0, 0)));
        test.run(Command::Run(Action::GoTo(page)));
        assert!(check(test, page.title()) >= of_annotate);
    }
    let mut test = TestApp::with_dataset("first");
    test.app.session.as_mut().expect("a dataset").release();
    assert!(check(test, "read-only") >= 15);
}

#[test]
fn input_is_not_lost_to_another_dialog() {
    let mut test = TestApp::with_dataset("first");
    test.run(Command::Run(Action::Comment));
    for entry in COMMANDS.iter().filter(|entry| entry.opens) {
        test.run(Command::Run(entry.action));
        let is_open = matches!(test.app.dialogs.get(), Some(Dialog::Prompt(_))) && test.app.page == Page::Annotate;
        assert!(is_open, "{}", entry.english_title);
    }
    test.run(Command::CloseDialog);
    test.run(Command::Run(Action::Settings));
    test.run(Command::Run(Action::Palette));
    assert!(matches!(test.app.dialogs.get(), Some(Dialog::Palette)), "settings are stored at once");
}

#[test]
fn report_with_old_label_ids_is_requested_again() {
    let mut test = TestApp::with_dataset("first");
    test.run(Command::Labels(LabelCommand::NewLabels(vec!["ORG".into()])));
    let old = test.submit(Slot::Report);
    // Undo removes the label, so its id can belong to another label later.
    test.run(Command::Run(Action::Undo));
    let new = test.last_request(|work| matches!(work, Work::Background(BackgroundWork::Report { .. })));
    assert_ne!(new, old);
}

#[test]
fn resolution_uses_label_names() {
    let mut test = TestApp::with_dataset("first");
    test.run(Command::Labels(LabelCommand::NewLabels(vec!["ORG".into()])));
    let path = test.folder.path().join("theirs.conll");
    std::fs::write(&path, "Ada B-ORG\n\nsaw O\n\nLondon B-LOC\n").expect("a file");
    let theirs = tagwright::project::Dataset::open(&path).expect("a dataset");
    let agreement = Box::new(Agreement::compare(test.session().corpus(), &theirs.corpus));
    let id = test.submit(Slot::Comparison);
    test.done(id, Done::Compared { path, agreement });
    // Undo removes ORG, and another label has its id afterwards.
    test.run(Command::Run(Action::Undo));
    test.run(Command::Labels(LabelCommand::NewLabels(vec!["EVENT".into()])));
    test.run(Command::Run(Action::ResolveDifference(Resolution::Theirs)));
    let corpus = test.session().corpus();
    let names: Vec<&str> = corpus.document(0).spans.iter().map(|s| corpus.labels.name(s.label)).collect();
    assert_eq!(names, ["ORG", "LOC"]);
}

#[test]
fn dialogs_are_prepared_in_the_background() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Dialog);
    assert!(test.app.has_open_dialog(), "the next keys are for the dialog");
    test.run(Command::Run(Action::Export));
    assert!(!test.app.has_open_dialog() && !test.app.requests.is_pending(Slot::Dialog));
    test.done(id, Done::ExportLosses(Vec::new()));
    assert!(!test.app.has_open_dialog(), "a closed dialog stays closed");
    let id = test.submit(Slot::Dialog);
    test.open("second");
    test.done(id, Done::ExportLosses(Vec::new()));
    assert!(!test.app.has_open_dialog(), "the losses are those of the first dataset");
}

#[test]
fn reset_covers_all_settings() {
    let mut test = TestApp::with_dataset("first");
    for setting in SETTINGS {
        let value = match setting.kind {
            SettingKind::Number(_) => "1".to_owned(),
            SettingKind::Choice(choice) => choice.options[choice.options.len() - 1].to_owned(),
            SettingKind::Switch(switch) => (!switch.is_on(&TrainingArguments::default())).to_string(),
        };
        test.run(Command::Train(TrainCommand::Set(setting.id, value)));
    }
    test.run(Command::Train(TrainCommand::Device(DeviceChoice::Cpu)));
    assert_ne!(test.app.train_page.arguments, TrainingArguments::default());
    test.run(Command::Train(TrainCommand::ResetRunSettings));
    assert_eq!(test.app.train_page.arguments, TrainingArguments::default());
    assert_eq!(test.app.train_page.inputs["num_train_epochs"], "3");
}

#[test]
fn form_counts_the_sentences_of_the_run() {
    let mut test = TestApp::with_dataset("first");
    // Three documents of unequal size, without a dev split, and a label that only test uses.
    let folder = test.folder.path().join("documents");
    std::fs::create_dir(&folder).expect("a folder");
    let document = |sentences: usize, label: &str| {
        format!("-DOCSTART- -X- O O\n\n{}", format!("Ada B-{label}\n\n").repeat(sentences))
    };
    let train = [document(5, "PER"), document(50, "PER"), document(20, "PER")].concat();
    std::fs::write(folder.join("train.conll"), train).expect("a file");
    std::fs::write(folder.join("test.conll"), document(3, "ORG")).expect("a file");
    test.run(Command::Open(folder.clone()));
    let id = test.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
    let Ok(Opening::Opened(opened)) = opening::open(&folder, &test.app.dirs, None) else { panic!("not opened") };
    test.done(id, Done::Opened { path: folder, opened, comparison: None });
    for seed in 0..10 {
        test.run(Command::Run(Action::GoTo(Page::Train)));
        test.run(Command::Train(TrainCommand::Set("seed", seed.to_string())));
        assert!(run_preview(&test.app, test.session()).is_none(), "the preview is that of another seed");
        let id = test.last_request(|work| matches!(work, Work::Interactive(InteractiveWork::PreviewRun { .. })));
        let (corpus, stamp) = (test.session().corpus().clone(), test.session().stamp());
        let key = RunDataKey { selection: DataSelection::default(), seed };
        test.done(id, Done::RunPreviewed { stamp, key, preview: Box::new(RunPreview::new(&corpus, key)) });
        let preview = run_preview(&test.app, test.session()).expect("a preview");
        let actual = holdout(test.session().corpus(), DEFAULT_HOLDOUT_RATIO, seed);
        assert_eq!((preview.n_train, preview.n_held_out), (actual.train.len(), actual.n_held_out));
        assert_eq!((preview.by_document, preview.label_names()), (true, vec!["PER".to_owned()]));
    }
}

#[test]
fn failed_export_does_not_end_opening() {
    let mut test = TestApp::with_dataset("first");
    let export = test.submit(Slot::Writing);
    test.submit(Slot::Opening);
    test.answer(export, AnswerContent::Failed(Failure::new(FailureKind::Access, "read-only")));
    assert!(test.app.requests.is_pending(Slot::Opening));
    test.run(Command::Run(Action::StartTraining));
    assert!(!test.app.is_training(), "training starts only after the dataset is open");
}

#[test]
fn download_of_a_run_ends_with_its_first_event() {
    let mut test = TestApp::with_dataset("first");
    test.run(Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Hub("owner/name".into()))));
    let run = start_run(&mut test);
    let download = |test: &TestApp| test.app.requests.pending(Slot::Training).and_then(|p| p.download()).is_some();
    test.answer(run, AnswerContent::Progress(Progress::Download(hub::Progress::default())));
    assert!(download(&test));
    test.answer(run, AnswerContent::Run(TrainEvent::Step(Step::default())));
    assert!(!download(&test));
}

#[test]
fn measurement_for_other_settings_is_dropped() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Training);
    test.run(Command::Train(TrainCommand::Set("new_head", "true".into())));
    test.done(id, Done::Estimated(RunEstimate::default()));
    assert!(test.session().measurements.estimate.is_none() && !test.app.is_training());
}

#[test]
fn report_is_requested_again_after_its_inputs_changed() {
    let changes: [fn() -> Command; 2] = [
        || Command::Train(TrainCommand::SetBaseModel(BaseModelInput::Folder("other".into()))),
        || Command::Train(TrainCommand::Set("max_length", "64".into())),
    ];
    for change in changes {
        let mut test = TestApp::with_dataset("first");
        let old = test.submit(Slot::Report);
        test.run(change());
        let new = test.last_request(|work| matches!(work, Work::Background(BackgroundWork::Report { .. })));
        assert_ne!(new, old);
        test.finish(old, Slot::Report);
        assert!(test.session().checks.report().is_none(), "the report has the old settings");
        test.finish(new, Slot::Report);
        assert!(test.session().checks.report().is_some());
    }
}

#[test]
fn stopped_suggestions_are_still_added() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Suggestions);
    test.run(Command::Suggestions(SuggestionCommand::StopSuggestions));
    assert!(test.effects.iter().any(|e| matches!(e, Effect::Control(c, TrainerControl::Stop) if *c == id)));
    test.finish(id, Slot::Suggestions);
    assert_eq!(test.app.session.as_ref().map(|a| a.totals().n_open_suggestions), Some(1));
}

#[test]
fn measurement_can_be_stopped() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::Training);
    test.run(Command::Run(Action::StopTraining));
    assert!(test.effects.iter().any(|e| matches!(e, Effect::Control(c, TrainerControl::Stop) if *c == id)));
    assert!(!test.app.is_training());
}

#[test]
fn failed_preview_is_not_requested_again() {
    let mut test = TestApp::with_dataset("first");
    let id = test.submit(Slot::RunPreview);
    test.effects.clear();
    test.answer(id, AnswerContent::Failed(Failure::new(FailureKind::Internal, "a defect")));
    assert!(test.effects.iter().all(|e| !matches!(e, Effect::Submit(_))));
    // Another seed is a new question.
    test.run(Command::Train(TrainCommand::Set("seed", "7".into())));
    assert!(test.app.requests.is_pending(Slot::RunPreview));
}

#[test]
fn run_without_labels_does_not_start() {
    let mut test = TestApp::new();
    let path = test.folder.path().join("empty.conll");
    std::fs::write(&path, "Ada O\n\nsaw O\n").expect("a file");
    test.run(Command::Open(path.clone()));
    let id = test.last_request(|work| matches!(work, Work::Files(FileWork::Open(_))));
    let Ok(Opening::Opened(opened)) = opening::open(&path, &test.app.dirs, None) else { panic!("not opened") };
    test.done(id, Done::Opened { path, opened, comparison: None });
    test.run(Command::Run(Action::StartTraining));
    assert_eq!((test.session().runs().len(), test.app.page), (0, Page::Annotate));
    assert!(test.app.notifications.shown().iter().any(|n| n.detail.contains("no labels")));
}

#[test]
fn question_before_closing_interrupts_and_is_withdrawn() {
    let mut test = TestApp::with_dataset("first");
    test.run(Command::Run(Action::Comment));
    test.run(Command::ConfirmClosing("the disk is full".into()));
    assert!(matches!(test.app.dialogs.get(), Some(Dialog::Closing(_))));
    test.run(Command::WithdrawClosing);
    assert!(matches!(test.app.dialogs.get(), Some(Dialog::Prompt(_))), "the comment is not lost");
    test.run(Command::WithdrawClosing);
    assert!(matches!(test.app.dialogs.get(), Some(Dialog::Prompt(_))));
}

#[test]
fn subwords_are_requested_once_for_each_state() {
    let mut test = TestApp::with_dataset("first");
    let n_requests = |test: &mut TestApp, command: Command| {
        test.effects.clear();
        test.run(command);
        let is_align = |e: &&Effect| matches!(e, Effect::Submit(r) if matches!(r.work, Work::Interactive(InteractiveWork::Align { .. })));
        test.effects.iter().filter(is_align).count()
    };
    assert_eq!(n_requests(&mut test, Command::Run(Action::ToggleSubwords)), 1);
    assert_eq!(n_requests(&mut test, Command::View(ViewCommand::Select(0, 0))), 0);
    assert_eq!(n_requests(&mut test, Command::Run(Action::ClearLabel)), 1, "an edit changes the tags");
    assert_eq!(n_requests(&mut test, Command::Run(Action::Undo)), 1);
    assert_eq!(n_requests(&mut test, Command::Run(Action::NextSentence)), 1);
    assert_eq!(n_requests(&mut test, Command::Train(TrainCommand::Set("max_length", "64".into()))), 1);
    assert_eq!(n_requests(&mut test, Command::Train(TrainCommand::Set("seed", "7".into()))), 0);
}
