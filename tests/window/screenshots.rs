//! Screenshots of the window in both themes, with the sample dataset.
//!
//! `TAGWRIGHT_SCREENSHOTS=DIRECTORY cargo test screenshots` writes all of them, `TAGWRIGHT_SCREENSHOTS=screenshots` the
//! ones of the README. A software GPU is sufficient.

use crate::support::window::Window;
use egui::{Key, Modifiers, Theme};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tagwright::app::dialogs::Dialog;
use tagwright::app::page_commands::{DataCommand, EvaluateCommand, LabelCommand, RunCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::app::{Action, Command};
use tagwright::corpus::{LabelId, Split};
use tagwright::eval::errors::Outcome;
use tagwright::hub::ModelRef;
use tagwright::session::evidence::CaseFilter;
use tagwright::session::results::Tab;
use tagwright::session::run::RunState;

const TEXT: &str = "Marta Lindqvist joined the Harbour Line in Copenhagen on 3 March 2025, after eleven years of building bridges for Skanska. Her first job was to explain to the council of Esbjerg why forty turbines would not frighten the herring.\n\n“They asked good questions,” she told the Jutland Evening Post. “One captain wanted to know whether a Danish wind blows differently from a Dutch one. I said I would ask in Hornsea.”\n\nThe board voted on Thursday. Anders Bech, its chairman for nine years, abstained: his brother-in-law sells cable to Siemens, and the town of Esbjerg is small.";

/// Chinese, Japanese, Thai, and words that are longer than a line.
const UNSPACED: &str = "展览今天开幕。\n周三下午，海岸博物馆的馆长郭晓岚在青石镇向记者展示了一座十九世纪的铜制灯塔模型，并宣布红河轮船联合公司已经同意捐出全部航海日记（共四百卷），供研究人员免费查阅。\n水曜日の午後、海岸博物館の館長である高瀬真理子は、十九世紀の灯台の模型を記者に見せ、「ウエストハーバー汽船」が航海日誌を寄贈すると発表した。\nบ่ายวันพุธ ผู้อำนวยการพิพิธภัณฑ์ชายฝั่งแสดงแบบจำลองประภาคารสมัยศตวรรษที่สิบเก้าให้ผู้สื่อข่าวดูที่เมืองหินเขียว และประกาศว่าบริษัทเรือกลไฟแม่น้ำแดงจะมอบบันทึกการเดินเรือทั้งหมด\nSiehe https://archive.example.org/collections/lighthouse/nineteenth-century/models?sort=date&page=12#letters und Leuchtturmwärterhausbesichtigungsgenehmigungsformularausgabestellenleiterinnenversammlungsprotokoll";

/// States that the README shows.
pub const PUBLISHED: [&str; 9] =
    ["annotate", "annotate-subwords", "annotate-suggestions", "data", "evaluate", "import", "runs", "train", "try"];

/// Returns the output directory, or `None` if no screenshots are requested.
fn directory() -> Option<PathBuf> {
    std::env::var_os("TAGWRIGHT_SCREENSHOTS").map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
}

/// Writes a screenshot with a palette of 256 colors.
fn shoot(w: &mut Window, name: &str, theme: Theme) {
    let Some(directory) = directory() else { return };
    if directory.ends_with("screenshots") && !directory.ends_with("target/screenshots") && !PUBLISHED.contains(&name) {
        return;
    }
    let image = w.screenshot();
    let palette = color_quant::NeuQuant::new(3, 256, image.as_raw());
    let pixels: Vec<u8> = image.pixels().map(|pixel| palette.index_of(&pixel.0) as u8).collect();
    let theme = if theme == Theme::Dark { "dark" } else { "light" };
    let file = std::fs::File::create(directory.join(format!("{name}-{theme}.png"))).expect("a file");
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), image.width(), image.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_compression(png::Compression::High);
    encoder.set_palette(palette.color_map_rgb());
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels)).expect("an image");
}

#[test]
fn screenshots() {
    let Some(directory) = directory() else {
        println!("skipped: set TAGWRIGHT_SCREENSHOTS to a directory to write the screenshots");
        return;
    };
    std::fs::create_dir_all(directory).expect("a directory");
    for theme in [Theme::Dark, Theme::Light] {
        pages(theme);
        import(theme);
        editor(theme);
        scripts(theme);
        unspaced(theme);
        small(theme);
    }
}

