//! Item 6: paste text, see entities.

use crate::support::window::Window;

#[test]
fn the_first_text_is_the_books_and_typing_is_followed() {
    let mut w = Window::open(&[]);
    w.step();
    w.go_to("Try");
    w.until("the first text is read", |w| !w.app().trying.prediction.entities.is_empty());
    assert!(w.shows_part("Maarten, PER"));
    // Other scripts come from the system's fonts, which a test has none of.
    w.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    let text = "😀 Zoë Okafor left Ghent.\r\n\r\nمن القاهرة e\u{301} Lisbon";
    w.type_text("Text to read", text);
    w.until("the new text is read", |w| w.app().trying.read.contains("Lisbon"));
    {
        let app = w.app();
        let t = &app.trying;
        for e in &t.prediction.entities {
            let slice: String = t.read.chars().skip(e.start).take(e.end - e.start).collect();
            assert_eq!(slice, t.read[e.byte_start..e.byte_end]);
        }
    }
    assert!(w.shows_part("Lisbon, LOC"));
}

#[test]
fn a_text_longer_than_the_model_is_read_to_its_end() {
    let mut w = Window::open(&[]);
    w.step();
    w.go_to("Try");
    let text = format!("{} At last she reached Lisbon.", "The rain went on and on over the grey harbour. ".repeat(90));
    w.type_text("Text to read", &text);
    w.until("the text is read", |w| w.app().trying.read == text);
    let app = w.app();
    assert!(app.trying.prediction.windows > 1);
    assert!(app.trying.prediction.entities.iter().any(|e| &text[e.byte_start..e.byte_end] == "Lisbon"));
}
