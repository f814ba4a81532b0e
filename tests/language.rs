//! Texts of the interface: `assets/language/template.json` lists all of them, and an interface in another language shows
//! no English.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tagwright::app::command_table::COMMANDS;
use tagwright::app::page_commands::{DataCommand, ViewCommand};
use tagwright::app::requests::Slot;
use tagwright::corpus::EditTitleKind;
use tagwright::eval::token_metrics::token_metrics;
use tagwright::i18n::{Catalog, Translation};
use tagwright::session::query;
use tagwright::train::settings::{SETTINGS, SettingKind};

const TEMPLATE: &str = "assets/language/template.json";

/// A text of the interface, as it is used in the source.
struct Text {
    /// The English text; its plural form if it has a count.
    key: String,
    /// English singular form of a text with a count.
    one: Option<String>,
    /// Names of the values that the source passes.
    values: Vec<String>,
}

/// Splits the arguments of a call of `tr!` or `trn!` at top-level commas.
fn arguments(source: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0, false, false);
    for c in source.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("a part").push(c);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Returns all calls of `tr!` and `trn!` in `app` and `ui`.
fn calls() -> Vec<Text> {
    let call = regex::Regex::new(r"\btrn?!\(").expect("a pattern");
    let line_continuation = regex::Regex::new(r"\\\n\s*").expect("a pattern");
    let literal = |source: &str| -> String {
        let one_line = line_continuation.replace_all(source, "");
        serde_json::from_str(&one_line).unwrap_or_else(|e| panic!("{source}: {e}"))
    };
    let name = |argument: &String| argument.split('=').next().unwrap_or_default().trim().to_owned();
    let mut texts = Vec::new();
    for (file, source) in crate::rules::sources() {
        // The examples of the macros are not texts of the interface.
        if !["ui/", "app/", "session/"].iter().any(|folder| file.starts_with(folder)) {
            continue;
        }
        for found in call.find_iter(&source) {
            let parts = arguments(&source[found.end()..]);
            texts.push(match found.as_str() {
                "tr!(" => Text { key: literal(&parts[0]), one: None, values: parts[1..].iter().map(name).collect() },
                _ => Text {
                    key: literal(&parts[2]),
                    one: Some(literal(&parts[1])),
                    values: parts[3..].iter().map(name).chain(["n".to_owned()]).collect(),
                },
            });
        }
    }
    texts
}

/// Returns the content of the template: an empty translation for each text, or one for each English plural form.
fn template() -> BTreeMap<String, serde_json::Value> {
    let commands = COMMANDS.iter().map(|e| e.english_title).chain(query::FIELDS.iter().map(|(_, help)| *help));
    let settings = SETTINGS.iter().flat_map(|setting| {
        let of_kind = match setting.kind {
            SettingKind::Number(number) => vec![number.suffix, number.range],
            SettingKind::Choice(choice) => choice.option_labels.to_vec(),
            SettingKind::Switch(_) => Vec::new(),
        };
        [setting.label, setting.hint].into_iter().chain(of_kind)
    });
    let metrics = token_metrics().flat_map(|metric| [metric.title, metric.description]);
    let tables = commands.chain(settings).chain(metrics).filter(|text| !text.is_empty());
    let mut all: BTreeMap<String, serde_json::Value> = tables.map(|text| (text.to_owned(), "".into())).collect();
    all.insert("@language".into(), "".into());
    let plural = || serde_json::json!({"one": "", "other": ""});
    for kind in EditTitleKind::all().filter(|kind| *kind != EditTitleKind::Text) {
        all.insert(kind.text().into(), kind.singular().map_or_else(|| "".into(), |_| plural()));
    }
    for text in calls() {
        all.insert(text.key, text.one.map_or_else(|| "".into(), |_| plural()));
    }
    all
}

#[test]
fn template_lists_every_text() {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join(TEMPLATE);
    let texts = template();
    if std::env::var_os("TAGWRIGHT_TEMPLATE").is_some() {
        let json = serde_json::to_string_pretty(&texts).expect("JSON");
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
        std::fs::write(&at, json + "\n").expect("a file");
    }
    let text = std::fs::read_to_string(at).expect("the template");
    let listed: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).expect("the template");
    let missing: Vec<_> = texts.iter().filter(|(text, value)| listed.get(*text) != Some(*value)).collect();
    let unused: Vec<_> = listed.keys().filter(|text| !texts.contains_key(*text)).collect();
    assert!(
        missing.is_empty() && unused.is_empty(),
        "TAGWRIGHT_TEMPLATE=1 rewrites it: missing {missing:?}, unused {unused:?}"
    );
}

