//! Item 3: see and correct labels. Three columns: what is there, the keys, what is there then.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use std::path::Path;
use std::rc::Rc;
use tagwright::corpus::LabelId;

/// A file of one sentence in a window: words as `[Zoë PER]` or bare.
pub(super) fn window(folder: &Path, marked: &str) -> Window {
    let mut lines = String::new();
    let mut inside: Option<Vec<&str>> = None;
    for part in marked.split(' ') {
        match (part.strip_prefix('['), inside.take()) {
            (Some(word), _) => inside = Some(vec![word]),
            (None, Some(words)) if part.ends_with(']') => {
                for (i, word) in words.iter().enumerate() {
                    lines.push_str(&format!(
                        "{word} {}-{}\n",
                        if i == 0 { 'B' } else { 'I' },
                        part.trim_end_matches(']')
                    ));
                }
            }
            (None, Some(mut words)) => {
                words.push(part);
                inside = Some(words);
            }
            (None, None) => lines.push_str(&format!("{part} O\n")),
        }
    }
    let file = folder.join("text.conll");
    std::fs::write(&file, format!("{lines}\nspare B-ORG\nand B-LOC\nspare B-PER\n")).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w
}

/// The first sentence as it was written above.
pub(super) fn marked(w: &Window) -> String {
    let app = w.app();
    let a = app.annotate.as_ref().expect("a dataset");
    let d = a.corpus.document(0);
    let words = d.sentence_tokens(0);
    let spans = d.to_token_spans(0);
    let mut out: Vec<String> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let starts = spans.iter().any(|s| s.start == i);
        let ends = spans.iter().find(|s| s.end == i + 1);
        let open = if starts { "[" } else { "" };
        let close = ends.map_or_else(String::new, |s| format!(" {}]", a.corpus.labels.name(s.label)));
        out.push(format!("{open}{word}{close}"));
    }
    out.join(" ")
}

const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;
const NONE: Modifiers = Modifiers::NONE;

pub(super) fn check(before: &str, keys: &[(Modifiers, Key)], after: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), before);
    assert_eq!(marked(&w), before);
    for (modifiers, key) in keys {
        w.key(*modifiers, *key);
    }
    assert_eq!(marked(&w), after, "{keys:?}");
}

#[test]
fn labels_come_and_go_by_key() {
    use Key::{ArrowLeft, ArrowRight, Backspace, Escape, Num1, Num2, Num3, Z};
    // 1 is PER, 2 ORG, 3 LOC: the book's order.
    check("Ada met Zoë", &[(NONE, ArrowRight), (NONE, Num1)], "[Ada PER] met Zoë");
    check("Ada Vance met", &[(NONE, ArrowRight), (SHIFT, ArrowRight), (NONE, Num1)], "[Ada Vance PER] met");
    check("Ada met Zoë", &[(NONE, ArrowLeft), (NONE, Num3)], "Ada met [Zoë LOC]");
    check("[Ada PER] met", &[(NONE, ArrowRight), (NONE, Num2)], "[Ada ORG] met");
    check("[Ada PER] met", &[(NONE, ArrowRight), (NONE, Backspace)], "Ada met");
    check(
        "[Ada Vance PER] met",
        &[(NONE, ArrowRight), (SHIFT, ArrowRight), (SHIFT, ArrowRight), (NONE, Num2)],
        "[Ada Vance met ORG]",
    );
    check("Ada met", &[(NONE, Num1)], "Ada met");
    check("Ada met", &[(NONE, ArrowRight), (NONE, Escape), (NONE, Num1)], "Ada met");
    check("Ada met", &[(NONE, ArrowRight), (NONE, Num1), (CTRL, Z)], "Ada met");
    check("Ada met", &[(NONE, ArrowRight), (NONE, Num1), (CTRL, Z), (CTRL | SHIFT, Z)], "[Ada PER] met");
}

