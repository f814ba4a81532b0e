//! Labeling by keys and mouse. A test case has three columns: the sentence before, the keys, and the sentence after.

use super::annotating::{check, render, window};
use crate::support::window::Window;
use egui::Key::{
    A, ArrowLeft, ArrowRight, Backspace, E, End, Enter, Escape, Home, L, M, Num1, Num2, Num3, O, R, S, Space, U, X, Z,
};
use egui::{Key, Modifiers};
use tagwright::app::dialogs::{Dialog, MatchDialog};
use tagwright::app::page_commands::{LabelCommand, MatchCommand, SuggestionCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::{LabelId, Origin};

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL: Modifiers = Modifiers::COMMAND;
const NONE: Modifiers = Modifiers::NONE;

fn match_dialog(w: &Window) -> Option<MatchDialog> {
    match w.dialog()? {
        Dialog::Matches(dialog) => Some(dialog),
        _ => None,
    }
}

#[test]
fn selection_moves_by_word_span_and_to_ends() {
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
        "[Ada met ORG] [Zoë PER]",
    );
    check("Ada met", &[(CTRL, ArrowRight), (NONE, Num2)], "Ada met");
}

#[test]
fn spans_extend_shrink_split_and_merge() {
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
    // Without a selection, the keys do nothing.
    check("[Ada PER] met", &[(ALT, ArrowRight), (NONE, S), (NONE, M)], "[Ada PER] met");
}

#[test]
fn labels_are_applied_by_letter_and_from_picker() {
    let right = (NONE, ArrowRight);
    check("Ada met", &[right, (SHIFT, O)], "[Ada ORG] met");
    check("Ada met", &[(SHIFT, O)], "Ada met");
    check("Ada met", &[right, (NONE, L), (NONE, Enter)], "[Ada PER] met");
    check("Ada met", &[right, (NONE, L), (NONE, Key::ArrowDown), (NONE, Enter)], "[Ada ORG] met");
    check("Ada met", &[right, (NONE, L), (NONE, Escape), (NONE, Num2)], "[Ada ORG] met");
    check("[Ada PER] met", &[right, (NONE, L), (NONE, Backspace)], "Ada met");
    // The picker lists the most recent label first.
    check("Ada met", &[right, (NONE, Num3), right, (NONE, L), (NONE, Enter)], "[Ada LOC] [met LOC]");
}

#[test]
fn partially_overlapping_label_is_rejected_with_reason() {
    let right = (NONE, ArrowRight);
    let york = "at [New York University ORG] is";
    check(york, &[right, right, right, (NONE, Num1)], york);
    check(york, &[right, right, (SHIFT, ArrowLeft), (NONE, Num1)], york);
    // A new span replaces covered spans and overlapping spans of the same label.
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
    assert!(w.shows_part("“New York University” is already ORG"));
    // A new label is rejected, too.
    w.ask(Command::Labels(LabelCommand::LabelSelectionWithNew("CITY".into())));
    assert_eq!(render(&w), york);
    w.ask(Command::Run(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[Num1]);
    let spans = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().document(0).to_token_spans(0).len());
    assert_eq!(spans(&w), Some(2), "overlapping spans are allowed");
}

