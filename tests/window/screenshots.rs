//! The pictures of `screenshots/`: each page in both themes at one and at two pixels a point, from the real program on its own sample.
//!
//! `TAGWRIGHT_SCREENSHOTS=1 cargo test --release screenshots` draws them again (a software GPU will do);
//! `mogrify -alpha off +dither -colors 256 screenshots/*.png` takes two thirds of their size, which no eye sees.

use crate::support::window::Window;
use egui::{Key, Modifiers, Theme};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tagwright::app::data_page::Tab;
use tagwright::app::train_page::RunState;
use tagwright::app::{Action, Command};
use tagwright::corpus::LabelId;

const TEXT: &str = "Marta Lindqvist joined the Harbour Line in Copenhagen on 3 March 2025, after eleven years of building bridges for Skanska. Her first job was to explain to the council of Esbjerg why forty turbines would not frighten the herring.\n\n“They asked good questions,” she told the Jutland Evening Post. “One captain wanted to know whether a Danish wind blows differently from a Dutch one. I said I would ask in Hornsea.”\n\nThe board voted on Thursday. Anders Bech, its chairman for nine years, abstained: his brother-in-law sells cable to Siemens, and the town of Esbjerg is small.";

fn file(name: &str, theme: Theme) -> PathBuf {
    let theme = if theme == Theme::Dark { "dark" } else { "light" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(format!("{name}-{theme}.png"))
}

#[test]
fn screenshots() {
    if std::env::var_os("TAGWRIGHT_SCREENSHOTS").is_none() {
        println!("skipped: set TAGWRIGHT_SCREENSHOTS=1 to draw the pictures again");
        return;
    }
    std::fs::create_dir_all(Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots")).expect("a folder");
    for theme in [Theme::Dark, Theme::Light] {
        pages(theme);
        import(theme);
        editor(theme);
        scripts(theme);
        small(theme);
    }
}

/// A dataset of three files with wrong lines, looked at before it is taken.
fn import(theme: Theme) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("harbour");
    std::fs::create_dir_all(&at).expect("a folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    for name in ["train.conll", "dev.conll", "test.conll"] {
        std::fs::copy(sample.join(name), at.join(name)).expect("a file");
    }
    let train = std::fs::read_to_string(at.join("train.conll")).expect("a file");
    let train = format!("# exported from the archive of the harbour\n{train}\nhome\nOslo WRONG\n");
    std::fs::write(at.join("train.conll"), train).expect("a file");
    std::fs::write(at.join("more.conll"), "Oslo B-LOC\n").expect("a file");
    let mut w = Window::with(Rc::new(tempfile::tempdir().expect("a folder")), &[], [1440.0, 900.0], theme);
    w.answer(&at);
    w.press("Open folder...");
    w.until("it is looked at", |w| w.app().importing.is_some());
    w.picture(&file("import", theme));
}

/// Suggestions, the list of labels, all matches, history, settings, and the Data room.
fn editor(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], theme);
    w.open_sample();
    w.keys(&[Key::D, Key::D, Key::F, Key::ArrowDown, Key::D]);
    w.ask(Command::Do(Action::Suggest));
    w.until("the suggestions are here", |w| w.app().suggesting.progress.is_none());
    close_notices(&mut w);
    w.keys(&[Key::Space, Key::Space]);
    w.picture(&file("annotate-suggestions", theme));
    w.ask(Command::Sentence(0));
    w.ask(Command::Select(18, 19));
    w.keys(&[Key::L]);
    w.picture(&file("annotate-labels", theme));
    w.keys(&[Key::Escape]);
    w.ask(Command::Select(18, 19));
    w.keys(&[Key::E]);
    w.step();
    w.picture(&file("matches", theme));
    w.keys(&[Key::Escape]);
    document(&mut w, theme);
    w.key(Modifiers::COMMAND, Key::H);
    w.step();
    w.picture(&file("history", theme));
    w.keys(&[Key::Escape]);
    w.key(Modifiers::COMMAND, Key::Comma);
    w.step();
    w.picture(&file("settings", theme));
    w.keys(&[Key::Escape]);
    w.go_to("Data");
    w.until("it is counted", |w| w.app().surveying.survey.is_some());
    w.picture(&file("data", theme));
    wrong(&mut w);
    w.go_to("Data");
    w.until("it is counted again", |w| {
        let app = w.app();
        let revision = app.annotate.as_ref().map(|a| a.revision);
        app.surveying.survey.as_ref().map(|(of, _)| *of) == revision
    });
    w.ask(Command::SurveyTab(Tab::Checks));
    w.picture(&file("data-checks", theme));
    // Another person's labelling of the same dev split: every seventh span is missing.
    let dev = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/dev.conll");
    let mut count = 0;
    let mut other = |line: &str| {
        count += usize::from(line.contains(" B-"));
        if count % 7 == 0 {
            line.split(' ').next().unwrap_or("").to_owned() + if line.is_empty() { "" } else { " O" }
        } else {
            line.to_owned()
        }
    };
    let text: String = std::fs::read_to_string(&dev).expect("a file").lines().map(|l| other(l) + "\n").collect();
    let at = data.path().join("second-reader.conll");
    std::fs::write(&at, text).expect("a file");
    w.answer(&at);
    w.ask(Command::Do(Action::Compare));
    w.until("it is compared", |w| w.app().surveying.comparison.is_some());
    w.keys(&[Key::ArrowLeft, Key::ArrowLeft]);
    w.picture(&file("data-compare", theme));
}