#[test]
fn arrow_keys_go_where_they_point_in_a_text_from_right_to_left() {
    use Key::{ArrowLeft, ArrowRight, Num1};
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("text.conll");
    std::fs::write(&file, "אמל O\nקוראת O\nספר O\nin O\nHaifa B-LOC\nspare B-PER\n").expect("a file");
    let mut w = Window::open(&[]);
    w.answer(&file);
    w.press("Open file...");
    w.until("the file is looked at", |w| w.app().importing.is_some());
    w.press("Open");
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.key(NONE, ArrowLeft);
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.selection), Some((0, 0)));
    w.key(SHIFT, ArrowLeft);
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.selection), Some((0, 1)));
    w.key(NONE, ArrowRight);
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.selection), Some((0, 0)));
    // Words of the sentence run leftwards, the Latin ones among them rightwards.
    let at = |w: &Window, word: &str| w.harness_rect(word).center().x;
    assert!(at(&w, "אמל, O") > at(&w, "קוראת, O") && at(&w, "קוראת, O") > at(&w, "in, O"));
    assert!(at(&w, "in, O") < at(&w, "Haifa, LOC"));
    w.key(NONE, Num1);
    assert!(w.shows_part("אמל, PER"));
}

#[test]
fn labels_come_by_mouse_and_are_durable() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let rect = w.harness_rect("Ada, O");
    w.drag(rect.center(), w.harness_rect("met, O").center());
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.selection), Some((0, 1)));
    w.click("ORG");
    assert_eq!(marked(&w), "[Ada met ORG] Zoë");
    w.until("it is on disk", Window::is_durable);
    assert!(w.shows_part("Ada, ORG"));
}

#[test]
fn sentences_by_key_and_labels_added_renamed_recoloured() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    w.keys(&[Key::Enter]);
    assert_eq!(w.app().annotate.as_ref().map(|a| a.current), Some(1));
    w.keys(&[Key::ArrowUp, Key::N]);
    w.type_text("Name", "DATE");
    w.press("Add label");
    assert_eq!(
        w.app().annotate.as_ref().map(|a| a.corpus.labels.names()),
        Some(vec!["PER".into(), "ORG".into(), "LOC".into(), "DATE".into()])
    );
    w.keys(&[Key::ArrowRight, Key::Num4]);
    assert_eq!(marked(&w), "[Ada DATE] met Zoë");
    w.right_click("DATE");
    w.type_text("Name of the label", "DAY");
    w.keys(&[Key::Enter]);
    assert_eq!(marked(&w), "[Ada DAY] met Zoë");
    w.right_click("DAY");
    w.click("Colour 9");
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.corpus.labels.get(LabelId::new(3)).map(|l| l.color)), Some(8));
}

#[test]
fn saving_writes_only_what_changed_and_a_restart_finds_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("crlf.conll");
    let source = "-DOCSTART- O\r\n\r\nAda O\r\nmet O\r\n\r\n\r\nZoë I-PER\r\n";
    std::fs::write(&file, source).expect("a file");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Light);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.key(CTRL, Key::S);
    w.until("it is said", |w| !w.app().notices.shown().is_empty());
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), source);
    w.keys(&[Key::ArrowRight, Key::Num1]);
    w.until("it is on disk", Window::is_durable);
    w.keys(&[Key::Enter, Key::ArrowRight, Key::Backspace]);
    w.until("it is on disk", Window::is_durable);
    drop(w);
    let mut w = Window::with(data, &[&file], [1440.0, 900.0], egui::Theme::Light);
    w.until("the file is open", |w| w.app().annotate.is_some());
    assert_eq!(marked(&w), "[Ada PER] met");
    w.key(CTRL, Key::Z);
    w.key(CTRL, Key::S);
    w.until("it is saved", |w| {
        std::fs::read_to_string(&file).expect("a file") != source && !w.app().notices.shown().is_empty()
    });
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), source.replace("Ada O", "Ada I-PER"));
}

#[test]
fn the_pieces_lens_shows_what_the_trainer_sees() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.keys(&[Key::P]);
    w.until("the pieces are here", |w| w.app().annotate.as_ref().is_some_and(|a| a.pieces.alignment.is_some()));
    {
        let app = w.app();
        let pieces = app.annotate.as_ref().and_then(|a| a.pieces.alignment.as_ref()).expect("pieces");
        assert_eq!(pieces.encoding.texts.first().map(String::as_str), Some("[CLS]"));
        assert_eq!(pieces.labels.first(), Some(&-100));
    }
    let carried = w.app().annotate.as_ref().and_then(|a| a.pieces.alignment.clone()).expect("pieces");
    w.click("ignored, -100");
    w.until("the rule has changed", |w| {
        w.app().annotate.as_ref().and_then(|a| a.pieces.alignment.clone()).is_some_and(|p| p.labels != carried.labels)
    });
}