#[test]
fn range_comments_are_searched_edited_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails to Oslo");
    w.keys(&[ArrowRight, Key::C]);
    w.type_text("Comment on selection", "a bay?");
    w.keys(&[Enter]);
    assert!(w.shows_part("a bay?"));
    w.keys(&[Escape, Key::C]);
    w.type_text("Comment on sentence", "unclear");
    w.keys(&[Enter]);
    let visible = |w: &Window| w.app().session.as_ref().map(|a| a.visible.clone());
    for (query, expected) in [
        ("comment:bay", vec![0]),
        ("comment:unclear", vec![0]),
        ("status:in-progress", vec![0]),
        ("status:to-do", vec![1]),
    ] {
        w.type_text("Search", query);
        assert_eq!(visible(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    w.ask(Command::View(ViewCommand::GoToSentence(0)));
    w.press("Comment: a bay?");
    w.type_text("Comment on selection", "");
    w.keys(&[Enter]);
    assert!(!w.shows_part("a bay?"), "an empty text removes the comment");
    w.key(CTRL, Z);
    assert!(w.shows_part("a bay?"));
}

#[test]
fn document_labels_are_set_and_durable() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë sails");
    let classes = |w: &Window| {
        let app = w.app();
        let a = app.session.as_ref().expect("a dataset");
        a.corpus().doc_label_names(a.corpus().document(0)).cloned().collect::<Vec<_>>()
    };
    let add = |w: &mut Window, text: &str| {
        w.harness.event(egui::Event::Text(text.to_owned()));
        w.step();
        w.keys(&[Enter]);
    };
    w.keys(&[Key::T]);
    add(&mut w, "town news");
    add(&mut w, "sea");
    assert_eq!(classes(&w), ["town news", "sea"]);
    assert!(w.shows_part("cannot store document labels"), "a CoNLL file has no document labels");
    // A number toggles a label.
    w.harness.event(egui::Event::Text("1".to_owned()));
    w.step();
    w.step();
    assert_eq!(classes(&w), ["sea"]);
    w.keys(&[Escape]);
    w.type_text("Search", "class:sea");
    assert_eq!(w.app().session.as_ref().map(|a| a.visible.len()), Some(2), "both sentences of the document");
    w.type_text("Search", "");
    w.key(NONE, Escape);
    w.key(CTRL, Z);
    assert_eq!(classes(&w), ["town news", "sea"]);
    w.until("the edits are durable", Window::is_durable);
    let w = w.reopened(&folder.path().join("text.conll"));
    assert_eq!(classes(&w), ["town news", "sea"]);
}

#[test]
fn picker_adds_substring_of_existing_label_and_closes_for_palette() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Zoë sails");
    w.ask(Command::Labels(LabelCommand::ToggleDocLabel("non-spam".into())));
    w.keys(&[Key::T]);
    w.harness.event(egui::Event::Text("spam".to_owned()));
    w.step();
    w.keys(&[Key::ArrowDown, Enter]);
    let classes = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().doc_labels.clone());
    assert_eq!(classes(&w), Some(vec!["non-spam".to_owned(), "spam".to_owned()]));
    w.key(CTRL, Key::K);
    w.step();
    assert!(
        matches!(w.dialog(), Some(Dialog::Palette))
            && w.app().session.as_ref().is_some_and(|a| a.label_picker.is_none())
    );
}

#[test]
fn comment_prompt_keeps_its_sentence_after_undo() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.jsonl");
    std::fs::write(
        &file,
        "{\"text\":\"Oslo\",\"label\":[[0,4,\"LOC\"]]}\n{\"text\":\"A much longer text of the second\"}\n",
    )
    .expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.keys(&[ArrowRight, Backspace]);
    w.keys(&[Enter, End, Key::C]);
    w.key(CTRL, Z);
    w.type_text("Comment on selection", "which?");
    w.keys(&[Enter]);
    let n_comments = |w: &Window, document: u32| {
        let id = tagwright::corpus::SentenceId { document, sentence: 0 };
        w.app().session.as_ref().map(|a| a.corpus().review(id).range_comments.len())
    };
    assert_eq!((n_comments(&w, 0), n_comments(&w, 1)), (Some(0), Some(1)));
}

#[test]
fn labels_have_custom_letters_and_groups() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Zoë PER] sails to [Oslo LOC.city] and [Fana LOC.bay]");
    w.ask(Command::Labels(LabelCommand::SetLabelShortcut(LabelId::new(2), Some('Q'))));
    w.keys(&[ArrowRight]);
    w.key(SHIFT, Key::Q);
    let label = |w: &Window| {
        let app = w.app();
        let a = app.session.as_ref().expect("a dataset");
        a.corpus().labels.name(a.corpus().document(0).spans[0].label).to_owned()
    };
    let third = w.app().session.as_ref().map(|a| a.corpus().labels.name(LabelId::new(2)).to_owned()).expect("a label");
    assert_eq!(label(&w), third);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    w.key(SHIFT, Key::Q);
    assert_eq!(label(&w), "PER", "undo also removes the letter");
    w.keys(&[L]);
    w.step();
    assert!(w.shows("LOC") && w.shows("LOC.city"), "a heading and the labels of its group");
}