/// Two more runs, and the comparison of all of them.
fn several_runs(w: &mut Window, theme: Theme) {
    for (epochs, rate, name) in [("6", "1e-4", "Half the learning rate"), ("8", "5e-5", "")] {
        w.ask(Command::Run(Action::NewRun));
        w.type_text("Epochs, num_train_epochs", epochs);
        w.type_text("Learning rate, learning_rate", rate);
        if !name.is_empty() {
            w.type_text("Name of the run", name);
        }
        w.ask(Command::Run(Action::StartTraining));
        w.until("some epochs are evaluated", |w| w.app().live_run().is_some_and(|run| run.dev.len() >= 5));
        if name.is_empty() {
            w.ask(Command::Run(Action::StopTraining));
        }
        w.until("the run has ended", |w| w.app().active_run().is_none());
    }
    close_notices(w);
    w.ask(Command::Run(Action::ShowAllRuns));
    w.ask(Command::Runs(RunCommand::Show(2)));
    w.until("the runs are compared", |w| w.app().session.as_ref().is_some_and(|s| s.run_difference().is_some()));
    shoot(w, "runs", theme);
}

/// Import preview of a dataset with three files and invalid lines.
fn import(theme: Theme) {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = folder.path().join("harbour");
    std::fs::create_dir_all(&directory).expect("a folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    for name in ["train.conll", "dev.conll", "test.conll"] {
        std::fs::copy(sample.join(name), directory.join(name)).expect("a file");
    }
    let train = std::fs::read_to_string(directory.join("train.conll")).expect("a file");
    let train = format!("# exported from the archive of the harbour\n{train}\nhome\nOslo WRONG\n");
    std::fs::write(directory.join("train.conll"), train).expect("a file");
    std::fs::write(directory.join("more.conll"), "Oslo B-LOC\n").expect("a file");
    let mut w = Window::with(Rc::new(tempfile::tempdir().expect("a folder")), &[], [1440.0, 900.0], theme);
    w.answer(&directory);
    w.press("Open folder…");
    w.until("the preview is loaded", |w| matches!(w.dialog(), Some(Dialog::Import(_))));
    shoot(&mut w, "import", theme);
}

/// Suggestions, label picker, all matches, history, settings, and the Data page.
fn editor(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], theme);
    w.open_sample();
    w.keys(&[Key::D, Key::D, Key::F, Key::ArrowDown, Key::D]);
    w.ask(Command::Run(Action::Suggest));
    w.until("the suggestions are shown", |w| !w.app().requests.is_pending(Slot::Suggestions));
    close_notices(&mut w);
    w.keys(&[Key::Space, Key::Space]);
    shoot(&mut w, "annotate-suggestions", theme);
    w.ask(Command::View(ViewCommand::GoToSentence(0)));
    w.ask(Command::View(ViewCommand::Select(18, 19)));
    w.keys(&[Key::L]);
    shoot(&mut w, "annotate-labels", theme);
    w.keys(&[Key::Escape]);
    w.ask(Command::View(ViewCommand::Select(18, 19)));
    w.keys(&[Key::E]);
    w.step();
    shoot(&mut w, "matches", theme);
    w.keys(&[Key::Escape]);
    document_labels(&mut w, theme);
    w.key(Modifiers::COMMAND, Key::H);
    w.step();
    shoot(&mut w, "history", theme);
    w.keys(&[Key::Escape]);
    w.key(Modifiers::COMMAND, Key::Comma);
    w.step();
    shoot(&mut w, "settings", theme);
    w.keys(&[Key::Escape]);
    w.go_to("Data");
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    shoot(&mut w, "data", theme);
    add_labeling_errors(&mut w);
    w.go_to("Data");
    w.until("the report is updated", |w| {
        let app = w.app();
        let revision = app.session.as_ref().map(|a| a.stamp().revision);
        app.session.as_ref().and_then(|s| s.checks.report()).map(|(of, _)| of.revision) == revision
    });
    w.ask(Command::Data(DataCommand::SetDataTab(Tab::Checks)));
    shoot(&mut w, "data-checks", theme);
    // Annotations of the dev split by another annotator, who missed every seventh span.
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
    w.ask(Command::Run(Action::Compare));
    w.until("the comparison is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.comparison.is_some()));
    w.keys(&[Key::ArrowLeft, Key::ArrowLeft]);
    shoot(&mut w, "data-compare", theme);
}

/// Closes all notices.
fn close_notices(w: &mut Window) {
    let keys: Vec<u64> = w.app().notifications.shown().iter().map(|n| n.key).collect();
    keys.into_iter().for_each(|key| w.ask(Command::CloseNotice(key)));
}

