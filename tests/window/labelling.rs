//! A working day's gestures. Three columns: what is there, the keys, what is there then.

use super::annotating::{check, marked, window};
use crate::support::window::Window;
use egui::Key::{
    A, ArrowLeft, ArrowRight, Backspace, E, End, Enter, Escape, Home, L, M, Num1, Num2, Num3, O, R, S, Space, U, X, Z,
};
use egui::{Key, Modifiers};
use tagwright::app::Command;
use tagwright::corpus::{LabelId, Origin};

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;
const NONE: Modifiers = Modifiers::NONE;

#[test]
fn the_selection_goes_by_words_spans_and_to_the_ends() {
    check("Ada met Zoë", &[(NONE, End), (NONE, Num1)], "Ada met [Zoë PER]");
    check("Ada met Zoë", &[(NONE, End), (SHIFT, Home), (NONE, Num2)], "[Ada met Zoë ORG]");
    check("Ada met Zoë", &[(NONE, ArrowRight), (SHIFT, End), (NONE, Num2)], "[Ada met Zoë ORG]");
    check(
        "[Ada PER] met [Zoë PER]",
        &[(CTRL, ArrowRight), (CTRL, ArrowRight), (NONE, Num3)],
        "[Ada PER] met [Zoë LOC]",
    );
    check("[Ada PER] met [Zoë PER]", &[(CTRL, ArrowLeft), (CTRL, ArrowLeft), (NONE, Num3)], "[Ada LOC] met [Zoë PER]");
    check(
        "[Ada PER] met [Zoë PER]",
        &[(CTRL, ArrowRight), (CTRL | SHIFT, ArrowRight), (NONE, Num2)],
        "[Ada met Zoë ORG]",
    );
    check("Ada met", &[(CTRL, ArrowRight), (NONE, Num2)], "Ada met");
}

#[test]
fn spans_grow_shrink_part_and_join() {
    let right = (NONE, ArrowRight);
    check("[Ada PER] Vance met", &[right, (ALT, ArrowRight)], "[Ada Vance PER] met");
    check("[Ada Vance PER] met", &[right, (ALT, ArrowLeft)], "[Ada PER] Vance met");
    check("Dr [Vance PER] met", &[(CTRL, ArrowRight), (ALT | SHIFT, ArrowLeft)], "[Dr Vance PER] met");
    check("[Dr Vance PER] met", &[right, (ALT | SHIFT, ArrowRight)], "Dr [Vance PER] met");
    check("[Ada PER] met", &[right, (ALT, ArrowLeft)], "[Ada PER] met");
    check("[Ada PER] [Oslo LOC]", &[right, (ALT, ArrowRight)], "[Ada PER] [Oslo LOC]");
    check("met [Ada PER]", &[(CTRL, ArrowRight), (ALT, ArrowRight)], "met [Ada PER]");
    check("[Ada Zoë PER] met", &[right, right, (NONE, S)], "[Ada PER] [Zoë PER] met");
    check("[Ada Zoë PER] met", &[right, (NONE, S)], "[Ada Zoë PER] met");
    check("[Ada PER] [Vance ORG] met", &[right, (NONE, M)], "[Ada Vance PER] met");
    check("[Ada PER] de [Vance PER]", &[right, (NONE, M)], "[Ada de Vance PER]");
    check("[Ada PER] met", &[right, (NONE, M)], "[Ada PER] met");
    check("[Ada PER] [Vance ORG] met", &[right, (NONE, M), (CTRL, Z)], "[Ada PER] [Vance ORG] met");
    // Nothing selected, nothing happens.
    check("[Ada PER] met", &[(ALT, ArrowRight), (NONE, S), (NONE, M)], "[Ada PER] met");
}