#[test]
fn label_picker_accepts_letters_numbers_and_new_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let pick = |w: &mut Window, text: &str, enter: bool| {
        w.keys(&[ArrowRight, L]);
        w.harness.event(egui::Event::Text(text.to_owned()));
        w.step();
        if enter {
            w.keys(&[Enter]);
        }
    };
    pick(&mut w, "lo", true);
    assert_eq!(render(&w), "[Ada LOC] met Zoë");
    pick(&mut w, "2", false);
    assert_eq!(render(&w), "[Ada LOC] [met ORG] Zoë");
    pick(&mut w, "ROBOT", true);
    assert_eq!(render(&w), "[Ada LOC] [met ORG] [Zoë ROBOT]");
    w.key(CTRL, Z);
    let labels = w.app().session.as_ref().map(|a| a.corpus().labels.len());
    assert_eq!((render(&w).as_str(), labels), ("[Ada LOC] [met ORG] Zoë", Some(3)), "one undo step");
}

/// Drags from one word to another, by accessible labels.
fn drag_over(w: &mut Window, from: &str, to: &str) {
    let (from, to) = (w.harness_rect(from).center(), w.harness_rect(to).center());
    w.drag(from, to);
}

#[test]
fn drag_opens_picker_unless_label_is_active() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada Vance met Zoë");
    drag_over(&mut w, "Ada, O", "Vance, O");
    w.choose_row("ORG");
    assert_eq!(render(&w), "[Ada Vance ORG] met Zoë");
    w.keys(&[Escape]);
    w.press("PER");
    drag_over(&mut w, "met, O", "Zoë, O");
    assert_eq!(render(&w), "[Ada Vance ORG] [met Zoë PER]");
}

#[test]
fn mouse_labels_words_of_neighboring_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada Vance met Zoë");
    w.press("PER");
    let neighbor = w.harness_rect("Go to sentence train-0001");
    let from = neighbor.left_top() + egui::vec2(76.0, 12.0);
    w.drag(from, from + egui::vec2(400.0, 0.0));
    let spans = |w: &Window| {
        let app = w.app();
        let a = app.session.as_ref().expect("a dataset");
        (a.current, a.corpus().document(0).to_token_spans(1).iter().map(|s| (s.start, s.end)).collect::<Vec<_>>())
    };
    assert_eq!(spans(&w), (1, vec![(0, 3)]));
    // A double click labels a word, although the first click moves the text.
    w.press("Go to sentence train-0000");
    let at = w.harness_rect("Go to sentence train-0001").left_top() + egui::vec2(76.0, 12.0);
    // Frames of the harness are a quarter of a second apart.
    w.harness.ctx.options_mut(|o| o.input_options.max_double_click_delay = 2.0);
    (0..20).for_each(|_| w.step());
    w.click_at(at);
    w.step();
    w.click_at(at);
    w.step();
    assert_eq!(spans(&w), (1, vec![(0, 1)]));
    // A single click only selects the sentence.
    w.press("Go to sentence train-0000");
    assert_eq!((spans(&w).0, render(&w).as_str()), (0, "Ada Vance met Zoë"));
}

#[test]
fn keys_of_one_frame_are_handled_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    // A frame of a slow machine has several keys.
    let mut press_in_one_frame = |keys: &[(Key, &str)]| {
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
    press_in_one_frame(&[(ArrowRight, ""), (Num2, "2"), (ArrowRight, ""), (Num3, "3")]);
    press_in_one_frame(&[(Key::C, "c"), (O, "o"), (Key::K, "k"), (Enter, ""), (Key::F, "f")]);
    press_in_one_frame(&[
        (Key::T, "t"),
        (Key::N, "n"),
        (E, "e"),
        (Key::W, "w"),
        (S, "s"),
        (Enter, ""),
        (Escape, ""),
        (End, ""),
    ]);
    press_in_one_frame(&[(L, "l"), (Key::ArrowDown, ""), (Key::ArrowDown, ""), (Enter, "")]);
    let app = w.app();
    let a = app.session.as_ref().expect("a dataset");
    // The picker lists recent labels first: LOC, ORG, PER.
    assert_eq!(render(&w), "[Ada ORG] [met LOC] [Zoë PER]");
    assert_eq!(a.review().range_comments.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(), ["ok"]);
    assert!(a.review().flagged, "keys after Enter are commands");
    assert_eq!((a.corpus().doc_labels.as_slice(), a.selection), (&["news".to_owned()][..], Some((2, 2))));
}