/// Takes away what the program told in passing.
fn close_notices(w: &mut Window) {
    let keys: Vec<u64> = w.app().notices.shown().iter().map(|n| n.key).collect();
    keys.into_iter().for_each(|key| w.ask(Command::CloseNotice(key)));
}

/// A hand that slips: a sign taken along, another label than elsewhere, a name left out.
fn wrong(w: &mut Window) {
    w.go_to("Annotate");
    let mut slip = |sentence: usize, words: (usize, usize), label: Option<u16>| {
        w.ask(Command::Sentence(sentence));
        w.ask(Command::Select(words.0, words.1));
        w.ask(label.map_or(Command::Do(Action::ClearLabel), |l| Command::Label(LabelId::new(l))));
    };
    slip(0, (8, 9), Some(4));
    slip(3, (1, 2), Some(2));
    slip(5, (13, 13), None);
    slip(8, (6, 6), Some(0));
}

/// A comment on words, and labels of the whole document.
fn document(w: &mut Window, theme: Theme) {
    w.ask(Command::Sentence(6));
    w.ask(Command::Select(5, 7));
    let at = w.app().annotate.as_ref().and_then(|a| a.selected_text(LabelId::default())).expect("a selection");
    let id = w.app().annotate.as_ref().map(|a| a.current_id()).expect("a sentence");
    w.ask(Command::Remark(id, at.start, at.end, "the company or its council?".into()));
    w.ask(Command::Class("town council".into()));
    w.ask(Command::Class("shipping".into()));
    close_notices(w);
    w.ask(Command::Do(Action::ChooseDocLabel));
    w.step();
    w.picture(&file("annotate-document", theme));
    w.ask(Command::ChooseNone);
}

