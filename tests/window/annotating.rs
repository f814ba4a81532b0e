//! Labels of words. A test case has three columns: the sentence before, the keys, and the sentence after.

use crate::support::window::Window;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use std::path::Path;
use std::rc::Rc;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::ViewCommand;
use tagwright::app::requests::Slot;
use tagwright::app::{Command, Page};
use tagwright::corpus::LabelId;

/// Opens a file with this sentence in a window. A labeled span is written as `[Zoë PER]`.
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
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

/// Returns the first sentence in the notation of [`window`].
pub(super) fn render(w: &Window) -> String {
    let app = w.app();
    let a = app.session.as_ref().expect("a dataset");
    let d = a.corpus().document(0);
    let words = d.sentence_tokens(0);
    let spans = d.to_token_spans(0);
    let mut out: Vec<String> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let starts = spans.iter().any(|s| s.start == i);
        let ends = spans.iter().find(|s| s.end == i + 1);
        let open = if starts { "[" } else { "" };
        let close = ends.map_or_else(String::new, |s| format!(" {}]", a.corpus().labels.name(s.label)));
        out.push(format!("{open}{word}{close}"));
    }
    out.join(" ")
}

const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;
const NONE: Modifiers = Modifiers::NONE;

/// Checks the sentence after pressing these keys.
pub(super) fn check(before: &str, keys: &[(Modifiers, Key)], after: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), before);
    assert_eq!(render(&w), before);
    for (modifiers, key) in keys {
        w.key(*modifiers, *key);
    }
    assert_eq!(render(&w), after, "{keys:?}");
}

#[test]
fn keys_apply_and_remove_labels() {
    use Key::{ArrowLeft, ArrowRight, Backspace, Escape, Num1, Num2, Num3, Z};
    // 1 is PER, 2 is ORG, 3 is LOC, the order of CoNLL-2003.
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
fn arrow_keys_follow_visual_order_in_rtl_text() {
    use Key::{ArrowLeft, ArrowRight, Num1};
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("text.conll");
    std::fs::write(&file, "אמל O\nקוראת O\nספר O\nin O\nHaifa B-LOC\nspare B-PER\n").expect("a file");
    let mut w = Window::open(&[]);
    w.answer(&file);
    w.press("Open file…");
    w.until("the preview is loaded", |w| matches!(w.dialog(), Some(Dialog::Import(_))));
    w.press("Open");
    w.until("the file is open", |w| w.app().session.is_some());
    w.key(NONE, ArrowLeft);
    assert_eq!(w.app().session.as_ref().and_then(|a| a.selection), Some((0, 0)));
    w.key(SHIFT, ArrowLeft);
    assert_eq!(w.app().session.as_ref().and_then(|a| a.selection), Some((0, 1)));
    w.key(NONE, ArrowRight);
    assert_eq!(w.app().session.as_ref().and_then(|a| a.selection), Some((0, 0)));
    // The order of words is right to left. Latin words are ordered left to right.
    let x = |w: &Window, word: &str| w.harness_rect(word).center().x;
    assert!(x(&w, "אמל, O") > x(&w, "קוראת, O") && x(&w, "קוראת, O") > x(&w, "in, O"));
    assert!(x(&w, "in, O") < x(&w, "Haifa, LOC"));
    w.key(NONE, Num1);
    assert!(w.shows_part("אמל, PER"));
}

#[test]
fn mouse_labels_are_durable() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let rect = w.harness_rect("Ada, O");
    w.drag(rect.center(), w.harness_rect("met, O").center());
    assert_eq!(w.app().session.as_ref().and_then(|a| a.selection), Some((0, 1)));
    w.click("ORG");
    assert_eq!(render(&w), "[Ada met ORG] Zoë");
    w.until("the edit is durable", Window::is_durable);
    assert!(w.shows_part("Ada, ORG"));
}

#[test]
fn labels_are_added_renamed_and_recolored() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    w.keys(&[Key::Enter]);
    assert_eq!(w.app().session.as_ref().map(|a| a.current), Some(1));
    w.keys(&[Key::ArrowUp, Key::N]);
    w.type_text("Names", "DATE");
    w.keys(&[Key::Enter]);
    assert_eq!(
        w.app().session.as_ref().map(|a| a.corpus().labels.names()),
        Some(vec!["PER".into(), "ORG".into(), "LOC".into(), "DATE".into()])
    );
    w.keys(&[Key::ArrowRight, Key::Num4]);
    assert_eq!(render(&w), "[Ada DATE] met Zoë");
    w.right_click("DATE");
    w.type_text("Label name", "DAY");
    w.keys(&[Key::Enter]);
    assert_eq!(render(&w), "[Ada DAY] met Zoë");
    w.right_click("DAY");
    w.click("Color 9");
    assert_eq!(w.app().session.as_ref().and_then(|a| a.corpus().labels.get(LabelId::new(3)).map(|l| l.color)), Some(8));
}