#[test]
fn labels_are_given_by_letter_and_from_a_list() {
    let right = (NONE, ArrowRight);
    check("Ada met", &[right, (SHIFT, O)], "[Ada ORG] met");
    check("Ada met", &[(SHIFT, O)], "Ada met");
    check("Ada met", &[right, (NONE, L), (NONE, Enter)], "[Ada PER] met");
    check("Ada met", &[right, (NONE, L), (NONE, Key::ArrowDown), (NONE, Enter)], "[Ada ORG] met");
    check("Ada met", &[right, (NONE, L), (NONE, Escape), (NONE, Num2)], "[Ada ORG] met");
    check("[Ada PER] met", &[right, (NONE, L), (NONE, Backspace)], "Ada met");
    // What was given last stands first.
    check("Ada met", &[right, (NONE, Num3), right, (NONE, L), (NONE, Enter)], "[Ada LOC] [met LOC]");
}

#[test]
fn a_label_that_would_cut_another_span_is_refused_with_a_reason() {
    let right = (NONE, ArrowRight);
    let york = "at [New York University ORG] is";
    check(york, &[right, right, right, (NONE, Num1)], york);
    check(york, &[right, right, (SHIFT, ArrowLeft), (NONE, Num1)], york);
    // What it covers, and a span of its own label, it takes the place of.
    check(
        "at [York LOC] University is",
        &[right, right, (SHIFT, ArrowRight), (NONE, Num2)],
        "at [York University ORG] is",
    );
    check(york, &[right, right, right, (SHIFT, ArrowRight), (NONE, Num2)], "at New [York University ORG] is");
    check(
        york,
        &[right, right, (SHIFT, ArrowRight), (SHIFT, ArrowRight), (NONE, Num1)],
        "at [New York University PER] is",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), york);
    w.keys(&[ArrowRight, ArrowRight, ArrowRight, Num1]);
    assert!(w.shows_part("“New York University” is ORG already"));
    // So is one that is new.
    w.ask(Command::NewLabelHere("CITY".into()));
    assert_eq!(marked(&w), york);
    w.ask(Command::Do(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[Num1]);
    let spans = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.document(0).to_token_spans(0).len());
    assert_eq!(spans(&w), Some(2), "allowed, they lie over each other");
}

#[test]
fn words_are_commented_on_and_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails to Oslo");
    w.keys(&[ArrowRight, Key::C]);
    w.type_text("Comment on these words", "a bay?");
    w.keys(&[Enter]);
    assert!(w.shows_part("a bay?"));
    w.keys(&[Escape, Key::C]);
    w.type_text("Comment on this sentence", "unclear");
    w.keys(&[Enter]);
    let shown = |w: &Window| w.app().annotate.as_ref().map(|a| a.shown.clone());
    for (query, expected) in
        [("comment:bay", vec![0]), ("comment:unclear", vec![0]), ("status:in-work", vec![0]), ("status:new", vec![1])]
    {
        w.type_text("Search", query);
        assert_eq!(shown(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    w.ask(Command::Sentence(0));
    w.press("Comment: a bay?");
    w.type_text("Comment on these words", "");
    w.keys(&[Enter]);
    assert!(!w.shows_part("a bay?"), "an empty comment takes it away");
    w.key(CTRL, Z);
    assert!(w.shows_part("a bay?"));
}

#[test]
fn a_document_is_labelled_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë sails");
    let classes = |w: &Window| {
        let app = w.app();
        let a = app.annotate.as_ref().expect("a dataset");
        a.corpus.doc_label_names(a.corpus.document(0)).cloned().collect::<Vec<_>>()
    };
    let write = |w: &mut Window, text: &str| {
        w.harness.event(egui::Event::Text(text.to_owned()));
        w.step();
        w.keys(&[Enter]);
    };
    w.keys(&[Key::T]);
    write(&mut w, "town news");
    write(&mut w, "sea");
    assert_eq!(classes(&w), ["town news", "sea"]);
    assert!(w.shows_part("hold no labels of documents"), "column files have no place for them");
    // A number takes one away, or gives it.
    w.harness.event(egui::Event::Text("1".to_owned()));
    w.step();
    w.step();
    assert_eq!(classes(&w), ["sea"]);
    w.keys(&[Escape]);
    w.type_text("Search", "class:sea");
    assert_eq!(w.app().annotate.as_ref().map(|a| a.shown.len()), Some(2), "both sentences of the document");
    w.type_text("Search", "");
    w.key(NONE, Escape);
    w.key(CTRL, Z);
    assert_eq!(classes(&w), ["town news", "sea"]);
    w.until("it is on disk", Window::is_durable);
    let w = w.reopened(&folder.path().join("text.conll"));
    assert_eq!(classes(&w), ["town news", "sea"]);
}

#[test]
fn a_new_label_may_hold_letters_of_another_and_the_list_gives_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë sails");
    w.ask(Command::Class("non-spam".into()));
    w.keys(&[Key::T]);
    w.harness.event(egui::Event::Text("spam".to_owned()));
    w.step();
    w.keys(&[Key::ArrowDown, Enter]);
    let classes = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.doc_labels.clone());
    assert_eq!(classes(&w), Some(vec!["non-spam".to_owned(), "spam".to_owned()]));
    w.key(CTRL, Key::K);
    w.step();
    assert!(w.app().palette_open && w.app().annotate.as_ref().is_some_and(|a| a.choosing.is_none()));
}