/// Overlapping spans, parts of words, and other scripts.
fn scripts(theme: Theme) {
    let folder = tempfile::tempdir().expect("a folder");
    let record = |text: &str, spans: &[(&str, &str)]| {
        let at = |part: &str| text[..text.find(part).expect("a part")].chars().count();
        let spans: Vec<_> =
            spans.iter().map(|(part, l)| serde_json::json!([at(part), at(part) + part.chars().count(), l])).collect();
        serde_json::json!({"text": text, "label": spans}).to_string() + "\n"
    };
    let university = "The University of California in Los Angeles asked the Bank of England for Kundennummer2785708.";
    let spans = [
        ("University of California in Los Angeles", "ORG"),
        ("California", "LOC"),
        ("Los Angeles", "LOC"),
        ("Bank of England", "ORG"),
        ("England", "LOC"),
        ("2785708", "ID"),
    ];
    let all = [
        record("وصل محمد إلى مدينة القاهرة يوم الثلاثاء.", &[("محمد", "PER"), ("القاهرة", "LOC")]),
        record("习近平在北京会见了山田太郎。", &[("习近平", "PER"), ("北京", "LOC"), ("山田太郎", "PER")]),
        record(university, &spans),
        record("אמל נסעה לירושלים עם Ada Vance.", &[("אמל", "PER"), ("ירושלים", "LOC"), ("Ada Vance", "PER")]),
        record("दिल्ली में बारिश हुई। 👩‍👩‍👧 été", &[("दिल्ली", "LOC")]),
    ];
    let at = folder.path().join("scripts.jsonl");
    std::fs::write(&at, all.concat()).expect("a file");
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[&at], [1440.0, 900.0], theme);
    w.until("the file is open", |w| w.app().annotate.is_some());
    w.keys(&[Key::G, Key::ArrowDown, Key::ArrowDown]);
    w.ask(Command::SetGuidelines("## What is labelled\n\n- **PER**: people, also fictional ones\n- **ORG**: companies, teams, parties\n- **LOC**: places, also *inside* names\n\n## What is not\n\nTitles: Dr, Mrs\n".into()));
    w.picture(&file("annotate-overlaps", theme));
}

fn pages(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], theme);
    w.step();
    w.picture(&file("welcome", theme));
    w.open_sample();
    w.keys(&[Key::D, Key::D, Key::F, Key::ArrowDown, Key::D, Key::D, Key::D]);
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::ArrowRight]);
    w.key(Modifiers::SHIFT, Key::ArrowRight);
    w.picture(&file("annotate", theme));
    w.keys(&[Key::Escape, Key::P]);
    w.until("the pieces are here", |w| w.app().annotate.as_ref().is_some_and(|a| a.pieces.alignment.is_some()));
    w.picture(&file("annotate-pieces", theme));
    w.keys(&[Key::P]);
    w.key(Modifiers::COMMAND, Key::K);
    w.picture(&file("palette", theme));
    w.keys(&[Key::Escape]);
    w.go_to("Train");
    w.until("the base is checked", |w| w.app().training.facts.is_some());
    w.picture(&file("train-form", theme));
    w.press("Find a rate");
    w.until("it is measured", |w| w.app().training.rates.is_some());
    w.picture(&file("train-rates", theme));
    w.press("Close the learning rates");
    w.click("Take the small-data recipe");
    w.key(Modifiers::COMMAND, Key::Enter);
    w.until("half of the run is done", |w| w.app().training.run.as_ref().is_some_and(|r| r.share() > 0.55));
    w.picture(&file("train", theme));
    w.press("Further settings");
    w.press("Pause");
    w.until("it is on disk", |w| w.app().training.run.as_ref().is_some_and(|r| r.saved == r.last().map(|s| s.step)));
    w.picture(&file("train-paused", theme));
    w.press("Further settings");
    w.press("Go on");
    w.until("the run has ended", |w| {
        matches!(w.app().training.run.as_ref().map(|r| r.state.clone()), Some(RunState::Ended(_)))
    });
    w.picture(&file("train-done", theme));
    w.go_to("Evaluate");
    w.press("Evaluate");
    w.until("it is scored", |w| w.app().scoring.scores.is_some());
    w.picture(&file("evaluate", theme));
    w.go_to("Try");
    w.type_text("Text to read", TEXT);
    w.until("the text is read", |w| w.app().trying.read == TEXT);
    w.picture(&file("try", theme));
}

fn small(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[], [800.0, 600.0], theme);
    w.open_sample();
    w.keys(&[Key::ArrowDown, Key::ArrowDown, Key::ArrowRight]);
    w.picture(&file("annotate-small", theme));
}