#[test]
fn saving_writes_only_changed_lines_and_restart_restores_edits() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("crlf.conll");
    let source = "-DOCSTART- O\r\n\r\nAda O\r\nmet O\r\n\r\n\r\nZoë I-PER\r\n";
    std::fs::write(&file, source).expect("a file");
    let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Light);
    w.until("the file is open", |w| w.app().session.is_some());
    w.key(CTRL, Key::S);
    w.until("a notice appears", |w| !w.app().notifications.shown().is_empty());
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), source);
    w.keys(&[Key::ArrowRight, Key::Num1]);
    w.until("the edit is durable", Window::is_durable);
    w.keys(&[Key::Enter, Key::ArrowRight, Key::Backspace]);
    w.until("the edit is durable", Window::is_durable);
    drop(w);
    let mut w = Window::with(data, &[&file], [1440.0, 900.0], egui::Theme::Light);
    w.until("the file is open", |w| w.app().session.is_some());
    assert_eq!(render(&w), "[Ada PER] met");
    w.key(CTRL, Key::Z);
    w.key(CTRL, Key::S);
    w.until("the file is saved", |w| {
        std::fs::read_to_string(&file).expect("a file") != source && !w.app().notifications.shown().is_empty()
    });
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), source.replace("Ada O", "Ada I-PER"));
}

#[test]
fn subword_view_shows_training_labels() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.keys(&[Key::P]);
    w.until("the subwords are shown", |w| w.app().session.as_ref().is_some_and(|a| a.subwords.alignment.is_some()));
    {
        let app = w.app();
        let alignment = app.session.as_ref().and_then(|a| a.subwords.alignment.as_ref()).expect("an alignment");
        assert_eq!(alignment.encoding.tokens.first().map(String::as_str), Some("[CLS]"));
        assert_eq!(alignment.tag_ids.first(), Some(&-100));
    }
    let with_i_tags = w.app().session.as_ref().and_then(|a| a.subwords.alignment.clone()).expect("an alignment");
    // The legend has the same text as the option.
    w.harness.get_by_role_and_label(egui::Role::RadioButton, "Ignored (-100)").click();
    w.step();
    w.until("the labels have changed", |w| {
        w.app()
            .session
            .as_ref()
            .and_then(|a| a.subwords.alignment.clone())
            .is_some_and(|p| p.tag_ids != with_i_tags.tag_ids)
    });
}