#[test]
fn sentences_are_done_flagged_and_commented_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails");
    let at = |w: &Window| w.app().annotate.as_ref().map(|a| (a.current, a.done));
    w.keys(&[Key::D]);
    assert_eq!(at(&w), Some((1, 1)), "done goes on to the next");
    assert!(w.shows_part("1 of 2 done"));
    w.keys(&[Key::F, Key::C]);
    w.type_text("Comment on this sentence", "a bay, not a person?");
    w.keys(&[Key::Enter]);
    assert!(w.shows("a bay, not a person?") && w.shows("flagged"));
    let shown = |w: &Window| w.app().annotate.as_ref().map(|a| a.shown.clone());
    for (query, expected) in [
        ("status:done", vec![0]),
        ("status:flagged", vec![1]),
        ("flag:yes", vec![1]),
        ("flag:no", vec![0]),
        ("comment:bay", vec![1]),
        ("status:new", vec![]),
    ] {
        w.type_text("Search", query);
        assert_eq!(shown(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    for _ in 0..3 {
        w.key(CTRL, Key::Z);
    }
    w.step();
    assert_eq!(at(&w), Some((0, 0)), "each is undone, where it was");
    w.key(CTRL, Key::Y);
    assert!(w.shows("1 done today"));
    w.until("it is saved", |w| w.is_durable());
    let w = w.reopened(&folder.path().join("text.conll"));
    assert!(w.shows("1 done today"));
}

#[test]
fn all_up_to_here_are_done_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails");
    w.keys(&[Key::Enter]);
    w.key(CTRL, Key::D);
    assert!(w.shows_part("2 of 2 done") && w.shows("2 done today"));
    w.until("it is saved", |w| w.is_durable());
    let mut w = w.reopened(&folder.path().join("text.conll"));
    assert!(w.shows("2 done today"));
    w.key(CTRL, Key::Z);
    assert_eq!(w.app().annotate.as_ref().map(|a| (a.done, a.progress.done_today())), Some((0, 0)));
}

#[test]
fn a_search_is_kept_and_a_snapshot_brings_labels_back() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = data.path().join("text.conll");
    std::fs::write(&file, "Zoë B-PER\nsails O\n\nOslo B-LOC\n").expect("a file");
    let open = || {
        let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
        w.until("the file is open", |w| w.app().annotate.is_some());
        w
    };
    let mut w = open();
    w.ask(tagwright::app::Command::Do(tagwright::app::Action::Snapshots));
    assert!(w.shows("No snapshot yet"));
    w.press("Take a snapshot");
    w.type_text("Name of the snapshot", "first");
    w.press("Take");
    assert!(w.shows_part("nothing has changed since"));
    w.press("Close");
    w.keys(&[Key::ArrowRight, Key::Backspace]);
    w.type_text("Search", "since:first");
    assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.clone()), Some(vec![0]));
    w.click("Views");
    w.click("Keep this search");
    w.type_text("Name of the view", "what I changed");
    w.press("Keep");
    w.until("it is saved", |w| w.is_durable());
    drop(w);
    // Another day.
    let mut w = open();
    w.click("Views");
    w.click("what I changed");
    assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.clone()), Some(vec![0]));
    w.ask(tagwright::app::Command::Do(tagwright::app::Action::Snapshots));
    assert!(w.shows_part("1 sentence changed since"));
    w.press("Bring back");
    let spans = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.document(0).spans.len());
    assert_eq!(spans(&w), Some(2));
    w.key(CTRL, Key::Z);
    w.step();
    assert_eq!(spans(&w), Some(1), "bringing back can be undone");
    w.ask(tagwright::app::Command::Do(tagwright::app::Action::Snapshots));
    w.press("Forget first");
    assert!(w.shows("No snapshot yet"));
}
