//! The Train page: runs, base models, measurements, and resuming.

use crate::support::golden;
use crate::support::hub::{Weights, hub, serve};
use crate::support::window::Window;
use std::cell::Cell;
use std::rc::Rc;
use tagwright::app::page_commands::{LabelCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::{LabelId, TrainOn};
use tagwright::model::PretrainedModel;
use tagwright::project::{Project, RunRecord, RunStatus};
use tagwright::session::run::RunState;

fn has_ended(w: &Window) -> bool {
    w.app().live_run().is_some_and(|r| !matches!(r.state, RunState::Running(_)))
}

#[test]
fn run_draws_charts_and_saves_model() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.until("the base model is checked", |w| w.app().train_page.model_info.is_some());
    assert!(w.shows_part("Output matches candle-transformers"));
    assert!(w.shows_part("New classification head (labels differ)"));
    w.press("Apply small-data preset");
    assert_eq!(w.app().train_page.arguments.learning_rate, 2e-4);
    w.type_text("Epochs, num_train_epochs", "0");
    assert!(w.shows_part("Enter a whole number from 1"));
    w.type_text("Epochs, num_train_epochs", "3");
    w.press("Train");
    let live_counts = Cell::new((0, 0));
    w.until("the run has ended", |w| {
        let app = w.app();
        let run = app.live_run().expect("a run");
        if matches!(run.state, RunState::Running(_)) {
            live_counts.set((run.steps.len(), run.dev.len()));
        }
        drop(app);
        has_ended(w)
    });
    let (steps, scores) = live_counts.get();
    assert!(steps >= 3 && scores >= 1, "drawn during the run: {steps} losses, {scores} F1 scores");
    for name in ["Loss chart", "F1 chart", "Learning rate chart", "Speed chart", "Gradient chart"] {
        assert!(w.shows_part(name), "{name}");
    }
    let folder = match w.app().live_run().map(|r| r.state.clone()) {
        Some(RunState::Ended(finished)) => {
            assert!(finished.test.is_some() && finished.dev.is_some());
            finished.out
        }
        other => panic!("{other:?}"),
    };
    assert!(PretrainedModel::from_pretrained(&folder).expect("a model").supports_labels(&["DATE".into()]));
    let saved = w.data.path().join("saved model");
    w.answer(&saved);
    w.press("Save model as…");
    w.until("the model is copied", |_| saved.join("README.md").is_file());
    assert!(PretrainedModel::from_pretrained(&saved).is_ok());
    w.go_to("Evaluate");
    w.press("Evaluate");
    w.until("the evaluation is finished", |w| w.app().session.as_ref().is_some_and(|s| s.evaluation.result.is_some()));
    assert!(w.shows_part("Micro average"));
}

#[test]
fn stop_keeps_best_model() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.type_text("Epochs, num_train_epochs", "50");
    w.press("Train");
    w.until("an epoch is evaluated", |w| w.app().live_run().is_some_and(|r| !r.dev.is_empty()));
    w.press("Stop");
    w.click("Stop and keep best model");
    w.until("the run has ended", has_ended);
    match w.app().live_run().map(|r| &r.state) {
        Some(RunState::Ended(f)) => {
            assert_eq!((f.outcome.name(), f.out.join("model.safetensors").is_file()), ("stopped", true))
        }
        other => panic!("{other:?}"),
    };
}

#[test]
fn broken_base_model_shows_error() {
    let mut w = Window::open(&[]);
    w.step();
    let broken = w.data.path().join("broken");
    std::fs::create_dir_all(&broken).expect("a folder");
    std::fs::copy(golden("tiny/config.json"), broken.join("config.json")).expect("a copy");
    w.open_sample();
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", broken.to_str().expect("a path"));
    w.until("the error is shown", |w| matches!(w.app().train_page.model_info, Some(Err(_))));
    assert!(w.shows_part("tokenizer.json"));
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the other folder is checked", |w| matches!(w.app().train_page.model_info, Some(Ok(_))));
}

#[test]
fn missing_dev_split_holds_out_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let only = folder.path().join("train.conll");
    std::fs::copy(format!("{}/assets/sample/train.conll", env!("CARGO_MANIFEST_DIR")), &only).expect("a copy");
    let mut w = Window::open(&[&only]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.go_to("Train");
    w.until("the data is known", |w| w.shows_part("2 of 24 documents are held out"));
    w.press("Train");
    w.until("the run has ended", has_ended);
    let app = w.app();
    let run = app.live_run().expect("a run");
    assert!(run.log.iter().any(|l| l.text.contains("2 of 24 documents held out")), "{:?}", run.log);
}