#[test]
fn placeholders_match_the_values() {
    let placeholder = regex::Regex::new(r"\{(\w+)\}").expect("a pattern");
    let names = |text: &str| -> Vec<String> {
        let mut names: Vec<String> = placeholder.captures_iter(text).map(|found| found[1].to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    for mut text in calls() {
        text.values.sort();
        text.values.dedup();
        assert_eq!(names(&text.key), text.values, "{}", text.key);
        let missing = text.one.iter().flat_map(|one| names(one)).find(|name| !text.values.contains(name));
        assert_eq!(missing, None, "{}", text.key);
    }
}

/// The language of a process cannot change, so this test has a process of its own.
#[test]
fn translated_window_shows_no_english() {
    let program = std::env::current_exe().expect("this program");
    let name = "language::translated_pages";
    let run = std::process::Command::new(program).args([name, "--exact", "--ignored", "--nocapture"]).output();
    let run = run.expect("a process");
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}

#[test]
#[ignore = "sets the language of the process; started by the test above"]
fn translated_pages() {
    use crate::support::window::Window;
    use tagwright::app::{Action, Command, Page};
    use tagwright::session::results::Tab;
    // Each text in brackets.
    let bracketed = |text: &str| format!("«{text}»");
    let translated = |(text, value): (String, serde_json::Value)| {
        let translation = match value {
            serde_json::Value::Object(_) => {
                Translation::Plural(HashMap::from([("other".to_owned(), bracketed(&text))]))
            }
            _ => Translation::Text(bracketed(&text)),
        };
        (text, translation)
    };
    let texts = template().into_iter().map(translated).collect();
    tagwright::i18n::set_language(Catalog { language: "de".into(), texts }).expect("a language");
    let mut w = Window::open(&[]);
    let mut english: BTreeMap<String, String> = BTreeMap::new();
    let mut collect = |w: &Window, page: &str| {
        for text in w.texts() {
            english.entry(text).or_insert_with(|| page.to_owned());
        }
    };
    collect(&w, "welcome");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("xyz.conll");
    std::fs::write(&file, "Zoë B-PER\nOkafor I-PER\nsegelt O\nnach O\nOslo B-LOC\n\nZoë B-PER\nschweigt O\n")
        .expect("a file");
    w.ask(Command::Open(file));
    w.until("the file is open", |w| w.app().session.is_some());
    w.step();
    collect(&w, "annotate");
    w.ask(Command::View(ViewCommand::Select(0, 1)));
    for action in [
        Action::Palette,
        Action::ShowShortcuts,
        Action::Settings,
        Action::History,
        Action::Export,
        Action::Comment,
        Action::AddLabel,
        Action::SaveSearch,
        Action::Snapshots,
        Action::LabelMatches,
        Action::ChooseLabel,
        Action::ChooseDocLabel,
        Action::Guidelines,
        Action::ToggleSubwords,
    ] {
        w.ask(Command::Run(action));
        w.until("no dialog is being prepared", |w| !w.app().requests.is_pending(Slot::Dialog));
        collect(&w, &format!("{action:?}"));
        w.ask(Command::CloseDialog);
        w.ask(Command::View(ViewCommand::ClosePicker));
    }
    for page in [Page::Train, Page::Evaluate, Page::Try, Page::Data] {
        w.ask(Command::Run(Action::GoTo(page)));
        w.step();
        w.step();
        collect(&w, &format!("{page:?}"));
    }
    w.ask(Command::Run(Action::ShowAllRuns));
    w.step();
    collect(&w, "all runs");
    w.ask(Command::Run(Action::GoTo(Page::Data)));
    w.until("the report is shown", |w| w.app().session.as_ref().is_some_and(|s| s.checks.report().is_some()));
    for tab in [Tab::Statistics, Tab::Checks, Tab::Compare] {
        w.ask(Command::Data(DataCommand::SetDataTab(tab)));
        w.step();
        collect(&w, &format!("{tab:?}"));
    }
    english.retain(|text, _| is_english(text));
    assert!(english.is_empty(), "{english:#?}");
}

/// Words without a translation: words of the dataset above, keys, splits, schemes, and accessible names of egui.
const UNTRANSLATED_WORDS: &str = "Zoë Okafor segelt nach Oslo schweigt PER LOC xyz conll train IOB2 Tagwright Resize panel Ctrl Shift Alt Esc \
    Enter Backspace End Home Space Page Comma Period";

/// The example sentence of the welcome page, and the default text of the Try page.
const EXAMPLE_TEXTS: [&str; 2] = ["Zoë Okafor caught the last ferry of the Harbour Line .", "My name is Maarten."];

/// Returns true if a text is not in brackets and contains words that need a translation. Formats are shown with their
/// English descriptions, and settings with the names of the Trainer.
fn is_english(text: &str) -> bool {
    let is_setting = |word: &str| SETTINGS.iter().any(|setting| setting.id == word);
    let same = |word: &str| UNTRANSLATED_WORDS.split_whitespace().any(|w| w == word) || is_setting(word);
    let format = |f: &tagwright::format::Format| f.description.contains(text) || text.contains(f.name);
    let words = || {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 2)
    };
    let foreign = text.contains('«') || EXAMPLE_TEXTS.contains(&text) || tagwright::format::FORMATS.iter().any(format);
    !foreign && words().any(|word| !same(word))
}
