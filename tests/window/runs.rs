//! The runs of a project: shown again after a restart, compared, renamed, copied and deleted.

use crate::support::golden;
use crate::support::window::Window;
use std::rc::Rc;
use tagwright::app::page_commands::{LabelCommand, RunCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::LabelId;
use tagwright::project::{Project, RunRecord, RunStatus};
use tagwright::session::runs::{RunAxis, TrainView};

fn records(w: &Window) -> Vec<RunRecord> {
    w.app().session.as_ref().map(|session| session.runs().to_vec()).unwrap_or_default()
}

/// Trains the tiny model, and returns after the end of the run.
fn train(w: &mut Window, epochs: usize, learning_rate: &str) {
    w.ask(Command::Run(Action::NewRun));
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", &epochs.to_string());
    w.type_text("Learning rate, learning_rate", learning_rate);
    let n_before = records(w).len();
    w.press("Train");
    w.until("the run has ended", |w| {
        let runs = records(w);
        runs.len() > n_before && runs.last().is_some_and(|run| run.outcome != RunStatus::Running)
    });
}

/// Returns a window with two runs of 1 and 2 epochs, after a restart.
fn with_two_runs(data: &Rc<tempfile::TempDir>) -> Window {
    let mut w = Window::with_sample(data);
    train(&mut w, 1, "1e-3");
    train(&mut w, 2, "2e-3");
    w.until("the runs are durable", Window::is_durable);
    drop(w);
    let mut w = Window::with_sample(data);
    w.go_to("Train");
    w
}

#[test]
fn earlier_runs_open_with_curves_and_log() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_two_runs(&data);
    w.until("the curves are read", |w| w.shows_part("Loss chart"));
    assert!(w.shows("Run 2") && w.shows("Completed") && w.shows("Try model"));
    assert!(w.shows_part("F1 chart") && w.shows_part("Saved the best model"), "{:?}", w.texts());
    w.ask(Command::Run(Action::ShowAllRuns));
    w.click_part("Run 1, dev F1");
    w.press("Open run");
    w.until("the other run is shown", |w| w.shows_part("Step 17 of 17, epoch 1 of 1"));
    // A new run is shown at once.
    train(&mut w, 1, "1e-3");
    assert!(w.shows("Run 3"));
}

#[test]
fn selected_runs_are_compared() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_two_runs(&data);
    w.click("All runs");
    w.until("the curves are read", |w| w.shows_part("Dev F1 by step, Run 1"));
    assert!(w.shows_part("Loss by step, Run 1") && w.shows("2 of 2 selected"), "{:?}", w.texts());
    w.until("the runs are compared", |w| w.shows_part("95 % interval"));
    assert!(w.shows("Run 2 against Run 1"));
    assert!(w.shows("Learning rate: 0.002, 0.001") && w.shows("Epochs: 2, 1"), "{:?}", w.texts());
    assert!(!w.shows_part("Batch size: "), "equal settings are hidden");
    w.click("Only differences");
    assert!(w.shows("Batch size: 16, 16"));
    w.click("Time");
    assert!(w.shows_part("Dev F1 by time"));
    assert_eq!(w.app().session.as_ref().map(|session| session.runs_view.axis), Some(RunAxis::Time));
    w.click("Show Run 1 in charts");
    assert!(w.shows("1 of 2 selected") && !w.shows_part("against Run 1"));
    // Every run has an interval of its F1.
    assert!(records(&w).iter().all(|run| run.details.f1_interval.is_some()));
}

#[test]
fn runs_on_other_dev_labels_are_not_comparable() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    train(&mut w, 1, "1e-3");
    // Another label in the first dev sentence.
    w.go_to("Annotate");
    let first_dev = w
        .app()
        .session
        .as_ref()
        .and_then(|session| (0..session.sentences.len()).find(|index| session.sentence_name(*index) == "dev-0000"));
    w.ask(Command::View(ViewCommand::GoToSentence(first_dev.expect("a dev sentence"))));
    w.ask(Command::View(ViewCommand::Select(0, 0)));
    w.ask(Command::Labels(LabelCommand::Label(LabelId::new(2))));
    train(&mut w, 1, "2e-3");
    w.ask(Command::Run(Action::ShowAllRuns));
    w.until("the runs are compared", |w| w.shows_part("Not comparable"));
}