/// Opens the sample in a window with a local hub, and starts a run from `our/tiny`.
fn run_from_hub(weights: Weights) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let (endpoint, _) = serve(weights);
    let hub = hub(&endpoint, &data.path().join("cache"));
    let mut w = Window::with_hub(data, hub, &[], [1440.0, 900.0], egui::Theme::Dark);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.click("Hub");
    w.type_text("Model id (owner/name)", "our/tiny");
    w.press("Train");
    w
}

fn outcome(w: &Window) -> Option<RunStatus> {
    w.app().session.as_ref().and_then(|a| a.runs().last().map(|r| r.outcome))
}

#[test]
fn base_model_is_downloaded_from_hub() {
    let mut w = run_from_hub(Weights::Whole);
    w.until("the run has ended", has_ended);
    assert_eq!(outcome(&w), Some(RunStatus::Completed));
    assert!(w.shows_part("our/tiny on sample"));
}

#[test]
fn download_shows_progress_and_can_be_canceled() {
    let mut w = run_from_hub(Weights::Slow);
    w.until("the weights are being downloaded", |w| {
        let app = w.app();
        let download = app.requests.pending(Slot::Training).and_then(|p| p.download());
        download.is_some_and(|d| d.file == "model.safetensors" && d.done > 0)
    });
    assert!(w.shows_part("model.safetensors: 0."));
    w.press("Cancel");
    w.until("the run has ended", has_ended);
    assert_eq!(outcome(&w), Some(RunStatus::Cancelled));
    assert!(w.shows_part("Run canceled"), "{:?}", w.texts());
    assert!(w.shows_part("Canceled"), "{:?}", w.texts());
}

#[test]
fn paused_run_resumes_after_restart() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let steps = |w: &Window| w.app().live_run().map_or(0, |r| r.last().map_or(0, |s| s.step));
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.type_text("Epochs, num_train_epochs", "40");
    w.press("Train");
    w.until("an epoch is evaluated", |w| w.app().live_run().is_some_and(|r| !r.dev.is_empty()));
    w.press("Pause");
    w.until("a checkpoint is saved", |w| w.app().live_run().is_some_and(|r| r.saved == r.last().map(|s| s.step)));
    assert!(w.shows("Paused"));
    let paused_at = steps(&w);
    std::thread::sleep(std::time::Duration::from_millis(300));
    w.step();
    assert_eq!(steps(&w), paused_at);
    w.press("Resume");
    w.until("the run continues", |w| steps(w) > paused_at);
    let closed_at = steps(&w);
    drop(w);
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    assert_eq!(outcome(&w), Some(RunStatus::Interrupted));
    w.until("the run is shown", |w| w.shows("Resume"));
    w.press("Resume");
    w.until("the run resumes from its last step", |w| steps(w) > closed_at);
    let chart_steps: Vec<usize> = w.app().live_run().iter().flat_map(|r| r.steps.iter().map(|s| s.step)).collect();
    assert_eq!(chart_steps[..closed_at], (1..=closed_at).collect::<Vec<_>>(), "the charts show the whole run");
    w.press("Stop");
    w.click("Stop after current epoch");
    w.until("the run has ended", has_ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
    assert_eq!(steps(&w) % 17, 0, "a whole number of epochs");
}

#[test]
fn duration_and_learning_rate_are_measured_before_run() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the folder is checked", |w| matches!(w.app().train_page.model_info, Some(Ok(_))));
    w.press("Estimate");
    w.until("the measurement is finished", |w| {
        w.app().session.as_ref().is_some_and(|s| s.measurements.estimate.is_some())
    });
    assert!(w.shows("Measured") || w.shows_part("Measured"), "{:?}", w.texts());
    assert!(w.shows_part("51 steps, 17 per epoch"));
    w.type_text("Epochs, num_train_epochs", "2");
    assert!(
        w.shows_part("34 steps, 17 per epoch") && !w.shows_part("Measured"),
        "the estimate depends on the settings"
    );
    w.press("Find learning rate");
    w.until("the measurement is finished", |w| {
        w.app().session.as_ref().is_some_and(|s| s.measurements.lr_sweep.is_some())
    });
    let suggested =
        w.app().session.as_ref().and_then(|s| s.measurements.lr_sweep.as_ref()?.suggestion).expect("a rate");
    assert!(w.shows_part("Learning rate finder"));
    w.press(&format!("Use {suggested:e}"));
    assert_eq!(w.app().train_page.arguments.learning_rate, suggested);
    assert!(w.app().session.as_ref().is_some_and(|s| s.measurements.lr_sweep.is_none()));
    assert!(w.app().session.as_ref().is_some_and(|a| a.runs().is_empty()), "a measurement is not a run");
    w.press("Estimate");
    w.type_text("Epochs, num_train_epochs", "5");
    w.until("the measurement has ended", |w| w.app().requests.measurement().is_none());
    assert!(
        w.app().session.as_ref().is_some_and(|s| s.measurements.estimate.is_none()),
        "the estimate was for two epochs"
    );
    w.press("Find learning rate");
    w.press("Cancel");
    w.until("the measurement has ended", |w| w.app().requests.measurement().is_none());
}

