//! The Try page.

use crate::support::window::Window;

#[test]
fn try_page_starts_with_default_text_and_updates() {
    let mut w = Window::open(&[]);
    w.step();
    w.go_to("Try");
    w.until("the default text is analyzed", |w| !w.app().try_page.prediction.entities.is_empty());
    assert!(w.shows_part("Maarten, PER"));
    // Other scripts need system fonts, which a test does not load.
    w.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    let text = "😀 Zoë Okafor left Ghent.\r\n\r\nمن القاهرة e\u{301} Lisbon";
    w.type_text("Input text", text);
    w.until("the new text is analyzed", |w| w.app().try_page.analyzed_text.contains("Lisbon"));
    {
        let app = w.app();
        let state = &app.try_page;
        for e in &state.prediction.entities {
            let slice: String = state.analyzed_text.chars().skip(e.start).take(e.end - e.start).collect();
            assert_eq!(slice, state.analyzed_text[e.byte_start..e.byte_end]);
        }
    }
    assert!(w.shows_part("Lisbon, LOC"));
}

#[test]
fn long_text_is_analyzed_completely() {
    let mut w = Window::open(&[]);
    w.step();
    w.go_to("Try");
    let text = format!("{} At last she reached Lisbon.", "The rain went on and on over the grey harbour. ".repeat(90));
    w.type_text("Input text", &text);
    w.until("the text is analyzed", |w| w.app().try_page.analyzed_text == text);
    let app = w.app();
    assert!(app.try_page.prediction.windows > 1);
    assert!(app.try_page.prediction.entities.iter().any(|e| &text[e.byte_start..e.byte_end] == "Lisbon"));
}

#[test]
fn result_is_copied() {
    let mut w = Window::open(&[]);
    w.step();
    w.go_to("Try");
    w.until("the text is analyzed", |w| !w.app().try_page.prediction.entities.is_empty());
    w.press("Copy");
    w.click_without_frames("As tokens with IOB2 tags");
    let copied = w.copied_text();
    assert_eq!(copied.as_deref(), Some("My O\nname O\nis O\nMaarten B-PER\n. O\n\n"));
}