#[test]
fn screen_readers_announce_selection() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Ada PER] met Zoë");
    assert!(w.shows("train-0000: Ada met Zoë"));
    w.keys(&[ArrowRight]);
    assert!(w.shows("Ada, PER, word 1 of 3"));
    w.keys(&[ArrowRight, Num2]);
    assert!(w.shows("met, ORG, word 2 of 3"));
}

#[test]
fn drag_trims_punctuation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "said Ada , Vance .");
    let selected = |w: &Window| w.app().session.as_ref().and_then(|a| a.selection);
    w.press("PER");
    drag_over(&mut w, "Ada, O", ",, O");
    assert_eq!(render(&w), "said [Ada PER] , Vance .");
    drag_over(&mut w, "., O", "Ada, PER");
    assert_eq!((render(&w).as_str(), selected(&w)), ("said [Ada , Vance PER] .", Some((3, 1))));
    w.harness.event(egui::Event::ModifiersChanged(CTRL));
    drag_over(&mut w, "Vance, PER", "., O");
    w.harness.event(egui::Event::ModifiersChanged(NONE));
    assert_eq!(selected(&w), Some((3, 4)), "Ctrl keeps punctuation");
}

#[test]
fn right_click_opens_context_menu() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Ada PER] met [Zoë PER]");
    let at = w.harness_rect("Zoë, PER").center();
    w.click_other_at(at);
    w.step();
    assert_eq!(w.app().session.as_ref().and_then(|a| a.selection), Some((2, 2)));
    w.choose_row("Remove label");
    assert_eq!(render(&w), "[Ada PER] met Zoë");
    w.click_other_at(at);
    w.step();
    assert!(!w.shows("Remove label"), "the word has no label");
    w.choose_row("Choose label…");
    w.choose_row("LOC");
    assert_eq!(render(&w), "[Ada PER] met [Zoë LOC]");
}

#[test]
fn panel_width_survives_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let width = |w: &Window| w.harness_rect("Search").width();
    let default_width = width(&w);
    // Border between the sentence list and the text.
    let edge = egui::pos2(w.harness_rect("Search").right() + 12.0, 500.0);
    w.drag(edge, edge + egui::vec2(80.0, 0.0));
    w.step();
    assert!(width(&w) > default_width + 60.0);
    let mut w = w.reopened(&folder.path().join("text.conll"));
    w.step();
    assert!(width(&w) > default_width + 60.0);
}

#[test]
fn all_matches_are_labeled_in_one_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[Oslo LOC] and Oslo or oslo and Oslo");
    w.keys(&[ArrowRight, E]);
    let hits = |w: &Window| match_dialog(w).map(|m| (m.matches.len(), m.num_checked()));
    assert_eq!(hits(&w), Some((3, 2)), "matches with this label are not selected");
    w.press("Match case");
    assert_eq!(hits(&w), Some((4, 3)));
    w.press("Match case");
    w.ask(Command::Matches(MatchCommand::CheckMatch(Some(2), false)));
    w.keys(&[Enter]);
    assert_eq!(render(&w), "[Oslo LOC] and [Oslo LOC] or oslo and Oslo");
    w.key(CTRL, Z);
    assert_eq!(render(&w), "[Oslo LOC] and Oslo or oslo and Oslo");
    // Label one match after another.
    w.keys(&[Home, Num2, R]);
    assert_eq!(render(&w), "[Oslo ORG] and [Oslo ORG] or oslo and Oslo");
    w.keys(&[R, R]);
    assert_eq!(render(&w), "[Oslo ORG] and [Oslo ORG] or oslo and [Oslo ORG]");
    assert!(w.shows_part("No more matches"));
}

/// Opens a window with suggestions of the starter model for a sentence.
fn with_suggestions(folder: &std::path::Path, text: &str) -> Window {
    let mut w = window(folder, text);
    w.ask(Command::Run(tagwright::app::Action::Suggest));
    // The starter has a label that the file does not have: MISC.
    w.until("the labels are asked for", |w| matches!(w.dialog(), Some(Dialog::LabelMap(_))));
    w.press("Suggest labels");
    w.until("the suggestions are shown", |w| !w.app().requests.is_pending(Slot::Suggestions));
    w
}