#[test]
fn all_runs_are_listed() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.until("the project is durable", |w| w.is_durable());
    let path = w.app().session.as_ref().expect("a dataset").project().to_owned();
    drop(w);
    let mut project = Project::open(&path).expect("the project");
    for number in 1..=30 {
        let run = RunRecord { number, outcome: RunStatus::Interrupted, ..RunRecord::default() };
        project.upsert_run(&run).expect("a run");
    }
    drop(project);
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.click("All runs");
    assert!(w.shows("More for Run 30") && w.shows_part("Run 30, dev F1"));
    w.type_text("Filter runs", "run 27");
    assert!(w.shows_part("Run 27, dev F1") && !w.shows_part("Run 30, dev F1"));
}

#[test]
fn run_continues_while_another_dataset_is_open() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", "30");
    w.press("Train");
    w.until("the run has started", |w| w.app().live_run().is_some_and(|run| run.last().is_some()));
    let other = data.path().join("other.conll");
    std::fs::write(&other, "Oslo B-LOC\n").expect("a file");
    let name = |w: &Window| w.app().session.as_ref().map(|session| session.corpus().name.clone());
    w.ask(Command::Open(other));
    w.until("the other dataset is open", |w| name(w).as_deref() == Some("other"));
    assert!(w.app().parked.is_some() && w.shows_part("Run 1 of sample: "));
    w.go_to("Train");
    w.click("All runs");
    assert!(w.shows("No runs yet"));
    w.until("the run has ended", |w| w.app().parked.is_none());
    assert!(w.shows_part("Run 1 of sample has ended"));
    w.until("the end of the run is durable", |w| w.is_durable());
    w.ask(Command::Run(Action::OpenSample));
    w.until("the sample is open again", |w| name(w).as_deref() == Some("sample"));
    assert_eq!(outcome(&w), Some(RunStatus::Completed));
    assert_eq!(w.app().models().len(), 2, "the starter and the run");
}

#[test]
fn parked_run_is_suspended_when_the_window_closes() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", "200");
    w.press("Train");
    w.until("the run has started", |w| w.app().live_run().is_some_and(|run| run.last().is_some()));
    let other = data.path().join("other.conll");
    std::fs::write(&other, "Oslo B-LOC\n").expect("a file");
    w.ask(Command::Open(other));
    w.until("the run is parked", |w| w.app().parked.is_some());
    drop(w);
    let mut w = Window::with_sample(&data);
    w.ask(Command::Run(Action::OpenSample));
    w.until("the sample is open", |w| outcome(w).is_some());
    assert_eq!(outcome(&w), Some(RunStatus::Interrupted));
}

/// Opens a window with an unfinished run of the tiny model, whose data was edited after the interruption.
fn with_unfinished_run_and_edit(data: &Rc<tempfile::TempDir>) -> Window {
    let mut w = Window::with_sample(data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the folder is checked", |w| matches!(w.app().train_page.model_info, Some(Ok(_))));
    w.type_text("Epochs, num_train_epochs", "900");
    w.type_text("Seed, seed", "7");
    w.press("Train");
    w.until("a checkpoint is saved", |w| w.app().live_run().is_some_and(|r| r.saved.is_some()));
    drop(w);
    let mut w = Window::with_sample(data);
    w.go_to("Annotate");
    w.keys(&[egui::Key::ArrowRight, egui::Key::Num2]);
    w.go_to("Train");
    w
}

#[test]
fn run_resumes_after_edit() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_unfinished_run_and_edit(&data);
    w.until("the run is shown", |w| w.shows("Resume"));
    w.press("Resume");
    w.until("the run continues", |w| w.app().live_run().is_some_and(|r| r.steps.len() > 17));
    assert!(
        w.app().live_run().is_some_and(|r| {
            r.log.iter().any(|l| l.text.contains("train have changed since the start of the run"))
        })
    );
    w.press("Stop");
    w.click("Stop and keep best model");
    w.until("the run has ended", has_ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
}

#[test]
fn rejected_resume_can_be_retried() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_unfinished_run_and_edit(&data);
    // A run of an old version has no stored data.
    let folder = w.app().session.as_ref().and_then(|a| a.runs().last().map(|r| r.dir.clone())).expect("a run");
    std::fs::remove_file(folder.join("plan.safetensors")).expect("removed");
    w.until("the run is shown", |w| w.shows("Resume"));
    w.press("Resume");
    w.until("the resume is rejected", has_ended);
    assert!(w.shows_part("have changed since the start of the run"));
    assert_eq!(outcome(&w), Some(RunStatus::Interrupted));
    w.key(egui::Modifiers::COMMAND, egui::Key::Z);
    w.press("Resume");
    w.until("the run continues", |w| w.app().live_run().is_some_and(|r| r.started.is_some() && !r.steps.is_empty()));
    w.press("Stop");
    w.click("Stop and keep best model");
    w.until("the run has ended", has_ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
    assert_eq!(w.app().session.as_ref().map(|a| a.runs().len()), Some(1));
}

/// Opens a window with a file of plain sentences without labels, and a dev file if `dev` is not empty.
fn with_text(train: &str, dev: &str) -> (tempfile::TempDir, Window) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("notes");
    std::fs::create_dir(&at).expect("a folder");
    std::fs::write(at.join("train.conll"), train).expect("a file");
    if !dev.is_empty() {
        std::fs::write(at.join("dev.conll"), dev).expect("a file");
    }
    let mut w = Window::open(&[&at]);
    w.until("the folder is open", |w| w.app().session.is_some());
    (folder, w)
}