#[test]
fn a_comment_stays_with_its_sentence_whatever_is_undone_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.jsonl");
    std::fs::write(
        &file,
        "{\"text\":\"Oslo\",\"label\":[[0,4,\"LOC\"]]}\n{\"text\":\"A much longer text of the second\"}\n",
    )
    .expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.keys(&[ArrowRight, Backspace]);
    w.keys(&[Enter, End, Key::C]);
    w.key(CTRL, Z);
    w.type_text("Comment on these words", "which?");
    w.keys(&[Enter]);
    let said = |w: &Window, document: u32| {
        let id = tagwright::corpus::SentenceId { document, sentence: 0 };
        w.app().annotate.as_ref().map(|a| a.corpus.review(id).range_comments.len())
    };
    assert_eq!((said(&w, 0), said(&w, 1)), (Some(0), Some(1)));
}

#[test]
fn labels_have_letters_of_their_own_and_groups() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails to [Oslo LOC.city] and [Fana LOC.bay]");
    w.ask(Command::LetterOfLabel(LabelId::new(2), Some('Q')));
    w.keys(&[ArrowRight]);
    w.key(SHIFT, Key::Q);
    let label = |w: &Window| {
        let app = w.app();
        let a = app.annotate.as_ref().expect("a dataset");
        a.corpus.labels.name(a.corpus.document(0).spans[0].label).to_owned()
    };
    let third = w.app().annotate.as_ref().map(|a| a.corpus.labels.name(LabelId::new(2)).to_owned()).expect("a label");
    assert_eq!(label(&w), third);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    w.key(SHIFT, Key::Q);
    assert_eq!(label(&w), "PER", "the letter is taken back, too");
    w.keys(&[L]);
    w.step();
    assert!(w.shows("LOC") && w.shows("LOC.city"), "a heading, and the labels of its group");
}

#[test]
fn a_list_of_labels_takes_letters_numbers_and_new_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let give = |w: &mut Window, text: &str, enter: bool| {
        w.keys(&[ArrowRight, L]);
        w.harness.event(egui::Event::Text(text.to_owned()));
        w.step();
        if enter {
            w.keys(&[Enter]);
        }
    };
    give(&mut w, "lo", true);
    assert_eq!(marked(&w), "[Ada LOC] met Zoë");
    give(&mut w, "2", false);
    assert_eq!(marked(&w), "[Ada LOC] [met ORG] Zoë");
    give(&mut w, "ROBOT", true);
    assert_eq!(marked(&w), "[Ada LOC] [met ORG] [Zoë ROBOT]");
    w.key(CTRL, Z);
    let labels = w.app().annotate.as_ref().map(|a| a.corpus.labels.len());
    assert_eq!((marked(&w).as_str(), labels), ("[Ada LOC] [met ORG] Zoë", Some(3)), "one step");
}

/// Drags from one word to another, by what they are called.
fn drag_over(w: &mut Window, from: &str, to: &str) {
    let (from, to) = (w.harness_rect(from).center(), w.harness_rect(to).center());
    w.drag(from, to);
}

