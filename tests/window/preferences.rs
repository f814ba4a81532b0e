//! Settings that cannot be read.

use crate::support::window::Window;
use std::rc::Rc;

#[test]
fn damaged_settings_are_kept_and_the_window_says_so() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let text = r#"{"compact": true, "light": "sepia", "keys": {"Undo": ["Ctrl+U"]}, "widths": {"list": 300}}"#;
    std::fs::write(data.path().join("settings.json"), text).expect("a file");
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
    w.until("it is told", |w| w.shows_part("Not all settings were read"));
    assert!(w.shows_part("settings-damaged-1.json") && w.shows_part("light"));
    // What is stored next has what could be read; the file of before is whole.
    w.ask(tagwright::app::Command::Do(tagwright::app::command::Action::ToggleZenMode));
    w.until("settings are stored", |_| data.path().join("settings.json").exists());
    let stored = std::fs::read_to_string(data.path().join("settings.json")).expect("settings");
    assert!(stored.contains("Ctrl+U") && stored.contains("\"compact\": true"), "{stored}");
    let kept = std::fs::read_to_string(data.path().join("settings-damaged-1.json")).expect("the file of before");
    assert_eq!(kept, text);
}