#[test]
fn suggestions_are_accepted_rejected_skipped_and_searched() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = with_suggestions(folder.path(), "[Germany LOC] beat France in Paris , said Peter Smith .");
    let n_suggestions = |w: &Window| w.app().session.as_ref().map(|a| a.suggestions().len());
    assert_eq!(n_suggestions(&w), Some(3), "existing labels are not suggested");
    w.keys(&[A]);
    assert_eq!(render(&w), "[Germany LOC] beat [France LOC] in Paris , said Peter Smith .");
    let origin = w.app().session.as_ref().map(|a| a.corpus().document(0).spans[1].origin);
    assert!(matches!(origin, Some(Origin::Suggested { agent: 0, score }) if score > 500), "{origin:?}");
    w.keys(&[Space, X]);
    assert_eq!(n_suggestions(&w), Some(1));
    w.keys(&[U, A]);
    assert_eq!(render(&w), "[Germany LOC] beat [France LOC] in [Paris LOC] , said Peter Smith .");
    let visible = |w: &Window| w.app().session.as_ref().map(|a| a.visible.clone());
    for (query, expected) in [
        ("source:model", vec![0]),
        ("source:human", vec![]),
        ("source:starter score>0.5", vec![0]),
        ("score<0.01", vec![]),
        ("has:suggestion", vec![]),
    ] {
        w.type_text("Search", query);
        assert_eq!(visible(&w), Some(expected), "{query}");
    }
    w.type_text("Search", "");
    w.key(NONE, Escape);
    for _ in 0..3 {
        w.key(CTRL, Z);
    }
    assert_eq!(n_suggestions(&w), Some(3), "each decision can be undone");
    // A label of the user also decides overlapping suggestions.
    w.keys(&[Escape, End, Num1]);
    w.keys(&[Escape, ArrowRight, ArrowRight, ArrowRight, Num2]);
    assert_eq!(n_suggestions(&w), Some(2));
    assert!(w.shows("You") && w.shows("Imported"));
}

#[test]
fn suggestions_survive_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = with_suggestions(folder.path(), "Germany beat France in Paris .");
    w.keys(&[A]);
    w.until("the edits are durable", Window::is_durable);
    let data = w.data.clone();
    let state = |w: &Window| {
        let app = w.app();
        let a = app.session.as_ref().expect("a dataset");
        let d = a.corpus().document(0);
        let origins = |spans: &[tagwright::corpus::Span]| spans.iter().map(|s| (*s, s.origin)).collect::<Vec<_>>();
        (origins(&d.spans), origins(&d.suggestions), a.corpus().agents.clone())
    };
    let before = state(&w);
    assert!(!before.0.is_empty() && !before.1.is_empty() && before.2 == ["Starter"]);
    drop(w);
    let mut w = Window::with(data, &[&folder.path().join("text.conll")], [1440.0, 900.0], egui::Theme::Dark);
    w.until("the file is open", |w| w.app().session.is_some());
    assert_eq!(state(&w), before);
    w.ask(Command::Suggestions(SuggestionCommand::AcceptSuggestionsAboveThreshold));
    w.ask(Command::Suggestions(SuggestionCommand::DiscardSuggestions));
    assert_eq!(state(&w).1, []);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    w.key(CTRL, Z);
    assert_eq!(render(&w), "Germany beat France in Paris .");
}

