//! Item 4 and 5: fine-tune from a button, and keep it.

use crate::support::golden;
use crate::support::hub::{Weights, hub, serve};
use crate::support::window::Window;
use std::cell::Cell;
use std::rc::Rc;
use tagwright::app::train_page::RunState;
use tagwright::model::PretrainedModel;
use tagwright::project::RunStatus;

fn ended(w: &Window) -> bool {
    w.app().training.run.as_ref().is_some_and(|r| !matches!(r.state, RunState::Running(_)))
}

#[test]
fn a_run_paints_its_points_and_leaves_a_model() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.until("the base is checked", |w| w.app().training.facts.is_some());
    assert!(w.shows_part("Same results as candle-transformers"));
    assert!(w.shows_part("New head: some labels here"));
    w.press("Take the small-data recipe");
    assert_eq!(w.app().training.arguments.learning_rate, 2e-4);
    w.type_text("num_train_epochs", "0");
    assert!(w.shows_part("A whole number from 1"));
    w.type_text("num_train_epochs", "3");
    w.press("Train");
    let most = Cell::new((0, 0));
    w.until("the run has ended", |w| {
        let app = w.app();
        let run = app.training.run.as_ref().expect("a run");
        if matches!(run.state, RunState::Running(_)) {
            most.set((run.steps.len(), run.dev.len()));
        }
        drop(app);
        ended(w)
    });
    let (steps, scores) = most.get();
    assert!(steps >= 3 && scores >= 1, "painted before the end: {steps} losses, {scores} F1");
    for name in ["Loss chart", "F1 chart", "Learning rate chart", "Speed chart", "Gradient chart"] {
        assert!(w.shows_part(name), "{name}");
    }
    let folder = match w.app().training.run.as_ref().map(|r| r.state.clone()) {
        Some(RunState::Ended(finished)) => {
            assert!(finished.test.is_some() && finished.dev.is_some());
            finished.out
        }
        other => panic!("{other:?}"),
    };
    assert!(PretrainedModel::from_pretrained(&folder).expect("a model").supports_labels(&["DATE".into()]));
    let target = w.data.path().join("kept model");
    w.answer(&target);
    w.press("Save model as...");
    w.until("the model is copied", |_| target.join("README.md").is_file());
    assert!(PretrainedModel::from_pretrained(&target).is_ok());
    w.go_to("Evaluate");
    w.press("Evaluate");
    w.until("it is scored", |w| w.app().scoring.scores.is_some());
    assert!(w.shows_part("All, micro"));
}

#[test]
fn stop_keeps_the_best_so_far() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.type_text("num_train_epochs", "50");
    w.press("Train");
    w.until("an epoch is scored", |w| w.app().training.run.as_ref().is_some_and(|r| !r.dev.is_empty()));
    w.press("Stop");
    w.click("Stop, keep the best");
    w.until("the run has ended", ended);
    match w.app().training.run.as_ref().map(|r| &r.state) {
        Some(RunState::Ended(f)) => {
            assert_eq!((f.outcome.name(), f.out.join("model.safetensors").is_file()), ("stopped", true))
        }
        other => panic!("{other:?}"),
    };
}

#[test]
fn a_broken_base_is_said_and_the_window_lives() {
    let mut w = Window::open(&[]);
    w.step();
    let broken = w.data.path().join("broken");
    std::fs::create_dir_all(&broken).expect("a folder");
    std::fs::copy(golden("tiny/config.json"), broken.join("config.json")).expect("a copy");
    w.open_sample();
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", broken.to_str().expect("a path"));
    w.until("it is said", |w| matches!(w.app().training.facts, Some(Err(_))));
    assert!(w.shows_part("tokenizer.json"));
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the other folder is checked", |w| matches!(w.app().training.facts, Some(Ok(_))));
}

