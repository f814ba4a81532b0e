//! Text without spaces between words: lines, the unit of the selection, and words of the dictionary.

use crate::support::window::Window;
use egui::{Key, Modifiers, Pos2, Rect, Theme};
use egui_kittest::kittest::Queryable as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tagwright::app::Command;
use tagwright::app::page_commands::ViewCommand;
use tagwright::corpus::LabelId;
use tagwright::project::SelectionUnit;

const CHINESE: &str =
    "昨天下午，海岸博物馆的馆长郭晓岚在青石镇向记者展示了一座十九世纪的铜制灯塔模型（共四件），供人免费参观。";
const JAPANESE: &str =
    "昨日の午後、海岸博物館の館長である高瀬真理子は、灯台の模型を記者に見せ、「ハーバー汽船」の日誌を紹介した。";
const THAI: &str =
    "บ่ายวันพุธผู้อำนวยการพิพิธภัณฑ์ชายฝั่งแสดงแบบจำลองประภาคารให้ผู้สื่อข่าวดูที่เมืองหินเขียวและประกาศว่าบริษัทเรือกลไฟแม่น้ำแดงจะมอบบันทึกทั้งหมด";
const LONG: &str = "https://example.org/collections/lighthouse/nineteenth-century/models?sort=date&page=12#letters_of_the_lighthouse_keepers_of_the_northern_coast";

/// Writes a file with one document and the label LOC.
fn file(folder: &Path, text: &str) -> PathBuf {
    let at = folder.join("text.jsonl");
    let record = |text: &str, label: serde_json::Value| serde_json::json!({"text": text, "label": label}).to_string();
    let other = record("Oslo", serde_json::json!([[0, 4, "LOC"]]));
    std::fs::write(&at, format!("{}\n{other}\n", record(text, serde_json::json!([])))).expect("a file");
    at
}

fn window(folder: &Path, text: &str, width: f32) -> Window {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[&file(folder, text)], [width, 900.0], Theme::Light);
    w.until("the file is open", |w| w.app().session.is_some());
    w
}

/// Returns the rectangles of the tokens of the current sentence.
fn token_rects(w: &Window) -> Vec<Rect> {
    let canvas = w.harness.get_by_role(egui::Role::Document).rect();
    let options = w.harness.query_all_by_role(egui::Role::ListBoxOption).map(|node| node.rect());
    // Rows of the sentence list are options too.
    options.filter(|rect| rect.left() > canvas.left()).collect()
}

/// Returns the selected text.
fn selected(w: &Window) -> String {
    let app = w.app();
    let session = app.session.as_ref().expect("a dataset");
    let at = session.selection_as_span(LabelId::default()).expect("a selection");
    session.corpus().document(0).text[at.start as usize..at.end as usize].to_owned()
}

/// Returns the labeled texts of the first document.
fn labeled(w: &Window) -> Vec<String> {
    let app = w.app();
    let document = app.session.as_ref().expect("a dataset").corpus().document(0);
    document.spans.iter().map(|s| document.text[s.start as usize..s.end as usize].to_owned()).collect()
}

#[test]
fn lines_stay_inside_the_canvas() {
    for text in [CHINESE, JAPANESE, THAI, LONG, "我"] {
        for width in [800.0, 1000.0, 1023.0, 1440.0] {
            let folder = tempfile::tempdir().expect("a folder");
            let w = window(folder.path(), text, width);
            let canvas = w.harness.get_by_role(egui::Role::Document).rect();
            let rects = token_rects(&w);
            assert!(!rects.is_empty(), "{text}");
            let limit = canvas.with_max_x(canvas.right() + 0.5);
            assert!(rects.iter().all(|rect| limit.contains_rect(*rect)), "{text} at {width}: {canvas:?} {rects:?}");
            let n_lines = rects.iter().map(|rect| rect.top() as i64).collect::<std::collections::BTreeSet<_>>().len();
            assert!(text == "我" || text == LONG || n_lines > 1, "{text} at {width}: one line");
        }
    }
}

#[test]
fn new_span_moves_nothing_before_it() {
    for text in [CHINESE, JAPANESE, THAI] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut w = window(folder.path(), text, 1000.0);
        let before = token_rects(&w);
        for token in [0, 4, 9, 15, before.len() - 1] {
            w.ask(Command::View(ViewCommand::Select(token, token)));
            w.key(Modifiers::NONE, Key::Num1);
            // The first word of a line extends into the margin, so the letters do not move.
            assert_eq!(token_rects(&w)[..token], before[..token], "{text}: a span at {token}");
            w.key(Modifiers::COMMAND, Key::Z);
        }
    }
}