#[test]
fn by_mouse_a_list_opens_where_words_were_dragged_over_and_a_brush_needs_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada Vance met Zoë");
    drag_over(&mut w, "Ada, O", "Vance, O");
    w.choose_row("ORG");
    assert_eq!(marked(&w), "[Ada Vance ORG] met Zoë");
    w.keys(&[Escape]);
    w.press("PER");
    drag_over(&mut w, "met, O", "Zoë, O");
    assert_eq!(marked(&w), "[Ada Vance ORG] [met Zoë PER]");
}

#[test]
fn words_of_a_sentence_around_the_current_one_are_labelled_where_they_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada Vance met Zoë");
    w.press("PER");
    let beside = w.harness_rect("Go to train-0001");
    let from = beside.left_top() + egui::vec2(76.0, 12.0);
    w.drag(from, from + egui::vec2(400.0, 0.0));
    let spans = |w: &Window| {
        let app = w.app();
        let a = app.annotate.as_ref().expect("a dataset");
        (a.current, a.corpus.document(0).to_token_spans(1).iter().map(|s| (s.start, s.end)).collect::<Vec<_>>())
    };
    assert_eq!(spans(&w), (1, vec![(0, 3)]));
    // Two clicks on a word label it, though the text moves with the first.
    w.press("Go to train-0000");
    let at = w.harness_rect("Go to train-0001").left_top() + egui::vec2(76.0, 12.0);
    // Steps are a quarter of a second apart here.
    w.harness.ctx.options_mut(|o| o.input_options.max_double_click_delay = 2.0);
    (0..20).for_each(|_| w.step());
    w.click_at(at);
    w.step();
    w.click_at(at);
    w.step();
    assert_eq!(spans(&w), (1, vec![(0, 1)]));
    // A click only goes there.
    w.press("Go to train-0000");
    assert_eq!((spans(&w).0, marked(&w).as_str()), (0, "Ada Vance met Zoë"));
}

#[test]
fn keys_that_come_in_one_frame_are_taken_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    // A slow machine's frame: all that was pressed since the last one.
    let mut at_once = |keys: &[(Key, &str)]| {
        for (key, text) in keys {
            let key = egui::Event::Key { key: *key, physical_key: None, pressed: true, repeat: false, modifiers: NONE };
            w.harness.input_mut().events.push(key);
            if !text.is_empty() {
                w.harness.input_mut().events.push(egui::Event::Text((*text).to_owned()));
            }
        }
        for _ in 0..8 {
            w.step();
        }
    };
    at_once(&[(ArrowRight, ""), (Num2, "2"), (ArrowRight, ""), (Num3, "3")]);
    at_once(&[(Key::C, "c"), (O, "o"), (Key::K, "k"), (Enter, ""), (Key::F, "f")]);
    at_once(&[(Key::T, "t"), (Key::N, "n"), (E, "e"), (Key::W, "w"), (S, "s"), (Enter, ""), (Escape, ""), (End, "")]);
    at_once(&[(L, "l"), (Key::ArrowDown, ""), (Key::ArrowDown, ""), (Enter, "")]);
    let app = w.app();
    let a = app.annotate.as_ref().expect("a dataset");
    // Those given last stand first in the list: LOC, ORG, PER.
    assert_eq!(marked(&w), "[Ada ORG] [met LOC] [Zoë PER]");
    assert_eq!(a.mark().range_comments.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(), ["ok"]);
    assert!(a.mark().flagged, "what came behind Enter is a command again");
    assert_eq!((a.corpus.doc_labels.as_slice(), a.selection), (&["news".to_owned()][..], Some((2, 2))));
}

#[test]
fn what_is_selected_is_said_to_screen_readers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Ada PER] met Zoë");
    assert!(w.shows("train-0000: Ada met Zoë"));
    w.keys(&[ArrowRight]);
    assert!(w.shows("Ada, PER, 1 of 3"));
    w.keys(&[ArrowRight, Num2]);
    assert!(w.shows("met, ORG, 2 of 3"));
}