/// Adds labeling errors: punctuation inside a span, an inconsistent label, and a missing label.
fn add_labeling_errors(w: &mut Window) {
    w.go_to("Annotate");
    let mut relabel = |sentence: usize, words: (usize, usize), label: Option<u16>| {
        w.ask(Command::View(ViewCommand::GoToSentence(sentence)));
        w.ask(Command::View(ViewCommand::Select(words.0, words.1)));
        w.ask(
            label.map_or(Command::Run(Action::ClearLabel), |l| Command::Labels(LabelCommand::Label(LabelId::new(l)))),
        );
    };
    relabel(0, (8, 9), Some(4));
    relabel(3, (1, 2), Some(2));
    relabel(5, (13, 13), None);
    relabel(8, (6, 6), Some(0));
}

/// A range comment, and document labels.
fn document_labels(w: &mut Window, theme: Theme) {
    w.ask(Command::View(ViewCommand::GoToSentence(6)));
    w.ask(Command::View(ViewCommand::Select(5, 7)));
    let at = w.app().session.as_ref().and_then(|a| a.selection_as_span(LabelId::default())).expect("a selection");
    let id = w.app().session.as_ref().map(|a| a.current_id()).expect("a sentence");
    w.ask(Command::SetRangeComment(id, at.start, at.end, "the company or its council?".into()));
    w.ask(Command::Labels(LabelCommand::ToggleDocLabel("town council".into())));
    w.ask(Command::Labels(LabelCommand::ToggleDocLabel("shipping".into())));
    close_notices(w);
    w.ask(Command::Run(Action::ChooseDocLabel));
    w.step();
    shoot(w, "annotate-document", theme);
    w.ask(Command::View(ViewCommand::ClosePicker));
}

/// Returns a document as a JSON line, with labels of parts of its text.
fn record(text: &str, spans: &[(&str, &str)]) -> String {
    let at = |part: &str| text[..text.find(part).expect("a part")].chars().count();
    let spans: Vec<_> =
        spans.iter().map(|(part, l)| serde_json::json!([at(part), at(part) + part.chars().count(), l])).collect();
    serde_json::json!({"text": text, "label": spans}).to_string() + "\n"
}

/// Text without spaces between words, and words that are longer than a line.
fn unspaced(theme: Theme) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("lighthouses.jsonl");
    let spans = [
        ("周三", "DATE"),
        ("海岸博物馆", "ORG"),
        ("郭晓岚", "PER"),
        ("青石镇", "LOC"),
        ("红河轮船联合公司", "ORG"),
        ("水曜日", "DATE"),
        ("高瀬真理子", "PER"),
        ("ウエストハーバー汽船", "ORG"),
        ("วันพุธ", "DATE"),
        ("เมืองหินเขียว", "LOC"),
        ("บริษัทเรือกลไฟแม่น้ำแดง", "ORG"),
        (
            "https://archive.example.org/collections/lighthouse/nineteenth-century/models?sort=date&page=12#letters",
            "URL",
        ),
    ];
    std::fs::write(&at, record(UNSPACED, &spans)).expect("a file");
    for (name, size) in [("unspaced", [1440.0, 900.0]), ("unspaced-small", [800.0, 600.0])] {
        let data = Rc::new(tempfile::tempdir().expect("a folder"));
        let mut w = Window::with(data, &[&at], size, theme);
        w.until("the file is open", |w| w.app().session.is_some());
        w.keys(&[Key::ArrowDown]);
        w.ask(Command::View(ViewCommand::Select(0, 5)));
        w.step();
        shoot(&mut w, &format!("annotate-{name}"), theme);
        w.keys(&[Key::ArrowDown, Key::ArrowDown]);
        w.ask(Command::View(ViewCommand::Select(0, 1)));
        w.step();
        shoot(&mut w, &format!("annotate-{name}-thai"), theme);
        w.go_to("Try");
        w.type_text("Input text", UNSPACED);
        w.until("the text is analyzed", |w| w.app().try_page.analyzed_text == UNSPACED);
        shoot(&mut w, &format!("try-{name}"), theme);
    }
    let mut w = Window::with(Rc::new(tempfile::tempdir().expect("a folder")), &[], [1440.0, 900.0], theme);
    w.answer(&at);
    w.press("Open file…");
    w.until("the preview is loaded", |w| matches!(w.dialog(), Some(Dialog::Import(_))));
    shoot(&mut w, "import-unspaced", theme);
}