#[test]
fn keys_extend_by_character_or_word() {
    let check = |text: &str, unit: SelectionUnit, modifiers: Modifiers, key: Key, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut w = window(folder.path(), text, 1440.0);
        w.ask(Command::View(ViewCommand::SetSelectionUnit(unit)));
        w.key(Modifiers::NONE, if key == Key::ArrowLeft { Key::ArrowLeft } else { Key::ArrowRight });
        let mut found = vec![selected(&w)];
        for _ in 1..expected.len() {
            w.key(modifiers, key);
            found.push(selected(&w));
        }
        assert_eq!(found, expected, "{text}, {unit:?}");
    };
    use Key::{ArrowLeft, ArrowRight};
    use SelectionUnit::{Character, Word};
    let by_word = Modifiers::COMMAND | Modifiers::SHIFT;
    check("北京大学的", Character, Modifiers::SHIFT, ArrowRight, &["北", "北京", "北京大"]);
    check("北京大学的", Character, by_word, ArrowRight, &["北", "北京", "北京大学", "北京大学的", "北京大学的"]);
    check("北京大学的", Word, Modifiers::SHIFT, ArrowRight, &["北京", "北京大学"]);
    check("北京大学的", Word, Modifiers::NONE, ArrowRight, &["北京", "大学", "的", "的"]);
    check("我住在北京", Word, Modifiers::SHIFT, ArrowLeft, &["北京", "住在北京", "我住在北京"]);
    check("我住在北京", Word, Modifiers::NONE, ArrowLeft, &["北京", "住在", "我", "我"]);
    check("วันพุธผู้", Character, Modifiers::SHIFT, ArrowRight, &["วัน", "วันพุ", "วันพุธ", "วันพุธผู้"]);
    check("วันพุธผู้", Character, by_word, ArrowRight, &["วัน", "วันพุธ"]);
    check("วันพุธผู้", Word, Modifiers::SHIFT, ArrowRight, &["วัน", "วันพุธ"]);
    check("see Oslo now", Word, Modifiers::SHIFT, ArrowRight, &["see", "see Oslo"]);
    check("see Oslo now", Character, by_word, ArrowRight, &["see", "see Oslo"]);
}

#[test]
fn keys_shrink_and_extend_to_the_left() {
    let check = |text: &str, unit: SelectionUnit, start: (usize, usize), key: Key, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut w = window(folder.path(), text, 1440.0);
        w.ask(Command::View(ViewCommand::SetSelectionUnit(unit)));
        w.ask(Command::View(ViewCommand::Select(start.0, start.1)));
        for expected in expected {
            w.key(Modifiers::SHIFT, key);
            assert_eq!(selected(&w), *expected, "{text}, {unit:?}");
        }
    };
    use SelectionUnit::{Character, Word};
    check("北京大学", Word, (0, 3), Key::ArrowLeft, &["北京", "北"]);
    check("北京大学", Word, (3, 0), Key::ArrowRight, &["大学", "学"]);
    check("วันพุธ", Character, (0, 1), Key::ArrowLeft, &["วันพุ", "วัน", "วั", "วั"]);
    check("วันพุธ", Character, (1, 1), Key::ArrowLeft, &["พุ", "นพุ", "วันพุ"]);
}

#[test]
fn drag_selects_characters_or_words() {
    let check = |text: &str, unit: SelectionUnit, (from, to): (usize, usize), expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut w = window(folder.path(), text, 1440.0);
        w.ask(Command::View(ViewCommand::SetSelectionUnit(unit)));
        let rects = token_rects(&w);
        // From just inside the first token to just inside the last one.
        let at = |rect: Rect, x: f32| Pos2::new(x, rect.center().y);
        w.drag(at(rects[from], rects[from].left() + 2.0), at(rects[to], rects[to].right() - 2.0));
        assert_eq!(selected(&w), expected, "{text}, {unit:?}");
        w.click("LOC");
        assert_eq!(labeled(&w), [expected]);
    };
    check("他住在北京大学", SelectionUnit::Character, (4, 5), "京大");
    check("他住在北京大学", SelectionUnit::Word, (4, 5), "北京大学");
    check("วันพุธผู้สื่อข่าว", SelectionUnit::Character, (0, 1), "วันพุธ");
}

#[test]
fn drag_selects_part_of_a_thai_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), "พิพิธภัณฑ์ชายฝั่ง", 1440.0);
    let rect = token_rects(&w)[0];
    w.drag(Pos2::new(rect.left() + 1.0, rect.center().y), Pos2::new(rect.left() + rect.width() * 0.5, rect.center().y));
    w.click("LOC");
    let labeled = labeled(&w);
    assert!(labeled.len() == 1 && "พิพิธภัณฑ์".starts_with(&labeled[0]) && labeled[0] != "พิพิธภัณฑ์", "{labeled:?}");
}

#[test]
fn double_click_selects_word_of_dictionary() {
    let check = |text: &str, token: usize, expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut w = window(folder.path(), text, 1440.0);
        let at = token_rects(&w)[token].center();
        w.click_at(at);
        w.click_at(at);
        w.step();
        assert_eq!(selected(&w), expected, "{text}");
    };
    check("他住在北京大学", 4, "北京");
    check("私は東京に住んでいます", 3, "東京");
    check("see Oslo now", 1, "Oslo");
}

#[test]
fn selection_unit_is_kept_for_the_dataset() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), CHINESE, 1440.0);
    w.click("Word");
    w.until("the edits are durable", Window::is_durable);
    let w = w.reopened(&folder.path().join("text.jsonl"));
    assert_eq!(w.app().session.as_ref().map(|s| s.selection_unit()), Some(SelectionUnit::Word));
    let folder = tempfile::tempdir().expect("a folder");
    let w = window(folder.path(), "Oslo is cold", 1440.0);
    assert!(!w.shows("Selection moves by"), "text with spaces has no unit");
}

#[test]
fn length_counts_characters_only_without_words() {
    let check = |text: &str, expected: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let w = window(folder.path(), text, 1440.0);
        assert!(w.shows(expected), "{text}: {expected}");
    };
    check("他住在北京", "5 characters");
    check("他住在 Oslo", "4 tokens");
    check("I am a", "3 tokens");
}

#[test]
fn caret_is_scrolled_into_view() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut w = window(folder.path(), &CHINESE.replace('。', "，").repeat(30), 800.0);
    let height = w.harness.get_by_role(egui::Role::Document).rect().height();
    assert!(height > 900.0, "the sentence is higher than the window: {height}");
    w.key(Modifiers::NONE, Key::End);
    w.step();
    let text = w.harness.get_by_role(egui::Role::Document).rect();
    assert!(text.bottom() < 900.0 && text.top() < 0.0, "the end is visible: {text:?}");
}