#[test]
fn a_drag_leaves_signs_at_its_edges_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "said Ada , Vance .");
    let selected = |w: &Window| w.app().annotate.as_ref().and_then(|a| a.selection);
    w.press("PER");
    drag_over(&mut w, "Ada, O", ",, O");
    assert_eq!(marked(&w), "said [Ada PER] , Vance .");
    drag_over(&mut w, "., O", "Ada, PER");
    assert_eq!((marked(&w).as_str(), selected(&w)), ("said [Ada , Vance PER] .", Some((3, 1))));
    w.harness.event(egui::Event::ModifiersChanged(CTRL));
    drag_over(&mut w, "Vance, PER", "., O");
    w.harness.event(egui::Event::ModifiersChanged(NONE));
    assert_eq!(selected(&w), Some((3, 4)), "with Ctrl they are wanted");
}

#[test]
fn the_other_button_opens_a_menu_about_the_words_under_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Ada PER] met [Zoë PER]");
    let at = w.harness_rect("Zoë, PER").center();
    w.click_other_at(at);
    w.step();
    assert_eq!(w.app().annotate.as_ref().and_then(|a| a.selection), Some((2, 2)));
    w.choose_row("Clear the label");
    assert_eq!(marked(&w), "[Ada PER] met Zoë");
    w.click_other_at(at);
    w.step();
    assert!(!w.shows("Clear the label"), "there is none any more");
    w.choose_row("Choose a label");
    w.choose_row("LOC");
    assert_eq!(marked(&w), "[Ada PER] met [Zoë LOC]");
}

#[test]
fn a_panel_is_as_wide_as_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let width = |w: &Window| w.harness_rect("Search").width();
    let usual = width(&w);
    // The edge between the list and the text.
    let edge = egui::pos2(w.harness_rect("Search").right() + 12.0, 500.0);
    w.drag(edge, edge + egui::vec2(80.0, 0.0));
    w.step();
    assert!(width(&w) > usual + 60.0);
    let mut w = w.reopened(&folder.path().join("text.conll"));
    w.step();
    assert!(width(&w) > usual + 60.0);
}

#[test]
fn the_same_words_are_labelled_everywhere_in_one_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Oslo LOC] and Oslo or oslo and Oslo");
    w.keys(&[ArrowRight, E]);
    let hits = |w: &Window| w.app().matching.as_ref().map(|m| (m.hits.len(), m.ticked()));
    assert_eq!(hits(&w), Some((3, 2)), "what is labelled so already is not ticked");
    w.press("Only in this case");
    assert_eq!(hits(&w), Some((4, 3)));
    w.press("Only in this case");
    w.ask(Command::Tick(Some(2), false));
    w.keys(&[Enter]);
    assert_eq!(marked(&w), "[Oslo LOC] and [Oslo LOC] or oslo and Oslo");
    w.key(CTRL, Z);
    assert_eq!(marked(&w), "[Oslo LOC] and Oslo or oslo and Oslo");
    // One by one.
    w.keys(&[Home, Num2, R]);
    assert_eq!(marked(&w), "[Oslo ORG] and [Oslo ORG] or oslo and Oslo");
    w.keys(&[R, R]);
    assert_eq!(marked(&w), "[Oslo ORG] and [Oslo ORG] or oslo and [Oslo ORG]");
    assert!(w.shows_part("No further match"));
}

/// A window in which the starter has suggested what is missing in a sentence.
fn suggested(folder: &std::path::Path, text: &str) -> Window {
    let mut w = window(folder, text);
    w.ask(Command::Do(tagwright::app::Action::Suggest));
    w.until("the suggestions are here", |w| w.app().suggesting.progress.is_none());
    w
}

