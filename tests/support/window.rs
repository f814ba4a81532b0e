//! The real window without a screen: the shell with its real worker, driven by accessible label.

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::cell::{Ref, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tagwright::app::App;
use tagwright::hub::Hub;
use tagwright::project::AppDirs;
use tagwright::ui::Shell;
use tagwright::ui::dialogs::Dialogs;

/// Nothing a window does in a test takes longer than this on a slow machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// A window and the folder it keeps its things in.
pub struct Window {
    pub harness: Harness<'static>,
    shell: Rc<RefCell<Option<Shell>>>,
    pub data: Rc<tempfile::TempDir>,
    /// What the next file dialog answers.
    answer: Arc<Mutex<Option<PathBuf>>>,
}

impl Window {
    /// A window with these paths opened.
    pub fn open(paths: &[&Path]) -> Self {
        Self::with(Rc::new(tempfile::tempdir().expect("a folder")), paths, [1440.0, 900.0], egui::Theme::Dark)
    }

    /// A window of this size and theme that keeps its things in `data`.
    pub fn with(data: Rc<tempfile::TempDir>, paths: &[&Path], size: [f32; 2], theme: egui::Theme) -> Self {
        Self::with_hub(data, Hub::default(), paths, size, theme)
    }

    /// The same, with models named by an id coming from this hub.
    pub fn with_hub(
        data: Rc<tempfile::TempDir>,
        hub: Hub,
        paths: &[&Path],
        size: [f32; 2],
        theme: egui::Theme,
    ) -> Self {
        let shell: Rc<RefCell<Option<Shell>>> = Rc::default();
        let answer: Arc<Mutex<Option<PathBuf>>> = Arc::default();
        let places = AppDirs::with_root(data.path());
        let paths: Vec<PathBuf> = paths.iter().map(|p| (*p).to_owned()).collect();
        let make = {
            let (shell, answer) = (shell.clone(), answer.clone());
            move |ctx: &egui::Context| {
                let taken = answer.clone();
                let dialogs = Dialogs::new(Arc::new(move |_| taken.lock().expect("an answer").take()));
                *shell.borrow_mut() = Some(Shell::new(ctx, places, hub, &paths, dialogs));
            }
        };
        let drawn = shell.clone();
        let draw = move |ui: &mut egui::Ui| {
            if let Some(shell) = drawn.borrow_mut().as_mut() {
                // The harness leaves a margin around what it shows; a window has none.
                let whole = egui::UiBuilder::new().max_rect(ui.content_rect());
                let mut ui = ui.new_child(whole);
                ui.set_clip_rect(egui::Rect::EVERYTHING);
                shell.work(&ui);
                shell.draw(&mut ui);
            }
        };
        let builder = Harness::builder().with_size(size).with_theme(theme).with_max_steps(64).with_context_setup(make);
        let builder = if std::env::var_os("TAGWRIGHT_SCREENSHOTS").is_some() { builder.wgpu() } else { builder };
        let mut harness = builder.with_render_cursor(false).build_ui(draw);
        harness.input_mut().system_theme = Some(theme);
        Self { harness, shell, data, answer }
    }

    /// Closes it, and opens the same file in another one that keeps its things where this one did.
    pub fn reopened(self, path: &Path) -> Self {
        let data = self.data.clone();
        drop(self);
        let mut w = Self::with(data, &[path], [1440.0, 900.0], egui::Theme::Dark);
        w.until("the file is open", |w| w.app().annotate.is_some());
        w
    }

    /// What the window shows.
    pub fn app(&self) -> Ref<'_, App> {
        Ref::map(self.shell.borrow(), |s| s.as_ref().expect("a shell").app())
    }

    /// Whether every edit is on disk.
    pub fn is_durable(&self) -> bool {
        self.shell.borrow().as_ref().is_some_and(Shell::is_durable)
    }

    /// What the next file dialog answers.
    pub fn answer(&self, path: &Path) {
        *self.answer.lock().expect("an answer") = Some(path.to_owned());
    }

    /// Draws a few frames.
    pub fn step(&mut self) {
        self.harness.run_steps(4);
    }

    /// Draws frames until something is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !so(self) {
            assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
            self.harness.run_steps(1);
            std::thread::sleep(Duration::from_millis(5));
        }
        self.step();
    }

    /// Whether something with this accessible label is shown.
    pub fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// Whether something whose accessible label holds this is shown.
    pub fn shows_part(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// What every thing that is shown is called, and what stands in it.
    pub fn texts(&self) -> Vec<String> {
        let of = |node: egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            [node.label().map(|l| l.to_string()), node.value().map(|v| v.to_string())]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        };
        self.harness.query_all(egui_kittest::kittest::By::new()).flat_map(of).collect()
    }

    /// Clicks what has this accessible label (the first, if there are several).
    pub fn click(&mut self, label: &str) {
        let found = self.harness.query_all_by_label(label).next();
        found.unwrap_or_else(|| panic!("nothing is called {label:?}")).click();
        self.step();
    }

    /// Clicks the first thing whose accessible label holds this.
    pub fn click_part(&mut self, label: &str) {
        self.harness
            .query_all_by_label_contains(label)
            .next()
            .unwrap_or_else(|| panic!("nothing holds {label:?}"))
            .click();
        self.step();
    }

    /// Runs a command that has no key, as the palette does.
    pub fn ask(&mut self, command: tagwright::app::Command) {
        self.shell.borrow_mut().as_mut().expect("a shell").ask(command);
        self.step();
    }

    /// Goes to a room by its button in the rail.
    pub fn go_to(&mut self, room: &str) {
        self.harness.get_by_role_and_label(egui::Role::Tab, room).click();
        self.step();
    }

    /// Presses the button of this name.
    pub fn press(&mut self, button: &str) {
        self.harness.get_by_role_and_label(egui::Role::Button, button).click();
        self.step();
    }

    /// Picks an option of a list that drops down.
    pub fn choose(&mut self, list: &str, option: &str) {
        self.harness.get_by_role_and_label(egui::Role::ComboBox, list).click();
        self.step();
        // A long list shows its first options.
        self.harness.get_by_role_and_label(egui::Role::MenuItem, option).scroll_to_me();
        self.step();
        self.harness.get_by_role_and_label(egui::Role::MenuItem, option).click();
        self.step();
    }

    /// Picks a row of an open menu or list.
    pub fn choose_row(&mut self, row: &str) {
        self.harness.get_by_role_and_label(egui::Role::MenuItem, row).click();
        self.step();
    }

    /// Replaces what stands in a text field.
    pub fn type_text(&mut self, field: &str, text: &str) {
        self.harness.query_all_by_label(field).next().unwrap_or_else(|| panic!("no field {field:?}")).click();
        self.step();
        self.key(egui::Modifiers::COMMAND, egui::Key::A);
        if text.is_empty() {
            return self.keys(&[egui::Key::Backspace]);
        }
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.step();
    }

    /// Where the thing with this accessible label is.
    pub fn harness_rect(&self, label: &str) -> egui::Rect {
        self.harness.query_all_by_label(label).next().unwrap_or_else(|| panic!("nothing is called {label:?}")).rect()
    }

    /// Clicks the other mouse button on the button of this name.
    pub fn right_click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(egui::Role::Button, label).click_secondary();
        self.step();
    }

    /// Presses the pointer at one place and lets it go at another.
    pub fn drag(&mut self, from: egui::Pos2, to: egui::Pos2) {
        self.harness.event(egui::Event::PointerMoved(from));
        self.step();
        self.pointer(from, true);
        for share in [0.3, 0.7, 1.0] {
            self.harness.event(egui::Event::PointerMoved(from + (to - from) * share));
            self.step();
        }
        self.pointer(to, false);
    }

    /// Presses and lets go where a point is, in one frame: two of them are a double click.
    pub fn click_at(&mut self, at: egui::Pos2) {
        self.click_with(egui::PointerButton::Primary, at);
    }

    /// The same with the other button.
    pub fn click_other_at(&mut self, at: egui::Pos2) {
        self.click_with(egui::PointerButton::Secondary, at);
    }

    fn click_with(&mut self, button: egui::PointerButton, at: egui::Pos2) {
        let button =
            |pressed| egui::Event::PointerButton { pos: at, button, pressed, modifiers: egui::Modifiers::NONE };
        self.harness.input_mut().events.extend([egui::Event::PointerMoved(at), button(true), button(false)]);
        self.harness.step();
    }

    fn pointer(&mut self, pos: egui::Pos2, pressed: bool) {
        let modifiers = egui::Modifiers::NONE;
        self.harness.event(egui::Event::PointerButton {
            pos,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers,
        });
        self.step();
    }

    /// Presses a key with modifiers.
    pub fn key(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
    }

    /// Presses plain keys one after another.
    pub fn keys(&mut self, keys: &[egui::Key]) {
        for key in keys {
            self.key(egui::Modifiers::NONE, *key);
        }
    }

    /// Asks the window to close, as the button in its frame does.
    pub fn request_close(&mut self) {
        let viewport = self.harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.events.push(egui::ViewportEvent::Close);
        self.harness.step();
        let viewport = self.harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.events.clear();
        self.step();
    }

    /// Opens the sample and waits for it.
    pub fn open_sample(&mut self) {
        self.click("Try the sample");
        self.until("the sample is open", |w| w.app().annotate.is_some());
    }

    /// Writes what is shown as a picture, where a software GPU is at hand.
    /// At one pixel a point, and beside that, with `-2x` in its name, at two.
    pub fn picture(&mut self, to: &Path) {
        // No pointer in the picture: what it was over last would look chosen.
        self.harness.event(egui::Event::PointerGone);
        self.step();
        let name = to.file_name().expect("a name").to_string_lossy().into_owned();
        let (page, theme) = name.rsplit_once('-').expect("a page and a theme");
        for (scale, name) in [(2.0, format!("{page}-2x-{theme}")), (1.0, name.clone())] {
            let viewport = self.harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
            viewport.native_pixels_per_point = Some(scale);
            self.step();
            self.step();
            self.harness.render().expect("a picture").save(to.with_file_name(name)).expect("a file");
        }
    }
}