/// Overlapping spans, partial words, and other scripts.
fn scripts(theme: Theme) {
    let folder = tempfile::tempdir().expect("a folder");
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
    w.until("the file is open", |w| w.app().session.is_some());
    w.keys(&[Key::G, Key::ArrowDown, Key::ArrowDown]);
    w.ask(Command::View(ViewCommand::SetGuidelines("## What to label\n\n- **PER**: people, also fictional ones\n- **ORG**: companies, teams, parties\n- **LOC**: places, also *inside* names\n\n## What not to label\n\nTitles: Dr, Mrs\n".into())));
    shoot(&mut w, "annotate-overlaps", theme);
}

fn pages(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data.clone(), &[], [1440.0, 900.0], theme);
    w.step();
    shoot(&mut w, "welcome", theme);
    w.open_sample();
    w.keys(&[Key::D, Key::D, Key::F, Key::ArrowDown, Key::D, Key::D, Key::D]);
    w.keys(&[Key::ArrowRight, Key::ArrowRight, Key::ArrowRight]);
    w.key(Modifiers::SHIFT, Key::ArrowRight);
    shoot(&mut w, "annotate", theme);
    w.keys(&[Key::Escape, Key::P]);
    w.until("the subwords are shown", |w| w.app().session.as_ref().is_some_and(|a| a.subwords.alignment.is_some()));
    shoot(&mut w, "annotate-subwords", theme);
    w.keys(&[Key::P]);
    w.key(Modifiers::COMMAND, Key::K);
    shoot(&mut w, "palette", theme);
    w.keys(&[Key::Escape]);
    w.go_to("Train");
    w.until("the base model is checked", |w| w.app().train_page.model_info.is_some());
    w.until("the data is known", |w| w.shows("Train on: All, 263 sentences"));
    w.click("Train on: All, 263 sentences");
    w.until("the choice is used", |w| w.shows_part("51 steps"));
    shoot(&mut w, "train-form", theme);
    w.press("Find learning rate");
    w.until("the measurement is finished", |w| {
        w.app().session.as_ref().is_some_and(|s| s.measurements.lr_sweep.is_some())
    });
    shoot(&mut w, "train-rates", theme);
    w.press("Close");
    w.click("Apply small-data preset");
    w.key(Modifiers::COMMAND, Key::Enter);
    w.until("half of the run is done", |w| w.app().live_run().is_some_and(|r| r.fraction_done() > 0.55));
    shoot(&mut w, "train", theme);
    w.press("Pause");
    w.until("a checkpoint is saved", |w| w.app().live_run().is_some_and(|r| r.saved == r.last().map(|s| s.step)));
    shoot(&mut w, "train-paused", theme);
    w.press("Resume");
    w.until("the run has ended", |w| matches!(w.app().live_run().map(|r| r.state.clone()), Some(RunState::Ended(_))));
    shoot(&mut w, "train-done", theme);
    several_runs(&mut w, theme);
    w.go_to("Evaluate");
    w.ask(Command::Evaluate(EvaluateCommand::SetEvalSplit(Split::Dev)));
    w.press("Evaluate");
    w.until("the evaluation is finished", |w| w.app().session.as_ref().is_some_and(|s| s.evaluation.result.is_some()));
    shoot(&mut w, "evaluate-numbers", theme);
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Outcome(Outcome::WrongLabel))));
    w.keys(&[Key::K]);
    shoot(&mut w, "evaluate", theme);
    w.click("Compare models");
    w.ask(Command::Evaluate(EvaluateCommand::SetSecondModel(ModelRef::Starter)));
    w.press("Compare");
    w.until("the models are compared", |w| w.app().session.as_ref().is_some_and(|s| s.evaluation.comparison.is_some()));
    w.ask(Command::Evaluate(EvaluateCommand::ShowCases(CaseFilter::Differences)));
    shoot(&mut w, "evaluate-comparison", theme);
    w.go_to("Try");
    w.type_text("Input text", TEXT);
    w.until("the text is analyzed", |w| w.app().try_page.analyzed_text == TEXT);
    shoot(&mut w, "try", theme);
}

fn small(theme: Theme) {
    let data = Rc::new(tempfile::tempdir().expect("a folder"));
    let mut w = Window::with(data, &[], [800.0, 600.0], theme);
    w.open_sample();
    w.keys(&[Key::ArrowDown, Key::ArrowDown, Key::ArrowRight]);
    shoot(&mut w, "annotate-small", theme);
}