#[test]
fn suggestions_are_accepted_rejected_skipped_and_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = suggested(folder.path(), "[Germany LOC] beat France in Paris , said Peter Smith .");
    let found = |w: &Window| w.app().annotate.as_ref().map(|a| a.suggestions().len());
    assert_eq!(found(&w), Some(3), "what is gold is not suggested");
    w.keys(&[A]);
    assert_eq!(marked(&w), "[Germany LOC] beat [France LOC] in Paris , said Peter Smith .");
    let origin = w.app().annotate.as_ref().map(|a| a.corpus.document(0).spans[1].origin);
    assert!(matches!(origin, Some(Origin::Suggested { agent: 0, score }) if score > 500), "{origin:?}");
    w.keys(&[Space, X]);
    assert_eq!(found(&w), Some(1));
    w.keys(&[U, A]);
    assert_eq!(marked(&w), "[Germany LOC] beat [France LOC] in [Paris LOC] , said Peter Smith .");
    let shown = |w: &Window| w.app().annotate.as_ref().map(|a| a.shown.clone());
    for (query, expected) in [
        ("source:model", vec![0]),
        ("source:person", vec![]),
        ("source:starter score>0.5", vec![0]),
        ("score<0.01", vec![]),
        ("has:suggestion", vec![]),
    ] {
        w.type_text("Search", query);
        assert_eq!(shown(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    w.key(NONE, Escape);
    for _ in 0..3 {
        w.key(CTRL, Z);
    }
    assert_eq!(found(&w), Some(3), "each is undone");
    // A person's own label decides what was suggested there, too.
    w.keys(&[Escape, End, Num1]);
    w.keys(&[Escape, ArrowRight, ArrowRight, ArrowRight, Num2]);
    assert_eq!(found(&w), Some(2));
    assert!(w.shows("you") && w.shows("import"));
}

#[test]
fn suggestions_outlive_the_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let w = suggested(folder.path(), "Germany beat France in Paris .");
    let mut w = w;
    w.keys(&[A]);
    w.until("it is on disk", Window::is_durable);
    let data = w.data.clone();
    let all = |w: &Window| {
        let app = w.app();
        let a = app.annotate.as_ref().expect("a dataset");
        let d = a.corpus.document(0);
        let origins = |spans: &[tagwright::corpus::Span]| spans.iter().map(|s| (*s, s.origin)).collect::<Vec<_>>();
        (origins(&d.spans), origins(&d.suggestions), a.corpus.agents.clone())
    };
    let before = all(&w);
    assert!(!before.0.is_empty() && !before.1.is_empty() && before.2 == ["Starter"]);
    drop(w);
    let mut w = Window::with(data, &[&folder.path().join("text.conll")], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().annotate.is_some());
    assert_eq!(all(&w), before);
    w.ask(Command::AcceptAbove);
    w.ask(Command::DropSuggestions);
    assert_eq!(all(&w).1, []);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    assert_eq!(marked(&w), "Germany beat France in Paris .");
}

#[test]
fn keys_are_changed_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let look_for = |w: &mut Window, command: &str| {
        w.key(CTRL, Key::Comma);
        // It finds its place in the middle.
        w.step();
        w.type_text("Command", command);
    };
    look_for(&mut w, "flag");
    w.press("Change: Flag the sentence");
    w.key(NONE, Key::D);
    assert!(w.shows_part("D is taken") && w.shows_part("Done, go on to the next"));
    w.press("Change: Flag the sentence");
    w.key(NONE, Key::W);
    w.press("Close");
    w.keys(&[Key::W]);
    assert!(w.shows("flagged"));
    w.keys(&[Key::F]);
    assert!(w.shows("flagged"), "the old key does nothing");
    w.until("it is on disk", Window::is_durable);
    let mut w = w.reopened(&folder.path().join("text.conll"));
    w.keys(&[Key::W]);
    assert!(!w.shows("flagged"));
    look_for(&mut w, "flag");
    w.press("As before: Flag the sentence");
    w.choose("Keys as in", "doccano");
    w.press("Close");
    w.keys(&[ArrowRight]);
    assert_eq!(w.app().annotate.as_ref().map(|a| a.current), Some(1), "arrows go from text to text");
}

