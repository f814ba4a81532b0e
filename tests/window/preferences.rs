//! Damaged settings.

use crate::support::window::Window;
use std::rc::Rc;

#[test]
fn damaged_settings_are_backed_up_and_reported() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let text = r#"{"compact": true, "light": "sepia", "keys": {"Undo": ["Ctrl+U"]}, "widths": {"list": 300}}"#;
    std::fs::write(data.path().join("settings.json"), text).expect("a file");
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], egui::Theme::Dark);
    w.until("a notice appears", |w| w.shows_part("Some settings could not be read"));
    assert!(w.shows_part("settings-damaged-1.json") && w.shows_part("light"));
    // The new file contains the readable settings. The backup is a complete copy of the damaged file.
    w.ask(tagwright::app::Command::Run(tagwright::app::Action::ToggleTheme));
    w.until("the settings are saved", |_| data.path().join("settings.json").exists());
    let stored = std::fs::read_to_string(data.path().join("settings.json")).expect("settings");
    assert!(stored.contains("Ctrl+U") && stored.contains("\"compact\": true"), "{stored}");
    let backup = std::fs::read_to_string(data.path().join("settings-damaged-1.json")).expect("the backup");
    assert_eq!(backup, text);
}
