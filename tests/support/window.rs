//! The real window without a display: the shell with its real worker, controlled by accessible labels.

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::cell::{Ref, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tagwright::app::App;
use tagwright::app::dialogs::Dialog;
use tagwright::hub::Hub;
use tagwright::project::AppDirs;
use tagwright::ui::Shell;
use tagwright::ui::file_dialogs::FileDialogs;

/// Timeout of [`Window::until`], for slow machines.
const TIMEOUT: Duration = Duration::from_secs(240);

/// Window with its data directory.
pub struct Window {
    pub harness: Harness<'static>,
    shell: Rc<RefCell<Option<Shell>>>,
    pub data: Rc<tempfile::TempDir>,
    /// Result of the next file dialog.
    answer: Arc<Mutex<Option<PathBuf>>>,
}

impl Window {
    /// Creates a window that opens these paths.
    pub fn open(paths: &[&Path]) -> Self {
        Self::with(Rc::new(tempfile::tempdir().expect("a folder")), paths, [1440.0, 900.0], egui::Theme::Dark)
    }

    /// Creates a window of this size and theme, with the data directory `data`.
    pub fn with(data: Rc<tempfile::TempDir>, paths: &[&Path], size: [f32; 2], theme: egui::Theme) -> Self {
        Self::with_hub(data, Hub::default(), paths, size, theme)
    }

    /// Creates a window that downloads models from this hub.
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
                let dialogs = FileDialogs::new(Arc::new(move |_| taken.lock().expect("an answer").take()));
                *shell.borrow_mut() = Some(Shell::new(ctx, places, hub, &paths, dialogs));
            }
        };
        let drawn_shell = shell.clone();
        let draw = move |ui: &mut egui::Ui| {
            if let Some(shell) = drawn_shell.borrow_mut().as_mut() {
                // The harness adds a margin around the content. A window has no margin.
                let whole = egui::UiBuilder::new().max_rect(ui.content_rect());
                let mut ui = ui.new_child(whole);
                ui.set_clip_rect(egui::Rect::EVERYTHING);
                shell.process_events(&ui);
                shell.draw(&mut ui);
            }
        };
        let builder = Harness::builder().with_size(size).with_theme(theme).with_max_steps(64).with_context_setup(make);
        let builder = if std::env::var_os("TAGWRIGHT_SCREENSHOTS").is_some() { builder.wgpu() } else { builder };
        let mut harness = builder.with_render_cursor(false).build_ui(draw);
        harness.input_mut().system_theme = Some(theme);
        Self { harness, shell, data, answer }
    }

    /// Opens the sample in a window with the data directory `data`, also if it is opened again.
    pub fn with_sample(data: &Rc<tempfile::TempDir>) -> Self {
        let mut w = Self::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
        w.step();
        w.key(egui::Modifiers::NONE, egui::Key::Enter);
        w.until("the sample is open", |w| w.app().session.is_some());
        w
    }

    /// Closes the window, and opens a file in a new window with the same data directory.
    pub fn reopened(self, path: &Path) -> Self {
        let data = self.data.clone();
        drop(self);
        let mut w = Self::with(data, &[path], [1440.0, 900.0], egui::Theme::Dark);
        w.until("the file is open", |w| w.app().session.is_some());
        w
    }

    /// Returns the state of the application.
    pub fn app(&self) -> Ref<'_, App> {
        Ref::map(self.shell.borrow(), |s| s.as_ref().expect("a shell").app())
    }

    /// Returns the open dialog.
    pub fn dialog(&self) -> Option<Dialog> {
        self.app().dialogs.get().cloned()
    }

    /// True if all edits are durable.
    pub fn is_durable(&self) -> bool {
        self.shell.borrow().as_ref().is_some_and(Shell::is_durable)
    }

    /// Sets the result of the next file dialog.
    pub fn answer(&self, path: &Path) {
        *self.answer.lock().expect("an answer") = Some(path.to_owned());
    }

    /// Draws a few frames.
    pub fn step(&mut self) {
        self.harness.run_steps(4);
    }

    /// Draws one frame, and waits for work in the background.
    pub fn frame(&mut self) {
        self.harness.run_steps(1);
        std::thread::sleep(Duration::from_millis(2));
    }

    /// Requests a command without drawing a frame.
    pub fn push(&mut self, command: tagwright::app::Command) {
        self.shell.borrow_mut().as_mut().expect("a shell").push_command(command);
    }

    /// Returns the names and rectangles of all buttons, fields, lists and check boxes.
    pub fn control_rects(&self) -> Vec<(String, egui::Rect)> {
        use egui::Role::{Button, CheckBox, ComboBox, TextInput};
        let controls = self.harness.query_all(egui_kittest::kittest::By::new());
        let is_control = |node: &egui_kittest::Node<'_>| {
            [Button, CheckBox, ComboBox, TextInput].contains(&node.accesskit_node().role())
        };
        let named = |node: egui_kittest::Node<'_>| {
            (node.accesskit_node().label().map(|label| label.to_string()).unwrap_or_default(), node.rect())
        };
        controls.filter(is_control).map(named).collect()
    }

    /// Draws frames until the condition is true. Panics after [`TIMEOUT`].
    pub fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !condition(self) {
            assert!(started.elapsed() < TIMEOUT, "timeout: {what}");
            self.harness.run_steps(1);
            std::thread::sleep(Duration::from_millis(5));
        }
        self.step();
    }

    /// True if a node with this accessible label is visible.
    pub fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// True if a node is visible whose accessible label contains this text.
    pub fn shows_part(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// Returns the labels and values of all visible nodes.
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

    /// Returns the value of the first node with this accessible label.
    pub fn value_of(&self, label: &str) -> String {
        let found = self.harness.query_all_by_label(label).next();
        let node = found.unwrap_or_else(|| panic!("no node with the label {label:?}"));
        node.accesskit_node().value().map(|value| value.to_string()).unwrap_or_default()
    }

    /// Clicks the first node with this accessible label.
    pub fn click(&mut self, label: &str) {
        let found = self.harness.query_all_by_label(label).next();
        found.unwrap_or_else(|| panic!("no node with the label {label:?}")).click();
        self.step();
    }

    /// Clicks the first node with this accessible label in the next frame, which the caller draws.
    pub fn click_without_frames(&mut self, label: &str) {
        let found = self.harness.query_all_by_label(label).next();
        found.unwrap_or_else(|| panic!("no node with the label {label:?}")).click();
    }

    /// Draws a few frames, and returns the text that they copy.
    pub fn copied_text(&mut self) -> Option<String> {
        (0..4).find_map(|_| {
            self.harness.step();
            let commands = self.harness.output().platform_output.commands.clone();
            commands.into_iter().find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text),
                _ => None,
            })
        })
    }

    /// Clicks the first node whose accessible label contains this text.
    pub fn click_part(&mut self, label: &str) {
        self.harness
            .query_all_by_label_contains(label)
            .next()
            .unwrap_or_else(|| panic!("no label contains {label:?}"))
            .click();
        self.step();
    }

    /// Runs a command without a key.
    pub fn ask(&mut self, command: tagwright::app::Command) {
        self.shell.borrow_mut().as_mut().expect("a shell").push_command(command);
        self.step();
    }

    /// Goes to a page by its button in the sidebar.
    pub fn go_to(&mut self, room: &str) {
        self.harness.get_by_role_and_label(egui::Role::Tab, room).click();
        self.step();
    }

    /// Clicks the button with this label.
    pub fn press(&mut self, button: &str) {
        self.harness.get_by_role_and_label(egui::Role::Button, button).click();
        self.step();
    }

    /// Selects an option of a combo box.
    pub fn choose(&mut self, list: &str, option: &str) {
        self.harness.get_by_role_and_label(egui::Role::ComboBox, list).click();
        self.step();
        // Options of a long list can be outside the visible area.
        self.harness.get_by_role_and_label(egui::Role::MenuItem, option).scroll_to_me();
        self.step();
        self.harness.get_by_role_and_label(egui::Role::MenuItem, option).click();
        self.step();
    }

    /// Clicks a row of an open menu or list.
    pub fn choose_row(&mut self, row: &str) {
        self.harness.get_by_role_and_label(egui::Role::MenuItem, row).click();
        self.step();
    }

    /// Replaces the content of a text field.
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

    /// Returns the rectangle of the node with this accessible label.
    pub fn harness_rect(&self, label: &str) -> egui::Rect {
        self.harness
            .query_all_by_label(label)
            .next()
            .unwrap_or_else(|| panic!("no node with the label {label:?}"))
            .rect()
    }

    /// Right-clicks the button with this label.
    pub fn right_click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(egui::Role::Button, label).click_secondary();
        self.step();
    }

    /// Drags the pointer from one position to another.
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

    /// Clicks at a position in one frame. Two calls are a double click.
    pub fn click_at(&mut self, at: egui::Pos2) {
        self.click_with(egui::PointerButton::Primary, at);
    }

    /// Right-clicks at a position in one frame.
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

    /// Requests to close the window, like the close button of its frame.
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
        self.click("Open sample dataset");
        self.until("the sample is open", |w| w.app().session.is_some());
    }

    /// Returns an image of the window at scale 1. Requires a GPU; a software GPU is sufficient.
    pub fn screenshot(&mut self) -> image::RgbaImage {
        // Without a pointer, no node is drawn as hovered.
        self.harness.event(egui::Event::PointerGone);
        self.step();
        self.step();
        self.harness.render().expect("an image")
    }
}