#[test]
fn a_part_of_a_word_is_labelled_where_the_file_can_hold_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("texts.jsonl");
    std::fs::write(&file, "{\"text\": \"Die Kundennummer2785 fehlt\", \"label\": [[4, 10, \"ID\"]]}\n")
        .expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().annotate.is_some());
    // As a drag with Alt does, a little too far.
    w.ask(Command::SelectPart(16, 21));
    w.keys(&[Num1]);
    let spans = |w: &Window| {
        let app = w.app();
        let d = app.annotate.as_ref().expect("a dataset").corpus.document(0).clone();
        d.spans.iter().map(|s| d.text[s.start as usize..s.end as usize].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(spans(&w), ["Kunden", "2785"], "space is left out");
    w.key(CTRL, Key::S);
    w.until("it is saved", |_| {
        std::fs::read_to_string(&file)
            .is_ok_and(|text| text.contains("[16,20,\"ID\"]") || text.contains("[16, 20, \"ID\"]"))
    });
    w.click("Remove Kunden");
    assert_eq!(spans(&w), ["2785"]);
    // By keys: of “2785” one character more, and two fewer.
    w.key(CTRL, ArrowRight);
    w.keys(&[Key::Comma, Key::Comma, Num1]);
    assert_eq!(spans(&w), ["27"]);
    w.keys(&[Key::Period, Num1]);
    assert_eq!(spans(&w), ["278"]);
    // Columns hold whole words only.
    let mut w = window(folder.path(), "Ada met Zoë");
    w.ask(Command::SelectPart(0, 2));
    assert!(w.shows_part("Parts of words cannot be labelled here"));
    w.ask(Command::SelectPart(0, 4));
    w.keys(&[Num1]);
    assert_eq!(marked(&w), "[Ada PER] met Zoë");
}

#[test]
fn spans_overlap_where_that_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[University of Oslo ORG] opens");
    w.ask(Command::Do(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[ArrowRight, ArrowRight, ArrowRight, Num3]);
    let spans = |w: &Window| w.app().annotate.as_ref().map(|a| a.corpus.document(0).spans.len());
    assert_eq!(spans(&w), Some(5));
    w.keys(&[Num1]);
    assert_eq!(spans(&w), Some(5), "the same words get another label");
    w.keys(&[Backspace]);
    assert_eq!(marked(&w), "[University of Oslo ORG] opens");
    w.ask(Command::Do(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[Num3]);
    assert_eq!(marked(&w), "[University of Oslo ORG] opens", "refused again");
}

#[test]
fn all_that_are_sure_are_accepted_over_one_span() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = suggested(folder.path(), "[Germany beat France in Paris PER] , said Peter Smith .");
    let found = |w: &Window| w.app().annotate.as_ref().map_or(0, |a| a.suggestions().len());
    assert!(found(&w) >= 3);
    w.ask(Command::SuggestAbove(50));
    w.ask(Command::AcceptAbove);
    let after = "[Germany LOC] beat [France LOC] in [Paris LOC] , said [Peter Smith PER] .";
    assert_eq!((marked(&w).as_str(), found(&w)), (after, 0));
    w.key(CTRL, Z);
    assert_eq!(marked(&w), "[Germany beat France in Paris PER] , said Peter Smith .");
    assert!(found(&w) >= 3);
}

#[test]
fn a_longer_name_is_not_cut_by_its_part() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Norway lent the [Bank of Norway ORG] to Norway");
    w.keys(&[ArrowRight, E]);
    let ticked = w.app().matching.as_ref().map(|m| m.hits.iter().map(|h| h.ticked).collect::<Vec<_>>());
    assert_eq!(ticked, Some(vec![true, false, true]));
    w.keys(&[Escape, Escape, Home, Num3, R, R]);
    assert_eq!(marked(&w), "[Norway LOC] lent the [Bank of Norway ORG] to [Norway LOC]");
}

#[test]
fn letters_with_shift_are_labels_and_nothing_else() {
    check("Ada met", &[(SHIFT, Key::D), (SHIFT, X), (SHIFT, Key::F)], "Ada met");
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met");
    w.key(SHIFT, Key::D);
    w.key(SHIFT, Key::F);
    assert_eq!(w.app().annotate.as_ref().map(|a| (a.done, a.flagged, a.current)), Some((0, 0, 0)));
    // With the pieces shown there is no list of labels, and the keys go on.
    w.keys(&[Key::P, ArrowRight, L, Key::P, Num1]);
    assert_eq!(marked(&w), "[Ada PER] met");
}