#[test]
fn sentences_are_marked_done_flagged_and_commented() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails");
    let position = |w: &Window| w.app().session.as_ref().map(|a| (a.current, a.totals().n_done));
    w.keys(&[Key::D]);
    assert_eq!(position(&w), Some((1, 1)), "marking as done selects the next sentence");
    assert!(w.shows_part("1 of 2 done"));
    w.keys(&[Key::F, Key::C]);
    w.type_text("Comment on sentence", "a bay, not a person?");
    w.keys(&[Key::Enter]);
    assert!(w.shows("a bay, not a person?") && w.shows("Flagged"));
    let visible = |w: &Window| w.app().session.as_ref().map(|a| a.visible.clone());
    for (query, expected) in [
        ("status:done", vec![0]),
        ("status:flagged", vec![1]),
        ("flag:yes", vec![1]),
        ("flag:no", vec![0]),
        ("comment:bay", vec![1]),
        ("status:to-do", vec![]),
    ] {
        w.type_text("Search", query);
        assert_eq!(visible(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    for _ in 0..3 {
        w.key(CTRL, Key::Z);
    }
    w.step();
    assert_eq!(position(&w), Some((0, 0)), "undo selects the sentence of the edit");
    w.key(CTRL, Key::Y);
    assert!(w.shows("1 done today"));
    w.until("the edits are durable", |w| w.is_durable());
    let w = w.reopened(&folder.path().join("text.conll"));
    assert!(w.shows("1 done today"));
}

#[test]
fn mark_done_up_to_here_is_one_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails");
    w.keys(&[Key::Enter]);
    w.key(CTRL, Key::D);
    assert!(w.shows_part("2 of 2 done") && w.shows("2 done today"));
    w.until("the edits are durable", |w| w.is_durable());
    let mut w = w.reopened(&folder.path().join("text.conll"));
    assert!(w.shows("2 done today"));
    w.key(CTRL, Key::Z);
    assert_eq!(w.app().session.as_ref().map(|a| (a.totals().n_done, a.progress().done_today())), Some((0, 0)));
}

/// Opens the dialog of snapshots.
fn open_snapshots(w: &mut Window) {
    w.ask(tagwright::app::Command::Run(tagwright::app::Action::Snapshots));
    w.until("the snapshots are listed", |w| !w.app().requests.is_pending(Slot::Dialog));
}

#[test]
fn saved_search_survives_restart_and_snapshot_restores_labels() {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let file = data.path().join("text.conll");
    std::fs::write(&file, "Zoë B-PER\nsails O\n\nOslo B-LOC\n").expect("a file");
    let open = || {
        let mut w = Window::with(data.clone(), &[&file], [1440.0, 900.0], egui::Theme::Dark);
        w.until("the file is open", |w| w.app().session.is_some());
        w
    };
    let mut w = open();
    open_snapshots(&mut w);
    assert!(w.shows("No snapshots"));
    w.press("Create snapshot");
    w.type_text("Snapshot name", "first");
    w.press("Create");
    w.until("the snapshots are listed", |w| !w.app().requests.is_pending(Slot::Dialog));
    assert!(w.shows_part("No changes"));
    w.press("Close");
    w.keys(&[Key::ArrowRight, Key::Backspace]);
    w.type_text("Search", "since:first");
    assert_eq!(w.app().session.as_ref().map(|a| a.visible.clone()), Some(vec![0]));
    w.click("Saved searches");
    w.click("Save this search");
    w.type_text("Search name", "my changes");
    w.press("Save");
    w.until("the edits are durable", |w| w.is_durable());
    drop(w);
    // Restart.
    let mut w = open();
    w.click("Saved searches");
    w.click("my changes");
    assert_eq!(w.app().session.as_ref().map(|a| a.visible.clone()), Some(vec![0]));
    open_snapshots(&mut w);
    assert!(w.shows_part("1 sentence changed"));
    w.press("Restore");
    let spans = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().document(0).spans.len());
    assert_eq!(spans(&w), Some(2));
    w.key(CTRL, Key::Z);
    w.step();
    assert_eq!(spans(&w), Some(1), "restoring can be undone");
    open_snapshots(&mut w);
    w.press("Delete first");
    assert!(w.shows("No snapshots"));
}

#[test]
fn usual_keys_search_copy_and_help() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    w.ask(Command::View(ViewCommand::Select(0, 1)));
    let expected = w.app().session.as_ref().and_then(|session| session.selected_text().map(str::to_owned));
    w.harness.event(egui::Event::Copy);
    assert_eq!(w.copied_text(), expected);
    assert!(expected.is_some_and(|text| text.contains(' ')));
    w.key(egui::Modifiers::NONE, egui::Key::F1);
    assert!(w.shows("Keyboard shortcuts"), "{:?}", w.dialog());
    w.keys(&[egui::Key::Escape]);
    w.go_to("Data");
    w.key(egui::Modifiers::COMMAND, egui::Key::F);
    w.harness.event(egui::Event::Text("Oslo".into()));
    w.step();
    let query = w.app().session.as_ref().map(|session| session.filter.text.clone());
    assert_eq!((w.app().page, query.as_deref()), (Page::Annotate, Some("Oslo")));
}

#[test]
fn undo_names_the_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë met Ann");
    w.keys(&[Key::ArrowRight, Key::Num1]);
    w.key(CTRL, Key::Z);
    assert!(w.shows("Undone: Label “Zoë” as PER"), "{:?}", w.texts());
    w.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(w.shows("Redone: Label “Zoë” as PER"), "{:?}", w.texts());
    w.keys(&[Key::D]);
    assert!(!w.shows_part("Redone"), "{:?}", w.texts());
}

#[test]
fn search_hits_have_their_ranges() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë met Ann in Annapolis");
    let hits = |w: &Window| {
        let app = w.app();
        let session = app.session.as_ref().expect("a dataset");
        session.search_hits(0).into_iter().map(|r| (r.start, r.end)).collect::<Vec<_>>()
    };
    let check = |w: &mut Window, query: &str, expected: &[(usize, usize)]| {
        w.ask(Command::View(ViewCommand::FilterText(query.into())));
        assert_eq!(hits(w), expected, "{query}");
    };
    check(&mut w, "ann", &[(9, 12), (16, 19)]);
    check(&mut w, "zoë -spare", &[(0, 4)]);
    check(&mut w, "/m.t/ or zoë", &[(5, 8), (0, 4)]);
    check(&mut w, "", &[]);
}
