//! CPU time of a frame: update, layout and tessellation of the window without a screen.
//!
//! `cargo bench --bench frame -- FOLDER` with a directory of column files (train, dev, test). Prints the median, the
//! 99th percentile and the maximum for typical user actions, first alone, then during training of the starter model on
//! all cores.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a benchmark prints its results")]

use cpu_time::ThreadTime;
use egui::{Context, Event, Key, Modifiers, Pos2, RawInput, Rect, Vec2};
use std::path::{Path, PathBuf};
use tagwright::app::page_commands::{DataCommand, ViewCommand};
use tagwright::hub::Hub;
use tagwright::project::AppDirs;
use tagwright::session::run::RunState;
use tagwright::ui::Shell;
use tagwright::ui::file_dialogs::FileDialogs;

struct Bench {
    ctx: Context,
    shell: Shell,
    time: f64,
}

impl Bench {
    fn frame(&mut self, events: Vec<Event>) -> f64 {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1440.0, 900.0))),
            time: Some(self.time),
            events,
            focused: true,
            ..RawInput::default()
        };
        let before = ThreadTime::now();
        let output = self.ctx.run_ui(input, |ui| {
            self.shell.process_events(ui);
            self.shell.draw(ui);
        });
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        assert!(!primitives.is_empty());
        before.elapsed().as_secs_f64() * 1e3
    }

    /// Wall time until the list shows the matches of a query. The search uses all cores.
    fn filter(&mut self, query: &str) -> f64 {
        let mut wall = 0.0;
        for text in ["", query] {
            let started = std::time::Instant::now();
            self.shell.push_command(tagwright::app::Command::View(ViewCommand::FilterText(text.into())));
            self.frame(vec![]);
            wall = started.elapsed().as_secs_f64() * 1e3;
        }
        wall
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) -> f64 {
        let press = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        let down = self.frame(vec![press(true)]);
        down.max(self.frame(vec![press(false)]))
    }
}

fn report(what: &str, mut frames: Vec<f64>) {
    frames.sort_by(f64::total_cmp);
    let at = |share: f64| frames[((frames.len() - 1) as f64 * share) as usize];
    println!(
        "{what:<34} {:>6} frames  median {:>5.2} ms  p99 {:>5.2} ms  worst {:>5.2} ms",
        frames.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn main() {
    let Some(folder) = std::env::args().skip(1).find(|a| !a.starts_with("--")).map(PathBuf::from) else {
        println!("usage: cargo bench --bench frame -- FOLDER");
        return;
    };
    let data = tempfile::tempdir().expect("a folder");
    let ctx = Context::default();
    let dialogs = FileDialogs::new(std::sync::Arc::new(|_| None));
    let shell =
        Shell::new(&ctx, AppDirs::with_root(data.path()), Hub::default(), &[Path::new(&folder).to_owned()], dialogs);
    let mut bench = Bench { ctx, shell, time: 0.0 };
    while bench.shell.app().session.is_none() {
        bench.frame(vec![]);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    for _ in 0..30 {
        bench.frame(vec![]);
    }
    let none = Modifiers::NONE;
    report("sentence after sentence", (0..600).map(|_| bench.key(Key::ArrowDown, none)).collect());
    let wheel = |y: f32| {
        vec![
            Event::PointerMoved(Pos2::new(200.0, 500.0)),
            Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: Vec2::new(0.0, y),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: none,
            },
        ]
    };
    report("scrolling the list", (0..600).map(|i| bench.frame(wheel(if i < 400 { -900.0 } else { 700.0 }))).collect());
    let label = |bench: &mut Bench| {
        let keys = [Key::ArrowRight, Key::Num2, Key::Backspace, Key::ArrowDown];
        keys.map(|k| bench.key(k, none)).into_iter().fold(0.0, f64::max)
    };
    report("labeling", (0..200).map(|_| label(&mut bench)).collect());
    let matches = |bench: &mut Bench| {
        let time = bench.key(Key::ArrowRight, none).max(bench.key(Key::E, none));
        bench.shell.push_command(tagwright::app::Command::CloseDialog);
        bench.frame(vec![]);
        bench.key(Key::ArrowDown, none);
        time
    };
    report("all matches of a word", (0..20).map(|_| matches(&mut bench)).collect());
    bench.shell.push_command(tagwright::app::Command::Data(DataCommand::Analyze));
    let started = std::time::Instant::now();
    while bench.shell.app().session.as_ref().is_none_or(|s| s.checks.report().is_none()) {
        bench.frame(vec![]);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    println!("statistics and checks of the dataset, in the background: {:.2} s", started.elapsed().as_secs_f64());
    for query in ["label:PER", "harbour", "the", "not label:LOC", "/[0-9]{4}/"] {
        report(&format!("filter {query}"), (0..20).map(|_| bench.filter(query)).collect());
    }
    bench.key(Key::Enter, Modifiers::COMMAND);
    let training = |b: &Bench| b.shell.app().live_run().is_some_and(|r| matches!(r.state, RunState::Running(_)));
    while training(&bench) && bench.shell.app().live_run().is_none_or(|r| r.steps.len() < 20) {
        bench.frame(vec![]);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let mut frames = Vec::new();
    while training(&bench) && frames.len() < 1200 {
        frames.push(bench.frame(vec![]));
        std::thread::sleep(std::time::Duration::from_millis(8));
    }
    report("charts during training", frames);
    bench.key(Key::Num1, Modifiers::COMMAND);
    report("labeling during training", (0..100).map(|_| label(&mut bench)).collect());
}