#[test]
fn without_a_dev_split_documents_are_held_out_and_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let only = folder.path().join("train.conll");
    std::fs::copy(format!("{}/assets/sample/train.conll", env!("CARGO_MANIFEST_DIR")), &only).expect("a copy");
    let mut w = Window::open(&[&only]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.go_to("Train");
    assert!(w.shows_part("No dev split: 10 % of the documents are held out"));
    w.press("Train");
    w.until("the run has ended", ended);
    let app = w.app();
    let run = app.training.run.as_ref().expect("a run");
    assert!(run.log.iter().any(|l| l.text.contains("2 of 24 documents held out")), "{:?}", run.log);
}

/// A window with the sample open whose models come from a hub on the loopback, which has begun a run from `our/tiny`.
fn run_from_hub(weights: Weights) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let (endpoint, _) = serve(weights);
    let hub = hub(&endpoint, &data.path().join("cache"));
    let mut w = Window::with_hub(data, hub, &[], [1440.0, 900.0], egui::Theme::Dark);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.click("Hub");
    w.type_text("Hub id", "our/tiny");
    w.press("Train");
    w
}

fn outcome(w: &Window) -> Option<RunStatus> {
    w.app().annotate.as_ref().and_then(|a| a.runs.last().map(|r| r.outcome))
}

#[test]
fn a_base_comes_from_the_hub() {
    let mut w = run_from_hub(Weights::Whole);
    w.until("the run has ended", ended);
    assert_eq!(outcome(&w), Some(RunStatus::Completed));
    assert!(w.shows_part("our/tiny on sample"));
}

#[test]
fn a_download_is_shown_and_can_be_cancelled() {
    let mut w = run_from_hub(Weights::Slow);
    w.until("the weights are coming", |w| {
        w.app().training.download.as_ref().is_some_and(|d| d.file == "model.safetensors" && d.done > 0)
    });
    assert!(w.shows_part("model.safetensors: 0."));
    w.press("Cancel");
    w.until("the run has ended", ended);
    assert_eq!(outcome(&w), Some(RunStatus::Cancelled));
    assert!(w.shows_part("the download was cancelled"));
}

/// A window that keeps its things in `data`, with the sample open.
fn with_sample(data: &Rc<tempfile::TempDir>) -> Window {
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
    w.step();
    w.key(egui::Modifiers::NONE, egui::Key::Enter);
    w.until("the sample is open", |w| w.app().annotate.is_some());
    w
}

#[test]
fn a_run_pauses_and_survives_the_window() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let steps = |w: &Window| w.app().training.run.as_ref().map_or(0, |r| r.last().map_or(0, |s| s.step));
    let mut w = with_sample(&data);
    w.go_to("Train");
    w.type_text("num_train_epochs", "40");
    w.press("Train");
    w.until("an epoch is scored", |w| w.app().training.run.as_ref().is_some_and(|r| !r.dev.is_empty()));
    w.press("Pause");
    w.until("it is on disk", |w| w.app().training.run.as_ref().is_some_and(|r| r.saved == r.last().map(|s| s.step)));
    assert!(w.shows("Paused"));
    let paused_at = steps(&w);
    std::thread::sleep(std::time::Duration::from_millis(300));
    w.step();
    assert_eq!(steps(&w), paused_at);
    w.press("Go on");
    w.until("it goes on", |w| steps(w) > paused_at);
    let closed_at = steps(&w);
    drop(w);
    let mut w = with_sample(&data);
    w.go_to("Train");
    assert_eq!(outcome(&w), Some(RunStatus::Interrupted));
    assert!(w.shows_part("Run 1, dev F1"));
    w.press("Resume Run 1");
    w.until("it goes on where it was", |w| steps(w) > closed_at);
    let seen: Vec<usize> = w.app().training.run.iter().flat_map(|r| r.steps.iter().map(|s| s.step)).collect();
    assert_eq!(seen[..closed_at], (1..=closed_at).collect::<Vec<_>>(), "the charts show the whole run");
    w.press("Stop");
    w.click("Stop after this epoch");
    w.until("the run has ended", ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
    assert_eq!(steps(&w) % 17, 0, "a whole number of epochs");
}