#[test]
fn unfinished_sentences_are_not_trained_on() {
    let unlabeled = "Ada O\n\nsaw O\n\nOslo O\n\nBergen O\n\n";
    let (_folder, mut w) = with_text(unlabeled, "");
    w.ask(Command::Labels(LabelCommand::NewLabels(vec!["X".into()])));
    for sentence in [0, 2] {
        w.ask(Command::View(ViewCommand::GoToSentence(sentence)));
        w.ask(Command::View(ViewCommand::Select(0, 0)));
        w.ask(Command::Labels(LabelCommand::Label(LabelId::default())));
    }
    w.go_to("Train");
    let counts = |w: &Window, done: usize, labeled: usize| {
        let sentences = |n: usize| if n == 1 { "1 sentence".to_owned() } else { format!("{n} sentences") };
        w.shows(&format!("Train on: Done, {}", sentences(done)))
            && w.shows(&format!("Train on: Labeled, {}", sentences(labeled)))
            && w.shows("Train on: All, 4 sentences")
    };
    w.until("the data is known", |w| counts(w, 0, 2));
    assert!(w.shows_part("No sentence of the train split is marked as done"), "{:?}", w.texts());
    // All sentences would teach that the open ones have no entity.
    w.click("Train on: All, 4 sentences");
    w.until("the choice is used", |w| w.shows_part("teach the model that they contain no entity"));
    w.press("Train on labeled sentences");
    w.until("the choice is used", |w| w.shows("Sentences per epoch") && !w.shows_part("teach the model"));
    assert_eq!(w.app().train_page.selection.train_on, Some(TrainOn::Labeled));
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", "1");
    w.until("the folder is checked", |w| matches!(w.app().train_page.model_info, Some(Ok(_))));
    w.press("Train");
    w.until("the run has ended", has_ended);
    let started = w.app().live_run().and_then(|run| run.started.clone()).expect("a started run");
    assert_eq!((started.train_sentences, started.dev_sentences), (1, 1), "one of two labeled sentences is held out");
    let selection = w.app().session.as_ref().map(|session| session.runs()[0].details.selection);
    assert_eq!(selection.and_then(|selection| selection.train_on), Some(TrainOn::Labeled));
}

#[test]
fn dev_without_spans_offers_held_out_sentences() {
    let train = "Ada B-PER\n\nOslo B-LOC\n\n".repeat(20);
    let (_folder, mut w) = with_text(&train, "rain O\n\nsun O\n\n");
    w.go_to("Train");
    w.until("the data is known", |w| w.shows_part("F1 cannot be measured: the dev sentences have no spans"));
    w.press("Hold out a part of train");
    w.until("a part is held out", |w| w.shows_part("4 of 40 sentences are held out"));
    assert!(!w.shows_part("F1 cannot be measured"));
    assert!(w.shows_part("Dev has only 4 spans"), "{:?}", w.texts());
    w.choose("Development", "Dev, 2 sentences");
    w.until("the dev split is used", |w| w.shows_part("F1 cannot be measured"));
}

#[test]
fn closing_the_window_during_a_run_asks() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with_sample(&data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.type_text("Epochs, num_train_epochs", "900");
    w.press("Train");
    w.until("an epoch is evaluated", |w| w.app().live_run().is_some_and(|run| !run.dev.is_empty()));
    w.request_close();
    w.until("the question is shown", |w| w.shows_part("Run 1 is in progress ("));
    w.press("Keep training");
    assert!(w.dialog().is_none() && w.app().is_training() && w.app().quitting.is_none());
    w.request_close();
    w.until("the question is shown", |w| w.shows("Quit and resume later"));
    w.press("Stop, then quit");
    w.until("the run has ended", has_ended);
    assert!(w.app().quitting.is_none(), "the next question is asked again");
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
    drop(w);
    assert_eq!(outcome(&Window::with_sample(&data)), Some(RunStatus::Stopped));
}