#[test]
fn runs_are_renamed_noted_and_copied() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_two_runs(&data);
    w.click("All runs");
    w.keys(&[egui::Key::F2]);
    w.type_text("Name of the run", "Higher rate");
    w.keys(&[egui::Key::Enter]);
    w.type_text("Note on the run", "ORG gains most");
    w.click_part("Run 1, dev F1");
    assert!(w.shows_part("Higher rate, dev F1"), "{:?}", w.texts());
    w.until("the changes are durable", Window::is_durable);
    drop(w);
    let mut w = Window::with_sample(&data);
    let details = records(&w)[1].details.clone();
    assert_eq!((details.name.as_str(), details.note.as_str()), ("Higher rate", "ORG gains most"));
    w.go_to("Evaluate");
    w.press("Starter");
    assert!(w.shows_part("Higher rate, dev F1"), "models have the names of their runs");
    w.keys(&[egui::Key::Escape]);
    w.go_to("Train");
    w.ask(Command::Runs(RunCommand::CopySettings(2)));
    let app = w.app();
    assert_eq!(app.train_page.arguments.learning_rate, 2e-3);
    assert_eq!(app.train_page.arguments.num_train_epochs, 2);
    assert_eq!(app.train_page.base.stored(), golden("tiny").display().to_string());
    assert_eq!(app.session.as_ref().map(|session| session.runs_view.view), Some(TrainView::NewRun));
}

#[test]
fn deleted_run_can_be_restored_until_its_files_are_deleted() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_two_runs(&data);
    w.click("All runs");
    let dirs: Vec<_> = records(&w).into_iter().map(|run| run.dir).collect();
    w.press("More for Run 2");
    w.choose_row("Delete run");
    assert_eq!(records(&w).len(), 1);
    assert!(dirs[1].is_dir() && w.shows_part("Run 2 deleted"));
    w.press("Restore");
    assert_eq!(records(&w).len(), 2);
    assert!(!w.shows_part("Run 2 deleted") && w.shows_part("Run 2, dev F1"));
    w.press("More for Run 2");
    w.choose_row("Delete run");
    w.press("Dismiss");
    w.until("the files are deleted", |_| !dirs[1].exists());
    assert!(dirs[0].is_dir());
    w.until("the deletion is durable", Window::is_durable);
    drop(w);
    let w = Window::with_sample(&data);
    assert_eq!(records(&w).iter().map(|run| run.number).collect::<Vec<_>>(), [1]);
}

#[test]
fn run_without_journal_says_so() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    train(&mut w, 1, "1e-3");
    let dir = records(&w)[0].dir.clone();
    w.until("the run is durable", Window::is_durable);
    drop(w);
    let journal = dir.join(".tagwright.events.jsonl");
    std::fs::remove_file(&journal).expect("a journal");
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.until("the run is shown", |w| w.shows_part("This run has no stored curves"));
    drop(w);
    std::fs::create_dir(&journal).expect("an unreadable journal");
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.until("the reason is shown", |w| w.shows("The curves of this run cannot be read"));
    assert!(w.shows("Completed") && w.shows("Save model as…"), "the model can still be used");
}

#[test]
fn interrupted_run_opens_with_resume() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", "900");
    w.press("Train");
    w.until("a checkpoint is saved", |w| w.app().live_run().is_some_and(|run| run.saved.is_some()));
    drop(w);
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.until("the curves are read", |w| w.shows_part("Loss chart"));
    assert!(w.shows("Interrupted") && w.shows("Resume"), "{:?}", w.texts());
    let shown = w.app().session.as_ref().and_then(|session| session.shown_run().map(|run| run.steps.len()));
    assert!(shown.is_some_and(|steps| steps >= 17), "{shown:?} steps are shown");
    w.press("Resume");
    w.until("the run continues", |w| w.app().live_run().is_some_and(|run| run.steps.len() > shown.unwrap_or(0)));
    w.press("Stop");
    w.click("Stop and keep best model");
    w.until("the run has ended", |w| records(w)[0].outcome == RunStatus::Stopped);
    assert!(w.shows("Stopped"));
}

#[test]
fn directory_of_an_untrusted_project_is_not_deleted() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.until("the project is durable", Window::is_durable);
    let path = w.app().session.as_ref().expect("a dataset").project().to_owned();
    drop(w);
    let letters = data.path().join("letters").join("run-1");
    std::fs::create_dir_all(&letters).expect("a folder");
    std::fs::write(letters.join("letter.txt"), "precious").expect("a file");
    let mut project = Project::open(&path).expect("the project");
    let run = RunRecord { number: 1, outcome: RunStatus::Completed, dir: letters.clone(), ..RunRecord::default() };
    project.upsert_run(&run).expect("a run");
    drop(project);
    let mut w = Window::with_sample(&data);
    w.ask(Command::Runs(RunCommand::Delete(1)));
    w.press("Dismiss");
    w.until("the deletion has ended", |w| w.is_durable() && !w.app().requests.is_pending(Slot::Writing));
    assert!(records(&w).is_empty() && letters.join("letter.txt").is_file());
}