#[test]
fn changed_shortcuts_survive_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met Zoë");
    let look_for = |w: &mut Window, command: &str| {
        w.key(CTRL, Key::Comma);
        // The first frames center the dialog.
        w.step();
        w.type_text("Command", command);
    };
    look_for(&mut w, "flag");
    w.press("Change shortcut: Toggle flag");
    w.key(NONE, Key::D);
    assert!(w.shows_part("D is already used") && w.shows_part("Mark as done and go to next"));
    w.press("Change shortcut: Toggle flag");
    w.key(NONE, Key::W);
    w.press("Close");
    w.keys(&[Key::W]);
    assert!(w.shows("Flagged"));
    w.keys(&[Key::F]);
    assert!(w.shows("Flagged"), "the old key does nothing");
    w.until("the edits are durable", Window::is_durable);
    let mut w = w.reopened(&folder.path().join("text.conll"));
    w.keys(&[Key::W]);
    assert!(!w.shows("Flagged"));
    look_for(&mut w, "flag");
    w.press("Reset shortcut: Toggle flag");
    w.choose("Keyboard preset", "doccano");
    w.press("Close");
    w.keys(&[ArrowRight]);
    assert_eq!(w.app().session.as_ref().map(|a| a.current), Some(1), "arrow keys move between sentences");
}

#[test]
fn partial_words_are_labeled_if_format_supports_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("texts.jsonl");
    std::fs::write(&file, "{\"text\": \"Die Kundennummer2785 fehlt\", \"label\": [[4, 10, \"ID\"]]}\n")
        .expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    // A drag with Alt selects characters, here with a space at the end.
    w.ask(Command::SelectPart(16, 21));
    w.keys(&[Num1]);
    let spans = |w: &Window| {
        let app = w.app();
        let d = app.session.as_ref().expect("a dataset").corpus().document(0).clone();
        d.spans.iter().map(|s| d.text[s.start as usize..s.end as usize].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(spans(&w), ["Kunden", "2785"], "whitespace is trimmed");
    w.key(CTRL, Key::S);
    w.until("the file is saved", |_| {
        std::fs::read_to_string(&file)
            .is_ok_and(|text| text.contains("[16,20,\"ID\"]") || text.contains("[16, 20, \"ID\"]"))
    });
    w.click("Remove Kunden");
    assert_eq!(spans(&w), ["2785"]);
    // Keys shrink the selection by two characters, then extend it by one.
    w.key(CTRL, ArrowRight);
    w.keys(&[Key::Comma, Key::Comma, Num1]);
    assert_eq!(spans(&w), ["27"]);
    w.keys(&[Key::Period, Num1]);
    assert_eq!(spans(&w), ["278"]);
    // CoNLL files contain labels of whole words only.
    let mut w = window(folder.path(), "Ada met Zoë");
    w.ask(Command::SelectPart(0, 2));
    assert!(w.shows_part("Cannot label part of a word"));
    w.ask(Command::SelectPart(0, 4));
    w.keys(&[Num1]);
    assert_eq!(render(&w), "[Ada PER] met Zoë");
}

#[test]
fn spans_overlap_only_if_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "[University of Oslo ORG] opens");
    w.ask(Command::Run(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[ArrowRight, ArrowRight, ArrowRight, Num3]);
    let spans = |w: &Window| w.app().session.as_ref().map(|a| a.corpus().document(0).spans.len());
    assert_eq!(spans(&w), Some(5));
    w.keys(&[Num1]);
    assert_eq!(spans(&w), Some(5), "a new label replaces the label of the same words");
    w.keys(&[Backspace]);
    assert_eq!(render(&w), "[University of Oslo ORG] opens");
    w.ask(Command::Run(tagwright::app::Action::ToggleOverlaps));
    w.keys(&[Num3]);
    assert_eq!(render(&w), "[University of Oslo ORG] opens", "overlapping spans are rejected again");
}

#[test]
fn confident_suggestions_replace_overlapping_span() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = with_suggestions(folder.path(), "[Germany beat France in Paris PER] , said Peter Smith .");
    let n_suggestions = |w: &Window| w.app().session.as_ref().map_or(0, |a| a.suggestions().len());
    assert!(n_suggestions(&w) >= 3);
    w.ask(Command::Suggestions(SuggestionCommand::SetSuggestionThreshold(50)));
    w.ask(Command::Suggestions(SuggestionCommand::AcceptSuggestionsAboveThreshold));
    let after = "[Germany LOC] beat [France LOC] in [Paris LOC] , said [Peter Smith PER] .";
    assert_eq!((render(&w).as_str(), n_suggestions(&w)), (after, 0));
    w.key(CTRL, Z);
    assert_eq!(render(&w), "[Germany beat France in Paris PER] , said Peter Smith .");
    assert!(n_suggestions(&w) >= 3);
}