#[test]
fn before_a_run_its_time_and_a_rate_are_measured() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the folder is checked", |w| matches!(w.app().training.facts, Some(Ok(_))));
    w.press("How long?");
    w.until("it is measured", |w| w.app().training.estimate.is_some());
    assert!(w.shows_part("51 steps, about"));
    w.type_text("num_train_epochs", "2");
    assert!(w.shows_part("34 steps in 2 epochs"), "another recipe, another time");
    w.press("Find a rate");
    w.until("it is measured", |w| w.app().training.rates.is_some());
    let suggested = w.app().training.rates.as_ref().and_then(|r| r.suggestion).expect("a rate");
    assert!(w.shows_part("Learning rate sweep"));
    w.press(&format!("Take {suggested:e}"));
    assert_eq!(w.app().training.arguments.learning_rate, suggested);
    assert!(w.app().training.rates.is_none());
    assert!(w.app().annotate.as_ref().is_some_and(|a| a.runs.is_empty()), "a measurement is no run");
    w.press("How long?");
    w.type_text("num_train_epochs", "5");
    w.until("it has ended", |w| w.app().training.trial.is_none());
    assert!(w.app().training.estimate.is_none(), "it was measured for two epochs");
    w.press("Find a rate");
    w.press("Cancel");
    w.until("it has ended", |w| w.app().training.trial.is_none());
}

/// A window over a run of the tiny model that an earlier window left unfinished, and whose data was edited then.
fn with_an_edit_and_an_unfinished_run(data: &Rc<tempfile::TempDir>) -> Window {
    let mut w = with_sample(data);
    w.go_to("Train");
    w.click("Folder");
    w.type_text("Model folder", golden("tiny").to_str().expect("a path"));
    w.until("the folder is checked", |w| matches!(w.app().training.facts, Some(Ok(_))));
    w.type_text("num_train_epochs", "900");
    w.type_text("seed", "7");
    w.press("Train");
    w.until("it is on disk", |w| w.app().training.run.as_ref().is_some_and(|r| r.saved.is_some()));
    drop(w);
    let mut w = with_sample(data);
    w.keys(&[egui::Key::ArrowRight, egui::Key::Num2]);
    w.go_to("Train");
    w
}

#[test]
fn an_edit_does_not_stop_a_run_from_being_resumed() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_an_edit_and_an_unfinished_run(&data);
    w.press("Resume Run 1");
    w.until("it goes on", |w| w.app().training.run.as_ref().is_some_and(|r| r.steps.len() > 17));
    assert!(
        w.app()
            .training
            .run
            .as_ref()
            .is_some_and(|r| { r.log.iter().any(|l| l.text.contains("train have changed since the run began")) })
    );
    w.press("Stop");
    w.click("Stop, keep the best");
    w.until("the run has ended", ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
}

#[test]
fn a_resume_that_is_refused_can_be_tried_again() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = with_an_edit_and_an_unfinished_run(&data);
    // As a version left it that kept no data of a run.
    let folder = w.app().annotate.as_ref().and_then(|a| a.runs.last().map(|r| r.dir.clone())).expect("a run");
    std::fs::remove_file(folder.join("plan.safetensors")).expect("a file less");
    w.press("Resume Run 1");
    w.until("it is refused", ended);
    assert!(w.shows_part("not those the run began with"));
    assert_eq!(outcome(&w), Some(RunStatus::Interrupted));
    w.key(egui::Modifiers::COMMAND, egui::Key::Z);
    w.press("Resume Run 1");
    w.until("it goes on", |w| {
        w.app().training.run.as_ref().is_some_and(|r| r.started.is_some() && !r.steps.is_empty())
    });
    w.press("Stop");
    w.click("Stop, keep the best");
    w.until("the run has ended", ended);
    assert_eq!(outcome(&w), Some(RunStatus::Stopped));
    assert_eq!(w.app().annotate.as_ref().map(|a| a.runs.len()), Some(1));
}