#[test]
fn shorter_match_does_not_split_longer_span() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Norway lent the [Bank of Norway ORG] to Norway");
    w.keys(&[ArrowRight, E]);
    let selected = match_dialog(&w).map(|m| m.matches.iter().map(|h| h.is_checked).collect::<Vec<_>>());
    assert_eq!(selected, Some(vec![true, false, true]));
    w.keys(&[Escape, Escape, Home, Num3, R, R]);
    assert_eq!(render(&w), "[Norway LOC] lent the [Bank of Norway ORG] to [Norway LOC]");
}

#[test]
fn shift_letters_only_apply_labels() {
    check("Ada met", &[(SHIFT, Key::D), (SHIFT, X), (SHIFT, Key::F)], "Ada met");
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "Ada met");
    w.key(SHIFT, Key::D);
    w.key(SHIFT, Key::F);
    assert_eq!(w.app().session.as_ref().map(|a| (a.totals().n_done, a.totals().n_flagged, a.current)), Some((0, 0, 0)));
    // The subword view has no label picker, and the following keys are handled.
    w.keys(&[Key::P, ArrowRight, L, Key::P, Num1]);
    assert_eq!(render(&w), "[Ada PER] met");
}

#[test]
fn labels_are_created_from_a_list_merged_and_deleted() {
    let mut w = Window::open(&[]);
    w.step();
    w.open_sample();
    let counts = |w: &Window| -> Vec<(String, usize)> {
        let app = w.app();
        let session = app.session.as_ref().expect("a dataset");
        let counts = session.totals().counts.labels.clone();
        session.corpus().labels.iter().map(|(id, l)| (l.name.clone(), counts[usize::from(id)])).collect()
    };
    let before = counts(&w);
    w.ask(Command::Run(Action::AddLabel));
    w.harness.event(egui::Event::Text("EVENT, PER;LAW EVENT".into()));
    w.step();
    w.press("Create");
    let names: Vec<String> = counts(&w).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["PER", "ORG", "LOC", "MISC", "DATE", "EVENT", "LAW"]);
    w.ask(Command::Run(Action::AddLabel));
    w.press("Privacy");
    w.press("Create");
    assert_eq!(counts(&w).len(), 12, "DATE exists");
    (0..7).for_each(|_| w.key(Modifiers::COMMAND, Key::Z));
    assert_eq!(counts(&w), before);
    // A label with the name of another one is merged into it.
    let [(_, n_orgs), (_, n_misc)] = [before[1].clone(), before[3].clone()];
    w.ask(Command::Labels(LabelCommand::RenameLabel(LabelId::new(3), "ORG".into())));
    assert!(w.shows_part(&format!("MISC merged into ORG: {n_misc} spans")));
    assert_eq!(counts(&w)[1], ("ORG".to_owned(), n_orgs + n_misc));
    w.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(counts(&w), before);
    w.ask(Command::Labels(LabelCommand::DeleteLabel(LabelId::new(4))));
    assert!(w.shows_part(&format!("DATE deleted with {} spans", before[4].1)));
    assert_eq!(counts(&w), before[..4]);
    w.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(counts(&w), before);
}

#[test]
fn long_list_of_labels_scrolls_and_filters() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("many.conll");
    let lines: String = (0..100).map(|i| format!("word{i} B-LABEL-NUMBER-{i:03}\nand O\n\n")).collect();
    std::fs::write(&file, lines).expect("a file");
    let mut w = Window::open(&[&file]);
    w.until("the file is open", |w| w.app().session.is_some());
    w.click("Label filter");
    let rows = || (0..100).map(|i| format!("LABEL-NUMBER-{i:03}"));
    let visible = |w: &Window| rows().filter(|row| w.shows(row) && w.harness_rect(row).bottom() < 900.0).count();
    assert!((8..40).contains(&visible(&w)), "{}", visible(&w));
    w.click_at(w.harness_rect("Search labels").center());
    w.type_text("Search labels", "number-07");
    assert!(w.shows("LABEL-NUMBER-079") && !w.shows("LABEL-NUMBER-050"), "{:?}", w.texts());
    w.choose_row("LABEL-NUMBER-073");
    assert!(w.shows("1 of 100"), "{:?}", w.texts());
}
